// `doorbuster capacity` against real shops whose capacity is known: how many brackets contain it. Each search is the command
// itself, as it is by default, against a shop in a process of its own. In a round each shape is searched at once, at another C
// each; three rounds are every shape at every C. No C is larger than 250 orders a second, since at many hundreds a generator
// that waits for due times takes a core. A round takes about eleven minutes. With `--part FILE` one round is made and kept
// there, and all that is kept is shown.

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
import type { Printable, Row } from './row.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const PROBE = new URL('../../src/run/ceiling-worker.ts', import.meta.url).href;
const ROUNDS = 3;
/** Those of `capacity:` by default. */
const { settleUs, holdUs } = planAt('http://127.0.0.1:1', 1, 1).capacity;
const ASKED: HoldAsked = { limitMs: 600, share: 0.01, settleS: settleUs / 1e6, holdS: holdUs / 1e6 };

/** Orders a second that a till gets through, at most about. */
const CAPACITIES = [40, 100, 250];
/** A shop of each shape that gets through `perS`. Payments are long against what a timer comes late. */
const SHAPES: Record<string, (perS: number) => ShopInput> = {
  fixed: (perS) => ({ service: 'fixed:100ms', payments: perS / 10 }),
  exponential: (perS) => ({ service: 'exponential:100ms', payments: perS / 10 }),
  lognormal: (perS) => ({ service: 'lognormal:85ms,0.6', payments: perS / 10 }),
  'slowing down, below its top': (perS) => ({ ...slowing(perS), payments: 8 }),
  'slowing down, beyond its top': (perS) => ({ ...slowing(perS), payments: 24 }),
};
/** At its top nine payments run at once and each takes 2.1 times as long. */
const slowing = (perS: number) => ({ service: `fixed:${4000 / perS}ms`, contention: '0.05,0.01' });
const SATURATED: ShopInput = { service: 'fixed:100ms', payments: 10 };

/** `peakPerS`: of the profile, from where the search set out. */
type Found = Pick<CapacityFile, 'bracket' | 'limitedBy' | 'confirmed'> & {
  shape: string;
  /** Of CAPACITIES. */
  perS: number;
  seed: number;
  /** True capacity: for ever, and where of holds as long as the search's 1 to 9 in 10 hold. */
  kneePerS: number;
  holdsPerS: [most: number, few: number];
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
    kept.push(...(await Promise.all(roundOf(seed, timerMs).map((shop) => searchShop(shop, seed)))));
    if (keptIn !== undefined) writeFileSync(keptIn, JSON.stringify(kept, null, 2));
  }
  const says =
    `The true capacity is the rate that holds for ever, in a simulated run without end. Of holds: the rates at which 9 and 1 in 10 ` +
    `simulated holds of ${ASKED.holdS} s hold, which mostly do not see a rare pile-up. The shop's timers end a payment ` +
    `${timerMs.toFixed(2)} ms late.`;
  return [{ says }, tableOf(kept), ...rowsOf(kept)];
}

type Shop = Pick<Found, 'shape' | 'perS' | 'kneePerS' | 'holdsPerS'> & { input: ShopInput };

