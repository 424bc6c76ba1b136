// The curve compiled: the time axis cut wherever any piece of any part starts or ends. Within one segment the rate is
//   level + slope·x + Σ tail_j·e^(−x/decay_j) + Σ wave,   x = seconds since the segment's start,
// because exponentials of one decay add up to one exponential, however many bursts and flashes they come from. So no
// tail ever has to be cut short, and a segment costs as many `exp` as the profile has different decays.

import type { CurveSpec, SolvedPart } from './spec.ts';

const US_PER_S = 1e6;

export type Wave = { swingPerS: number; omegaPerS: number; peakAtUs: number };

export type Table = {
  segments: number;
  /** Segment i is [startUs[i], startUs[i+1]); the last entry is the end of the run. */
  startUs: Float64Array;
  /** Orders before each start; the last entry is the whole area. */
  before: Float64Array;
  levelPerS: Float64Array;
  /** Orders per second, per second. */
  slopePerS2: Float64Array;
  /** The different decays, and for segment i what is left of each at its start: `tailPerS[i * decayS.length + j]`. */
  decayS: Float64Array;
  tailPerS: Float64Array;
  /** No rate in the segment changes faster than this (orders per second, per second): what Newton's stop is proven with. */
  steepestPerS2: Float64Array;
  waves: Wave[];
};

/** A stretch on which a part is linear; `startPerS` at `fromUs`. */
type Line = { fromUs: number; untilUs: number; startPerS: number; slopePerS2: number };
/** An exponential that jumps to `addsPerS` at `fromUs` and decays for ever. */
type Tail = { fromUs: number; addsPerS: number; decayS: number };
type Pieces = { lines: Line[]; tails: Tail[]; waves: Wave[] };

function flat(fromUs: number, untilUs: number, startPerS: number): Line {
  return { fromUs, untilUs, startPerS, slopePerS2: 0 };
}

function slope(fromUs: number, untilUs: number, [start, end]: [number, number]): Line {
  return { fromUs, untilUs, startPerS: start, slopePerS2: ((end - start) * US_PER_S) / (untilUs - fromUs) };
}

function addPieces(part: SolvedPart, durationUs: number, { lines, tails, waves }: Pieces): void {
  switch (part.kind) {
    case 'base':
      lines.push(flat(0, durationUs, part.addsPerS));
      break;
    case 'burst':
      tails.push({ fromUs: part.atUs, addsPerS: part.addsPerS, decayS: part.decayUs / US_PER_S });
      break;
    case 'flash':
      for (const startUs of part.startsUs) {
        const topUs = startUs + part.riseUs;
        const fallUs = topUs + part.holdUs;
        if (topUs > startUs) lines.push(slope(startUs, topUs, [0, part.addsPerS]));
        if (fallUs > topUs) lines.push(flat(topUs, fallUs, part.addsPerS));
        tails.push({ fromUs: fallUs, addsPerS: part.addsPerS, decayS: part.decayUs / US_PER_S });
      }
      break;
    case 'ramp':
      lines.push(slope(part.fromUs, part.untilUs, [part.startPerS, part.endPerS]));
      break;
    case 'steps':
      part.levelsPerS.forEach((level, i) => {
        lines.push(flat(part.fromUs + i * part.eachUs, part.fromUs + (i + 1) * part.eachUs, level));
      });
      break;
    case 'wave':
      lines.push(flat(0, durationUs, part.meanPerS));
      waves.push({
        swingPerS: part.meanPerS * part.amplitude,
        omegaPerS: (2 * Math.PI * US_PER_S) / part.periodUs,
        peakAtUs: part.peakAtUs,
      });
      break;
    case 'trace':
      part.countsPerBin.forEach((count, i) => {
        const perS = (count * US_PER_S) / part.binUs;
        lines.push(flat(part.fromUs + i * part.binUs, part.fromUs + (i + 1) * part.binUs, perS));
      });
      break;
  }
}

