// `doorbuster capacity` against real shops whose capacity is known: how many brackets contain it. Each search is the command
// itself, against a shop in a process of its own; shops of several shapes are searched side by side, a round of them in about
// four minutes. With `--part FILE` one round is made and kept there, and all that is kept is shown.

import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ShopInput } from '../../src/demo/options.ts';
import { startDemo } from '../../src/demo/process.ts';
import type { CapacityFile } from '../../src/report/capacity-file.ts';
import { trueKnee } from './capacity-truth.ts';
import type { Printable } from './row.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const ROUNDS = 3;
const LIMIT_MS = 300;
const SHARE = 0.01;
const BUDGET = '4m';

/** Payments are long against what a timer comes late. */
const SHOPS: Record<string, ShopInput> = {
  'fixed 50 ms, 15 at once': { service: 'fixed:50ms', payments: 15 },
  'exponential 60 ms, 12 at once': { service: 'exponential:60ms', payments: 12 },
  'lognormal 50 ms, 24 at once': { service: 'lognormal:50ms,0.6', payments: 24 },
  'slowing down, below its top': { service: 'fixed:40ms', payments: 16, contention: '0.02,0.002' },
  'slowing down, beyond its top': { service: 'fixed:40ms', payments: 60, contention: '0.02,0.002' },
};

/** `peakPerS`: of the profile, from where the search set out. */
type Found = Pick<CapacityFile, 'bracket' | 'limitedBy' | 'confirmed'> & {
  shop: string;
  seed: number;
  peakPerS: number;
  trials: number;
  discarded: number;
  spentS: number;
};

export async function capacityBench(keptIn?: string): Promise<Printable[]> {
  const kept: Found[] = keptIn !== undefined && existsSync(keptIn) ? JSON.parse(readFileSync(keptIn, 'utf8')) : [];
  const rounds = keptIn === undefined ? ROUNDS : 1;
  for (let i = 0; i < rounds; i++) {
    const seed = 1 + Math.max(0, ...kept.map((found) => found.seed));
    kept.push(...(await Promise.all(Object.keys(SHOPS).map((shop) => searchShop(shop, seed)))));
    if (keptIn !== undefined) writeFileSync(keptIn, JSON.stringify(kept, null, 2));
  }
  return tableOf(kept);
}

async function searchShop(name: string, seed: number): Promise<Found> {
  const input = SHOPS[name]!;
  const folder = mkdtempSync(join(tmpdir(), 'doorbuster-capacity-'));
  const shop = await startDemo({ ...input, seed });
  try {
    // Set out from somewhere else each time.
    const peakPerS = Math.round(kneeOf(name) * (0.5 + 0.4 * ((seed * 7 + name.length) % 5)));
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
    return { shop: name, seed, peakPerS, bracket, limitedBy, confirmed, trials: trials.length, discarded, spentS };
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
slo: [p99 < ${LIMIT_MS}ms, errors < 1%]
capacity: { trial: 10s, hold: 20s, settle: 3s }
`;
}

const knees = new Map<string, number>();
function kneeOf(name: string): number {
  const known = knees.get(name) ?? trueKnee(SHOPS[name]!, { limitMs: LIMIT_MS, share: SHARE });
  knees.set(name, known);
  return known;
}

type Held = 'contains' | 'open' | 'misses';

/** `open`: an end is missing, and what is there is on the right side. */
function heldAgainst({ bracket: { heldPerS: held, brokePerS: broke } }: Found, knee: number): Held {
  if ((held ?? 0) > knee || (broke ?? Number.POSITIVE_INFINITY) < knee) return 'misses';
  return held === null || broke === null ? 'open' : 'contains';
}

function tableOf(kept: readonly Found[]): Printable[] {
  const perS = (value: number | null): string => (value === null ? '–' : value.toFixed(value < 100 ? 1 : 0));
  const lines = kept
    .toSorted((a, b) => Object.keys(SHOPS).indexOf(a.shop) - Object.keys(SHOPS).indexOf(b.shop) || a.seed - b.seed)
    .map((found) => ({
      name: `${found.shop}, seed ${found.seed}`,
      cells: [
        perS(kneeOf(found.shop)),
        `${perS(found.bracket.heldPerS)} … ${perS(found.bracket.brokePerS)}`,
        heldAgainst(found, kneeOf(found.shop)),
        found.confirmed ? 'yes' : 'no',
        found.limitedBy,
        `${found.trials}`,
        `${found.discarded}`,
        `${found.spentS} s`,
      ],
    }));
  const columns = ['true', 'bracket', 'which', 'confirmed', 'limited by', 'trials', 'discarded', 'took'];
  const contains = kept.filter((found) => heldAgainst(found, kneeOf(found.shop)) === 'contains').length;
  return [
    { columns, lines },
    {
      name: 'brackets that contain the true capacity',
      value: contains / kept.length,
      unit: '',
      note: `${contains} of ${kept.length}; limit 9 of 10`,
      ok: contains >= 0.9 * kept.length,
    },
  ];
}
