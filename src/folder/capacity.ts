// What a search for capacity leaves in its folder. capacity.json comes last: where it is, the others are.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { userError } from '../errors.ts';
import { type CapacityFile, capacityFileOf } from '../report/capacity-file.ts';
import { formatCapacityMarkdown } from '../report/capacity-markdown.ts';
import type { CapacityRecord } from '../report/capacity-record.ts';
import { formatCapacityPage } from '../report/html/capacity/page.ts';
import type { RunFolder } from './open.ts';
import { inlineAssets } from './page-assets.ts';
import { reasonOf } from './reason.ts';
import { PROFILE_FILE } from './view.ts';
import { type WriteFile, writeWhole } from './write.ts';

export const CAPACITY_FILE = 'capacity.json';
export const CAPACITY_PAGE = 'capacity.html';

type Artifact = { name: string; format: (record: CapacityRecord, file: CapacityFile) => string };

const ARTIFACTS: readonly Artifact[] = [
  { name: PROFILE_FILE, format: ({ plan }) => plan.effectiveYaml },
  { name: 'summary.md', format: (_, file) => formatCapacityMarkdown(file) },
  { name: CAPACITY_PAGE, format: (_, file) => formatCapacityPage(file, inlineAssets()) },
  { name: CAPACITY_FILE, format: (_, file) => `${JSON.stringify(file, null, 2)}\n` },
];

/**
 * Writes every file, each whole or not at all. One that cannot be written does not keep the others from it.
 *
 * @throws UserError (exit 2) naming the files and the reason
 */
export async function writeCapacity(
  { path }: RunFolder,
  record: CapacityRecord,
  write: WriteFile = writeWhole,
): Promise<string[]> {
  const written: string[] = [];
  const missing: { name: string; error: unknown }[] = [];
  await mkdir(path, { recursive: true }).catch(() => {});
  for (const { name, format } of ARTIFACTS) {
    const there = name === CAPACITY_FILE ? [...written, name] : ARTIFACTS.map((each) => each.name);
    const content = format(record, asRead(record, there));
    await write(join(path, name), content).then(
      () => written.push(name),
      (error: unknown) => missing.push({ name, error }),
    );
  }
  if (missing.length === 0) return written;
  throw userError(
    'RUN_FOLDER_INCOMPLETE',
    `Cannot write ${missing.map(({ name }) => name).join(', ')} in ${path}: ${reasonOf(missing[0]!.error)}. ` +
      `Written: ${written.length === 0 ? 'nothing' : written.join(', ')}. Make room, or name another place with --out DIR.`,
    { cause: missing[0]!.error },
  );
}

/** What is read back later is what is shown now. `files`: what the folder holds, or will. */
export function asRead(record: CapacityRecord, files: readonly string[]): CapacityFile {
  return JSON.parse(JSON.stringify(capacityFileOf(record, files))) as CapacityFile;
}
