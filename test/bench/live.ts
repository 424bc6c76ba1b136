// What it costs a run that somebody watches its live page: the same profile through the real command line, with two open
// pages and without one, in rounds that alternate. The page is made on the main thread; the workers fire. `fired` is by the
// second in which an order was fired, so a generator that falls behind shows here even where no order is lost.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cellOf, rowsOf } from '../../src/report/charts/rows.ts';
import type { Charts } from '../../src/report/charts/spec.ts';
import type { Result } from '../../src/report/result.ts';
import { type Watched, watchLive } from '../support/live-watch.ts';
import type { Printable } from './row.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const PER_S = 300;
const FOR_S = 10;
const ROUNDS = 3;
const PAGES = 2;
const PROFILE = `version: 1
target: { url: demo }
traffic: { rate: ${PER_S}/s, for: ${FOR_S}s, seed: 7 }
order: { skus: { sku-1: 1 } }
`;

type Ran = {
  offPlan: number;
  firedPerS: number;
  latenessP50Us: number;
  latenessP99Us: number;
  cpuUs: number;
  watched: Watched[];
};

export async function liveBench(): Promise<readonly Printable[]> {
  const folder = mkdtempSync(join(tmpdir(), 'doorbuster-live-bench-'));
  const [alone, seen]: [Ran[], Ran[]] = [[], []];
  try {
    writeFileSync(join(folder, 'live.yaml'), PROFILE);
    for (let round = 0; round < ROUNDS; round++) {
      const turns = [false, true].map((live) => (round % 2 === 0 ? live : !live));
      for (const live of turns) (live ? seen : alone).push(await run(folder, `${round}-${live}`, live));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return rowsFor(alone, seen);
}

function rowsFor(alone: readonly Ran[], seen: readonly Ran[]): Printable[] {
  const middle = (of: (ran: Ran) => number) => [median(alone.map(of)), median(seen.map(of))] as const;
  const ratio = (name: string, of: (ran: Ran) => number, note: string) => {
    const [without, with_] = middle(of);
    return {
      name,
      value: with_ / without,
      unit: '×',
      note: note.replace('A', format(with_)).replace('B', format(without)),
    };
  };
  const rate = ratio('rate, watched beside not', ({ firedPerS }) => firedPerS, 'A/s beside B/s');
  const worst = Math.max(...seen.map(({ offPlan }) => offPlan)) - Math.max(...alone.map(({ offPlan }) => offPlan));
  const pages = seen.flatMap(({ watched }) => watched);
  const gaps = pages.flatMap(({ gapsMs }) => gapsMs);
  const bytes = pages.reduce((sum, each) => sum + each.bytes, 0) / pages.reduce((sum, each) => sum + each.pages, 0);
  return [
    { ...rate, ok: Math.abs(rate.value - 1) < 1e-9 },
    {
      name: 'seconds off plan, more than without',
      value: worst,
      unit: 's',
      note: `of ${FOR_S}; by more than 1 order + 1 %, the worst of ${ROUNDS} runs each`,
    },
    ratio('lateness p50', ({ latenessP50Us }) => latenessP50Us, 'A µs beside B µs'),
    ratio('lateness p99', ({ latenessP99Us }) => latenessP99Us, 'A µs beside B µs'),
    ratio('CPU of the whole run', ({ cpuUs }) => cpuUs / 1e3, `A ms beside B ms; ${PAGES} open pages`),
    { name: 'from page to page', value: median(gaps), unit: 'ms', note: `longest ${format(Math.max(...gaps))} ms` },
    { name: 'a page', value: bytes / 1e3, unit: 'kB', note: 'with style sheet and script' },
  ];
}

async function run(folder: string, name: string, live: boolean): Promise<Ran> {
  const args = ['run', 'live.yaml', '--out', name, ...(live ? ['--live'] : [])];
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: folder,
    env: { ...process.env, CI: 'true' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  let watched: Promise<Watched[]> = Promise.resolve([]);
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const before = said.includes('live page: ');
    said += text;
    const url = /live page: (\S+)\n/.exec(said)?.[1];
    if (!before && url !== undefined) watched = Promise.all(Array.from({ length: PAGES }, () => watchLive(url)));
  });
  await new Promise((resolve) => child.once('close', resolve));
  const read = (file: string) => JSON.parse(readFileSync(join(folder, name, file), 'utf8'));
  const [result, charts] = [read('result.json') as Result, read('charts.json') as Charts];
  const { planned, fired } = result.orders;
  if (fired !== planned) throw new Error(`${fired} of ${planned} orders were fired: ${said}`);
  const { flow } = charts;
  const rows = Array.from({ length: Math.min(FOR_S, rowsOf(flow)) }, (_, row) => row);
  const isOff = (row: number) => {
    const due = cellOf(flow.columns.planned, row) ?? 0;
    return Math.abs((cellOf(flow.columns.fired, row) ?? 0) - due) > 1 + 0.01 * due;
  };
  return {
    offPlan: rows.filter(isOff).length,
    firedPerS: fired / FOR_S,
    latenessP50Us: result.lateness.p50Us ?? Number.NaN,
    latenessP99Us: result.lateness.p99Us ?? Number.NaN,
    cpuUs: result.generator.cpuUs ?? Number.NaN,
    watched: await watched,
  };
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
const format = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
