// How a run held together, as result.json keeps it: bounded, because a day of bursts by the minute has thousands of them.

import type { BurstRecovery, PlateauStability, Stability } from '../judge/spec.ts';
import {
  amount,
  count,
  described,
  listOf,
  maybeAmount,
  number,
  object,
  oneOf,
  type Schema,
  text,
} from './schema-shapes.ts';

/** What a person can read, and a page of 400 kB can show. */
const MOST_KEPT = 100;

export type ResultStability = {
  plateaus: PlateauStability[];
  recoveries: BurstRecovery[];
  /** How many there were, where not all are kept. */
  plateausInAll: number;
  recoveriesInAll: number;
};

/** The telling ones first to be kept; in order of time all the same. */
export function resultStability({ plateaus, recoveries }: Stability): ResultStability {
  return {
    plateaus: mostOf(plateaus, ({ backlog }) => backlog === 'growing'),
    recoveries: mostOf(recoveries, ({ status, tookUs }) => status === 'not-within-the-run' || (tookUs ?? 0) > 0),
    plateausInAll: plateaus.length,
    recoveriesInAll: recoveries.length,
  };
}

function mostOf<T extends { fromUs: number }>(all: readonly T[], tells: (each: T) => boolean): T[] {
  const kept = [...all.filter(tells), ...all.filter((each) => !tells(each))].slice(0, MOST_KEPT);
  return kept.sort((a, b) => a.fromUs - b.fromUs);
}

const span = { fromUs: amount, untilUs: amount };

export const STABILITY_SCHEMA: Schema = described(
  object({
    plateaus: listOf(
      object(
        {
          part: described(
            text,
            'The part of the traffic it lies in; not there where nothing but what is always on was on.',
          ),
          ...span,
          ratePerS: amount,
          backlog: oneOf('stable', 'growing', 'cannot-tell'),
          arrivals: described(count, 'Orders fired in it; its first tenth is left out.'),
          completions: described(count, 'Orders ended in it.'),
          meanInFlight: amount,
          slopePerS: described(number, 'How fast the orders in flight grew, per second.'),
          pValue: described(amount, 'Chance of such a trend where there is none.'),
          says: text,
        },
        ['part', 'arrivals', 'completions', 'meanInFlight', 'slopePerS', 'pValue'],
      ),
    ),
    recoveries: listOf(
      object({
        part: text,
        ...span,
        status: oneOf('recovered', 'not-within-the-run', 'cannot-tell'),
        before: described(maybeAmount, 'Mean of orders in flight before it.'),
        most: described(maybeAmount, 'The most orders in flight during it.'),
        mostAtUs: maybeAmount,
        atUs: described(maybeAmount, 'From when on as few orders as before were in flight, for 10 s.'),
        tookUs: described(maybeAmount, 'From the end of the burst until then; 0 where it was so before.'),
        says: text,
      }),
    ),
    plateausInAll: described(count, 'More than are listed where there were more than 100.'),
    recoveriesInAll: count,
  }),
  'Whether the queue grew on each plateau of the plan, and how each burst was got over.',
);
