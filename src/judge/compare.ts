// Did it get slower? Windows of the same plan are paired; the mean of their log-ratios (of shares: of their differences)
// gets an interval by a moving-block bootstrap (Künsch 1989), no narrower than runs drift from night to night, and a
// regression needs all of the interval beyond the tolerance, the least effect, and the absolute floor (METHOD §8). Never
// the maximum: it is one order.

import type { WindowRow } from '../measure/windows.ts';
import { formatDuration, formatShare } from '../units.ts';
import { percentOf, signedPercent, unitOfChange } from './change-text.ts';
import { notesOf, refusalsOf } from './comparable.ts';
import type { Change, ComparedRun, Comparison, MetricChange, Tolerance } from './compare-spec.ts';
import { TOLERANCE } from './compare-spec.ts';
import { type Drift, driftNote } from './drift.ts';
import { blockMeanError, type Interval } from './statistics.ts';
import { studentQuantile } from './student.ts';

/** Fewer pairs of windows than this have no interval worth its name. */
export const LEAST_PAIRS = 8;
const ALPHA = 0.05;
const BLOCK_US = 10e6;

type Metric = { name: string; unit: 'us' | 'share'; of: (row: WindowRow) => number | null; goodWhen: 'low' | 'high' };

const shareOf = (part: number, { orders }: WindowRow) => (orders === 0 ? null : part / orders);
const METRICS: readonly Metric[] = [
  { name: 'p50', unit: 'us', of: (row) => row.p50Us, goodWhen: 'low' },
  { name: 'p90', unit: 'us', of: (row) => row.p90Us, goodWhen: 'low' },
  { name: 'p99', unit: 'us', of: (row) => row.p99Us, goodWhen: 'low' },
  { name: 'errors', unit: 'share', of: (row) => shareOf(row.errors, row), goodWhen: 'low' },
  { name: 'accepted', unit: 'share', of: (row) => shareOf(row.accepted, row), goodWhen: 'high' },
];

export type CompareOptions = {
  tolerance?: Tolerance;
  /** Of earlier runs like these two; undefined where there are too few. */
  drift?: Drift | undefined;
};

/** Never throws for what two runs may hold. */
export function compareRuns(before: ComparedRun, after: ComparedRun, options: CompareOptions = {}): Comparison {
  const { tolerance = TOLERANCE, drift } = options;
  const why = refusalsOf(before, after);
  if (why.length > 0) return { comparable: false, why };
  const scopes = scopesOf(before);
  // Each question has its chance of a false alarm; together they keep ALPHA (Bonferroni).
  const alpha = ALPHA / (scopes.length * METRICS.length);
  const metrics = scopes.flatMap((scope) =>
    METRICS.map((metric) => changeOf(metric, scope, { before, after, tolerance, alpha, drift })),
  );
  return {
    comparable: true,
    verdict: verdictOf(metrics),
    metrics,
    notes: [...notesOf(before, after), driftNote(drift)],
  };
}

function verdictOf(metrics: readonly MetricChange[]): Change {
  const has = (verdict: Change) => metrics.some((metric) => metric.verdict === verdict);
  if (has('worse')) return 'worse';
  if (has('better')) return 'better';
  // That nothing failed in either says nothing of the times.
  const known = metrics.some(({ phase, unit, verdict }) => phase === undefined && unit === 'us' && verdict === 'same');
  return known ? 'same' : 'cannot-tell';
}

type Scope = { phase: string | undefined; holds: (fromUs: number, untilUs: number) => boolean };

/** The whole run, and each part that is on for some of it: windows of which it covers the half or more. */
function scopesOf({ phases, durationUs }: ComparedRun): Scope[] {
  const whole: Scope = { phase: undefined, holds: () => true };
  const parts = phases.filter(({ windows }) => covered(windows, 0, durationUs) < durationUs);
  return [
    whole,
    ...parts.map(({ name, windows }) => ({
      phase: name,
      holds: (fromUs: number, untilUs: number) => covered(windows, fromUs, untilUs) * 2 >= untilUs - fromUs,
    })),
  ];
}

/** Parts do not overlap themselves. */
function covered(windows: ComparedRun['phases'][number]['windows'], fromUs: number, untilUs: number): number {
  return windows.reduce(
    (sum, each) => sum + Math.max(0, Math.min(each.untilUs, untilUs) - Math.max(each.fromUs, fromUs)),
    0,
  );
}

type Question = {
  before: ComparedRun;
  after: ComparedRun;
  tolerance: Tolerance;
  alpha: number;
  drift: Drift | undefined;
};

type Pair = [before: number, after: number];

function pairsOf(metric: Metric, scope: Scope, { before, after }: Question): Pair[] {
  const { everyUs } = before.windows;
  const later = new Map(after.windows.rows.map((row) => [row.fromUs, row]));
  return before.windows.rows.flatMap((row): Pair[] => {
    const other = later.get(row.fromUs);
    if (other === undefined || !scope.holds(row.fromUs, row.fromUs + everyUs)) return [];
    const [a, b] = [metric.of(row), metric.of(other)];
    const usable = a !== null && b !== null && (metric.unit === 'share' || (a > 0 && b > 0));
    return usable ? [[a, b]] : [];
  });
}

