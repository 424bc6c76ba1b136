// The person's side: progress and messages go to stderr, data to stdout; colour and redrawing only where they are wanted.

import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import { createLogUpdate } from 'log-update';
import { isCI } from 'std-env';
import type { Paint, Style } from '../report/layout.ts';

const LOOKS = {
  bold: 'bold',
  dim: 'dim',
  pass: 'green',
  fail: 'red',
  warn: 'yellow',
  accent: 'cyan',
} as const satisfies Record<Style, string>;

export type Terminal = {
  paint: Paint;
  /** Columns, at this moment: a window may be resized. */
  readonly width: number;
  /** Lines a drawn panel may take; undefined where nobody looks. */
  readonly rows: number | undefined;
  /** A live panel may be redrawn in place. */
  live: boolean;
  say(text: string): void;
  /** Replaces what the last `draw` showed. */
  draw(text: string): void;
  /** Takes what is drawn off the screen: what comes next has newer numbers. */
  settle(): void;
  /** Undefined where nobody could answer. */
  confirm: ((question: string) => Promise<boolean>) | undefined;
};

/**
 * @param quiet says nothing but what the caller sends to stdout, and errors
 * @param stdout colour and width are for text that goes to stdout
 */
export function terminalOf(options: { quiet?: boolean; stdout?: boolean } = {}): Terminal {
  const { stderr, stdin } = process;
  const stream = options.stdout ? process.stdout : stderr;
  // A terminal that does not know its size (0 × 0, as under some remote shells) has no place to draw.
  const drawable = stderr.isTTY === true && stderr.columns > 0 && stderr.rows > 0 && process.env.TERM !== 'dumb';
  const live = drawable && !isCI && !options.quiet;
  // styleText looks at NO_COLOR, FORCE_COLOR and whether the stream is a terminal.
  const paint: Paint = (style, text) => styleText(LOOKS[style], text, { stream });
  let drawn: string | undefined;
  const update = live ? createLogUpdate(stderr) : undefined;
  return {
    paint,
    get width() {
      return Math.min(stream.columns || 100, 120);
    },
    get rows() {
      // The cursor stands on a line of its own below the panel.
      return live ? stderr.rows - 1 : undefined;
    },
    live,
    say: (text) => {
      if (options.quiet) return;
      // While a panel is drawn, text goes above it and stays.
      if (drawn === undefined) stderr.write(`${text}\n`);
      else {
        update?.persist(text);
        update?.(drawn);
      }
    },
    draw: (text) => {
      if (update) drawn = text;
      update?.(text);
    },
    settle: () => {
      drawn = undefined;
      update?.clear();
      update?.done();
    },
    confirm: stdin.isTTY && stderr.isTTY && !isCI ? ask : undefined,
  };
}

async function ask(question: string): Promise<boolean> {
  const readline = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await readline.question(`${question} [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    // Ctrl-C or Ctrl-D at the question is a no.
    if (error instanceof Error && error.name === 'AbortError') return false;
    throw error;
  } finally {
    readline.close();
  }
}
