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
  width: number;
  /** A live panel may be redrawn in place. */
  live: boolean;
  say(text: string): void;
  /** Replaces what the last `draw` showed. */
  draw(text: string): void;
  /** Leaves what is drawn on the screen, and goes on below it. */
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
  const live = stderr.isTTY === true && !isCI && !options.quiet && process.env.TERM !== 'dumb';
  // styleText looks at NO_COLOR, FORCE_COLOR and whether the stream is a terminal.
  const paint: Paint = (style, text) => styleText(LOOKS[style], text, { stream });
  let drawn = false;
  const update = live ? createLogUpdate(stderr) : undefined;
  return {
    paint,
    width: Math.min(stream.columns ?? 100, 120),
    live,
    say: (text) => {
      if (options.quiet) return;
      // While a panel is drawn, text goes above it; the panel comes again with the next draw.
      if (drawn) update?.persist(text);
      else stderr.write(`${text}\n`);
    },
    draw: (text) => {
      drawn = update !== undefined;
      update?.(text);
    },
    settle: () => {
      drawn = false;
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
