// Logs and exports of known times, in every format: the counts must be those of the times, whatever the order of the lines.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../src/errors.ts';
import { parseText, planOf, problemsOf } from '../parsing.ts';

const HOUR_US = 3600e6;
/** 28 November 2025, 10:00 in Berlin. */
const START_US = Date.UTC(2025, 10, 28, 9) * 1e3;

const profile = (trace: string, more = '') =>
  `target: { url: demo }\nslo: [p99 < 1s]\ntraffic:\n  arrivals: even\n  ${more}\n  shape:\n    - trace: ${trace}\n`;

function countsOf(trace: string, files: Record<string, string>): number[] {
  const [part] = planOf(profile(trace), { files }).traffic.parts;
  return part?.kind === 'trace' ? part.countsPerBin : [];
}

const saysOf = (trace: string, files: Record<string, string>) => planOf(profile(trace), { files }).sources![0]!.says;

const two = (n: number) => String(n).padStart(2, '0');
function isoOf(us: number, offsetMin = 60, digits = 6): string {
  const text = new Date(Math.floor(us / 1e3) + offsetMin * 60e3).toISOString().slice(0, 19);
  const fraction =
    digits === 0
      ? ''
      : `.${String(us % 1e6)
          .padStart(6, '0')
          .slice(0, digits)}`;
  return `${text}${fraction}${offsetMin < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offsetMin) / 60))}:${two(Math.abs(offsetMin) % 60)}`;
}
function commonOf(us: number, offsetMin = 60): string {
  const iso = isoOf(us, offsetMin, 0);
  const month = new Date(Math.floor(us / 1e3) + offsetMin * 60e3).toLocaleString('en-US', {
    month: 'short',
    timeZone: 'UTC',
  });
  return `${iso.slice(8, 10)}/${month}/${iso.slice(0, 4)}:${iso.slice(11, 19)} ${iso.slice(19).replace(':', '')}`;
}
type Request = { method?: string; target?: string; status?: number };
const combined = (us: number, { method = 'POST', target = '/checkout', status = 201 }: Request = {}) =>
  `203.0.113.7 - jane [${commonOf(us)}] "${method} ${target} HTTP/1.1" ${status} 512 "https://a.example/?q=[1]" "Mozilla/5.0 (\\"x\\")"`;

/** As AWS documents it. The order came in at `us` and was answered up to two minutes later. */
const alb = (us: number, { method = 'POST', target = '/checkout', status = 201 }: Request = {}) =>
  `https ${isoOf(us + (Math.floor(us / 1e3) % 7) * 20e6, 0).replace('+00:00', 'Z')} app/shop/50dc6c495c0c9188 192.0.2.7:2817 10.0.0.1:80 0.086 60 0.037 ` +
  `${status} ${status} 0 57 "${method} https://shop.example:443${target}?a=\\"b HTTP/1.1" "curl \\"7\\" x" ECDHE-RSA TLSv1.2 ` +
  `arn:aws:targetgroup/a/73e2 "Root=1-58337281" "shop.example" "arn:aws:certificate/12345" 1 ${isoOf(us, 0).replace('+00:00', 'Z')} ` +
  '"authenticate,forward" "-" "-" "10.0.0.1:80" "201" "-" "-" TID_1234';
const classicElb = (us: number) =>
  `${isoOf(us, 0).replace('+00:00', 'Z')} shop 192.0.2.7:2817 - -1 -1 -1 503 0 0 29 "GET http://a.example:80/ HTTP/1.1" "-" - -`;

