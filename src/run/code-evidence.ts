// What the workers' reports say of orders made by code: what was thrown, and what an order cost.

import type { CodeEvidence } from '../judge/spec.ts';
import type { ShareReport } from './messages.ts';

/** With fewer orders the start of the threads is most of it. */
const LEAST_ORDERS = 1_000;

type Told = Pick<ShareReport, 'thrown' | 'fired' | 'cpuUs' | 'spunUs'>;

/** Of all workers that reported. */
export function codeEvidenceOf(reports: readonly (Told | undefined)[]): CodeEvidence {
  const present = reports.filter((report) => report !== undefined);
  const thrown = new Map<string, CodeEvidence['thrown'][number]>();
  for (const { says, count, seq } of present.flatMap((report) => report.thrown)) {
    const before = thrown.get(says);
    thrown.set(says, { says, count: count + (before?.count ?? 0), seq: Math.min(seq, before?.seq ?? seq) });
  }
  const fired = present.reduce((sum, report) => sum + report.fired, 0);
  const costs = present.map(({ cpuUs, spunUs }) => (cpuUs === undefined ? Number.NaN : cpuUs - spunUs));
  const costUs = costs.reduce((sum, us) => sum + us, 0) / fired;
  return {
    thrown: [...thrown.values()].sort((a, b) => b.count - a.count),
    cpuUsPerOrder: fired >= LEAST_ORDERS && Number.isFinite(costUs) ? costUs : undefined,
  };
}
