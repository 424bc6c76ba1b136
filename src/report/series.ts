// Runs that may be held against each other: one profile, with the same adjustments and driver, on one machine. How such a
// series went, where it changed its level (a warning, never a gate: METHOD §8), and how far its nights drift.

import { type ChangePoint, changePointsOf } from '../judge/change-points.ts';
import { signedPercent, unitOfChange } from '../judge/change-text.ts';
import { TOLERANCE } from '../judge/compare-spec.ts';
import { type Drift, driftOf } from '../judge/drift.ts';
import { formatCountOf, formatDuration, formatShare } from '../units.ts';
import type { HistoryRow } from './history-row.ts';

/** What makes two runs comparable, as far as history knows it. */
export type SeriesKey = Pick<HistoryRow, 'profileHash' | 'adjustments' | 'driver' | 'machine'>;

export const seriesKey = ({ profileHash, adjustments, driver, machine }: SeriesKey): string =>
  JSON.stringify([profileHash, adjustments, driver, machine]);

/** Those that ended as planned with a fit generator, the first first. */
export function worthComparing(rows: readonly HistoryRow[]): HistoryRow[] {
  return rows.filter(({ complete, fit }) => complete && fit).sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
}

/** All series, the one with the latest run first; rows within in order of time. */
export function seriesOf(rows: readonly HistoryRow[]): HistoryRow[][] {
  const inTime = [...rows].sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
  const groups = [...Map.groupBy(inTime, seriesKey).values()];
  return groups.sort((a, b) => (a.at(-1)!.startedAt < b.at(-1)!.startedAt ? 1 : -1));
}

/** Of the runs of its series before one that started then, `but` itself left out. */
export function earlierOf(
  rows: readonly HistoryRow[],
  of: SeriesKey & { id: string; startedAt: string },
): HistoryRow[] {
  const key = seriesKey(of);
  const same = rows.filter((row) => seriesKey(row) === key && row.id !== of.id && row.startedAt < of.startedAt);
  return same.sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
}

export function driftOfRows(rows: readonly HistoryRow[]): Drift | undefined {
  return driftOf(
    worthComparing(rows).map(({ p50Us, p90Us, p99Us, errors, accepted, fired }) => ({
      p50Us,
      p90Us,
      p99Us,
      errors,
      accepted: fired > 0 ? accepted / fired : null,
    })),
  );
}

type Metric = { name: string; unit: 'us' | 'share'; of: (row: HistoryRow) => number | null; least: number };

/** Levels that differ by less are not worth a warning, however certain. */
const METRICS: readonly Metric[] = [
  { name: 'p50', unit: 'us', of: ({ p50Us }) => p50Us, least: TOLERANCE.floorUs },
  { name: 'p90', unit: 'us', of: ({ p90Us }) => p90Us, least: TOLERANCE.floorUs },
  { name: 'p99', unit: 'us', of: ({ p99Us }) => p99Us, least: TOLERANCE.floorUs },
  { name: 'errors', unit: 'share', of: ({ errors }) => errors, least: TOLERANCE.floorShare },
];
/** Of what it was, and certain: a change of level by less is not worth a warning. */
const LEAST_CHANGE = 0.05;
/** A change is fresh for so many runs: a week of nights. */
const FRESH_RUNS = 7;

/** `first`: the run with which the new level begins; `runs`: of the new level so far. */
export type LevelChange = Pick<Metric, 'name' | 'unit'> &
  Pick<ChangePoint, 'before' | 'after'> & { first: HistoryRow; runs: number; isLast: boolean };

/** Of one series, in order of time. */
export function levelChangesOf(rows: readonly HistoryRow[]): LevelChange[] {
  const nights = worthComparing(rows);
  return METRICS.flatMap(({ name, unit, of, least }) => {
    const known = nights.filter((row) => of(row) !== null);
    const points = changePointsOf(
      known.map((row) => of(row)!),
      { leastChange: LEAST_CHANGE },
    );
    return points
      .map(({ index, before, after }, at): LevelChange => {
        const until = points[at + 1]?.index ?? known.length;
        return { name, unit, before, after, first: known[index]!, runs: until - index, isLast: until === known.length };
      })
      .filter(({ before, after }) => Math.abs(after - before) >= least);
  }).sort((a, b) => (a.first.startedAt < b.first.startedAt ? -1 : a.first.startedAt > b.first.startedAt ? 1 : 0));
}

/** Those that the newest run of the series lies just behind. */
export function freshChangesOf(rows: readonly HistoryRow[]): LevelChange[] {
  return levelChangesOf(rows).filter(({ isLast, runs }) => isLast && runs <= FRESH_RUNS);
}

/** `p99 went from 41.2 ms to 52 ms (+26.2 %, slower) with the run of 2026-11-20 04:05, 4 runs ago` */
export function levelChangeText({ name, unit, before, after, first, runs, isLast }: LevelChange): string {
  const value = (each: number) => (unit === 'us' ? formatDuration(each) : formatShare(each));
  const moved = unit === 'us' ? after / before - 1 : after - before;
  const word = unit === 'us' ? (after > before ? 'slower' : 'faster') : after > before ? 'more' : 'fewer';
  const when = first.startedAt.slice(0, 16).replace('T', ' ');
  const since = isLast ? `${formatCountOf(runs, 'run')} at the new level` : `for ${formatCountOf(runs, 'run')}`;
  const change = `${signedPercent(moved)} ${unitOfChange(unit)}`;
  return `${name} went from ${value(before)} to ${value(after)} (${change}, ${word}) with the run of ${when}: ${since}`;
}
