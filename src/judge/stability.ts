// How a run held together, whatever was asked of it: on each plateau of the plan whether the queue grew, and after each
// burst how long it took to get over it (METHOD §5). Part of every judgement, because a run that held its limits while its
// queue grew would have broken them a little later.

import { formatClock, formatCountOf, formatDuration, formatRate } from '../units.ts';
import { type Backlog, backlogOf, type Plateau, plateausOf } from './backlog.ts';
import { CALM_S, isBurst, LEAST_BEFORE_S, type Recovery, recoveriesOf, tookUsOf } from './recovery.ts';
import { reachedSeconds } from './scope.ts';
import { parseSlo } from './slo.ts';
import { limitValue } from './slo-limit.ts';
import { isTimes } from './slo-metric.ts';
import type { BurstRecovery, Evidence, PhaseWindow, PlateauStability, Stability } from './spec.ts';

const UNLIMITED_US = 1e6;

/** Of every plateau and burst that the run got to, in order of time. */
export function stabilityOf(evidence: Evidence): Stability {
  const reachedS = reachedSeconds(evidence);
  const flows = evidence.timeline.flows.slice(0, reachedS);
  const limitUs = tightestUs(evidence);
  const plateaus = plateausOf(evidence.planned)
    .filter(({ fromS }) => fromS < reachedS)
    .map((plateau) => plateauStability(plateau, backlogOf(plateau, flows, limitUs), { evidence, reachedS }));
  const recoveries = recoveriesOf(flows, evidence.phases, evidence.durationUs)
    .filter(({ phase }) => Math.floor(phase.fromUs / 1e6) < reachedS)
    .map(({ phase, found }) => burstRecovery(phase, found, reachedS));
  return { plateaus, recoveries };
}

/** The plateau whose queue grew fastest; undefined where none grew. */
export function worstBacklog({ plateaus }: Stability): PlateauStability | undefined {
  return growingOf(plateaus).sort((a, b) => (b.slopePerS ?? 0) - (a.slopePerS ?? 0))[0];
}

export const growingOf = (plateaus: readonly PlateauStability[]): PlateauStability[] =>
  plateaus.filter(({ backlog }) => backlog === 'growing');

/** Every plateau of the plan that the run got through far enough to tell. */
export function backlogsOf(evidence: Evidence): Backlog[] {
  const flows = evidence.timeline.flows.slice(0, reachedSeconds(evidence));
  const limitUs = tightestUs(evidence);
  return plateausOf(evidence.planned).flatMap((plateau) => backlogOf(plateau, flows, limitUs) ?? []);
}

/** The shortest time that an SLO allows an order; 1 s where none does. */
function tightestUs({ slo, phases }: Evidence): number {
  const parts = [...new Set(phases.map(({ part }) => part))];
  const limits = slo.flatMap(({ text }) => {
    const parsed = parseSlo(text, { parts, place: 'slo' });
    return parsed.ok && isTimes(parsed.slo.metric) ? [limitValue(parsed.slo.limit)] : [];
  });
  return limits.length > 0 ? Math.min(...limits) : UNLIMITED_US;
}

function plateauStability(
  plateau: Plateau,
  found: Backlog | undefined,
  { evidence, reachedS }: { evidence: Evidence; reachedS: number },
): PlateauStability {
  const { fromS, ratePerS } = plateau;
  const untilS = Math.min(plateau.untilS, reachedS);
  const part = partOn(evidence, fromS, untilS);
  const where = {
    ...(part === undefined ? {} : { part }),
    fromUs: fromS * 1e6,
    untilUs: untilS * 1e6,
    ratePerS,
  };
  const span = `at ${formatRate(ratePerS)} from ${formatClock(where.fromUs)} to ${formatClock(where.untilUs)}`;
  if (found === undefined) {
    const says = `too little of the plateau ${span} was reached to tell whether the queue grew`;
    return { ...where, backlog: 'cannot-tell', says };
  }
  const { growing, arrivals, completions, meanInFlight, slopePerS, pValue } = found;
  const says = growing ? growingText({ ...found, untilS }) : `no queue grew ${span}`;
  const numbers = { arrivals, completions, meanInFlight, slopePerS, pValue };
  return { ...where, backlog: growing ? 'growing' : 'stable', ...numbers, says };
}

/** `the queue grew by 2.5/s at 49/s from 00:00 to 00:05: 735 orders more came than were answered` */
export function growingText({ fromS, untilS, ratePerS, arrivals, completions, slopePerS }: Backlog): string {
  return (
    `the queue grew by ${formatRate(slopePerS)} at ${formatRate(ratePerS)} from ${formatClock(fromS * 1e6)} to ` +
    `${formatClock(untilS * 1e6)}: ${formatCountOf(arrivals - completions, 'order')} more came than were answered`
  );
}

/** Of the parts that are not always on the one that began last and was on all the while. */
function partOn({ phases, durationUs }: Evidence, fromS: number, untilS: number): string | undefined {
  return phases
    .filter((phase) => isBurst(phase, durationUs))
    .filter(({ fromUs, untilUs }) => Math.floor(fromUs / 1e6) <= fromS && untilS <= Math.ceil(untilUs / 1e6))
    .sort((a, b) => b.fromUs - a.fromUs)[0]?.part;
}

function burstRecovery(phase: PhaseWindow, found: Recovery | undefined, reachedS: number): BurstRecovery {
  const { part, fromUs, untilUs } = phase;
  const open = { part, fromUs, untilUs, atUs: null, tookUs: null, status: 'cannot-tell' as const };
  if (found === undefined) {
    const says = `less than ${formatDuration(LEAST_BEFORE_S * 1e6)} of the run came before it to compare with`;
    return { ...open, before: null, most: null, mostAtUs: null, says };
  }
  const { level, most, mostAtS, recoveredS, untilS } = found;
  const numbers = { before: level.mean, most, mostAtUs: mostAtS * 1e6 };
  if (recoveredS !== null) {
    const tookUs = tookUsOf(found, recoveredS);
    const says =
      tookUs === 0
        ? 'as few orders were in flight as before it by the time it was over'
        : `as few orders were in flight as before it ${formatDuration(tookUs)} after its end`;
    return { ...open, ...numbers, status: 'recovered', atUs: recoveredS * 1e6, tookUs, says };
  }
  const seenS = reachedS - untilS;
  if (seenS < CALM_S) return { ...open, ...numbers, says: 'the run ended too soon after it to tell' };
  const says = `not within the ${formatDuration(seenS * 1e6)} of the run that came after it`;
  return { ...open, ...numbers, status: 'not-within-the-run', says };
}
