// capacity.json read back, for pages and lists. Checked against the published schema, as result.json is.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { userError } from '../errors.ts';
import { CAPACITY_VERSION, type CapacityFile } from '../report/capacity-file.ts';
import { CAPACITY_SCHEMA } from '../report/capacity-schema.ts';
import { CAPACITY_FILE } from './capacity.ts';
import { reasonOf } from './reason.ts';
import { mismatchOf } from './shape.ts';

/** @throws UserError (exit 2): no such file, unreadable, not JSON, of a newer version, or not of the schema's shape */
export async function readCapacity(dir: string): Promise<CapacityFile> {
  const path = join(dir, CAPACITY_FILE);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'there is no such file' : reasonOf(error);
    throw userError('CAPACITY_UNREADABLE', `Cannot read ${path}: ${why}`, { cause: error });
  });
  const value = parsed(text, path);
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version === 'number' && version > CAPACITY_VERSION) {
    throw userError(
      'CAPACITY_TOO_NEW',
      `${path} has schemaVersion ${version}, this Doorbuster reads ${CAPACITY_VERSION}: it was written by a newer one.`,
    );
  }
  const mismatch = mismatchOf(value, CAPACITY_SCHEMA);
  if (mismatch !== undefined)
    throw userError('CAPACITY_MALFORMED', `${path} is no capacity of Doorbuster: ${mismatch}`);
  return value as CapacityFile;
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw userError('CAPACITY_NOT_JSON', `${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
}
