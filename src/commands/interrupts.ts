// Ctrl-C and SIGTERM, by what is going on. Orders are under way: the first stops firing and awaits the answers, the second
// gives those up, and the books too. Books are being read, or the teardown is sent: the first leaves that. After that
// Node's own way; at no moment in between would the first signal end a run that is not written down. A person at a terminal
// may wait for long answers; whoever sends SIGTERM comes back with SIGKILL, so from then on everything has its time, and the
// report is there within 5 s.

import { wrap } from '../report/layout.ts';
import type { RunControl } from '../run/run.ts';
import type { Terminal } from './terminal.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** After SIGTERM: until the answers and the books are given up, and the teardown. The rest of 5 s is the report's. */
const ANSWERS_MS = 1_500;
const TEARDOWN_MS = 2_000;
const STOPPING = ['Stopping: no more orders are fired; waiting for the answers still out.', 'Again to stop at once.'];
const HURRYING = [
  `Stopping on SIGTERM: no more orders are fired; the answers still out are awaited for ${ANSWERS_MS / 1e3} s.`,
];
const UNREAD = ['Stopping: the books are not read to their end.'];
const LEFT = ['Stopping: the teardown is not sent to its end.'];

type Signal = (typeof SIGNALS)[number];
type Control = Pick<RunControl, 'drain' | 'abort'>;

/** What may be given up after the orders. */
export type Patience = { books: AbortController; teardown: AbortController };

/** What a signal means now. */
type Stage = { during: 'orders'; control: Control } | { during: 'books' | 'teardown' };

export class Interrupts {
  readonly #terminal: Terminal;
  readonly #patience: Patience;
  #stage: Stage = { during: 'books' };
  #isDraining = false;
  #isListening = false;

  constructor(terminal: Terminal, patience: Patience) {
    this.#terminal = terminal;
    this.#patience = patience;
  }

  /** From here on, until `close` or until they have had their way, signals are ours. */
  duringOrders(control: Control): void {
    this.#stage = { during: 'orders', control };
    this.#listen();
  }

  /** What was given up before is left at once. */
  duringBooks(): void {
    this.#stage = { during: 'books' };
    if (!this.#patience.books.signal.aborted) this.#listen();
  }

  duringTeardown(): void {
    this.#stage = { during: 'teardown' };
    this.#listen();
  }

  /** Idempotent. */
  readonly close = (): void => {
    if (this.#isListening) for (const signal of SIGNALS) process.off(signal, this.#onSignal);
    this.#isListening = false;
  };

  #listen(): void {
    if (!this.#isListening) for (const signal of SIGNALS) process.on(signal, this.#onSignal);
    this.#isListening = true;
  }

  readonly #onSignal = (signal: Signal): void => {
    const { books, teardown } = this.#patience;
    if (this.#stage.during === 'orders') {
      this.#onOrders(signal, this.#stage.control);
      return;
    }
    this.#say(this.#stage.during === 'books' ? UNREAD : LEFT);
    (this.#stage.during === 'books' ? books : teardown).abort();
    if (signal === 'SIGTERM') this.#hurry();
    this.close();
  };

  #onOrders(signal: Signal, control: Control): void {
    if (signal === 'SIGTERM') this.#hurry(control);
    if (!this.#isDraining) {
      this.#isDraining = true;
      this.#say(signal === 'SIGTERM' ? HURRYING : STOPPING);
      control.drain(signal);
      return;
    }
    control.abort();
    this.#patience.books.abort();
    this.close();
  }

  #hurry(control?: Control): void {
    const { books, teardown } = this.#patience;
    const giveUp = (): void => {
      control?.abort();
      books.abort();
    };
    setTimeout(giveUp, ANSWERS_MS).unref();
    setTimeout(() => teardown.abort(), TEARDOWN_MS).unref();
  }

  #say(lines: readonly string[]): void {
    const { width } = this.#terminal;
    this.#terminal.say(`\n${lines.flatMap((line) => wrap(line, width)).join('\n')}`);
  }
}
