// The shape of charts.json, so that a report is rebuilt from what fits and from nothing else.

import { OUTCOME_CLASSES } from '../../outcomes.ts';
import type { Schema } from '../result-schema.ts';
import { CHARTS_VERSION, FLOW_COLUMNS, TIME_COLUMNS } from './spec.ts';

const text: Schema = { type: 'string' };
const count: Schema = { type: 'integer', minimum: 0 };
const amount: Schema = { type: 'number', minimum: 0 };
const maybe: Schema = { type: ['number', 'null'] };
const width: Schema = { type: 'number', minimum: 1 };
const listOf = (items: Schema): Schema => ({ type: 'array', items });
const object = (properties: Record<string, Schema>): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});

const column: Schema = { anyOf: [maybe, listOf(maybe)] };
const columns = (names: readonly string[]): Schema => object(Object.fromEntries(names.map((name) => [name, column])));
const rows = { fromS: count, untilS: amount, everyS: width };
const flow = object({ ...rows, columns: columns(FLOW_COLUMNS) });
const times = object({
  ...rows,
  response: columns(TIME_COLUMNS),
  service: columns(TIME_COLUMNS),
  lateness: columns(['p99', 'max']),
});
const spectrum = object({ name: text, count, points: listOf(listOf(amount)) });
const outcomeClass: Schema = { type: 'string', enum: OUTCOME_CLASSES };

export const CHARTS_SCHEMA: Schema = object({
  chartsVersion: { const: CHARTS_VERSION },
  notes: listOf(object({ label: text, text })),
  durationS: amount,
  seconds: amount,
  reachedS: amount,
  flow,
  times,
  detail: listOf(object({ why: text, flow, times })),
  outcomes: listOf(
    object({
      name: text,
      class: outcomeClass,
      count,
      firstS: { type: 'integer' },
      lastS: { type: 'integer' },
      p99Us: maybe,
    }),
  ),
  byOutcome: object({ ...rows, of: listOf(object({ index: { type: 'integer' }, counts: column })) }),
  heat: object({ ...rows, edgesUs: listOf(amount), cells: listOf(object({ from: count, counts: listOf(count) })) }),
  spectra: {
    type: 'object',
    properties: { response: spectrum, service: spectrum, parts: listOf(spectrum), baseline: spectrum },
    required: ['response', 'service', 'parts'],
  },
  stretches: listOf(
    object({ fromS: count, untilS: amount, why: { type: 'string', enum: ['off plan', 'late', 'dropped'] } }),
  ),
});
