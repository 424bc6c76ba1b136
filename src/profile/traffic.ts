// `traffic:` → TrafficSpec → the solved curve. Which fields go together is decided here; what makes sense as arithmetic
// is decided by traffic/, whose mistakes get their places back here.

import type { z } from 'zod';
import { areaOf } from '../traffic/curve.ts';
import { solveTraffic } from '../traffic/solve.ts';
import type { CurveSpec, Level, PartSpec, SolvedPart, TrafficSpec } from '../traffic/spec.ts';
import {
  formatCount,
  formatCountOf,
  formatDuration,
  formatRate,
  parseDuration,
  parseRate,
  parseShare,
} from '../units.ts';
import { at, isMap, type Path } from './paths.ts';
import type { TraceSource } from './plan.ts';
import { countOf, parseLevel } from './scalars.ts';
import { PART_KINDS, type Traffic } from './schema.ts';
import type { Section } from './section.ts';
import { isTraceItem, type PlannedTrace, planTrace } from './trace/trace.ts';

export type TrafficInput = z.output<typeof Traffic>;
type ShapeItem = NonNullable<TrafficInput['shape']>[number];
type PartMap = Exclude<ShapeItem, 'base'>;

const levelOf = (text: string): Level => parseLevel(text)!;
const usOf = (text: string): number => parseDuration(text)!;

/** `effective`: the section with the counts of its traces in place of what they were read from. */
export type PlannedTraffic = { curve: CurveSpec; sources: TraceSource[]; effective: TrafficInput };

/** undefined when a mistake was told. */
export function planTraffic(traffic: TrafficInput, section: Section): PlannedTraffic | undefined {
  if (!fieldsAgree(traffic, section)) return undefined;
  const shape = traffic.rate === undefined ? (traffic.shape ?? ['base' as const]) : [{ base: traffic.rate }];
  const traces = shape.map((item, index) =>
    item === 'base' || !item.trace ? undefined : planTrace(item.trace, ['traffic', 'shape', index, 'trace'], section),
  );
  const durationUs = durationOf(traffic, traces);
  const parts = shape.map((item, index) => (isTraceItem(item) ? traces[index]?.part : partOf(item, durationUs)));
  if (!parts.every((part) => part !== undefined)) return undefined;
  const spec: TrafficSpec = {
    orders: traffic.orders === undefined ? undefined : countOf(traffic.orders)!,
    durationUs,
    arrivals: traffic.arrivals,
    seed: countOf(traffic.seed)!,
    parts,
  };
  const solved = solveTraffic(spec);
  if (solved.ok) {
    warnOfCuts(solved.curve, section);
    const sources = traces.flatMap((trace) => (trace?.source ? [withChance(trace, trace.source, traffic)] : []));
    return { curve: solved.curve, sources, effective: effectiveOf(traffic, traces, durationUs) };
  }
  for (const { code, message, part, field } of solved.mistakes) {
    const place = placeOf(traffic, { part, field, kind: parts[part ?? -1]?.kind });
    section.complain({ code, message, path: ['traffic', ...place.path], focus: place.focus });
  }
  return undefined;
}

/** Poisson arrivals stray from a count by its root: below this mean, by more than a tenth. */
const SMALL_BIN = 100;

function withChance({ part }: PlannedTrace, source: TraceSource, { arrivals }: TrafficInput): TraceSource {
  const held = part.counts.filter((count) => count > 0);
  const mean = held.reduce((sum, count) => sum + count, 0) / held.length;
  if (arrivals === 'even' || mean >= SMALL_BIN) return source;
  const says =
    'with `arrivals: poisson` each bin gets its count give or take chance; `arrivals: even` sends exactly as many';
  return { ...source, says: [...source.says, says] };
}

/** As long as is said; without a word of it, until the last trace is over. */
function durationOf(traffic: TrafficInput, traces: readonly (PlannedTrace | undefined)[]): number {
  const said = traffic.over ?? traffic.for;
  if (said !== undefined) return usOf(said);
  return Math.max(
    0,
    ...traces.map((trace) => (trace ? trace.part.fromUs + trace.part.counts.length * trace.part.binUs : 0)),
  );
}

