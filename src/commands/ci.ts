// What a CI server is told beside the files of the run folder: GitHub's step summary and its annotations.

import { appendFile, stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { reasonOf } from '../folder/reason.ts';
import { annotationsOf, noticeOf } from '../report/annotations.ts';
import { formatMarkdown, formatShortMarkdown } from '../report/markdown.ts';
import type { RunRecord } from '../report/record.ts';

/** GitHub drops a whole step summary above 1 MiB, those of earlier commands of the step among it. */
const MOST_BYTES = 1024 * 1024;

export type CiEnvironment = { GITHUB_ACTIONS?: string; GITHUB_STEP_SUMMARY?: string; GITHUB_WORKSPACE?: string };

/**
 * Appends the summary where GitHub wants one, and says the annotations where it reads them. A summary that cannot be
 * written is a line on the terminal and never another exit code.
 */
export async function tellCi(
  record: RunRecord,
  say: (line: string) => void,
  environment: CiEnvironment = process.env,
): Promise<void> {
  if (isGithub(environment)) for (const line of annotationsOf(record, inRepository(environment))) say(line);
  const file = environment.GITHUB_STEP_SUMMARY;
  if (file === undefined || file === '') return;
  try {
    const before = (await stat(file).catch(() => undefined))?.size ?? 0;
    const text = [formatMarkdown(record), formatShortMarkdown(record)].find(
      (each) => before + Buffer.byteLength(each) + 1 <= MOST_BYTES,
    );
    if (text === undefined) say(`The step summary is full (limit: 1 MiB): nothing was added to ${file}.`);
    else await appendFile(file, `${text}\n`);
  } catch (error) {
    say(`Cannot write the step summary ${file} (GITHUB_STEP_SUMMARY): ${reasonOf(error)}. summary.md has it.`);
  }
}

/** A warning that changes no verdict, at the profile; only where GitHub reads it. */
export function noticeCi(
  { profile, text }: { profile: string; text: string },
  say: (line: string) => void,
  environment: CiEnvironment = process.env,
): void {
  if (isGithub(environment)) say(noticeOf(inRepository(environment)(profile), text));
}

const isGithub = ({ GITHUB_ACTIONS }: CiEnvironment): boolean => GITHUB_ACTIONS === 'true';

/** A path as typed, seen from the root of the repository, by which GitHub finds it; one outside of it stays as it is. */
function inRepository({ GITHUB_WORKSPACE: root = '' }: CiEnvironment): (file: string) => string {
  return (file) => {
    const path = relative(root, resolve(file)).replaceAll('\\', '/');
    return path.startsWith('../') ? file : path;
  };
}
