// The parent's side of the witness (METHOD §4): a process of its own that sends a few real orders a second to the same
// place, so that nothing the workers do to themselves can touch its times. Its orders are counted apart and only here.
// It is a check of the run, not a part of it: whatever goes wrong with it is said, and the run goes on.

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { DriverName, DriverOptions } from '../drive/driver.ts';
import type { WitnessEvidence } from '../judge/spec.ts';
import type { OrderSpec } from '../order/spec.ts';

/** Runs from the sources and from dist alike. */
const ENTRY = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './witness-process.ts' : './witness-process.js', import.meta.url),
);
const READY_MS = 10_000;
const REPORT_MS = 5_000;
/** Enough for a median with an interval worth having; what a shop does not notice. */
const WANTED_ORDERS = 60;
const MOST_PER_S = 4;
/** A shop that hangs is seen by every order, as a shopper would. */
const CONNECTIONS = 64;

/** Everything the other process needs; plain data. */
export type WitnessShare = {
  order: OrderSpec;
  /** Its first order: the indices of the run's own are below. */
  firstSeq: number;
  ratePerS: number;
  durationUs: number;
  driver: DriverName;
  driverOptions: DriverOptions;
};

export type ToWitness =
  | { type: 'share'; share: WitnessShare }
  /** The shared start, in µs of the monotonic clock, which is one for all processes of a machine. */
  | { type: 'start'; atUs: number }
  | { type: 'end' };

export type FromWitness = { type: 'ready' } | ({ type: 'report' } & Omit<WitnessEvidence, 'trouble'>);

/** 1/s, and up to 4/s in a run of less than a minute. */
export function witnessRate(durationUs: number): number {
  return Math.min(MOST_PER_S, Math.max(1, (WANTED_ORDERS * 1e6) / durationUs));
}

/**
 * Orders of a run id of their own, so no key is used twice; of indices past the run's own, so no buyer is either (for one
 * seed the buyers are a permutation of the indices).
 */
export function witnessShareOf(share: Omit<WitnessShare, 'ratePerS' | 'firstSeq'>, orders: number): WitnessShare {
  const { identity } = share.order;
  return {
    ...share,
    order: { ...share.order, identity: { ...identity, runId: `${identity.runId}-witness` } },
    firstSeq: orders,
    ratePerS: witnessRate(share.durationUs),
    driverOptions: { ...share.driverOptions, connections: CONNECTIONS, queue: CONNECTIONS, warm: 1 },
  };
}

export class Witness {
  readonly #child: ChildProcess;
  readonly #ready: Promise<void>;
  readonly #report: Promise<Omit<WitnessEvidence, 'trouble'>>;
  #trouble = '';

  constructor(share: WitnessShare, entry = ENTRY) {
    // A session of its own: a Ctrl-C at our terminal is ours to handle, and closing the channel ends it.
    this.#child = fork(entry, [], { detached: true, execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const ready = Promise.withResolvers<void>();
    const report = Promise.withResolvers<Omit<WitnessEvidence, 'trouble'>>();
    const lost = (why: string): void => {
      ready.reject(new Error(why));
      report.reject(new Error(why));
    };
    this.#child.on('message', (message: FromWitness) => {
      if (message.type === 'ready') ready.resolve();
      else report.resolve({ sent: message.sent, samples: message.samples });
    });
    this.#child.on('error', (error) => lost(error.message));
    this.#child.once('exit', (code, signal) =>
      lost(`the witness ended ${signal ? `by ${signal}` : `with code ${code}`}`),
    );
    ready.promise.catch(() => {});
    report.promise.catch(() => {});
    this.#ready = ready.promise;
    this.#report = report.promise;
    this.#send({ type: 'share', share });
  }

  /** Resolves when it can start, or will not. */
  async ready(): Promise<void> {
    await within(this.#ready, READY_MS, 'the witness did not start in time').catch(this.#note);
  }

  start(atUs: number): void {
    if (this.#trouble === '') this.#send({ type: 'start', atUs });
  }

  /** Ends it; what it saw, or why it saw nothing. */
  async end(): Promise<WitnessEvidence> {
    if (this.#trouble === '') this.#send({ type: 'end' });
    const report = await within(this.#report, REPORT_MS, 'the witness did not report in time').catch(this.#note);
    this.close();
    return { sent: 0, samples: [], ...report, trouble: this.#trouble };
  }

  /** Idempotent. */
  close(): void {
    if (this.#child.connected) this.#child.disconnect();
    if (this.#trouble !== '') this.#child.kill('SIGKILL');
    this.#child.unref();
  }

  readonly #note = (error: Error): undefined => {
    this.#trouble ||= error.message;
    return undefined;
  };

  #send(message: ToWitness): void {
    // What became of a child that is gone, its exit tells.
    if (this.#child.connected) this.#child.send(message, () => {});
  }
}

function within<T>(promise: Promise<T>, ms: number, says: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => reject(new Error(says)), ms);
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
