// `feeders:` as a person writes it: files whose rows the orders take values from.

import { z } from 'zod';
import { map, text } from './schema-shapes.ts';

export const FEEDER_FORMATS = ['csv', 'json', 'ndjson'] as const;

export const Feeders = z
  .record(
    z.string(),
    z.union(
      [
        text('the path of a file'),
        map(
          {
            file: text('the path of a file').describe(
              'CSV with a head line, JSON (a list of maps) or NDJSON, beside the profile.',
            ),
            order: z
              .enum(['circular', 'random', 'once'])
              .default('circular')
              .describe('Which row an order gets: one after the other and round again, at random, or each row once.'),
            format: z.enum(FEEDER_FORMATS).describe('Default: by the end of the file’s name.').optional(),
          },
          'a map with `file`',
        ),
      ],
      { error: 'must be the path of a file, or a map with `file` and `order`' },
    ),
    { error: 'must be a map of names and files, such as `people: people.csv`' },
  )
  .describe('Rows that orders take values from: a column is `{{NAME.COLUMN}}`.');
