// spectrum.hgrm: the percentile spectrum of response as HdrHistogram's plotters and `hdr-plot` read it, in milliseconds.

import { timelineOf } from './numbers.ts';
import type { RunRecord } from './record.ts';

/** Response of all orders, failures and timeouts at their elapsed time among them (METHOD §2). */
export function formatSpectrum({ evidence }: RunRecord): string {
  return timelineOf(evidence).total().histogram({ of: 'response' }).outputPercentileDistribution();
}
