// Golden files: `UPDATE_GOLDEN=1` writes what is produced, otherwise it is read back for the test to compare.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../golden/', import.meta.url);

/** What the golden file of this name holds; a missing one is a failure, not a pass. */
export function golden(name: string, produced: string): string {
  const path = fileURLToPath(new URL(name, ROOT));
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${produced}\n`);
  }
  if (!existsSync(path)) return `no golden file ${path}: make it with UPDATE_GOLDEN=1`;
  return readFileSync(path, 'utf8').replace(/\n$/, '');
}
