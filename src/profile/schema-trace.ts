// The part `trace` as a person writes it: arrivals as they once were, from counts, from a log, from an export of order
// times, or from the folder of another run.

import { z } from 'zod';
import { count, duration, time } from './scalars.ts';
import { map, text } from './schema-shapes.ts';
import { parseInstant, parseOffset, TIME_FORMATS } from './trace/times.ts';

const OR_VARIABLE = String.raw`|\$\{`;

/** A moment with its offset. */
const instant = () => {
  const error = 'must be a moment with its offset from UTC, such as `2025-11-28T10:00:00+01:00`';
  return z
    .string({ error })
    .refine((input) => parseInstant(input) !== undefined, { error })
    .meta({
      pattern: String.raw`^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)? ?(Z|UTC|[+-]\d\d(:?\d\d)?)$${OR_VARIABLE}`,
    });
};

const zone = () => {
  const error = 'must be `UTC` or an offset such as `+01:00`; a name such as `Europe/Berlin` has two in a year';
  return z
    .string({ error })
    .refine((input) => parseOffset(input) !== undefined, { error })
    .meta({ pattern: String.raw`^(UTC|Z|[+-]\d\d(:?\d\d)?)$${OR_VARIABLE}` })
    .describe('Offset of the times that say none. Times with an offset of their own keep it.')
    .optional();
};

/** One of a kind, or a list of them. */
const oneOrMore = <T extends z.ZodType>(one: T, error: string) =>
  z.union([one, z.array(one, { error }).min(1, { error })], { error });

const files = () => oneOrMore(text('the path of a file'), 'must be the path of a file, or a list of them');
const timeFormat = () =>
  z
    .enum(TIME_FORMATS, { error: `must be one of ${TIME_FORMATS.map((each) => `\`${each}\``).join(', ')}` })
    .describe('How its times are written. Default: each tells it itself; of Unix times, the size tells the unit.')
    .optional();
const range = () => ({
  from: instant().describe('From this moment; from its first line when left out.').optional(),
  until: instant().describe('Up to this moment; to its last line when left out.').optional(),
});

const STATUS = 'must be a status such as `201`, or `2xx`';
export const Only = map(
  {
    method: oneOrMore(text('a method such as `POST`'), 'must be a method such as `POST`, or a list')
      .describe('Of the request.')
      .optional(),
    path: oneOrMore(
      text('a path such as `/checkout`'),
      'must be a path such as `/checkout`, `*` standing for anything, or a list',
    )
      .describe('Without its query; `*` stands for anything.')
      .optional(),
    status: oneOrMore(
      z
        .union([z.number({ error: STATUS }), z.string({ error: STATUS })], { error: STATUS })
        .refine((input) => /^[1-5](\d\d|xx)$/i.test(String(input)), { error: STATUS }),
      'must be a status such as `201`, or `2xx`, or a list',
    )
      .describe('As it was answered then.')
      .optional(),
  },
  'a map with `method`, `path` or `status`',
);

const Log = map(
  {
    file: files().describe('The log, beside the profile, or several that follow one another; their order is free.'),
    format: z
      .enum(['common', 'combined', 'json', 'elb'], { error: 'must be `common`, `combined`, `json` or `elb`' })
      .describe('Default: told by its first line.')
      .optional(),
    fields: map(
      {
        time: text('the name of a field').describe('Where the time is; a dot leads into a map.').optional(),
        method: text('the name of a field').describe('Where the method is.').optional(),
        path: text('the name of a field').describe('Where the path or the URL is.').optional(),
        status: text('the name of a field').describe('Where the status is.').optional(),
      },
      'a map with `time`, `method`, `path` or `status`',
    )
      .describe('Names of the fields of JSON lines. Default: those that nginx, Caddy, Traefik and load balancers use.')
      .optional(),
    timeFormat: timeFormat(),
    zone: zone(),
    ...range(),
    only: Only.describe('Which of its requests were orders; all of them when left out.').optional(),
  },
  'a map with `file`',
);

const Times = map(
  {
    file: files().describe('CSV of orders, beside the profile, or several that follow one another.'),
    column: z
      .union([count(1), text('the name of a column')], { error: 'must be the name of a column, or its number from 1' })
      .describe('Which column holds the times; the only one that does when left out.')
      .optional(),
    timeFormat: timeFormat(),
    zone: zone(),
    ...range(),
  },
  'a map with `file`',
);

const Run = map(
  {
    folder: text('the path of a run folder').describe('The folder, beside the profile; its journal is read.'),
    take: z
      .enum(['fired', 'planned'], { error: 'must be `fired` or `planned`' })
      .default('fired')
      .describe('What it sent, second by second, or what it meant to send.'),
    from: time().describe('From this moment of that run; whole seconds.').optional(),
    until: time().describe('Up to this moment of that run.').optional(),
  },
  'a map with `folder`',
);

const COUNTS = 'must be a list of whole numbers';

export const Trace = map(
  {
    name: text('a name').describe('Name of the part: SLOs say `during NAME`. Default: the kind.').optional(),
    from: time().default('0s').describe('When its first bin starts.'),
    bin: duration().describe('Width of a bin. Of a log, of times and of a run 1 s when left out.').optional(),
    orders: count(1, 2 ** 32)
      .describe('Rescaled to this many orders, exactly; the shape stays.')
      .optional(),
    counts: z
      .union(
        [
          z.array(count(0), { error: COUNTS }).min(1, { error: 'must hold at least one count' }),
          z.string({ error: COUNTS }).regex(/^\s*\d+(?:[\s,]+\d+)*\s*$/, { error: 'must be whole numbers and blanks' }),
        ],
        { error: COUNTS },
      )
      .describe('Orders in each bin: a list, or a text of numbers.')
      .optional(),
    file: text('the path of a file').describe('CSV file with one column of counts.').optional(),
    log: z
      .union([text('the path of a file'), Log], { error: 'must be the path of a log, or a map with `file` and `only`' })
      .describe('An access log: common log format, combined, JSON lines, or that of an AWS load balancer.')
      .optional(),
    times: z
      .union([text('the path of a file'), Times], {
        error: 'must be the path of a CSV file, or a map with `file` and `column`',
      })
      .describe('A CSV file with the time of each order.')
      .optional(),
    run: z
      .union([text('the path of a run folder'), Run], {
        error: 'must be the path of a run folder, or a map with `folder` and `take`',
      })
      .describe('The orders of another run, second by second.')
      .optional(),
  },
  'a map with `log`, `times`, `run`, `file` or `counts`',
).describe('Arrivals as they once were, bin by bin.');

export type TraceInput = z.output<typeof Trace>;
