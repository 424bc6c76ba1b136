// Where the report shows single seconds although its rows are longer: around the windows that broke a limit, the slowest
// order, and the starts of bursts. Seconds in which the generator was in the way are found here too.

import { latenessLimits } from '../../judge/lateness.ts';
import { reachedSeconds } from '../../judge/scope.ts';
import { parseSlo } from '../../judge/slo.ts';
import type { Evidence, Judgement, Slo, SloResult } from '../../judge/spec.ts';
import type { Timeline } from '../../measure/timeline.ts';
import type { Stretch } from './spec.ts';

const AROUND_S = 20;
const LONGEST_S = 300;
const MOST_SECONDS = 900;
const MOST_STRETCHES = 200;

export type Spot = { why: string; fromS: number; untilS: number };

/** The SLOs of a judgement that can be read, with what became of them. */
export function parsedSlos({ slo }: Judgement, { phases }: Evidence): { slo: Slo; result: SloResult }[] {
  const parts = [...new Set(phases.map((phase) => phase.part))];
  return slo.flatMap((result) => {
    const parsed = parseSlo(result.text, { parts, place: 'slo' });
    return parsed.ok ? [{ slo: parsed.slo, result }] : [];
  });
}

/** Apart from one another, in order of time, of a bounded number of seconds in all; the worst are taken first. */
export function spotsOf(
  evidence: Evidence,
  judgement: Judgement,
  { slowest }: { slowest: number | undefined },
): Spot[] {
  const broken = judgement.slo.filter(({ status, worst }) => status === 'fail' && worst !== undefined);
  const wanted: Spot[] = [
    ...broken.map(({ text, worst }) => around(`broke ${text}`, worst!.fromUs / 1e6, worst!.untilUs / 1e6)),
    ...(slowest === undefined ? [] : [around('the slowest order', slowest, slowest + 1)]),
    ...evidence.phases
      .filter(({ untilUs, fromUs }) => untilUs - fromUs < evidence.durationUs)
      .map(({ part, fromUs }) => around(`start of ${part}`, fromUs / 1e6, fromUs / 1e6 + AROUND_S)),
  ];
  const spots: Spot[] = [];
  let room = MOST_SECONDS;
  for (const spot of wanted) {
    const seconds = spot.untilS - spot.fromS;
    if (seconds > room || spots.some((other) => spot.fromS <= other.untilS && other.fromS <= spot.untilS)) continue;
    spots.push(spot);
    room -= seconds;
  }
  return spots.sort((a, b) => a.fromS - b.fromS);
}

function around(why: string, fromS: number, untilS: number): Spot {
  const from = Math.max(0, Math.floor(fromS) - AROUND_S);
  return { why, fromS: from, untilS: Math.min(Math.ceil(untilS) + AROUND_S, from + LONGEST_S) };
}

/** Runs of seconds off plan, late beyond the limits, or with dropped orders; bounded, the longest when there are more. */
export function stretchesOf(evidence: Evidence, timeline: Timeline, slos: readonly Slo[]): Stretch[] {
  const seconds = reachedSeconds(evidence);
  const late = lateSeconds(timeline, latenessLimits(slos).p999Us, seconds);
  const stretches: Stretch[] = [];
  for (let second = 0; second < seconds; second++) {
    const why = whyNot(evidence, timeline, second) ?? (late.has(second) ? 'late' : undefined);
    const last = stretches.at(-1);
    if (why === undefined) continue;
    if (last?.why === why && last.untilS === second) last.untilS = second + 1;
    else stretches.push({ fromS: second, untilS: second + 1, why });
  }
  const longest = [...stretches].sort((a, b) => b.untilS - b.fromS - (a.untilS - a.fromS)).slice(0, MOST_STRETCHES);
  return longest.sort((a, b) => a.fromS - b.fromS);
}

/** The rule by which the fitness gate counts seconds off plan. */
function whyNot(evidence: Evidence, timeline: Timeline, second: number): Stretch['why'] | undefined {
  const planned = evidence.planned[second] ?? 0;
  const { fired, dropped } = timeline.flows[second] ?? { fired: 0, dropped: 0 };
  if (dropped > 0) return 'dropped';
  return Math.abs(fired - planned) > 1 + 0.01 * planned ? 'off plan' : undefined;
}

/** Seconds with an order later than the limit. One look at a minute's maximum spares sixty, for most are calm. */
function lateSeconds(timeline: Timeline, limitUs: number, seconds: number): Set<number> {
  const late = new Set<number>();
  const isLate = (from: number, until: number) =>
    timeline.tally(from, until).histogram({ of: 'lateness' }).maxUs > limitUs;
  for (let from = 0; from < seconds; from += 60) {
    const until = Math.min(from + 60, seconds);
    if (!isLate(from, until)) continue;
    for (let second = from; second < until; second++) if (isLate(second, second + 1)) late.add(second);
  }
  return late;
}
