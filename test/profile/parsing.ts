// A profile parsed as the command line does it, with a pretended environment and pretended files.

import type { Problem } from '../../src/errors.ts';
import { parseSlo } from '../../src/judge/slo.ts';
import { type ParseContext, parseProfile } from '../../src/profile/parse.ts';
import type { Plan } from '../../src/profile/plan.ts';
import { formatProblems } from '../../src/report/problems.ts';

/** `modules`: what each exports, or a function that throws what loading it would. */
type Pretended = Partial<Omit<ParseContext, 'readFile'>> & {
  files?: Record<string, string>;
  modules?: Record<string, unknown>;
};

function contextOf({ files = {}, modules = {}, ...rest }: Pretended): ParseContext {
  const readFile = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw new Error(`ENOENT: no such file or directory, open '/somewhere/${path}'`);
    return text;
  };
  const importModule = (url: string): unknown => {
    const exported = modules[url.replace('file:///somewhere/', '')];
    return typeof exported === 'function' ? exported() : exported;
  };
  return { env: {}, parseSlo, readFile, locate: (path) => `file:///somewhere/${path}`, importModule, ...rest };
}

export function parseText(text: string, pretended: Pretended = {}, format: 'yaml' | 'json' = 'yaml') {
  return parseProfile({ file: `profile.${format}`, text, format }, contextOf(pretended));
}

export function parseValue(value: unknown, pretended: Pretended = {}) {
  return parseProfile({ file: 'shop.profile.ts', value }, contextOf(pretended));
}

/** The plan, or a failing test that shows the problems. */
export function planOf(text: string, pretended: Pretended = {}): Plan {
  const parsed = parseText(text, pretended);
  if (!parsed.ok) throw new Error(formatProblems(parsed.problems));
  return parsed.plan;
}

export function problemsOf(text: string, pretended: Pretended = {}): Problem[] {
  const parsed = parseText(text, pretended);
  return parsed.ok ? [] : parsed.problems;
}

/** The shortest sound profile, with `more` below it. */
export function minimal(more = ''): string {
  return `target: { url: demo }\ntraffic: { rate: 10/s, for: 1m }\nslo: [p99 < 300ms]\n${more}`;
}
