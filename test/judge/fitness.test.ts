import { describe, expect, test } from 'vitest';
import type { Evidence, Gate } from '../../src/judge/spec.ts';
import { judge } from '../../src/judge/verdict.ts';
import { type EvidenceOptions, evidenceOf, type Order, steadyOrders } from '../support/evidence.ts';

const OPTIONS: EvidenceOptions = { slo: ['p99 < 300ms', 'errors < 1%'] };
const sound = steadyOrders(100, 60);

function gateOf(name: string, evidence: Evidence): Gate {
  const gate = judge(evidence).gates.find((one) => one.name === name);
  if (!gate) throw new Error(`no gate ${name}`);
  return gate;
}
const statusOf = (name: string, orders: readonly Order[], options = OPTIONS) =>
  gateOf(name, evidenceOf(orders, options)).status;

/** The orders due in [from, until) seconds are fired `lateUs` late. */
const lateIn = (fromS: number, untilS: number, lateUs: number, ratePerS = 100, forS = 60) =>
  steadyOrders(ratePerS, forS, (dueUs) => {
    const late = dueUs >= fromS * 1e6 && dueUs < untilS * 1e6 ? lateUs : 0;
    return { firedUs: dueUs + late, doneUs: dueUs + late + 20_000 };
  });

test('a sound run passes every gate', () => {
  expect(judge(evidenceOf(sound, OPTIONS)).gates.filter((gate) => gate.status !== 'ok')).toEqual([]);
});

describe('identities', () => {
  test.each(['planned', 'fired', 'dropped', 'unreached', 'sent', 'accepted', 'rejected', 'failed', 'unknown'] as const)(
    'one order too many or too few in `%s` voids the run',
    (name) => {
      const counts = evidenceOf(sound).orders;
      for (const by of [1, -1]) {
        const evidence = evidenceOf(sound, { ...OPTIONS, counts: { [name]: counts[name] + by } });
        expect(gateOf('identities', evidence)).toMatchObject({ status: 'void' });
        expect(gateOf('identities', evidence).measured).toContain(name);
        expect(judge(evidence)).toMatchObject({ verdict: 'invalid', exitCode: 4 });
      }
    },
  );

  test('tallies that lost an order the workers counted void the run', () => {
    const whole = evidenceOf(sound, OPTIONS);
    const evidence = { ...whole, timeline: evidenceOf(sound.slice(1)).timeline };
    expect(gateOf('identities', evidence).measured).toContain('in the tallies');
  });
});

describe('orders that were not fired', () => {
  test('one dropped voids the run and says what to do', () => {
    const gate = gateOf('dropped', evidenceOf([...sound, { dueUs: 1, fate: 'dropped' }], OPTIONS));
    expect(gate).toMatchObject({ status: 'void', touched: 1 / 6001 });
    expect(gate.advice).toContain('target.connections');
  });

  test('of steps it is not known in a run that died, which tells of whole orders alone', () => {
    const evidence = evidenceOf(sound, OPTIONS);
    const journeys = { ...evidence, timeline: { ...evidence.timeline, steps: ['cart', 'pay'] } };
    expect(gateOf('dropped', journeys).known).toBeUndefined();
    expect(gateOf('dropped', { ...journeys, incidentsUntold: true })).toMatchObject({ status: 'ok', known: false });
    expect(gateOf('dropped', { ...evidence, incidentsUntold: true }).known).toBeUndefined();
  });

  test('unreached ones void a complete run, and are expected of one that ended early', () => {
    const orders = [...steadyOrders(100, 30), ...steadyOrders(100, 30, () => ({ fate: 'unreached' }), 30)];
    expect(statusOf('unreached', orders)).toBe('void');
    const ending = { kind: 'interrupted', signal: 'SIGINT', atUs: 30e6 } as const;
    const early = judge(evidenceOf(orders, { ...OPTIONS, ending }));
    expect(early.gates.filter((gate) => gate.status !== 'ok')).toEqual([]);
  });
});

test.each([
  [{ kind: 'lost-worker', worker: 1, detail: 'exited' }, 'workers', 'void'],
  [{ kind: 'telemetry-gap', worker: 1, detail: 'silent for 6 s' }, 'telemetry', 'void'],
  [{ kind: 'missing-tally', worker: 1, detail: 'tally 3 never came' }, 'telemetry', 'void'],
  [{ kind: 'no-socket', count: 3, detail: 'EMFILE' }, 'sockets', 'void'],
  [{ kind: 'late-start', worker: 1, lateUs: 2000 }, 'start', 'warn'],
] as const)('incident %o → %s %s', (incident, name, status) => {
  const judgement = judge(evidenceOf(sound, { ...OPTIONS, incidents: [incident] }));
  expect(judgement.gates.find((gate) => gate.name === name)).toMatchObject({ status });
  expect(judgement.verdict).toBe(status === 'void' ? 'invalid' : 'pass');
});

