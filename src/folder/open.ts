// Makes the run folder before any traffic, so that a place that cannot be written fails before the surge and not after
// twelve hours of it.

import { access, constants, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { userError } from '../errors.ts';
import { JOURNAL_FILE } from './journal.ts';
import { folderNameOf } from './name.ts';
import { reasonOf } from './reason.ts';
import { writeWhole } from './write.ts';

/** `path` is as given by the caller: relative stays relative, as a person would type it. */
export type RunFolder = { path: string };

/** `out`: the folder itself (`--out DIR`). Otherwise a new one under `root`, named after the time and the profile. */
export type Where = { out: string } | { root: string; name: string; startedAtMs: number };

const MOST_NAMESAKES = 1000;

/**
 * Makes the folder and proves that a file can be written in it.
 *
 * @throws UserError (exit 2) that names the path and the way out: it cannot be made or written, is a file, holds a run
 *   already (never overwritten), or holds anything else
 */
export async function openFolder(where: Where): Promise<RunFolder> {
  const path = 'out' in where ? await claim(where.out) : await make(where);
  await prove(path);
  return { path };
}

async function claim(path: string): Promise<string> {
  const present = await stat(path).catch((error) => absent(error, path));
  if (present === undefined) {
    await mkdir(path, { recursive: true }).catch(async (error) => unmade(await behind(error, path), path));
    return path;
  }
  if (!present.isDirectory()) {
    throw userError('RUN_FOLDER_IS_FILE', `--out ${path} is a file, not a folder: name a new folder.`);
  }
  const names = await readdir(path).catch((error) => unmade(error, path));
  if (names.includes('result.json')) {
    throw userError(
      'RUN_FOLDER_TAKEN',
      `--out ${path} holds a run already, and runs are never overwritten: name a new folder, or remove that one first.`,
    );
  }
  if (names.includes(JOURNAL_FILE)) {
    throw userError(
      'RUN_FOLDER_TAKEN',
      `--out ${path} holds a run that has not ended, or that died: \`doorbuster report ${path}\` makes its report; name a new folder.`,
    );
  }
  if (names.length > 0) {
    throw userError(
      'RUN_FOLDER_NOT_EMPTY',
      `--out ${path} is not empty (it holds ${names.sort()[0]}): name a new or an empty folder.`,
    );
  }
  return path;
}

/** Two runs of one second get two folders: `mkdir` decides who was first. */
async function make(where: { root: string; name: string; startedAtMs: number }): Promise<string> {
  const name = folderNameOf(where.name, where.startedAtMs);
  await mkdir(where.root, { recursive: true }).catch(async (error) =>
    unmade(await behind(error, where.root), where.root),
  );
  for (let namesake = 1; namesake <= MOST_NAMESAKES; namesake++) {
    const path = join(where.root, namesake === 1 ? name : `${name}-${namesake}`);
    const made = await mkdir(path).then(
      () => true,
      (error) => (error.code === 'EEXIST' ? false : unmade(error, path)),
    );
    if (made) return path;
  }
  throw userError(
    'RUN_FOLDER_TAKEN',
    `${join(where.root, name)} and ${MOST_NAMESAKES} namesakes exist: use --out DIR.`,
  );
}

/** A folder that was there may still be read-only, or on a full disk. */
async function prove(path: string): Promise<void> {
  const probe = join(path, '.probe');
  try {
    await writeWhole(probe, 'a run writes its files here\n');
    // Two runs that begin in one folder prove it both; the journal decides whose it is.
    await rm(probe, { force: true });
  } catch (error) {
    unmade(error, path);
  }
}

/** Node says ENOENT where a folder cannot be made on a read-only file system: the nearest folder there is knows why. */
async function behind(error: NodeJS.ErrnoException, path: string): Promise<unknown> {
  if (error.code !== 'ENOENT') return error;
  for (let at = dirname(resolve(path)); ; at = dirname(at)) {
    const why = await access(at, constants.W_OK).catch((cause: NodeJS.ErrnoException) => cause);
    if (why?.code !== 'ENOENT' || at === dirname(at)) return why ?? error;
  }
}

function absent(error: NodeJS.ErrnoException, path: string): undefined {
  if (error.code !== 'ENOENT') unmade(error, path);
}

function unmade(error: unknown, path: string): never {
  throw userError(
    'RUN_FOLDER_UNWRITABLE',
    `Cannot write the run folder ${path}: ${reasonOf(error)}. Name a place you can write with --out DIR.`,
    { cause: error },
  );
}
