import { describe, expect, it } from 'vitest';
import { askedOf } from '../../../src/judge/capacity/asked.ts';
import type { Trial, TrialRequest } from '../../../src/judge/capacity/spec.ts';
import { trialOf } from '../../../src/judge/capacity/trial.ts';
import type { Evidence, Gate } from '../../../src/judge/spec.ts';
import { judge } from '../../../src/judge/verdict.ts';
import { evidenceOf, type Order, steadyOrders } from '../../support/evidence.ts';

const REQUEST: TrialRequest = { index: 0, ratePerS: 50, durationUs: 40e6, settleUs: 5e6, purpose: 'bracket', seed: 1 };

type Making = { slo?: string[]; gates?: Partial<Gate>[]; evidence?: Partial<Evidence> };

function trialFrom(orders: readonly Order[], { slo = ['p99 < 300ms'], gates, evidence: changes }: Making = {}): Trial {
  const evidence: Evidence = { ...evidenceOf(orders, { slo, durationUs: 45e6 }), ...changes };
  const judgement = judge(evidence);
  const asked = askedOf(evidence.slo, []);
  const shown = gates === undefined ? judgement : { ...judgement, gates: gates as Gate[] };
  return trialOf(REQUEST, { evidence, judgement: shown, asked, spentUs: 47e6 });
}

const answered = (of: (k: number, dueUs: number) => { tookMs?: number; ends?: Order['ends']; fate?: 'dropped' }) =>
  steadyOrders(50, 45, (dueUs, k) => {
    const { tookMs = 20, ends = 'accepted', fate } = of(k, dueUs);
    return { doneUs: dueUs + tookMs * 1e3, ends, ...(fate ? { fate } : {}) };
  });
const codes = ({ why }: Trial) => why.map(({ code }) => code);
const every = (n: number, k: number) => k % n === 0;

