// The real command line on a terminal of its own: `script` of util-linux gives it one, and a screen of the few control
// sequences that are used here shows what a person would see.

import { spawn, spawnSync } from 'node:child_process';
import { MAIN } from './cli.ts';

export const ESCAPE = '\u001b';

/** False where there is no such `script` (BSD's takes other arguments): such tests are skipped. */
export const HAS_PTY =
  spawnSync('script', ['--version']).stdout?.toString().includes('util-linux') === true &&
  spawnSync('stty', ['--version']).error === undefined;

export type TerminalOptions = { cwd: string; columns?: number; rows?: number; env?: Record<string, string> };
export type OnTerminal = {
  /** Everything written so far, control sequences and all. */
  written(): string;
  screen(): string[];
  type(keys: string): void;
  /** Resolves once the screen shows it; rejects when the program ends without. */
  untilShown(text: RegExp): Promise<void>;
  ended: Promise<number | null>;
};

/** Nothing of this process's environment gets in: no CI, no colours asked for or refused. */
export function onTerminal(args: readonly string[], options: TerminalOptions): OnTerminal {
  const { columns = 80, rows = 24 } = options;
  const words = [process.execPath, MAIN, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn('script', ['-qefc', `stty cols ${columns} rows ${rows}; exec ${words}`, '/dev/null'], {
    cwd: options.cwd,
    env: { PATH, HOME, TERM: 'xterm-256color', SHELL: '/bin/sh', ...options.env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let written = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const screen = (): string[] => screenOf(written);
  return {
    written: () => written,
    screen,
    type: (keys) => void child.stdin.write(keys),
    untilShown: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (text.test(screen().join('\n'))) resolve();
        };
        child.stdout.on('data', look);
        ended.then(() => reject(new Error(`ended without showing ${text}:\n${screen().join('\n')}`)));
        look();
      }),
    ended,
  };
}

/** A control sequence, a line's end, or one character. */
const PIECE = new RegExp(String.raw`${ESCAPE}\[([?\d;]*)([A-Za-z])|\r|\n|[^${ESCAPE}]`, 'gu');

/** What is on the screen and above it: lines never wrap, for nothing longer than a line should be written. */
export function screenOf(written: string): string[] {
  const lines: string[][] = [[]];
  let [row, column] = [0, 0];
  for (const [piece, parameters = '', command] of written.matchAll(PIECE)) {
    const count = Number(parameters || 1);
    if (piece === '\r') column = 0;
    else if (piece === '\n') {
      row++;
      column = 0;
    } else if (command === 'A') row = Math.max(0, row - count);
    else if (command === 'B') row += count;
    else if (command === 'G') column = count - 1;
    else if (command === 'K') lines[row] = parameters === '2' ? [] : lines[row]!.slice(0, column);
    else if (command === undefined) lines[row]![column++] = piece;
    while (lines.length <= row) lines.push([]);
  }
  return lines.map((line) =>
    Array.from(line, (character) => character ?? ' ')
      .join('')
      .trimEnd(),
  );
}
