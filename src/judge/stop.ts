// Conditions that end a run early (`stop:`), watched second by second while it goes on.
//
// A second counts once all orders due in it have ended, so that what is still on its way is never mistaken for good or
// bad. A streak starts with the first second in which the condition holds by its point value and ends with the first in
// which it does not. A second without orders says nothing: it neither breaks a streak nor lengthens one, but once a later
// second holds, the streak reaches from its first second to that one. The run ends when a streak is `for` long.

import type { TimelineView } from '../measure/spec.ts';
import { formatClock, formatDuration } from '../units.ts';
import { readPoint } from './reading.ts';
import { saysState } from './says.ts';
import type { PhaseWindow, Slo } from './spec.ts';

export type StopContext = {
  /** Orders due in each second of the plan. */
  planned: Uint32Array;
  /** Needed where a condition says `during`. */
  phases?: readonly PhaseWindow[];
};

/** `atUs`: the end of the second that completed the streak, by due time. */
export type Stop = { slo: Slo; atUs: number; says: string };

export interface Stopper {
  /** Looks at the seconds since the last call up to `settledSeconds` (all orders due before it have ended); each is looked at once. */
  check(timeline: TimelineView, settledSeconds: number): Stop | undefined;
}

/** @throws RangeError for a condition without `for`, or with a `during` and no phases to look it up in: parseSlo and the caller see to both */
export function stopperOf(stops: readonly Slo[], context: StopContext): Stopper {
  for (const { text, forUs, during } of stops) {
    if (forUs === undefined) throw new RangeError(`Expected a stop condition with \`for\`, got \`${text}\``);
    if (during !== undefined && !context.phases) throw new RangeError(`Expected phases to look \`${during}\` up in`);
  }
  const streakFrom: (number | undefined)[] = stops.map(() => undefined);
  let looked = 0;
  let stopped: Stop | undefined;
  return {
    check(timeline, settledSeconds) {
      for (; looked < settledSeconds && !stopped; looked++) {
        for (const [index, slo] of stops.entries()) {
          if (isOn(slo, looked, context)) stopped ??= lookAt(slo, index, looked, timeline);
          else streakFrom[index] = undefined;
        }
      }
      return stopped;
    },
  };

  function lookAt(slo: Slo, index: number, second: number, timeline: TimelineView): Stop | undefined {
    const planned = context.planned[second] ?? 0;
    const tally = timeline.tally(second, second + 1);
    if (planned === 0 && tally.fired + tally.dropped === 0) return undefined;
    const { holds, measured } = readPoint(
      slo,
      { spans: [], tally, planned, seconds: 1, flow: () => Number.NaN },
      'response',
    );
    if (holds === undefined) return undefined;
    if (!holds) {
      streakFrom[index] = undefined;
      return undefined;
    }
    const from = streakFrom[index] ?? second;
    streakFrom[index] = from;
    const lastedUs = (second + 1 - from) * 1e6;
    if (lastedUs < slo.forUs!) return undefined;
    const atUs = (second + 1) * 1e6;
    const value = `${saysState(slo, measured)} in its last second`;
    return {
      slo,
      atUs,
      says: `\`${slo.text}\` held for ${formatDuration(lastedUs)} up to ${formatClock(atUs)}; ${value}`,
    };
  }
}

/** During its part only; when the part is over, so is the streak. */
function isOn(slo: Slo, second: number, context: StopContext): boolean {
  if (slo.during === undefined) return true;
  const [fromUs, untilUs] = [second * 1e6, (second + 1) * 1e6];
  return context.phases!.some((phase) => phase.part === slo.during && phase.fromUs < untilUs && phase.untilUs > fromUs);
}
