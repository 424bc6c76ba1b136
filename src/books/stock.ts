// Stock per sku as the shop tells it: a map by sku, or a list of rows that name theirs.

import type { StockLevel, StockLevels } from '../audit/spec.ts';
import { numberOf } from '../order/answer-fields.ts';
import type { StockSource } from '../order/books.ts';
import { parsePath, valueAt } from '../order/json-path.ts';
import { type BooksSeams, messageOf, refusalOf } from './seams.ts';

export type StockReading = { levels: StockLevels; trouble: '' } | { levels: undefined; trouble: string };

/** Never rejects: `trouble` says why there are no levels. */
export async function readStock(
  source: StockSource,
  { plane, signal }: Pick<BooksSeams, 'plane' | 'signal'>,
  timeoutUs: number,
): Promise<StockReading> {
  try {
    const answer = await plane.ask(source.step, { timeoutUs, ...(signal ? { signal } : {}) });
    const text = new TextDecoder().decode(answer.body);
    if (answer.status < 200 || answer.status > 299) throw new Error(refusalOf(source.step, answer.status, text));
    return { levels: levelsOf(source, jsonOf(text)), trouble: '' };
  } catch (error) {
    return { levels: undefined, trouble: `the stock could not be read: ${messageOf(error)}` };
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`the answer is not JSON: ${text.slice(0, 80).replace(/\s+/g, ' ')}`);
  }
}

const at = (value: unknown, path: string): unknown => valueAt(value, parsePath(path) ?? []);

function levelsOf(source: StockSource, document: unknown): StockLevels {
  const { items, sku } = source;
  const list = at(document, items);
  if (typeof list !== 'object' || list === null) throw new Error(`nothing is at \`${items}\` of the answer`);
  const named: [string, unknown][] =
    sku === undefined ? Object.entries(list) : Object.values(list).map((row) => [textOf(at(row, sku)), row]);
  const levels = new Map<string, StockLevel>();
  for (const [name, level] of named) {
    if (levels.has(name)) throw new Error(`\`${name}\` is there twice`);
    levels.set(name, levelOf(source, name, level));
  }
  if (levels.size === 0) throw new Error(`no sku is at \`${items}\` of the answer`);
  return Object.fromEntries(levels);
}

function levelOf({ available, reserved }: StockSource, name: string, level: unknown): StockLevel {
  const units = numberOf(available === undefined ? level : at(level, available));
  const shown = JSON.stringify(level)?.slice(0, 80);
  if (name === '') throw new Error(`a level names no sku: ${shown}`);
  if (units === undefined) throw new Error(`\`${name}\` has no level: ${shown}`);
  const held = reserved === undefined ? undefined : numberOf(at(level, reserved));
  if (reserved !== undefined && held === undefined) throw new Error(`\`${name}\` has no \`${reserved}\`: ${shown}`);
  return held === undefined ? { available: units } : { available: units, reserved: held };
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