/** Each writes one order; whole seconds where the format has no finer time. */
const FORMATS: Record<string, { trace: string; line: (us: number) => string; head?: string; wholeSeconds?: true }> = {
  common: {
    trace: '{ log: a, bin: 10s }',
    line: (us) => `::1 - - [${commonOf(us)}] "POST /checkout HTTP/1.0" 201 -`,
    wholeSeconds: true,
  },
  combined: {
    trace: '{ log: { file: a, format: combined }, bin: 10s }',
    line: (us) => combined(us),
    wholeSeconds: true,
  },
  'nginx JSON': {
    trace: '{ log: { file: a, only: { method: post, path: /check*, status: 2xx } }, bin: 10s }',
    line: (us) =>
      JSON.stringify({ time_iso8601: isoOf(us, 60, 0), request: 'POST /checkout?a=1 HTTP/2.0', status: '201' }),
    wholeSeconds: true,
  },
  'nginx msec': {
    trace: '{ log: { file: a, fields: { time: msec } }, bin: 10s }',
    line: (us) => JSON.stringify({ msec: (us / 1e6).toFixed(3), time: 'unread', request_method: 'POST' }),
  },
  Caddy: {
    trace: '{ log: { file: a, only: { path: /checkout, status: [201, 5xx] } }, bin: 10s }',
    line: (us) => JSON.stringify({ ts: us / 1e6, request: { method: 'POST', uri: '/checkout?x' }, status: 201 }),
  },
  Traefik: {
    trace: '{ log: { file: a, only: { method: POST, path: /checkout, status: 201 } }, bin: 10s }',
    line: (us) =>
      JSON.stringify({
        StartUTC: isoOf(us, 0),
        RequestMethod: 'POST',
        RequestPath: '/checkout',
        DownstreamStatus: 201,
        // When the line was written: after the answer.
        time: isoOf(us + (Math.floor(us / 1e3) % 7) * 20e6, 60, 0),
      }),
  },
  'an ALB, as JSON': {
    trace: '{ log: { file: a, only: { method: POST, path: /checkout, status: 201 } }, bin: 10s }',
    line: (us) =>
      JSON.stringify({
        time: isoOf(us + (Math.floor(us / 1e3) % 7) * 20e6, 0),
        elb_status_code: 201,
        request_verb: 'POST',
        request_url: 'https://shop.example:443/checkout?a=b',
        request_creation_time: isoOf(us, 0),
      }),
  },
  'a load balancer': {
    trace:
      '{ log: { file: a, fields: { time: at.start, path: http.url }, timeFormat: iso, only: { path: /checkout } }, bin: 10s }',
    line: (us) =>
      JSON.stringify({ at: { start: isoOf(us, -210) }, http: { url: 'https://shop.example:443/checkout?b#c' } }),
  },
  'an ALB': {
    trace: '{ log: { file: a, only: { method: POST, path: /checkout, status: 201 } }, bin: 10s }',
    line: (us) => alb(us),
  },
  'a classic load balancer of AWS': {
    trace: '{ log: { file: a, format: elb, only: { path: /, status: 503 } }, bin: 10s }',
    line: (us) => classicElb(us),
  },
  'CSV of ISO times': {
    trace: '{ times: a, bin: 10s }',
    head: 'note,ordered at,id',
    line: (us) => `${(us / 1e3) % 2 === 0 ? 'plain' : '"two\nlines, ""quoted"", "","""'},${isoOf(us, 60)},7`,
  },
  'CSV of a named column': {
    trace: '{ times: { file: a, column: paid, zone: "+01:00" }, bin: 10s }',
    head: 'id;ordered;paid',
    line: (us) => `7;2001-01-01 00:00:00;${isoOf(us, 60, 6).replace('T', ' ').slice(0, -6)}`,
  },
  'CSV without a head, Unix s': { trace: '{ times: a, bin: 10s }', line: (us) => `${(us / 1e6).toFixed(6)}` },
  'CSV by number, Unix ms': {
    trace: '{ times: { file: a, column: 2 }, bin: 10s }',
    head: 'a,b',
    line: (us) => `x,${Math.floor(us / 1e3)}`,
  },
  'CSV, Unix µs': {
    trace: '{ times: { file: a, timeFormat: unix-us }, bin: 10s }',
    head: 't',
    line: (us) => String(us),
  },
};

