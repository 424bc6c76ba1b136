// What the lines of a trial come to when each is read as a share of the orders that may go bad: slower than the limit of a
// percentile, failed, turned away. Shares add over trials of one load, and have bounds.

import type { TallyView } from '../../measure/spec.ts';
import { formatCountOf, formatShare } from '../../units.ts';
import { countOrders, countSlow, viewOf } from '../reading.ts';
import { limitValue } from '../slo-limit.ts';
import type { Evidence, Slo } from '../spec.ts';
import { boundsOf, clumpingOf, type Second } from './clumping.ts';
import type { Asked, Proportion } from './spec.ts';
import { tailOf } from './tail.ts';

export const LOSS = 'loss';

type Counted = {
  text: string;
  allowed: number;
  /** Of the response, where it is one. */
  limitUs?: number | undefined;
  count: (tally: TallyView, planned: number) => Second;
};

/** Of each line that is a share, and the loss; of the measured part of a trial. */
export function proportionsOf(slos: readonly Slo[], asked: Asked, measured: Evidence): Proportion[] {
  const counted = [...slos.flatMap((slo) => countedOf(slo) ?? []), lossOf(asked)];
  const { timeline, planned } = measured;
  const tallies = Array.from(planned, (due, second) => ({ due, tally: timeline.tally(second, second + 1) }));
  const [whole, due] = [timeline.total(), planned.reduce((sum, count) => sum + count, 0)];
  const tail = tailOf(
    whole,
    tallies.map(({ tally }) => tally),
  );
  return counted.map(({ text, allowed, limitUs, count }) => {
    const total = count(whole, due);
    const seen = clumpingOf(tallies.map((second) => count(second.tally, second.due)));
    const isNear = limitUs !== undefined && tail.shareOver(limitUs) > NEAR * allowed;
    const clumping = isNear && total.bad < TELLING * seen ? Math.max(seen, tail.together) : seen;
    return proportion({ text, allowed, ...total, clumping });
  });
}

/**
 * Fewer pieces of evidence say too little of how large a piece is: of a queue near its limit, one upper bound in four would
 * be below the truth, and not one in forty. They need not, when the limit is far from all that was seen.
 */
const TELLING = 20;
const NEAR = 0.1;

export function proportion(counted: Omit<Proportion, 'interval'>): Proportion {
  return { ...counted, interval: boundsOf(counted.bad, counted.of, counted.clumping) };
}

/** True, false, or undefined where the bounds leave it open. Where nothing may go bad, each one counts. */
export function holdsOf({ bad, of, allowed, interval }: Proportion): boolean | undefined {
  if (of === 0) return undefined;
  if (allowed === 0) return bad === 0;
  return interval[1] <= allowed ? true : interval[0] > allowed ? false : undefined;
}

export function saysShare({ text, bad, of, allowed, interval }: Proportion): string {
  const what = /^(accepted)\b/.test(text)
    ? 'were not accepted'
    : /^p\d|^service|^wait/.test(text)
      ? 'were slower'
      : 'were bad';
  const sure = allowed === 0 ? '' : `, with 95 % confidence ${formatShare(interval[0])} to ${formatShare(interval[1])}`;
  const may = allowed === 0 ? 'none may' : `${formatShare(allowed)} may`;
  return `${formatShare(of > 0 ? bad / of : 0)} of ${formatCountOf(of, 'order')} ${what}${sure}, where ${may}`;
}

function countedOf(slo: Slo): Counted | undefined {
  const { metric, limit, text } = slo;
  if (metric.kind === 'percentile') {
    const view = viewOf(metric, 'response');
    const count = (tally: TallyView): Second => {
      const histogram = tally.histogram(view);
      return { bad: middle(countSlow(histogram, slo)), of: histogram.count };
    };
    const limitUs = 'class' in view || view.of === 'response' ? limitValue(limit) : undefined;
    return { text, allowed: tidy(1 - metric.p), limitUs, count };
  }
  if (metric.kind !== 'orders') return undefined;
  const share = limit.kind === 'share' || limit.kind === 'of-plan' ? limit.share : 0;
  const wanted = metric.of === 'accepted';
  const count = (tally: TallyView, planned: number): Second => {
    const of = limit.kind === 'of-plan' ? planned : tally.fired + tally.dropped;
    const seen = countOrders(metric, tally);
    return { bad: wanted ? Math.max(0, of - seen) : seen, of };
  };
  return { text, allowed: wanted ? tidy(1 - share) : share, count };
}

/** Trial loss (METHOD §6): slower than the strictest limit, failed, unknown or dropped, of the orders planned. */
function lossOf({ limitUs, allowedLoss }: Asked): Counted {
  const count = (tally: TallyView, planned: number): Second => {
    const wrong = tally.countOf('failed') + tally.countOf('unknown') + tally.dropped;
    return { bad: Math.min(planned, wrong + slowOf(tally, limitUs)), of: planned };
  };
  return { text: LOSS, allowed: tidy(allowedLoss), limitUs, count };
}

function slowOf(tally: TallyView, limitUs: number | undefined): number {
  if (limitUs === undefined) return 0;
  const answered = (['accepted', 'rejected'] as const).map((of) => tally.histogram({ of: 'response', class: of }));
  return answered.reduce((sum, histogram) => sum + middle(histogram.countAbove(limitUs)), 0);
}

/** Accepted within the limit. */
export function goodOf(tally: TallyView, limitUs: number | undefined): number {
  const histogram = tally.histogram({ of: 'response', class: 'accepted' });
  return histogram.count - (limitUs === undefined ? 0 : middle(histogram.countAbove(limitUs)));
}

/** The bucket that holds the limit leaves a few orders open. */
const middle = ({ atLeast, atMost }: { atLeast: number; atMost: number }): number => Math.round((atLeast + atMost) / 2);

/** 1 − 0.99 without its ulp. */
const tidy = (share: number): number => Number(share.toPrecision(12));
