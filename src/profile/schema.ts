// What a person writes (DESIGN.md §3). This one schema is the source of the types, of the messages and of the published
// JSON Schema. It checks shapes and fills plain defaults; rules that span fields live beside the plan builders
// (target.ts, traffic.ts, order.ts, slo.ts), so that one mistake does not hide another.

import { z } from 'zod';
import { OUTCOME_CLASSES } from '../outcomes.ts';
import { count, duration, level, rate, share, size, time, weight } from './scalars.ts';

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export const BODY_KINDS = ['json', 'form', 'text', 'file'] as const;

const text = (must: string) => z.string({ error: `must be ${must}` }).min(1, { error: `must be ${must}` });
const flag = () => z.boolean({ error: 'must be `true` or `false`' });
const map = <T extends z.core.$ZodLooseShape>(shape: T, must: string) =>
  z.strictObject(shape, {
    error: (issue) => (issue.code === 'invalid_type' ? `must be ${must}` : undefined),
  });

const isMap = (input: unknown): input is object => typeof input === 'object' && input !== null && !Array.isArray(input);
/** Holds also while other keys are still wrong, so that both mistakes are reported together. */
const atMostOneKey = (error: string) =>
  [
    (input: object) => Object.keys(input).length <= 1,
    { error, when: (payload: { value: unknown }) => isMap(payload.value) },
  ] as const;
/** Only of a map with nothing else wrong: an unknown key is no key to the schema. */
const someKey = (error: string) =>
  [
    (input: object) => Object.keys(input).length > 0,
    { error, when: (payload: { issues: readonly unknown[] }) => payload.issues.length === 0 },
  ] as const;

const Tls = map(
  {
    ca: text('the path of a PEM file').describe(
      'PEM file of the authority that signed the target, or the PEM text itself.',
    ),
    cert: text('the path of a PEM file').describe('PEM file of the client certificate, or the PEM text itself.'),
    key: text('the path of a PEM file').describe('PEM file of its private key, or `${VAR}` that holds the PEM text.'),
    servername: text('a host name').describe('Name to ask for and to verify, when it is not the host of the URL.'),
    insecure: flag().default(false).describe('Accept any certificate. Said loudly in the report.'),
  },
  'a map with `ca`, `cert`, `key`, `servername` or `insecure`',
).partial({ ca: true, cert: true, key: true, servername: true });

export const Target = map(
  {
    url: text('`demo`, or a URL such as `https://shop.example`').describe(
      'Where the checkout is: `https://host[:port][/base]`, or `demo` for the built-in shop.',
    ),
    http: z.literal([1.1, 2, '1.1', '2'], { error: 'must be `1.1` or `2`' }).default(1.1).describe('HTTP version.'),
    connection: z
      .enum(['keep-alive', 'fresh'])
      .default('keep-alive')
      .describe('`keep-alive` reuses connections; `fresh` opens one per order.'),
    connections: count(1, 1_000_000).default(500).describe('Connections at once, over all workers.'),
    warm: count(0, 1_000_000)
      .default(0)
      .describe('Connections opened before the first order; more are opened when needed, up to `connections`.'),
    queue: count(0).default(100_000).describe('Orders that may wait for a connection before one is dropped.'),
    timeout: duration().default('10s').describe('How long an order may take, from the moment it is fired.'),
    connectTimeout: duration().default('5s').describe('How long a connection may take to stand.'),
    capture: size().default('4KiB').describe('How much of an answer is kept for outcome rules and examples.'),
    maxBody: size().default('1MiB').describe('An answer longer than this is given up as `too-large`.'),
    maxHead: size().default('16KiB').describe('Answer headers longer than this are given up as `too-large`.'),
    tls: Tls.optional().describe('Certificates.'),
    allow: z
      .array(text('a host name'), { error: 'must be a list of host names' })
      .default([])
      .describe('Hosts other than loopback that may be loaded without asking.'),
  },
  'a map with `url`',
).describe('The checkout under test.');

const name = () => text('a name').describe('Name of the part: SLOs say `during NAME`. Default: the kind.').optional();

