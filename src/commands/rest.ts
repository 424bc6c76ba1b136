// Between two trials: has the shop come to rest? After a trial that was too much for it, it may still be working through
// orders that we stopped waiting for, and would be blamed for them in the next one. So orders are sent one at a time until
// they are answered as fast as before the first trial.

import type { Plan } from '../profile/plan.ts';
import { formatDuration } from '../units.ts';
import { sendOneOrder } from './one-order.ts';
import { walkOrder } from './walk.ts';

/** Orders that must be answered fast, one after the other. */
const CALM = 3;
/** As fast as before: give or take what chance and a busy machine do to one order. */
const TIMES = 3;
const SLACK_US = 20e3;
const PAUSE_MS = 250;
const PATIENCE_US = 60e6;

/** `ask` sends one order. @returns how long the shop took for it, µs; undefined when it gave no answer */
export type RestSeams = {
  ask: () => Promise<number | undefined>;
  nowUs: () => number;
  pause: (ms: number) => Promise<void>;
  /** Waited for no longer. */
  stop: () => boolean;
};

export class Rest {
  readonly #seams: RestSeams;
  #calmUs = Number.NaN;
  /** Orders sent so far. */
  sent = 0;

  constructor(seams: RestSeams) {
    this.#seams = seams;
  }

  /** Before the first trial: how fast the shop is with nothing else to do. The fastest, since the first one is the shop's first. */
  async learn(): Promise<void> {
    const times: number[] = [];
    for (let i = 0; i < CALM && !this.#seams.stop(); i++) times.push((await this.#ask()) ?? Number.POSITIVE_INFINITY);
    this.#calmUs = Math.min(...times);
  }

  /** @returns what to tell of it; undefined when the shop is at rest */
  async wait(): Promise<string | undefined> {
    const { nowUs, pause, stop } = this.#seams;
    const fromUs = nowUs();
    const limitUs = Math.max(TIMES * this.#calmUs, this.#calmUs + SLACK_US);
    for (let calm = 0; ; ) {
      if (stop()) return undefined;
      const tookUs = await this.#ask();
      calm = tookUs !== undefined && tookUs <= limitUs ? calm + 1 : 0;
      if (calm === CALM) return undefined;
      if (nowUs() - fromUs > PATIENCE_US) {
        const last = tookUs === undefined ? 'not answered' : `answered in ${formatDuration(tookUs)}`;
        return (
          `the shop had not come to rest ${formatDuration(PATIENCE_US)} after a trial: a single order was ${last}, ` +
          `where it took ${formatDuration(this.#calmUs)} before the first one; what comes next may be blamed for it`
        );
      }
      if (calm === 0) await pause(PAUSE_MS);
    }
  }

  #ask(): Promise<number | undefined> {
    this.sent++;
    return this.#seams.ask();
  }
}

/** One order of the plan, all its steps: the time that the shop took over them. */
export async function askOnce(
  plan: Plan,
  run: { url: string; runId: string; setup: Record<string, string> },
): Promise<number | undefined> {
  if (plan.order.journey !== undefined) {
    const { deeds, outcome } = await sendOneOrder(plan, run);
    if (outcome.class === 'failed' || outcome.class === 'unknown') return undefined;
    return deeds.reduce((sum, { firedUs, doneUs }) => sum + doneUs - firedUs, 0);
  }
  const { strides, outcome } = await walkOrder(plan, run);
  if (outcome.class === 'failed' || outcome.class === 'unknown') return undefined;
  return strides.reduce((sum, { answer }) => sum + answer.doneUs - answer.sentUs, 0);
}