test('no socket: the error, how many orders it touched, and what to raise for it', () => {
  const at = (...incidents: [detail: string, count: number][]) =>
    judge(
      evidenceOf(sound, {
        ...OPTIONS,
        incidents: incidents.map(([detail, count]) => ({ kind: 'no-socket', detail, count })),
      }),
    ).gates.find((gate) => gate.name === 'sockets');
  const { length } = sound;
  expect(at(['EMFILE', 3], ['EMFILE', 4])).toMatchObject({
    measured: '7 orders found no socket (EMFILE)',
    touched: 7 / length,
    advice: expect.stringContaining('ulimit -n'),
  });
  expect(at(['EADDRNOTAVAIL', 1])).toMatchObject({
    measured: '1 order found no socket (EADDRNOTAVAIL)',
    advice: expect.stringMatching(/^use keep-alive.*ip_local_port_range/),
  });
  expect(at(['ENOBUFS', 1])?.advice).toContain('memory');
});

describe('lateness by size', () => {
  test('within 2 % and 10 % of the tightest limit it is fine, beyond in the whole run it is not', () => {
    expect(statusOf('lateness', lateIn(0, 60, 6_000))).toBe('ok');
    expect(statusOf('lateness', lateIn(0, 60, 6_001))).toBe('void');
  });

  test('against a tight limit the floors of 1 ms and 5 ms hold', () => {
    const tight = { slo: ['p99 < 10ms'] };
    expect(statusOf('lateness', lateIn(0, 60, 1000), tight)).toBe('ok');
    expect(statusOf('lateness', lateIn(0, 60, 1001), tight)).toBe('void');
  });

  test('without a time limit it is judged as against 1 s', () => {
    const counts = { slo: ['errors < 1%'] };
    expect(statusOf('lateness', lateIn(0, 60, 20_000), counts)).toBe('ok');
    expect(statusOf('lateness', lateIn(0, 60, 20_001), counts)).toBe('void');
  });

  test('a short blip in a long run warns, says how much it touched, and lets the verdict stand', () => {
    const judgement = judge(evidenceOf(lateIn(10, 12, 20_000), OPTIONS));
    expect(judgement.gates.find((gate) => gate.name === 'lateness')).toMatchObject({ status: 'warn', touched: 2 / 60 });
    expect(judgement.verdict).toBe('pass');
  });

  test('a blip touches up to 3 s of a short run and 5 % of a long one', () => {
    const at = (touchedS: number, ratePerS: number, forS: number) =>
      statusOf('lateness', lateIn(1, 1 + touchedS, 20_000, ratePerS, forS));
    expect([at(3, 100, 20), at(4, 100, 20)]).toEqual(['warn', 'void']);
    expect([at(10, 20, 200), at(11, 20, 200)]).toEqual(['warn', 'void']);
  });
});

describe('lateness at a low rate', () => {
  /** A minute at `ratePerS`; every `nth` order is late, and one stall of 140 ms sits in second 30. */
  const now = (ratePerS: number, nth: number) =>
    steadyOrders(ratePerS, 60, (dueUs, k) => {
      const stalledUs = dueUs >= 30e6 && dueUs < 30.14e6 ? 30.14e6 : dueUs;
      const firedUs = Math.max(stalledUs, dueUs + (k % nth === 0 ? 20_000 : 0));
      return { firedUs, doneUs: firedUs + 10_000 };
    });

  test('one late order in a second of forty is a blip of that order, not of the second', () => {
    // 0.5 % of the orders over the limit of p99, in every fifth second; with the stall over that of p99.9 as well.
    const judgement = judge(evidenceOf(now(40, 200), OPTIONS));
    expect(judgement.gates.find((gate) => gate.name === 'lateness')).toMatchObject({ status: 'warn', touched: 1 / 60 });
    expect(judgement.verdict).toBe('pass');
  });

  test('two of them in a second, or the half of very few, are of the second', () => {
    expect(statusOf('lateness', now(40, 20))).toBe('void');
    expect(statusOf('lateness', now(1, 2))).toBe('void');
    expect(statusOf('lateness', now(2, 2))).toBe('void');
  });
});

