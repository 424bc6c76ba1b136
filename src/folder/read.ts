// A run folder read back, for `report`, `compare` and `history`.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '../report/result.ts';
import { SCHEMA_VERSION } from '../report/result.ts';
import { RESULT_SCHEMA } from '../report/result-schema.ts';
import { JOURNAL_FILE } from './journal.ts';
import { readPublished } from './read-published.ts';

export const RESULT_FILE = 'result.json';

/** @throws UserError (exit 2): no run folder, unreadable, not JSON, another schema version, or not of the schema's shape */
export async function readResult(dir: string): Promise<Result> {
  const absent = () =>
    existsSync(join(dir, JOURNAL_FILE))
      ? `, but a run that has not ended, or that died: \`doorbuster report ${dir}\` makes its report`
      : ': is it a run folder of a finished run?';
  const result = { name: 'result', version: SCHEMA_VERSION, schema: RESULT_SCHEMA, absent };
  return (await readPublished(join(dir, RESULT_FILE), result)) as Result;
}
