// `doorbuster history`: the runs there are, the latest first, as reports/index.html lists them, and how they went.

import { EXIT } from '../errors.ts';
import { isListed, readHistory, writeIndex } from '../folder/history.ts';
import { formatHistory, type History } from '../report/history.ts';
import { formatHistoryCsv } from '../report/history-csv.ts';
import { seriesOf } from '../report/series.ts';
import { terminalOf } from './terminal.ts';

export type HistoryFlags = { json?: boolean; csv?: boolean; profile?: string };

/** Brings the lists of the folder up to date too: runs may have been removed, the last of them as well. @returns the exit code */
export async function historyCommand(root: string, flags: HistoryFlags): Promise<number> {
  const all = await readHistory(root);
  const history = flags.profile === undefined ? all : of(flags.profile, all);
  process.stdout.write(textOf(history, flags));
  if (all.rows.length > 0 || (await isListed(root))) await writeIndex(root);
  return EXIT.pass;
}

const of = (profile: string, history: History): History => ({
  ...history,
  rows: history.rows.filter(({ name }) => name === profile),
});

function textOf(history: History, { json, csv }: HistoryFlags): string {
  if (csv) return formatHistoryCsv(seriesOf(history.rows)[0] ?? []);
  return `${json ? JSON.stringify(history, null, 2) : formatHistory(history, terminalOf({ stdout: true }))}\n`;
}
