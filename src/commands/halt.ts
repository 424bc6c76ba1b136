// Ctrl-C and SIGTERM during a search of many trials: the first ends the trial that goes on and then the search, with what
// it has found so far; the second gives up the answers still out; after that Node's own way. Whoever sends SIGTERM comes
// back with SIGKILL, so from then on everything has its time.

import { wrap } from '../report/layout.ts';
import type { RunControl } from '../run/run.ts';
import type { Terminal } from './terminal.ts';

export type HaltSignal = 'SIGINT' | 'SIGTERM';

const SIGNALS: readonly HaltSignal[] = ['SIGINT', 'SIGTERM'];
/** After SIGTERM: until the answers are given up, and the teardown. The rest of 5 s is the report's. */
const ANSWERS_MS = 1_500;
const TEARDOWN_MS = 2_500;
const STOPPING = 'Stopping: the search ends with what it has found so far. Again to stop at once.';

export class Halt {
  /** The first that came. */
  signal: HaltSignal | undefined;
  readonly #terminal: Pick<Terminal, 'say' | 'width'>;
  readonly #soon = new AbortController();
  readonly #now = new AbortController();
  #control: Pick<RunControl, 'drain' | 'abort'> | undefined;

  readonly #process: Pick<NodeJS.Process, 'on' | 'off'>;

  /** `from`: where signals come from; tests send their own. */
  constructor(terminal: Pick<Terminal, 'say' | 'width'>, from: Pick<NodeJS.Process, 'on' | 'off'> = process) {
    this.#terminal = terminal;
    this.#process = from;
  }

  /** Aborted by the first signal: nothing new is begun. */
  get soon(): AbortSignal {
    return this.#soon.signal;
  }

  /** Aborted by the second: what has begun is left. */
  get now(): AbortSignal {
    return this.#now.signal;
  }

  listen(): void {
    for (const signal of SIGNALS) this.#process.on(signal, this.#onSignal);
  }

  /** Idempotent. */
  close(): void {
    for (const signal of SIGNALS) this.#process.off(signal, this.#onSignal);
  }

  /** The run that a signal drains; one that comes too late is drained at once. */
  during(control: Pick<RunControl, 'drain' | 'abort'> | undefined): void {
    this.#control = control;
    if (this.signal !== undefined) control?.drain(this.signal);
  }

  readonly #onSignal = (signal: HaltSignal): void => {
    if (this.signal !== undefined) {
      this.close();
      this.#control?.abort();
      this.#now.abort();
      return;
    }
    this.signal = signal;
    this.#terminal.say(`\n${wrap(STOPPING, this.#terminal.width).join('\n')}`);
    this.#control?.drain(signal);
    this.#soon.abort();
    if (signal === 'SIGINT') return;
    setTimeout(() => this.#control?.abort(), ANSWERS_MS).unref();
    setTimeout(() => this.#now.abort(), TEARDOWN_MS).unref();
  };
}
