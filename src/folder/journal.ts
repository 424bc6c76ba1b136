// run.journal: the run as it goes, appended about once a second, so that a process killed in the middle of twelve hours
// loses the last second and not the night. What a frame holds is JavaScript data (v8.serialize), deflated.
//
// Written by the operating system at once and flushed to the disk (fdatasync) every 10 s and at the end: a crash of
// Doorbuster loses nothing that was appended, a power cut at most 10 s. A journal that can no longer be written is given
// up, said so once, and the run goes on: the numbers are in memory anyway.

import { writeSync } from 'node:fs';
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { userError } from '../errors.ts';
import type { Ending, Evidence, Incident, OrderCounts, PhaseWindow } from '../judge/spec.ts';
import type { KeptAnswer, KeptOrder } from '../measure/kept.ts';
import type { Shape } from '../measure/shape.ts';
import type { Flow, Interval } from '../measure/spec.ts';
import type { Outcome } from '../outcomes.ts';
import type { Plan } from '../profile/plan.ts';
import type { RunRecord } from '../report/record.ts';
import { encodeFrame, type Frame } from './frames.ts';
import { reasonOf } from './reason.ts';

export const JOURNAL_FILE = 'run.journal';
export const JOURNAL_VERSION = 1;
export const FRAMES = { head: 1, interval: 2, end: 3 } as const;
const SYNC_MS = 10_000;

/** Without what is only needed to send, which may hold secrets. */
export type PaperPlan = Plan;

/** The first frame: all that does not change. */
export type JournalHead = {
  version: number;
  plan: PaperPlan;
  run: Omit<RunRecord['run'], 'endedAtMs'>;
  environment: RunRecord['environment'];
  peak: RunRecord['peak'];
  outcomes: readonly Outcome[];
  steps: readonly string[];
  shape: Shape;
  planned: Uint32Array;
  phases: readonly PhaseWindow[];
};

/** Then one for each interval of each worker; `atUs` of the run's clock. `change`: of the ledger's classes. */
export type JournalInterval = {
  atUs: number;
  interval: { worker: number; index: number; cells: Interval['cells']; flows: Flow[] };
  change?: { from: number; classes: Uint8Array } | undefined;
  /** Single orders and answers since the last one of this worker. */
  kept?: { orders: KeptOrder[]; answers: KeptAnswer[] } | undefined;
};

/** Of the evidence: what is known at the end only, and is data. */
const OF_END = ['audit', 'workers', 'machine', 'witness', 'code'] as const;

/** And one when the run has ended by itself. */
export type JournalEnd = {
  endedAtMs: number;
  ending: Ending;
  orders: OrderCounts;
  incidents: readonly Incident[];
  inFlightAtCrash?: number;
} & Pick<Evidence, (typeof OF_END)[number]>;

