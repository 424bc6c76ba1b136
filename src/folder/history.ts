// The runs of a folder (reports/): read for `history`, and listed in its index.html after each run.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError, userError } from '../errors.ts';
import type { History } from '../report/history.ts';
import { historyRow } from '../report/history.ts';
import { formatIndex } from '../report/html/index-page.ts';
import { assetTexts } from './page-assets.ts';
import { readResult } from './read.ts';
import { reasonOf } from './reason.ts';
import { writeWhole } from './write.ts';

export const INDEX_FILE = 'index.html';
/** The latest by name, which starts with the time: a list is read by people. */
const MOST_FOLDERS = 300;

/** Folders without a result.json (a run going on, or none at all) are passed over. @throws UserError when there is no such folder */
export async function readHistory(root: string): Promise<History> {
  const entries = await readdir(root, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    throw userError('NO_REPORTS', `Cannot read ${root}: ${reasonOf(cause)}.`, { cause });
  });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const wanted = names.sort().reverse().slice(0, MOST_FOLDERS);
  const history: History = { rows: [], unread: [], older: names.length - wanted.length };
  for (const folder of wanted) {
    try {
      history.rows.push(historyRow(folder, await readResult(join(root, folder))));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (isNoRun(error)) continue;
      history.unread.push({ folder, why: error.message });
    }
  }
  history.rows.sort((a, b) => (a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : 0));
  return history;
}

function isNoRun({ cause }: UserError): boolean {
  return (cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
}

/** @returns the path of the list; @throws UserError when it cannot be written */
export async function writeIndex(root: string): Promise<string> {
  const path = join(root, INDEX_FILE);
  const page = formatIndex(await readHistory(root), assetTexts());
  await writeWhole(path, page).catch((cause) => {
    throw userError('INDEX_UNWRITABLE', `Cannot write ${path}: ${reasonOf(cause)}. The run folders are whole.`, {
      cause,
    });
  });
  return path;
}
