// A published JSON file of a run folder read back: checked against its schema, so that what comes out is what it is read
// as, and not a hope.

import { readFile } from 'node:fs/promises';
import { userError } from '../errors.ts';
import type { Schema } from '../report/schema-shapes.ts';
import { reasonOf } from './reason.ts';
import { mismatchOf } from './shape.ts';

export type Published = {
  /** `result`: in messages, and before each error's code. */
  name: string;
  version: number;
  schema: Schema;
  /** What else to say of a file that is not there. */
  absent?: () => string;
};

/** @throws UserError (exit 2): no such file, unreadable, not JSON, of a newer version, or not of the schema's shape */
export async function readPublished(path: string, { name, version, schema, absent }: Published): Promise<unknown> {
  const code = name.toUpperCase();
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? `there is no such file${absent?.() ?? ''}` : reasonOf(error);
    throw userError(`${code}_UNREADABLE`, `Cannot read ${path}: ${why}`, { cause: error });
  });
  const value = parsed(text, path, code);
  const found = (value as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof found === 'number' && found > version) {
    throw userError(
      `${code}_TOO_NEW`,
      `${path} has schemaVersion ${found}, this Doorbuster reads ${version}: it was written by a newer one.`,
    );
  }
  const mismatch = mismatchOf(value, schema);
  if (mismatch === undefined) return value;
  throw userError(`${code}_MALFORMED`, `${path} is no ${name} of Doorbuster: ${mismatch}`);
}

function parsed(text: string, path: string, code: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw userError(`${code}_NOT_JSON`, `${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
}