function cutsOf({ lines, tails }: Pieces, durationUs: number): Float64Array {
  const cuts = new Set([0, durationUs]);
  const add = (atUs: number): void => {
    if (atUs > 0 && atUs < durationUs) cuts.add(atUs);
  };
  for (const line of lines) {
    add(line.fromUs);
    add(line.untilUs);
  }
  for (const tail of tails) add(tail.fromUs);
  return Float64Array.from(cuts).sort();
}

/** Each line is added to the segments it covers, never taken off again: a sum that went up and down would leave float dust. */
function layLines(table: Table, lines: readonly Line[], segmentAt: ReadonlyMap<number, number>): void {
  for (const line of lines) {
    const first = segmentAt.get(line.fromUs) ?? table.segments;
    const end = segmentAt.get(line.untilUs) ?? table.segments;
    for (let i = first; i < end; i += 1) {
      const sinceS = (table.startUs[i]! - line.fromUs) / US_PER_S;
      table.levelPerS[i]! += line.startPerS + line.slopePerS2 * sinceS;
      table.slopePerS2[i]! += line.slopePerS2;
    }
  }
}

/** Below this many orders still to come (float noise of a run of ten), what is left of a tail is nothing. */
const NOTHING = 1e-15;

function layTails(table: Table, tails: readonly Tail[], segmentAt: ReadonlyMap<number, number>): void {
  const decays = table.decayS.length;
  for (const tail of tails) {
    const i = segmentAt.get(tail.fromUs);
    if (i !== undefined && i < table.segments)
      table.tailPerS[i * decays + table.decayS.indexOf(tail.decayS)]! += tail.addsPerS;
  }
  for (let j = 0; j < decays; j += 1) {
    const decayS = table.decayS[j]!;
    for (let i = 1; i < table.segments; i += 1) {
      const lengthS = (table.startUs[i]! - table.startUs[i - 1]!) / US_PER_S;
      const left = table.tailPerS[(i - 1) * decays + j]! * Math.exp(-lengthS / decayS);
      if (Math.abs(left) * decayS > NOTHING) table.tailPerS[i * decays + j]! += left;
    }
  }
}

function steepestOf({ slopePerS2, decayS, tailPerS, waves }: Table, segment: number): number {
  const tails = decayS.reduce((sum, decay, j) => sum + Math.abs(tailPerS[segment * decayS.length + j]!) / decay, 0);
  return Math.abs(slopePerS2[segment]!) + tails + waves.reduce((sum, wave) => sum + wave.swingPerS * wave.omegaPerS, 0);
}

/** Everything but `before`, which needs the areas (`fillBefore` of probe.ts). Parts may reach past the run: what lies outside is cut off. */
export function tableOf(spec: Pick<CurveSpec, 'durationUs' | 'parts'>): Table {
  const pieces: Pieces = { lines: [], tails: [], waves: [] };
  for (const part of spec.parts) addPieces(part, spec.durationUs, pieces);
  const startUs = cutsOf(pieces, spec.durationUs);
  const segments = startUs.length - 1;
  const decayS = Float64Array.from(new Set(pieces.tails.map((tail) => tail.decayS)));
  const table: Table = {
    segments,
    startUs,
    before: new Float64Array(segments + 1),
    levelPerS: new Float64Array(segments),
    slopePerS2: new Float64Array(segments),
    decayS,
    tailPerS: new Float64Array(segments * decayS.length),
    steepestPerS2: new Float64Array(segments),
    waves: pieces.waves,
  };
  const segmentAt = new Map(Array.from(startUs, (atUs, i) => [atUs, i] as const));
  layLines(table, pieces.lines, segmentAt);
  layTails(table, pieces.tails, segmentAt);
  table.steepestPerS2.set(table.startUs.subarray(0, segments).map((_, i) => steepestOf(table, i)));
  return table;
}