const PARTS = {
  base: rate().describe('A steady rate under everything else. Plain `base` is solved so that the total is `orders`.'),
  burst: map(
    {
      name: name(),
      at: time().default('0s').describe('When it strikes.'),
      peak: level().describe('Total rate at its top: `12x base`, or `500/s`.'),
      decay: duration().describe('Time constant of its exponential decay.'),
    },
    'a map with `peak` and `decay`',
  ).describe('Strikes at once and decays exponentially.'),
  flash: map(
    {
      name: name(),
      from: time().default('0s').describe('When the first one starts.'),
      every: duration().describe('Repeats this often; once when left out.').optional(),
      until: time().describe('No repeat starts at or after this time; the end of the run when left out.').optional(),
      peak: level().describe('Total rate on its plateau: `5x base`, or `500/s`.'),
      rise: time().default('0s').describe('Linear rise.'),
      hold: time().default('0s').describe('Plateau.'),
      decay: duration().describe('Time constant of its exponential tail.'),
    },
    'a map with `peak` and `decay`',
  ).describe('Rises, holds and decays, once or again and again.'),
  ramp: map(
    {
      name: name(),
      from: time().default('0s').describe('When it starts.'),
      until: time().describe('When it ends; the end of the run when left out.').optional(),
      start: level().describe('What it adds at its start.'),
      end: level().describe('What it adds at its end.'),
    },
    'a map with `start` and `end`',
  ).describe('A straight line from one rate to another.'),
  steps: map(
    {
      name: name(),
      from: time().default('0s').describe('When the first step starts.'),
      each: duration().describe('How long each step lasts.'),
      levels: z
        .array(level(), { error: 'must be a list of levels, such as `[100/s, 200/s]`' })
        .min(1, { error: 'must hold at least one level' })
        .describe('What each step adds.'),
    },
    'a map with `each` and `levels`',
  ).describe('A staircase.'),
  wave: map(
    {
      name: name(),
      mean: level().describe('Its mean rate.'),
      amplitude: share().describe('How far it swings about its mean: 0% to 100%.'),
      period: duration().describe('From crest to crest.'),
      peakAt: time().default('0s').describe('When its first crest is.'),
    },
    'a map with `mean`, `amplitude` and `period`',
  ).describe('Day and night.'),
  trace: map(
    {
      name: name(),
      from: time().default('0s').describe('When its first bin starts.'),
      bin: duration().describe('Width of a bin.'),
      counts: z
        .array(count(0), { error: 'must be a list of whole numbers' })
        .min(1, { error: 'must hold at least one count' })
        .describe('Orders in each bin.')
        .optional(),
      file: text('the path of a file').describe('CSV file with one column of counts.').optional(),
    },
    'a map with `bin` and `counts` (or `file`)',
  ).describe('Arrivals as they once were, bin by bin.'),
};

