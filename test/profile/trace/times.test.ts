// Times as logs write them, against JavaScript's own Date and against being written out again.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMoment, parseInstant, parseOffset, TimeReader } from '../../../src/profile/trace/times.ts';

const read = (text: string, format?: ConstructorParameters<typeof TimeReader>[0], zoneMin?: number) =>
  new TimeReader(format, zoneMin).read(text);
const whyNot = (text: string, format?: ConstructorParameters<typeof TimeReader>[0]) => {
  const reader = new TimeReader(format);
  return [reader.read(text), reader.why];
};

const two = (n: number) => String(n).padStart(2, '0');
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** 1980 to 2200, µs. */
const moment = fc
  .integer({ min: 315_532_800, max: 7_258_118_400 })
  .chain((s) => fc.nat({ max: 999_999 }).map((us) => s * 1e6 + us));
const offset = fc.integer({ min: -14 * 4, max: 14 * 4 }).map((quarters) => quarters * 15);

/** The clock of an offset at a moment. */
function clockOf(us: number, offsetMin: number) {
  const date = new Date(Math.floor(us / 1e3) + offsetMin * 60e3);
  const sign = `${offsetMin < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offsetMin) / 60))}`;
  return {
    date,
    fraction: String(us % 1e6).padStart(6, '0'),
    colon: `${sign}:${two(Math.abs(offsetMin) % 60)}`,
    plain: `${sign}${two(Math.abs(offsetMin) % 60)}`,
  };
}

describe('a time', () => {
  it('is read back from every way of writing it, to the microsecond', () => {
    fc.assert(
      fc.property(moment, offset, (us, offsetMin) => {
        const { date, fraction, colon, plain } = clockOf(us, offsetMin);
        const iso = date.toISOString().slice(0, 19);
        const common = `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}:${iso.slice(11)}`;
        const reader = new TimeReader();
        for (const text of [`${iso}.${fraction}${colon}`, `${iso.replace('T', ' ')},${fraction} ${plain}`]) {
          expect([reader.read(text), reader.offsetMin]).toEqual([us, offsetMin]);
        }
        const whole = us - (us % 1e6);
        expect([reader.read(`${common} ${plain}`), reader.offsetMin]).toEqual([whole, offsetMin]);
        expect(new TimeReader('common').read(`${common} ${plain}`)).toBe(whole);
        expect(new TimeReader('iso', offsetMin).read(`${iso}.${fraction}`)).toBe(us);
        const told = formatMoment(us, offsetMin);
        expect(parseInstant(told)).toEqual({ us: whole, offsetMin });
      }),
      { seed: 20251128, numRuns: 300 },
    );
  });

  it('of Unix is told by its size, and by its unit where that is said', () => {
    fc.assert(
      fc.property(
        moment.filter((us) => us > 5e14),
        (us) => {
          const s = Math.floor(us / 1e6);
          const fraction = String(us % 1e6).padStart(6, '0');
          expect(read(`${s}.${fraction}`)).toBe(us);
          expect(read(`${s}`)).toBe(s * 1e6);
          expect(read(`${s * 1e3 + 7}`)).toBe(s * 1e6 + 7e3);
          expect(read(`${us}`)).toBe(us);
          expect(read(`${s}000000000`)).toBe(s * 1e6);
        },
      ),
      { seed: 20251128, numRuns: 300 },
    );
    // Digits of a date are none: as ms the first would be of the year 2611, and a minute of it 41 ms long.
    for (const text of ['20251128100000', '202511281000', '20251128', '20251128100000123', '99999999999']) {
      expect(whyNot(text)).toEqual([Number.NaN, expect.stringContaining('no Unix time of this age')]);
    }
    expect([read('12.5', 'unix-s'), read('12.5', 'unix-ms'), read('12', 'unix-us')]).toEqual([12.5e6, 12_500, 12]);
  });

  it('agrees with Date on the days of four centuries, and takes none that there is not', () => {
    for (let day = -680_000; day < 730_000; day += 37) {
      const iso = new Date(day * 86_400e3).toISOString();
      expect(read(iso)).toBe(Date.parse(iso) * 1e3);
    }
    for (const text of [
      '2025-02-29T00:00:00Z',
      '2025-13-01T00:00:00Z',
      '31/Apr/2025:00:00:00 +0000',
      '2025-06-00T00:00Z',
    ]) {
      expect(whyNot(text)).toEqual([Number.NaN, `\`${text}\` is a time there is not`]);
    }
    expect(whyNot('2025-11-28T24:00:00Z')[1]).toContain('there is not');
    expect(whyNot('2025-11-28T10:61:00Z')[1]).toContain('there is not');
    expect(whyNot('2025-11-28T10:00:00+25:00')[1]).toContain('has an offset there is not');
  });

  it('may end in any digits of a second', () => {
    const whole = read('2025-11-28T10:00:00Z');
    const after = (digits: string) => read(`2025-11-28T10:00:00.${digits}Z`) - whole;
    expect(['2', '25', '025', '123456', '123456789'].map(after)).toEqual([200_000, 250_000, 25_000, 123_456, 123_456]);
  });

  it('takes a leap second for the first of the next minute', () => {
    expect(read('2016-12-31T23:59:60Z')).toBe(Date.UTC(2017, 0, 1) * 1e3);
  });

  it('without an offset is no moment, until the zone is said', () => {
    const text = '2025-11-28 10:00:00';
    expect(whyNot(text)).toEqual([Number.NaN, `\`${text}\` does not say its offset from UTC: say \`zone\``]);
    expect(read(text, undefined, 60)).toBe(Date.UTC(2025, 10, 28, 9) * 1e3);
    expect(read(`${text}Z`, undefined, 60)).toBe(Date.UTC(2025, 10, 28, 10) * 1e3);
  });

  it('is never guessed, and what else stands there is not repeated', () => {
    const card = '4111-x Jane Doe';
    for (const text of ['', 'Jane Doe', card, '12', '99', '1e9', '-5', 'now', '2025']) {
      const [us, why] = whyNot(text);
      expect([text, us]).toEqual([text, Number.NaN]);
      expect(why).not.toContain('Doe');
    }
    expect(whyNot('2025-11-28T10:00:00Z', 'unix-s')[1]).toBe('`2025-11-28T10:00:00Z` is no number');
    expect(whyNot('1764320400', 'iso')[1]).toBe('what stands here is no time');
    expect(whyNot('12')[1]).toBe('what stands here is no Unix time of this age: say its unit with `timeFormat`');
  });
});

it('offsets are those there are', () => {
  expect(['Z', 'UTC', '+01:00', '-0330', '+14', '-00:00'].map(parseOffset)).toEqual([0, 0, 60, -210, 840, -0]);
  expect(['+15:00', '+01:60', 'CET', '1', '', 'Europe/Berlin'].map(parseOffset)).toEqual(new Array(6).fill(undefined));
});
