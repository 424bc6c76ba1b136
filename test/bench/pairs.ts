// Pairs of real runs through the command line: of one shop, and of one that is 20 % slower. What `compare` says of each, and
// how often it is right. The simulated ones of test/judge/compare.test.ts have more noise; these have this machine's.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DemoProcess, startDemo } from '../../src/demo/process.ts';
import { compareRuns } from '../../src/judge/compare.ts';
import type { ComparedRun, Comparison } from '../../src/judge/compare-spec.ts';
import { comparedRunOf } from '../../src/report/compared.ts';
import { type HistoryRow, historyRow } from '../../src/report/history-row.ts';
import type { Result } from '../../src/report/result.ts';
import { driftOfRows } from '../../src/report/series.ts';
import type { Printable, Row } from './row.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const PAIRS = 20;
const LEAST_RIGHT = 19;
const SECONDS = 20;
const RATE = 60;
const SHOPS = { fast: 'fixed:20ms', slow: 'fixed:24ms' } as const;
type Speed = keyof typeof SHOPS;
const SPEEDS = ['fast', 'slow'] as const;
/** Of each speed at once; the runs of a pair are of two rounds, so that it has what the machine drifts in between. */
const LANES = 2;
/** Eleven would do if every generator were fit. */
const MOST_ROUNDS = 30;
/** Rounds of one piece: about a minute and a half. */
const PIECE_ROUNDS = 3;

const PROFILE = `version: 1
name: pairs
target: { url: demo }
traffic: { rate: ${RATE}/s, for: ${SECONDS}s, arrivals: poisson, seed: 7 }
order:
  headers: { idempotency-key: "{{order.key}}" }
  json: { buyer: "{{buyer.id}}", sku: "{{sku}}", quantity: 1 }
outcomes:
  - sold: { status: 201, class: accepted }
  - sold_out: { status: 409, class: rejected }
slo: [p90 < 300ms, errors < 1%]
`;

type Ran = { run: ComparedRun; row: HistoryRow };
type Round = Record<Speed, Ran[]>;

async function runOnce(folder: string, name: string, shop: DemoProcess): Promise<Ran> {
  const out = join(folder, name);
  const args = [MAIN, 'run', join(folder, 'pairs.yaml'), '--target', shop.url, '--out', out, '--quiet'];
  const env = { ...process.env, GITHUB_ACTIONS: '', GITHUB_STEP_SUMMARY: '' };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  await new Promise((resolve) => child.once('close', resolve));
  const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
  return { run: comparedRunOf(result), row: historyRow(name, result) };
}

/** All lanes of both speeds at once, each with a shop of its own. */
async function oneRound(): Promise<Round> {
  const folder = mkdtempSync(join(tmpdir(), 'doorbuster-pairs-'));
  writeFileSync(join(folder, 'pairs.yaml'), PROFILE);
  const shops: DemoProcess[] = [];
  const lanes = async (speed: Speed): Promise<Ran[]> => {
    const made = await Promise.all(Array.from({ length: LANES }, () => startDemo({ service: SHOPS[speed] })));
    shops.push(...made);
    return Promise.all(made.map((shop, lane) => runOnce(folder, `${speed}-${lane}`, shop)));
  };
  try {
    const [fast, slow] = await Promise.all([lanes('fast'), lanes('slow')]);
    return { fast, slow };
  } finally {
    await Promise.all(shops.map((shop) => shop.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

const isFit = ({ row }: Ran): boolean => row.fit && row.complete;

/** With a file, a few rounds more into those kept there. */
async function roundsOf(keptIn: string | undefined): Promise<Round[]> {
  const kept: Round[] = keptIn !== undefined && existsSync(keptIn) ? JSON.parse(readFileSync(keptIn, 'utf8')) : [];
  const most = keptIn === undefined ? MOST_ROUNDS : Math.min(MOST_ROUNDS, kept.length + PIECE_ROUNDS);
  while (kept.length < most && Math.min(...SPEEDS.map((speed) => pairsOf(kept, speed).length)) < PAIRS) {
    const round = await oneRound();
    kept.push(round);
    const unfit = [...round.fast, ...round.slow].filter((ran) => !isFit(ran)).length;
    console.error(`round ${kept.length}: ${2 * LANES - unfit} of ${2 * LANES} generators were fit`);
    if (keptIn !== undefined) writeFileSync(keptIn, JSON.stringify(kept));
  }
  return kept;
}

type Pair = { before: Ran; after: Ran; past: HistoryRow[] };

/** Before: a fast run; after: one of that speed in the next round of its lane that has one. Runs of unfit generators are none. */
function pairsOf(rounds: readonly Round[], speed: Speed): Pair[] {
  const pairs = rounds.flatMap((round, at) => {
    const past = rounds.slice(0, at + 1).flatMap(({ fast }) => fast.filter(isFit).map(({ row }) => row));
    return round.fast.flatMap((before, lane): Pair[] => {
      const after = rounds.slice(at + 1).find((later) => isFit(later[speed][lane]!))?.[speed][lane];
      return isFit(before) && after !== undefined ? [{ before, after, past }] : [];
    });
  });
  return pairs.slice(0, PAIRS);
}

function verdictsOf(rounds: readonly Round[], speed: Speed, withHistory: boolean): string[] {
  return pairsOf(rounds, speed).map(({ before, after, past }) => {
    const drift = withHistory ? driftOfRows(past) : undefined;
    return wordOf(compareRuns(before.run, after.run, { drift }));
  });
}

const wordOf = (found: Comparison): string => (found.comparable ? found.verdict : 'refused');

function rowOf(name: string, verdicts: readonly string[], right: string): Row {
  const counts = [...Map.groupBy(verdicts, (verdict) => verdict)].map(([verdict, all]) => `${all.length} ${verdict}`);
  const count = verdicts.filter((verdict) => verdict === right).length;
  return {
    name,
    value: count,
    unit: `of ${verdicts.length}`,
    note: `${counts.join(', ')} (limit ${LEAST_RIGHT} of ${PAIRS})`,
    ...(verdicts.length >= PAIRS ? { ok: count >= LEAST_RIGHT } : {}),
  };
}

export async function pairsBench(keptIn?: string): Promise<Printable[]> {
  const rounds = await roundsOf(keptIn);
  const history = ', with history';
  return [
    {
      says:
        `Runs of ${SECONDS} s at ${RATE} orders a second, ${2 * LANES} at once, each against a shop of its own whose payments ` +
        `take 20 ms, or 24 ms. The runs of a pair are of one lane and two neighbouring rounds.`,
    },
    rowOf('same build, called the same', verdictsOf(rounds, 'fast', false), 'same'),
    rowOf(`same build, called the same${history}`, verdictsOf(rounds, 'fast', true), 'same'),
    rowOf('20 % slower, called slower', verdictsOf(rounds, 'slow', false), 'worse'),
    rowOf(`20 % slower, called slower${history}`, verdictsOf(rounds, 'slow', true), 'worse'),
  ];
}
