// One SLO held against the evidence (METHOD §5).
//
// A percentile over a whole scope is judged as a proportion with its 95 % bounds, because this run's orders are a sample
// of what the shop does. Shares, counts, rates, max and mean are exact numbers of this run's orders and are judged as they
// stand; so is each window. No data never passes, and neither does a scope the run did not get through.

import type { HistogramView } from '../measure/spec.ts';
import { leastCountFor } from '../measure/summary.ts';
import type { SloLine } from '../profile/plan.ts';
import { judgeBooks } from './books.ts';
import { judgeBacklog, judgeRecovery } from './judge-stability.ts';
import { countOrders, countSlow, type Reading, readPoint, readWindow, type Times, viewOf } from './reading.ts';
import { saysEarlyEnd, saysNoData, saysPercentile, saysPoint, saysWindows, unitOf } from './says.ts';
import { isReached, reachedSpans, type Span, type Stretch, spansOf, stretchOf, windowsOf } from './scope.ts';
import { limitValue } from './slo-limit.ts';
import { isTimes } from './slo-metric.ts';
import type { DurationMetric, Evidence, Slo, SloResult, SloStatus } from './spec.ts';

import {
  BLOCK_S,
  bootstrapRanks,
  type Interval,
  percentileRanks,
  proportionBounds,
  type Tile,
  tileSecondsFor,
} from './statistics.ts';

type Judged = Pick<SloResult, 'status' | 'measured' | 'interval' | 'samples' | 'windows' | 'worst' | 'says'>;

const nothing = (says: string, status: SloStatus = 'inconclusive'): Judged => ({
  status,
  measured: undefined,
  interval: undefined,
  samples: 0,
  windows: undefined,
  worst: undefined,
  says,
});

const statusOf = (kept: boolean | undefined): SloStatus =>
  kept === undefined ? 'inconclusive' : kept ? 'pass' : 'fail';

/**
 * Judges one SLO. `times` asks the same question of the responses with the generator's lateness taken off.
 * `measured`, `interval` and `limit` are in the result's `unit`; a percentile of too few orders has no `measured`.
 */
export function judgeSlo(slo: Slo, line: SloLine, evidence: Evidence, times: Times = 'response'): SloResult {
  const judged = judgeScope(slo, evidence, times);
  return { text: line.text, place: line.place, unit: unitOf(slo), limit: limitValue(slo.limit), ...judged };
}

function judgeScope(slo: Slo, evidence: Evidence, times: Times): Judged {
  const { metric } = slo;
  if (metric.kind === 'audit') return { ...nothing(''), ...judgeBooks(metric, evidence.audit) };
  if (metric.kind === 'backlog') return { ...nothing(''), ...judgeBacklog(evidence) };
  if (metric.kind === 'recovery') return { ...nothing(''), ...judgeRecovery(slo, metric.after, evidence) };
  const spans = spansOf(slo, evidence);
  const reached = reachedSpans(spans, evidence);
  if (slo.everyUs !== undefined) return judgeWindows(slo, spans, evidence, times);
  const stretch = stretchOf(reached, evidence);
  const judged =
    metric.kind === 'percentile'
      ? judgePercentile(slo, metric, stretch, evidence, times)
      : judgePoint(slo, stretch, times);
  return isReached(spans, evidence) ? judged : cutShort(slo, judged, evidence);
}

/** What holds so far may yet break; what has broken stays broken, save a count that was still growing towards its limit. */
function cutShort(slo: Slo, judged: Judged, evidence: Evidence): Judged {
  const limit = limitValue(slo.limit);
  const growing = slo.limit.kind === 'count' && slo.comparator !== '<' && slo.comparator !== '<=';
  const open = judged.status === 'pass' || (growing && judged.measured !== undefined && judged.measured <= limit);
  return { ...judged, status: open ? 'inconclusive' : judged.status, says: judged.says + saysEarlyEnd(evidence) };
}

function judgePoint(slo: Slo, stretch: Stretch, times: Times): Judged {
  const reading = readPoint(slo, stretch, times);
  if (Number.isNaN(reading.measured) || reading.samples === 0) return nothing(saysNoData(slo, stretch.spans));
  return {
    ...nothing(reading.holds === undefined ? saysNoData(slo, stretch.spans) : saysPoint(slo, reading)),
    status: statusOf(reading.holds),
    measured: reading.measured,
    interval: shareInterval(slo, stretch, reading),
    samples: reading.samples,
  };
}

/** How far a share may lie off in another run of the same; shown, not judged by. */
function shareInterval(slo: Slo, stretch: Stretch, reading: Reading): Interval | undefined {
  const { metric, limit } = slo;
  if (metric.kind !== 'orders' || (limit.kind !== 'share' && limit.kind !== 'of-plan')) return undefined;
  const count = countOrders(metric, stretch.tally);
  return count <= reading.samples ? proportionBounds(count, reading.samples) : undefined;
}

