// What the ledger costs an order, in ns, and what it takes to audit 2.1 million of them. `node test/bench/audit.ts` prints the rows.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Ledger } from '../../src/audit/ledger.ts';
import type { AuditLoad } from './audit-load.ts';
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

async function auditRows(): Promise<Row[]> {
  const load = fileURLToPath(new URL('./audit-load.ts', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'doorbuster-audit-'));
  const run = (task: string) =>
    promisify(execFile)(process.execPath, [load, task, join(folder, 'orders.json')], { timeout: 120_000 });
  const { stdout } = await run('write')
    .then(() => run('audit'))
    .finally(() => rmSync(folder, { recursive: true }));
  const { rows, seconds, peakMb, broken } = JSON.parse(stdout) as AuditLoad;
  if (broken.length > 0) throw new Error(`an honest shop is accused: ${broken.join('; ')}`);
  const note = `${(rows / 1e6).toFixed(2)} million rows of JSON read from a file and audited`;
  return [
    { name: 'audit: time', value: seconds, unit: 's', ok: seconds <= 15, note: `${note}; limit 15 s` },
    { name: 'audit: memory', value: peakMb, unit: 'MB', ok: peakMb <= 300, note: 'of the whole process; limit 300 MB' },
  ];
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
    ...(await auditRows()),
  ];
}

if (import.meta.main) {
  const { printRows } = await import('./print.ts');
  process.exitCode = printRows(await auditBench()) > 0 ? 1 : 0;
}
