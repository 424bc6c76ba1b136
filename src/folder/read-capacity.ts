// capacity.json read back, for pages and lists. Checked against the published schema, as result.json is.

import { join } from 'node:path';
import { CAPACITY_VERSION, type CapacityFile } from '../report/capacity-file.ts';
import { CAPACITY_SCHEMA } from '../report/capacity-schema.ts';
import { CAPACITY_FILE } from './capacity.ts';
import { readPublished } from './read-published.ts';

/** @throws UserError (exit 2): no such file, unreadable, not JSON, of a newer version, or not of the schema's shape */
export async function readCapacity(dir: string): Promise<CapacityFile> {
  const capacity = { name: 'capacity', version: CAPACITY_VERSION, schema: CAPACITY_SCHEMA };
  return (await readPublished(join(dir, CAPACITY_FILE), capacity)) as CapacityFile;
}