function changeOf(metric: Metric, scope: Scope, question: Question): MetricChange {
  const pairs = pairsOf(metric, scope, question);
  const { name, unit } = metric;
  const head = { metric: name, phase: scope.phase, unit, pairs: pairs.length };
  if (pairs.length < LEAST_PAIRS) {
    const says = `${pairs.length} windows have orders enough for it in both runs; it takes ${LEAST_PAIRS} to tell`;
    return { ...head, before: null, after: null, change: null, interval: null, verdict: 'cannot-tell', says };
  }
  const moves = pairs.map(([a, b]) => (unit === 'us' ? Math.log(b / a) : b - a));
  const mean = meanOf(moves);
  const width = widthOf(moves, question);
  // Runs drift as a whole: that is one question, however many metrics and parts are asked of.
  const drifts = driftWidth(metric, question.drift);
  const [half, wide] = [Math.max(width(ALPHA), drifts), Math.max(width(question.alpha), drifts)];
  const shown = (move: number) => (unit === 'us' ? Math.expm1(move) : move);
  const interval: Interval = [shown(mean - half), shown(mean + half)];
  const before = typicalOf(
    pairs.map(([a]) => a),
    unit,
  );
  const after = unit === 'us' ? before * Math.exp(mean) : before + mean;
  const found = { ...head, before, after, change: shown(mean), interval };
  const certain: Interval = [shown(mean - wide), shown(mean + wide)];
  const verdict = judged(metric, found, certain, question.tolerance);
  return { ...found, verdict, says: sentenceOf(metric, found, verdict, question.tolerance) };
}

/** The geometric mean of times, because their ratio is a mean of logarithms; the plain mean of shares. */
function typicalOf(values: readonly number[], unit: 'us' | 'share'): number {
  return unit === 'us' ? Math.exp(meanOf(values.map(Math.log))) : meanOf(values);
}

/** Half the interval of a given certainty: Student's t with as many degrees of freedom as there are blocks, less one: few blocks know little of their own spread. */
function widthOf(moves: readonly number[], { before }: Question): (alpha: number) => number {
  const most = Math.floor(moves.length / 4);
  const block = Math.min(
    most,
    Math.max(Math.ceil(BLOCK_US / before.windows.everyUs), Math.round(moves.length ** (1 / 3))),
  );
  const blocks = Math.floor(moves.length / block);
  const error = blockMeanError(moves, block);
  return (alpha) => studentQuantile(alpha, blocks - 1) * error;
}

/** Half the interval of what two nights differ by though nothing changed; what varies within them is part of it. */
function driftWidth({ name }: Metric, drift: Drift | undefined): number {
  const spread = drift?.spread[name];
  return spread === undefined ? 0 : studentQuantile(ALPHA, drift!.nights - 1) * spread;
}

type Found = { before: number; after: number; change: number; interval: Interval; unit: 'us' | 'share' };

/** How far is too far: a share of the time, or a difference; never below the absolute floor. */
function limitsOf(
  { unit, before }: Found,
  { minEffect, tolerance, floorUs, floorShare }: Tolerance,
): { least: number; beyond: number } {
  if (unit === 'share') return { least: floorShare, beyond: 0 };
  return { least: Math.max(minEffect, floorUs / before), beyond: tolerance };
}

/** Published is the 95 % interval, and it says what is the same; an alarm needs the `certain` one, which knows how many were asked. */
function judged({ goodWhen }: Metric, found: Found, certain: Interval, tolerance: Tolerance): Change {
  const { least, beyond } = limitsOf(found, tolerance);
  const { change, interval } = found;
  // 1/1.1 is as far from 1 as 1.1 is.
  const down = found.unit === 'us' ? -least / (1 + least) : -least;
  if (change >= least && certain[0] > beyond) return goodWhen === 'low' ? 'worse' : 'better';
  if (change <= down && certain[1] < -beyond) return goodWhen === 'low' ? 'better' : 'worse';
  return interval[0] > down && interval[1] < least ? 'same' : 'cannot-tell';
}

function sentenceOf(metric: Metric, found: Found, verdict: Change, tolerance: Tolerance): string {
  const { before, after, change, interval } = found;
  const value = (each: number) => (metric.unit === 'us' ? formatDuration(each) : formatShare(each));
  const [low, high] = interval;
  const points = ` ${unitOfChange(metric.unit)}`;
  const change95 = `${signedPercent(change)}${points} (${signedPercent(low)} to ${signedPercent(high)})`;
  const { least } = limitsOf(found, tolerance);
  const tail = {
    same: `less than ${percentOf(least)}${points} either way`,
    worse: wordOf(metric, 'worse'),
    better: wordOf(metric, 'better'),
    'cannot-tell': `too uncertain to tell from ${percentOf(least)}${points}`,
  }[verdict];
  return `${value(before)} before, ${value(after)} after: ${change95}, ${tail}`;
}

/** What a worse or better metric is called. */
export function wordOf({ name, unit }: Pick<Metric, 'name' | 'unit'>, change: 'worse' | 'better'): string {
  if (unit === 'us') return change === 'worse' ? 'slower' : 'faster';
  const more = (name === 'errors') === (change === 'worse');
  return more ? 'more' : 'fewer';
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
