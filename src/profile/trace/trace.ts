// A part `trace` → its counts, where they came from in words, and the part as profile.yaml keeps it: with the counts
// themselves in place of a log, so that the run can be repeated when the log is long gone.

import { wholeShares } from '../../traffic/reshape.ts';
import type { PartSpec } from '../../traffic/spec.ts';
import { formatCount, parseDuration } from '../../units.ts';
import { at, isMap, mapLeaves, type Path } from '../paths.ts';
import type { TraceSource } from '../plan.ts';
import { countOf } from '../scalars.ts';
import type { TraceInput } from '../schema-trace.ts';
import type { Section } from '../section.ts';
import { holdsVariable } from '../variables.ts';
import { readCounts } from './counts.ts';
import { type Arrivals, readLog, readTimes } from './read.ts';
import { readRun } from './run.ts';

export type PlannedTrace = {
  part: Extract<PartSpec, { kind: 'trace' }>;
  /** Undefined where the profile itself holds the counts. */
  source: TraceSource | undefined;
  effective: TraceInput;
};

const SOURCES = ['counts', 'file', 'log', 'times', 'run'] as const;
const DEFAULT_BIN = '1s';

type Refuse = (code: string, says: string, key?: string) => undefined;

/** Undefined when a mistake was told. */
export function planTrace(trace: TraceInput, path: Path, section: Section): PlannedTrace | undefined {
  const refuse: Refuse = (code, says, key) => {
    const message = `\`traffic.shape[${path[2]}].trace\` ${says}`;
    section.complain({ code, message, path: key ? [...path, key] : path, ...(key ? { focus: 'key' } : {}) });
    return undefined;
  };
  const source = sourceOf(trace, refuse);
  if (source === undefined) return undefined;
  const { name = 'trace', from, bin = DEFAULT_BIN } = trace;
  const binUs = parseDuration(bin)!;
  const read = arrivalsOf(trace, { binUs, path, section: discreet(section, trace, path) });
  if (!read) return undefined;
  const { counts, says } = rescaled(read, trace.orders);
  if (counts === undefined) return refuse('BAD_TRACE', 'has no count above 0, so `orders` cannot be shared', 'orders');
  const hide = hiderOf(section.raw, trace, path);
  const isInside = source === 'counts' || source === 'file';
  const kept = { ...(trace.name === undefined ? {} : { name }), from, bin, counts: formatCounts(counts) };
  return {
    part: { kind: 'trace', name, fromUs: parseDuration(from)!, binUs, counts },
    source: says.length === 0 ? undefined : { part: name, says: says.map(hide) },
    effective: isInside ? trace : kept,
  };
}

function sourceOf(trace: TraceInput, refuse: Refuse): (typeof SOURCES)[number] | undefined {
  const named = SOURCES.filter((each) => trace[each] !== undefined);
  const list = SOURCES.map((each) => `\`${each}\``);
  const oneOf = `one of ${list.slice(0, -1).join(', ')} or ${list.at(-1)}`;
  const [source] = named;
  if (source === undefined) return refuse('MISSING', `needs ${oneOf}`);
  if (named.length > 1) {
    const got = named.map((each) => `\`${each}\``).join(' and ');
    return refuse('CLASH', `takes its orders from ${oneOf}, got ${got}`, named[1]);
  }
  const isBare = trace.bin === undefined && (source === 'counts' || source === 'file');
  return isBare ? refuse('MISSING', 'needs `bin`: how long each of its counts lasts, as in `bin: 1m`') : source;
}

type Seams = { binUs: number; path: Path; section: Section };

function arrivalsOf(trace: TraceInput, { binUs, path, section }: Seams): Arrivals | undefined {
  const { counts, file, log, times, run } = trace;
  if (log !== undefined) return readLog(log, { binUs, path: [...path, 'log'], section });
  if (times !== undefined) return readTimes(times, { binUs, path: [...path, 'times'], section });
  if (run !== undefined) return readRun(run, { binUs, path: [...path, 'run'], section });
  const numbers = counts === undefined ? readCounts(file!, [...path, 'file'], section) : countsOf(counts);
  return numbers && { counts: numbers, says: [] };
}

function rescaled({ counts, says }: Arrivals, orders: number | string | undefined) {
  if (orders === undefined) return { counts, says };
  const before = counts.reduce((sum, count) => sum + count, 0);
  if (before === 0) return { counts: undefined, says };
  const after = countOf(orders)!;
  return {
    counts: wholeShares(counts, after),
    says: [...says, `rescaled from ${formatCount(before)} to ${formatCount(after)} orders, the shape kept`],
  };
}

function countsOf(counts: NonNullable<TraceInput['counts']>): number[] {
  if (typeof counts !== 'string') return counts.map((count) => countOf(count)!);
  return counts
    .trim()
    .split(/[\s,]+/)
    .map(Number);
}

const PER_LINE = 40;
/** A text of short lines: a day by seconds as a YAML list would have a line for each. */
function formatCounts(counts: readonly number[]): string {
  const lines: string[] = [];
  for (let from = 0; from < counts.length; from += PER_LINE) lines.push(counts.slice(from, from + PER_LINE).join(' '));
  return lines.join('\n');
}

/** What stands in variables is shown nowhere: texts that may quote it get the variable back. */
function hiderOf(raw: unknown, trace: TraceInput, path: Path): (text: string) => string {
  const filled: [value: string, written: string][] = [];
  mapLeaves(trace, (leaf, below) => {
    const written = at(raw, [...path, ...below]);
    if (typeof leaf === 'string' && leaf !== '' && holdsVariable(written)) filled.push([leaf, String(written)]);
    return leaf;
  });
  return (text) => filled.reduce((shown, [value, written]) => shown.replaceAll(value, () => written), text);
}

function discreet(section: Section, trace: TraceInput, path: Path): Section {
  const hide = hiderOf(section.raw, trace, path);
  return {
    ...section,
    complain: (mistake) => section.complain({ ...mistake, message: hide(mistake.message) }),
    warn: (line) => section.warn(hide(line)),
    tell: (problem) =>
      section.tell({
        ...problem,
        message: hide(problem.message),
        ...(problem.place ? { place: { ...problem.place, file: hide(problem.place.file) } } : {}),
      }),
  };
}

/** Whether a part is a trace, which alone knows how long the run lasts. */
export function isTraceItem(item: unknown): boolean {
  return isMap(item) && item.trace !== undefined;
}
