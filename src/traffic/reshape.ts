// The two ways to bend a solved part, higher and longer, and the one for traces, whose counts must stay whole.

import type { SolvedPart } from './spec.ts';

/** A part whose rates are `factor` times as high; times stay. Traces are counts and are left as they are. */
export function timesRate(part: SolvedPart, factor: number): SolvedPart {
  switch (part.kind) {
    case 'base':
    case 'burst':
    case 'flash':
      return { ...part, addsPerS: part.addsPerS * factor };
    case 'ramp':
      return { ...part, startPerS: part.startPerS * factor, endPerS: part.endPerS * factor };
    case 'steps':
      return { ...part, levelsPerS: part.levelsPerS.map((level) => level * factor) };
    case 'wave':
      return { ...part, meanPerS: part.meanPerS * factor };
    case 'trace':
      return part;
  }
}

/** A part whose times are all `factor` times as long; rates stay, and a trace's counts. */
export function timesTime(part: SolvedPart, factor: number): SolvedPart {
  switch (part.kind) {
    case 'base':
      return part;
    case 'burst':
      return { ...part, atUs: part.atUs * factor, decayUs: part.decayUs * factor };
    case 'flash': {
      const { riseUs, holdUs, decayUs } = part;
      const startsUs = part.startsUs.map((startUs) => startUs * factor);
      return { ...part, startsUs, riseUs: riseUs * factor, holdUs: holdUs * factor, decayUs: decayUs * factor };
    }
    case 'ramp':
      return { ...part, fromUs: part.fromUs * factor, untilUs: part.untilUs * factor };
    case 'steps':
      return { ...part, fromUs: part.fromUs * factor, eachUs: part.eachUs * factor };
    case 'wave':
      return { ...part, periodUs: part.periodUs * factor, peakAtUs: part.peakAtUs * factor };
    case 'trace':
      return { ...part, fromUs: part.fromUs * factor, binUs: part.binUs * factor };
  }
}

/**
 * Counts of all traces × share, whole again: bin i gets round(C[i+1]·share) − round(C[i]·share), C the counts so far. The
 * sum is the rounded sum, and at every bin edge the scaled trace is within half an order of the true one. (Rounding by
 * largest remainder keeps the sum too, but gives 1 % of a flat trace to its first bins alone.)
 */
export function timesCount(parts: readonly SolvedPart[], share: number): SolvedPart[] {
  let counted = 0;
  let given = 0;
  return parts.map((part) => {
    if (part.kind !== 'trace') return part;
    const countsPerBin = part.countsPerBin.map((count) => {
      counted += count;
      const before = given;
      given = Math.round(counted * share);
      return given - before;
    });
    return { ...part, countsPerBin };
  });
}

/**
 * Counts rescaled to `total`, whole: bin i gets round(C[i+1]·s) − round(C[i]·s), s = total / sum, so the sum is `total`
 * exactly and at every bin edge the rescaled counts are within half an order of the true ones. (Largest remainders keep
 * the sum too, but give what is left over of a flat day to its first bins alone.) The sum must be above 0.
 */
export function wholeShares(counts: readonly number[], total: number): number[] {
  const sum = counts.reduce((all, count) => all + count, 0);
  let counted = 0;
  let given = 0;
  return counts.map((count) => {
    counted += count;
    const before = given;
    given = counted === sum ? total : Math.round((counted / sum) * total);
    return given - before;
  });
}