describe('a trial', () => {
  it('holds, and carries what it measured', () => {
    const trial = trialFrom(answered(() => ({})));
    expect(trial).toMatchObject({
      outcome: 'held',
      plannedPerS: 50,
      good: 2000,
      goodputPerS: 50,
      throughputPerS: 50,
      backlog: 'stable',
      lossShare: 0,
      spentUs: 47e6,
      orders: { planned: 2000, fired: 2000, accepted: 2000, unreached: 0 },
      response: { count: 2000, p99Us: 20_000 },
    });
    // By Little's law: one order of 20 ms every 20 ms, seen at the ends of seconds.
    expect(trial.inFlightMean).toBeLessThanOrEqual(1);
    expect(trial.why[0]!.message).toBe('the SLO held, and the queue did not grow, over 2,000 orders');
  });

  it('leaves the settle time out of everything', () => {
    const slow = trialFrom(answered((_, dueUs) => ({ tookMs: dueUs < 5e6 ? 900 : 20 })));
    expect(slow).toMatchObject({ outcome: 'held', lossShare: 0, response: { maxUs: 20_000 } });
    const later = trialFrom(answered((_, dueUs) => ({ tookMs: dueUs < 9e6 ? 900 : 20 })));
    expect(later.outcome).toBe('broke');
    expect(later.lossShare).toBeCloseTo(0.1, 3);
  });

  it('breaks when the share of slow orders is surely over what may, and says so', () => {
    const trial = trialFrom(answered((k) => ({ tookMs: every(10, k) ? 400 : 20 })));
    expect(trial).toMatchObject({ outcome: 'broke', good: 1800, goodputPerS: 45, lossShare: 0.1 });
    expect(codes(trial)).toEqual(['slo', 'loss']);
    expect(trial.why[0]!.message).toMatch(
      /^`p99 < 300ms`: 10 % of 2,000 orders were slower, with 95 % confidence .*, where 1 % may$/,
    );
  });

  it('is undecided near the limit, and when the slow ones come in lumps', () => {
    expect(trialFrom(answered((k) => ({ tookMs: every(110, k) ? 400 : 20 }))).outcome).toBe('undecided');
    // 3 %, but in one second of forty: that may be one bad second.
    const lump = trialFrom(answered((_, dueUs) => ({ tookMs: dueUs > 20e6 && dueUs < 21.2e6 ? 400 : 20 })));
    expect(lump.lossShare).toBeCloseTo(0.03, 2);
    expect(lump.outcome).toBe('undecided');
    expect(lump.proportions[0]!.clumping).toBeGreaterThan(20);
    const spread = trialFrom(answered((k) => ({ tookMs: every(33, k) ? 400 : 20 })));
    expect(spread.outcome).toBe('broke');
  });

  it('counts failed, unknown and dropped orders as lost, also where no line speaks of them', () => {
    const trial = trialFrom(
      answered((k) => ({ tookMs: 5, ends: every(20, k) ? 'failed' : every(21, k) ? 'unknown' : 'accepted' })),
    );
    expect(codes(trial)).toEqual(['loss']);
    expect(trial.why[0]!.message).toMatch(
      /of the orders were lost \(\d+ orders `refused`, \d+ orders `timeout`\), where 1 % may/,
    );
    for (const ends of ['failed', 'unknown'] as const) {
      expect(trialFrom(answered((k) => ({ tookMs: 5, ends: every(20, k) ? ends : 'accepted' }))).lossShare).toBe(0.05);
    }
    const allowed = trialFrom(
      answered((k) => ({ ends: every(20, k) ? 'failed' : 'accepted' })),
      { slo: ['p99 < 300ms', 'errors < 10%'] },
    );
    expect(allowed.outcome).toBe('held');
    const full = trialFrom(answered((k) => (every(10, k) ? { fate: 'dropped' } : {})));
    expect(full).toMatchObject({ outcome: 'broke', orders: { dropped: 200 } });
    expect(full.why[0]!.message).toContain('200 orders found the queue full');
  });

  it('takes shares of the orders that were tried, and of the plan where the line says so', () => {
    const half = answered((k) => (every(2, k) ? { fate: 'dropped' } : { ends: every(5, k) ? 'failed' : 'accepted' }));
    const { proportions } = trialFrom(half, { slo: ['errors < 50%', 'accepted >= 10% of plan', 'accepted >= 10%'] });
    expect(proportions.map(({ text, bad, of }) => [text, bad, of])).toEqual([
      ['errors < 50%', 200, 2000],
      ['accepted >= 10% of plan', 1200, 2000],
      ['accepted >= 10%', 1200, 2000],
      ['loss', 1200, 2000],
    ]);
  });

  it('breaks by a growing backlog whatever its loss', () => {
    const drifting = answered((_, dueUs) => ({ tookMs: 20 + (dueUs / 1e6) * 60 }));
    const trial = trialFrom(drifting, { slo: ['p99 < 10s'] });
    expect(trial).toMatchObject({ outcome: 'broke', backlog: 'growing', lossShare: 0 });
    expect(codes(trial)).toEqual(['backlog']);
    expect(trial.why[0]!.message).toMatch(/^the queue grew by [\d.]+\/s: \d+ orders more came than were answered$/);
  });

  it('breaks by a line that is no share, and by nothing being allowed', () => {
    expect(
      codes(
        trialFrom(
          answered((k) => ({ tookMs: k === 1000 ? 700 : 20 })),
          { slo: ['max < 500ms'] },
        ),
      ),
    ).toContain('slo');
    const once = answered((k) => ({ ends: k === 1000 ? 'unknown' : 'accepted' }));
    expect(trialFrom(once, { slo: ['p99 < 300ms', 'unknown == 0'] })).toMatchObject({ outcome: 'broke' });
    expect(trialFrom(once, { slo: ['p99 < 300ms'] })).toMatchObject({ outcome: 'held' });
    expect(
      trialFrom(
        answered(() => ({})),
        { slo: ['p99 < 300ms', 'unknown == 0'] },
      ).outcome,
    ).toBe('held');
  });

  it('says of orders turned away that stock or a limit may be what broke', () => {
    const throttled = answered((k) => ({ ends: every(3, k) ? 'rejected' : 'accepted' }));
    const trial = trialFrom(throttled, { slo: ['p99 < 300ms', 'accepted >= 99% of plan'] });
    expect(trial.outcome).toBe('broke');
    expect(codes(trial)[0]).toBe('turned-away');
    expect(trial.why[0]!.message).toContain('`sold_out`, a business no: stock or a limit, and not times');
    expect(trialFrom(throttled).outcome).toBe('held');
  });

  it('breaks when a `stop:` line ended it', () => {
    const ending = { kind: 'stopped', text: 'errors > 20% for 5s', atUs: 30e6 } as const;
    const trial = trialFrom(
      answered(() => ({})).map((order) =>
        order.dueUs < 30e6 ? order : { dueUs: order.dueUs, fate: 'unreached' as const },
      ),
      { evidence: { ending } },
    );
    expect(trial).toMatchObject({ outcome: 'broke', orders: { planned: 1250, unreached: 0 } });
    expect(trial.why[0]).toEqual({ code: 'stopped', message: '`errors > 20% for 5s` stopped the trial at 00:00:30' });
  });

  it('breaks by the books', () => {
    const audit = {
      incomplete: '',
      books: {},
      invariants: [{ name: 'lost', status: 'fail', says: '3 orders are lost', violations: 3 }],
    };
    const trial = trialFrom(
      answered(() => ({})),
      { evidence: { audit } as unknown as Partial<Evidence>, gates: [] },
    );
    expect(trial).toMatchObject({ outcome: 'broke', why: [{ code: 'books', message: 'lost: 3 orders are lost' }] });
  });
});

