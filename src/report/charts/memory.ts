// What was made of a row of seconds, kept as long as nothing is added to them: the page of a run that goes on is drawn
// again each second, and of hours of it only the last rows are new. A row's orders are told by how many were fired, dropped
// and done: none of the three ever shrinks, and nothing is added without one of them growing.

import type { Tally } from '../../measure/tally.ts';
import type { Timeline } from '../../measure/timeline.ts';
import type { Rows } from './spec.ts';

type Kept = { state: string; value: unknown };

const memories = new WeakMap<Timeline, Map<string, Kept>>();
/** A run's rows a few times over, in case their width changes. */
const MOST_KEPT = 8_000;

/** `what` names the kind of value, with all that it depends on beside the row. */
export type Place = { rows: Rows; row: number; tally: Tally; what: string };

export function remembered<Value>(timeline: Timeline, { rows, row, tally, what }: Place, make: () => Value): Value {
  const memory = memories.get(timeline) ?? new Map<string, Kept>();
  memories.set(timeline, memory);
  const fromS = rows.fromS + row * rows.everyS;
  const key = `${what} ${fromS} ${Math.min(rows.untilS, fromS + rows.everyS)}`;
  const state = `${tally.fired} ${tally.dropped} ${tally.done}`;
  const known = memory.get(key);
  if (known?.state === state) return known.value as Value;
  if (memory.size >= MOST_KEPT) memory.clear();
  const value = make();
  memory.set(key, { state, value });
  return value;
}
