import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeSlo } from '../../src/judge/judge-slo.ts';
import { parseSlo } from '../../src/judge/slo.ts';
import type { Evidence, SloResult } from '../../src/judge/spec.ts';
import { type EvidenceOptions, evidenceOf, type Order, steadyOrders } from '../support/evidence.ts';

function judged(text: string, evidence: Evidence, times?: 'response' | 'punctual'): SloResult {
  const parts = ['base', 'hourly', ...evidence.phases.map((phase) => phase.part)];
  const parsed = parseSlo(text, { parts, place: 'slo' });
  if (!parsed.ok) throw new Error(parsed.mistake.message);
  return judgeSlo(parsed.slo, { text, place: undefined }, evidence, times);
}

const status = (text: string, orders: readonly Order[], options?: EvidenceOptions) =>
  judged(text, evidenceOf(orders, options)).status;

/** n orders, one a millisecond, of which the first `slow` take 400 ms and the rest 20 ms. */
const someSlow = (n: number, slow: number): Order[] =>
  Array.from({ length: n }, (_, k) => ({ dueUs: k * 1000, doneUs: k * 1000 + (k < slow ? 400_000 : 20_000) }));

describe('a shop frozen for 2 s in the middle of 20 s at 1000/s', () => {
  // Due every ms; whoever comes while it is frozen waits for the thaw. So 2,000 of 20,000 wait 0…2 s, evenly spread:
  // the slowest 5 % wait longer than 2 s · (1 − 1,000/2,000) = 1 s, the slowest 1 % longer than 1.8 s
  // (less half a ms: orders are due in the middle of their ms).
  const orders = steadyOrders(1000, 20, (dueUs) => ({ doneUs: dueUs >= 9e6 && dueUs < 11e6 ? 11e6 : dueUs + 300 }));
  const evidence = evidenceOf(orders);

  test('p95 is 1000 ms and p99 1800 ms, from due times', () => {
    expect(judged('p95 < 2s', evidence).measured).toBe(1_000_000 - 500);
    expect(judged('p99 < 2s', evidence).measured).toBe(1_800_000 - 500);
    expect(evidence.orders).toMatchObject({ planned: 20_000, fired: 20_000, accepted: 20_000, dropped: 0 });
  });

  test('the interval of p95 admits that one freeze decides it', () => {
    const [low, high] = judged('p95 < 2s', evidence).interval!;
    expect(low).toBeLessThan(1_000);
    expect(high).toBeGreaterThan(1_900_000);
  });

  test('only the windows it was frozen in break', () => {
    const result = judged('p99 < 300ms in every 1s', evidence);
    expect(result).toMatchObject({ status: 'fail', windows: { total: 20, failed: 2, undecided: 0 } });
    expect(result.worst).toMatchObject({ fromUs: 9e6, untilUs: 10e6 });
  });
});

describe('a percentile over a whole scope', () => {
  test.each([
    [100_000, 500, 'pass'], // 0.5 %
    [100_000, 990, 'inconclusive'], // 0.99 %: it may be more
    [100_000, 1010, 'inconclusive'],
    [100_000, 1500, 'fail'],
    [367, 0, 'inconclusive'], // one order short of what can tell p99
    [368, 0, 'pass'],
    [10, 10, 'fail'], // ten of ten need no statistics
    [10, 0, 'inconclusive'],
  ])('%i orders, %i slow: %s', (n, slow, expected) => {
    expect(status('p99 < 300ms', someSlow(n, slow))).toBe(expected);
  });

  test('is not printed where the orders cannot tell it', () => {
    expect(judged('p99 < 300ms', evidenceOf(someSlow(367, 0))).measured).toBeUndefined();
    expect(judged('p99 < 300ms', evidenceOf(someSlow(368, 0))).measured).toBe(20_000);
  });

  test('`<` and `<=` differ at the limit itself', () => {
    const orders = steadyOrders(500, 2, (dueUs) => ({ doneUs: dueUs + 300_000 }));
    expect(status('p99 < 300ms', orders)).toBe('fail');
    expect(status('p99 <= 300ms', orders)).toBe('pass');
  });

  test('the bucket that straddles the limit is counted against a pass and against a fail', () => {
    // All orders between 299.9 and 300 ms, in buckets of 1 ms: neither side of 299.95 ms can be shown.
    const orders = steadyOrders(500, 2, (dueUs, k) => ({ doneUs: dueUs + 299_900 + (k % 100) }));
    expect(status('p99 < 299950us', orders, { bucketUs: 1000 })).toBe('inconclusive');
    expect(status('p99 < 299950us', orders)).toBe('fail');
    expect(status('p99 < 301ms', orders, { bucketUs: 1000 })).toBe('pass');
    const windows = judged('p99 < 299950us in every 1s', evidenceOf(orders, { bucketUs: 1000 })).windows;
    expect(windows).toEqual({ total: 2, failed: 0, undecided: 2 });
  });

  test('more slow orders never turn FAIL into anything else, fewer never PASS', () => {
    const rank = { fail: 0, inconclusive: 1, pass: 2, 'not-checked': 9 };
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.nat(),
        fc.nat(),
        fc.constantFrom('p90', 'p99', 'p99.9'),
        (n, a, b, p) => {
          const [few, many] = [a % (n + 1), b % (n + 1)].sort((x, y) => x - y) as [number, number];
          const [fast, slow] = [few, many].map((count) => rank[status(`${p} < 300ms`, someSlow(n, count))]);
          expect(slow).toBeLessThanOrEqual(fast!);
        },
      ),
      { seed: 31, numRuns: 60 },
    );
  });
});

