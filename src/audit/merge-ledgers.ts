// The workers' ledgers as one. Nothing is copied: an order is looked up in the part of its worker. Of a worker that was
// lost nothing is known, so any of its orders may have been placed.

import type { OutcomeClass } from '../outcomes.ts';
import { OUTCOME_CLASSES } from '../outcomes.ts';
import { classAt, type LedgerPart, MAX_PRINTS, moreAt, noAnswers, ownedBelow } from './ledger.ts';
import type { AnswerTally, LastOnes, LedgerView, Story } from './spec.ts';
import { TROUBLES } from './spec.ts';

export type MergedLedger = LedgerView & { readonly answers: AnswerTally };

/** Of a lost worker: any number, as late as can be. */
const NOBODY_KNOWS: LastOnes = {
  seqs: new Uint32Array(),
  atUs: new Float64Array(),
  completeFromUs: Number.POSITIVE_INFINITY,
};

/** `parts`: of the workers that reported, in any order. */
export function mergeLedgers(
  parts: readonly LedgerPart[],
  { orders, workers }: { orders: number; workers: number },
): MergedLedger {
  const byWorker: (LedgerPart | undefined)[] = Array.from({ length: workers });
  for (const part of parts) byWorker[part.worker] = part;
  const isWhole = parts.length === workers;
  const indexOf = (seq: number): number => Math.floor(seq / workers);
  const partOf = (seq: number): LedgerPart | undefined => byWorker[seq % workers];
  const moreOf = (seq: number): boolean => {
    const part = partOf(seq);
    return part !== undefined && moreAt(part.more, indexOf(seq));
  };
  const classOf = (seq: number): OutcomeClass => {
    const part = partOf(seq);
    return part === undefined ? 'unknown' : classAt(part.classes, indexOf(seq));
  };
  const counts = countClasses(byWorker, orders);
  const stories = new Map<number, Story>(parts.flatMap(({ stories: told }) => told.map((story) => [story.seq, story])));
  const isEverySeveralTold = isWhole && parts.every(({ untoldSeveral }) => untoldSeveral === 0);
  const isRepeated = (seq: number): boolean => classOf(seq) === 'accepted' && moreOf(seq);
  return {
    orders,
    classOf,
    isRepeated,
    sendingsOf: (seq) => {
      if (partOf(seq) === undefined) return undefined;
      if (classOf(seq) === 'accepted') return isRepeated(seq) ? 'several' : 'once';
      return isEverySeveralTold ? 'once' : undefined;
    },
    isSoldOut: (seq) => classOf(seq) === 'rejected' && moreOf(seq),
    idPrintOf: (seq) => partOf(seq)?.idPrints[indexOf(seq)] ?? 0,
    totalPrintOf: (seq) => partOf(seq)?.totalPrints[indexOf(seq)] ?? 0,
    printsBelow: Math.min(orders, MAX_PRINTS),
    countOf: (outcomeClass) => counts[outcomeClass],
    storyOf: (seq) => stories.get(seq),
    lastSoldOut: joinLast(parts.map((part) => part.lastSoldOut)),
    lastRefused: joinLast([...parts.map((part) => part.lastRefused), ...(isWhole ? [] : [NOBODY_KNOWS])]),
    answers: joinAnswers(parts.map((part) => part.answers)),
  };
}

function countClasses(byWorker: readonly (LedgerPart | undefined)[], orders: number): Record<OutcomeClass, number> {
  const counts = Object.fromEntries(OUTCOME_CLASSES.map((name) => [name, 0])) as Record<OutcomeClass, number>;
  for (const [worker, part] of byWorker.entries()) {
    const owned = ownedBelow(orders, worker, byWorker.length);
    if (part === undefined) counts.unknown += owned;
    else for (let index = 0; index < owned; index++) counts[classAt(part.classes, index)]++;
  }
  return counts;
}

function joinLast(all: readonly LastOnes[]): LastOnes {
  return {
    seqs: Uint32Array.from(all.flatMap(({ seqs }) => [...seqs])),
    atUs: Float64Array.from(all.flatMap(({ atUs }) => [...atUs])),
    completeFromUs: Math.max(Number.NEGATIVE_INFINITY, ...all.map((each) => each.completeFromUs)),
  };
}

function joinAnswers(all: readonly AnswerTally[]): AnswerTally {
  const sum = noAnswers();
  for (const each of all) {
    for (const name of ['repeated', 'replays', 'altered', 'untold', 'readBacks', 'ids', 'sent', 'attempts'] as const) {
      sum[name] += each[name];
    }
    for (const kind of TROUBLES) sum.troubles[kind] += each.troubles[kind];
    for (const trouble of each.troubled) sum.troubled.push(trouble);
  }
  sum.troubled.sort((a, b) => a.seq - b.seq);
  return sum;
}
