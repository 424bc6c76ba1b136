// Mistakes as data. A `Problem` is one thing a person got wrong, with its place; `UserError` carries them to the edge,
// where main.ts prints them and picks the exit code. Everything else that is thrown is a bug (exit 1).

/** A place in a text file; line and column count from 1. */
export type Place = { file: string; line: number; column: number };

/**
 * One mistake. `message` is one line that gives the name, the rule, the value and the way out.
 * `path` is where in the profile (`traffic.shape[1].peak`); `source` is the line of text at `place`,
 * and `length` how many of its characters the caret underlines. `file` is for a mistake in a file that has no place in it.
 */
export type Problem = {
  code: string;
  message: string;
  path?: string;
  file?: string | undefined;
  place?: Place | undefined;
  source?: string;
  length?: number;
};

/** Exit codes of the command line (DESIGN.md §3); the README's table is tested against this object. */
export const EXIT = {
  pass: 0,
  bug: 1,
  usage: 2,
  unreachable: 3,
  invalid: 4,
  inconclusive: 5,
  regression: 6,
  fail: 99,
  interrupted: 130,
  terminated: 143,
} as const;

/** What the person at the keyboard can mend. `exitCode` is 2 unless the target could not be reached (3). */
export class UserError extends Error {
  readonly code: string;
  readonly problems: readonly Problem[];
  readonly exitCode: number;

  constructor(problems: readonly Problem[], options: { exitCode?: number; cause?: unknown } = {}) {
    super(problems.map((problem) => problem.message).join('\n'), { cause: options.cause });
    this.name = 'UserError';
    this.code = problems[0]?.code ?? 'USAGE';
    this.problems = problems;
    this.exitCode = options.exitCode ?? EXIT.usage;
  }
}

/** One mistake that has no place in a file. */
export function userError(
  code: string,
  message: string,
  options: { exitCode?: number; cause?: unknown } = {},
): UserError {
  return new UserError([{ code, message }], options);
}