describe('which orders', () => {
  const mixed = steadyOrders(100, 20, (dueUs, k) =>
    k % 4 === 0
      ? { ends: 'rejected', doneUs: dueUs + 1000 }
      : { ends: 'accepted', sentUs: dueUs + 100_000, doneUs: dueUs + 500_000 },
  );
  const evidence = evidenceOf(mixed);

  test('of one class, of service, of wait', () => {
    expect(judged('p50 of rejected < 1s', evidence)).toMatchObject({ measured: 1000, samples: 500 });
    expect(judged('p50 of accepted < 1s', evidence)).toMatchObject({ measured: 500_000, samples: 1500 });
    expect(judged('p50 of service < 1s', evidence)).toMatchObject({ measured: 400_000, samples: 2000 });
    expect(judged('max of wait < 1s', evidence)).toMatchObject({ measured: 100_000, status: 'pass' });
    expect(judged('mean of accepted < 1s', evidence)).toMatchObject({ measured: 500_000, status: 'pass' });
  });

  test('punctual takes the lateness off the response', () => {
    const late = evidenceOf(steadyOrders(100, 20, (dueUs) => ({ firedUs: dueUs + 400_000, doneUs: dueUs + 420_000 })));
    expect(judged('p90 < 300ms', late).status).toBe('fail');
    expect(judged('p90 < 300ms', late, 'punctual').status).toBe('pass');
  });
});

describe('counts, shares and rates', () => {
  const ends = ['failed', 'unknown', 'rejected', 'accepted'] as const;
  // 1,000 orders in 10 s: 10 failed, 10 unknown, 80 rejected, 900 accepted … and 10 more dropped.
  const orders: Order[] = steadyOrders(100, 10, (dueUs, k) => ({
    doneUs: dueUs + 1000,
    ends: ends[k < 10 ? 0 : k < 20 ? 1 : k < 100 ? 2 : 3],
  }));
  for (let k = 0; k < 10; k++) orders.push({ dueUs: k * 1e6 + 1, fate: 'dropped' });
  const evidence = evidenceOf(orders);

  test.each([
    ['errors < 2%', 20 / 1010, 'pass'],
    ['errors < 1.9%', 20 / 1010, 'fail'],
    ['errors <= 20', 20, 'pass'],
    ['errors < 20', 20, 'fail'],
    ['unknown == 10', 10, 'pass'],
    ['failed == 0', 10, 'fail'],
    ['rejected < 8/s', 8, 'fail'],
    ['rejected <= 8/s', 8, 'pass'],
    ['accepted >= 89% of plan', 900 / 1010, 'pass'],
    ['accepted >= 90% of plan', 900 / 1010, 'fail'],
    ['achieved >= 100/s', 100, 'pass'],
    ['achieved > 100/s', 100, 'fail'],
    ['dropped == 0', 10, 'fail'],
    ['dropped <= 1% of plan', 10 / 1010, 'pass'],
  ])('%s: %f is a %s', (text, measured, expected) => {
    const result = judged(text, evidence);
    expect(result.measured).toBeCloseTo(measured, 10);
    expect(result.status).toBe(expected);
  });

  test('a share exactly at its limit is not beyond it, whatever the binary fractions', () => {
    for (let percent = 1; percent < 100; percent++) {
      const exact = steadyOrders(100, 1, (_, k) => ({ ends: k < percent ? 'failed' : 'accepted' }));
      expect([percent, status(`errors <= ${percent}%`, exact), status(`errors < ${percent}%`, exact)]).toEqual([
        percent,
        'pass',
        'fail',
      ]);
    }
  });

  test('the interval of a share is shown beside it', () => {
    const [low, high] = judged('errors < 2%', evidence).interval!;
    expect(low).toBeLessThan(20 / 1010);
    expect(high).toBeGreaterThan(20 / 1010);
  });
});

