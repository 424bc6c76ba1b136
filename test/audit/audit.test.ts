// What the audit says, in its own words: of a small sale with one thing wrong at a time, and of books that were not whole.

import { describe, expect, it } from 'vitest';
import { formatMoment } from '../../src/audit/findings.ts';
import type { Deed } from '../../src/audit/spec.ts';
import { auditOf, BESIDE, invariantOf, keyOf, type Row, type Told, type World } from './world.ts';

const deed = (why: Deed['why'], doneUs: number, more: Partial<Deed> = {}): Deed => {
  return { step: 'checkout', why, firedUs: doneUs - 10, doneUs, status: 201, outcome: 'sold', ...more };
};
const sold = (seq: number, more: Partial<Told> = {}): Told => {
  const id = `order-${seq}`;
  return { class: 'accepted', id, deeds: [deed('first', 3.412e6, { id })], ...more };
};
const rowOf = (seq: number, more: Partial<Row> = {}): Row => {
  return { seq, id: `order-${seq}`, quantity: 1, sku: 'shoe', status: 'confirmed', ...more } as Row;
};

/** Three orders sold, one turned away, one unknown. */
const sale = (changes: Partial<World> = {}): World => ({
  identity: { runId: 'r', seed: 1, skus: [{ value: 'shoe', weight: 1 }], quantity: [{ value: 1, weight: 1 }] },
  told: [sold(0), sold(1), sold(2), { class: 'rejected', soldOutAtUs: 5e6 }, { class: 'unknown' }],
  workers: 2,
  rows: [rowOf(0), rowOf(1), rowOf(2)],
  books: {},
  before: { shoe: { available: 3 } },
  after: { shoe: { available: 0, reserved: 0 } },
  ...changes,
});
const keyAt = (seq: number): string => keyOf(sale(), { seq, status: 'confirmed' });
const found = (world: World, name: Parameters<typeof invariantOf>[1]) => invariantOf(auditOf(world), name);
const without = (seq: number): Row[] => sale().rows!.filter((row) => !('seq' in row) || row.seq !== seq);

describe('a sale without a fault', () => {
  it('is told what was looked at, and what was not and why', () => {
    const { invariants, incomplete, truth, unknown, attempts } = auditOf(sale());
    expect(invariants.map(({ name, status, says }) => `${name} ${status}: ${says}`)).toEqual([
      'oversold pass: 3 units of 1 sku confirmed, never more than there were',
      'lost pass: all 3 accepted orders are in the books, 3 under the id that was answered',
      'duplicated pass: none of 3 confirmed rows is a second order under one key or one id',
      'phantom pass: none of 1 order that was told no or not sent is confirmed in the books',
      'undersold pass: 1 order was turned away for lack of stock, none of them while there was enough',
      'over_limit not-checked: the profile names no limit a buyer has',
      'mispriced not-checked: no total in the books could be held against a price or an answer',
      'replay_mismatch not-checked: no repeat of an accepted order was answered, so there was nothing to compare',
      'unread not-checked: no accepted order was asked for',
    ]);
    expect(incomplete).toBe('');
    expect(truth).toEqual({ accepted: 3, confirmed: 3, unknown: 1, holds: true });
    expect(unknown).toMatchObject({ total: 1, placed: 0, notPlaced: 1 });
    expect(unknown!.examples[0]!.says).toBe(
      `order #4, key ${keyAt(4)}: due 00:00:00.004, not repeated, unknown; not placed`,
    );
    expect(attempts).toEqual({ orders: 0, attempts: 0 });
  });

  it('settles an unknown order that the books hold', () => {
    const { unknown, truth } = auditOf(sale({ rows: [...sale().rows!, rowOf(4)], before: { shoe: { available: 4 } } }));
    expect(unknown).toMatchObject({ placed: 1, notPlaced: 0 });
    expect(unknown!.examples[0]!.says).toMatch(/unknown; placed: confirmed in the books$/);
    expect(truth).toEqual({ accepted: 3, confirmed: 4, unknown: 1, holds: true });
  });
});

