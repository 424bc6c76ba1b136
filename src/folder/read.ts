// A run folder read back, for `report`, `compare` and `history`. Checked against the published schema, so that what
// comes out is a Result and not a hope.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { userError } from '../errors.ts';
import type { Result } from '../report/result.ts';
import { SCHEMA_VERSION } from '../report/result.ts';
import { RESULT_SCHEMA } from '../report/result-schema.ts';
import { reasonOf } from './reason.ts';
import { mismatchOf } from './shape.ts';

export const RESULT_FILE = 'result.json';

/** @throws UserError (exit 2): no run folder, unreadable, not JSON, another schema version, or not of the schema's shape */
export async function readResult(dir: string): Promise<Result> {
  const path = join(dir, RESULT_FILE);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why =
      error.code === 'ENOENT' ? 'there is no such file: is it a run folder of a finished run?' : reasonOf(error);
    throw userError('RESULT_UNREADABLE', `Cannot read ${path}: ${why}`, { cause: error });
  });
  const value = parse(text, path);
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version === 'number' && version > SCHEMA_VERSION) {
    throw userError(
      'RESULT_TOO_NEW',
      `${path} has schemaVersion ${version}, this Doorbuster reads ${SCHEMA_VERSION}: it was written by a newer one.`,
    );
  }
  const mismatch = mismatchOf(value, RESULT_SCHEMA);
  if (mismatch !== undefined) {
    throw userError('RESULT_MALFORMED', `${path} is no result of Doorbuster: ${mismatch}`);
  }
  return value as Result;
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw userError('RESULT_NOT_JSON', `${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
}
