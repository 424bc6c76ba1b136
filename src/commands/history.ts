// `doorbuster history`: the runs there are, the latest first, as reports/index.html lists them.

import { EXIT } from '../errors.ts';
import { readHistory, writeIndex } from '../folder/history.ts';
import { formatHistory } from '../report/history.ts';
import { terminalOf } from './terminal.ts';

export type HistoryFlags = { json?: boolean };

/** Brings the list of the folder up to date too: runs may have been removed. @returns the exit code */
export async function historyCommand(root: string, flags: HistoryFlags): Promise<number> {
  const history = await readHistory(root);
  const shown = terminalOf({ stdout: true });
  process.stdout.write(`${flags.json ? JSON.stringify(history, null, 2) : formatHistory(history, shown)}\n`);
  if (history.rows.length > 0) await writeIndex(root);
  return EXIT.pass;
}
