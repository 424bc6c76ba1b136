// Planned rate over time in closed form (METHOD §1): rate, area, and the inverse that turns "order number" into "due
// time". Times µs from the start of the run, rates orders per second. test/bench/due-time.ts measures `inverse`.

import { highestOf } from './peak.ts';
import { fillBefore, type Probe, probeOf } from './probe.ts';
import type { Curve, CurveSpec, SolvedPart } from './spec.ts';
import { tableOf } from './table.ts';
import { windowsOf } from './windows.ts';

const US_PER_S = 1e6;
/** Orders that an inverse may be off by; METHOD §1 asks for 1e-6. */
const CLOSE_ENOUGH = 1e-7;

/** Index of the last entry < value (`<= value` with `orEqual`), at least 0; entries ascend. */
function lastBelow(entries: Float64Array, value: number, orEqual: boolean): number {
  let low = 0;
  let high = entries.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle]!;
    if (entry < value || (orEqual && entry === value)) low = middle;
    else high = middle;
  }
  return low;
}

type Goal = { area: number; startS: number; lengthS: number; steepestPerS2: number };

/**
 * x in 0…lengthS at which the segment's own area is `area`: Newton, inside a bracket that every probe narrows, and
 * bisection whenever Newton would leave it (a rate near zero). A step dx leaves an error of λ′(ξ)·dx²/2 (Taylor), and
 * |λ′| ≤ steepest: so the last step is taken without looking again, and a due time costs two probes instead of three.
 */
function solveSegment(probe: Probe, segment: number, goal: Goal): number {
  let low = 0;
  let high = goal.lengthS;
  let x = goal.startS;
  // Bisection alone needs about 53 halvings; twice that is never reached.
  for (let round = 0; round < 106; round += 1) {
    probe.at(segment, x);
    const excess = probe.area - goal.area;
    if (excess > 0) high = x;
    else low = x;
    const dx = excess / probe.ratePerS;
    const newton = x - dx;
    const inside = newton >= low && newton <= high;
    if (inside && (goal.steepestPerS2 * dx * dx) / 2 < CLOSE_ENOUGH) return newton;
    const next = inside ? newton : (low + high) / 2;
    if (next === x) return x;
    x = next;
  }
  return x;
}

/** 1/31,250 s: coarse beside the solver's tolerance, fine beside any curve. A whole second lies on the grid. */
const GRID_S = 32e-6;

/**
 * One last Newton step from the nearest point of a fixed grid. The solver starts from the answer before, so its last digits
 * differ with the pool a worker belongs to; this makes them a function of the order alone. What is left of the difference
 * lies halfway between grid points, never near a whole second, where it would move an order into another second's tally.
 */
function settled(probe: Probe, segment: number, x: number, area: number, fromS: number, lengthS: number): number {
  const nearest = Math.round((fromS + x) / GRID_S) * GRID_S - fromS;
  if (!(nearest > 0 && nearest < lengthS)) return x;
  probe.at(segment, nearest);
  const step = (area - probe.area) / probe.ratePerS;
  // Where the curve touches 0 a step of Newton's may lead anywhere.
  if (!(Math.abs(step) <= GRID_S)) return x;
  return Math.min(Math.max(nearest + step, 0), lengthS);
}

/**
 * The curve of a solved spec. `rateAt` is right-continuous at jumps, 0 outside the run, and at its very end what it was
 * just before. `area` is clamped to the run. `inverse` gives the EARLIEST time at which `area` orders are due (so it skips
 * stretches without traffic), clamped to the run, with |area(inverse(a)) − a| < 1e-6; `hintUs` only makes it faster.
 */
export function curveOf(spec: CurveSpec): Curve {
  const table = tableOf(spec);
  const probe = probeOf(table);
  fillBefore(table, probe);
  const { segments, startUs, before, levelPerS, slopePerS2, tailPerS, decayS } = table;
  const total = before[segments]!;
  const endUs = startUs[segments]!;
  const linear = Uint8Array.from(levelPerS, (_, i) =>
    table.waves.length === 0 && tailPerS.subarray(i * decayS.length, (i + 1) * decayS.length).every((t) => t === 0)
      ? 1
      : 0,
  );
  // Due times are asked for in ascending order, so the segment of the last answer is nearly always that of the next.
  let cursor = 0;
  // The last answer, how far into its segment it was, and the rate there: from it Newton's first step is known already.
  const last = { atUs: Number.NaN, segment: 0, area: 0, ratePerS: 0 };

  function probeAt(tUs: number): void {
    const inCursor = tUs >= startUs[cursor]! && tUs < startUs[cursor + 1]!;
    if (!inCursor) cursor = lastBelow(startUs, tUs, true);
    probe.at(cursor, (tUs - startUs[cursor]!) / US_PER_S);
  }

  return {
    spec,
    rateAt(tUs) {
      if (!(tUs >= 0 && tUs <= endUs)) return 0;
      probeAt(tUs);
      return Math.max(0, probe.ratePerS);
    },
    area(tUs) {
      if (!(tUs > 0)) return 0;
      if (tUs >= endUs) return total;
      probeAt(tUs);
      return before[cursor]! + probe.area;
    },
    inverse(area, hintUs = 0) {
      if (!(area > 0)) return 0;
      const wanted = Math.min(area, total);
      const inCursor = wanted > before[cursor]! && wanted <= before[cursor + 1]!;
      if (!inCursor) cursor = lastBelow(before, wanted, false);
      const fromUs = startUs[cursor]!;
      const lengthS = (startUs[cursor + 1]! - fromUs) / US_PER_S;
      const rest = wanted - before[cursor]!;
      let x: number;
      if (linear[cursor] === 1) {
        const level = levelPerS[cursor]!;
        // 2a/(v₀+√(v₀²+2ma)) needs no special case for m = 0; the max is for float noise where a ramp ends at 0.
        x = (2 * rest) / (level + Math.sqrt(Math.max(0, level * level + 2 * slopePerS2[cursor]! * rest)));
      } else {
        const known = hintUs === last.atUs && cursor === last.segment;
        const hintS = (hintUs - fromUs) / US_PER_S + (known ? (rest - last.area) / last.ratePerS : 0);
        const startS =
          hintS > 0 && hintS < lengthS ? hintS : (lengthS * rest) / (before[cursor + 1]! - before[cursor]!);
        x = solveSegment(probe, cursor, { area: rest, startS, lengthS, steepestPerS2: table.steepestPerS2[cursor]! });
        x = settled(probe, cursor, x, rest, fromUs / US_PER_S, lengthS);
        last.segment = cursor;
        last.area = rest;
        last.ratePerS = probe.ratePerS;
      }
      last.atUs = Math.min(fromUs + x * US_PER_S, startUs[cursor + 1]!);
      return last.atUs;
    },
    peak: () => highestOf(table, probe),
    windows: () => windowsOf(spec),
  };
}

/** Orders in [0, durationUs) of some parts alone, whether or not they make a whole curve. */
export function areaOf(parts: SolvedPart[], durationUs: number): number {
  return curveOf({ orders: 0, durationUs, arrivals: 'even', seed: 0, basePerS: 0, parts }).area(durationUs);
}
