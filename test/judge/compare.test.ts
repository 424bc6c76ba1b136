import { describe, expect, it } from 'vitest';
import { compareRuns, LEAST_PAIRS, wordOf } from '../../src/judge/compare.ts';
import type { ComparedRun, Comparison, MetricChange } from '../../src/judge/compare-spec.ts';
import { windowSecondsFor, windowsOf } from '../../src/measure/windows.ts';
import { timelineOfOrders } from '../support/record.ts';
import { simulatedOrders, simulatedRun } from './simulated-runs.ts';

const TRIES = 20;
const compared = (before: ComparedRun, after: ComparedRun): Extract<Comparison, { comparable: true }> => {
  const comparison = compareRuns(before, after);
  if (!comparison.comparable) throw new Error(comparison.why.map(({ message }) => message).join('\n'));
  return comparison;
};
const metricOf = ({ metrics }: { metrics: MetricChange[] }, name: string, phase?: string): MetricChange =>
  metrics.find((each) => each.metric === name && each.phase === phase)!;
const reasonOf = (before: ComparedRun, after: ComparedRun): string => {
  const comparison = compareRuns(before, after);
  return comparison.comparable ? '' : comparison.why.map(({ message }) => message).join('\n');
};

const baseline = simulatedRun(1);

describe('compareRuns', () => {
  const twins = Array.from({ length: 2 * TRIES }, (_, i) =>
    compared(simulatedRun(2 * i + 301), simulatedRun(2 * i + 302)),
  );

  it('calls two runs of one build the same in at least 19 of 20 tries', () => {
    const verdicts = twins.map(({ verdict }) => verdict);
    expect(verdicts.filter((verdict) => verdict === 'same').length, verdicts.join(' ')).toBeGreaterThanOrEqual(38);
  });

  it('has intervals that hold the truth about as often as they say', () => {
    const inside = twins.filter((change) => {
      const [low, high] = metricOf(change, 'p50').interval!;
      return low <= 0 && 0 <= high;
    });
    expect(inside.length).toBeGreaterThanOrEqual(35);
  });

  it('calls a shop that is 20 % slower slower in at least 19 of 20 tries', () => {
    const changes = Array.from({ length: TRIES }, (_, i) =>
      compared(simulatedRun(2 * i + 61), simulatedRun(2 * i + 62, { slower: 1.2 })),
    );
    expect(changes.filter(({ verdict }) => verdict === 'worse').length).toBeGreaterThanOrEqual(19);
  });
  it('calls a faster shop faster, and more errors more', () => {
    const faster = compared(baseline, simulatedRun(2, { slower: 0.8 }));
    expect(faster.verdict).toBe('better');
    expect(metricOf(faster, 'p50').says).toMatch(/ms before, .* ms after: −\d.* faster$/);
    const failing = compared(baseline, simulatedRun(3, { errors: 0.02 }));
    expect(failing.verdict).toBe('worse');
    expect(metricOf(failing, 'errors')).toMatchObject({
      verdict: 'worse',
      says: expect.stringMatching(/points .* more$/),
    });
    expect(metricOf(failing, 'accepted')).toMatchObject({ verdict: 'worse', says: expect.stringMatching(/ fewer$/) });
    expect(metricOf(failing, 'p50').verdict).toBe('same');
  });

  it('finds a part of the traffic that got slower where the rest did not', () => {
    const change = compared(
      simulatedRun(4, { minutes: 20 }),
      simulatedRun(5, { minutes: 20, slower: 2, during: [120, 900] }),
    );
    expect(metricOf(change, 'p50', 'flash').verdict).toBe('worse');
    // A part that is always on is the whole run, and not asked twice.
    expect(metricOf(change, 'p50', 'base')).toBeUndefined();
  });

  it('is the same, exactly, when a run is compared with itself', () => {
    const { verdict, metrics } = compared(baseline, baseline);
    expect(verdict).toBe('same');
    for (const { verdict: each, change } of metrics) expect([each, change]).toEqual(['same', 0]);
  });

  it('does not take a change below the floor for a regression, however certain', () => {
    const quick = (run: ComparedRun): ComparedRun => ({
      ...run,
      windows: {
        ...run.windows,
        rows: run.windows.rows.map((row) => ({
          ...row,
          p50Us: row.p50Us! / 100,
          p90Us: row.p90Us! / 100,
          p99Us: row.p99Us! / 100,
        })),
      },
    });
    const change = compared(quick(baseline), quick(simulatedRun(6, { slower: 1.5 })));
    expect(metricOf(change, 'p50')).toMatchObject({ verdict: 'same' });
    expect(metricOf(change, 'p50').change).toBeGreaterThan(0.4);
  });

  it('cannot tell from too few windows, and says so', () => {
    const short = (seed: number) => {
      const run = simulatedRun(seed, { minutes: 1 });
      return { ...run, windows: { ...run.windows, rows: run.windows.rows.slice(0, LEAST_PAIRS - 1) } };
    };
    const change = compared(short(7), short(8));
    expect(change.verdict).toBe('cannot-tell');
    expect(metricOf(change, 'p50').says).toBe('7 windows have orders enough for it in both runs; it takes 8 to tell');
  });

  it('pairs windows by their time: one that a run lacks is left out of both', () => {
    const { everyUs, rows } = baseline.windows;
    const holed: ComparedRun = { ...baseline, windows: { everyUs, rows: rows.filter((_, index) => index % 3 !== 0) } };
    expect(metricOf(compared(baseline, holed), 'p50')).toMatchObject({ pairs: holed.windows.rows.length, change: 0 });
  });

  it('never looks at the largest time', () => {
    expect(compared(baseline, baseline).metrics.map(({ metric }) => metric)).not.toContain('max');
  });

  it.each<[string, Partial<ComparedRun>, RegExp]>([
    ['an unfit one', { unfit: ['lateness'] }, /the run is INVALID: .* not fit \(lateness\).*take a run that was fit/],
    ['one that was cut short', { ending: 'interrupted' }, /did not end as planned \(interrupted\)/],
    ['another profile', { profileHash: 'b' }, /the profile differs: a before, b after; run the same profile twice/],
    ['another machine', { machine: 'two' }, /the machine differs: one before, two after; .*run both on one/],
    ['another driver', { driver: 'undici' }, /the driver differs: wire before, undici after; use --driver/],
    ['another scale', { adjustments: '--scale 1%' }, /the adjustment differs: none before, --scale 1% after/],
    ['another plan', { planned: 1 }, /the plan differs: .* orders .* before, 1 orders/],
  ])('refuses %s', (_, changed, message) => {
    expect(reasonOf(baseline, { ...baseline, ...changed })).toMatch(message);
  });

  it('gives every reason at once, and only notes what does not matter', () => {
    expect(reasonOf(baseline, { ...baseline, profileHash: 'b', machine: 'two' }).split('\n')).toHaveLength(2);
    const { verdict, notes } = compared(baseline, { ...baseline, seed: 7, target: 'http://127.0.0.2' });
    expect([verdict, notes.slice(0, -1)]).toEqual([
      'same',
      ['the target differs: http://127.0.0.1 before, http://127.0.0.2 after', 'the seed differs: 42 before, 7 after'],
    ]);
  });
});

