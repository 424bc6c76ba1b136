// What one worker knows of its orders (METHOD §7): 2 bits each for the class, and one more where there is more to say, so
// that 2.1 million orders take 525 to 788 kB; the few that are out of the ordinary, bounded, with their story. Worker k of
// n owns the orders k, k + n, k + 2n …. `mark` is the only place a class is written, and remembers where, for the
// journal. Cost: test/bench/audit.ts.

import type { OutcomeClass } from '../outcomes.ts';
import { OUTCOME_CLASSES } from '../outcomes.ts';
import { numberPrintOf, printOf } from './fingerprint.ts';
import { Recent } from './recent.ts';
import type { AnswerTally, Deed, LastOnes, Story, TroubleKind } from './spec.ts';
import { TROUBLES } from './spec.ts';

/** Prints (4 bytes each) are kept of the first so many orders of a run: at most 40 MB for the ids, as much for totals. */
export const MAX_PRINTS = 10_000_000;
/**
 * Orders of a run that have a story: so many of each class, so many that were sent more than once, and beyond those so many
 * whose repeats went wrong. About 10 MB. Of every other order the bits tell what it came to and whether it was sent once;
 * when it was answered would take 4 bytes more an order, 8.4 MB of 2.1 million where 1 MB is the limit, and is not kept.
 */
export const MAX_STORIES = { perClass: 4_096, several: 16_384, troubled: 2_048 };
/** Attempts a story tells; later ones are left out. */
export const MAX_DEEDS = 16;
/** Orders of a run whose troubles are kept one by one; more are only counted. */
export const MAX_TROUBLED = 65_536;
/** Of a run, of each of the two kinds. */
export const MAX_RECENT = 32_768;

const ACCEPTED = OUTCOME_CLASSES.indexOf('accepted');
const REJECTED = OUTCOME_CLASSES.indexOf('rejected');
/** A class is stored as its index ^ this, so that a ledger of zeros says that nothing was placed. */
const FAILED = OUTCOME_CLASSES.indexOf('failed');
/** Kinds of stories behind those of the classes. */
const SEVERAL = OUTCOME_CLASSES.length;
const TROUBLED = SEVERAL + 1;

export type LedgerOptions = {
  /** Of the plan. */
  orders: number;
  worker: number;
  workers: number;
  /** Keep a print of the id, of the total that the first accepted answer named. */
  ids: boolean;
  totals: boolean;
};

/** A ledger as it is handed over. `classes`: 2 bits an order, low bits first; `more`: 1 bit, empty when no order has it. */
export type LedgerPart = {
  worker: number;
  classes: Uint8Array;
  more: Uint8Array;
  idPrints: Uint32Array;
  totalPrints: Uint32Array;
  stories: Story[];
  /** Orders sent more than once that found no room for a story. */
  untoldSeveral: number;
  answers: AnswerTally;
  lastSoldOut: LastOnes;
  lastRefused: LastOnes;
};

/** Part of `LedgerPart.classes`, from byte `from` on. */
export type LedgerChange = { from: number; classes: Uint8Array<ArrayBuffer> };

/** Orders of worker k: as many seqs below `orders` as it owns. */
export function ownedBelow(orders: number, worker: number, workers: number): number {
  return Math.max(0, Math.ceil((orders - worker) / workers));
}

export function classAt(classes: Uint8Array, index: number): OutcomeClass {
  const stored = ((classes[index >>> 2] ?? 0) >>> ((index & 3) << 1)) & 3;
  return OUTCOME_CLASSES[stored ^ FAILED]!;
}

export function moreAt(more: Uint8Array, index: number): boolean {
  return ((more[index >>> 3] ?? 0) & (1 << (index & 7))) !== 0;
}

export function noAnswers(): AnswerTally {
  const troubles = Object.fromEntries(TROUBLES.map((kind) => [kind, 0])) as AnswerTally['troubles'];
  return {
    repeated: 0,
    replays: 0,
    altered: 0,
    untold: 0,
    readBacks: 0,
    ids: 0,
    sent: 0,
    attempts: 0,
    troubles,
    troubled: [],
  };
}

export class Ledger {
  /** For the worker to count up; `ids` and the troubles are counted here. */
  readonly answers = noAnswers();
  readonly #worker: number;
  readonly #workers: number;
  readonly #orders: number;
  readonly #classes: Uint8Array<ArrayBuffer>;
  #more: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  readonly #idPrints: Uint32Array<ArrayBuffer>;
  readonly #totalPrints: Uint32Array<ArrayBuffer>;
  readonly #stories = new Map<number, Story>();
  /** Stories that may still be begun: by class, then of orders sent more than once, last of those with troubles. */
  readonly #room: number[];
  #untoldSeveral = 0;
  readonly #troubles = new Map<number, number>();
  readonly #soldOut: Recent;
  readonly #refused: Recent;
  /** Bytes of #classes written since the last `changes`: [from, until). */
  #changedFrom = Number.POSITIVE_INFINITY;
  #changedUntil = 0;

