// Does somebody else see what the workers saw? A witness in a process of its own sends a few orders to the same place; if
// its service times differ from the workers', the difference was made by the generator (METHOD §4), not by the shop.

import type { TallyView } from '../measure/spec.ts';
import { formatCountOf, formatDuration } from '../units.ts';
import { UNKNOWN } from './gates-health.ts';
import type { Evidence, Gate } from './spec.ts';
import { medianOf, percentileRanks } from './statistics.ts';

/** 99.9 %: at 95 % one sound run in twenty would be called invalid. */
const Z = 3.29;
/** Below so many orders the interval of their median is all of them. */
const LEAST_SAMPLES = 20;
/** A day of witness orders is thinned to this many: each costs a histogram of its second. */
const MOST_SAMPLES = 1_000;
/** What two processes on one machine may differ by without either being wrong. */
const FLOOR_US = 1_000;
const FLOOR_SHARE = 0.1;

/**
 * Each order of the witness against the median of the workers' orders due in the same second (seenIn), so that a curve with peaks
 * does not set a shop in a rush against a shop at rest. Were both to see the same shop, these differences would have a
 * median of 0; they disagree when its 99.9 % rank interval (METHOD §5) is on one side of 0 and it is itself beyond
 * max(1 ms, 10 % of the service). No gate at all where no witness was asked for.
 */
export function witnessGate(evidence: Evidence): Gate[] {
  const { witness } = evidence;
  if (witness === undefined) return [];
  const limit = `service within ${formatDuration(FLOOR_US)} or ${FLOOR_SHARE * 100} % of the workers', or within the intervals`;
  const gate = { name: 'witness', limit, touched: undefined };
  const pairs = pairsOf(evidence);
  const sent = `${formatCountOf(witness.sent, 'order')} of its own`;
  if (pairs.length < LEAST_SAMPLES) {
    const why =
      witness.trouble === '' ? `${formatCountOf(pairs.length, 'pair')} of times are too few` : witness.trouble;
    return [{ ...gate, status: 'ok', measured: `${UNKNOWN}: ${why} (${sent})`, advice: '', known: false }];
  }
  const differences = pairs.map((pair) => pair.witnessUs - pair.workersUs).sort((a, b) => a - b);
  const middle = medianOf(differences);
  const [low, high] = percentileRanks(0.5, differences.length, Z).map((rank) => differences[rank - 1]!) as [
    number,
    number,
  ];
  const workersUs = medianOf(pairs.map((pair) => pair.workersUs).sort((a, b) => a - b));
  const floorUs = Math.max(FLOOR_US, FLOOR_SHARE * workersUs);
  const side = middle < 0 ? 'faster' : 'slower';
  const [near, far] = [low, high].map(Math.abs).sort((a, b) => a - b) as [number, number];
  const beyond = low > 0 || high < 0;
  const interval = beyond ? ` (${formatDuration(near)} to ${formatDuration(far)})` : '';
  const measured =
    `the median order of the witness was answered ${formatDuration(Math.abs(middle))}${interval} ${side} ` +
    `than the workers' ${formatDuration(workersUs)}; ${sent}`;
  if (!beyond || Math.abs(middle) <= floorUs) return [{ ...gate, status: 'ok', measured, advice: '' }];
  const advice =
    'the workers add to, or hide, what the shop takes: use more workers, or a machine with less else to do';
  return [{ ...gate, status: 'void', measured, advice }];
}

type Pair = { witnessUs: number; workersUs: number };

function pairsOf({ witness, timeline }: Evidence): Pair[] {
  const samples = witness?.samples ?? [];
  const step = Math.max(1, Math.ceil(samples.length / MOST_SAMPLES));
  const medians = new Map<number, Seen>();
  const pairs: Pair[] = [];
  for (let i = 0; i < samples.length; i += step) {
    const { second, serviceUs } = samples[i]!;
    const seen = medians.get(second) ?? seenIn(timeline.tally(second, second + 1));
    medians.set(second, seen);
    const { leastUs, mostUs } = seen;
    if (!Number.isNaN(leastUs)) {
      pairs.push({ witnessUs: serviceUs, workersUs: Math.min(Math.max(serviceUs, leastUs), mostUs) });
    }
  }
  return pairs;
}

type Seen = { leastUs: number; mostUs: number };

/**
 * What the workers may have seen of the shop in a second: at least the service, at most with what their orders waited for
 * a connection. The witness has connections of its own; while a shop stands still it waits within its service for what
 * most of the workers' orders wait for before theirs. Where nobody waits the two are one.
 */
function seenIn(tally: TallyView): Seen {
  const service = tally.histogram({ of: 'service' });
  if (service.count === 0) return { leastUs: Number.NaN, mostUs: Number.NaN };
  const leastUs = service.percentile(0.5);
  return { leastUs, mostUs: Math.max(leastUs, tally.histogram({ of: 'punctual' }).percentile(0.5)) };
}
