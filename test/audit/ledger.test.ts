import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ledger, type LedgerPart, MAX_DEEDS, MAX_STORIES, MAX_TROUBLED } from '../../src/audit/ledger.ts';
import { mergeLedgers } from '../../src/audit/merge-ledgers.ts';
import type { Deed, TroubleKind } from '../../src/audit/spec.ts';
import { TROUBLES } from '../../src/audit/spec.ts';
import { OUTCOME_CLASSES, type OutcomeClass } from '../../src/outcomes.ts';
import { anyCharacter } from '../support/any-character.ts';

const indexOf = (name: OutcomeClass): number => OUTCOME_CLASSES.indexOf(name);
const seed = 71;
const [ACCEPTED, REJECTED, UNKNOWN] = [indexOf('accepted'), indexOf('rejected'), indexOf('unknown')];

const deedOf = (why: Deed['why'], outcome = 'sold'): Deed => ({
  step: 'checkout',
  why,
  firedUs: 1,
  doneUs: 2,
  status: 201,
  outcome,
});

/** As it goes from one thread to another: the sender's arrays are gone. */
function handOver(ledger: Ledger): LedgerPart {
  const { data, transfer } = ledger.toTransfer();
  return structuredClone(data, { transfer });
}

const ledgersOf = (orders: number, workers: number, { ids = true, totals = true } = {}): Ledger[] =>
  Array.from({ length: workers }, (_, worker) => new Ledger({ orders, worker, workers, ids, totals }));

type Step =
  | { do: 'mark'; seq: number; classIndex: number }
  | { do: 'repeated'; seq: number }
  | { do: 'soldOut'; seq: number; us: number }
  | { do: 'refused'; seq: number; us: number }
  | { do: 'keepId'; seq: number; id: string }
  | { do: 'keepTotal'; seq: number; total: number }
  | { do: 'trouble'; seq: number; kind: TroubleKind };

const stepsOf = (orders: number) => {
  const seq = fc.nat(orders - 1);
  const us = fc.nat(1e6);
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('mark' as const), seq, classIndex: fc.nat(3) }) },
    fc.record({ do: fc.constant('repeated' as const), seq }),
    fc.record({ do: fc.constant('soldOut' as const), seq, us }),
    fc.record({ do: fc.constant('refused' as const), seq, us }),
    fc.record({ do: fc.constant('keepId' as const), seq, id: fc.string({ maxLength: 12, unit: anyCharacter }) }),
    fc.record({ do: fc.constant('keepTotal' as const), seq, total: fc.double({ noNaN: true }) }),
    fc.record({ do: fc.constant('trouble' as const), seq, kind: fc.constantFrom(...TROUBLES) }),
  );
  return fc.array(step, { maxLength: 120 });
};

/** What the ledger should know, order by order. */
type Twin = {
  classIndex: number;
  repeated: boolean;
  soldOut: boolean;
  id?: string;
  total?: number;
  troubles: Set<TroubleKind>;
};