describe('arrivals of known times', () => {
  const sometime = fc.integer({ min: 0, max: HOUR_US - 1 });
  it.each(Object.entries(FORMATS))(
    '%s: the counts of the times, in any order of lines',
    (_name, { trace, line, head, wholeSeconds }) => {
      fc.assert(
        fc.property(fc.array(sometime, { minLength: 1, maxLength: 60 }), fc.boolean(), (times, isCrLf) => {
          // The finest that all formats agree on is a millisecond.
          const grainUs = wholeSeconds ? 1e6 : 1e3;
          const us = times.map((each) => START_US + each - (each % grainUs));
          const counts: number[] = [];
          const first = Math.floor(Math.min(...us) / 10e6);
          for (const each of us) {
            const bin = Math.floor(each / 10e6) - first;
            counts[bin] = (counts[bin] ?? 0) + 1;
          }
          const text = [...(head === undefined ? [] : [head]), ...us.map(line), ''].join(isCrLf ? '\r\n' : '\n');
          const got = countsOf(trace, { a: text });
          expect(got).toEqual(Array.from(counts, (count) => count ?? 0));
          expect(got.reduce((sum, count) => sum + count, 0)).toBe(times.length);
        }),
        { seed: 20251128, numRuns: 6 },
      );
    },
  );

  it('every line is used, not asked for, out of the range or not readable; the first three kinds by count', () => {
    const kind = fc.constantFrom('used', 'not asked for', 'out of the range', 'not readable', 'blank');
    const line = {
      used: combined(START_US + 60e6),
      'not asked for': combined(START_US, { method: 'GET', target: '/' }),
    };
    const lines: Record<string, string> = {
      ...line,
      'out of the range': combined(START_US + 180e6),
      'not readable': 'x',
      blank: ' ',
    };
    const trace =
      '{ log: { file: a, from: "2025-11-28T10:00:00+01:00", until: 2025-11-28T09:03:00Z, only: { path: /checkout } }, bin: 1m }';
    fc.assert(
      fc.property(fc.array(kind, { maxLength: 40 }), (kinds) => {
        // Enough that are good for the few that are not.
        const all = [...kinds, ...new Array<string>(1 + 100 * kinds.length).fill('used')];
        const files = { a: all.map((each) => lines[each]).join('\n') };
        const many = (what: string) => all.filter((each) => each === what).length;
        expect(countsOf(trace, files)).toEqual([0, many('used'), 0]);
        const said = saysOf(trace, files).at(-1)!;
        const number = (what: string) =>
          Number((new RegExp(`([\\d,]+) ${what}`).exec(said)?.[1] ?? '0').replaceAll(',', ''));
        expect(number('lines?:')).toBe(all.length - many('blank'));
        for (const what of ['used', 'not asked for', 'out of the range', 'not readable'])
          expect([what, number(what)]).toEqual([what, many(what)]);
      }),
      { seed: 20251128, numRuns: 8 },
    );
  });
});

describe('JSON lines', () => {
  it("are read by when the request came, also where the server's own messages stand between them", () => {
    const message = (us: number) => JSON.stringify({ level: 'info', msg: 'reloaded', time: isoOf(us, 60, 0) });
    const request = (us: number) =>
      JSON.stringify({ RequestMethod: 'POST', StartUTC: isoOf(us, 0), time: isoOf(us + 60e6, 60, 0) });
    const trace = '{ log: { file: a, only: { method: POST } }, bin: 10s }';
    const lines = [message(START_US), request(START_US), message(START_US), request(START_US + 10e6)];
    for (const a of [lines.join('\n'), lines.slice(1).join('\n')]) {
      expect(countsOf(trace, { a })).toEqual([1, 1]);
      const [what, when, used] = saysOf(trace, { a });
      expect(what).toContain('time in `StartUTC`');
      expect(when).toContain('2025-11-28 09:00:00 UTC to 2025-11-28 09:00:20 UTC');
      expect(used).toMatch(/2 used, [12] not asked for$/);
    }
  });
});

