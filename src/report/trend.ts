// Two files for the common trend actions (github-action-benchmark's `customSmallerIsBetter` and `customBiggerIsBetter`):
// lists of { name, unit, value }. A run whose numbers cannot be trusted, or that was cut short and says nothing of the
// rest, leaves both empty: a trend must not be fed a lie.

import type { HistogramView } from '../measure/spec.ts';
import { leastCountFor } from '../measure/summary.ts';
import { QUANTILES, ratesOf } from './numbers.ts';
import type { RunRecord } from './record.ts';

export type TrendPoint = { name: string; unit: string; value: number; extra?: string };

/** Times in ms and the share of errors. */
export function formatSmallerIsBetter(record: RunRecord): string {
  return fileOf(record, () => {
    const { evidence } = record;
    const total = evidence.timeline.total();
    const { fired, dropped, failed, unknown } = evidence.orders;
    const out = fired + dropped;
    return [
      ...timePoints('response', total.histogram({ of: 'response' })),
      ...timePoints('service', total.histogram({ of: 'service' })),
      ...(out === 0 ? [] : [{ name: 'errors', unit: '%', value: ((failed + unknown) / out) * 100 }]),
    ];
  });
}

export function formatBiggerIsBetter(record: RunRecord): string {
  return fileOf(record, () => {
    const { accepted, planned } = record.evidence.orders;
    return [
      { name: 'accepted', unit: 'orders/s', value: ratesOf(record).acceptedMean },
      ...(planned === 0 ? [] : [{ name: 'accepted of plan', unit: '%', value: (accepted / planned) * 100 }]),
    ];
  });
}

function timePoints(of: string, histogram: HistogramView): TrendPoint[] {
  const { count } = histogram;
  return QUANTILES.filter(([, p]) => count > 0 && count >= leastCountFor(p)).map(([name, p]) => ({
    name: `${of} ${name}`,
    unit: 'ms',
    value: histogram.percentile(p) / 1e3,
  }));
}

function fileOf({ plan, run, judgement, evidence }: RunRecord, points: () => TrendPoint[]): string {
  const extra = `run ${run.id}, verdict ${judgement.verdict}`;
  const all = judgement.verdict === 'invalid' || evidence.ending.kind !== 'complete' ? [] : points();
  const named = all.map(({ name, unit, value }) => ({
    name: `${plan.name}: ${name}`,
    unit,
    value: Number(value.toPrecision(6)),
    extra,
  }));
  return `${JSON.stringify(named, null, 2)}\n`;
}
