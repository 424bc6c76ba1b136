// The runs of a folder (reports/): its history.jsonl and what the run folders say beside it, read for `history`, and
// listed in its index.html and history.csv after each run.

import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError, userError } from '../errors.ts';
import type { History, ListedRun } from '../report/history.ts';
import { formatHistoryCsv } from '../report/history-csv.ts';
import { type HistoryRow, historyRow } from '../report/history-row.ts';
import { formatIndex, INDEX_TITLE } from '../report/html/index-page.ts';
import type { Result } from '../report/result.ts';
import { seriesOf } from '../report/series.ts';
import { PAGE_FILE } from './artifacts.ts';
import { capacitiesIn } from './capacities.ts';
import { HISTORY_FILE, readLines, writeLines } from './history-lines.ts';
import { assetTexts } from './page-assets.ts';
import { readResult } from './read.ts';
import { reasonOf } from './reason.ts';
import { writeWhole } from './write.ts';

export const INDEX_FILE = 'index.html';
export const CSV_FILE = 'history.csv';
/** A list is read by people. */
const MOST_RUNS = 300;

/** Folders without a result.json (a run going on, or none at all) are passed over. @throws UserError when there is no such folder */
export async function readHistory(root: string): Promise<History> {
  return (await gathered(root)).history;
}

/** `untold`: runs that history.jsonl does not have yet. */
type Gathered = { history: History; untold: HistoryRow[] };

async function gathered(root: string): Promise<Gathered> {
  const entries = await readdir(root, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    throw userError('NO_REPORTS', `Cannot read ${root}: ${reasonOf(cause)}.`, { cause });
  });
  const folders = new Set(entries.filter((entry) => entry.isDirectory()).map(({ name }) => name));
  const lines = await readLines(root);
  const told = new Set(lines.rows.map(({ folder }) => folder));
  const untold: HistoryRow[] = [];
  const unread: History['unread'] = [];
  for (const folder of [...folders].filter((name) => !told.has(name)).sort()) {
    try {
      untold.push(historyRow(folder, await readResult(join(root, folder))));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (!isNoRun(error)) unread.push({ folder, why: error.message });
    }
  }
  const capacities = await capacitiesIn(root, folders);
  unread.push(...capacities.unread);
  const ids = new Set(lines.rows.map(({ id }) => id));
  const fresh = untold.filter(({ id }) => !ids.has(id));
  const inTime = [...lines.rows, ...fresh].sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
  // A name may be used again once its folder was removed, and a CI server keeps folders without their reports.
  const holder = new Map(inTime.map(({ folder, id }) => [folder, id]));
  const rows: ListedRun[] = [];
  for (const row of inTime.reverse().slice(0, MOST_RUNS)) {
    const isHolder = folders.has(row.folder) && holder.get(row.folder) === row.id;
    rows.push({ ...row, present: isHolder && (await isThere(join(root, row.folder, PAGE_FILE))) });
  }
  const history: History = {
    rows,
    unread,
    older: inTime.length - rows.length,
    brokenLines: lines.broken,
    capacities: capacities.found,
  };
  return { history, untold: fresh };
}

function isNoRun({ cause }: UserError): boolean {
  return (cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
}

/** Whether there is a list of runs that is ours. */
export async function isListed(root: string): Promise<boolean> {
  if (await isThere(join(root, HISTORY_FILE))) return true;
  return (await readFile(join(root, INDEX_FILE), 'utf8').catch(() => '')).includes(INDEX_TITLE);
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Tells history.jsonl of a run, new or rebuilt, and brings what lists it up to date. @throws UserError when it cannot */
export async function tellHistory(root: string, folder: string, result: Result): Promise<History> {
  await writeLines(root, [historyRow(folder, result)]);
  return (await writeIndex(root)).history;
}

/**
 * Writes index.html and history.csv, and tells history.jsonl of the runs it does not have.
 *
 * @throws UserError when they cannot be written
 */
export async function writeIndex(root: string): Promise<{ path: string; history: History }> {
  const { history, untold } = await gathered(root);
  await writeLines(root, untold);
  const path = join(root, INDEX_FILE);
  const texts: [path: string, text: string][] = [
    [path, formatIndex(history, assetTexts())],
    [join(root, CSV_FILE), formatHistoryCsv(seriesOf(history.rows)[0] ?? [])],
  ];
  for (const [file, text] of texts) {
    await writeWhole(file, text).catch((cause) => {
      throw userError('INDEX_UNWRITABLE', `Cannot write ${file}: ${reasonOf(cause)}. The run folders are whole.`, {
        cause,
      });
    });
  }
  return { path, history };
}