describe('which requests are orders', () => {
  const log = [
    { method: 'POST', target: '/checkout', status: 201 },
    { method: 'POST', target: '/checkout/?coupon=/other', status: 409 },
    { method: 'PUT', target: 'https://shop.example/checkout', status: 200 },
    { method: 'GET', target: '/checkout', status: 503 },
    { method: 'POST', target: '/checkouts.json', status: 201 },
    { method: 'POST', target: '/', status: 201 },
    { method: 'DELETE', target: '/checkout-json', status: 404 },
  ];
  const a = `${log.map((each) => combined(START_US, each)).join('\n')}\n1.2.3.4 - - [${commonOf(START_US)}] "\\x16\\x03\\x01" 400 226\n`;
  it.each([
    ['{ method: POST }', 4],
    ['{ method: [post, Put] }', 5],
    ['{ path: /checkout }', 3],
    ['{ path: /checkout* }', 6],
    ['{ path: "*.json" }', 1],
    ['{ path: [/checkout, /] }', 4],
    ['{ status: 201 }', 3],
    ['{ status: "2XX" }', 4],
    ['{ status: [409, 5xx] }', 2],
    ['{ method: POST, path: /checkout*, status: 2xx }', 2],
  ])('only: %s', (only, count) => {
    expect(countsOf(`{ log: { file: a, only: ${only} }, bin: 1m }`, { a })).toEqual([count]);
  });

  it('are read behind the time: what stands before it may look like one', () => {
    const b = `h - "GET /checkout" 500 [${commonOf(START_US)}] "POST /checkout HTTP/1.1" 201 5`;
    expect(countsOf('{ log: { file: b, only: { method: POST, status: 201 } } }', { b })).toEqual([1]);
  });

  it('are all of them without a word, which is said where they differ', () => {
    const plan = planOf(profile('{ log: a, bin: 1m }'), { files: { a } });
    expect(plan.traffic.orders).toBe(8);
    expect(plan.warnings).toEqual([
      'every request of a counts as an order, whatever its method and path: say which were orders with `only`',
    ]);
    const same = planOf(profile('{ log: a, bin: 1m }'), {
      files: { a: `${combined(START_US)}\n${combined(START_US)}` },
    });
    expect(same.warnings).toEqual([]);
  });
});

describe('bins', () => {
  it('begin on the clock of the log where no range is said, and with the range where one is', () => {
    const a = [9.5, 10.6, 12.1].map((h) => combined(START_US + (h - 10) * HOUR_US)).join('\n');
    expect(countsOf('{ log: a, bin: 1h }', { a })).toEqual([1, 1, 0, 1]);
    expect(saysOf('{ log: a, bin: 1h }', { a })[1]).toBe(
      '2025-11-28 09:00:00 +01:00 to 2025-11-28 13:00:00 +01:00, 4 bins of 1 h; the fullest, at 09:00:00, holds 1',
    );
    expect(countsOf('{ log: { file: a, from: "2025-11-28T09:30:00+01:00" }, bin: 1h }', { a })).toEqual([1, 1, 1]);
    // An end that is not the end of a whole hour of the clock: the bins end there.
    expect(countsOf('{ log: { file: a, until: "2025-11-28T10:45:00+01:00" }, bin: 1h }', { a })).toEqual([1, 1]);
    // The clock of New Delhi: its days begin at 18:30 UTC.
    const india = `x [${commonOf(START_US, 330)}] "POST / HTTP/1.1" 200 1`;
    expect(saysOf('{ log: a, bin: 1d }', { a: india })[1]).toContain(
      '2025-11-28 00:00:00 +05:30 to 2025-11-29 00:00:00 +05:30',
    );
  });

  it('count time that passed where the clocks changed: 25 hours, none of them doubled', () => {
    // 26 October 2025 in Berlin, an order every half hour; 02:00 to 03:00 comes twice on the wall.
    const fromUs = Date.UTC(2025, 9, 25, 22) * 1e3;
    const times = Array.from({ length: 50 }, (_, i) => fromUs + i * 1800e6);
    const change = Date.UTC(2025, 9, 26, 1) * 1e3;
    const a = times.map((us) => `h - - [${commonOf(us, us < change ? 120 : 60)}] "POST / HTTP/1.1" 200 1`).join('\n');
    expect(countsOf('{ log: a, bin: 1h }', { a })).toEqual(new Array(25).fill(2));
    const says = saysOf('{ log: a, bin: 1h }', { a });
    expect(says[1]).toContain('2025-10-26 00:00:00 +02:00 to 2025-10-27 00:00:00 +01:00, 25 bins');
    expect(says[2]).toContain('its times have 2 offsets from UTC: bins count time that passed');
  });

  it('narrower than the times are fine are warned of', () => {
    const orders = Array.from({ length: 30 }, (_, i) => START_US + i * 60e6);
    const warningsOf = (bin: string, us: readonly number[]) =>
      planOf(profile(`{ bin: ${bin}, times: a }`), { files: { a: us.map((each) => isoOf(each)).join('\n') } }).warnings;
    expect(warningsOf('1s', orders)).toEqual([
      'the times of a (CSV: time in `column 1`) are of whole minutes: in bins of 1 s the orders of each come all at its start; make `bin` 1 m',
    ]);
    expect(warningsOf('1m', orders)).toEqual([]);
    const seconds = orders.map((us, i) => us + i * 1e6);
    expect(warningsOf('100ms', seconds)[0]).toContain('whole seconds: in bins of 100 ms');
    expect(warningsOf('1s', seconds)).toEqual([]);
    expect(warningsOf('100ms', [...seconds, START_US + 500])).toEqual([]);
  });

  it('of several files are those of one', () => {
    const [a, b] = [START_US + 130e6, START_US].map((us) => `${combined(us)}\n${combined(us + 1e6)}`);
    expect(countsOf('{ log: { file: [a, b] }, bin: 1m }', { a: a!, b: b! })).toEqual([2, 0, 2]);
    const csv = (us: number) => `when\n${isoOf(us)}\n`;
    expect(countsOf('{ times: { file: [a, b] }, bin: 1m }', { a: csv(START_US), b: csv(START_US + 60e6) })).toEqual([
      1, 1,
    ]);
  });
});

