// A search for capacity as lists and other runs' reports know it: what the shop held, when that was found, and where it is.

import { formatRate } from '../units.ts';
import type { CapacityFile, Range } from './capacity-file.ts';
import { described, maybeAmount, object, type Schema, text } from './schema-shapes.ts';

/** `folder`: its name in the folder of all runs. */
export type KnownCapacity = Pick<
  CapacityFile,
  'bracket' | 'confirmed' | 'limitedBy' | 'says' | 'verdict' | 'target'
> & {
  folder: string;
  name: string;
  profileHash: string;
  shop: string;
  startedAt: string;
  complete: boolean;
};

export function knownCapacity(folder: string, file: CapacityFile): KnownCapacity {
  const { bracket, confirmed, limitedBy, says, verdict, target, run, ending } = file;
  const { name, profileHash, startedAt } = run;
  const complete = ending === 'complete';
  return {
    folder,
    name,
    profileHash,
    shop: run.target,
    startedAt,
    complete,
    bracket,
    confirmed,
    limitedBy,
    says,
    verdict,
    target,
  };
}

/**
 * Of a run: the capacity of the same profile and shop, by the latest search before it. Headroom is over the run's own rates;
 * `folder` is as seen from beside the run folder.
 */
export type ResultCapacity = {
  folder: string;
  startedAt: string;
  heldPerS: number | null;
  brokePerS: number | null;
  overPeak: Range;
  overMean: Range;
};

export function resultCapacity(
  { folder, startedAt, bracket }: KnownCapacity,
  { plannedPeak, plannedMean }: { plannedPeak: number; plannedMean: number },
): ResultCapacity {
  const headroom = { overPeak: headroomOver(plannedPeak, bracket), overMean: headroomOver(plannedMean, bracket) };
  return { folder, startedAt, heldPerS: bracket.heldPerS, brokePerS: bracket.brokePerS, ...headroom };
}

/** In multiples of a rate. */
export function headroomOver(perS: number, { heldPerS, brokePerS }: CapacityFile['bracket']): Range {
  const times = (side: number | null) => (side === null || !(perS > 0) ? null : side / perS);
  return { low: times(heldPerS), high: times(brokePerS) };
}

const range = object({ low: maybeAmount, high: maybeAmount });

export const RESULT_CAPACITY_SCHEMA: Schema = described(
  object({
    folder: text,
    startedAt: text,
    heldPerS: maybeAmount,
    brokePerS: maybeAmount,
    overPeak: range,
    overMean: range,
  }),
  'What the latest search for capacity before the run found, with the same profile and shop; not there without one.',
);

/** `109/s to 110/s`, `at least 109/s`, `below 110/s`, `not known` */
export function sidesWords(heldPerS: number | null, brokePerS: number | null): string {
  if (heldPerS !== null && brokePerS !== null) return `${formatRate(heldPerS)} to ${formatRate(brokePerS)}`;
  if (heldPerS !== null) return `at least ${formatRate(heldPerS)}`;
  return brokePerS === null ? 'not known' : `below ${formatRate(brokePerS)}`;
}