describe('wordOf', () => {
  it('names the direction by the metric', () => {
    expect(wordOf({ name: 'p99', unit: 'us' }, 'worse')).toBe('slower');
    expect(wordOf({ name: 'errors', unit: 'share' }, 'worse')).toBe('more');
    expect(wordOf({ name: 'accepted', unit: 'share' }, 'worse')).toBe('fewer');
    expect(wordOf({ name: 'accepted', unit: 'share' }, 'better')).toBe('more');
  });
});

describe('windowsOf', () => {
  it('has only windows that the run got through whole', () => {
    const timeline = timelineOfOrders(simulatedOrders(1, { minutes: 2 }));
    const starts = (untilUs: number) => windowsOf(timeline, 120e6, untilUs).rows.map(({ fromUs }) => fromUs / 1e6);
    expect(starts(120e6)).toHaveLength(24);
    expect(starts(14.9e6)).toEqual([0, 5]);
    expect(starts(15e6)).toEqual([0, 5, 10]);
  });
});

describe('windowSecondsFor', () => {
  it.each([
    [20, 1],
    [30, 1],
    [31, 2],
    [120, 5],
    [600, 20],
    [1800, 60],
    [43_200, 60],
  ])('cuts a run of %i s into windows of %i s', (seconds, window) =>
    expect(windowSecondsFor(seconds * 1e6)).toBe(window),
  );
});
