// The part as a whole: rescaled, with or without `over`, as profile.yaml keeps it, and as its flags change it.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { curveOf } from '../../../src/traffic/curve.ts';
import { wholeShares } from '../../../src/traffic/reshape.ts';
import { plannedPerSecond, scheduleOf } from '../../../src/traffic/schedule.ts';
import type { Schedule, SolvedPart } from '../../../src/traffic/spec.ts';
import { planOf, problemsOf } from '../parsing.ts';

const profile = (trace: string, more = 'arrivals: even') =>
  `target: { url: demo }\nslo: [p99 < 1s]\ntraffic:\n  ${more}\n  shape:\n    - trace: ${trace}\n`;
const countsIn = (part: SolvedPart | undefined) => (part?.kind === 'trace' ? part.countsPerBin : []);
const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);

/** A log of Unix times: so many orders in each second. */
const logOf = (counts: readonly number[]) =>
  counts
    .flatMap((count, s) => Array.from({ length: count }, (_, i) => (1_764_320_400 + s + i / count).toFixed(6)))
    .join('\n');
const counts = fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 60 }).filter((list) => total(list) > 0);

describe('rescaled counts', () => {
  it('have exactly the total, and are within half an order of the true share at every bin edge', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 2 ** 32 }), (list, orders) => {
        const shares = wholeShares(list, orders);
        expect(total(shares)).toBe(orders);
        let [was, is] = [0, 0];
        for (const [bin, share] of shares.entries()) {
          expect(Number.isInteger(share) && share >= 0).toBe(true);
          if (list[bin] === 0) expect(share).toBe(0);
          was += list[bin]!;
          is += share;
          expect(Math.abs(is - (was * orders) / total(list))).toBeLessThanOrEqual(0.5 + 1e-6);
        }
      }),
      { seed: 20251128, numRuns: 200 },
    );
  });

  it('of a flat day to a hundredth come evenly, not in its first bins alone', () => {
    const shares = wholeShares(new Array(1000).fill(1), 10);
    const at = shares.flatMap((share, bin) => (share === 1 ? [bin] : []));
    expect(at).toEqual([49, 149, 249, 349, 449, 549, 649, 749, 849, 949].map((bin) => bin + at[0]! - 49));
  });

  it('are said, and told where there is nothing to share', () => {
    const plan = planOf(profile('{ times: a, orders: 2.1M }'), { files: { a: logOf([1, 0, 3]) } });
    expect(plan.traffic.orders).toBe(2_100_000);
    expect(countsIn(plan.traffic.parts[0])).toEqual([525_000, 0, 1_575_000]);
    expect(plan.sources![0]!.says.at(-1)).toBe('rescaled from 4 to 2,100,000 orders, the shape kept');
    expect(problemsOf(profile('{ bin: 1s, counts: [0, 0], orders: 5 }')).map(({ message }) => message)).toEqual([
      '`traffic.shape[0].trace` has no count above 0, so `orders` cannot be shared',
    ]);
  });
});

function drain(schedule: Schedule): number[] {
  const dues: number[] = [];
  for (let dueUs = schedule.next(); dueUs < Number.POSITIVE_INFINITY; dueUs = schedule.next()) dues.push(dueUs);
  return dues;
}

