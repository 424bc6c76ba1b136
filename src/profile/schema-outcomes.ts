// `outcomes:` as a person writes it: what an answer means, for a whole order or for one step of it.

import { z } from 'zod';
import { OUTCOME_CLASSES } from '../outcomes.ts';
import { atMostOneKey, map, scalar, someKey } from './schema-shapes.ts';

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
      .record(z.string(), scalar('text'), { error: 'must be a map of header names and values' })
      .describe('Header name and the text it must equal, or a /regular expression/.')
      .optional(),
    body: z
      .record(
        z.string(),
        z.union([z.string(), z.number(), z.boolean(), z.null()], {
          error:
            'must be text, a number, `true`, `false` or `null`; names within names are one path, `data.items[0].code`',
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
).meta({ id: 'OutcomeRule' });

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
