// Books read for an audit: what is said of them holds no secret, and orders that come late are awaited.

import { describe, expect, it } from 'vitest';
import { Ledger } from '../../src/audit/ledger.ts';
import { mergeLedgers } from '../../src/audit/merge-ledgers.ts';
import { auditRun, lookBefore } from '../../src/commands/audit.ts';
import type { BooksSpec } from '../../src/order/books.ts';
import { orderKeyOf } from '../../src/order/identity.ts';
import { OUTCOME_CLASSES } from '../../src/outcomes.ts';
import type { Plan } from '../../src/profile/plan.ts';
import type { Run } from '../../src/run/run.ts';

const TOKEN = 'tkn "quoted/té"';
const BOOKS: BooksSpec = {
  orders: { kind: 'command', argv: [], format: 'ndjson', timeoutUs: 10e6 },
  fields: { key: 'key', id: 'id', buyer: 'buyer' },
  ...{ confirmed: [], reserved: [], soldOut: [], foreign: 'refuse', limit: 1 },
  ...{ settleUs: 10e6, pollUs: 1e6, timeoutUs: 10e6, maxRows: 100 },
};

const HTTP = {
  ...{ kind: 'http', step: { name: 'orders', path: '/' } },
  ...{ format: 'ndjson', items: '$', paging: { kind: 'none' } },
} as unknown as NonNullable<BooksSpec['orders']>;

/** Two orders of one buyer, who is the token, and strangers'. */
const ROWS = [
  { key: orderKeyOf('r', 0), id: `other ${TOKEN}`, buyer: TOKEN },
  { key: orderKeyOf('r', 1), id: 'b', buyer: TOKEN },
  { key: `stranger ${TOKEN}`, id: 'c', buyer: TOKEN },
  { key: `${'s'.repeat(70)}${TOKEN}`, id: 'd', buyer: TOKEN },
];

/** Books that hold `rowsAt` so many seconds after the first look at them. */
function shopWith(rowsAt: (seconds: number) => object[]) {
  let nowUs = 0;
  const send = async () => ({
    status: 200,
    headers: { get: () => undefined, all: () => [] },
    body: (async function* () {
      for (const row of rowsAt(nowUs / 1e6)) yield Buffer.from(`${JSON.stringify(row)}\n`);
    })(),
    drop: () => {},
  });
  return {
    plane: { send, ask: () => Promise.reject(new Error('none')) },
    folder: '.',
    sleep: async (us: number) => {
      nowUs += us;
    },
    nowUs: () => nowUs,
  };
}

/** A run of two orders. `rowsAt`: what the books hold, by the seconds since they are read. `known`: keys of before it. */
async function audited(
  secrets: readonly string[],
  rowsAt: (seconds: number) => object[] = () => ROWS,
  { accepted = 0, known = [] as string[] } = {},
) {
  const ledger = new Ledger({ orders: 2, worker: 0, workers: 1, ids: true, totals: false });
  for (let seq = 0; seq < accepted; seq++) ledger.mark(seq, OUTCOME_CLASSES.indexOf('accepted'));
  const curve = { orders: 2, durationUs: 1e6, arrivals: 'even', seed: 1, basePerS: 2, parts: [] };
  const identity = { runId: '', seed: 1, skus: [{ value: 's', weight: 1 }], quantity: [{ value: 1, weight: 1 }] };
  const order = { identity: { ...identity, buyers: { kind: 'pool', count: 1 } }, steps: [{ name: '' }] };
  return auditRun({
    plan: { books: { ...BOOKS, orders: HTTP }, order, traffic: curve } as unknown as Plan,
    run: {
      ledger: mergeLedgers([ledger.toTransfer().data], { orders: 2, workers: 1 }),
      evidence: { timeline: { total: () => ({ outcomes: [], countOfOutcome: () => 0 }) } },
    } as unknown as Pick<Run, 'ledger' | 'evidence'>,
    runId: 'r',
    before: { stock: undefined, known: new Set(known), warnings: [] },
    seams: shopWith(rowsAt),
    secrets,
  });
}

describe('the audit', () => {
  it('says nowhere what a setup took, though the books are full of it', async () => {
    const bare = JSON.stringify(await audited([]));
    // Otherwise there would be nothing to hide.
    expect(bare).toContain('tkn \\"quoted');
    const limit = (await audited([])).invariants.find(({ name }) => name === 'over_limit')!;
    expect(limit.examples[0]!.says).toContain(TOKEN);
    const audit = await audited([TOKEN]);
    expect(JSON.stringify(audit)).not.toContain('tkn');
    expect(audit.invariants.map(({ name }) => name)).toContain('over_limit');
    expect(audit.foreign.keys[0]).toBe('stranger ***');
    expect(audit.incomplete).toContain('the first: `stranger ***`');
  });

  it('looks at orders of before the run for what their buyers hold, and for nothing else', async () => {
    const rows = [{ key: 'old', id: 'o', buyer: TOKEN }, ROWS[0]!];
    const { invariants, books, foreign, incomplete } = await audited([], () => rows, { known: ['old'] });
    expect([incomplete, books!.rows, foreign.rows]).toEqual(['', 1, 0]);
    expect(invariants.find(({ name }) => name === 'over_limit')).toMatchObject({
      status: 'not-checked',
      says: expect.stringContaining('1 order that is none of this run may be of the same buyers'),
    });
  });

  it.each([
    [1, undefined, '1 order was in the books before the run: the audit leaves it out'],
    [2, undefined, '2 orders were in the books before the run: the audit leaves them out'],
    [
      2,
      1,
      '2 orders were in the books before the run: the audit leaves them out, but for what their buyers already hold (`over_limit`)',
    ],
  ])('says before the run what it will make of %i earlier orders, with a limit of %s', async (count, limit, says) => {
    const books: BooksSpec = { ...BOOKS, orders: HTTP, limit };
    const rows = ROWS.slice(0, count);
    const { known, warnings } = await lookBefore(
      books,
      shopWith(() => rows),
      [],
    );
    expect([[...known], warnings]).toEqual([rows.map(({ key }) => key), [says]]);
  });

  it('awaits accepted orders that the books do not hold yet, and no longer than it must', async () => {
    const own = ROWS.slice(0, 2);
    const lostOf = async (rowsAt: (seconds: number) => object[], accepted: number) => {
      const { invariants, books } = await audited([], rowsAt, { accepted });
      const { status, violations } = invariants.find(({ name }) => name === 'lost')!;
      return { status, violations, polls: books!.polls };
    };
    const late = await lostOf((seconds) => (seconds < 4 ? [] : own), 2);
    expect(late).toEqual({ status: 'pass', violations: 0, polls: [0, 0, 0, 0, 2, 2] });
    expect(await lostOf(() => own, 2)).toEqual({ status: 'pass', violations: 0, polls: [2, 2] });
    const lost = await lostOf(() => own.slice(0, 1), 2);
    expect(lost).toEqual({ status: 'fail', violations: 1, polls: [1, 1, 1, 1, 1, 1, 1] });
    expect((await lostOf(() => own.slice(0, 1), 1)).polls).toEqual([1, 1]);
  });
});
