// `shoppers:` as a person writes it: how shoppers behave, as shares of the orders. All off unless said.

import { z } from 'zod';
import { count, duration, fraction, time } from './scalars.ts';
import { flag, map, scalar, text } from './schema-shapes.ts';

const COPIES = 'must be a number of copies from 2 to 5, or a map with `from` and `until`';
const copies = () => count(2, 5);

/** A share alone, or a map that holds it. */
function behaviour<Shape extends z.core.$ZodLooseShape>(shape: Shape, description: string) {
  const must = `a share such as \`5%\`, or a map with \`share\`, ${Object.keys(shape)
    .map((key) => `\`${key}\``)
    .join(', ')}`;
  return z
    .union([fraction(), map({ share: fraction().describe('Share of the orders.'), ...shape }, must)], {
      error: `must be ${must}`,
    })
    .describe(description)
    .optional();
}

export const Shoppers = map(
  {
    'double-click': behaviour(
      {
        copies: z
          .union(
            [
              copies(),
              map(
                { from: copies().describe('At least so many.'), until: copies().describe('At most so many.') },
                'a map with `from` and `until`',
              ),
            ],
            { error: COPIES },
          )
          .default(2)
          .describe('How often the request is sent in all, 2 to 5.'),
        within: time().default('50ms').describe('The copies follow the first within so long.'),
      },
      'The placing request goes out several times at once: same key, same bytes.',
    ),
    replay: behaviour(
      { after: time().default('1s').describe('So long after the answer.') },
      'The placing request once more after its answer: same key, same bytes.',
    ),
    altered: behaviour(
      { after: time().default('1s').describe('So long after the answer.') },
      'The same key with another body, after the answer.',
    ),
    abandon: behaviour(
      { again: time().default('1s').describe('So long after the cut it is sent again.') },
      'The connection is cut once the request is written; then the request is sent again: same key, same bytes.',
    ),
    'read-back': map(
      {
        share: fraction().describe('Share of the orders.'),
        path: text('a path such as `/orders/{{vars.orderId}}`').describe(
          'Where an order is asked for; `{{vars.orderId}}` is the id that its answer gave.',
        ),
        after: time().default('0s').describe('So long after the answer.'),
      },
      'a map with `share` and `path`',
    )
      .describe('After an accepted answer the order is asked for: it must be there.')
      .optional(),
    retry: map(
      {
        times: count(1, 20).describe('At most so many times.'),
        backoff: duration().default('500ms').describe('Before the first; doubled before each further one.'),
        jitter: fraction().default('50%').describe('Give or take so much of it.'),
        'retry-after': flag().default(true).describe('Wait at least what the answer’s Retry-After says.'),
        max: duration().default('30s').describe('No wait is longer; a shopper who is asked to wait longer gives up.'),
        on: z
          .array(scalar('an outcome class or name'), { error: 'must be a list of outcome classes and names' })
          .min(1, { error: 'must name at least one outcome class or name' })
          .default(['unknown'])
          .describe('After which outcomes: classes and names.'),
      },
      'a map with `times`',
    )
      .describe('The placing request again after such an outcome: same key, same bytes.')
      .optional(),
  },
  'a map with `double-click`, `replay`, `altered`, `abandon`, `read-back` or `retry`',
).describe('How shoppers behave, as shares of the orders; off unless said.');

export type ShoppersInput = z.output<typeof Shoppers>;