describe('in every W', () => {
  test('a window with too few orders to say is undecided, and does not break the rest', () => {
    const orders = [...steadyOrders(100, 10), ...steadyOrders(2, 10, undefined, 10)];
    expect(judged('p99 < 300ms in every 10s', evidenceOf(orders))).toMatchObject({
      status: 'pass',
      windows: { total: 2, failed: 0, undecided: 1 },
    });
    expect(status('p99 < 300ms in every 10s', steadyOrders(2, 20))).toBe('inconclusive');
  });

  test('a window of few orders that are all too slow is broken all the same', () => {
    const orders = [...steadyOrders(100, 10), ...steadyOrders(1, 10, (dueUs) => ({ doneUs: dueUs + 1e6 }), 10)];
    expect(judged('p99 < 300ms in every 10s', evidenceOf(orders))).toMatchObject({
      status: 'fail',
      windows: { failed: 1 },
    });
  });

  test('by its point value: 1 % slow holds p99, one more does not', () => {
    expect(status('p99 < 300ms in every 1s', someSlow(1000, 10))).toBe('pass');
    expect(status('p99 < 300ms in every 1s', someSlow(1000, 11))).toBe('fail');
  });

  test('the last window may be shorter, and one in which nothing is planned is none', () => {
    const orders = [...steadyOrders(100, 10), ...steadyOrders(100, 5, undefined, 20)];
    expect(judged('accepted >= 99% of plan in every 10s', evidenceOf(orders))).toMatchObject({
      status: 'pass',
      windows: { total: 2, failed: 0, undecided: 0 },
    });
    expect(judged('accepted >= 100/s in every 10s', evidenceOf(orders)).status).toBe('pass');
  });

  test('an order due in the very last instant belongs to the last window', () => {
    const orders = [...steadyOrders(100, 20), { dueUs: 20e6 }];
    const result = judged('accepted >= 99% of plan in every 10s', evidenceOf(orders, { durationUs: 20e6 }));
    expect(result).toMatchObject({ status: 'pass', samples: 2001, windows: { total: 2 } });
  });

  test('planned orders of which none was tried are not accepted ones', () => {
    const orders = [...steadyOrders(10, 10), ...steadyOrders(10, 10, () => ({ fate: 'unreached' }), 10)];
    const result = judged('accepted >= 99% of plan in every 10s', evidenceOf(orders));
    expect(result).toMatchObject({
      status: 'fail',
      windows: { total: 2, failed: 1 },
      worst: { fromUs: 10e6, measured: 0 },
    });
    expect(judged('errors == 0 in every 10s', evidenceOf(orders))).toMatchObject({ windows: { undecided: 1 } });
  });
});

describe('during PART', () => {
  const phases = [
    { part: 'base', fromUs: 0, untilUs: 30e6 },
    { part: 'hourly', fromUs: 5e6, untilUs: 10e6 },
    { part: 'hourly', fromUs: 20e6, untilUs: 24.5e6 },
  ];
  const inHourly = (dueUs: number) => (dueUs >= 5e6 && dueUs < 10e6) || (dueUs >= 20e6 && dueUs < 25e6);
  const orders = steadyOrders(100, 30, (dueUs) => ({ doneUs: dueUs + (inHourly(dueUs) ? 400_000 : 20_000) }));
  const evidence = evidenceOf(orders, { phases });

  test('takes all windows of the part, to whole seconds, and nothing else', () => {
    expect(judged('p95 < 300ms during hourly', evidence)).toMatchObject({
      status: 'fail',
      samples: 1000,
      measured: 400_000,
    });
    expect(judged('mean < 500ms during hourly', evidence).measured).toBeCloseTo(400_000, 6);
    expect(judged('accepted >= 100/s during hourly', evidence)).toMatchObject({ status: 'pass', measured: 100 });
  });

  test('with `in every`, each window is cut to the part', () => {
    expect(judged('p90 < 300ms in every 6s during hourly', evidence)).toMatchObject({
      status: 'fail',
      samples: 1000,
      windows: { total: 4, failed: 4 },
    });
  });

  test('a part that comes twice in the same second counts its orders once', () => {
    const twice = [...phases, { part: 'hourly', fromUs: 9.2e6, untilUs: 9.8e6 }];
    expect(judged('p95 < 300ms during hourly', evidenceOf(orders, { phases: twice })).samples).toBe(1000);
  });

  test('a part that was never on is no pass', () => {
    expect(status('p95 < 300ms during hourly', orders)).toBe('inconclusive');
    expect(status('p95 < 300ms in every 6s during hourly', orders)).toBe('inconclusive');
  });
});

