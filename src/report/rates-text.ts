// What was fired and accepted a second, in words that every rendering shares. The means are of the time the run lasted;
// where leaving out what came later shows in the number, it is said, beside `all accepted` it would be a contradiction.

import type { OrderCounts } from '../judge/spec.ts';
import { formatCount, formatDuration, formatRate } from '../units.ts';
import type { Rates } from './numbers.ts';

export type Means = {
  rate: Pick<Rates, 'firedMean' | 'acceptedMean'>;
  orders: Pick<OrderCounts, 'fired' | 'accepted'>;
  lastedUs: number;
};

/** `fired 30/s`, `accepted 10/s in 10 s, 200 after` */
export function meansText({ rate, orders, lastedUs }: Means): [fired: string, accepted: string] {
  const seconds = lastedUs / 1e6;
  const says = (name: string, perS: number, inAll: number): string => {
    const later = inAll - Math.round(perS * seconds);
    const shows = seconds > 0 && later > 0 && formatRate(inAll / seconds) !== formatRate(perS);
    return `${name} ${formatRate(perS)}${shows ? ` in ${formatDuration(lastedUs)}, ${formatCount(later)} after` : ''}`;
  };
  return [says('fired', rate.firedMean, orders.fired), says('accepted', rate.acceptedMean, orders.accepted)];
}
