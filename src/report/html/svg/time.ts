// What the pictures over time have in common: where each row stands, and the parts of the traffic behind it.

import { cellOf, rowsOf, secondsOfRow } from '../../charts/rows.ts';
import type { Column, Rows } from '../../charts/spec.ts';
import type { RunView } from '../view.ts';
import type { Scale } from './axis.ts';
import type { Band } from './frame.ts';

/**
 * The rows up to where the run got. What it has not reached is not drawn: as zeros it would look like a collapse. Of a run
 * that goes on, rows that are not over yet are left out too; one that was ended is shown to the last second of its answers.
 */
export function seenRows<R extends Rows>({ charts, live }: RunView, rows: R): R {
  return rowsUntil({ live }, rows, seenUntilS({ charts, live }));
}

/** The second behind the last one in which something happened, or was to. */
export function seenUntilS({ charts: { flow, reachedS }, live }: Pick<RunView, 'charts' | 'live'>): number {
  if (live) return reachedS;
  const columns = (['fired', 'accepted', 'rejected', 'failed', 'unknown', 'inFlight'] as const).map(
    (name) => flow.columns[name],
  );
  let last = rowsOf(flow) - 1;
  while (last >= 0 && columns.every((column) => (cellOf(column, last) ?? 0) === 0)) last--;
  return Math.max(reachedS, last < 0 ? 0 : secondsOfRow(flow, last).untilS);
}

/** So many seconds of answers after the end are shown: those of one or two are what every run has. */
const LEAST_TAIL_S = 2;
/** A second that was cut short counts by its length, if it is long enough to say. */
const LEAST_ROW_S = 0.2;

/**
 * How far lines go in a picture. Behind the end of the plan, or of a run that was ended, nothing is planned or due: as zeros
 * it would look like a collapse. Answers are drawn to the last of them, unless they all came just after the end.
 */
export function endsOf({ charts, live, result: { ending } }: RunView): Record<'plan' | 'fired' | 'answers', number> {
  const { flow, durationS, reachedS, seconds } = charts;
  if (live) return { plan: seconds, fired: reachedS, answers: reachedS };
  const endS = ending.kind === 'complete' ? durationS : Math.min(durationS, ending.atUs / 1e6);
  const lastFired = valuesOf(flow, flow.columns.fired).findLastIndex((fired) => (fired ?? 0) > 0);
  const lastRow = lastFired < 0 ? undefined : secondsOfRow(flow, lastFired);
  const fired = lastRow !== undefined && lastRow.fromS > endS ? lastRow.untilS : lastWhole(endS);
  const seenS = seenUntilS({ charts, live });
  return { plan: lastWhole(durationS), fired, answers: seenS - fired < LEAST_TAIL_S ? fired : seenS };
}

const lastWhole = (seconds: number): number => (seconds % 1 < LEAST_ROW_S ? Math.floor(seconds) : seconds);

/** The rows up to a second; of a run that goes on, those that are over. */
export function rowsUntil<R extends Rows>({ live }: Pick<RunView, 'live'>, rows: R, endS: number): R {
  const { fromS, untilS, everyS } = rows;
  if (endS >= untilS) return rows;
  return { ...rows, untilS: Math.max(fromS, live ? fromS + Math.floor((endS - fromS) / everyS) * everyS : endS) };
}

/** The middle of each row. */
export function middles(rows: Rows, x: Scale): number[] {
  return Array.from({ length: rowsOf(rows) }, (_, row) => {
    const { fromS, untilS } = secondsOfRow(rows, row);
    return x.at((fromS + untilS) / 2);
  });
}

export const valuesOf = (rows: Rows, column: Column): (number | null)[] =>
  Array.from({ length: rowsOf(rows) }, (_, row) => cellOf(column, row));

/** Counts of rows as orders per second. */
export const perSecond = (rows: Rows, column: Column): number[] =>
  Array.from({ length: rowsOf(rows) }, (_, row) => {
    const { fromS, untilS } = secondsOfRow(rows, row);
    return (cellOf(column, row) ?? 0) / Math.max(untilS - fromS, LEAST_ROW_S);
  });

/** Everything but the part that is always on. */
export function bandsOf({ result, charts }: RunView): Band[] {
  return result.phases
    .flatMap(({ name, windows }) =>
      windows.map(({ fromUs, untilUs }) => ({ name, fromS: fromUs / 1e6, untilS: untilUs / 1e6 })),
    )
    .filter(({ fromS, untilS }) => fromS > 0 || untilS < charts.durationS)
    .sort((a, b) => a.fromS - b.fromS);
}

/** `everyS` rows joined so that a table has at most so many lines. */
export function tableStep(rows: Rows, most: number): number {
  return Math.max(1, Math.ceil(rowsOf(rows) / most));
}
