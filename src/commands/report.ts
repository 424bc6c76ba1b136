// `doorbuster report RUNDIR`: the page of a run, built again from the files of its folder.

import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { EXIT } from '../errors.ts';
import { rebuildPage } from '../folder/page.ts';
import { terminalOf } from './terminal.ts';

export type ReportFlags = { reportAssets: 'inline' | 'files'; open?: boolean };

/** Prints the page's path on stdout. @returns the exit code */
export async function reportCommand(dir: string, flags: ReportFlags): Promise<number> {
  const path = await rebuildPage(dir, flags.reportAssets);
  process.stdout.write(`${path}\n`);
  if (flags.open) await openInBrowser(resolve(path));
  return EXIT.pass;
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
