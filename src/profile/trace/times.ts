// One time as a log or an export writes it → µs since 1970, and the offset it was written with. Every time has to say its
// offset (or `zone` says it for all), so that the hour which clocks repeat in autumn is never counted twice or lost.

import { formatClock } from '../../units.ts';

export const TIME_FORMATS = ['iso', 'common', 'unix-s', 'unix-ms', 'unix-us'] as const;
export type TimeFormat = (typeof TIME_FORMATS)[number];

const ISO = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)? ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$/i;
const COMMON = /^(\d\d\/[A-Za-z]{3}\/\d{4}):(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?: ?([+-]\d\d:?\d\d))?$/;
const NUMBER = /^\d+(\.\d+)?$/;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const NS = 1e-3;
/** Times of our days, by which a number tells its unit: from 1985 to 2286. */
const OLDEST_US = 5e14;
const NEWEST_US = 1e16;
const UNIX_US: Partial<Record<TimeFormat, number>> = { 'unix-s': 1e6, 'unix-ms': 1e3, 'unix-us': 1 };

/** `Z`, `UTC`, `+02:00`, `-0330`, `+01` → minutes east; undefined where it is none of them. */
export function parseOffset(text: string): number | undefined {
  if (/^(z|utc|gmt)$/i.test(text)) return 0;
  const match = /^([+-])(\d\d)(?::?(\d\d))?$/.exec(text);
  if (!match) return undefined;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  const isOne = minutes <= 14 * 60 && Number(match[3] ?? 0) < 60;
  return isOne ? (match[1] === '-' ? -minutes : minutes) : undefined;
}

/** `+02:00`; `UTC` for none. */
export function formatOffset(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (n: number) => String(n).padStart(2, '0');
  return minutes === 0 ? 'UTC' : `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** `2025-11-28 10:00:00 +01:00`, µs cut off. */
export function formatMoment(us: number, offsetMin: number): string {
  const date = new Date(Math.floor(us / 1e3) + offsetMin * 60e3);
  if (Number.isNaN(date.getTime())) return formatClock(us);
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} ${formatOffset(offsetMin)}`;
}

/** An instant of a profile: ISO 8601 with its offset → µs since 1970. */
export function parseInstant(text: string): { us: number; offsetMin: number } | undefined {
  const reader = new TimeReader('iso');
  const us = reader.read(text);
  return Number.isNaN(us) ? undefined : { us, offsetMin: reader.offsetMin };
}

/** Reads times of one source, one after the other. */
export class TimeReader {
  /** Of the last time that was read. */
  offsetMin = 0;
  /** Why the last text was refused. */
  why = '';
  readonly #format: TimeFormat | undefined;
  readonly #zoneMin: number | undefined;
  // Neighbours in a log are nearly always of one day.
  #day = '';
  #dayUs = 0;

  /** `format` undefined: told by each text itself. `zoneMin`: of times that say none. */
  constructor(format?: TimeFormat, zoneMin?: number) {
    this.#format = format;
    this.#zoneMin = zoneMin;
  }

  /** µs; NaN where the text is no time. */
  read(text: string): number {
    if (this.#format === 'iso') return this.#ofDate(ISO.exec(text), text);
    if (this.#format === 'common') return this.#ofDate(COMMON.exec(text), text);
    if (this.#format !== undefined) return this.#ofNumber(text, UNIX_US[this.#format]!);
    if (NUMBER.test(text)) return this.#ofNumber(text, unitOf(Number(text)));
    return this.#ofDate(ISO.exec(text) ?? COMMON.exec(text), text);
  }

  #ofNumber(text: string, unitUs: number): number {
    this.offsetMin = this.#zoneMin ?? 0;
    if (!NUMBER.test(text)) return this.#refuse(`${quoted(text)} is no number`);
    // 19 digits of ns are more than a number holds.
    if (unitUs === NS) return Number(text.replace(/\..*$/, '').slice(0, -3));
    if (unitUs > 0) return Math.round(Number(text) * unitUs);
    return this.#refuse(`${quoted(text)} is no Unix time of this age: say its unit with \`timeFormat\``);
  }

  #ofDate(match: RegExpExecArray | null, text: string): number {
    if (!match) return this.#refuse(`${quoted(text)} is no time`);
    const [, day = '', hour, minute, second = '0', fraction = '', offset] = match;
    const offsetMin = offset === undefined ? this.#zoneMin : parseOffset(offset);
    if (offsetMin === undefined) {
      const why = offset === undefined ? 'does not say its offset from UTC: say `zone`' : 'has an offset there is not';
      return this.#refuse(`${quoted(text)} ${why}`);
    }
    if (day !== this.#day) {
      this.#dayUs = dayUsOf(day);
      this.#day = day;
    }
    // A leap second is the first of the next minute.
    const isClock = Number(hour) < 24 && Number(minute) < 60 && Number(second) <= 60;
    if (!isClock || Number.isNaN(this.#dayUs)) return this.#refuse(`${quoted(text)} is a time there is not`);
    this.offsetMin = offsetMin;
    const sinceUs = (Number(hour) * 3600 + (Number(minute) - offsetMin) * 60 + Number(second)) * 1e6;
    return this.#dayUs + sinceUs + (fraction === '' ? 0 : Number(fraction.slice(0, 6).padEnd(6, '0')));
  }

  #refuse(why: string): number {
    this.why = why;
    return Number.NaN;
  }
}

/**
 * µs per unit: seconds, ms, µs and ns of our days differ by a thousand, so the size tells. 0 where it tells nothing: of
 * `20251128100000`, digits of a date, which as ms would be of the year 2611.
 */
function unitOf(size: number): number {
  return [1e6, 1e3, 1, NS].find((unitUs) => size * unitUs >= OLDEST_US && size * unitUs < NEWEST_US) ?? 0;
}

/** `2025-11-28` or `28/Nov/2025` → µs of its midnight in UTC; NaN where there is no such day. */
function dayUsOf(text: string): number {
  const isIso = text[4] === '-';
  const year = Number(isIso ? text.slice(0, 4) : text.slice(7));
  const month = isIso ? Number(text.slice(5, 7)) - 1 : MONTHS.indexOf(text.slice(3, 6).toLowerCase());
  const day = Number(isIso ? text.slice(8) : text.slice(0, 2));
  const ms = Date.UTC(year, month, day);
  // Of the years before 100 Date makes others.
  const date = new Date(ms);
  const isDay =
    month >= 0 && date.getUTCDate() === day && date.getUTCMonth() === month && date.getUTCFullYear() === year;
  return isDay ? ms * 1e3 : Number.NaN;
}

const DATE_LIKE = /^\d{1,4}[-/.]\w{1,4}[-/.:]/;

/** What stands where a time should may be a customer's name or card: only what looks like a date is shown. */
function quoted(text: string): string {
  if (!DATE_LIKE.test(text)) return 'what stands here';
  return `\`${text.length > 30 ? `${text.slice(0, 30)}…` : text}\``;
}