describe('a generator that stood still', () => {
  /** 1,000 orders a second for 10 s, and not one turn of the generator in [3 s, 3 s + stall): then all at once. */
  const stalled = (stallUs: number, serviceUs = 20_000) =>
    steadyOrders(1000, 10, (dueUs) => {
      const firedUs = dueUs >= 3e6 && dueUs < 3e6 + stallUs ? 3e6 + stallUs : dueUs;
      return { firedUs, doneUs: firedUs + serviceUs };
    });

  test('for 300 ms in 10 s voids the run though one second was touched and every limit held', () => {
    const judgement = judge(evidenceOf(stalled(300_000), { slo: ['p99 < 2s', 'errors < 1%'] }));
    expect(judgement.slo.map((slo) => slo.status)).toEqual(['pass', 'pass']);
    expect(judgement.gates.filter((gate) => gate.status === 'void')).toMatchObject([
      { name: 'lateness', touched: 0.1 },
    ]);
    expect(judgement).toMatchObject({ verdict: 'invalid', exitCode: 4 });
    expect(judgement.reasons[0]).toMatchObject({ code: 'lateness' });
  });

  test('for 3 ms does not', () => {
    for (const slo of [['p99 < 300ms'], ['errors < 1%']]) {
      expect(judge(evidenceOf(stalled(3_000), { slo })).verdict).toBe('pass');
    }
  });

  test('does not excuse a shop that broke its limit by more than that', () => {
    expect(judge(evidenceOf(stalled(300_000, 601_001), { slo: ['p99 < 300ms'] })).verdict).toBe('fail');
    expect(judge(evidenceOf(stalled(300_000, 280_000), { slo: ['p99 < 300ms'] })).verdict).toBe('invalid');
  });

  test('one order late in a short quiet run is no stall', () => {
    const orders = steadyOrders(50, 2, (dueUs, k) => ({
      firedUs: dueUs + (k === 7 ? 40_000 : 0),
      doneUs: dueUs + 5e4,
    }));
    expect(judge(evidenceOf(orders, { slo: ['errors < 5%'] })).verdict).toBe('pass');
  });
});

describe('lateness by effect', () => {
  test('a blip that makes the verdict voids the run, however short', () => {
    // 2 % of the orders are 400 ms late: p99 < 300ms fails, and would have held had they been fired on time.
    const judgement = judge(evidenceOf(lateIn(0, 2, 400_000, 100, 60), OPTIONS));
    expect(judgement).toMatchObject({ verdict: 'invalid', exitCode: 4 });
    expect(judgement.gates.find((gate) => gate.name === 'lateness effect')).toMatchObject({ status: 'void' });
    expect(judgement.reasons.map((reason) => reason.code)).toContain('lateness-effect');
  });

  test('a blip that hides behind a slow shop leaves its FAIL standing', () => {
    const slow = lateIn(0, 2, 50_000).map((order) => ({ ...order, doneUs: order.doneUs! + 1e6 }));
    expect(judge(evidenceOf(slow, OPTIONS)).verdict).toBe('fail');
  });
});

describe('pace', () => {
  test('is kept by orders that a full queue refused on time', () => {
    const refused = steadyOrders(100, 20, (dueUs) => (dueUs >= 10e6 ? { fate: 'dropped' } : { doneUs: dueUs + 1_000 }));
    expect(statusOf('pace', refused)).toBe('ok');
    expect(statusOf('dropped', refused)).toBe('void');
  });

  test('as many late by a second as a blip may are listed, more void the run', () => {
    const gate = gateOf('pace', evidenceOf(lateIn(10, 11, 1e6), { slo: ['errors < 1%'] }));
    expect(gate).toMatchObject({ status: 'warn', touched: 2 / 60 });
    expect(gate.measured).toBe('2 of 60 seconds off plan, at worst 0 for 100 in second 10');
    const stutter = steadyOrders(100, 60, (dueUs) => ({ firedUs: Math.ceil(dueUs / 2e6) * 2e6 }));
    expect(statusOf('pace', stutter)).toBe('void');
  });

  test('one order and one per cent across the edge of a second are allowed', () => {
    const edge = (count: number) =>
      steadyOrders(100, 60, (dueUs, k) => ({ firedUs: k % 100 >= 100 - count && k < 100 ? dueUs + 1e6 : dueUs }));
    expect([statusOf('pace', edge(2)), statusOf('pace', edge(3))]).toEqual(['ok', 'warn']);
  });
});

test('clamped times warn', () => {
  const evidence = evidenceOf(sound, OPTIONS);
  const total = { ...evidence.timeline.total(), clamped: 3 };
  const clamped = { ...evidence, timeline: { ...evidence.timeline, total: () => total } };
  expect(gateOf('range', clamped)).toMatchObject({
    status: 'warn',
    measured: "3 times were above the histograms' range",
  });
});
