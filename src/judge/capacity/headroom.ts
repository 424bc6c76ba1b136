// Lines of `capacity: slo:` held against the answer. Headroom is an interval, from what held and from what broke: a line
// passes where all of it is enough, and fails where none is: what is asked for is known not to hold where that very load broke.

import { parseHeadroom } from '../../profile/headroom.ts';
import type { SloLine } from '../../profile/plan.ts';
import { formatRate } from '../../units.ts';
import type { Capacity, GateResult, Headroom } from './spec.ts';

/** [held, broke] in multiples of a rate. */
export function headroomOver(ratePerS: number, { held, broke }: Capacity['bracket']): Headroom {
  const of = (perS: number | undefined) => (perS === undefined || !(ratePerS > 0) ? undefined : perS / ratePerS);
  return { low: of(held), high: of(broke) };
}

export type Answered = Pick<Capacity, 'bracket' | 'target' | 'headroom'>;

/** Lines that do not parse are INCONCLUSIVE, not ignored; they are checked before a search. */
export function judgeHeadroom({ text, place }: SloLine, { bracket, target, headroom }: Answered): GateResult {
  const parsed = parseHeadroom(text);
  if (!parsed.ok) {
    const none = { low: undefined, high: undefined };
    const { message } = parsed.mistake;
    return { text, place, status: 'inconclusive', over: 'peak', limit: Number.NaN, measured: none, says: message };
  }
  const { over, limit, comparator } = parsed.line;
  const measured = over === 'peak' ? headroom.overPeak : headroom.overMean;
  const { low, high } = measured;
  const enough = low !== undefined && (comparator === '>' ? low > limit : low >= limit);
  const status = enough ? 'pass' : high !== undefined && high <= limit ? 'fail' : 'inconclusive';
  const perS = over === 'peak' ? target.peakPerS : target.meanPerS;
  const needed = `${limit}x the ${over} is ${formatRate(limit * perS)}`;
  const says = `${rangeText(measured, over)}; ${needed}, ${sidesText(bracket)}`;
  return { text, place, status, over, limit, measured, says };
}

export const formatTimes = (factor: number): string => `${Number(factor.toPrecision(3))}x`;

export function rangeText({ low, high }: Headroom, over: GateResult['over']): string {
  if (low !== undefined && high !== undefined) return `${formatTimes(low)} to ${formatTimes(high)} the ${over}`;
  if (low !== undefined) return `at least ${formatTimes(low)} the ${over}`;
  return high === undefined ? `not known over the ${over}` : `below ${formatTimes(high)} the ${over}`;
}

function sidesText({ held, broke }: Capacity['bracket']): string {
  if (held === undefined && broke === undefined) return 'and no load is known to hold or to break';
  if (held === undefined) return `and no load held below ${formatRate(broke!)}`;
  return broke === undefined
    ? `and ${formatRate(held)} held, with nothing known to break`
    : `and ${formatRate(held)} held while ${formatRate(broke)} broke`;
}
