// Ctrl-C and SIGTERM, by what is going on. No order was fired yet: the first leaves the setup, and there is no run. Orders
// are under way: the first stops firing and awaits the answers, the second gives those up, and the books too. Books are
// being read, or the teardown is sent: the first leaves that. Files are being written: the first is told that they are.
// After that Node's own way; at no moment in between would the first signal end a run that is not written down. A person at
// a terminal may wait for long answers; whoever sends SIGTERM comes back with SIGKILL, so from then on everything has its
// time, and the report is there within 5 s.

import { EXIT, userError } from '../errors.ts';
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
const UNBEGUN = ['Stopping before the first order.', 'Again to stop at once.'];
const WRITING = ['The files of the run are being written, and then it ends.', 'Again to stop at once.'];
const UNREAD = ['Stopping: the books are not read to their end.'];
const LEFT = ['Stopping: the teardown is not sent to its end.'];

type Signal = (typeof SIGNALS)[number];
type Control = Pick<RunControl, 'drain' | 'abort'>;

/** What may be given up: the run before its first order, and what comes after the orders. */
export type Patience = Record<'start' | 'books' | 'teardown', AbortController>;

/** What a signal means now. */
type Stage = { during: 'orders'; control: Control } | { during: 'start' | 'books' | 'teardown' | 'files' };

const LEAVING = { start: UNBEGUN, books: UNREAD, teardown: LEFT, files: WRITING } as const;

export class Interrupts {
  readonly patience: Patience = {
    start: new AbortController(),
    books: new AbortController(),
    teardown: new AbortController(),
  };
  readonly #terminal: Pick<Terminal, 'say' | 'width'>;
  readonly #process: Pick<NodeJS.Process, 'on' | 'off'>;
  #stage: Stage = { during: 'start' };
  #first: Signal | undefined;
  #isDraining = false;
  #isListening = false;

  /** `from`: where signals come from; tests send their own. */
  constructor(terminal: Pick<Terminal, 'say' | 'width'>, from: Pick<NodeJS.Process, 'on' | 'off'> = process) {
    this.#terminal = terminal;
    this.#process = from;
  }

  /** From here on no signal ends the process behind our back. */
  duringStart(): void {
    this.#stage = { during: 'start' };
    this.#listen();
  }

  /** What `begun` resolves to, unless the run is left before it does. @throws UserError (exit 130 or 143) then */
  async unlessLeft<T>(begun: Promise<T>): Promise<T> {
    const { signal } = this.patience.start;
    const left = Promise.withResolvers<never>();
    const leave = (): void => left.reject(this.#leftUnbegun());
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    begun.catch(() => {});
    return Promise.race([left.promise, begun]).finally(() => signal.removeEventListener('abort', leave));
  }

  #leftUnbegun(): Error {
    const exitCode = this.#first === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
    return userError('LEFT', `${this.#first} came before the first order: none was sent, and there is no run folder`, {
      exitCode,
    });
  }

  /** From here on, until `close` or until they have had their way, signals are ours. */
  duringOrders(control: Control): void {
    this.#stage = { during: 'orders', control };
    this.#listen();
  }

  /** What was given up before is left at once. */
  duringBooks(): void {
    this.#stage = { during: 'books' };
    if (!this.patience.books.signal.aborted) this.#listen();
  }

  duringTeardown(): void {
    this.#stage = { during: 'teardown' };
    this.#listen();
  }

  duringFiles(): void {
    this.#stage = { during: 'files' };
    this.#listen();
  }

  /** Idempotent. */
  readonly close = (): void => {
    if (this.#isListening) for (const signal of SIGNALS) this.#process.off(signal, this.#onSignal);
    this.#isListening = false;
  };

  #listen(): void {
    if (!this.#isListening) for (const signal of SIGNALS) this.#process.on(signal, this.#onSignal);
    this.#isListening = true;
  }

  readonly #onSignal = (signal: Signal): void => {
    this.#first ??= signal;
    const stage = this.#stage;
    if (stage.during === 'orders') {
      this.#onOrders(signal, stage.control);
      return;
    }
    this.#say(LEAVING[stage.during]);
    if (stage.during !== 'files') this.patience[stage.during].abort();
    // The look at the books before the first order too.
    if (stage.during === 'start') this.patience.books.abort();
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
    this.patience.books.abort();
    this.close();
  }

  #hurry(control?: Control): void {
    const { books, teardown } = this.patience;
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