function judgePercentile(slo: Slo, metric: DurationMetric, stretch: Stretch, evidence: Evidence, times: Times): Judged {
  const histogram = stretch.tally.histogram(viewOf(metric, times));
  const n = histogram.count;
  if (n === 0) return nothing(saysNoData(slo, stretch.spans));
  const slow = countSlow(histogram, slo);
  const bounds: Interval = [proportionBounds(slow.atLeast, n)[0], proportionBounds(slow.atMost, n)[1]];
  const allowed = 1 - metric.p;
  const status = bounds[1] <= allowed ? 'pass' : bounds[0] > allowed ? 'fail' : 'inconclusive';
  const told = n >= leastCountFor(metric.p);
  return {
    ...nothing(saysPercentile(slo, metric, histogram, status, bounds), status),
    measured: told ? histogram.percentile(metric.p) : undefined,
    interval: told && times === 'response' ? percentileInterval(metric, histogram, stretch.spans, evidence) : undefined,
    samples: n,
  };
}

/** The wider of the rank interval and the block bootstrap, µs. */
function percentileInterval(
  metric: DurationMetric,
  histogram: HistogramView,
  spans: readonly Span[],
  evidence: Evidence,
): Interval {
  const view = viewOf(metric, 'response');
  const tileS = tileSecondsFor(spans.reduce((sum, span) => sum + span.until - span.from, 0));
  const at = histogram.percentile(metric.p);
  const tiles: Tile[] = [];
  for (const { from, until } of spans) {
    for (let second = from; second < until; second += tileS) {
      const tile = evidence.timeline.tally(second, Math.min(second + tileS, until)).histogram(view);
      const above = tile.countAbove(at);
      tiles.push({ count: tile.count, above: (above.atLeast + above.atMost) / 2 });
    }
  }
  const byRank = percentileRanks(metric.p, histogram.count);
  const byBlocks = bootstrapRanks(metric.p, tiles, Math.ceil(BLOCK_S / tileS));
  return [
    histogram.valueAtRank(Math.min(byRank[0], byBlocks[0])),
    histogram.valueAtRank(Math.max(byRank[1], byBlocks[1])),
  ];
}

function judgeWindows(slo: Slo, spans: readonly Span[], evidence: Evidence, times: Times): Judged {
  const all = windowsOf((slo.everyUs ?? 0) / 1e6, spans, evidence);
  const windows = all.filter((window) => isReached(window, evidence));
  if (all.length === 0) return nothing(saysNoData(slo, spans));
  const readings = windows.map((window) => ({ window, ...readWindow(slo, stretchOf(window, evidence), times) }));
  const failed = readings.filter((reading) => reading.holds === false).length;
  const undecided = readings.filter((reading) => reading.holds === undefined).length;
  const counts = { total: windows.length, failed, undecided };
  const worst = worstOf(slo, readings);
  const empty = isAlwaysThere(slo) ? readings.filter((reading) => reading.samples === 0).length : 0;
  const decided = failed > 0 ? false : undecided === windows.length || empty > 0 ? undefined : true;
  const judged: Judged = {
    ...nothing(saysWindows(slo, counts, worst, empty), statusOf(decided)),
    measured: worst?.measured,
    samples: readings.reduce((sum, reading) => sum + reading.samples, 0),
    windows: counts,
    worst,
  };
  if (windows.length === all.length) return judged;
  return { ...judged, status: failed > 0 ? 'fail' : 'inconclusive', says: judged.says + saysEarlyEnd(evidence) };
}

/**
 * True of orders that a window with planned orders must have: without one the window says nothing good, and no samples is
 * never a pass. Orders that were turned away or went wrong need not be there.
 */
function isAlwaysThere({ metric }: Slo): boolean {
  return isTimes(metric) && ['all', 'accepted', 'service', 'wait'].includes(metric.of);
}

type WindowReading = Reading & { window: readonly Span[] };

/** Of the failed windows, or else of those that hold, the one with the number farthest on the wrong side. */
function worstOf(slo: Slo, readings: readonly WindowReading[]): SloResult['worst'] {
  const limit = limitValue(slo.limit);
  const badness = ({ measured }: Reading): number => {
    if (slo.comparator === '==') return Math.abs(measured - limit);
    return slo.comparator === '<' || slo.comparator === '<=' ? measured : -measured;
  };
  const failed = readings.filter((reading) => reading.holds === false);
  let worst: WindowReading | undefined;
  for (const reading of failed.length > 0 ? failed : readings.filter((one) => one.holds)) {
    if (!worst || badness(reading) > badness(worst)) worst = reading;
  }
  const [first, last] = [worst?.window[0], worst?.window.at(-1)];
  if (!worst || !first || !last) return undefined;
  return { fromUs: first.from * 1e6, untilUs: last.until * 1e6, measured: worst.measured };
}
