// One file, written whole or not at all: a temporary neighbour, flushed to the disk, then renamed over the name. A reader
// (or a crash) sees the old file or the new one, never half of one.

import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Replaced in tests, to run out of space on demand. */
export type WriteFile = (path: string, content: string) => Promise<void>;

/** @throws the system's error (`code` ENOSPC, EROFS, …), with the temporary file removed */
export const writeWhole: WriteFile = async (path, content) => {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  try {
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
};
