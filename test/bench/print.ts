// What the benches found as text: aligned, with a unit at every number, and `met` or `MISSED` where there is a limit.

import type { Printable, Row, Table } from './row.ts';

export const MISSED = 'MISSED';
const NONE = '–';
/** A sentence is wrapped here. */
const WIDTH = 116;

/** Three digits that count; thousands apart; a dash for what is not known. */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return NONE;
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
}

/** A value with its unit, or a dash. */
export function withUnit(value: number | undefined, unit: string): string {
  return value === undefined || Number.isNaN(value) ? NONE : `${formatValue(value)} ${unit}`;
}

export function formatItems(items: readonly Printable[]): string {
  return items
    .map((item) => {
      if ('says' in item) return wrapped(item.says);
      return 'columns' in item ? formatTable(item) : formatRow(item);
    })
    .join('\n');
}

/** Prints rows; @returns how many stated limits were missed. */
export function printRows(rows: readonly Row[]): number {
  console.log(formatItems(rows));
  return rows.filter(({ ok }) => ok === false).length;
}

function formatRow({ name, value, unit, note, ok }: Row): string {
  const mark = ok === undefined ? '' : ok ? 'met' : MISSED;
  return `${mark.padEnd(6)} ${name.padEnd(46)} ${formatValue(value).padStart(10)} ${unit.padEnd(6)} ${note}`.trimEnd();
}

function formatTable({ columns, lines }: Table): string {
  const table = [['', ...columns], ...lines.map(({ name, cells }) => [name, ...cells])];
  const widths = table[0]!.map((_, i) => Math.max(...table.map((line) => line[i]?.length ?? 0)));
  return table
    .map((line) => line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('   '))
    .map((line) => `       ${line}`.trimEnd())
    .join('\n');
}

function wrapped(text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line.length + word.length >= WIDTH) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, line].map((each) => `       ${each}`).join('\n');
}