describe('the story of an order', () => {
  const bare = (outcomeClass: Told['class'], more: Partial<Told> = {}): Told => ({ class: outcomeClass, ...more });
  const pastOf = (told: Told, more: Partial<World> = {}): string => {
    const others = [bare('accepted'), bare('rejected'), bare('rejected', { soldOutAtUs: 5e6 })];
    const rows = told.class === 'accepted' ? [rowOf(0)] : [rowOf(0), rowOf(3)];
    const world = sale({ told: [...others, told], rows, before: { shoe: { available: 2 } }, ...more });
    const { invariants } = auditOf(world);
    const [example] = invariants.flatMap(({ examples }) => examples.filter(({ seq }) => seq === 3));
    expect(example!.story).toBeUndefined();
    return /due 00:00:00.003, (.*);/.exec(example!.says)![1]!;
  };
  const outcomes = [
    { name: 'sold', class: 'accepted', count: 2 },
    { name: 'limit', class: 'rejected', count: 1 },
    { name: 'sold_out', class: 'rejected', count: 1 },
    { name: 'failed', class: 'failed', count: 0 },
  ] satisfies World['outcomes'];

  it('is told by the bits of the ledger where none was kept: how often it was sent and what it came to', () => {
    expect(pastOf(bare('accepted'))).toBe('sent once, accepted, when is not kept');
    expect(pastOf(bare('accepted', { repeated: true }))).toBe('sent more than once, accepted, when is not kept');
    expect(pastOf(bare('rejected'))).toBe('not repeated, rejected, when is not kept');
    expect(pastOf(bare('rejected'), { ledger: { sendingsOf: () => undefined } })).toBe('rejected, when is not kept');
    expect(pastOf(bare('failed'))).toBe('failed');
  });

  it('names the outcome where there is only one that it can be', () => {
    expect(pastOf(bare('accepted'), { outcomes })).toBe('sent once, accepted (`sold`), when is not kept');
    const [sold2, limit, soldOut] = outcomes;
    const two = [sold2!, { ...limit!, count: 2 }, soldOut!];
    expect(pastOf(bare('rejected'), { outcomes: two })).toBe('not repeated, rejected (`limit`), when is not kept');
    expect(
      pastOf(bare('rejected', { soldOutAtUs: 6e6 }), { outcomes: [sold2!, limit!, { ...soldOut!, count: 2 }] }),
    ).toBe('not repeated, rejected (`sold_out`), when is not kept');
    // Two that it can be; and a class of which the ledger counts more than ended so.
    const either = [sold2!, limit!, soldOut!, { ...limit!, name: 'closed' }];
    expect(pastOf(bare('rejected'), { outcomes: either })).toBe('not repeated, rejected, when is not kept');
    expect(pastOf(bare('accepted'), { outcomes: [{ ...sold2!, count: 1 }] })).toBe(
      'sent once, accepted, when is not kept',
    );
  });

  it('says when it was due, what it was answered and what the books say', () => {
    const lost = found(sale({ rows: without(1) }), 'lost');
    expect(lost).toMatchObject({ status: 'fail', violations: 1, checked: 3 });
    expect(lost.says).toBe('of 3 accepted orders, 1 is not confirmed in the books');
    expect(lost.examples).toMatchObject([
      {
        seq: 1,
        key: keyAt(1),
        says: `order #1, key ${keyAt(1)}: due 00:00:00.001, \`sold\` at 00:00:03.412 as \`order-1\`; not in the books`,
        story: { dueUs: 1_000, deeds: [{ why: 'first', id: 'order-1' }] },
      },
    ]);
  });

  it('tells all attempts of one that was sent several times, and where it stands in the books', () => {
    const told = sale().told.with(
      1,
      sold(1, {
        repeated: true,
        deeds: [
          deed('first', 2e6, { outcome: 'timeout', status: 0 }),
          deed('retry', 3.412e6, { id: 'order-1' }),
          deed('replay', 4e6, { id: 'order-77' }),
        ],
        troubles: ['two-ids'],
      }),
    );
    const replays = found(sale({ told, answers: { replays: 1 } }), 'replay_mismatch');
    expect(replays).toMatchObject({ status: 'fail', violations: 1, checked: 1 });
    expect(replays.examples[0]!.says).toBe(
      `order #1, key ${keyAt(1)}: due 00:00:00.001, sent: \`timeout\` at 00:00:02.000, retried: \`sold\` at 00:00:03.412 as ` +
        '`order-1`, replayed: `sold` at 00:00:04.000 as `order-77`; a repeat was accepted under another id',
    );
    const rows = [...without(1), rowOf(1, { status: 'reserved' })];
    expect(found(sale({ rows }), 'lost').examples[0]!.says).toMatch(/; only reserved in the books$/);
    const renamed = found(sale({ rows: [...without(1), rowOf(1, { id: 'order-9' })] }), 'lost');
    expect(renamed.says).toBe('of 3 accepted orders, 1 stands there under another id than was answered');
    expect(renamed.examples[0]!.says).toMatch(/; in the books as `order-9`$/);
  });

  it('names the sku, the buyer, the sums and the other order', () => {
    const twice = found(sale({ rows: [...sale().rows!, rowOf(1, { id: 'order-8' })] }), 'duplicated');
    expect(twice.says).toBe('1 order is in the books more than once');
    expect(twice.examples[0]!.says).toMatch(/; in the books more than once, as `order-1` and `order-8`$/);
    const shared = found(sale({ rows: [...without(2), rowOf(2, { id: 'order-0' })] }), 'duplicated');
    expect(shared.examples[0]!.says).toMatch(/; its id `order-0` is also the id of order #0, key [-0-9a-f]{36}$/);
    const over = found(sale({ before: { shoe: { available: 1 } } }), 'oversold');
    expect(over.says).toBe('2 units more than there were, of 1 sku');
    expect(over.examples).toEqual([{ sku: 'shoe', says: '`shoe`: 3 units confirmed, there were 1' }]);
    const under = found(sale({ before: { shoe: { available: 4 } }, after: { shoe: { available: 1 } } }), 'undersold');
    expect(under).toMatchObject({
      status: 'not-checked',
      says: '1 unit of `shoe` left at the end may have come back after the last shopper was turned away',
    });
    const left = found(
      sale({ told: sale().told.slice(0, 4), before: { shoe: { available: 5 } }, after: { shoe: { available: 2 } } }),
      'undersold',
    );
    expect(left.says).toBe('1 unit of 1 sku left unsold, while 1 order was turned away for lack of stock');
    expect(left.examples.map(({ says }) => says)).toMatchObject([
      '`shoe`: 1 unit left in stock that shoppers were refused',
      expect.stringMatching(/; `shoe` was there all the time$/),
    ]);
    const rows = sale().rows!.map((row) => ({ ...row, buyer: 'ann' }));
    const limit = found(sale({ rows, books: { limit: 2 } }), 'over_limit');
    expect(limit.says).toBe('1 order beyond the 2 units a buyer may have');
    expect(limit.examples[0]!.says).toMatch(/; `ann` then had 3 units, 2 are allowed$/);
    const priced = rows.map((row, at) => ({ ...row, total: at === 2 ? 625 : 500 }));
    const wrong = found(sale({ rows: priced, books: { prices: { shoe: 500 } } }), 'mispriced');
    expect(wrong.examples[0]!.says).toMatch(/; charged 625, quantity × price is 500$/);
  });
});

describe('a ledger that kept only the last orders turned away', () => {
  const nobody = { seqs: new Uint32Array(), atUs: new Float64Array(), completeFromUs: Number.POSITIVE_INFINITY };
  const left = sale({
    told: sale().told.slice(0, 4),
    before: { shoe: { available: 5 } },
    after: { shoe: { available: 2 } },
  });

  it('neither accuses nor passes where it does not know who they were', () => {
    expect(found(left, 'undersold').violations).toBe(1);
    expect(found({ ...left, ledger: { lastSoldOut: nobody } }, 'undersold').status).toBe('not-checked');
  });

  it('nor where it does not know what came back after them', () => {
    expect(found({ ...left, ledger: { lastRefused: nobody } }, 'undersold').status).toBe('not-checked');
  });
});

describe('orders sent beside the plan', () => {
  const beside: Row = { beside: 9, quantity: 1, sku: 'shoe', status: 'confirmed' };

  it('are ours: no foreign rows, and they took from the stock', () => {
    const world = sale({ rows: [...sale().rows!, beside], before: { shoe: { available: 4 } } });
    const result = auditOf(world);
    expect([result.foreign.rows, result.incomplete]).toEqual([0, '']);
    expect(invariantOf(result, 'oversold')).toMatchObject({ status: 'pass', checked: 4 });
    expect(invariantOf(result, 'undersold').status).toBe('pass');
    expect(invariantOf(auditOf({ ...world, before: { shoe: { available: 3 } } }), 'oversold').violations).toBe(1);
  });

  it('are seen to be placed twice, over the limit, and wrongly priced', () => {
    const dear = { ...beside, total: 7 };
    const rows = [...sale().rows!, dear, { ...dear, id: 'order-x' }];
    const result = auditOf(sale({ rows, books: { limit: 1, prices: { shoe: 500 } } }));
    expect(invariantOf(result, 'duplicated')).toMatchObject({
      violations: 1,
      examples: [{ key: keyOf(sale(), beside) }],
    });
    expect(invariantOf(result, 'mispriced').violations).toBe(1);
    expect(invariantOf(result, 'over_limit').violations).toBe(1);
    expect(BESIDE).not.toBe(sale().identity.runId);
  });
});

describe('books that were not read whole', () => {
  const why = (changes: Partial<World>) => auditOf(sale(changes)).incomplete;

  it('are told with the reason', () => {
    expect(why({ reading: { trouble: 'the export broke off' } })).toBe('the export broke off');
    expect(why({ reading: { claimed: 5 } })).toBe('the books say they have 5 orders, and gave 3');
    expect(why({ reading: { malformed: 1, malformedExamples: ['row 4, it is not JSON: {'] } })).toBe(
      '1 row could not be read, the first: row 4, it is not JSON: {',
    );
    expect(why({ rows: [...sale().rows!, { key: 'abc', status: 'confirmed' }] })).toBe(
      '1 row has a key that no order of this run has, the first: `abc`',
    );
    expect(why({ rows: [...sale().rows!, rowOf(1)] })).toBe(
      '1 row came twice, key and id: the export is no list of orders',
    );
    expect(why({ reading: { rows: 9 } })).toBe('9 rows were read, and 3 were looked at');
  });

  it('pass nothing that the rest might break, and fail what they do show', () => {
    const { invariants, unknown, truth } = auditOf(
      sale({ rows: [rowOf(0), rowOf(3)], reading: { trouble: 'cut' }, before: { shoe: { available: 1 } } }),
    );
    const statuses = Object.fromEntries(invariants.map(({ name, status }) => [name, status]));
    expect(statuses).toMatchObject({
      lost: 'not-checked',
      duplicated: 'not-checked',
      undersold: 'not-checked',
      phantom: 'fail',
      oversold: 'fail',
    });
    expect(invariants.map(({ status }) => status)).not.toContain('pass');
    expect([unknown, truth]).toEqual([undefined, undefined]);
  });

  it('lack the stock where the profile names it and nobody could read it', () => {
    const step = { name: 's', method: 'GET', path: '/s', headers: [], body: { kind: 'none' as const } };
    const stock = { step, items: '$' };
    expect(why({ books: { stock }, before: undefined })).toBe('the stock before the run was not read');
    expect(why({ books: { stock }, after: undefined })).toBe('the stock after the run was not read');
  });

  it('hold others’ orders too where the profile says so: the stock then cannot be judged', () => {
    const rows: Row[] = [...sale().rows!, { key: 'abc', status: 'confirmed' }];
    const result = auditOf(sale({ rows, books: { foreign: 'ignore' } }));
    expect([result.incomplete, result.foreign]).toEqual(['', { rows: 1, keys: ['abc'] }]);
    expect(invariantOf(result, 'oversold').says).toBe('others buy here too, so what they took is not known');
    expect(invariantOf(result, 'lost').status).toBe('pass');
  });
});

describe('books without a quantity', () => {
  it('do not pass a stock that fell by more than was drawn', () => {
    const rows = sale().rows!.map(({ quantity: _, ...row }) => row as Row);
    const stock = { before: { shoe: { available: 10 } }, after: { shoe: { available: 0 } } };
    // Ten went; three were sold by the draw, and the unknown order may have one.
    expect(found(sale({ ...stock, rows }), 'oversold')).toMatchObject({
      status: 'not-checked',
      says: '6 units of `shoe` went that the books do not explain: orders may buy more than is drawn for them, which `audit.fields.quantity` would tell',
    });
    expect(found(sale(stock), 'oversold').status).toBe('pass');
    // Nor is a unit without its order where it is held, lost, or of an order whose end is not known.
    const levels = (available: number, reserved: number) => ({
      before: { shoe: { available } },
      after: { shoe: { available: 0, reserved } },
    });
    const isPassed = (world: Partial<World>) => found(sale({ rows, ...world }), 'oversold').status === 'pass';
    expect([isPassed({}), isPassed(levels(5, 1)), isPassed(levels(6, 1))]).toEqual([true, true, false]);
    const twoRows = rows.slice(0, 2);
    expect([isPassed({ ...levels(4, 0), rows: twoRows }), isPassed({ ...levels(5, 0), rows: twoRows })]).toEqual([
      true,
      false,
    ]);
  });
});

describe('orders in the books that are none of the run', () => {
  const rows = [rowOf(0, { buyer: 'ann' }), rowOf(1, { buyer: 'bob' })];
  const old = (buyer: string | undefined, quantity: number, status: Row['status'] = 'confirmed') => [
    { key: 'old', buyer, quantity, status },
  ];
  const limited = (world: Partial<World>) => found(sale({ rows, books: { limit: 2 }, ...world }), 'over_limit');

  it('count to what their buyers may have', () => {
    expect(limited({})).toMatchObject({ status: 'pass' });
    expect(limited({ earlier: old('ann', 1) })).toMatchObject({ status: 'pass' });
    expect(limited({ earlier: old('ann', 2, 'other') })).toMatchObject({ status: 'pass' });
    // Too much of an earlier day is none of this run.
    expect(limited({ earlier: old('eve', 9) })).toMatchObject({ status: 'pass' });
    const over = limited({ earlier: old('ann', 2) });
    expect(over).toMatchObject({ status: 'fail', violations: 1, checked: 2 });
    expect(over.examples[0]).toMatchObject({ seq: 0, says: expect.stringContaining('`ann` then had 3 units') });
  });

  it('count as those of strangers too, where others may buy there', () => {
    const strange = (row: Row, more: Row[] = []) =>
      limited({ rows: [row, ...rows, ...more], books: { limit: 2, foreign: 'ignore' } });
    const of = (buyer: string | undefined, quantity: number): Row => ({
      ...{ key: 'theirs', buyer, quantity, status: 'confirmed' },
    });
    expect([strange(of('eve', 9)).status, strange(of('ann', 1)).status]).toEqual(['pass', 'pass']);
    expect(strange(of('ann', 2))).toMatchObject({ status: 'fail', violations: 1, checked: 2 });
    expect(strange(of(undefined, 1)).status).toBe('not-checked');
    expect(limited({ earlier: [{ key: 'old', buyer: 'eve', status: 'confirmed' }] }).status).toBe('not-checked');
    expect(strange(of('eve', 1), [of('ann', 2)]).status).toBe('not-checked');
  });

  it('leave the limit unchecked where it is not known whose they are, or which order broke it', () => {
    expect(limited({ earlier: old(undefined, 1) })).toMatchObject({
      status: 'not-checked',
      says: expect.stringContaining('1 order that is none of this run may be of the same buyers'),
    });
    expect(limited({ earlier: old('ann', 1), isNewestFirst: true })).toMatchObject({ status: 'pass' });
    expect(limited({ earlier: old('ann', 2), isNewestFirst: true })).toMatchObject({
      status: 'not-checked',
      says: expect.stringContaining('1 order that is none of this run came behind orders of it'),
    });
  });
});

describe('without books', () => {
  it('the answers alone are held against each other and against the stock', () => {
    const told = sale().told.with(1, sold(1, { repeated: true, troubles: ['two-ids', 'other-answer'] }));
    const alone = auditOf(sale({ rows: undefined, told, answers: { replays: 3 }, before: { shoe: { available: 2 } } }));
    expect(invariantOf(alone, 'duplicated')).toMatchObject({
      violations: 1,
      says: '1 order was accepted under two ids',
    });
    expect(invariantOf(alone, 'replay_mismatch').violations).toBe(1);
    expect(invariantOf(alone, 'oversold')).toMatchObject({ violations: 1 });
    for (const name of ['lost', 'phantom', 'over_limit', 'mispriced'] as const) {
      expect(invariantOf(alone, name).status).toBe('not-checked');
    }
    const clean = auditOf(sale({ rows: undefined, answers: { replays: 3 } }));
    expect(invariantOf(clean, 'duplicated').says).toBe(
      'by the answers alone: 3 repeats named one id an order; the books were not read',
    );
    expect(clean.books).toBeUndefined();
    // One repeat that names nothing may be another order: the others do not speak for it.
    const doubtful = auditOf(sale({ rows: undefined, answers: { replays: 3, untold: 1 } }));
    expect(invariantOf(doubtful, 'replay_mismatch')).toMatchObject({
      status: 'not-checked',
      says: expect.stringContaining('1 repeat was accepted by an answer that names no order id'),
    });
  });
});

describe('a moment', () => {
  it('is a clock with milliseconds', () => {
    expect([0, 3.214e6, 3_600e6 * 25 + 61e6].map(formatMoment)).toEqual([
      '00:00:00.000',
      '00:00:03.214',
      '25:01:01.000',
    ]);
  });
});