describe('a replayed log', () => {
  it('sends in each second what came in it, whatever the number of workers', () => {
    fc.assert(
      fc.property(counts, fc.constantFrom(1, 2, 3, 7), (list, workers) => {
        const first = list.findIndex((count) => count > 0);
        const seen = list.slice(first, list.findLastIndex((count) => count > 0) + 1);
        const { traffic } = planOf(profile('{ times: a }'), { files: { a: logOf(list) } });
        expect([...plannedPerSecond(traffic)]).toEqual(seen);
        const shares = Array.from({ length: workers }, (_, k) => drain(scheduleOf(traffic, k, workers)));
        const dues = shares.flat().sort((a, b) => a - b);
        expect(dues).toHaveLength(total(seen));
        const perSecond = new Array<number>(seen.length).fill(0);
        for (const due of dues) perSecond[Math.floor(due / 1e6)]! += 1;
        expect(perSecond).toEqual(seen);
      }),
      { seed: 20251128, numRuns: 12 },
    );
  });

  it('fixes the length of the run where nothing else does', () => {
    const files = { a: logOf([1, 2, 3]) };
    expect(planOf(profile('{ times: a, from: 10s }'), { files }).traffic.durationUs).toBe(13e6);
    expect(planOf(profile('{ times: a }', 'over: 1m'), { files }).traffic.durationUs).toBe(60e6);
    const both = `target: { url: demo }\nslo: [p99 < 1s]\ntraffic:\n  shape:\n    - trace: { times: a }\n    - ramp: { start: 0/s, end: 10/s }\n`;
    const { traffic } = planOf(both, { files });
    expect([traffic.durationUs, traffic.orders]).toEqual([3e6, 6 + 15]);
    expect(problemsOf(profile('{ times: a }', 'for: 1m'), { files })[0]!.message).toContain(
      '`traffic.for` goes with `rate`',
    );
    expect(problemsOf('target: { url: demo }\ntraffic: { shape: [base: 1/s] }\n').map(({ code }) => code)).toEqual([
      'MISSING',
    ]);
  });

  it('says that poisson arrivals stray from the counts of small bins', () => {
    const says = (arrivals: string, each: number) =>
      planOf(profile('{ times: a }', `arrivals: ${arrivals}`), {
        files: { a: logOf([each, 0, each]) },
      }).sources![0]!.says.at(-1);
    expect(says('poisson', 99)).toMatch(
      /^with `arrivals: poisson` each bin gets its count give or take chance; `arrivals: even`/,
    );
    for (const last of [says('even', 99), says('poisson', 100)]) expect(last).toMatch(/^\d+ lines: /);
  });

  it('shares the total of a profile with a solved base', () => {
    const text = profile('{ times: a }', 'orders: 100').replace('shape:\n', 'shape:\n    - base\n');
    const { traffic } = planOf(text, { files: { a: logOf([10, 30]) } });
    expect([traffic.orders, traffic.basePerS]).toEqual([100, 30]);
  });
});

describe('profile.yaml of the run', () => {
  const again = (text: string) => planOf(text);

  it('holds the counts: the same plan when the log is gone', () => {
    fc.assert(
      fc.property(counts, fc.option(fc.integer({ min: 1, max: 5000 }), { nil: undefined }), (list, orders) => {
        const trace = `{ name: last-year, from: 2s, times: a${orders ? `, orders: ${orders}` : ''} }`;
        const plan = planOf(profile(trace), { files: { a: logOf(list) } });
        const repeated = again(plan.effectiveYaml);
        expect(repeated.traffic).toEqual(plan.traffic);
        expect(repeated.profileHash).toBe(plan.profileHash);
        expect(again(repeated.effectiveYaml).traffic).toEqual(plan.traffic);
      }),
      { seed: 20251128, numRuns: 12 },
    );
  });

  it('says where they came from, names no log to put beside it, and stays below 400 kB for a day by seconds', () => {
    const list = Array.from({ length: 86_400 }, (_, s) => 20 + (s % 60));
    const runs = { readRun: () => ({ id: 'night-7', planned: list, fired: list }) };
    const plan = planOf(profile('{ run: ../night }'), runs);
    expect(plan.traffic.durationUs).toBe(86_400e6);
    expect(plan.effectiveYaml.length).toBeLessThan(400_000);
    expect(Math.max(...plan.effectiveYaml.split('\n').map((line) => line.length))).toBeLessThan(250);
    expect(plan.effectiveYaml).toContain('\n# trace: 4,276,800 orders as fired by the run night-7\n');
    expect(plan.effectiveYaml).not.toContain('beside the original');
    expect(parse(plan.effectiveYaml).traffic).toMatchObject({ over: '86400s' });
    expect(again(plan.effectiveYaml).traffic).toEqual(plan.traffic);
  });

  it('keeps what the profile itself holds as it is', () => {
    const plan = planOf(profile('{ bin: 1s, counts: "1 2, 3\\n4" }'));
    expect(countsIn(plan.traffic.parts[0])).toEqual([1, 2, 3, 4]);
    expect(plan.sources).toBeUndefined();
    expect(parse(plan.effectiveYaml).traffic.shape[0].trace.counts).toBe('1 2, 3\n4');
    expect(problemsOf(profile('{ bin: 1s, counts: "1 two" }'))[0]!.message).toContain(
      'must be whole numbers and blanks',
    );
  });

  it('and no message shows what stands in variables', () => {
    const env = { LOG: 'sesame.log', WHO: '/sesame*', COL: 'sesame-column' };
    const files = { 'sesame.log': '{"time":1764320400,"path":"/sesame/1"}\nsesame\n', 'a.csv': 'id\n1\n' };
    const texts = [
      profile('{ log: { file: "${LOG}", only: { path: "${WHO}" } } }'),
      profile('{ log: { file: "${LOG}", only: { path: "${WHO}", method: POST } } }'),
      profile('{ times: { file: a.csv, column: "${COL}" } }'),
    ];
    for (const text of texts) {
      const problems = problemsOf(text, { env, files });
      expect(problems.length).toBeGreaterThan(0);
      expect(JSON.stringify(problems)).not.toContain('sesame');
    }
    const sound = planOf(texts[0]!, { env, files: { 'sesame.log': files['sesame.log'].replace('sesame\n', '') } });
    expect(JSON.stringify([sound.sources, sound.effectiveYaml, sound.warnings])).not.toContain('sesame');
    expect(sound.sources![0]!.says[0]).toContain(
      '1 order from ${LOG} (JSON lines: time in `time`, path in `path`), ${WHO}',
    );
  });
});

