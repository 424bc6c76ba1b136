// `order:` as a person writes it: one request, a list of named steps, or a map of steps and what they share. `setup:` and
// `teardown:` are lists of steps too.

import { z } from 'zod';
import { closest } from '../suggest.ts';
import { count, duration, fraction, time, weight } from './scalars.ts';
import { Outcomes } from './schema-outcomes.ts';
import { atMostOneKey, flag, map, NOT_TOLD, scalar, someKey, text } from './schema-shapes.ts';

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export const BODY_KINDS = ['json', 'form', 'text', 'file', 'graphql'] as const;

const GraphQl = map(
  {
    query: text('the text of a query or mutation').describe('Query or mutation.').optional(),
    file: text('the path of a file').describe('The same from a `.graphql` file beside the profile.').optional(),
    variables: z
      .record(z.string(), z.unknown(), { error: 'must be a map of variables' })
      .describe('Its variables; texts may hold {{placeholders}}.')
      .optional(),
    operationName: text('the name of an operation').describe('Which operation of the query is meant.').optional(),
  },
  'a map with `query` (or `file`) and `variables`',
);

/** What any request is made of. */
export const SENDS = {
  method: z.enum(METHODS).describe('HTTP method. Default: POST; GET for a step without a body.').optional(),
  path: text('a path such as `/checkout`')
    .describe(
      'Path and query, appended to `target.url`; may hold {{placeholders}}. Default: `/checkout`; `/graphql` for a graphql body. A step says its own.',
    )
    .optional(),
  headers: z
    .record(
      z.string(),
      z.union([scalar('text'), z.array(scalar('text'))], { error: 'must be text, or a list of texts' }),
      { error: 'must be a map of header names and values' },
    )
    .describe(
      'Header values may hold {{placeholders}}. Default, where an order is placed: `idempotency-key: "{{order.key}}"`. Beside `steps`: sent with each of them.',
    )
    .optional(),
  json: z
    .unknown()
    .describe('JSON body; strings may hold {{placeholders}}. Default of a POST: buyer, sku and quantity.')
    .optional(),
  form: z
    .record(z.string(), scalar('text'), { error: 'must be a map of field names and values' })
    .describe('Form-encoded body.')
    .optional(),
  text: z.string({ error: 'must be text' }).describe('Body as it stands; empty for no body at all.').optional(),
  file: text('the path of a file')
    .describe('Body from a file beside the profile; a `.json` file is treated as `json`, any other as `text`.')
    .optional(),
  graphql: GraphQl.describe('GraphQL body: `{ query, variables }`.').optional(),
};

const ExtractFrom = map(
  {
    json: text('a JSON path such as `data.token`').describe('JSON path into the answer’s body.').optional(),
    header: text('the name of a header').describe('Header of the answer.').optional(),
    cookie: text('the name of a cookie').describe('Cookie that the answer sets.').optional(),
    regex: text('a regular expression')
      .describe('Regular expression on the body, `…` or `/…/i`; its first group is taken, or all of it.')
      .optional(),
    optional: flag().describe('Empty where it is not found, instead of the end of the order.').optional(),
  },
  'a JSON path, or a map with `json`, `header`, `cookie` or `regex`',
).meta({ id: 'ExtractFrom' });
const Extracts = z
  .record(
    z.string(),
    z.union([text('a JSON path such as `data.token`'), ExtractFrom], {
      error: 'must be a JSON path such as `data.token`, or a map with `json`, `header`, `cookie` or `regex`',
    }),
    { error: 'must be a map of names and where they are found, such as `token: data.token`' },
  )
  .describe(
    'Taken from the answer: a name, and a JSON path (or header, cookie, regex). Later steps say `{{vars.NAME}}`.',
  );

const THINK = 'must be a duration such as `2s`, or a map with `from` and `until`, or with `median` and `sigma`';
const Think = z
  .union(
    [
      duration(),
      map(
        {
          from: time().describe('Shortest of a pause drawn evenly.').optional(),
          until: duration().describe('Longest of a pause drawn evenly.').optional(),
          median: duration().describe('Median of a lognormal pause.').optional(),
          sigma: z
            .number({ error: 'must be a number above 0' })
            .gt(0, { error: 'must be a number above 0' })
            .max(5, { error: 'must be at most 5' })
            .describe('Spread of a lognormal pause: 0.5 is usual.')
            .optional(),
        },
        'a duration, or a map with `from` and `until`, or with `median` and `sigma`',
      ),
    ],
    { error: THINK },
  )
  .describe('The shopper’s pause before this step.');

const conditions = (description: string) =>
  z
    .record(z.string(), scalar('text, or a /regular expression/'), {
      error: 'must be a map such as `vars.kind: member`',
    })
    .describe(description)
    .optional();

const STEP = {
  ...SENDS,
  outcomes: Outcomes.describe(
    'What this step’s answers mean: `accepted` goes on to the next step. Default: the `outcomes` of the profile.',
  ).optional(),
  extract: Extracts.optional(),
  think: Think.optional(),
  when: conditions('Sent only when each of these variables has this value: `vars.kind: member`, or `/a|b/`.'),
  unless: conditions('Not sent when any of these variables has this value.'),
};

const CONTROL = {
  ...SENDS,
  outcomes: Outcomes.describe('Which answers are right: `accepted`. Default: 2xx.').optional(),
  extract: Extracts.optional(),
  timeout: duration().describe('How long it may take. Default: 30s.').optional(),
};

