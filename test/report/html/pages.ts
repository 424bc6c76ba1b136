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
import { crowded, failing, interrupted, passing, unfit } from '../runs.ts';

const FILES = ['profile.yaml', 'summary.md', 'spectrum.hgrm', 'run.hlog', 'charts.json', 'report.html', 'result.json'];

/** No order was answered, none even planned: the emptiest page there can be. */
export const empty = (): RunRecord => recordOf([], { durationUs: 5e6, slo: ['p99 < 300ms', 'errors < 1%'] });
/** Planned and never reached. */
export const unreached = (): RunRecord =>
  recordOf(
    Array.from({ length: 20 }, (_, index) => ({ dueUs: index * 100_000, fate: 'unreached' as const })),
    { durationUs: 5e6, slo: ['p99 < 300ms'], ending: { kind: 'interrupted', signal: 'SIGTERM', atUs: 0 } },
  );

/** A journey of three steps whose books were read whole; books that lack two orders; books that broke off. */
const audited = (): RunRecord => withAudit(asJourney(passing(), ['cart', 'checkout', 'pay']), cleanAudit());
const lossy = (): RunRecord => withAudit(failing(), lossyAudit());
const cutShort = (): RunRecord => withAudit(passing(), cutAudit());

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

export const RUNS: Record<string, () => RunRecord> = {
  passing,
  failing: () => followed(failing()),
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

export const pageOf = (record: RunRecord, assets: PageAssets = inlineAssets()): string =>
  formatPage(viewFor(record), assets);