/** Every shape once, each at another C; the next round at the next. What is true is known before the first shop starts. */
function roundOf(seed: number, timerMs: number): Shop[] {
  return Object.entries(SHAPES).map(([shape, shopOf], i) => {
    const perS = CAPACITIES[(seed + i) % CAPACITIES.length]!;
    const input = shopOf(perS);
    const asked = { ...ASKED, timerMs };
    const kneePerS = trueKnee(input, asked);
    const holds = (share: number): number => holdKnee(input, asked, { share, kneePerS });
    return { shape, perS, input, kneePerS, holdsPerS: [holds(0.9), holds(0.1)] };
  });
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

async function searchShop({ input, ...known }: Shop, seed: number): Promise<Found> {
  // Set out from somewhere else each time.
  const peakPerS = Math.round(known.kneePerS * (0.5 + 0.4 * ((seed * 7 + known.shape.length) % 5)));
  const folder = mkdtempSync(join(tmpdir(), 'doorbuster-capacity-'));
  const shop = await startDemo({ ...input, seed });
  try {
    const profile = join(folder, 'profile.yaml');
    writeFileSync(profile, profileOf(peakPerS));
    const out = join(folder, 'out');
    const args = ['capacity', profile, '--target', shop.url, '--out', out, '--seed', String(seed)];
    // Its exit code says how the answer was; that there is one is what matters here.
    await promisify(execFile)(process.execPath, [MAIN, ...args], { cwd: folder }).catch((error: { stderr: string }) => {
      if (!existsSync(join(out, 'capacity.json'))) throw new Error(error.stderr);
    });
    const answer: CapacityFile = JSON.parse(readFileSync(join(out, 'capacity.json'), 'utf8'));
    const { bracket, limitedBy, confirmed, trials, budget } = answer;
    const discarded = trials.filter(({ outcome }) => outcome === 'discarded').length;
    const spentS = Math.round(budget.spentUs / 1e6);
    return {
      ...known,
      seed,
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
`;
}

type Held = 'contains' | 'open' | 'misses';

/** `open`: an end is missing, and what is there is on the right side. */
function heldAgainst(
  [from, to]: readonly [number, number],
  { bracket: { heldPerS: held, brokePerS: broke } }: Found,
): Held {
  if ((held ?? 0) > to || (broke ?? Number.POSITIVE_INFINITY) < from) return 'misses';
  return held === null || broke === null ? 'open' : 'contains';
}

const forEver = ({ kneePerS }: Found): [number, number] => [kneePerS, kneePerS];
const ofHolds = ({ holdsPerS }: Found): [number, number] => holdsPerS;
const isSlowing = ({ shape }: Found): boolean => SHAPES[shape]!(100).contention !== undefined;

function tableOf(kept: readonly Found[]): Printable {
  const perS = (value: number | null): string => (value === null ? '–' : value.toFixed(value < 100 ? 1 : 0));
  const shapes = Object.keys(SHAPES);
  const lines = kept
    .toSorted((a, b) => shapes.indexOf(a.shape) - shapes.indexOf(b.shape) || a.perS - b.perS || a.seed - b.seed)
    .map((found) => ({
      name: `${found.shape}, C ${found.perS}/s, seed ${found.seed}`,
      cells: [
        perS(found.kneePerS),
        found.holdsPerS.map(perS).join(' … '),
        `${perS(found.bracket.heldPerS)} … ${perS(found.bracket.brokePerS)}`,
        heldAgainst(forEver(found), found),
        heldAgainst(ofHolds(found), found),
        found.confirmed ? 'yes' : 'no',
        found.limitedBy,
        `${found.trials}`,
        `${found.discarded}`,
        `${found.spentS} s`,
      ],
    }));
  const columns = ['for ever', 'of holds', 'bracket', 'for ever', 'of holds', 'confirmed'];
  return { columns: [...columns, 'limited by', 'trials', 'discarded', 'took'], lines };
}

/**
 * A queue has one true capacity. A shop beyond the top of its own law tips over by chance, after a while that grows as the load
 * falls: of it a bracket is right that meets the loads at which holds go either way.
 */
function rowsOf(kept: readonly Found[]): Printable[] {
  const slowing = kept.filter(isSlowing);
  const queues = kept.filter((found) => !isSlowing(found));
  return [
    { ...rowOf('that hold what is true for ever', queues, forEver), ...limitOf(queues, forEver) },
    { ...rowOf('slowing down: that meet it of holds', slowing, ofHolds), ...limitOf(slowing, ofHolds) },
    rowOf('slowing down: that hold it for ever', slowing, forEver),
    ...CAPACITIES.map((perS) =>
      rowOf(
        `for ever, C ${perS}/s`,
        queues.filter((found) => found.perS === perS),
        forEver,
      ),
    ),
    ...Object.keys(SHAPES).map((shape) =>
      rowOf(
        `for ever, ${shape}`,
        kept.filter((found) => found.shape === shape),
        forEver,
      ),
    ),
  ];
}

type Truth = (found: Found) => [number, number];

const countOf = (kept: readonly Found[], truth: Truth, which: Held): number =>
  kept.filter((found) => heldAgainst(truth(found), found) === which).length;

function rowOf(name: string, kept: readonly Found[], truth: Truth): Row {
  const [contains, misses] = [countOf(kept, truth, 'contains'), countOf(kept, truth, 'misses')];
  const note = `${contains} of ${kept.length}, ${misses} beside it, the others open`;
  return { name: `brackets ${name}`, value: contains / kept.length, unit: '', note };
}

function limitOf(kept: readonly Found[], truth: Truth): Pick<Row, 'note' | 'ok'> {
  const { note, value } = rowOf('', kept, truth);
  return { note: `${note}; limit 9 of 10`, ok: value >= 0.9 };
}
