// A profile file to a plan: reads what profile/ (pure) asks for and hands it judge's grammar for the SLO lines.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UserError, userError } from '../errors.ts';
import { readRunSeconds } from '../folder/seconds.ts';
import { parseSlo } from '../judge/slo.ts';
import { type ParseContext, type ProfileSource, parseProfile } from '../profile/parse.ts';
import type { Plan } from '../profile/plan.ts';
import { closest } from '../suggest.ts';
import { importJourney, importProfile } from './import-profile.ts';
import { readLines } from './read-lines.ts';

/** Flags that change the plan, as the person typed them. */
export type PlanFlags = {
  target?: string;
  seed?: number;
  scale?: string;
  speed?: string;
  condense?: string;
  set?: [path: string, value: string][];
};

const EXTENSIONS = ['.yaml', '.yml', '.json', '.ts', '.mts', '.js', '.mjs'];

/** @throws UserError with every mistake at once (exit 2) */
export async function loadPlan(file: string, flags: PlanFlags): Promise<Plan> {
  return (await loadProfile(file, flags)).plan;
}

/** The same for one who prints what the target says: `secrets` are to be taken out of it. */
export async function loadProfile(file: string, flags: PlanFlags): Promise<{ plan: Plan; secrets: readonly string[] }> {
  const context: ParseContext = {
    env: process.env,
    sets: flags.set,
    target: flags.target,
    seed: flags.seed,
    scale: flags.scale,
    speed: flags.speed,
    condense: flags.condense,
    locate: (path) => pathToFileURL(resolve(dirname(file), path)).href,
    importModule: importJourney,
    readLines: (path, each) => readLines(resolve(dirname(file), path), each),
    readRun: (path) => readRunSeconds(resolve(dirname(file), path)),
    readFile: (path) => decode(readFileSync(resolve(dirname(file), path))),
    parseSlo,
  };
  const parsed = parseProfile(await readSource(file), context);
  if (!parsed.ok) throw new UserError(parsed.problems);
  return parsed;
}

async function readSource(file: string): Promise<ProfileSource> {
  const extension = extname(file).toLowerCase();
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) {
    const names = readdirSync(file).filter((name) => EXTENSIONS.includes(extname(name)));
    // Beside a profile there may be the code of its orders.
    const first = names.find((name) => /\.(ya?ml|json)$/.test(name)) ?? names[0];
    const example = first === undefined ? '' : `, such as \`${join(file, first)}\``;
    throw userError('PROFILE_KIND', `profile ${file}: it is a folder; name a profile${example}`);
  }
  if (existsSync(file) && !EXTENSIONS.includes(extension)) {
    throw userError('PROFILE_KIND', `profile ${file}: expected one of ${EXTENSIONS.join(', ')}, got \`${extension}\``);
  }
  const text = readProfileText(file);
  if (extension === '.json') return { file, text, format: 'json' };
  if (extension === '.yaml' || extension === '.yml') return { file, text, format: 'yaml' };
  return { file, value: await importProfile(file) };
}

function readProfileText(file: string): string {
  try {
    return decode(readFileSync(file));
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw userError('PROFILE_UNREADABLE', `profile ${file}: ${messageOf(error)}`);
    const near = similarFile(file);
    throw userError('PROFILE_MISSING', `profile ${file}: no such file${near ? `; did you mean \`${near}\`?` : ''}`);
  }
}

function similarFile(file: string): string | undefined {
  for (const folder of new Set([dirname(file), 'profiles', '.'])) {
    const names = existsSync(folder) ? readdirSync(folder).filter((name) => EXTENSIONS.includes(extname(name))) : [];
    const wanted = file.split(/[\\/]/).at(-1) ?? file;
    const bare = (name: string): string => name.slice(0, name.length - extname(name).length);
    const near = names.find((name) => bare(name) === bare(wanted)) ?? closest(wanted, names);
    if (near) return folder === '.' ? near : join(folder, near);
  }
  return undefined;
}

/** @throws TypeError when the bytes are not UTF-8: a profile is text */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new TypeError('not UTF-8 text');
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