const name = text('a name').describe('Name of the step, in outcomes and reports.').optional();

const STEP_EXAMPLE = 'cart: { path: /cart }';
const CONTROL_EXAMPLE = 'login: { method: POST, path: /login }';
/**
 * An item with one key that no step has is the other kind, `cart: { … }`. The unknown key alone would not end this kind
 * in the schema's eyes, and would hide what is wrong within `cart`.
 */
const isNoKeyedStep = [
  () => false,
  {
    error: NOT_TOLD,
    abort: true,
    when: ({ issues }: { issues: readonly z.core.$ZodRawIssue[] }) =>
      issues.some(({ code, input, keys }) => code === 'unrecognized_keys' && isKeyed(input, keys as string[])),
  },
] as const;

function isKeyed(input: unknown, [key, ...more]: readonly string[]): boolean {
  if (typeof input !== 'object' || input === null || Object.keys(input).length > 1 || more.length > 0) return false;
  const value = Object.values(input)[0] as unknown;
  return (typeof value === 'object' && value !== null) || closest(key!, STEP_KEYS) === undefined;
}

export const StepFields = map({ name, ...STEP }, `a step such as \`${STEP_EXAMPLE}\``)
  .refine(...isNoKeyedStep)
  .meta({ id: 'Step' });
export const ControlFields = map({ name, ...CONTROL }, `a step such as \`${CONTROL_EXAMPLE}\``)
  .refine(...isNoKeyedStep)
  .meta({
    id: 'ControlStep',
  });

/** `{ name: cart, path: … }` or `cart: { path: … }`. */
function stepList<Fields extends z.ZodType>(fields: Fields, example: string) {
  const error = `must be a step such as \`${example}\``;
  return z
    .array(
      z.union(
        [
          fields,
          z
            .record(z.string(), fields, { error })
            .refine(...atMostOneKey('must hold one step only: put each step in a list item of its own'))
            .refine(...someKey('must hold a step'))
            .meta({ minProperties: 1, maxProperties: 1 }),
        ],
        { error },
      ),
      { error: `must be a list of steps such as \`- ${example}\`` },
    )
    .min(1, { error: 'must hold at least one step' });
}

export const Steps = stepList(StepFields, STEP_EXAMPLE).describe('The steps of an order, one after the other.');
export const ControlSteps = stepList(ControlFields, CONTROL_EXAMPLE);

/** Every key a step can have: a list item with one other key is the step of that name. */
export const STEP_KEYS: readonly string[] = ['name', ...Object.keys(STEP), ...Object.keys(CONTROL)];

const sku = () => z.union([text('a sku'), z.number()], { error: 'must be a sku' });
const SKUS = 'must be a list of skus, a map of sku and weight, or `{ zipf: 1.1, of: 1000 }`';
const Skus = z
  .union(
    [
      z.array(sku(), { error: 'must be a list of skus' }),
      map(
        {
          zipf: weight().describe('Exponent: the kth sku sells 1/k^zipf as often as the first.'),
          of: z
            .union([count(1, 100_000), z.array(sku())], {
              error: 'must be a number of skus, or a list of them, the hottest first',
            })
            .describe('A number (`sku-1` … ), or a list of skus, the hottest first.'),
        },
        'a map with `zipf` and `of`',
      ),
      z.record(z.string(), weight()),
    ],
    { error: SKUS },
  )
  .default(['sku-1'])
  .describe('What is bought: a list, a map of sku and weight, or a Zipf skew (a hot product and a long tail).');

const Buyers = z
  .union(
    [
      count(1, 2 ** 32),
      map(
        {
          count: count(1, 2 ** 32)
            .describe('How many buyers come back.')
            .default(1000),
          repeat: fraction().describe(
            'Share of the orders that come from them; all other orders have their own buyer.',
          ),
        },
        'a map with `count` and `repeat`',
      ),
    ],
    { error: 'must be a number of buyers, or a map with `count` and `repeat`' },
  )
  .describe('Number of distinct buyers, or how many come back and how often; every order has its own when left out.')
  .optional();

export const OrderMap = map(
  {
    ...SENDS,
    steps: Steps.optional(),
    places: text('the name of a step')
      .describe('The step that places the order: before it nothing can have been bought. Default: the last.')
      .optional(),
    journey: text('the path of a module')
      .describe(
        'Module beside the profile, `export default defineJourney({ steps, order })`: one order as a function, for what steps cannot say.',
      )
      .optional(),
    cookies: flag()
      .describe(
        'Cookies that answers set are sent back with what the same buyer sends later, as a browser does. Default: false.',
      )
      .optional(),
    buyers: Buyers,
    skus: Skus,
    quantity: z
      .union([count(1, 1_000_000), z.record(z.string(), weight())], {
        error: 'must be a whole number from 1 up, or a map of quantity and weight',
      })
      .default(1)
      .describe('How many of it: a number, or a map of quantity and weight.'),
  },
  'a map with `method`, `path`, `headers` and a body, or a list of steps',
);

export const Order = z
  .union([OrderMap, Steps], { error: 'must be a map with `method`, `path`, `headers` and a body, or a list of steps' })
  .describe('What is sent.');

export type OrderMapInput = z.output<typeof OrderMap>;
export type OrderInput = z.output<typeof Order>;
export type StepsInput = z.output<typeof Steps>;
export type ControlStepsInput = z.output<typeof ControlSteps>;
export type StepFieldsInput = z.output<typeof StepFields>;
export type ControlFieldsInput = z.output<typeof ControlFields>;
