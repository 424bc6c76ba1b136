// history.jsonl: one line a run, beside the run folders, that outlives them (a CI server keeps this file and little else).
// A line is appended with one write and flushed; where that is not enough (a run rebuilt, a last line torn by a crash or a
// full disk) the file is written anew and renamed over the old one.

import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { userError } from '../errors.ts';
import { formatHistoryLine, HISTORY_SCHEMA, type HISTORY_VERSION, type HistoryRow } from '../report/history-row.ts';
import { reasonOf } from './reason.ts';
import { mismatchOf } from './shape.ts';
import { type WriteFile, writeWhole } from './write.ts';

export const HISTORY_FILE = 'history.jsonl';

/** `broken`: lines in the middle that are none of ours. A last line that was never finished is no loss to speak of. */
export type HistoryLines = { rows: HistoryRow[]; broken: number };

/** Of two lines of one run the later counts. @throws UserError where there is such a file that cannot be read */
export async function readLines(root: string): Promise<HistoryLines> {
  return parsed(await textOf(root));
}

async function textOf(root: string): Promise<string> {
  const path = join(root, HISTORY_FILE);
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return '';
    throw userError('HISTORY_UNREADABLE', `Cannot read ${path}: ${reasonOf(cause)}.`, { cause });
  });
}

function parsed(text: string): HistoryLines {
  const rows = new Map<string, HistoryRow>();
  const lines = text.split('\n');
  let broken = 0;
  lines.forEach((line, at) => {
    if (line.trim() === '') return;
    const row = rowOf(line);
    if (row !== undefined) rows.set(row.id, row);
    else if (at < lines.length - 1) broken++;
  });
  return { rows: [...rows.values()], broken };
}

function rowOf(line: string): HistoryRow | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (mismatchOf(value, HISTORY_SCHEMA) !== undefined) return undefined;
  const { historyVersion: _, ...row } = value as HistoryRow & { historyVersion: typeof HISTORY_VERSION };
  return row;
}

/** Adds the lines of these runs, or puts them in the place of those there are. @throws UserError when it cannot */
export async function writeLines(
  root: string,
  added: readonly HistoryRow[],
  write: WriteFile = writeWhole,
): Promise<void> {
  if (added.length === 0) return;
  const path = join(root, HISTORY_FILE);
  const text = await textOf(root);
  const { rows } = parsed(text);
  const known = new Set(rows.map(({ id }) => id));
  const appends = (text === '' || text.endsWith('\n')) && !added.some(({ id }) => known.has(id));
  try {
    if (appends) await append(path, added);
    else await write(path, replaced(text, added));
  } catch (cause) {
    throw userError('HISTORY_UNWRITABLE', `Cannot write ${path}: ${reasonOf(cause)}. The run folders are whole.`, {
      cause,
    });
  }
}

async function append(path: string, rows: readonly HistoryRow[]): Promise<void> {
  const handle = await open(path, 'a');
  try {
    await handle.appendFile(rows.map((row) => `${formatHistoryLine(row)}\n`).join(''));
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** Lines nobody can read stay as they are: a later Doorbuster may have written them. */
function replaced(text: string, added: readonly HistoryRow[]): string {
  const byId = new Map(added.map((row) => [row.id, row]));
  const lines = text.split('\n');
  const torn = lines.at(-1) !== '' && rowOf(lines.at(-1)!) === undefined;
  const kept = (torn ? lines.slice(0, -1) : lines).flatMap((line) => {
    if (line.trim() === '') return [];
    const row = rowOf(line);
    const instead = row && byId.get(row.id);
    if (instead === undefined) return [line];
    // The second of two lines of one run goes.
    return byId.delete(instead.id) ? [formatHistoryLine(instead)] : [];
  });
  const left = [...byId.values()].map(formatHistoryLine);
  return `${[...kept, ...left].join('\n')}\n`;
}
