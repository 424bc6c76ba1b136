// What can be wrong with one part by itself, before anything is solved. Messages name the part, the rule, the value and
// the way out; the profile adds file and line.

import { formatClock, formatCount, formatDuration, formatRate } from '../units.ts';
import type { Level, PartSpec, TrafficSpec } from './spec.ts';

/**
 * `part` is an index into `spec.parts`, undefined where the mistake is the whole traffic's. `field` is the word of the
 * part (or, without `part`, of the traffic) that is wrong, as a profile spells it: `decay`, `peak`, `orders`, `over`.
 */
export type TrafficMistake = { code: string; message: string; part?: number; field?: string };

/** `seq` is 32 bits wide (the hashes, the ledger's index), so that many orders and no more. */
export const MAX_ORDERS = 2 ** 32;

/** Starts of one repeated flash: more are a slip of the unit (`every: 1ms`), and would only fill memory. */
const MAX_REPEATS = 100_000;

/** Codes that leave the sum meaningless; with any other one the total can still be checked in the same pass. */
const BLOCKING = new Set([
  'BAD_DURATION',
  'BAD_POSITION',
  'BAD_AMPLITUDE',
  'NEGATIVE_RATE',
  'BAD_TRACE',
  'NO_LEVELS',
  'NO_BASE',
  'TOO_MANY_REPEATS',
]);

export function blocksSolving(mistake: TrafficMistake): boolean {
  return BLOCKING.has(mistake.code);
}

export function tooMany(orders: number): TrafficMistake {
  const message = `${formatCount(orders)} orders are more than ${formatCount(MAX_ORDERS)}, the most one run can number`;
  return { code: 'TOO_MANY_ORDERS', message, field: 'orders' };
}

type Report = (code: string, field: string, message: string) => void;

function checkDuration(report: Report, field: string, { us, min }: { us: number; min: 'above 0' | '0' }): void {
  const fits = Number.isFinite(us) && (min === '0' ? us >= 0 : us > 0);
  const rule = min === '0' ? 'must not be negative' : 'must be longer than 0 s';
  if (!fits) report('BAD_DURATION', field, `\`${field}\` ${rule}, got ${formatDuration(us)}`);
}

function checkPosition(report: Report, field: string, { us, durationUs }: { us: number; durationUs: number }): void {
  if (!(Number.isFinite(us) && us >= 0)) {
    report('BAD_POSITION', field, `\`${field}\` must not be before the start of the run, got ${formatDuration(us)}`);
  } else if (us >= durationUs) {
    const end = formatDuration(durationUs);
    report(
      'OUTSIDE_RUN',
      field,
      `starts at ${formatClock(us)}, but the run is over after ${end}: move it or make \`over\` longer`,
    );
  }
}

function checkLevel(report: Report, field: string, { level, hasBase }: { level: Level; hasBase: boolean }): void {
  if ('ratePerS' in level) {
    const fits = Number.isFinite(level.ratePerS) && level.ratePerS >= 0;
    if (!fits)
      report('NEGATIVE_RATE', field, `\`${field}\` must be a rate of 0/s or more, got ${formatRate(level.ratePerS)}`);
    return;
  }
  const fits = Number.isFinite(level.timesBase) && level.timesBase >= 0;
  if (!fits) report('NEGATIVE_RATE', field, `\`${field}\` must be 0x base or more, got ${level.timesBase}x base`);
  if (!hasBase)
    report('NO_BASE', field, `\`${field}\` is ${level.timesBase}x base, but there is no \`base\` part: add one`);
}

function checkTrace(report: Report, counts: readonly number[]): void {
  if (counts.length === 0) report('BAD_TRACE', 'trace', 'the trace is empty');
  const bad = counts.findIndex((count) => !(Number.isInteger(count) && count >= 0));
  if (bad >= 0) {
    report(
      'BAD_TRACE',
      'trace',
      `counts of a trace must be whole numbers of 0 or more, got ${counts[bad]} in bin ${bad + 1}`,
    );
  }
}

