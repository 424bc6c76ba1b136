// `doorbuster capacity` against real shops whose capacity is known: how many brackets contain it. Each search is the command
// itself, against a shop in a process of its own; shops of several shapes are searched side by side, all at about 100 orders a
// second, since at many hundreds a generator that waits for due times takes a core. A round takes about six minutes. With
// `--part FILE` one round is made and kept there, and all that is kept is shown.

import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Piscina } from 'piscina';
import { planAt } from '../../src/commands/calibrate.ts';
import type { ShopInput } from '../../src/demo/options.ts';
import { startDemo } from '../../src/demo/process.ts';
import type { ProbeLevel } from '../../src/drive/autocannon.ts';
import type { CapacityFile } from '../../src/report/capacity-file.ts';
import type { CeilingTask } from '../../src/run/ceiling-worker.ts';
import { type HoldAsked, holdKnee, trueKnee } from './capacity-truth.ts';
import type { Printable } from './row.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const PROBE = new URL('../../src/run/ceiling-worker.ts', import.meta.url).href;
const ROUNDS = 2;
const ASKED: HoldAsked = { limitMs: 600, share: 0.01, settleS: 3, holdS: 40 };
const BUDGET = '330s';

/** Payments are long against what a timer comes late. */
const SHOPS: Record<string, ShopInput> = {
  'fixed 100 ms, 10 at once': { service: 'fixed:100ms', payments: 10 },
  'exponential 80 ms, 8 at once': { service: 'exponential:80ms', payments: 8 },
  'lognormal 80 ms, 10 at once': { service: 'lognormal:80ms,0.6', payments: 10 },
  'slowing down, below its top': { service: 'fixed:60ms', payments: 8, contention: '0.05,0.01' },
  'slowing down, beyond its top': { service: 'fixed:60ms', payments: 24, contention: '0.05,0.01' },
};
const SATURATED: ShopInput = { service: 'fixed:100ms', payments: 10 };

/** `peakPerS`: of the profile, from where the search set out. */
type Found = Pick<CapacityFile, 'bracket' | 'limitedBy' | 'confirmed'> & {
  shop: string;
  seed: number;
  /** True capacity: for ever, and of one hold in two as long as the search's. */
  kneePerS: number;
  holdPerS: number;
  peakPerS: number;
  trials: number;
  discarded: number;
  spentS: number;
};

export async function capacityBench(keptIn?: string): Promise<Printable[]> {
  const kept: Found[] = keptIn !== undefined && existsSync(keptIn) ? JSON.parse(readFileSync(keptIn, 'utf8')) : [];
  const timerMs = await timerLateness();
  for (let i = 0; i < (keptIn === undefined ? ROUNDS : 1); i++) {
    const seed = 1 + Math.max(0, ...kept.map((found) => found.seed));
    kept.push(...(await Promise.all(Object.keys(SHOPS).map((shop) => searchShop(shop, { seed, timerMs })))));
    if (keptIn !== undefined) writeFileSync(keptIn, JSON.stringify(kept, null, 2));
  }
  const says =
    `The true capacity is that of simulated holds as long as the search's: the rate at which one in two holds. For ever means ` +
    `in a run without end, in which rare pile-ups count that a hold of ${ASKED.holdS} s mostly does not see. The shop's timers ` +
    `end a payment ${timerMs.toFixed(2)} ms late.`;
  return [{ says }, tableOf(kept), rowOf(kept)];
}

/** By a till that is never idle: payments of 100 ms, 10 at once, and three times as many shoppers. */
async function timerLateness(): Promise<number> {
  const shop = await startDemo(SATURATED);
  const piscina = new Piscina({ filename: PROBE, minThreads: 1, maxThreads: 1, atomics: 'disabled' });
  try {
    const task: CeilingTask = {
      order: planAt(shop.url, 100, 1).order,
      origin: new URL(shop.url).origin,
      timeoutUs: 10e6,
      tls: { insecure: false },
      levels: [30],
      durationUs: 14e6,
      maxOrders: 1e6,
    };
    const [level]: ProbeLevel[] = await piscina.run(task);
    return 10_000 / level!.answersPerS - 100;
  } finally {
    await piscina.destroy();
    await shop.stop();
  }
}

