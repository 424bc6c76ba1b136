// What the slowest tenth of the orders says of a limit that hardly any of them reached. Few or none over the limit are
// weak evidence when slow orders come in long queues: the next queue may bring a hundred. How long the queues are, and
// whether one is likely to reach the limit at all, the many orders over a lower level tell.

import type { TallyView } from '../../measure/spec.ts';
import { clumpingOf } from './clumping.ts';

const SLOWEST = 0.1;

export type Tail = {
  /**
   * Design effect (clumping.ts) of the slowest tenth. A queue that is above a level stays there about as long whatever
   * the level, as its way back down is the same.
   */
  together: number;
  /** Share of the orders over a limit, if the tail goes on as it begins: exponentially, as it does behind a queue. */
  shareOver: (limitUs: number) => number;
};

/** `tallies`: of the same orders, second by second. */
export function tailOf(whole: TallyView, tallies: readonly TallyView[]): Tail {
  const responses = whole.histogram({ of: 'response' });
  const levelUs = responses.percentile(1 - SLOWEST);
  let [over, excess] = [0, 0];
  for (const { fromUs, toUs, count } of responses.buckets()) {
    if (fromUs <= levelUs) continue;
    over += count;
    excess += count * ((fromUs + toUs) / 2 - levelUs);
  }
  const seconds = tallies.map((tally) => {
    const histogram = tally.histogram({ of: 'response' });
    return { bad: histogram.countAbove(levelUs).atMost, of: histogram.count };
  });
  const meanExcessUs = over > 0 ? excess / over : 0;
  return {
    together: clumpingOf(seconds),
    shareOver: (limitUs) =>
      meanExcessUs > 0 ? SLOWEST * Math.exp(-Math.max(0, limitUs - levelUs) / meanExcessUs) : limitUs > levelUs ? 0 : 1,
  };
}
