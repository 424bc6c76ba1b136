// A log or an export → counts per bin, and where they come from in words. Files come line by line, so that a
// log of gigabytes costs no memory but its bins.

import { formatDuration } from '../../units.ts';
import type { Path } from '../paths.ts';
import type { TraceInput } from '../schema-trace.ts';
import type { Section } from '../section.ts';
import { Bins, type Range } from './bins.ts';
import { CsvTimes, type Told } from './csv-line.ts';
import { ELB_HEAD, ElbLine } from './elb-line.ts';
import { CommonLine, JsonLine, type LineReader } from './log-line.ts';
import { formatOnly, matcherOf, REQUEST_FIELDS } from './request.ts';
import { Tally } from './tally.ts';
import { parseInstant, parseOffset, TimeReader } from './times.ts';

/** `says`: what was read, a sentence each. */
export type Arrivals = { counts: number[]; says: string[] };

export type Reading = {
  binUs: number;
  /** Of the source in the profile. */
  path: Path;
  section: Section;
};

type LogInput = Exclude<NonNullable<TraceInput['log']>, string>;
type LogFormat = NonNullable<LogInput['format']>;
type TimesInput = Exclude<NonNullable<TraceInput['times']>, string>;

/** Undefined, as of the others, when a mistake was told. */
export function readLog(log: LogInput | string, reading: Reading): Arrivals | undefined {
  const given: LogInput = typeof log === 'string' ? { file: log } : log;
  const { only, fields, format } = given;
  const { path, section } = reading;
  const opened = open(given, '`format`, `fields` or `timeFormat`', reading);
  if (!opened) return undefined;
  const { times, bins, tally } = opened;
  const matches = matcherOf(only);
  const kinds = new Set<string>();
  let reader: LineReader | undefined;
  const files = filesOf(given.file, typeof log === 'string' ? path : [...path, 'file']);
  const areRead = files.every(({ file, at }) =>
    section.readLines(file, at, (line, number) => {
      if (isBlank(line)) return true;
      reader ??= readerOf(format ?? formatOfLine(line), times, fields);
      tally.lines += 1;
      const us = reader.read(line);
      const { request, why, column } = reader;
      if (Number.isNaN(us)) tally.refuse({ file, line: number, column, why });
      else if (matches(request)) {
        if (only === undefined && kinds.size < 2) kinds.add(`${request.method} ${request.path}`);
        tally.take(us, times.offsetMin, { file, line: number });
      } else tally.notAsked += 1;
      return true;
    }),
  );
  if (!areRead) return undefined;
  const name = namesOf(files);
  const untold = REQUEST_FIELDS.filter((field) => only?.[field] !== undefined && reader?.knows(field) === false);
  if (untold.length > 0 && tally.unreadable < tally.lines) {
    for (const field of untold) {
      const message = `no line of ${name} tells a ${field}: name its field, as in \`fields: { ${field}: NAME }\`, or ask for something else`;
      section.complain({ code: 'BAD_LOG', message, path: [...path, 'only', field], focus: 'key' });
    }
    return undefined;
  }
  const mistake = tally.mistake(name);
  if (mistake !== undefined) return tell(mistake, tally, reading);
  if (kinds.size > 1) {
    section.warn(
      `every request of ${name} counts as an order, whatever its method and path: say which were orders with \`only\``,
    );
  }
  const asked = formatOnly(only);
  return arrivalsOf(bins, tally, `${name} (${reader!.says()})${asked === '' ? '' : `, ${asked}`}`, reading);
}