describe('a ledger', () => {
  it('of any number of workers knows of each order what a map of orders would', () => {
    const world = fc
      .record({ orders: fc.integer({ min: 1, max: 40 }), workers: fc.integer({ min: 1, max: 7 }) })
      .chain((size) => fc.record({ size: fc.constant(size), steps: stepsOf(size.orders) }));
    fc.assert(
      fc.property(world, ({ size: { orders, workers }, steps }) => {
        const ledgers = ledgersOf(orders, workers);
        const twin = new Map<number, Twin>();
        const soldOut: [number, number][] = [];
        const refused: [number, number][] = [];
        const twinOf = (seq: number): Twin => {
          const known = twin.get(seq) ?? {
            classIndex: indexOf('failed'),
            repeated: false,
            soldOut: false,
            troubles: new Set(),
          };
          twin.set(seq, known);
          return known;
        };
        // The one bit more belongs to a final class: a run never unsays it.
        const isFinal = (seq: number): boolean => twinOf(seq).repeated || twinOf(seq).soldOut;
        for (const step of steps) {
          const ledger = ledgers[step.seq % workers]!;
          const known = twinOf(step.seq);
          if (step.do === 'mark') {
            if (isFinal(step.seq)) continue;
            ledger.mark(step.seq, step.classIndex);
            known.classIndex = step.classIndex;
          } else if (step.do === 'repeated') {
            ledger.repeated(step.seq);
            known.repeated ||= known.classIndex === ACCEPTED;
          } else if (step.do === 'soldOut') {
            ledger.soldOut(step.seq, step.us);
            if (known.classIndex !== REJECTED) continue;
            known.soldOut = true;
            soldOut.push([step.seq, step.us]);
          } else if (step.do === 'refused') {
            ledger.refused(step.seq, step.us);
            refused.push([step.seq, step.us]);
          } else if (step.do === 'keepId') {
            ledger.keepId(step.seq, step.id);
            known.id ??= step.id;
          } else if (step.do === 'keepTotal') {
            ledger.keepTotal(step.seq, step.total);
            known.total ??= step.total;
          } else {
            ledger.trouble(step.seq, step.kind);
            known.troubles.add(step.kind);
          }
        }
        const view = mergeLedgers(ledgers.map(handOver).reverse(), { orders, workers });
        // Two ledgers of one order that kept the same texts must agree on the prints.
        const same = ledgersOf(orders, workers);
        for (const [seq, { id, total }] of twin) {
          if (id !== undefined) same[seq % workers]!.keepId(seq, id);
          if (total !== undefined) same[seq % workers]!.keepTotal(seq, total);
        }
        const sameView = mergeLedgers(same.map(handOver), { orders, workers });
        for (let seq = 0; seq < orders; seq++) {
          const known = twinOf(seq);
          expect(view.classOf(seq)).toBe(OUTCOME_CLASSES[known.classIndex]);
          expect(view.isRepeated(seq)).toBe(known.repeated);
          expect(view.isSoldOut(seq)).toBe(known.soldOut);
          expect(view.idPrintOf(seq)).toBe(sameView.idPrintOf(seq));
          expect(view.idPrintOf(seq) === 0).toBe(known.id === undefined);
          expect(view.totalPrintOf(seq)).toBe(sameView.totalPrintOf(seq));
          expect(view.totalPrintOf(seq) === 0).toBe(known.total === undefined);
        }
        for (const [index, name] of OUTCOME_CLASSES.entries()) {
          const count = Array.from({ length: orders }, (_, seq) => twinOf(seq)).filter((o) => o.classIndex === index);
          expect(view.countOf(name)).toBe(count.length);
        }
        for (const kind of TROUBLES) {
          const troubled = [...twin].filter(([, { troubles }]) => troubles.has(kind)).map(([seq]) => seq);
          expect(view.answers.troubles[kind]).toBe(troubled.length);
          const kept = view.answers.troubled.filter((trouble) => trouble.kind === kind).map(({ seq }) => seq);
          expect(kept).toEqual(troubled.sort((a, b) => a - b));
        }
        const sorted = (pairs: [number, number][]) => pairs.map(([seq, us]) => `${seq} ${us}`).sort();
        const pairsOf = ({ seqs, atUs }: typeof view.lastSoldOut) =>
          sorted([...seqs].map((seq, index) => [seq, atUs[index]!]));
        // A worker's ring holds no more than its own orders, and then the newest.
        if (Math.max(soldOut.length, refused.length) <= Math.floor(orders / workers)) {
          expect(pairsOf(view.lastSoldOut)).toEqual(sorted(soldOut));
          expect(pairsOf(view.lastRefused)).toEqual(sorted(refused));
        }
      }),
      { seed, numRuns: 300 },
    );
  });

  it('takes an order that was never fired for not placed, and one that did not end for unknown', () => {
    const ledger = new Ledger({ orders: 3, worker: 0, workers: 1, ids: false, totals: false });
    ledger.mark(1, UNKNOWN);
    ledger.mark(2, UNKNOWN);
    ledger.mark(2, ACCEPTED);
    const view = mergeLedgers([handOver(ledger)], { orders: 3, workers: 1 });
    expect([0, 1, 2].map((seq) => view.classOf(seq))).toEqual(['failed', 'unknown', 'accepted']);
  });

  it('takes every order of a lost worker for unknown, and knows nothing of whom it refused', () => {
    const [, second] = ledgersOf(7, 2);
    second!.mark(1, ACCEPTED);
    const view = mergeLedgers([handOver(second!)], { orders: 7, workers: 2 });
    expect(view.countOf('unknown')).toBe(4);
    expect(view.classOf(6)).toBe('unknown');
    expect(view.classOf(1)).toBe('accepted');
    expect(view.lastRefused.completeFromUs).toBe(Number.POSITIVE_INFINITY);
  });

  it('takes 2 bits an order, and 3 once there is more to say, for 2.1 million orders less than 1 MB', () => {
    const ledgers = ledgersOf(2_100_000, 2, { ids: false, totals: false });
    const bytes = (parts: LedgerPart[]) =>
      parts.reduce((sum, { classes, more, idPrints }) => sum + classes.length + more.length + idPrints.byteLength, 0);
    for (const seq of [0, 1]) {
      ledgers[seq]!.mark(seq, ACCEPTED);
      ledgers[seq]!.repeated(seq);
    }
    expect(bytes(ledgers.map((ledger) => ledger.toTransfer().data))).toBe(787_500);
    const plain = ledgersOf(2_100_000, 2, { ids: false, totals: false });
    expect(bytes(plain.map((ledger) => ledger.toTransfer().data))).toBe(525_000);
  });
});