function effectiveOf(
  traffic: TrafficInput,
  traces: readonly (PlannedTrace | undefined)[],
  durationUs: number,
): TrafficInput {
  const { shape } = traffic;
  if (!shape || traces.every((trace) => trace === undefined)) return traffic;
  const isSaid = traffic.over !== undefined;
  return {
    ...traffic,
    ...(isSaid ? {} : { over: durationUs % 1e6 === 0 ? `${durationUs / 1e6}s` : `${durationUs}us` }),
    shape: shape.map((item, index) => {
      const trace = traces[index];
      return trace === undefined ? item : { trace: trace.effective };
    }),
  };
}

/** A part may be written longer than the run; what is cut off is never sent. Tails of bursts and flashes have no end. */
function warnOfCuts({ parts, durationUs }: CurveSpec, { warn }: Section): void {
  for (const [index, part] of parts.entries()) {
    const cut = cutOf(part, durationUs);
    if (cut === undefined) continue;
    const end = formatDuration(cut.endUs);
    warn(
      `traffic.shape[${index}].${part.kind} ends at ${end}, after the run: ${cut.says}; make \`over\` ${end}, ` +
        `or shorten the ${part.kind}`,
    );
  }
}

function cutOf(part: SolvedPart, durationUs: number): { endUs: number; says: string } | undefined {
  // Decimal texts of durations are off by a hair.
  const lastUs = durationUs + 1;
  if (part.kind === 'trace') {
    const orders = part.countsPerBin.reduce((sum, count) => sum + count, 0);
    const leftOut = Math.round(orders - areaOf([part], durationUs));
    const endUs = part.fromUs + part.countsPerBin.length * part.binUs;
    if (leftOut < 1) return undefined;
    const are = leftOut === 1 ? 'is' : 'are';
    return { endUs, says: `${formatCount(leftOut)} of its ${formatCountOf(orders, 'order')} ${are} left out` };
  }
  if (part.kind === 'ramp' && part.untilUs > lastUs) {
    const reached = (durationUs - part.fromUs) / (part.untilUs - part.fromUs);
    const reachedPerS = part.startPerS + (part.endPerS - part.startPerS) * reached;
    return { endUs: part.untilUs, says: `it gets to ${formatRate(reachedPerS)}, not to ${formatRate(part.endPerS)}` };
  }
  if (part.kind === 'steps') {
    const { levelsPerS, fromUs, eachUs } = part;
    const endUs = fromUs + levelsPerS.length * eachUs;
    if (endUs <= lastUs) return undefined;
    const whole = Math.floor((lastUs - fromUs) / eachUs);
    const have = whole === 1 ? 'has its' : 'have their';
    return {
      endUs,
      says: `${formatCount(whole)} of its ${formatCountOf(levelsPerS.length, 'level')} ${have} full time`,
    };
  }
  return undefined;
}

/** `rate` + `for`, or `over` + `orders` and/or `shape`; every clash is told. */
function fieldsAgree(traffic: TrafficInput, { complain }: Section): boolean {
  let agree = true;
  const has = (field: keyof TrafficInput) => traffic[field] !== undefined;
  const refuse = (code: string, field: string | undefined, message: string) => {
    agree = false;
    complain({ code, message, path: field ? ['traffic', field] : ['traffic'], focus: 'key' });
  };
  const isShort = has('rate') || (has('for') && !has('over') && !has('orders') && !has('shape'));
  if (isShort) {
    if (!has('rate')) refuse('MISSING', undefined, '`traffic.rate` is missing: `for` needs it, as in `rate: 49/s`');
    if (!has('for')) {
      const instead = has('over') ? '; with `rate`, say `for` in place of `over`' : ', as in `for: 10m`';
      refuse('MISSING', undefined, `\`traffic.for\` is missing: \`rate\` needs it${instead}`);
    }
    const clashes = {
      orders: '`rate` and `for` already fix the total; drop `orders`, or drop `rate` and say `over`',
      over: '`rate` goes with `for`; drop `over`',
      shape: '`rate` is the short form without a shape; write it as a part: `- base: 49/s`',
    };
    for (const [field, message] of Object.entries(clashes)) {
      const isTold = field === 'over' && !has('for');
      if (has(field as keyof TrafficInput) && !isTold) refuse('CLASH', field, `\`traffic.${field}\`: ${message}`);
    }
    return agree;
  }
  if (has('for')) refuse('CLASH', 'for', '`traffic.for` goes with `rate`; with `orders` or `shape` say `over`');
  else if (!has('over') && !traffic.shape?.some(isTraceItem)) {
    refuse('MISSING', undefined, '`traffic.over` is missing: how long the run lasts, as in `over: 12h`');
  }
  if (!has('orders') && !has('shape')) {
    refuse(
      'MISSING',
      undefined,
      '`traffic` says how long but not how much: give `orders`, a `shape`, or `rate` and `for`',
    );
  }
  return agree;
}

