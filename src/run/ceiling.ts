// How much comes through a shop at most in closed loop, before the search for what it holds in open loop: where to look,
// never an answer. Answers per second and nothing else; autocannon's own times stay with it.

import { Piscina } from 'piscina';
import { beyondProbe, type ProbeLevel } from '../drive/autocannon.ts';
import type { ClosedLoop } from '../judge/capacity/spec.ts';
import { isPlain } from '../order/journey.ts';
import type { Plan } from '../profile/plan.ts';
import { formatCount, formatRate, formatShare } from '../units.ts';
import type { CeilingTask } from './ceiling-worker.ts';
import { orderFor } from './shares.ts';

// Built, the file beside this one is ceiling-worker.js: take the ending from the file that runs.
const WORKER_FILE = new URL(
  import.meta.url.endsWith('.ts') ? './ceiling-worker.ts' : './ceiling-worker.js',
  import.meta.url,
).href;

/** Of all levels together. */
const PROBE_US = 4.8e6;
/** What enters a shop's books for a number that only says where to look. */
const MOST_ORDERS = 60_000;
const MOST_CONNECTIONS = 256;
/** Above it the probe's thread, not the shop, set the pace. */
const BUSY = 0.8;
/** Answers to each connection below which its first ones, of code not yet compiled, count for too much. */
const ROUNDS = 10;
/** Less of the answers 2xx, and it is refusals that come through. */
const GOOD = 0.9;

export type Ceiling = {
  /** Undefined: nothing was measured. */
  probe: ClosedLoop | undefined;
  /** The shop, not the probe, set the pace, and what came through were sales: a search may look below it first. */
  isCeiling: boolean;
  /** Orders sent, which the shop has in its books. */
  sent: number;
  /** One plain sentence: what was found, or why nothing was. */
  says: string;
};

/** Why this plan cannot be probed; undefined where it can. */
export function whyNoProbe(plan: Plan, url: string): string | undefined {
  if (!isPlain(plan.order)) {
    return 'an order of this profile is more than one plain exchange, and autocannon sends each request by itself';
  }
  return beyondProbe({ ...plan.target, origin: new URL(url).origin });
}

export type CeilingOptions = {
  runId: string;
  url: string;
  setup?: Record<string, string>;
  /** The probe sends no more, whatever else bounds it. */
  maxOrders: number;
  signal?: AbortSignal;
};

/** @throws the signal's reason when it is given up */
export async function measureCeiling(plan: Plan, options: CeilingOptions): Promise<Ceiling> {
  const why = whyNoProbe(plan, options.url);
  if (why !== undefined) return { probe: undefined, isCeiling: false, sent: 0, says: `no closed-loop probe: ${why}` };
  const levels = levelsOf(plan.target.connections);
  const task: CeilingTask = {
    order: orderFor(plan, options),
    origin: new URL(options.url).origin,
    timeoutUs: plan.target.timeoutUs,
    tls: plan.target.tls,
    levels,
    durationUs: PROBE_US / levels.length,
    maxOrders: mostProbeOrders(options.maxOrders),
  };
  const piscina = new Piscina({ filename: WORKER_FILE, minThreads: 1, maxThreads: 1, atomics: 'disabled' });
  try {
    return ceilingOf(await piscina.run(task, { signal: options.signal }));
  } finally {
    await piscina.destroy();
  }
}

/** A sixteenth, a quarter, all: a shop that too many at once slow down shows more at fewer. */
function levelsOf(connections: number): number[] {
  const most = Math.min(connections, MOST_CONNECTIONS);
  return [...new Set([16, 4, 1].map((part) => Math.max(1, Math.round(most / part))))];
}

/** The level at which most came through. */
export function ceilingOf(levels: readonly ProbeLevel[]): Ceiling {
  const sent = levels.reduce((sum, level) => sum + level.sent, 0);
  const best = levels.toSorted((a, b) => b.answersPerS - a.answersPerS)[0];
  if (best === undefined || best.answersPerS === 0) {
    const trouble = levels.find((level) => level.trouble !== '')?.trouble;
    const why = levels.length === 0 ? 'the orders allowed are fewer than its connections' : 'nothing was answered';
    const says = `the closed-loop probe found nothing: ${why}${trouble === undefined ? '' : ` (${trouble})`}`;
    return { probe: undefined, isCeiling: false, sent, says };
  }
  const { answers, answersPerS, connections, countedUs, statuses, busy } = best;
  const goodShare = (statuses['2xx'] ?? 0) / answers;
  const isGood = goodShare >= GOOD;
  const isShops = busy < BUSY;
  const isTold = answers >= ROUNDS * connections;
  const says =
    `closed loop, by autocannon: ${formatRate(answersPerS)} came through at most, with ${formatCount(connections)} at once` +
    (isGood ? '' : `, but only ${formatShare(goodShare)} of the answers were 2xx: that is no ceiling of sales`) +
    (isShops ? '' : `; the probe itself was at its limit, so the shop may take more`) +
    (isTold ? '' : `; too few orders were allowed, or answered, to tell the shop's first moments from what it takes`);
  const probe = { closedLoopPerS: answersPerS, connections, durationUs: countedUs, answers: statuses, says };
  return { probe, isCeiling: isGood && isShops && isTold, sent, says };
}

/** What the probe sends at most, of the orders it is allowed; they go as fast as they are answered. */
export const mostProbeOrders = (maxOrders: number): number => Math.min(MOST_ORDERS, maxOrders);
