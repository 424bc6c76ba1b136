// The published JSON Schema (draft-07) of what `run --json` prints: one JSON object a line, told apart by `event`.

import { RESULT_SCHEMA, type Schema } from './result-schema.ts';

const count: Schema = { type: 'integer', minimum: 0 };
const maybeUs: Schema = { type: ['number', 'null'], minimum: 0 };
const text: Schema = { type: 'string' };
const amount: Schema = { type: 'number', minimum: 0 };

function event(name: string, description: string, properties: Record<string, Schema>): Schema {
  const all = { event: { const: name }, ...properties };
  return { type: 'object', description, properties: all, required: Object.keys(all), additionalProperties: false };
}

const { $schema, ...result } = RESULT_SCHEMA;

export const EVENTS_SCHEMA: Schema = {
  $schema,
  title: 'Doorbuster events',
  description: 'One line of `doorbuster run --json`. Times are µs. A reader should ignore events it does not know.',
  anyOf: [
    event('start', 'Once, before the first order.', {
      name: { ...text, description: 'Of the profile.' },
      startedAtMs: { ...amount, description: 'Unix time, ms.' },
      orders: { ...count, description: 'Planned.' },
      workers: count,
      reason: { ...text, description: 'Why so many workers.' },
      driver: text,
      driverReason: text,
    }),
    event('second', 'About once a second, and once when everything has ended. Counts are of the run so far.', {
      elapsedUs: { ...count, description: 'Since the start.' },
      fired: count,
      dropped: count,
      inFlight: { ...count, description: 'Fired and not yet ended.' },
      accepted: count,
      rejected: count,
      failed: count,
      unknown: count,
      p50Us: { ...maybeUs, description: 'Of response, of the orders that have ended; null while there are none.' },
      p99Us: maybeUs,
    }),
    event('end', 'Once, last.', { result }),
  ],
};