export const PART_KINDS = Object.keys(PARTS) as (keyof typeof PARTS)[];
const partRule = `must be \`base\`, or one of ${PART_KINDS.map((kind) => `\`${kind}\``).join(', ')} with its settings`;

const Part = z.union(
  [
    z.literal('base').describe('The steady rate that makes the total exactly `orders`.'),
    map(PARTS, 'a part')
      .partial()
      .refine(...atMostOneKey('must hold one part only: put each part in a list item of its own'))
      .refine(...someKey('must hold a part'))
      .meta({ minProperties: 1, maxProperties: 1 }),
  ],
  { error: partRule },
);

export const Traffic = map(
  {
    orders: count(1, 2 ** 32)
      .describe('Exact total, which the parts share.')
      .optional(),
    over: duration().describe('How long the run lasts.').optional(),
    rate: rate().describe('Short form: this rate …').optional(),
    for: duration().describe('… for this long.').optional(),
    arrivals: z
      .enum(['poisson', 'even'])
      .default('poisson')
      .describe('`poisson`: at random, as shoppers come, with an exact total; `even`: like a metronome.'),
    seed: count(0, 2 ** 32 - 1)
      .default(1)
      .describe('Seed of everything random; the same seed gives the same orders.'),
    shape: z
      .array(Part, { error: 'must be a list of parts' })
      .min(1, { error: 'must hold at least one part' })
      .describe('Parts add up to the curve.')
      .optional(),
  },
  'a map with `rate` and `for`, or with `orders`, `over` and `shape`',
).describe('When orders come.');

const headerValue = z.union([z.string(), z.number(), z.boolean()], { error: 'must be text' });
const weighted = (must: string, item: z.ZodType<string | number>) =>
  z.union([z.array(item, { error: `must be ${must}` }), z.record(z.string(), weight())], { error: `must be ${must}` });

export const Order = map(
  {
    method: z.enum(METHODS).default('POST').describe('HTTP method.'),
    path: text('a path such as `/checkout`')
      .default('/checkout')
      .describe('Path and query, appended to `target.url`; may hold {{placeholders}}.'),
    headers: z
      .record(z.string(), z.union([headerValue, z.array(headerValue)], { error: 'must be text, or a list of texts' }), {
        error: 'must be a map of header names and values',
      })
      .describe('Header values may hold {{placeholders}}. Default: `idempotency-key: "{{order.key}}"`.')
      .optional(),
    json: z
      .unknown()
      .describe('JSON body; strings may hold {{placeholders}}. Default of a POST: buyer, sku and quantity.')
      .optional(),
    form: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()], { error: 'must be text' }), {
        error: 'must be a map of field names and values',
      })
      .describe('Form-encoded body.')
      .optional(),
    text: z.string({ error: 'must be text' }).describe('Body as it stands; empty for no body at all.').optional(),
    file: text('the path of a file')
      .describe('Body from a file beside the profile; a `.json` file is treated as `json`, any other as `text`.')
      .optional(),
    buyers: count(1, 2 ** 32)
      .describe('Number of distinct buyers; every order has its own when left out.')
      .optional(),
    skus: weighted(
      'a list of skus, or a map of sku and weight',
      z.union([text('a sku'), z.number()], { error: 'must be a sku' }),
    )
      .default(['sku-1'])
      .describe('What is bought: a list, or a map of sku and weight.'),
    quantity: z
      .union([count(1, 1_000_000), z.record(z.string(), weight())], {
        error: 'must be a whole number from 1 up, or a map of quantity and weight',
      })
      .default(1)
      .describe('How many of it: a number, or a map of quantity and weight.'),
  },
  'a map with `method`, `path`, `headers` and a body',
).describe('What is sent.');

const STATUS_RULE = 'must be an HTTP status such as `201`, or a class such as `2xx`';
const Status = z
  .union([z.number(), z.string()], { error: STATUS_RULE })
  .refine((status) => /^[1-5](\d\d|xx)$/.test(String(status)), { error: STATUS_RULE });

const Rule = map(
  {
    status: z
      .union([Status, z.array(Status).min(1, { error: STATUS_RULE })], { error: STATUS_RULE })
      .describe('Status, class of statuses, or a list of them.')
      .optional(),
    headers: z
      .record(z.string(), headerValue, { error: 'must be a map of header names and values' })
      .describe('Header name and the text it must equal, or a /regular expression/.')
      .optional(),
    body: z
      .record(
        z.string(),
        z.union([z.string(), z.number(), z.boolean(), z.null()], {
          error: 'must be text, a number, `true`, `false` or `null`',
        }),
        {
          error: 'must be a map of JSON paths and values',
        },
      )
      .describe('JSON path (`data.items[0].code`) and the value it must equal.')
      .optional(),
    class: z
      .enum(OUTCOME_CLASSES)
      .describe('accepted, rejected (a business no), failed (certainly not placed), unknown.'),
  },
  'a map with `class` and at least one of `status`, `headers`, `body`',
);

export const Outcomes = z
  .array(
    z
      .record(z.string(), Rule, { error: 'must be a rule such as `sold: { status: 201, class: accepted }`' })
      .refine(...atMostOneKey('must hold one rule only: put each rule in a list item of its own'))
      .refine(...someKey('must hold a rule'))
      .meta({ minProperties: 1, maxProperties: 1 }),
    { error: 'must be a list of rules such as `- sold: { status: 201, class: accepted }`' },
  )
  .describe('What an answer means; the first rule that matches wins.');

const lines = (example: string) =>
  z.array(text(`a line such as \`${example}\``), { error: `must be a list of lines such as \`- ${example}\`` });

export const Slo = lines('p99 < 300ms').describe('What must hold for a PASS.');
export const Stop = lines('errors > 20% for 30s').describe('What ends the run early.');

export const Profile = map(
  {
    version: z.literal(1, { error: 'must be `1`' }).default(1).describe('Version of the profile format.'),
    name: text('a name')
      .max(100, { error: 'must be at most 100 characters' })
      .describe('Default: the file name.')
      .optional(),
    target: Target,
    traffic: Traffic,
    order: Order.prefault({}),
    outcomes: Outcomes.default([]),
    slo: Slo.default([]),
    stop: Stop.default([]),
  },
  'a map with `target` and `traffic`',
);

/** What a profile may say; `defineProfile` and the editors' JSON Schema use it. */
export type ProfileInput = z.input<typeof Profile>;
/** The same with plain defaults filled, texts still as written. */
export type Filled = z.output<typeof Profile>;