describe('--scale, --speed and --condense of a trace', () => {
  const files = { a: logOf([40, 10, 0, 50]) };
  it('change its counts, its bins, or both', () => {
    const of = (flags: object) => planOf(profile('{ times: a }'), { files, ...flags });
    const scaled = of({ scale: '10%' });
    expect(countsIn(scaled.traffic.parts[0])).toEqual([4, 1, 0, 5]);
    const fast = of({ speed: '4x' }).traffic;
    expect([fast.durationUs, fast.orders, curveOf(fast).peak().ratePerS]).toEqual([1e6, 100, 200]);
    const short = of({ condense: '1s' });
    expect([short.traffic.orders, curveOf(short.traffic).peak().ratePerS]).toEqual([25, 50]);
    expect(short.adjustments[0]!.says).toContain('`trace` shortened like a plateau: as high as it was');
  });
});

describe('another run', () => {
  const run = { id: 'r1', planned: [5, 5, 5, 5], fired: [5, 4, 6, 5] };
  const of = (trace: string, more: object = {}) => planOf(profile(trace), { readRun: () => ({ ...run, ...more }) });
  const told = (trace: string, readRun?: () => typeof run) =>
    problemsOf(profile(trace), readRun ? { readRun } : {}).map(({ message }) => message);

  it('gives what it fired or planned, whole or a stretch of it', () => {
    expect(countsIn(of('{ run: r }').traffic.parts[0])).toEqual([5, 4, 6, 5]);
    expect(countsIn(of('{ run: { folder: r, take: planned }, bin: 2s }').traffic.parts[0])).toEqual([10, 10]);
    const part = of('{ run: { folder: r, from: 1s, until: 3s } }');
    expect(countsIn(part.traffic.parts[0])).toEqual([4, 6]);
    expect(part.sources![0]!.says).toEqual([
      '10 orders as fired by the run r1 from 1 s to 3 s of it',
      '2 bins of 1 s; the fullest, at 00:00:01, holds 6',
    ]);
    expect(of('{ run: r }', { cut: 'that run did not end' }).sources![0]!.says.at(-1)).toBe('that run did not end');
  });

  it('has no bins below a second, no stretch without orders, and a folder', () => {
    expect(told('{ run: r, bin: 500ms }', () => run)[0]).toContain('`bin` must be whole seconds, got 500 ms');
    expect(told('{ run: { folder: r, until: 1500ms } }', () => run)).toEqual(['`until` must be whole seconds']);
    expect(told('{ run: { folder: r, from: 9s } }', () => run)[0]).toBe(
      'r has no fired orders between `from` and `until`',
    );
    const gone = () => {
      throw new Error('there is no run.journal in it');
    };
    expect(told('{ run: r }', gone)).toEqual([
      '`traffic.shape[0].trace.run`: cannot read r: there is no run.journal in it',
    ]);
    expect(told('{ run: r }')[0]).toContain('no run folder is read here');
  });
});

it('needs one source, and a width for bare counts', () => {
  const told = (trace: string) => problemsOf(profile(trace)).map(({ message }) => message);
  expect(told('{ counts: [1], log: a }')).toEqual([
    '`traffic.shape[0].trace` takes its orders from one of `counts`, `file`, `log`, `times` or `run`, got `counts` and `log`',
  ]);
  expect(told('{ counts: [1] }')[0]).toBe(
    '`traffic.shape[0].trace` needs `bin`: how long each of its counts lasts, as in `bin: 1m`',
  );
  expect(told('{ log: { file: a, from: 2025-11-28T10:00:00, zone: Europe/Berlin, only: { status: 20 } } }')).toEqual([
    expect.stringContaining('must be a moment with its offset from UTC'),
    expect.stringContaining('a name such as `Europe/Berlin` has two in a year'),
    expect.stringContaining('must be a status such as `201`, or `2xx`'),
  ]);
});
