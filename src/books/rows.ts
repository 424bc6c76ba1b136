// One element of an export → a row of the books: the field map applied, and its status read as confirmed, reserved or other.
// A row that cannot be read is said to be malformed and why; nothing is guessed.

import type { BookRow } from '../audit/spec.ts';
import { numberOf } from '../order/answer-fields.ts';
import type { BookFields, BooksSpec } from '../order/books.ts';
import { parsePath, valueAt } from '../order/json-path.ts';

/** A row, or why it is none. */
export type RowOf = (value: unknown) => BookRow | string;

type Find = (value: unknown) => unknown;
type Mapping = Pick<BooksSpec, 'fields' | 'confirmed' | 'reserved'>;

/** Fields are JSON paths. */
export function rowOf(spec: Mapping): RowOf {
  return mapped(spec, (field) => {
    const steps = parsePath(field) ?? [field];
    return steps.length === 1 && typeof steps[0] === 'string' ? ownMember(steps[0]) : (value) => valueAt(value, steps);
  });
}

/**
 * Fields are columns, and a record is the list of its cells.
 *
 * @throws Error when a column is not there
 */
export function rowOfColumns(spec: Mapping, header: readonly string[]): RowOf {
  const names = header.map((name) => name.trim());
  return mapped(spec, (field) => {
    const at = names.indexOf(field);
    if (at < 0) throw new Error(`the export has no column \`${field}\`, it has ${names.slice(0, 20).join(', ')}`);
    return (cells) => (cells as readonly string[])[at]?.trim();
  });
}

function mapped(spec: Mapping, find: (field: string) => Find): RowOf {
  const fields: BookFields = spec.fields ?? { key: 'key' };
  const finderOf = (field: string | undefined): Find | undefined => (field === undefined ? undefined : find(field));
  const key = finderOf(fields.key)!;
  const [id, buyer, sku] = [finderOf(fields.id), finderOf(fields.buyer), finderOf(fields.sku)];
  const [quantity, total, status] = [finderOf(fields.quantity), finderOf(fields.total), finderOf(fields.status)];
  const [confirmed, reserved] = [new Set(spec.confirmed), new Set(spec.reserved)];
  const statusOf = (text: string): BookRow['status'] =>
    confirmed.has(text) ? 'confirmed' : reserved.has(text) ? 'reserved' : 'other';
  return (value) => {
    if (typeof value !== 'object' || value === null) return 'it is no object';
    const row: BookRow = { key: textOf(key(value)) ?? '', status: 'confirmed' };
    if (row.key === '') return `it has no \`${fields.key}\``;
    if (status) {
      const text = textOf(status(value));
      // A field map that is wrong must not make every order of the shop a lost one.
      if (text === undefined) return `it has no \`${fields.status}\``;
      row.status = statusOf(text);
    }
    const isSale = row.status === 'confirmed';
    if (id) {
      row.id = textOf(id(value));
      if (isSale && row.id === undefined) return `it has no \`${fields.id}\``;
    }
    // Whoever is missing here must not be taken for the one that was drawn.
    if (buyer) {
      row.buyer = textOf(buyer(value));
      if (isSale && row.buyer === undefined) return `it has no \`${fields.buyer}\``;
    }
    if (sku) {
      row.sku = textOf(sku(value));
      if (row.status !== 'other' && row.sku === undefined) return `it has no \`${fields.sku}\``;
    }
    if (quantity) {
      row.quantity = numberOf(quantity(value));
      const isNone = row.quantity === undefined || row.quantity < 0;
      if (isNone && row.status !== 'other') return `\`${fields.quantity}\` is no quantity`;
    }
    if (total) {
      row.total = numberOf(total(value));
      if (isSale && row.total === undefined) return `\`${fields.total}\` is no amount`;
    }
    return row;
  };
}

const ownMember =
  (name: string): Find =>
  (value) =>
    Object.hasOwn(value as object, name) ? (value as Record<string, unknown>)[name] : undefined;

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
