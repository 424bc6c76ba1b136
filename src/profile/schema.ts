// What a person writes (DESIGN.md §3). This one schema is the source of the types, of the messages and of the published
// JSON Schema. It checks shapes and fills plain defaults; rules that span fields live beside the plan builders
// (target.ts, traffic.ts, order.ts, slo.ts), so that one mistake does not hide another.

import { z } from 'zod';
import { count, duration, level, rate, share, size, time } from './scalars.ts';
import { Audit } from './schema-audit.ts';
import { Feeders } from './schema-feeders.ts';
import { ControlSteps, Order } from './schema-order.ts';
import { Outcomes } from './schema-outcomes.ts';
import { atMostOneKey, flag, map, scalar, someKey, text } from './schema-shapes.ts';
import { Shoppers } from './schema-shoppers.ts';
import { Trace } from './schema-trace.ts';

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
    capture: size()
      .default('64KiB')
      .describe('How much of an answer is kept for rules, extracts and examples; of a longer one no JSON is read.'),
    maxBody: size().default('1MiB').describe('An answer longer than this is given up as `too-large`.'),
    maxHead: size().default('16KiB').describe('Answer headers longer than this are given up as `too-large`.'),
    tls: Tls.optional().describe('Certificates.'),
    proxy: text('a URL such as `http://proxy.example:3128`')
      .describe('HTTP proxy that every connection is tunnelled through (CONNECT).')
      .optional(),
    traceUrl: text('a URL such as `https://traces.example/trace/{{trace.id}}`')
      .describe(
        'Where people look up a trace: reports link orders there. `{{trace.id}}` or `{{order.key}}` stand in its path, query or fragment. The orders must say their trace: `traceparent: "{{trace.parent}}"`.',
      )
      .optional(),
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
  trace: Trace,
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
    over: duration().describe('How long the run lasts; with a `trace`, as long as the trace when left out.').optional(),
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

const lines = (example: string) =>
  z.array(text(`a line such as \`${example}\``), { error: `must be a list of lines such as \`- ${example}\`` });

export const Slo = lines('p99 < 300ms').describe('What must hold for a PASS.');
export const Stop = lines('errors > 20% for 30s').describe('What ends the run early.');

export const Capacity = map(
  {
    budget: duration().default('10m').describe('How long a search may take, probe and confirming hold included.'),
    maxOrders: count(1).describe('How many orders it may send; as many as the time allows when left out.').optional(),
    trial: duration().default('15s').describe('How long a load is held and measured to see whether it holds.'),
    hold: duration()
      .default('1m')
      .describe(
        'How long the highest load that held is held once more, and at least a load that is too close to tell.',
      ),
    settle: time().default('3s').describe('How long each load is held before it is measured.'),
    slo: z
      .array(text('a line such as `headroom >= 1.5x`'), {
        error: 'must be a list of lines such as `- headroom >= 1.5x`',
      })
      .default([])
      .describe('What the answer must be for a PASS: `headroom >= 1.5x` (the peak), `headroom over mean >= 2x`.'),
  },
  'a map with `budget`, `maxOrders`, `trial`, `hold`, `settle` or `slo`',
).describe('How `doorbuster capacity` searches for the highest load that holds, and what it must find.');

export const Profile = map(
  {
    version: z.literal(1, { error: 'must be `1`' }).default(1).describe('Version of the profile format.'),
    name: text('a name')
      .max(100, { error: 'must be at most 100 characters' })
      .describe('Default: the file name.')
      .optional(),
    target: Target,
    traffic: Traffic,
    feeders: Feeders.optional(),
    setup: ControlSteps.describe(
      'Sent once, one after the other, before the clock starts; what they extract is `{{setup.NAME}}`.',
    ).optional(),
    order: Order.prefault({}),
    outcomes: Outcomes.default([]),
    shoppers: Shoppers.optional(),
    audit: Audit.optional(),
    teardown: ControlSteps.describe('Sent once, when the run and its audit are over.').optional(),
    secrets: z
      .array(scalar('text'), { error: 'must be a list of names such as `[x-shop, customer]`' })
      .describe(
        'Names of headers, fields and query parameters whose values are shown nowhere; those that sound like a secret are hidden without it.',
      )
      .optional(),
    slo: Slo.default([]),
    stop: Stop.default([]),
    capacity: Capacity.optional(),
  },
  'a map with `target` and `traffic`',
);

/** What a profile may say; `defineProfile` and the editors' JSON Schema use it. */
export type ProfileInput = z.input<typeof Profile>;
/** The same with plain defaults filled, texts still as written. */
export type Filled = z.output<typeof Profile>;
