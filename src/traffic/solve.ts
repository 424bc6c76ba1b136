// From what a person asked for to absolute numbers: solves the base so that the areas of all parts add up to `orders`.
// Every level is c + d·base, so the whole area is C + D·base and base = (orders − C) / D; C and D are areas of the same
// closed forms the curve itself uses, so the solved curve and the solve cannot disagree.

import { formatCount, formatDuration, formatRate } from '../units.ts';
import { areaOf } from './curve.ts';
import { blocksSolving, MAX_ORDERS, partMistakes, type TrafficMistake, tooMany } from './mistakes.ts';
import type { CurveSpec, Level, PartSpec, SolvedPart, TrafficSpec } from './spec.ts';

export type { TrafficMistake } from './mistakes.ts';

type Solved = { ok: true; curve: CurveSpec } | { ok: false; mistakes: TrafficMistake[] };

/** Weights of the two halves of every level: `given` of its absolute part, `basePerS` of its multiple of the base. */
type At = { given: 0 | 1; basePerS: number; durationUs: number };

function flashStarts(part: PartSpec & { kind: 'flash' }, durationUs: number): number[] {
  const { fromUs, everyUs } = part;
  if (everyUs === undefined) return fromUs < durationUs ? [fromUs] : [];
  const endUs = Math.min(part.untilUs ?? durationUs, durationUs);
  const starts: number[] = [];
  // Multiplied, not added up: the 1000th repeat is as exact as the first.
  for (let i = 0; fromUs + i * everyUs < endUs; i += 1) starts.push(fromUs + i * everyUs);
  return starts;
}

function solvedPart(part: PartSpec, at: At): SolvedPart {
  const perS = (level: Level): number =>
    'ratePerS' in level ? level.ratePerS * at.given : level.timesBase * at.basePerS;
  const { name } = part;
  switch (part.kind) {
    case 'base':
      return { kind: 'base', name, addsPerS: at.basePerS };
    case 'burst':
      return { kind: 'burst', name, atUs: part.atUs, addsPerS: perS(part.peak) - at.basePerS, decayUs: part.decayUs };
    case 'flash': {
      const { riseUs, holdUs, decayUs } = part;
      const startsUs = flashStarts(part, at.durationUs);
      return { kind: 'flash', name, startsUs, addsPerS: perS(part.peak) - at.basePerS, riseUs, holdUs, decayUs };
    }
    case 'ramp': {
      const { fromUs, untilUs } = part;
      return { kind: 'ramp', name, fromUs, untilUs, startPerS: perS(part.start), endPerS: perS(part.end) };
    }
    case 'steps':
      return { kind: 'steps', name, fromUs: part.fromUs, eachUs: part.eachUs, levelsPerS: part.levels.map(perS) };
    case 'wave': {
      const { amplitude, periodUs, peakAtUs } = part;
      return { kind: 'wave', name, meanPerS: perS(part.mean), amplitude, periodUs, peakAtUs };
    }
    case 'trace': {
      const countsPerBin = at.given ? [...part.counts] : part.counts.map(() => 0);
      return { kind: 'trace', name, fromUs: part.fromUs, binUs: part.binUs, countsPerBin };
    }
  }
}

function totalMistakes({ orders, durationUs }: TrafficSpec): TrafficMistake[] {
  const mistakes: TrafficMistake[] = [];
  if (!(Number.isFinite(durationUs) && durationUs > 0)) {
    const message = `the run must be longer than 0 s, got ${formatDuration(durationUs)}`;
    mistakes.push({ code: 'NO_DURATION', message, field: 'over' });
  }
  if (orders === undefined) return mistakes;
  if (!(Number.isInteger(orders) && orders >= 1)) {
    const message = `\`orders\` must be a whole number of 1 or more, got ${orders}`;
    mistakes.push({ code: 'ORDERS_NOT_WHOLE', message, field: 'orders' });
  } else if (orders > MAX_ORDERS) mistakes.push(tooMany(orders));
  return mistakes;
}

/** Orders. Parts that make up the whole total may come out this much above it. */
const NOISE = 1e-6;