describe('no data is never a pass', () => {
  const lines = [
    'p99 < 1s',
    'max < 1s',
    'mean < 1s',
    'errors == 0',
    'errors < 1%',
    'errors < 1/s',
    'errors < 1% of plan',
    'rejected <= 5',
  ];
  const suffixes = ['', ' in every 1s', ' during base', ' in every 1s during base'];
  test.each(lines.flatMap((line) => suffixes.map((suffix) => line + suffix)))('%s', (text) => {
    expect(status(text, [])).toBe('inconclusive');
    expect(
      status(
        text,
        steadyOrders(10, 3, () => ({ fate: 'unreached' })),
      ),
    ).toBe('inconclusive');
  });

  test('nor is a class that had no orders', () => {
    expect(status('p99 of rejected < 1s', steadyOrders(1000, 3))).toBe('inconclusive');
  });
});

describe('a run that ended early', () => {
  const orders = [...steadyOrders(100, 10), ...steadyOrders(100, 10, () => ({ fate: 'unreached' }), 10)];
  const options: EvidenceOptions = {
    ending: { kind: 'stopped', text: 'errors > 20% for 30s', atUs: 10.4e6 },
    phases: [{ part: 'opening', fromUs: 0, untilUs: 5e6 }],
  };

  test('what held so far is open; what was over by then holds', () => {
    expect(status('p90 < 300ms', orders, options)).toBe('inconclusive');
    expect(status('errors == 0', orders, options)).toBe('inconclusive');
    expect(status('accepted >= 99% of plan in every 4s', orders, options)).toBe('inconclusive');
    expect(status('p90 < 300ms during opening', orders, options)).toBe('pass');
  });

  test('only the part it got through is measured', () => {
    expect(judged('achieved >= 99/s', evidenceOf(orders, options)).measured).toBe(100);
    expect(judged('accepted >= 99% of plan in every 4s', evidenceOf(orders, options)).windows).toEqual({
      total: 2,
      failed: 0,
      undecided: 0,
    });
  });

  test('what broke stays broken, but a total still growing was not missed', () => {
    expect(status('max < 10ms', orders, options)).toBe('fail');
    expect(status('accepted >= 1500', orders, options)).toBe('inconclusive');
    expect(status('accepted == 1500', orders, options)).toBe('inconclusive');
    expect(status('accepted <= 500', orders, options)).toBe('fail');
  });
});

test('subjects of the audit wait for the books', () => {
  expect(status('oversold == 0', steadyOrders(10, 1))).toBe('not-checked');
});

describe('windows with nothing to measure', () => {
  // Ten minutes at 10/s; from the second minute on every connection is refused.
  const orders = steadyOrders(10, 600, (dueUs) =>
    dueUs < 60e6 ? { doneUs: dueUs + 20_000 } : { doneUs: dueUs + 1_000, sentUs: null, ends: 'failed' },
  );
  const evidence = evidenceOf(orders);

  test.each(['p50 of accepted < 300ms in every 1m', 'service p95 < 300ms in every 1m'])('%s is no pass', (text) => {
    expect(judged(text, evidence)).toMatchObject({
      status: 'inconclusive',
      windows: { total: 10, failed: 0, undecided: 9 },
      says: expect.stringContaining('9 had no such order at all'),
    });
  });

  test('orders that need not be there may be absent from a window', () => {
    expect(judged('p50 of failed < 300ms in every 1m', evidence).status).toBe('pass');
  });
});

describe('a rate', () => {
  // 30/s for 10 s at a shop that accepts 10/s: the last answer comes after 30 s.
  const orders = steadyOrders(30, 10, (dueUs) => ({ doneUs: Math.max(dueUs, dueUs * 3) + 50_000 }));
  const evidence = evidenceOf(orders);

  test('is what happened in those seconds, not what became of the orders due in them', () => {
    expect(judged('accepted >= 29/s', evidence)).toMatchObject({ status: 'fail', measured: expect.closeTo(10, 0) });
    expect(judged('accepted >= 9/s', evidence).status).toBe('pass');
    expect(judged('accepted >= 99% of plan', evidence).status).toBe('pass');
    expect(judged('achieved >= 30/s', evidence).status).toBe('pass');
  });
});