describe('lines that cannot be read', () => {
  const good = (many: number) => new Array<string>(many).fill(combined(START_US));
  const spots = (problems: Problem[]) =>
    problems.map(({ place }) => place && `${place.file}:${place.line}:${place.column}`);

  it('are counted up to one in a hundred, the first with its place', () => {
    const files = { a: [...good(99), 'broken'].join('\n') };
    expect(saysOf('{ log: a, bin: 1m }', files).at(-1)).toBe(
      '100 lines: 99 used, 1 not readable (the first is a:100:1: no time in brackets, such as `[28/Nov/2025:10:00:00 +0100]`)',
    );
  });

  it('are refused beyond that, the first five at their places, after the mistakes of the profile', () => {
    const bad = `x - - [31/Feb/2025:10:00:00 +0100] "POST / HTTP/1.1" 200 1`;
    const files = { a: [...good(90), ...new Array(7).fill(bad)].join('\n') };
    const text = `${profile('{ log: a, bin: 1m }')}order: { method: post }\n`;
    const problems = problemsOf(text, { files });
    const few = [...good(148), bad, bad].join('\n');
    expect(problemsOf(profile('{ log: a, bin: 1m }'), { files: { a: few } })[0]?.message).toContain('(1.33 %)');
    expect(spots(problems)).toEqual([
      'profile.yaml:7:21',
      'profile.yaml:8:18',
      'a:91:8',
      'a:92:8',
      'a:93:8',
      'a:94:8',
      'a:95:8',
    ]);
    expect(problems[0]!.message).toMatch(
      /^7 of 97 lines of a \(7\.22 %\) cannot be read, at most 1 % may be: say what/,
    );
    expect(problems[2]!.message).toBe('`31/Feb/2025:10:00:00 +0100` is a time there is not');
  });

  it('of two traces are told at once, with the file’s path beside the profile', () => {
    const text = `target: { url: demo }\ntraffic:\n  shape:\n    - trace: { log: a }\n    - trace: { name: b, times: b }\n`;
    const parsed = parseText(text, { files: { a: 'x', b: 'when\nnever\n' } });
    const problems = parsed.ok ? [] : parsed.problems;
    expect(spots(problems)).toEqual(['profile.yaml:4:21', 'profile.yaml:5:32', 'a:1:1']);
  });

  it('of JSON and CSV say what is wrong, and repeat no customer', () => {
    const told = (trace: string, a: string) =>
      problemsOf(profile(trace), { files: { a } }).map(({ message }) => message);
    expect(told('{ log: { file: a, format: json } }', '[1]\n{"x":1}\n{\n{"time":"Jane Doe"}').slice(1)).toEqual([
      'is no map',
      'has no field that is usual for a time: name it with `fields: { time: … }`',
      'is not JSON',
      '`time`: what stands here is no time',
    ]);
    expect(told('{ log: { file: a, fields: { time: t } } }', '{"time":1764320400}')[1]).toBe('has no time in `t`');
    const late = told(
      '{ times: { file: a, column: 2 } }',
      'id,when\n1,2025-11-28T10:00:00Z\n2\n3,Jane Doe\n4,2025-11-28 10:00:00\n',
    );
    expect(late.slice(1)).toEqual([
      'has no column 2',
      'what stands here is no time',
      '`2025-11-28 10:00:00` does not say its offset from UTC: say `zone`',
    ]);
  });
});

