// Another run → counts per bin: what it sent or meant to send, which its journal holds second by second.

import { formatClock, formatCount, formatCountOf, formatDuration, parseDuration } from '../../units.ts';
import type { Path } from '../paths.ts';
import type { TraceInput } from '../schema-trace.ts';
import type { Arrivals, Reading } from './read.ts';
import { fullest } from './tally.ts';

type RunInput = Exclude<NonNullable<TraceInput['run']>, string>;

const SECOND_US = 1e6;

/** Undefined when a mistake was told. */
export function readRun(written: RunInput | string, { binUs, path, section }: Reading): Arrivals | undefined {
  const given: RunInput = typeof written === 'string' ? { folder: written, take: 'fired' } : written;
  const { folder, take } = given;
  const refuse = (message: string, at: Path = path) => {
    section.complain({ code: 'BAD_RUN', message, path: at });
    return undefined;
  };
  const width = binUs / SECOND_US;
  if (!Number.isInteger(width)) {
    return refuse(`a run folder counts by the second: \`bin\` must be whole seconds, got ${formatDuration(binUs)}`);
  }
  const ends = [given.from, given.until].map((text) =>
    text === undefined ? undefined : parseDuration(text)! / SECOND_US,
  );
  for (const [index, end] of ends.entries()) {
    const field = index === 0 ? 'from' : 'until';
    if (end !== undefined && !Number.isInteger(end))
      return refuse(`\`${field}\` must be whole seconds`, [...path, field]);
  }
  const run = section.readRun(folder, typeof written === 'string' ? path : [...path, 'folder']);
  if (!run) return undefined;
  const all = run[take];
  const [from = 0, until = all.length] = ends;
  const seconds = all.slice(from, until);
  const counts: number[] = [];
  for (const [second, count] of seconds.entries()) {
    const bin = Math.floor(second / width);
    counts[bin] = (counts[bin] ?? 0) + count;
  }
  const orders = counts.reduce((sum, count) => sum + count, 0);
  if (orders === 0) {
    return refuse(`${folder} has no ${take} orders${(given.from ?? given.until) ? ' between `from` and `until`' : ''}`);
  }
  const { counts: most, at } = fullest(counts);
  const part =
    seconds.length === all.length
      ? ''
      : ` from ${formatDuration(from * SECOND_US)} to ${formatDuration((from + seconds.length) * SECOND_US)} of it`;
  return {
    counts,
    says: [
      `${formatCountOf(orders, 'order')} as ${take} by the run ${run.id}${part}`,
      `${formatCountOf(counts.length, 'bin')} of ${formatDuration(binUs)}; the fullest, at ${formatClock(at * binUs)}, holds ${formatCount(most)}`,
      ...(run.cut === undefined ? [] : [run.cut]),
    ],
  };
}