  constructor({ orders, worker, workers, ids, totals }: LedgerOptions) {
    this.#worker = worker;
    this.#workers = workers;
    this.#orders = ownedBelow(orders, worker, workers);
    this.#classes = new Uint8Array(Math.ceil(this.#orders / 4));
    const prints = ownedBelow(Math.min(orders, MAX_PRINTS), worker, workers);
    this.#idPrints = new Uint32Array(ids ? prints : 0);
    this.#totalPrints = new Uint32Array(totals ? prints : 0);
    const share = (whole: number): number => Math.ceil(whole / workers);
    const { perClass, several, troubled } = MAX_STORIES;
    this.#room = [...OUTCOME_CLASSES.map(() => share(perClass)), share(several), share(troubled)];
    const recent = Math.min(share(MAX_RECENT), this.#orders);
    this.#soldOut = new Recent(recent);
    this.#refused = new Recent(recent);
  }

  /** The class of an order, as an index into OUTCOME_CLASSES: `unknown` when it is fired, what became of it at its end. */
  mark(seq: number, classIndex: number): void {
    const index = (seq - this.#worker) / this.#workers;
    const at = index >>> 2;
    const shift = (index & 3) << 1;
    this.#classes[at] = (this.#classes[at]! & ~(3 << shift)) | ((classIndex ^ FAILED) << shift);
    if (at < this.#changedFrom) this.#changedFrom = at;
    if (at >= this.#changedUntil) this.#changedUntil = at + 1;
  }

  /** The stretch of classes that was written to since the last call, copied; undefined when nothing was. For a journal. */
  changes(): LedgerChange | undefined {
    const [from, until] = [this.#changedFrom, this.#changedUntil];
    if (from >= until) return undefined;
    this.#changedFrom = Number.POSITIVE_INFINITY;
    this.#changedUntil = 0;
    return { from, classes: this.#classes.slice(from, until) };
  }

  /** Of an order marked accepted: its placing step was sent more than once. Of others it says nothing. */
  repeated(seq: number): void {
    if (this.#classOf(seq) === ACCEPTED) this.#setMore(seq);
  }

  /** Of an order marked rejected: for lack of stock; `sentUs` of the request that was turned away. */
  soldOut(seq: number, sentUs: number): void {
    if (this.#classOf(seq) !== REJECTED) return;
    this.#setMore(seq);
    this.#soldOut.add(seq, sentUs);
  }

  /** Of an order marked rejected, or failed after it was sent: for another reason, which may have put its units back on the shelf by `doneUs`. */
  refused(seq: number, doneUs: number): void {
    this.#refused.add(seq, doneUs);
  }

  /** What an accepted answer named; the first of an order counts. */
  keepId(seq: number, id: string): void {
    this.answers.ids++;
    const index = (seq - this.#worker) / this.#workers;
    if (index < this.#idPrints.length && this.#idPrints[index] === 0) this.#idPrints[index] = printOf(id);
  }

  keepTotal(seq: number, total: number): void {
    const index = (seq - this.#worker) / this.#workers;
    if (index < this.#totalPrints.length && this.#totalPrints[index] === 0) {
      this.#totalPrints[index] = numberPrintOf(total);
    }
  }

  /** Is there room for the story of a plain order of this class? For the hot path, before it makes a deed. */
  hasRoom(classIndex: number): boolean {
    return this.#room[classIndex]! > 0;
  }

  /** Of an order that was sent more than once, once and before its first deed: so that its story is told from the start. */
  begin(seq: number, dueUs: number): void {
    if (!this.#stories.has(seq) && !this.#open(seq, dueUs, SEVERAL)) this.#untoldSeveral++;
  }

  /** One attempt more. `classIndex` is what its answer counts as. Kept while there is room. */
  story(order: { seq: number; dueUs: number }, classIndex: number, deed: Deed): void {
    const { seq, dueUs } = order;
    const kind = deed.why === 'first' ? classIndex : SEVERAL;
    const story = this.#stories.get(seq) ?? this.#open(seq, dueUs, kind);
    if (story && story.deeds.length < MAX_DEEDS) story.deeds.push(deed);
  }

  /** Counted once an order and kind. */
  trouble(seq: number, kind: TroubleKind): void {
    const bit = 1 << TROUBLES.indexOf(kind);
    const known = this.#troubles.get(seq) ?? 0;
    if ((known & bit) !== 0) return;
    this.answers.troubles[kind]++;
    if (known !== 0 || this.#troubles.size < MAX_TROUBLED / this.#workers) this.#troubles.set(seq, known | bit);
  }

  /** The ledger is spent afterwards: its arrays belong to the receiver. */
  toTransfer(): { data: LedgerPart; transfer: ArrayBuffer[] } {
    for (const [seq, bits] of this.#troubles) {
      for (const [index, kind] of TROUBLES.entries()) {
        if ((bits & (1 << index)) !== 0) this.answers.troubled.push({ seq, kind });
      }
    }
    const data: LedgerPart = {
      worker: this.#worker,
      classes: this.#classes,
      more: this.#more,
      idPrints: this.#idPrints,
      totalPrints: this.#totalPrints,
      stories: [...this.#stories.values()],
      untoldSeveral: this.#untoldSeveral,
      answers: this.answers,
      lastSoldOut: this.#soldOut.tell(),
      lastRefused: this.#refused.tell(),
    };
    const arrays = [this.#classes, this.#more, this.#idPrints, this.#totalPrints];
    return { data, transfer: arrays.map((array) => array.buffer) };
  }

  #classOf(seq: number): number {
    const index = (seq - this.#worker) / this.#workers;
    return ((this.#classes[index >>> 2]! >>> ((index & 3) << 1)) & 3) ^ FAILED;
  }

  #setMore(seq: number): void {
    if (this.#more.length === 0) this.#more = new Uint8Array(Math.ceil(this.#orders / 8));
    const index = (seq - this.#worker) / this.#workers;
    this.#more[index >>> 3]! |= 1 << (index & 7);
  }

  #open(seq: number, dueUs: number, wanted: number): Story | undefined {
    const kind = this.#room[wanted]! <= 0 && this.#troubles.has(seq) ? TROUBLED : wanted;
    if (this.#room[kind]! <= 0) return undefined;
    this.#room[kind]!--;
    const story: Story = { seq, dueUs, deeds: [] };
    this.#stories.set(seq, story);
    return story;
  }
}