function checkFields(
  part: PartSpec,
  report: Report,
  { durationUs, hasBase }: { durationUs: number; hasBase: boolean },
): void {
  const level = (field: string, value: Level): void => checkLevel(report, field, { level: value, hasBase });
  const above0 = (field: string, us: number): void => checkDuration(report, field, { us, min: 'above 0' });
  const position = (field: string, us: number): void => checkPosition(report, field, { us, durationUs });
  switch (part.kind) {
    case 'base':
      if (part.ratePerS !== undefined && !(Number.isFinite(part.ratePerS) && part.ratePerS >= 0)) {
        report('NEGATIVE_RATE', 'rate', `the base must be 0/s or more, got ${formatRate(part.ratePerS)}`);
      }
      break;
    case 'burst':
      position('at', part.atUs);
      level('peak', part.peak);
      above0('decay', part.decayUs);
      break;
    case 'flash':
      position('from', part.fromUs);
      level('peak', part.peak);
      if (part.everyUs !== undefined) above0('every', part.everyUs);
      if (repeatsOf(part, durationUs) > MAX_REPEATS) {
        const repeats = formatCount(repeatsOf(part, durationUs));
        report(
          'TOO_MANY_REPEATS',
          'every',
          `repeats ${repeats} times, at most ${formatCount(MAX_REPEATS)} are possible`,
        );
      }
      if (part.untilUs !== undefined) above0('until', part.untilUs - part.fromUs);
      // A flash may jump to its top and may leave it at once; it cannot end at once.
      checkDuration(report, 'rise', { us: part.riseUs, min: '0' });
      checkDuration(report, 'hold', { us: part.holdUs, min: '0' });
      above0('decay', part.decayUs);
      break;
    case 'ramp':
      position('from', part.fromUs);
      above0('until', part.untilUs - part.fromUs);
      level('start', part.start);
      level('end', part.end);
      break;
    case 'steps':
      position('from', part.fromUs);
      above0('each', part.eachUs);
      if (part.levels.length === 0) report('NO_LEVELS', 'levels', 'needs at least one level');
      for (const each of part.levels) level('levels', each);
      break;
    case 'wave':
      level('mean', part.mean);
      above0('period', part.periodUs);
      if (!Number.isFinite(part.peakAtUs))
        report('BAD_POSITION', 'peakAt', `\`peakAt\` must be a time, got ${part.peakAtUs}`);
      if (!(part.amplitude >= 0 && part.amplitude <= 1)) {
        report('BAD_AMPLITUDE', 'amplitude', `\`amplitude\` must be from 0 to 1 (of the mean), got ${part.amplitude}`);
      }
      break;
    case 'trace':
      position('from', part.fromUs);
      above0('bin', part.binUs);
      checkTrace(report, part.counts);
      break;
  }
}

function repeatsOf(part: PartSpec & { kind: 'flash' }, durationUs: number): number {
  const untilUs = Math.min(part.untilUs ?? durationUs, durationUs);
  return part.everyUs !== undefined && part.everyUs > 0 ? (untilUs - part.fromUs) / part.everyUs : 1;
}

/** Every part's own mistakes, and those between parts that need no arithmetic. */
export function partMistakes(spec: TrafficSpec): TrafficMistake[] {
  const mistakes: TrafficMistake[] = [];
  const bases = spec.parts.flatMap((part, i) => (part.kind === 'base' ? [i] : []));
  spec.parts.forEach((part, i) => {
    const report: Report = (code, field, message) =>
      mistakes.push({ code, message: `${part.kind} \`${part.name}\`: ${message}`, part: i, field });
    checkFields(part, report, { durationUs: spec.durationUs, hasBase: bases.length > 0 });
    const namesake = spec.parts.findIndex((other) => other.name === part.name);
    if (namesake < i) report('DUPLICATE_NAME', 'name', `part ${namesake + 1} has the same name: give each its own`);
    if (part.kind === 'base' && bases[0] !== i) {
      report('SEVERAL_BASES', 'base', 'there can be one base only; levels and peaks are told in multiples of it');
    }
  });
  return mistakes;
}