function partOf(item: ShapeItem, durationUs: number): PartSpec | undefined {
  if (item === 'base') return { kind: 'base', name: 'base' };
  if (item.base !== undefined) return { kind: 'base', name: 'base', ratePerS: parseRate(item.base)! };
  return eventOf(item, durationUs);
}

function eventOf({ burst, flash, ramp, steps, wave }: PartMap, durationUs: number): PartSpec | undefined {
  if (burst) {
    const { name = 'burst', peak, decay } = burst;
    return { kind: 'burst', name, atUs: usOf(burst.at), peak: levelOf(peak), decayUs: usOf(decay) };
  }
  if (flash) {
    const { name = 'flash', from, every, until, peak, rise, hold, decay } = flash;
    const everyUs = every === undefined ? undefined : usOf(every);
    const untilUs = until === undefined ? undefined : usOf(until);
    const shape = { riseUs: usOf(rise), holdUs: usOf(hold), decayUs: usOf(decay) };
    return { kind: 'flash', name, fromUs: usOf(from), everyUs, untilUs, peak: levelOf(peak), ...shape };
  }
  if (ramp) {
    const { name = 'ramp', from, until, start, end } = ramp;
    const untilUs = until === undefined ? durationUs : usOf(until);
    return { kind: 'ramp', name, fromUs: usOf(from), untilUs, start: levelOf(start), end: levelOf(end) };
  }
  if (steps) {
    const { name = 'steps', from, each, levels } = steps;
    return { kind: 'steps', name, fromUs: usOf(from), eachUs: usOf(each), levels: levels.map(levelOf) };
  }
  if (!wave) return undefined;
  const { name = 'wave', mean, amplitude, period, peakAt } = wave;
  const swing = { amplitude: parseShare(amplitude)!, periodUs: usOf(period), peakAtUs: usOf(peakAt) };
  return { kind: 'wave', name, mean: levelOf(mean), ...swing };
}

/** Where the field that a mistake names stands in the profile. */
function placeOf(
  traffic: TrafficInput,
  { part, field, kind }: { part: number | undefined; field: string | undefined; kind: string | undefined },
): { path: Path; focus: 'key' | 'value' } {
  if (part === undefined || traffic.rate !== undefined) {
    const named = field !== undefined && Object.hasOwn(traffic, field) ? field : undefined;
    const short = field === 'over' && traffic.for !== undefined ? 'for' : undefined;
    const path = short ?? named;
    return { path: path ? [path] : [], focus: 'value' };
  }
  const item = traffic.shape?.[part];
  const settings = kind === undefined ? undefined : at(item, [kind]);
  const here: Path = ['shape', part, ...(isMap(item) && kind !== undefined ? [kind] : [])];
  const isWritten = isMap(settings) && field !== undefined && Object.hasOwn(settings, field);
  return { path: isWritten ? [...here, field] : here, focus: 'value' };
}

/** Every name that `during` may use, read off even a traffic that is wrong elsewhere. */
export function partNamesOf(traffic: unknown): string[] {
  const shape = isMap(traffic) ? traffic.shape : undefined;
  if (!Array.isArray(shape)) return ['base'];
  return shape.flatMap((item: unknown) => {
    if (typeof item === 'string') return [item];
    if (!isMap(item)) return [];
    return PART_KINDS.filter((kind) => Object.hasOwn(item, kind)).map((kind) => {
      const settings = item[kind];
      return isMap(settings) && typeof settings.name === 'string' ? settings.name : kind;
    });
  });
}
