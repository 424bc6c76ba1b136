// What every plan builder gets: where to complain, where to warn, and the profile as written.

import type { Problem } from '../errors.ts';
import { at, formatPath, type Path } from './paths.ts';
import type { Complain } from './problems.ts';
import { redacted } from './redact.ts';
import { holdsVariable } from './variables.ts';

/** Orders of another run in each of its seconds. `id`: which, in words. `cut`: what is missing of it, in words. */
export type RunSeconds = { id: string; planned: number[]; fired: number[]; cut?: string };

export type Section = {
  complain: Complain;
  /** A mistake in a file beside the profile. */
  tell: (problem: Problem) => void;
  warn: (line: string) => void;
  /** The whole profile as written: its texts still hold their variables. */
  raw: unknown;
  env: Readonly<Record<string, string | undefined>>;
  /** Reads a file beside the profile; a mistake is told at `path`, and the answer is undefined. */
  read: (file: string, path: Path) => string | undefined;
  /**
   * Every line of a file beside the profile with its number (from 1), until `each` says false. False when it cannot be
   * read, which was told at `path`.
   */
  readLines: (file: string, path: Path, each: (line: string, number: number) => boolean) => boolean;
  /** What a run folder beside the profile holds; undefined when a mistake was told at `path`. */
  readRun: (folder: string, path: Path) => RunSeconds | undefined;
  /** URL of a file beside the profile. */
  locate: (file: string) => string;
  /** The default export of a module; throws. */
  importModule: (url: string) => unknown;
};

/** Said in place of a message that could quote what a variable holds. */
export const WRONG_WHEN_FILLED = 'is wrong once its variables are filled in (their values are not shown)';

/** A mistake within the text of one scalar, as template.ts and slo.ts tell them. */
type TextMistake = { code: string; message: string; at: number; length: number };

/**
 * Checks a text that may hold variables: first as written, where offsets mean something, then as filled in, where
 * nothing of the message may be shown because it could quote a value.
 */
export function checkText(
  { complain, raw }: Pick<Section, 'complain' | 'raw'>,
  { text, path, check }: { text: string; path: Path; check: (text: string) => TextMistake | undefined },
): boolean {
  const mistake = check(text);
  if (!mistake) return true;
  const written = at(raw, path);
  if (!holdsVariable(written)) {
    const { code, at: from, length } = mistake;
    // The message quotes what the placeholder chooses from.
    const isSecret = code === 'PLACEHOLDER_ARGUMENTS' && redacted(written, path) !== written;
    const message = isSecret
      ? `\`${formatPath(path)}\` holds a \`{{choose(…)}}\` that is wrong: write \`{{choose(a: 3, b: 1)}}\``
      : mistake.message;
    complain({ code, message, path, focus: { at: from, length } });
    return false;
  }
  complain({ code: mistake.code, message: `\`${formatPath(path)}\` ${WRONG_WHEN_FILLED}`, path });
  return false;
}