/** Replaced in tests, to run out of space on demand. */
export type AppendFile = {
  /** Before it returns: nothing may be fired that the journal does not know of. */
  writeFirst(bytes: Uint8Array): void;
  write(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
};
export type OpenAppend = (path: string) => Promise<AppendFile>;

const openFile: OpenAppend = async (path) => {
  // Never over another run's: whoever comes second gets EEXIST.
  const handle: FileHandle = await open(path, 'wx');
  return {
    writeFirst: (bytes) => {
      for (let at = 0; at < bytes.length; ) at += writeSync(handle.fd, bytes, at);
    },
    write: async (bytes) => {
      // A file that was removed, or moved away with its folder, takes what is written, and nobody will find it again.
      const [mine, found] = await Promise.all([handle.stat(), stat(path)]);
      if (mine.ino !== found.ino) throw Object.assign(new Error('it was replaced'), { code: 'ENOENT' });
      for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
    },
    sync: () => handle.datasync(),
    close: () => handle.close(),
  };
};

export class Journal {
  readonly #path: string;
  readonly #file: AppendFile;
  readonly #onTrouble: (says: string) => void;
  #last: Promise<void> = Promise.resolve();
  #trouble: string | undefined;
  /** Of the clock that nobody sets. */
  #syncedMs = performance.now();
  #bytes = 0;

  private constructor(path: string, file: AppendFile, onTrouble: (says: string) => void) {
    this.#path = path;
    this.#file = file;
    this.#onTrouble = onTrouble;
  }

  /**
   * Makes the journal of a run folder. `onTrouble` hears once why it was given up.
   *
   * @throws UserError (exit 2) where it cannot be made, or another run has begun in the same folder
   */
  static async open(
    folder: string,
    onTrouble: (says: string) => void,
    openAppend: OpenAppend = openFile,
  ): Promise<Journal> {
    const path = join(folder, JOURNAL_FILE);
    const file = await openAppend(path).catch((error: NodeJS.ErrnoException) => {
      const why = error.code === 'EEXIST' ? 'another run has begun in this folder' : reasonOf(error);
      throw userError('JOURNAL_UNWRITABLE', `Cannot write ${path}: ${why}. Name another place with --out DIR.`, {
        cause: error,
      });
    });
    return new Journal(path, file, onTrouble);
  }

  /** Bytes appended so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Why it was given up; undefined while it is whole. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Written before it returns. */
  head(head: Omit<JournalHead, 'version'>): void {
    const bytes = frameOf(FRAMES.head, { ...head, plan: paperPlanOf(head.plan), version: JOURNAL_VERSION });
    try {
      this.#file.writeFirst(bytes);
      this.#bytes += bytes.length;
    } catch (error) {
      this.#giveUp(error);
    }
  }

  interval(told: JournalInterval): void {
    this.#append(FRAMES.interval, told);
  }

  /** The run has ended by itself; resolves when all is on the disk, or given up. Never rejects. */
  async end(told: JournalEnd): Promise<void> {
    const { endedAtMs, ending, orders, incidents, inFlightAtCrash } = told;
    const end: JournalEnd = { endedAtMs, ending, orders, incidents, inFlightAtCrash, ...ofEnd(told) };
    this.#append(FRAMES.end, end);
    await this.close();
  }

  /** The run came to no end: leaves no file behind where nothing was fired, else all there is. @returns whether all is left */
  async abandon(): Promise<boolean> {
    await this.close();
    const isBegun = this.#bytes > 0;
    if (!isBegun) await rm(this.#path, { force: true }).catch(() => {});
    return isBegun && this.#trouble === undefined;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#file.sync().catch((error) => this.#giveUp(error));
    await this.#file.close().catch(() => {});
  }

  #append(kind: number, value: unknown): void {
    if (this.#trouble !== undefined) return;
    const framed = framing(kind, value);
    this.#last = this.#last.then(async () => {
      if (this.#trouble !== undefined) return;
      try {
        const bytes = framed();
        await this.#file.write(bytes);
        this.#bytes += bytes.length;
        if (performance.now() - this.#syncedMs < SYNC_MS) return;
        this.#syncedMs = performance.now();
        await this.#file.sync();
      } catch (error) {
        this.#giveUp(error);
      }
    });
  }

  #giveUp(error: unknown): void {
    if (this.#trouble !== undefined) return;
    this.#trouble = reasonOf(error);
    this.#onTrouble(
      `the journal cannot be written any more (${this.#trouble}): the run goes on in memory, and a crash would lose it`,
    );
  }
}

/** Of what was told at the end, nothing that only a process holds, such as histograms. */
export function ofEnd(told: JournalEnd): Pick<JournalEnd, (typeof OF_END)[number]> {
  return Object.fromEntries(OF_END.map((name) => [name, told[name]]));
}

function frameOf(kind: number, value: unknown): Buffer {
  return encodeFrame(kind, deflateRawSync(serialize(value), { level: 1 }));
}

/** The value as it is now, or what it cannot be written for: a run of hours does not end for that. */
function framing(kind: number, value: unknown): () => Buffer {
  try {
    const bytes = frameOf(kind, value);
    return () => bytes;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** What the frames of a kind hold, in their order, one at a time: all of them are far larger than the file. */
export function* told<T>(frames: readonly Frame[], kind: number): Generator<T> {
  for (const frame of frames) if (frame.kind === kind) yield deserialize(inflateRawSync(frame.content)) as T;
}

/** What reports need of a plan: no header, body, address or certificate. */
export function paperPlanOf(plan: Plan): PaperPlan {
  const { target, order } = plan;
  return {
    ...plan,
    target: { ...target, url: target.shown, tls: { insecure: target.tls.insecure }, allow: [] },
    order: {
      ...order,
      steps: order.steps.map(({ name, method }) => ({ name, method, path: '', headers: [], body: { kind: 'none' } })),
      feeders: undefined,
      setup: undefined,
    },
    setup: [],
    teardown: [],
    books: undefined,
  };
}
