// When each part is on: what `during PART`, the phases of a report and `--condense` read.

import type { CurveSpec, PartWindow, SolvedPart } from './spec.ts';

/** After three decays e^(−3) = 5 % of the top is left: a shopper would call it over. */
export const DECAYS_IN_WINDOW = 3;

function extents(part: SolvedPart, durationUs: number): [fromUs: number, untilUs: number][] {
  switch (part.kind) {
    case 'base':
    case 'wave':
      return [[0, durationUs]];
    case 'burst':
      return [[part.atUs, part.atUs + DECAYS_IN_WINDOW * part.decayUs]];
    case 'flash': {
      const lengthUs = part.riseUs + part.holdUs + DECAYS_IN_WINDOW * part.decayUs;
      return part.startsUs.map((startUs) => [startUs, startUs + lengthUs]);
    }
    case 'ramp':
      return [[part.fromUs, part.untilUs]];
    case 'steps':
      return [[part.fromUs, part.fromUs + part.levelsPerS.length * part.eachUs]];
    case 'trace':
      return [[part.fromUs, part.fromUs + part.countsPerBin.length * part.binUs]];
  }
}

/** Clipped to the run, in order of part then time; repeats that overlap stay windows of their own. */
export function windowsOf({ parts, durationUs }: Pick<CurveSpec, 'parts' | 'durationUs'>): PartWindow[] {
  return parts.flatMap((part) =>
    extents(part, durationUs)
      .map(([fromUs, untilUs]) => ({
        part: part.name,
        fromUs: Math.max(0, fromUs),
        untilUs: Math.min(untilUs, durationUs),
      }))
      .filter((window) => window.fromUs < window.untilUs)
      .sort((a, b) => a.fromUs - b.fromUs),
  );
}