export function readTimes(written: TimesInput | string, reading: Reading): Arrivals | undefined {
  const given: TimesInput = typeof written === 'string' ? { file: written } : written;
  const { path, section } = reading;
  const opened = open(given, '`column`, `timeFormat` or `zone`', reading);
  if (!opened) return undefined;
  const { times, bins, tally } = opened;
  const files = filesOf(given.file, typeof written === 'string' ? path : [...path, 'file']);
  let what = '';
  for (const { file, at } of files) {
    // Every file has its own head line.
    const reader = new CsvTimes(times, given.column);
    let stopped: string | undefined;
    let last = 0;
    const take = (told: Told): boolean => {
      if (told.kind === 'stop') stopped = `${file}${told.message}`;
      if (told.kind === 'time' || told.kind === 'unreadable') tally.lines += 1;
      if (told.kind === 'time') tally.take(told.us, times.offsetMin, { file, line: last });
      if (told.kind === 'unreadable') tally.refuse({ file, ...told });
      return told.kind !== 'stop';
    };
    const isRead = section.readLines(file, at, (line, number) => {
      last = number;
      return isBlank(line) ? true : take(reader.read(line, number));
    });
    if (!isRead) return undefined;
    if (stopped === undefined) take(reader.end());
    if (stopped !== undefined) {
      section.complain({ code: 'BAD_TIMES', message: stopped, path });
      return undefined;
    }
    what ||= reader.says();
  }
  const mistake = tally.mistake(namesOf(files));
  if (mistake !== undefined) return tell(mistake, tally, reading);
  return arrivalsOf(bins, tally, `${namesOf(files)} (${what})`, reading);
}

/** A line of JSON begins with a brace, one of AWS's balancers with its time, whichever server wrote it. */
function formatOfLine(line: string): LogFormat {
  if (line.trimStart().startsWith('{')) return 'json';
  return ELB_HEAD.test(line) ? 'elb' : 'common';
}

function readerOf(format: LogFormat, times: TimeReader, fields: LogInput['fields']): LineReader {
  if (format === 'json') return new JsonLine(times, fields);
  return format === 'elb' ? new ElbLine(times) : new CommonLine(times);
}

/** The range has both ends in whole bins, or a mistake is told. */
function open(given: LogInput | TimesInput, words: string, { binUs, path, section }: Reading) {
  const range: Range = {
    fromUs: given.from === undefined ? undefined : parseInstant(given.from)!.us,
    untilUs: given.until === undefined ? undefined : parseInstant(given.until)!.us,
  };
  const { fromUs, untilUs } = range;
  if (fromUs !== undefined && untilUs !== undefined) {
    const lengthUs = untilUs - fromUs;
    const message =
      lengthUs <= 0
        ? '`until` must be after `from`'
        : lengthUs % binUs !== 0
          ? `from \`from\` to \`until\` are ${formatDuration(lengthUs)}, which is no whole number of bins of ${formatDuration(binUs)}: move one, or change \`bin\``
          : undefined;
    if (message !== undefined) {
      section.complain({ code: 'BAD_RANGE', message, path: [...path, 'until'] });
      return undefined;
    }
  }
  const bins = new Bins(binUs, range);
  const zoneMin = given.zone === undefined ? undefined : parseOffset(given.zone);
  return { times: new TimeReader(given.timeFormat, zoneMin), bins, tally: new Tally(bins, words) };
}

/** Fewer orders may all fall on a whole minute by chance. */
const TELLING = 20;

function arrivalsOf(bins: Bins, tally: Tally, what: string, { section }: Reading): Arrivals {
  const binned = bins.whole();
  const { grainUs } = tally;
  if (bins.binUs < grainUs && bins.used >= TELLING) {
    const grain = formatDuration(grainUs);
    section.warn(
      `the times of ${what} are of whole ${grainUs > 1e6 ? 'minutes' : 'seconds'}: in bins of ${formatDuration(bins.binUs)} ` +
        `the orders of each come all at its start; make \`bin\` ${grain}`,
    );
  }
  return { counts: binned.counts, says: tally.says(what, binned) };
}

/** The mistake at the source in the profile, and the first lines that cannot be read, each at its place. */
function tell(message: string, tally: Tally, { path, section }: Reading): undefined {
  section.complain({ code: 'BAD_LOG', message, path });
  for (const { file, line, column, why } of tally.examples) {
    section.tell({ code: 'BAD_LOG_LINE', message: why, place: { file, line, column } });
  }
  return undefined;
}

function filesOf(file: string | string[], at: Path): { file: string; at: Path }[] {
  return typeof file === 'string' ? [{ file, at }] : file.map((each, index) => ({ file: each, at: [...at, index] }));
}

function namesOf(files: readonly { file: string }[]): string {
  return files.map(({ file }) => file).join(', ');
}

function isBlank(line: string): boolean {
  return line.length === 0 || (line.charCodeAt(0) <= 32 && line.trim() === '');
}
