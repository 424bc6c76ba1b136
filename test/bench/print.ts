import type { Row } from './row.ts';

/** Prints rows in columns; @returns how many stated limits were missed. */
export function printRows(rows: readonly Row[]): number {
  let missed = 0;
  for (const { name, value, unit, note, ok } of rows) {
    const shown = value >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
    const mark = ok === undefined ? ' ' : ok ? '✓' : '✗';
    if (ok === false) missed++;
    console.log(`${mark} ${name.padEnd(46)} ${shown.padStart(10)} ${unit.padEnd(7)} ${note}`);
  }
  return missed;
}
