// How long a profile takes to read last year's log, and how much memory: 2.1 million lines of each kind, read as `plan`
// reads them. Only by itself, as it writes half a gigabyte: node test/bench/trace.ts [lines]

import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPlan } from '../../src/commands/load.ts';

const LINES = Number(process.argv[2] ?? 2_100_000);
const DAY_S = 43_200;
const START_S = Date.UTC(2025, 10, 28, 9) / 1e3;
const AGENT =
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36';

type Kind = { source: string; head?: string; line: (atS: number, index: number) => string };
const requestOf = (index: number) => (index % 4 === 0 ? `GET /product/${index % 977}` : `POST /checkout?cart=${index}`);

const KINDS: Record<string, Kind> = {
  combined: {
    source: 'log: { file: a, only: { method: POST, path: /checkout } }',
    line: (atS, index) => {
      const iso = new Date(atS * 1e3).toISOString();
      const time = `${iso.slice(8, 10)}/Nov/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
      return `203.0.113.${index % 250} - - [${time}] "${requestOf(index)} HTTP/1.1" 201 ${500 + (index % 100)} "https://shop.example/cart" "${AGENT}"`;
    },
  },
  'JSON lines': {
    source: 'log: { file: a, only: { method: POST, path: /checkout } }',
    line: (atS, index) => {
      const [method, uri] = requestOf(index).split(' ');
      const request = { remote_ip: '203.0.113.9', proto: 'HTTP/2.0', method, host: 'shop.example', uri };
      return JSON.stringify({ level: 'info', ts: atS + 0.25, request, agent: AGENT, duration: 0.0012, status: 201 });
    },
  },
  'CSV of order times': {
    source: 'times: a',
    head: 'id,ordered_at,total\n',
    line: (atS, index) => `${index},${new Date(atS * 1e3).toISOString()},19.99`,
  },
};

const folder = mkdtempSync(join(tmpdir(), 'doorbuster-bench-'));
try {
  for (const [name, { source, head = '', line }] of Object.entries(KINDS)) {
    const handle = openSync(join(folder, 'a'), 'w');
    writeSync(handle, head);
    for (let from = 0; from < LINES; from += 10_000) {
      const many = Math.min(10_000, LINES - from);
      const atS = (index: number) => START_S + Math.floor((index * DAY_S) / LINES);
      writeSync(handle, Array.from({ length: many }, (_, i) => `${line(atS(from + i), from + i)}\n`).join(''));
    }
    closeSync(handle);
    const profile = join(folder, 'a.yaml');
    writeFileSync(
      profile,
      `target: { url: demo }\ntraffic: { shape: [trace: { bin: 1s, ${source} }] }\nslo: [p99 < 1s]\n`,
    );
    const beforeMs = performance.now();
    const plan = await loadPlan(profile, {});
    const tookS = (performance.now() - beforeMs) / 1e3;
    const megabytes = Math.round(statSync(join(folder, 'a')).size / 1e6);
    process.stdout.write(
      `${name}: ${LINES} lines, ${megabytes} MB, ${plan.traffic.orders} orders: ${tookS.toFixed(1)} s\n`,
    );
  }
  process.stdout.write(`most memory of all: ${Math.round(process.resourceUsage().maxRSS / 1e3)} MB\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