describe('the log of an AWS load balancer', () => {
  it('is known by its lines, and says which of its times it was', () => {
    const [came, answered] = [alb(START_US), classicElb(START_US)].map((a) => saysOf('{ log: a, bin: 1h }', { a })[0]);
    expect(came).toBe('1 order from a (AWS load balancer log, time in `request_creation_time`)');
    expect(answered).toBe('1 order from a (AWS load balancer log, time in `time`)');
  });

  it('may hold lines of nobody, and some that cannot be read', () => {
    const a = [
      ...new Array<string>(200).fill(alb(START_US)),
      alb(START_US).replace(/"POST \S+ HTTP/, '"- http://shop.example:443- -'),
      alb(START_US).replace(/ 201 201 /, ' - - '),
      alb(START_US).slice(0, 60),
    ].join('\n');
    const says = saysOf('{ log: { file: a, only: { method: POST, status: 2xx } }, bin: 1h }', { a });
    expect(says[2]).toMatch(
      /^203 lines: 200 used, 2 not asked for, 1 not readable \(the first is a:203:1: no line of an AWS/,
    );
  });
});

describe('what makes no trace', () => {
  const orders = (...us: number[]) => us.map((each) => combined(each)).join('\n');
  const csv = 'id,ordered,paid\n1,2025-11-28T10:00:00Z,2025-11-28T10:01:00Z\n';
  it.each<[string, string, string, RegExp]>([
    ['an empty log', '{ log: a }', '\n \n', /^a holds no line$/],
    [
      'nothing asked for',
      '{ log: { file: a, only: { path: /pay } } }',
      orders(START_US),
      /^no line of a is an order \(1 line: 0 used, 1 not asked for\): widen `only`$/,
    ],
    [
      'nothing in the range',
      '{ log: { file: a, from: 2025-11-29T00:00:00Z } }',
      orders(START_US),
      /those asked for are from 2025-11-28 10:00:00 \+01:00 to .*: move `from`/,
    ],
    [
      'too many bins',
      '{ log: a, bin: 1s }',
      orders(START_US, 0),
      /^from 1970-01-01 01:00:00 \+01:00 to 2025-11-28 10:00:00 \+01:00 \(a:2 and a:1\) are 1,764,320,401 bins of 1 s, at most 1,000,000/,
    ],
    [
      'a range that ends before it begins',
      '{ log: { file: a, from: 2025-11-29T00:00:00Z, until: 2025-11-28T00:00:00Z } }',
      '',
      /`until` must be after `from`/,
    ],
    [
      'a range of broken bins',
      '{ bin: 1m, log: { file: a, from: 2025-11-28T00:00:00Z, until: 2025-11-28T00:01:30Z } }',
      '',
      /1 m 30 s, which is no whole number of bins of 1 m/,
    ],
    [
      'a field no line has',
      '{ log: { file: a, only: { status: 200 } } }',
      '{"time":1764320400,"method":"POST"}',
      /^no line of a tells a status: name its field, as in `fields: \{ status: NAME \}`/,
    ],
    [
      'a column there is not',
      '{ times: { file: a, column: payd } }',
      csv,
      /^a:1: there is no column `payd`; did you mean `paid`\?; its head line names `id`, `ordered`, `paid`$/,
    ],
    [
      'several columns of times',
      '{ times: a }',
      csv,
      /several columns hold times, `ordered`, `paid`: say which with `column`/,
    ],
    ['no column of times', '{ times: a }', 'id\n7\n', /no column holds times/],
    [
      'a quote that is never closed',
      '{ times: { file: a, column: paid } }',
      `${csv}2,"x\n3,4,5\n`,
      /^a:3: a quote `"` is opened and never closed$/,
    ],
  ])('%s', (_name, trace, a, message) => {
    const problems = problemsOf(profile(trace), { files: { a } });
    expect(problems.map((problem) => problem.message)).toEqual([expect.stringMatching(message)]);
  });

  it('a file there is not, or one that cannot be read', () => {
    expect(problemsOf(profile('{ log: { file: [a, b] } }'), { files: { a: 'x' } })).toMatchObject([
      {
        code: 'UNREADABLE_FILE',
        path: 'traffic.shape[0].trace.log.file[1]',
        message: expect.stringContaining('cannot read b: ENOENT'),
      },
    ]);
  });
});