/** The base that makes the areas add up to `orders`, or why there is none. */
function solveBase(spec: TrafficSpec, orders: number): { basePerS: number } | { mistake: TrafficMistake } {
  const partsAt = (given: 0 | 1, basePerS: number): SolvedPart[] =>
    spec.parts.map((part) => solvedPart(part, { given, basePerS, durationUs: spec.durationUs }));
  const fixed = partsAt(1, 0);
  const fixedOrders = areaOf(fixed, spec.durationUs);
  const ordersPerBase = areaOf(partsAt(0, 1), spec.durationUs);
  if (fixedOrders > orders + NOISE) {
    const areas = fixed.map((part) => areaOf([part], spec.durationUs));
    const largest = areas.indexOf(Math.max(...areas));
    const excess = formatExcess(fixedOrders - orders);
    const message =
      `the parts without \`base\` add up to ${formatCount(fixedOrders)} orders, ${excess} more than ` +
      `\`orders\` (${formatCount(orders)}); the largest is \`${spec.parts[largest]!.name}\` with ${formatCount(areas[largest]!)}`;
    return { mistake: { code: 'PARTS_EXCEED_TOTAL', message, part: largest, field: 'orders' } };
  }
  if (!(ordersPerBase > 0)) {
    const message =
      'no `base` can make the parts add up to `orders`: their absolute peaks count from the base up, ' +
      'so together they lose as many orders as a higher base adds; tell their peaks as multiples of base';
    return { mistake: { code: 'BASE_UNSOLVABLE', message, field: 'orders' } };
  }
  return { basePerS: Math.max(0, orders - fixedOrders) / ordersPerBase };
}

/** More than half an order is a mistake, so it must not read as `0 more`. */
function formatExcess(orders: number): string {
  return orders < 1 ? 'a fraction of an order' : formatCount(orders);
}

/** After the base is known: does each part still add something, and does the sum hold? */
function solvedMistakes(
  spec: TrafficSpec,
  { parts, basePerS, area }: { parts: SolvedPart[]; basePerS: number; area: number },
): TrafficMistake[] {
  const mistakes: TrafficMistake[] = [];
  parts.forEach((part, i) => {
    if ((part.kind !== 'burst' && part.kind !== 'flash') || part.addsPerS >= 0) return;
    const peak = formatRate(basePerS + part.addsPerS);
    const message = `${part.kind} \`${part.name}\`: its peak ${peak} is below the base ${formatRate(basePerS)}; \`peak\` is the total rate at the top`;
    mistakes.push({ code: 'PEAK_BELOW_BASE', message, part: i, field: 'peak' });
  });
  if (mistakes.length > 0) return mistakes;
  const orders = spec.orders ?? Math.round(area);
  if (orders > MAX_ORDERS && spec.orders === undefined) mistakes.push(tooMany(orders));
  if (orders < 1 && spec.orders === undefined) {
    mistakes.push({
      code: 'NO_ORDERS',
      message: `the parts add up to less than one order in ${formatDuration(spec.durationUs)}`,
    });
  }
  if (Math.abs(area - orders) > 0.5) {
    const hasBase = spec.parts.some((part) => part.kind === 'base');
    const way = hasBase
      ? 'leave out the rate of `base` and it is solved, or leave out `orders`'
      : 'add a part `base` and it is solved, or leave out `orders`';
    const message = `the parts add up to ${formatCount(area)} orders, not to \`orders\` (${formatCount(orders)}): ${way}`;
    mistakes.push({ code: hasBase ? 'BASE_DISAGREES' : 'SUM_NOT_ORDERS', message, field: 'orders' });
  }
  return mistakes;
}

/**
 * A curve whose area is `orders`: exactly where the base is solved, within half an order where rates were given (the
 * schedule then shares the whole area among `orders`). Every mistake at once; those of the sum only once all parts make
 * sense. Without `orders` the total is the area of the parts, rounded.
 */
export function solveTraffic(spec: TrafficSpec): Solved {
  const mistakes = [...totalMistakes(spec), ...partMistakes(spec)];
  if (spec.parts.length === 0)
    mistakes.push({ code: 'NO_PARTS', message: 'the traffic has no part: add `base`', field: 'shape' });
  const base = spec.parts.find((part) => part.kind === 'base');
  const unknown = base !== undefined && base.ratePerS === undefined;
  if (unknown && spec.orders === undefined) {
    const message = '`base` has no rate and there is no total to solve it from: give `orders`, or give the base a rate';
    mistakes.push({ code: 'BASE_UNKNOWN', message, part: spec.parts.indexOf(base), field: 'base' });
  }
  const clueless = mistakes.some(
    (mistake) => mistake.part === undefined || mistake.code === 'BASE_UNKNOWN' || mistake.code === 'SEVERAL_BASES',
  );
  if (clueless || mistakes.some(blocksSolving)) return { ok: false, mistakes };

  const solved = unknown ? solveBase(spec, spec.orders!) : { basePerS: base?.ratePerS ?? 0 };
  if ('mistake' in solved) return { ok: false, mistakes: [...mistakes, solved.mistake] };
  const { basePerS } = solved;
  const { durationUs, arrivals, seed } = spec;
  const parts = spec.parts.map((part) => solvedPart(part, { given: 1, basePerS, durationUs }));
  const area = areaOf(parts, durationUs);
  mistakes.push(...solvedMistakes(spec, { parts, basePerS, area }));
  if (mistakes.length > 0) return { ok: false, mistakes };
  return { ok: true, curve: { orders: spec.orders ?? Math.round(area), durationUs, arrivals, seed, basePerS, parts } };
}
