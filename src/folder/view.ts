// A run as its report sees it: from the record of a run that just ended, or from the files it left. Both go through the
// same texts, so that a page rebuilt later is the page written then, byte by byte.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { userError } from '../errors.ts';
import { chartsOf } from '../report/charts/charts.ts';
import { CHARTS_SCHEMA } from '../report/charts/schema.ts';
import type { Charts } from '../report/charts/spec.ts';
import { CHARTS_VERSION } from '../report/charts/spec.ts';
import type { RunView } from '../report/html/view.ts';
import type { RunRecord } from '../report/record.ts';
import type { Result } from '../report/result.ts';
import { resultOf } from '../report/result.ts';
import { readResult } from './read.ts';
import { reasonOf } from './reason.ts';
import { mismatchOf } from './shape.ts';

export const CHARTS_FILE = 'charts.json';
export const PROFILE_FILE = 'profile.yaml';

/** Two files are made of it, and a long run takes a second to draw. */
const drawn = new WeakMap<RunRecord, string>();

export function formatCharts(record: RunRecord): string {
  const text = drawn.get(record) ?? `${JSON.stringify(chartsOf(record))}\n`;
  drawn.set(record, text);
  return text;
}

/** `files`: what the folder will hold. */
export function viewOf(record: RunRecord, files: readonly string[]): RunView {
  return {
    result: JSON.parse(JSON.stringify(resultOf(record, files))) as Result,
    charts: JSON.parse(formatCharts(record)) as Charts,
    profile: record.plan.effectiveYaml,
  };
}

/** @throws UserError (exit 2): no run folder, or one of its files is missing, unreadable, or not of its shape */
export async function readView(dir: string): Promise<RunView> {
  const result = await readResult(dir);
  const charts = chartsFrom(await textOf(dir, CHARTS_FILE), join(dir, CHARTS_FILE));
  return { result, charts, profile: await textOf(dir, PROFILE_FILE) };
}

async function textOf(dir: string, name: string): Promise<string> {
  const path = join(dir, name);
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'there is no such file, and the report is made from it' : reasonOf(error);
    throw userError('RUN_FOLDER_INCOMPLETE', `Cannot read ${path}: ${why}.`, { cause: error });
  });
}

function chartsFrom(text: string, path: string): Charts {
  let value: { chartsVersion?: unknown };
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw userError('CHARTS_NOT_JSON', `${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
  const version = value?.chartsVersion;
  if (typeof version === 'number' && version > CHARTS_VERSION) {
    const message = `${path} has chartsVersion ${version}, this Doorbuster reads ${CHARTS_VERSION}: it was written by a newer one.`;
    throw userError('CHARTS_TOO_NEW', message);
  }
  const mismatch = mismatchOf(value, CHARTS_SCHEMA);
  if (mismatch !== undefined) throw userError('CHARTS_MALFORMED', `${path} does not fit: ${mismatch}`);
  return value as Charts;
}
