// The worker threads: a piscina pool with one long task per worker. The pool lives for one run.

import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { LedgerChange, LedgerPart } from '../audit/ledger.ts';
import type { HealthSample } from '../judge/health.ts';
import type { Interval } from '../measure/spec.ts';
import type { KeptChange } from './keeper.ts';
import type { FromWorker, Share, ShareReport, ToWorker } from './messages.ts';

// Built, the file beside this one is worker.js: take the ending from the file that runs.
const WORKER_FILE = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url).href;

/**
 * New objects of one thread. V8's own limit here is 192 MB (on a machine of 24 GB), and a firing thread, which leaves
 * some 6 KB an order behind in socket writes and reads, fills all it may have: 108 MB resident after a million orders.
 * With this limit 14 MB, for good, at the same CPU an order; collections are twice as many and 0.45 instead of 0.65 ms
 * long (node --trace-gc test/bench/fanfest.ts).
 */
const YOUNG_MB = 24;

/** What an interval tells beside its tallies. */
export type Learnt = { change: LedgerChange | undefined; kept: KeptChange | undefined };

export type PoolEvents = {
  onInterval: (interval: Interval, health: HealthSample | undefined, learnt: Learnt) => void;
  /** The thread threw, exited, ran out of memory, or was given up: its orders after its last tally are not known. */
  onLost: (worker: number, error: Error) => void;
};

export class Pool {
  readonly #piscina: Piscina;
  readonly #ports: MessagePort[] = [];
  readonly #ready: Promise<void>[] = [];
  readonly #reports: Promise<ShareReport | undefined>[] = [];
  readonly #tasks: AbortController[] = [];
  readonly #over = new Set<number>();

  /** `workerFile`: the module whose default export each thread runs; tests put in one that dies. */
  constructor(shares: readonly Share[], events: PoolEvents, workerFile: string = WORKER_FILE) {
    this.#piscina = new Piscina({
      filename: workerFile,
      minThreads: shares.length,
      maxThreads: shares.length,
      concurrentTasksPerWorker: 1,
      // An idle piscina worker blocks in Atomics.wait by default; these threads have an event loop to serve.
      atomics: 'disabled',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    // A thread that dies outside a task is reported through the task's own promise.
    this.#piscina.on('error', () => {});
    for (const share of shares) this.#launch(share, events);
  }

  #launch(share: Share, events: PoolEvents): void {
    const { port1: mine, port2: theirs } = new MessageChannel();
    const ready = Promise.withResolvers<void>();
    let ledger: LedgerPart | undefined;
    mine.on('message', (message: FromWorker) => {
      if (message.type === 'ready') ready.resolve();
      else if (message.type === 'ledger') ledger = message.part;
      else events.onInterval(message.interval, message.health, { change: message.change, kept: message.kept });
    });
    const drained = new Promise<void>((resolve) => mine.once('close', resolve));
    const given = new AbortController();
    const how = { transferList: [theirs], signal: given.signal };
    const task: Promise<Omit<ShareReport, 'ledger'>> = this.#piscina
      .run({ share, port: theirs }, how)
      .finally(() => this.#over.add(share.worker));
    const report = task.then(
      // The worker closes its port after the last tally and the ledger, so once it is closed here, both have been taken in.
      (done) => drained.then((): ShareReport => ({ ...done, ledger: ledger! })),
      (error: Error) => {
        mine.close();
        ready.reject(error);
        events.onLost(share.worker, given.signal.aborted ? given.signal.reason : error);
        return undefined;
      },
    );
    ready.promise.catch(() => {});
    this.#ports.push(mine);
    this.#ready.push(ready.promise);
    this.#reports.push(report);
    this.#tasks.push(given);
  }

  /** It has reported or is lost: it says nothing any more. */
  isOver(worker: number): boolean {
    return this.#over.has(worker);
  }

  /** Ends a thread that says nothing any more; it is lost, for `why`. */
  giveUp(worker: number, why: Error): void {
    this.#tasks[worker]?.abort(why);
  }

  /** Resolves when every worker has compiled its share; rejects with the first that could not. */
  async ready(): Promise<void> {
    await Promise.all(this.#ready);
  }

  /** Reports in order of worker; undefined for a lost one. */
  reports(): Promise<(ShareReport | undefined)[]> {
    return Promise.all(this.#reports);
  }

  send(message: ToWorker): void {
    for (const port of this.#ports) port.postMessage(message);
  }

  async close(): Promise<void> {
    for (const port of this.#ports) port.close();
    await this.#piscina.destroy();
  }
}
