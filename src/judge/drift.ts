// How far runs of one build lie apart though nothing changed: machines and neighbours drift from night to night, which no
// window of a single run can show. Taken from earlier runs of the same profile on the same machine (METHOD §8).

import { medianOf } from './statistics.ts';

/** A run as far as it matters here: percentiles of response µs, shares 0…1; null where it could not say. */
export type Night = {
  p50Us: number | null;
  p90Us: number | null;
  p99Us: number | null;
  errors: number | null;
  accepted: number | null;
};

/** `spread`: of the change from one night to the next, its standard deviation, by metric: of times in logarithms. */
export type Drift = { nights: number; spread: Record<string, number> };

/** Fewer nights than this say nothing of how they spread. */
export const LEAST_NIGHTS = 5;
/** Of earlier ones a machine may have been another one in all but name. */
const MOST_NIGHTS = 30;
/** Median of |N(0, 1)|. */
const NORMAL_MEDIAN = 0.674489750196082;

const METRICS: Record<string, (night: Night) => number | null> = {
  p50: ({ p50Us }) => logOf(p50Us),
  p90: ({ p90Us }) => logOf(p90Us),
  p99: ({ p99Us }) => logOf(p99Us),
  errors: ({ errors }) => errors,
  accepted: ({ accepted }) => accepted,
};

const logOf = (us: number | null): number | null => (us !== null && us > 0 ? Math.log(us) : null);

/**
 * From nights in order of time; undefined when there are too few. Steps between neighbours, not distances from a mean: a
 * build that got slower for good is one step. Of the steps the median, so that one bad night, which is two, does not make
 * every later comparison blind.
 */
export function driftOf(nights: readonly Night[]): Drift | undefined {
  const last = nights.slice(-MOST_NIGHTS);
  if (last.length < LEAST_NIGHTS) return undefined;
  const spread: Drift['spread'] = {};
  for (const [name, of] of Object.entries(METRICS)) {
    const values = last.map(of).filter((value) => value !== null);
    if (values.length < LEAST_NIGHTS) continue;
    const steps = values.slice(1).map((value, at) => Math.abs(value - values[at]!));
    spread[name] = medianOf(steps.sort((a, b) => a - b)) / NORMAL_MEDIAN;
  }
  return { nights: last.length, spread };
}

/** What a reader must know of the intervals. */
export function driftNote(drift: Drift | undefined): string {
  if (drift !== undefined) {
    return `the intervals know how far ${drift.nights} earlier runs of this profile drifted from one to the next on this machine`;
  }
  return `how far runs drift from night to night on this machine is not in the intervals: it takes ${LEAST_NIGHTS} earlier runs of this profile to know`;
}
