// What the ledger costs an order, in ns. `node test/bench/audit.ts` prints the rows.

import { Ledger } from '../../src/audit/ledger.ts';
import type { Row } from './row.ts';

const ORDERS = 2_100_000;
const ROUNDS = 7;

/** Median over rounds of ns an order; `each` is called once for every order of a fresh ledger. */
function nsAnOrder(ids: boolean, each: (ledger: Ledger, seq: number) => void): number {
  const costs: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const ledger = new Ledger({ orders: ORDERS, worker: 1, workers: 2, ids, totals: false });
    const startMs = performance.now();
    for (let seq = 1; seq < ORDERS; seq += 2) each(ledger, seq);
    if (round > 0) costs.push(((performance.now() - startMs) * 1e6) / (ORDERS / 2));
  }
  return costs.sort((a, b) => a - b)[ROUNDS >> 1]!;
}

export async function auditBench(): Promise<Row[]> {
  const id = Array.from({ length: 1024 }, (_, index) => `order-${1_000_000 + index}`);
  return [
    {
      name: 'ledger: fired and ended',
      value: nsAnOrder(false, (ledger, seq) => {
        ledger.mark(seq, 3);
        ledger.mark(seq, 0);
      }),
      unit: 'ns',
      note: 'two marks an order, 2 workers',
    },
    {
      name: 'ledger: keep an id',
      value: nsAnOrder(true, (ledger, seq) => ledger.keepId(seq, id[seq & 1023]!)),
      unit: 'ns',
      note: 'of 13 characters',
    },
  ];
}

if (import.meta.main) {
  const { printRows } = await import('./print.ts');
  process.exitCode = printRows(await auditBench()) > 0 ? 1 : 0;
}