async function searchShop(name: string, { seed, timerMs }: { seed: number; timerMs: number }): Promise<Found> {
  const input = SHOPS[name]!;
  const kneePerS = trueKnee(input, { ...ASKED, timerMs });
  const holdPerS = holdKnee(input, { ...ASKED, timerMs });
  // Set out from somewhere else each time.
  const peakPerS = Math.round(kneePerS * (0.5 + 0.4 * ((seed * 7 + name.length) % 5)));
  const folder = mkdtempSync(join(tmpdir(), 'doorbuster-capacity-'));
  const shop = await startDemo({ ...input, seed });
  try {
    const profile = join(folder, 'profile.yaml');
    writeFileSync(profile, profileOf(peakPerS));
    const out = join(folder, 'out');
    const args = ['capacity', profile, '--target', shop.url, '--out', out, '--seed', String(seed), '--budget', BUDGET];
    // Its exit code says how the answer was; that there is one is what matters here.
    await promisify(execFile)(process.execPath, [MAIN, ...args], { cwd: folder }).catch((error: { stderr: string }) => {
      if (!existsSync(join(out, 'capacity.json'))) throw new Error(error.stderr);
    });
    const answer: CapacityFile = JSON.parse(readFileSync(join(out, 'capacity.json'), 'utf8'));
    const { bracket, limitedBy, confirmed, trials, budget } = answer;
    const discarded = trials.filter(({ outcome }) => outcome === 'discarded').length;
    const spentS = Math.round(budget.spentUs / 1e6);
    return {
      shop: name,
      seed,
      kneePerS,
      holdPerS,
      peakPerS,
      bracket,
      limitedBy,
      confirmed,
      trials: trials.length,
      discarded,
      spentS,
    };
  } finally {
    await shop.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function profileOf(peakPerS: number): string {
  return `version: 1
name: capacity
target: { url: demo }
traffic: { rate: ${peakPerS}/s, for: 1m }
order:
  path: /checkout
  headers: { idempotency-key: "{{order.key}}" }
  json: { buyer: "{{buyer.id}}", sku: "{{sku}}", quantity: 1 }
slo: [p99 < ${ASKED.limitMs}ms, errors < 1%]
capacity: { trial: 15s, hold: ${ASKED.holdS}s, settle: ${ASKED.settleS}s }
`;
}

type Held = 'contains' | 'open' | 'misses';

/** `open`: an end is missing, and what is there is on the right side. */
function heldAgainst({ holdPerS: knee, bracket: { heldPerS: held, brokePerS: broke } }: Found): Held {
  if ((held ?? 0) > knee || (broke ?? Number.POSITIVE_INFINITY) < knee) return 'misses';
  return held === null || broke === null ? 'open' : 'contains';
}

function tableOf(kept: readonly Found[]): Printable {
  const perS = (value: number | null): string => (value === null ? '–' : value.toFixed(value < 100 ? 1 : 0));
  const lines = kept
    .toSorted((a, b) => Object.keys(SHOPS).indexOf(a.shop) - Object.keys(SHOPS).indexOf(b.shop) || a.seed - b.seed)
    .map((found) => ({
      name: `${found.shop}, seed ${found.seed}`,
      cells: [
        perS(found.kneePerS),
        perS(found.holdPerS),
        `${perS(found.bracket.heldPerS)} … ${perS(found.bracket.brokePerS)}`,
        heldAgainst(found),
        found.confirmed ? 'yes' : 'no',
        found.limitedBy,
        `${found.trials}`,
        `${found.discarded}`,
        `${found.spentS} s`,
      ],
    }));
  const columns = [
    'for ever',
    'of holds',
    'bracket',
    'which',
    'confirmed',
    'limited by',
    'trials',
    'discarded',
    'took',
  ];
  return { columns, lines };
}

function rowOf(kept: readonly Found[]): Printable {
  const contains = kept.filter((found) => heldAgainst(found) === 'contains').length;
  const misses = kept.filter((found) => heldAgainst(found) === 'misses').length;
  return {
    name: 'brackets that contain the true capacity',
    value: contains / kept.length,
    unit: '',
    note: `${contains} of ${kept.length}, ${misses} beside it, the others open; limit 9 of 10`,
    ok: contains >= 0.9 * kept.length,
  };
}
