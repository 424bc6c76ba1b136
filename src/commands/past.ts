// What came before a run: the earlier runs of its series, by history.jsonl of the folder it lies in. And telling that
// history of a run, with a note where its numbers have gone to another level.

import { basename, dirname, relative, resolve } from 'node:path';
import { capacityOf } from '../folder/capacities.ts';
import { isListed, readHistory, tellHistory } from '../folder/history.ts';
import type { Drift } from '../judge/drift.ts';
import { adjustmentsOf, machineOf } from '../report/compared.ts';
import type { HistoryRow } from '../report/history-row.ts';
import type { KnownCapacity } from '../report/known-capacity.ts';
import type { EarlierRun, RunRecord } from '../report/record.ts';
import type { Result } from '../report/result.ts';
import {
  driftOfRows,
  earlierOf,
  freshChangesOf,
  levelChangeText,
  type SeriesKey,
  seriesKey,
} from '../report/series.ts';
import { noticeCi } from './ci.ts';
import type { Terminal } from './terminal.ts';

export const REPORTS = 'reports';
/** In the strip of the report, beside the run itself. */
const MOST_EARLIER = 9;

type Which = SeriesKey & { id: string; startedAt: string };
export type Past = { drift: Drift | undefined; earlier: EarlierRun[]; capacity: KnownCapacity | undefined };

/** Runs lie in `reports`, or wherever somebody keeps a list of them. */
export async function rootOf(folder: string): Promise<string | undefined> {
  const root = dirname(resolve(folder));
  return root === resolve(REPORTS) || (await isListed(root)) ? root : undefined;
}

/** Nothing where nobody keeps a history, or it cannot be read: that is told when it is written. */
async function rowsBefore(folder: string, which: Which): Promise<HistoryRow[]> {
  const root = await rootOf(folder);
  const history = root === undefined ? undefined : await readHistory(root).catch(() => undefined);
  return earlierOf(history?.rows ?? [], which);
}

export async function driftBefore(
  folder: string,
  { run, generator, environment, ...result }: Result,
): Promise<Drift | undefined> {
  const { id, startedAt, profileHash } = run;
  const key = {
    profileHash,
    adjustments: adjustmentsOf(result),
    driver: generator.driver,
    machine: machineOf(environment),
  };
  return driftOfRows(await rowsBefore(folder, { ...key, id, startedAt }));
}

/** Of the run that a record tells of, which lies in `folder` or will. */
export async function pastOf(folder: string, { plan, run, environment }: RunRecord): Promise<Past> {
  const rows = await rowsBefore(folder, {
    id: run.id,
    startedAt: new Date(run.startedAtMs).toISOString(),
    profileHash: plan.profileHash,
    adjustments: adjustmentsOf(plan),
    driver: run.driver,
    machine: machineOf(environment),
  });
  const earlier = rows.slice(-MOST_EARLIER).map(({ id, startedAt, verdict, complete, planned, accepted, p99Us }) => {
    return { id, startedAt, verdict, complete, planned, accepted, p99Us };
  });
  const capacity = await capacityBefore(folder, { profileHash: plan.profileHash, shop: plan.target.shown });
  return { drift: driftOfRows(rows), earlier, capacity };
}

/** Its folder as seen from beside the run's, so that a page can link to it. */
async function capacityBefore(
  folder: string,
  which: Pick<KnownCapacity, 'profileHash' | 'shop'>,
): Promise<KnownCapacity | undefined> {
  const root = (await rootOf(folder)) ?? REPORTS;
  const known = await capacityOf(root, which);
  const from = dirname(resolve(folder));
  return known && { ...known, folder: relative(from, resolve(root, known.folder)).replaceAll('\\', '/') };
}

/**
 * Adds the run to the history of its folder and brings the lists up to date. The run stands whatever becomes of them: what
 * cannot be written is a warning.
 */
export async function enterInHistory(folder: string, result: Result, { say, paint }: Terminal): Promise<void> {
  const root = await rootOf(folder);
  if (root === undefined) return;
  const warn = (text: string): void => say(`${paint('warn', '! warning:')} ${text}`);
  try {
    const { rows } = await tellHistory(root, basename(resolve(folder)), result);
    const mine = rows.find(({ id }) => id === result.run.id);
    const series = mine === undefined ? [] : rows.filter((row) => seriesKey(row) === seriesKey(mine));
    // Only the newest stands just behind a change.
    if (mine === undefined || series.some(({ startedAt }) => startedAt > mine.startedAt)) return;
    for (const change of freshChangesOf(series)) {
      const text = levelChangeText(change);
      say(`${paint('warn', '! trend:')} ${text}`);
      noticeCi({ profile: result.run.profile, text }, (line) => process.stderr.write(`${line}\n`));
    }
  } catch (error) {
    warn((error as Error).message);
  }
}
