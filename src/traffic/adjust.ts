// `--scale`, `--speed` and `--condense`: the same curve smaller, faster or shorter. Each gives a CurveSpec again, whose
// area is its number of orders; nothing is solved anew, so the parts keep their proportions.

import { userError } from '../errors.ts';
import { areaOf } from './curve.ts';
import { MAX_ORDERS, tooMany } from './mistakes.ts';
import { timesCount, timesRate, timesTime } from './reshape.ts';
import type { CurveSpec, SolvedPart } from './spec.ts';

export { condenseCurve } from './condense.ts';

function checkFactor(flag: 'scale' | 'speed', value: number): void {
  if (Number.isFinite(value) && value > 0) return;
  throw userError(`BAD_${flag.toUpperCase()}`, `Expected \`${flag}\` to be more than 0, got ${value}`);
}

/**
 * All rates × share: N′ = round(N·share) orders, at least one, over the same time. Rates are scaled by N′/N rather than by
 * `share` itself, so that the area is N′ and not a fraction beside it; traces stay whole, the other parts make up for it.
 * Throws a UserError when the share is not above 0 or N′ is more than one run can number.
 */
export function scaleCurve(spec: CurveSpec, share: number): CurveSpec {
  checkFactor('scale', share);
  const orders = Math.max(1, Math.round(spec.orders * share));
  if (orders > MAX_ORDERS) throw userError('BAD_SCALE', tooMany(orders).message);
  const exact = orders / spec.orders;
  const parts = timesCount(spec.parts, exact);
  const tracesBefore = areaOf(spec.parts.filter(isTrace), spec.durationUs);
  const tracesAfter = areaOf(parts.filter(isTrace), spec.durationUs);
  const rest = areaOf(
    spec.parts.filter((part) => !isTrace(part)),
    spec.durationUs,
  );
  // What given rates are beside N (less than half an order) is kept in proportion too.
  const area = (tracesBefore + rest) * exact;
  const factor = rest > 0 ? Math.max(0, area - tracesAfter) / rest : exact;
  return { ...spec, orders, basePerS: spec.basePerS * factor, parts: parts.map((part) => timesRate(part, factor)) };
}

function isTrace(part: SolvedPart): boolean {
  return part.kind === 'trace';
}

/** Time ÷ factor, rates × factor: the same orders, sooner (or, with a factor below 1, later). Throws a UserError unless factor > 0. */
export function speedCurve(spec: CurveSpec, factor: number): CurveSpec {
  checkFactor('speed', factor);
  const parts = spec.parts.map((part) => timesTime(timesRate(part, factor), 1 / factor));
  return { ...spec, durationUs: spec.durationUs / factor, basePerS: spec.basePerS * factor, parts };
}
