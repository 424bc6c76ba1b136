// What the audit says of the books holds nothing that a setup took from the shop.

import { describe, expect, it } from 'vitest';
import { Ledger } from '../../src/audit/ledger.ts';
import { mergeLedgers } from '../../src/audit/merge-ledgers.ts';
import { auditRun } from '../../src/commands/audit.ts';
import type { BooksSpec } from '../../src/order/books.ts';
import { orderKeyOf } from '../../src/order/identity.ts';
import type { Plan } from '../../src/profile/plan.ts';
import type { Run } from '../../src/run/run.ts';

const TOKEN = 'tkn "quoted/té"';
const BOOKS: BooksSpec = {
  orders: { kind: 'command', argv: [], format: 'ndjson', timeoutUs: 10e6 },
  fields: { key: 'key', id: 'id', buyer: 'buyer' },
  ...{ confirmed: [], reserved: [], soldOut: [], foreign: 'refuse', limit: 1 },
  ...{ settleUs: 10e6, pollUs: 1e6, timeoutUs: 10e6, maxRows: 100 },
};

/** Two orders of one buyer, who is the token, and a stranger's; the shop changed the first order's id. */
async function audited(secrets: readonly string[]) {
  const rows = [
    { key: orderKeyOf('r', 0), id: `other ${TOKEN}`, buyer: TOKEN },
    { key: orderKeyOf('r', 1), id: 'b', buyer: TOKEN },
    { key: `stranger ${TOKEN}`, id: 'c', buyer: TOKEN },
    { key: `${'s'.repeat(70)}${TOKEN}`, id: 'd', buyer: TOKEN },
  ];
  const ledger = new Ledger({ orders: 2, worker: 0, workers: 1, ids: true, totals: false });
  const curve = { orders: 2, durationUs: 1e6, arrivals: 'even', seed: 1, basePerS: 2, parts: [] };
  const identity = { runId: '', seed: 1, skus: [{ value: 's', weight: 1 }], quantity: [{ value: 1, weight: 1 }] };
  const order = { identity: { ...identity, buyers: { kind: 'pool', count: 1 } }, steps: [{ name: '' }] };
  const source = {
    kind: 'http',
    step: { name: 'orders', path: '/' },
    format: 'ndjson',
    items: '$',
    paging: { kind: 'none' },
  };
  const send = async () => ({
    status: 200,
    headers: { get: () => undefined, all: () => [] },
    body: (async function* () {
      for (const row of rows) yield Buffer.from(`${JSON.stringify(row)}\n`);
    })(),
    drop: () => {},
  });
  const seams = {
    plane: { send, ask: () => Promise.reject(new Error('none')) },
    folder: '.',
    sleep: async () => {},
    nowUs: () => 0,
  };
  return auditRun({
    plan: { books: { ...BOOKS, orders: source }, order, traffic: curve } as unknown as Plan,
    run: {
      ledger: mergeLedgers([ledger.toTransfer().data], { orders: 2, workers: 1 }),
      evidence: { timeline: { total: () => ({ outcomes: [], countOfOutcome: () => 0 }) } },
    } as unknown as Pick<Run, 'ledger' | 'evidence'>,
    runId: 'r',
    before: { stock: undefined, known: new Set(), warnings: [] },
    seams,
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
});
