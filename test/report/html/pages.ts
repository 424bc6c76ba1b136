// Pages of the runs that the golden reports show, as a run folder would have them.

import { inlineAssets } from '../../../src/folder/page-assets.ts';
import { viewOf } from '../../../src/folder/view.ts';
import { formatPage } from '../../../src/report/html/page.ts';
import type { PageAssets, RunView } from '../../../src/report/html/view.ts';
import type { RunRecord } from '../../../src/report/record.ts';
import { nightRow } from '../../support/history-rows.ts';
import { recordOf } from '../../support/record.ts';
import { asJourney, withAudit } from '../audited.ts';
import { cleanAudit, cutAudit, lossyAudit } from '../audits.ts';
import { crowded, failing, interrupted, once, passing, unfit } from '../runs.ts';

const FILES = ['profile.yaml', 'summary.md', 'spectrum.hgrm', 'run.hlog', 'charts.json', 'report.html', 'result.json'];

/** No order was answered, none even planned: the emptiest page there can be. */
export const empty = once(() => recordOf([], { durationUs: 5e6, slo: ['p99 < 300ms', 'errors < 1%'] }));
/** Planned and never reached. */
export const unreached = once(() =>
  recordOf(
    Array.from({ length: 20 }, (_, index) => ({ dueUs: index * 100_000, fate: 'unreached' as const })),
    { durationUs: 5e6, slo: ['p99 < 300ms'], ending: { kind: 'interrupted', signal: 'SIGTERM', atUs: 0 } },
  ),
);

/** A journey of three steps whose books were read whole; books that lack two orders; books that broke off. */
const audited = once(() => withAudit(asJourney(passing.fresh(), ['cart', 'checkout', 'pay']), cleanAudit()));
const lossy = once(() => withAudit(followed(failing.fresh()), lossyAudit()));
const cutShort = once(() => withAudit(passing.fresh(), cutAudit()));

/** After nights that went each way, one of them cut short, one too short to say. */
const followed = (record: RunRecord): RunRecord => ({
  ...record,
  earlier: [
    nightRow(1),
    nightRow(2, { verdict: 'fail' }),
    nightRow(3, { verdict: 'invalid', complete: false }),
    nightRow(4, { verdict: 'inconclusive', p99Us: null }),
  ].map(({ id, startedAt, verdict, complete, planned, accepted, p99Us }) => {
    return { id, startedAt, verdict, complete, planned, accepted, p99Us };
  }),
});

export const RUNS: Record<string, ReturnType<typeof once>> = {
  passing,
  failing: once(() => followed(failing.fresh())),
  interrupted,
  unfit,
  empty,
  unreached,
  audited,
  lossy,
  unread: cutShort,
  crowded,
};

export const viewFor = (record: RunRecord): RunView => viewOf(record, FILES);

const written = new WeakMap<RunRecord, string>();

/** As a run writes it. */
export function pageOf(record: RunRecord, assets: PageAssets = inlineAssets()): string {
  if (assets.kind === 'files') return formatPage(viewFor(record), assets);
  const page = written.get(record) ?? formatPage(viewFor(record), assets);
  written.set(record, page);
  return page;
}