describe('a trial is discarded', () => {
  it('when the generator gave out, whatever broke', () => {
    const late = answered((k) => ({ tookMs: every(2, k) ? 400 : 20 }));
    const trial = trialFrom(late, {
      gates: [{ name: 'lateness', status: 'void', measured: 'p99 40 ms', limit: 'p99 ≤ 6 ms' }],
    });
    expect(trial).toMatchObject({
      outcome: 'discarded',
      why: [{ code: 'invalid', message: 'lateness: p99 40 ms (limit: p99 ≤ 6 ms)' }],
    });
  });

  it('when the stock ran out, also where no line speaks of it', () => {
    const soldOut = (from: number) =>
      answered((_, dueUs) => ({ tookMs: 2, ends: dueUs < from ? 'accepted' : 'rejected' }));
    const trial = trialFrom(soldOut(30e6));
    expect(trial).toMatchObject({ outcome: 'discarded', why: [{ code: 'sold-out' }] });
    expect(trial.why[0]!.message).toMatch(
      /^nothing was accepted from 00:00:25 of the measured time on \(750 orders `sold_out`\)/,
    );
    expect(trialFrom(soldOut(0)).why[0]!.message).toContain('nothing was accepted all the time');
    expect(trialFrom(soldOut(44e6)).outcome).toBe('held');
    const failing = answered((k, dueUs) => ({
      ends: dueUs < 30e6 ? 'accepted' : every(10, k) ? 'rejected' : 'failed',
    }));
    expect(trialFrom(failing).outcome).toBe('broke');
  });

  it('but not when it asks to slow down: then it broke', () => {
    const orders = answered((_, dueUs) => ({ tookMs: 2, ends: dueUs < 30e6 ? 'accepted' : 'rejected' }));
    const named = (rejected: string) => {
      const { timeline } = evidenceOf(orders, { durationUs: 45e6 });
      const outcomes = timeline.outcomes.map((each) =>
        each.class === 'rejected' ? { ...each, name: rejected } : each,
      );
      const tally = (from: number, until: number) => ({ ...timeline.tally(from, until), outcomes });
      return trialFrom(orders, { evidence: { timeline: { ...timeline, outcomes, tally } } });
    };
    for (const name of ['429', 'throttled']) {
      const { outcome, why } = named(name);
      expect([outcome, ...why.map(({ code }) => code)]).toEqual(['broke', 'turned-away']);
      expect(why[0]!.message).toBe(
        `nothing was accepted from 00:00:25 of the measured time on (750 orders \`${name}\`): the shop asks to slow down`,
      );
    }
    expect(codes(named('409'))).toEqual(['sold-out']);
  });

  it('when our connections were all taken and the shop was quick all the same', () => {
    const warns: Partial<Gate>[] = [{ name: 'connections', status: 'warn', measured: 'all 8 connections were taken' }];
    const waited = steadyOrders(50, 45, (dueUs) => ({ sentUs: dueUs + 500_000, doneUs: dueUs + 520_000 }));
    const ours = trialFrom(waited, { gates: warns });
    expect(ours).toMatchObject({ outcome: 'discarded', why: [{ code: 'connections' }] });
    expect(ours.why[0]!.message).toMatch(
      /^all 8 connections were taken, and the shop answered each in time once it was sent/,
    );
    const slow = answered(() => ({ tookMs: 520 }));
    expect(trialFrom(slow, { gates: warns }).outcome).toBe('broke');
    expect(trialFrom(waited, { gates: [] }).outcome).toBe('broke');
    // A line on the shop's own times is no matter of ours, nor are its books.
    const own = trialFrom(waited, { gates: warns, slo: ['p99 < 300ms', 'service p50 < 10ms'] });
    expect([own.outcome, ...codes(own)]).toEqual(['broke', 'slo', 'slo', 'loss']);
  });

  it('also where no time is limited, and the queue alone grew', () => {
    const warns: Partial<Gate>[] = [{ name: 'connections', status: 'warn', measured: 'all 8 connections were taken' }];
    // 40 of 50 a second get a connection; each is answered so fast.
    const queued = (tookUs: number, slowerUs: number) =>
      steadyOrders(50, 45, (dueUs, k) => {
        const sentUs = dueUs + k * 5_000;
        return { sentUs, doneUs: sentUs + tookUs + k * slowerUs };
      });
    const trial = (tookUs: number, gates = warns, slowerUs = 0) =>
      trialFrom(queued(tookUs, slowerUs), { slo: ['errors < 1%'], gates });
    expect(codes(trial(20_000))).toEqual(['connections']);
    expect(trial(20_000).why[0]!.message).toContain('the shop answered each within 1 s once it was sent');
    expect(codes(trial(20_000, []))).toEqual(['backlog']);
    expect(codes(trial(1_200_000))).toEqual(['backlog']);
    // A shop with more and more to do takes longer and longer.
    expect(codes(trial(20_000, warns, 200))).toEqual(['backlog']);
  });

  it('also where the time of orders ran out in the queue for them, and not where the shop refused them', () => {
    const warns: Partial<Gate>[] = [{ name: 'connections', status: 'warn', measured: 'all 8 connections were taken' }];
    // Of each four one waits for 10 s and is never sent; the others wait long.
    const orders = steadyOrders(50, 45, (dueUs, k) =>
      every(4, k)
        ? { sentUs: null, doneUs: dueUs + 10e6, ends: 'failed' }
        : { sentUs: dueUs + 9e6, doneUs: dueUs + 9.02e6 },
    );
    const named = (failed: string, slo: string[]) => {
      const { timeline } = evidenceOf(orders, { slo, durationUs: 45e6 });
      const outcomes = timeline.outcomes.map((each) => (each.class === 'failed' ? { ...each, name: failed } : each));
      return trialFrom(orders, {
        ...{ slo, gates: warns },
        evidence: {
          timeline: {
            ...{ ...timeline, outcomes, total: () => ({ ...timeline.total(), outcomes }) },
            tally: (from: number, until: number) => ({ ...timeline.tally(from, until), outcomes }),
          },
        },
      });
    };
    for (const slo of [['p99 < 300ms'], ['p99 < 300ms', 'errors < 1%'], ['errors < 1%']]) {
      expect(codes(named('wait-timeout', slo))).toEqual(['connections']);
      expect(named('refused', slo).outcome).toBe('broke');
    }
  });

  it('when it was interrupted, or nothing was due', () => {
    const ending = { kind: 'interrupted', signal: 'SIGINT', atUs: 30e6 } as const;
    expect(
      codes(
        trialFrom(
          answered(() => ({})),
          { evidence: { ending } },
        ),
      ),
    ).toEqual(['interrupted']);
    expect(codes(trialFrom([{ dueUs: 1e6 }]))).toEqual(['empty']);
  });
});
