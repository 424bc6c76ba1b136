// What a run leaves in its folder. result.json comes last: where it is, the others are.

import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { userError } from '../errors.ts';
import { formatHlog } from '../measure/hlog.ts';
import { formatSpectrum } from '../report/hgrm.ts';
import { formatPage } from '../report/html/page.ts';
import { formatJunit } from '../report/junit.ts';
import { formatMarkdown } from '../report/markdown.ts';
import { timelineOf } from '../report/numbers.ts';
import { formatOpenMetrics } from '../report/openmetrics.ts';
import type { RunRecord } from '../report/record.ts';
import { resultOf } from '../report/result.ts';
import { formatBiggerIsBetter, formatSmallerIsBetter } from '../report/trend.ts';
import { JOURNAL_FILE } from './journal.ts';
import type { RunFolder } from './open.ts';
import { inlineAssets } from './page-assets.ts';
import { RESULT_FILE } from './read.ts';
import { reasonOf } from './reason.ts';
import { CHARTS_FILE, formatCharts, PROFILE_FILE, viewOf } from './view.ts';
import type { WriteFile } from './write.ts';
import { writeWhole } from './write.ts';

export { RESULT_FILE } from './read.ts';

export const PAGE_FILE = 'report.html';

/** A file of the run folder and how its text is made; another report is one more row. */
export const ARTIFACTS: readonly { name: string; format: (record: RunRecord, beside?: readonly string[]) => string }[] =
  [
    { name: PROFILE_FILE, format: (record) => record.plan.effectiveYaml },
    { name: 'summary.md', format: formatMarkdown },
    { name: 'spectrum.hgrm', format: formatSpectrum },
    { name: 'junit.xml', format: formatJunit },
    { name: 'metrics.txt', format: formatOpenMetrics },
    { name: 'smaller-is-better.json', format: formatSmallerIsBetter },
    { name: 'bigger-is-better.json', format: formatBiggerIsBetter },
    { name: 'run.hlog', format: (record) => formatHlog(timelineOf(record.evidence), record.run.startedAtMs) },
    { name: CHARTS_FILE, format: formatCharts },
    {
      name: PAGE_FILE,
      format: (record, beside = []) => formatPage(viewOf(record, [...beside, ...allFiles()]), inlineAssets()),
    },
  ];

/** Names of all files of a run folder, in the order in which they are written. */
const allFiles = (): string[] => [...ARTIFACTS.map(({ name }) => name), RESULT_FILE];

/**
 * Writes every artifact, each whole or not at all, result.json last; returns their names in that order. One that cannot
 * be written does not keep the others from it (a full disk may hold the small ones), and result.json lists what is there.
 *
 * @throws UserError (exit 2) naming the file, the reason, and which files were written
 */
export async function writeArtifacts(
  { path }: RunFolder,
  record: RunRecord,
  write: WriteFile = writeWhole,
): Promise<string[]> {
  const written: string[] = [];
  const missing: { name: string; error: unknown }[] = [];
  const bugs: unknown[] = [];
  const attempt = async (name: string, make: () => string) => {
    let content: string;
    try {
      content = make();
    } catch (error) {
      // A fault of ours in one rendering must not cost the numbers of a run of hours.
      bugs.push(error);
      return;
    }
    try {
      await write(join(path, name), content);
      written.push(name);
    } catch (error) {
      missing.push({ name, error });
    }
  };
  // A folder that somebody took away meanwhile is made again: the run is worth more than its place.
  await mkdir(path, { recursive: true }).catch(() => {});
  const beside = await access(join(path, JOURNAL_FILE)).then(
    () => [JOURNAL_FILE],
    () => [],
  );
  for (const { name, format } of ARTIFACTS) await attempt(name, () => format(record, beside));
  const files = [...beside, ...written, RESULT_FILE];
  await attempt(RESULT_FILE, () => `${JSON.stringify(resultOf(record, files), null, 2)}\n`);
  if (bugs.length > 0) throw bugs[0];
  if (missing.length === 0) return written;
  throw userError(
    'RUN_FOLDER_INCOMPLETE',
    `Cannot write ${missing.map(({ name }) => name).join(', ')} in ${path}: ${reasonOf(missing[0]!.error)}. ` +
      `Written: ${written.length === 0 ? 'nothing' : written.join(', ')}. Make room, or name another place with --out DIR.`,
    { cause: missing[0]!.error },
  );
}
