// Ctrl-C and SIGTERM, by what is going on. Orders are under way: the first stops firing and awaits the answers, the second
// gives those up, and the books too. Books are being read, or the teardown is sent: the first leaves that. After that
// Node's own way. A person at a terminal may wait for long answers; whoever sends SIGTERM comes back with SIGKILL, so
// from then on everything has its time, and the report is there within 5 s.

import { wrap } from '../report/layout.ts';
import type { Run, RunControl } from '../run/run.ts';
import type { Terminal } from './terminal.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** After SIGTERM: until the answers and the books are given up, and the teardown. The rest of 5 s is the report's. */
const ANSWERS_MS = 2_000;
const TEARDOWN_MS = 2_500;
const STOPPING = ['Stopping: no more orders are fired; waiting for the answers still out.', 'Again to stop at once.'];
const HURRYING = [
  `Stopping on SIGTERM: no more orders are fired; the answers still out are awaited for ${ANSWERS_MS / 1e3} s.`,
];
const UNREAD = ['Stopping: the books are not read to their end.'];
const LEFT = ['Stopping: the teardown is not sent to its end.'];

type Signal = (typeof SIGNALS)[number];
type Listener = (signal: Signal) => void;

/** What may be given up after the orders. */
export type Patience = { books: AbortController; teardown: AbortController };

async function listening<T>(listener: Listener, work: Promise<T>): Promise<T> {
  for (const signal of SIGNALS) process.on(signal, listener);
  return work.finally(() => {
    for (const signal of SIGNALS) process.off(signal, listener);
  });
}

function say(terminal: Terminal, lines: readonly string[]): void {
  terminal.say(`\n${lines.flatMap((line) => wrap(line, terminal.width)).join('\n')}`);
}

function hurry(patience: Patience, control?: RunControl): void {
  const giveUp = (): void => {
    control?.abort();
    patience.books.abort();
  };
  setTimeout(giveUp, ANSWERS_MS).unref();
  setTimeout(() => patience.teardown.abort(), TEARDOWN_MS).unref();
}

/** Until the run has ended by itself or was ended. */
export function untilEnd(control: RunControl, terminal: Terminal, patience: Patience): Promise<Run> {
  let heard = 0;
  const listener: Listener = (signal) => {
    heard++;
    if (heard === 1) {
      say(terminal, signal === 'SIGTERM' ? HURRYING : STOPPING);
      control.drain(signal);
    } else {
      control.abort();
      patience.books.abort();
      for (const each of SIGNALS) process.off(each, listener);
    }
    if (signal === 'SIGTERM') hurry(patience, control);
  };
  return listening(listener, control.finished);
}

/** Until the books are read or given up. */
export function untilRead<T>(reading: Promise<T>, terminal: Terminal, patience: Patience): Promise<T> {
  const listener: Listener = (signal) => {
    say(terminal, UNREAD);
    patience.books.abort();
    if (signal === 'SIGTERM') hurry(patience);
    for (const each of SIGNALS) process.off(each, listener);
  };
  return listening(listener, reading);
}

/** Until the teardown is sent or left. */
export function untilTornDown<T>(sending: Promise<T>, terminal: Terminal, patience: Patience): Promise<T> {
  const listener: Listener = () => {
    say(terminal, LEFT);
    patience.teardown.abort();
    for (const each of SIGNALS) process.off(each, listener);
  };
  return listening(listener, sending);
}