describe('the stories of a ledger', () => {
  it('are those of orders sent more than once, and of the first ones of each class', () => {
    const ledger = new Ledger({ orders: 100_000, worker: 0, workers: 1, ids: false, totals: false });
    const tell = (seq: number, classIndex: number, why: Deed['why'] = 'first') =>
      ledger.story({ seq, dueUs: seq * 10 }, classIndex, deedOf(why));
    for (let seq = 0; seq < 50_000; seq++) {
      if (ledger.hasRoom(REJECTED)) tell(seq, REJECTED);
    }
    tell(50_000, ACCEPTED);
    ledger.begin(50_001, 500_010);
    tell(50_001, REJECTED);
    tell(50_001, ACCEPTED, 'retry');
    const view = mergeLedgers([handOver(ledger)], { orders: 100_000, workers: 1 });
    expect(view.storyOf(MAX_STORIES.perClass - 1)).toMatchObject({ dueUs: (MAX_STORIES.perClass - 1) * 10 });
    expect(view.storyOf(MAX_STORIES.perClass)).toBeUndefined();
    expect(view.storyOf(50_000)?.deeds).toHaveLength(1);
    expect(view.storyOf(50_001)?.deeds.map(({ why }) => why)).toEqual(['first', 'retry']);
  });

  it('end after so many deeds, and there are only so many', () => {
    const ledger = new Ledger({ orders: 1e6, worker: 0, workers: 4, ids: false, totals: false });
    for (let seq = 0; seq < 400_000; seq += 4) {
      ledger.begin(seq, 0);
      for (let n = 0; n < (seq === 0 ? 40 : 1); n++) ledger.story({ seq, dueUs: 0 }, ACCEPTED, deedOf('copy'));
    }
    const { stories } = handOver(ledger);
    expect(stories).toHaveLength(MAX_STORIES.several / 4);
    expect(stories[0]!.deeds).toHaveLength(MAX_DEEDS);
  });
});

