// `doorbuster report RUNDIR`: the page of a run or of a search for capacity, built again from the files of its folder.

import { spawn } from 'node:child_process';
import { access, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { EXIT } from '../errors.ts';
import { RESULT_FILE, writeArtifacts } from '../folder/artifacts.ts';
import { JOURNAL_FILE } from '../folder/journal.ts';
import { rebuildPage } from '../folder/page.ts';
import { rebuildRun } from '../folder/rebuild.ts';
import { resultOf } from '../report/result.ts';
import { tellCi } from './ci.ts';
import { enterInHistory, pastOf } from './past.ts';
import { terminalOf } from './terminal.ts';

/** The journal of a run that goes on grows each second; with room for a machine that has much else to do. */
const GROWS_MS = 10_000;

export type ReportFlags = { reportAssets: 'inline' | 'files'; open?: boolean };

/** Prints the page's path on stdout. @returns the exit code */
export async function reportCommand(dir: string, flags: ReportFlags): Promise<number> {
  await rebuildFromJournal(dir);
  const path = await rebuildPage(dir, flags.reportAssets);
  process.stdout.write(`${path}\n`);
  if (flags.open) await openInBrowser(resolve(path));
  return EXIT.pass;
}

/** A run that died has no result.json: everything is made from its journal, and what that cannot tell is said. */
async function rebuildFromJournal(dir: string): Promise<void> {
  const isThere = (name: string) =>
    access(join(dir, name)).then(
      () => true,
      () => false,
    );
  if ((await isThere(RESULT_FILE)) || !(await isThere(JOURNAL_FILE))) return;
  const fresh = Date.now() - (await stat(join(dir, JOURNAL_FILE))).mtimeMs < GROWS_MS;
  const { record: alone, missing } = await rebuildRun(dir);
  const { earlier, capacity } = await pastOf(dir, alone);
  const record = { ...alone, earlier, capacity };
  const terminal = terminalOf({});
  const { say, paint } = terminal;
  const written = await writeArtifacts({ path: dir }, record);
  // A run that died told no CI server anything.
  await tellCi(record, (line) => process.stderr.write(`${line}\n`));
  await enterInHistory(dir, resultOf(record, written), terminal);
  const { ending } = record.evidence;
  const died = ending.kind === 'interrupted' && ending.signal === 'crash';
  const which = died ? 'did not end' : 'ended its orders and died before its files were written';
  say(`${dir} holds a run that ${which}; rebuilt from its journal. Missing:`);
  for (const each of missing) say(`${paint('warn', '-')} ${each}`);
  if (died && fresh)
    say('Its journal grew a moment ago: a run that still goes on writes its own files over these at its end.');
}

const OPENERS: Partial<Record<NodeJS.Platform, [command: string, ...args: string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Says so where this machine has no browser to open; the page is there all the same. */
async function openInBrowser(path: string): Promise<void> {
  const [command, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const opened = await new Promise<boolean>((settle) => {
    const child = spawn(command, [...args, path], { stdio: 'ignore', detached: true });
    child.once('error', () => settle(false));
    child.once('spawn', () => settle(true));
    child.unref();
  });
  if (!opened) terminalOf({}).say(`Cannot open a browser here (${command}): open ${path} yourself.`);
}
