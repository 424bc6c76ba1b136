// What the audit reads and what it says (METHOD §7). All data; pure.

import type { OutcomeClass } from '../outcomes.ts';

/** What is known of every order of a run, 2 bits each and one more; and of those that are out of the ordinary, their story. */
export interface LedgerView {
  /** Orders of the plan: seq 0 … orders − 1. */
  readonly orders: number;
  /** One that was never fired is `failed`: certainly not placed. Fired and not ended, or of a lost worker: `unknown`. */
  classOf(seq: number): OutcomeClass;
  /** Accepted, and its placing step was sent more than once. */
  isRepeated(seq: number): boolean;
  /** Rejected for lack of stock. */
  isSoldOut(seq: number): boolean;
  /** Hashes (fingerprint.ts) of what the first accepted answer said; 0 where none was kept. */
  idPrintOf(seq: number): number;
  totalPrintOf(seq: number): number;
  /** Prints were kept of orders below this one. */
  readonly printsBelow: number;
  countOf(outcomeClass: OutcomeClass): number;
  /** Of orders with several attempts, of those with troubles, and of the first ones of each class; bounded. */
  storyOf(seq: number): Story | undefined;
  /** Its placing step was sent once, more than once, or nobody knows: more orders were repeated than there was room for. */
  sendingsOf(seq: number): 'once' | 'several' | undefined;
  /** The last orders turned away for lack of stock, by when they were sent. */
  readonly lastSoldOut: LastOnes;
  /** The last orders rejected for another reason, or failed after they were sent, by when they were answered: their units went back on the shelf. */
  readonly lastRefused: LastOnes;
}

/** The most recent orders of a kind, in no order. Of those that are left out, none is later than `completeFromUs`. */
export type LastOnes = { seqs: Uint32Array; atUs: Float64Array; completeFromUs: number };

/** One attempt of an order as its worker saw it. Times µs from the start of the run. */
export type Deed = {
  step: string;
  /** `first`, `copy` (double click), `retry`, `replay`, `altered`, `read-back`. */
  why: 'first' | 'copy' | 'retry' | 'replay' | 'altered' | 'read-back';
  firedUs: number;
  doneUs: number;
  /** Of a journey: when it was sent (NaN: never), the shopper's pause before it, and how late it was fired. */
  sentUs?: number;
  thinkUs?: number;
  latenessUs?: number;
  status: number;
  outcome: string;
  /** The order id in the answer, where there was one. */
  id?: string;
};
export type Story = { seq: number; dueUs: number; deeds: Deed[] };

/** What answers alone showed of an order and its repeats (repeats.ts). */
export type AnswerTrouble = {
  seq: number;
  /** two-ids: one key, two accepted ids · no-replay: accepted, but a repeat was not · altered-accepted: another body under the same key was taken · not-found: accepted, but asked for it was not there · other-answer: the repeat said another quantity or total */
  kind: TroubleKind;
};
export const TROUBLES = ['two-ids', 'no-replay', 'altered-accepted', 'not-found', 'other-answer'] as const;
export type TroubleKind = (typeof TROUBLES)[number];

/** What was tried, so that a check that had nothing to look at is not called passed. Orders, unless it says otherwise. */
export type AnswerTally = {
  /** Several attempts of the placing step were answered. */
  repeated: number;
  /** Copies, retries and replays that can be held against the first answer (repeats.ts), each one counted; as `altered`, `readBacks`. */
  replays: number;
  altered: number;
  /** Repeats that were accepted by an answer which does not say what was taken: nothing in it can be compared. */
  untold: number;
  readBacks: number;
  /** Accepted answers that named an id. */
  ids: number;
  /** Orders whose placing step was sent, and how often in all. */
  sent: number;
  attempts: number;
  troubles: Record<TroubleKind, number>;
  /** An order once for each kind; bounded, `troubles` counts them all. */
  troubled: AnswerTrouble[];
};

/** One row of the shop's export, as text and numbers; a field that the map does not name is undefined. */
export type BookRow = {
  key: string;
  id?: string;
  buyer?: string;
  sku?: string;
  quantity?: number;
  total?: number;
  status: 'confirmed' | 'reserved' | 'other';
};

export type StockLevel = { available: number; reserved?: number };
export type StockLevels = Record<string, StockLevel>;

/** How the reading of the books went. `trouble` empty: whole. */
export type Reading = {
  rows: number;
  /** What the export said it has. */
  claimed?: number;
  /** Rows of the export that were no order; they are not in `rows`. */
  malformed: number;
  /** The first malformed rows, cut short, and why. */
  malformedExamples: string[];
  trouble: string;
  /** Counts seen while waiting for the books to settle. */
  polls: number[];
  tookUs: number;
};

export const INVARIANTS = [
  'oversold',
  'lost',
  'duplicated',
  'phantom',
  'undersold',
  'over_limit',
  'mispriced',
  'replay_mismatch',
  'unread',
] as const;
export type InvariantName = (typeof INVARIANTS)[number];

/** `violations`: distinct orders; of `oversold` and `undersold` units. `not-checked` says why in `says`. */
export type Invariant = {
  name: InvariantName;
  status: 'pass' | 'fail' | 'not-checked';
  violations: number;
  /** How many orders, rows or repeats were looked at; 0 where it is not checked. */
  checked: number;
  /** One plain sentence: what was checked, what was found, or why nothing could be. */
  says: string;
  /** The first ones, at most MAX_EXAMPLES. */
  examples: Example[];
};
export const MAX_EXAMPLES = 20;

/** `seq` undefined: not an order of the plan. `sku` where it is about stock. */
export type Example = { seq?: number; key?: string; sku?: string; says: string; story?: Story };

export type AuditResult = {
  /** In the order of INVARIANTS. */
  invariants: Invariant[];
  /** Why the books could not be read whole; empty when they were, or none were named. Not empty voids the run. */
  incomplete: string;
  books: Reading | undefined;
  /** How the books settled the orders whose outcome was unknown; undefined without a whole export. */
  unknown: { total: number; placed: number; notPlaced: number; examples: Example[] } | undefined;
  /** accepted ≤ truth ≤ accepted + unknown: truth = orders of this run that the books confirm; undefined without a whole export. */
  truth: { accepted: number; confirmed: number; unknown: number; holds: boolean } | undefined;
  /** Rows whose key is no key of this run, and the first of those keys. */
  foreign: { rows: number; keys: string[] };
  /** Orders whose placing step was sent, and how often in all: attempts / orders is the amplification. */
  attempts: { orders: number; attempts: number };
};