describe('how often an order was sent', () => {
  const view = (ledger: Ledger) => mergeLedgers([handOver(ledger)], { orders: 50_000, workers: 1 });
  const made = () => new Ledger({ orders: 50_000, worker: 0, workers: 1, ids: false, totals: false });

  it('is known of the accepted, and of the others while there is room for all that were sent again', () => {
    const ledger = made();
    for (const seq of [0, 1]) ledger.mark(seq, ACCEPTED);
    ledger.repeated(1);
    ledger.mark(2, REJECTED);
    for (let seq = 10; seq < 10 + MAX_STORIES.several; seq++) ledger.begin(seq, 0);
    expect([0, 1, 2].map(view(ledger).sendingsOf)).toEqual(['once', 'several', 'once']);
  });

  it('is not known of the others when one more was sent again, nor of those of a lost worker', () => {
    const ledger = made();
    for (const seq of [0, 1]) ledger.mark(seq, ACCEPTED);
    for (let seq = 10; seq <= 10 + MAX_STORIES.several; seq++) ledger.begin(seq, 0);
    expect([0, 2].map(view(ledger).sendingsOf)).toEqual(['once', undefined]);
    const half = new Ledger({ orders: 10, worker: 1, workers: 2, ids: false, totals: false });
    const merged = mergeLedgers([handOver(half)], { orders: 10, workers: 2 });
    half.mark(1, REJECTED);
    expect([0, 1].map(merged.sendingsOf)).toEqual([undefined, undefined]);
  });

  it('leaves room for the stories of those whose repeats went wrong', () => {
    const ledger = made();
    const tell = (seq: number) => {
      ledger.begin(seq, 0);
      ledger.story({ seq, dueUs: 0 }, REJECTED, deedOf('replay'));
    };
    for (let seq = 0; seq < MAX_STORIES.several + 1; seq++) tell(seq);
    const [late, later] = [40_000, 40_001];
    ledger.trouble(late, 'no-replay');
    tell(late);
    tell(later);
    const { storyOf } = view(ledger);
    expect(storyOf(MAX_STORIES.several)).toBeUndefined();
    expect(storyOf(late)?.deeds).toHaveLength(1);
    expect(storyOf(later)).toBeUndefined();
  });
});

describe('what is kept one by one is bounded, and', () => {
  it('troubles beyond the bound are still counted', () => {
    const ledger = new Ledger({ orders: 200_000, worker: 0, workers: 1, ids: false, totals: false });
    for (let seq = 0; seq < 100_000; seq++) ledger.trouble(seq, 'no-replay');
    ledger.trouble(5, 'no-replay');
    ledger.trouble(5, 'two-ids');
    const { answers } = handOver(ledger);
    expect(answers.troubles).toMatchObject({ 'no-replay': 100_000, 'two-ids': 1 });
    expect(answers.troubled).toHaveLength(MAX_TROUBLED + 1);
  });

  it('of those turned away the last are there, with the time from which on they all are', () => {
    const ledger = new Ledger({ orders: 200_000, worker: 0, workers: 1, ids: false, totals: false });
    for (let seq = 0; seq < 100_000; seq++) {
      ledger.mark(seq, REJECTED);
      ledger.soldOut(seq, seq * 2);
    }
    const { lastSoldOut, lastRefused } = handOver(ledger);
    const oldest = Math.min(...lastSoldOut.seqs);
    expect(lastSoldOut.seqs).toHaveLength(100_000 - oldest);
    expect(lastSoldOut.completeFromUs).toBe((oldest - 1) * 2);
    expect(lastRefused).toMatchObject({ completeFromUs: Number.NEGATIVE_INFINITY });
  });
});

describe("a ledger's changes", () => {
  it('put together are its classes, whenever they were asked for', () => {
    const step = fc.oneof(
      fc.record({ does: fc.constant('mark' as const), index: fc.nat(199), to: fc.nat(3) }),
      fc.record({ does: fc.constant('tell' as const), index: fc.nat(), to: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const ledger = new Ledger({ orders: 400, worker: 1, workers: 2, ids: false, totals: false });
        const copy = new Uint8Array(50);
        const listen = () => {
          const change = ledger.changes();
          if (change) copy.set(change.classes, change.from);
          return change;
        };
        for (const { does, index, to } of steps) does === 'mark' ? ledger.mark(index * 2 + 1, to) : listen();
        listen();
        expect(listen()).toBeUndefined();
        expect(copy).toEqual(ledger.toTransfer().data.classes);
      }),
      { seed: 20261123 },
    );
  });
});
