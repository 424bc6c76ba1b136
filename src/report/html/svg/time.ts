// What the pictures over time have in common: where each row stands, and the parts of the traffic behind it.

import { cellOf, rowsOf, secondsOfRow } from '../../charts/rows.ts';
import type { Column, Rows } from '../../charts/spec.ts';
import type { RunView } from '../view.ts';
import type { Scale } from './axis.ts';
import type { Band } from './frame.ts';

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
    return (cellOf(column, row) ?? 0) / Math.max(untilS - fromS, 1);
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
