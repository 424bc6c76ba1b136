// Ctrl-C (and SIGTERM), by what is going on. Orders are under way: the first stops firing and awaits the answers, the
// second gives those up, and the books too. Books are being read: the first leaves them. After that Node's own way.

import { wrap } from '../report/layout.ts';
import type { Run, RunControl } from '../run/run.ts';
import type { Terminal } from './terminal.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const STOPPING = ['Stopping: no more orders are fired; waiting for the answers still out.', 'Again to stop at once.'];
const UNREAD = ['Stopping: the books are not read to their end.'];

type Listener = (signal: (typeof SIGNALS)[number]) => void;

async function listening<T>(listener: Listener, work: Promise<T>): Promise<T> {
  for (const signal of SIGNALS) process.on(signal, listener);
  return work.finally(() => {
    for (const signal of SIGNALS) process.off(signal, listener);
  });
}

function say(terminal: Terminal, lines: readonly string[]): void {
  terminal.say(`\n${lines.flatMap((line) => wrap(line, terminal.width)).join('\n')}`);
}

/** Until the run has ended by itself or was ended. */
export function untilEnd(control: RunControl, terminal: Terminal, giveUp: AbortController): Promise<Run> {
  let heard = 0;
  const listener: Listener = (signal) => {
    heard++;
    if (heard === 1) {
      say(terminal, STOPPING);
      control.drain(signal);
    } else {
      control.abort();
      giveUp.abort();
      for (const each of SIGNALS) process.off(each, listener);
    }
  };
  return listening(listener, control.finished);
}

/** Until the books are read or given up. */
export function untilRead<T>(reading: Promise<T>, terminal: Terminal, giveUp: AbortController): Promise<T> {
  const listener: Listener = () => {
    say(terminal, UNREAD);
    giveUp.abort();
    for (const each of SIGNALS) process.off(each, listener);
  };
  return listening(listener, reading);
}
