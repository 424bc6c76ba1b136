// `audit:` as a person writes it: which books the shop keeps, and how they are read.

import { z } from 'zod';
import { count, duration } from './scalars.ts';
import { SENDS } from './schema-order.ts';
import { map, scalar, text } from './schema-shapes.ts';

export const BOOK_FORMATS = ['json', 'ndjson', 'csv'] as const;

const { method, path, headers, json, graphql } = SENDS;
const ASKS = {
  method: method.describe('HTTP method. Default: GET; POST with a body.'),
  path: path.describe('Path and query, appended to `target.url`.'),
  headers: headers.describe('Header values may hold `{{setup.NAME}}` and `{{env.NAME}}`.'),
  json: json.describe('JSON body.'),
  graphql,
};
const jsonPath = () => text('a JSON path such as `data.items`');

const Stock = z
  .union(
    [
      text('a path such as `/stock`'),
      map(
        {
          ...ASKS,
          items: jsonPath()
            .describe('Where the levels are: a map by sku, or a list of rows. Default: the answer itself.')
            .optional(),
          sku: jsonPath().describe('The sku within a row of a list.').optional(),
          available: jsonPath()
            .describe('The units for sale within a level; a level that is a number needs none.')
            .optional(),
          reserved: jsonPath().describe('The units held for orders that are being paid, within a level.').optional(),
        },
        'a path such as `/stock`, or a map with `path`',
      ),
    ],
    { error: 'must be a path such as `/stock`, or a map with `path`' },
  )
  .describe('Where the stock of each sku is read, before and after the run.');

const Page = z.union(
  [
    text('the name of a query parameter'),
    map(
      {
        parameter: text('the name of a query parameter').describe('Query parameter that holds the number.'),
        first: count(0).default(1).describe('Number of the first page.'),
      },
      'the name of a query parameter, or a map with `parameter` and `first`',
    ),
  ],
  { error: 'must be the name of a query parameter, or a map with `parameter` and `first`' },
);

const Orders = z
  .union(
    [
      text('a path such as `/orders`, or a file'),
      map(
        {
          ...ASKS,
          file: text('the path of a file').describe('A file beside the profile, in place of `path`.').optional(),
          command: z
            .array(scalar('text'), {
              error: 'must be a list of words such as `[node, export.js]`: it is run without a shell',
            })
            .min(1, { error: 'must name a program' })
            .describe(
              'A program whose output is the export, and its arguments, in place of `path`; run without a shell.',
            )
            .optional(),
          format: z.enum(BOOK_FORMATS).describe('Default: by the end of the file’s name; `json` over HTTP.').optional(),
          items: jsonPath().describe('Where the list is in a JSON answer. Default: the answer itself.').optional(),
          page: Page.describe('Pages by number: read until one is empty.').optional(),
          cursor: map(
            {
              parameter: text('the name of a query parameter').describe('Query parameter that holds the cursor.'),
              next: jsonPath().describe('Where an answer holds the next cursor; none or null on the last page.'),
            },
            'a map with `parameter` and `next`',
          )
            .describe('Pages by cursor.')
            .optional(),
          count: text('a JSON path, or `header:NAME`')
            .describe('Where the export says how many rows it has: a JSON path, or `header:x-total-count`.')
            .optional(),
        },
        'a path, or a map with `path`, `file` or `command`',
      ),
    ],
    { error: 'must be a path such as `/orders`, or a map with `path`, `file` or `command`' },
  )
  .describe('Where the orders in the books are read, after the run.');

const field = (what: string) => text('a column or JSON path').describe(what);
const Fields = map(
  {
    key: field('The order key that was sent (`{{order.key}}`).'),
    id: field('The order’s id, as in the answers.').optional(),
    buyer: field('Who bought.').optional(),
    sku: field('What was bought.').optional(),
    quantity: field('How many; 1 when left out.').optional(),
    total: field('What it cost.').optional(),
    status: field('Which state the order is in: see `confirmed`.').optional(),
  },
  'a map with `key`',
);

const names = (must: string) => z.array(scalar('text'), { error: `must be ${must}` });
const price = () => z.number({ error: 'must be a number' }).min(0, { error: 'must not be below zero' });

const AuditMap = map(
  {
    shop: z
      .literal('demo', { error: 'must be `demo`: the shape of the built-in shop' })
      .describe('Start from the books of the built-in shop; what is written beside it goes before.')
      .optional(),
    stock: Stock.optional(),
    orders: Orders.optional(),
    fields: Fields.describe('Columns or JSON paths of a row of `orders`.').optional(),
    confirmed: names('a list of statuses')
      .describe('Statuses of a confirmed order; needed with `fields.status`.')
      .optional(),
    reserved: names('a list of statuses').describe('Statuses of an order that only holds stock.').optional(),
    limit: count(1).describe('Units one buyer may hold.').optional(),
    prices: z
      .union([price(), z.record(z.string(), price(), { error: 'must be a map of sku and price' })], {
        error: 'must be a price, or a map of sku and price',
      })
      .describe('Price of one unit, in the unit of `fields.total`: of every sku, or by sku.')
      .optional(),
    'sold-out': names('a list of outcome names')
      .describe('Outcomes that mean “sold out”. Default: `sold_out`, where there is a rule of that name.')
      .optional(),
    'cart-holds': z
      .boolean({ error: 'must be `true` or `false`' })
      .describe(
        'Whether units in a cart are held before they are bought. Default: true; then units left over may have come back from carts, and `undersold` may stay unchecked.',
      )
      .optional(),
    throttled: names('a list of outcome names')
      .describe(
        'Outcomes that ask to slow down: a repeat that is told so is not held against the shop, as one with status 429 is not. Default: `throttled`.',
      )
      .optional(),
    foreign: z
      .enum(['refuse', 'ignore'])
      .describe('Orders of others in the books: `refuse` the books, or `ignore` them. Default: refuse.')
      .optional(),
    settle: duration().describe('How long the books may take to come to rest after the run. Default: 30s.').optional(),
    poll: duration().describe('How often they are looked at meanwhile. Default: 1s.').optional(),
    timeout: duration().describe('How long one reading may take. Default: 2m.').optional(),
    rows: count(1, 2 ** 32)
      .describe('More rows than this are not read. Default: 10M.')
      .optional(),
    answer: map(
      {
        id: jsonPath().describe('The order’s id.').optional(),
        quantity: jsonPath().describe('How many were bought.').optional(),
        total: jsonPath().describe('What it costs.').optional(),
      },
      'a map with `id`, `quantity` or `total`',
    )
      .describe('Where an accepted answer says what was bought: JSON paths.')
      .optional(),
  },
  '`demo`, or a map with `stock`, `orders` and `fields`',
);

export const Audit = z
  .union([z.literal('demo'), z.literal('none'), AuditMap], {
    error: 'must be `demo`, `none`, or a map with `stock`, `orders` and `fields`',
  })
  .describe(
    'The shop’s books, held against the orders of the run. Default: `demo` where the target is the built-in shop, else `none`: then only answers are held against each other.',
  );

export type AuditInput = z.output<typeof Audit>;
/** Books that are to be read. */
export type BooksInput = Exclude<AuditInput, 'none'>;
export type AuditMapInput = z.output<typeof AuditMap>;
