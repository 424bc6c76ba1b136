// What the ledger costs an order, in ns, and what it takes to audit 2.1 million of them. `node test/bench/audit.ts` prints the rows.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
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

const LOAD = fileURLToPath(new URL('./audit-load.ts', import.meta.url));
const MINUTES_2 = 120_000;

async function load(...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [LOAD, ...words], { timeout: MINUTES_2 });
  return stdout;
}

function rowsOf(from: string, told: string): Row[] {
  const { rows, seconds, peakMb, broken } = JSON.parse(told) as AuditLoad;
  if (broken.length > 0) throw new Error(`an honest shop is accused: ${broken.join('; ')}`);
  const note = `${(rows / 1e6).toFixed(2)} million rows of JSON, until they rest and once more, audited`;
  return [
    { name: `${from}: time`, value: seconds, unit: 's', ok: seconds <= 15, note: `${note}; limit 15 s` },
    {
      name: `${from}: memory`,
      value: peakMb,
      unit: 'MB',
      ok: peakMb <= 300,
      note: 'of the whole process; limit 300 MB',
    },
  ];
}

/** The shop is a process of its own, on the other core. */
async function overHttp(file: string, ids: string): Promise<string> {
  const shop = spawn(process.execPath, [LOAD, 'serve', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [url] = (await once(shop.stdout, 'data')) as [Buffer];
    return await load('audit', String(url).trim(), ids);
  } finally {
    shop.kill();
  }
}

async function auditRows(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'doorbuster-audit-'));
  const file = join(folder, 'orders.json');
  try {
    await load('write', file);
    const rows = rowsOf('export over HTTP', await overHttp(file, 'number'));
    rows.push(...rowsOf('export from a file', await load('audit', file)));
    await load('write', file, 'uuid');
    // The limits are for the ids of the built-in shop; these say what longer ones cost.
    const uuids = rowsOf('export with UUIDs over HTTP', await overHttp(file, 'uuid'));
    return [...rows, ...uuids.map(({ ok: _, note, ...row }) => ({ ...row, note: note.replace(/; limit.*$/, '') }))];
  } finally {
    rmSync(folder, { recursive: true });
  }
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
