// Where the rows of an export go: good ones to whoever takes them, bad ones are counted and the first shown.

import type { BookRow, Reading } from '../audit/spec.ts';
import type { BooksSpec } from '../order/books.ts';
import { parseExact } from '../order/json-exact.ts';
import { type RowOf, rowOf, rowOfColumns } from './rows.ts';

const SHOWN = 120;
const EXAMPLES = 5;

export type RowSpec = Pick<BooksSpec, 'fields' | 'confirmed' | 'reserved' | 'maxRows'>;
export type SinkSeams = {
  take: (row: BookRow) => void;
  /** Counted up as they come. */
  reading: Pick<Reading, 'malformed' | 'malformedExamples'>;
};

export class RowSink {
  /** All of them, malformed ones too. */
  rows = 0;
  /** The first row since `turnPage`, as text. */
  pageStart: string | undefined;
  #rowOf: RowOf;
  readonly #spec: RowSpec;
  readonly #seams: SinkSeams;
  readonly #onlyCounts: boolean;

  /** `onlyCounts`: what a row says is not looked at. */
  constructor(spec: RowSpec, seams: SinkSeams, { onlyCounts = false } = {}) {
    this.#onlyCounts = onlyCounts;
    this.#rowOf = rowOf(spec);
    this.#spec = spec;
    this.#seams = seams;
  }

  turnPage(): void {
    this.pageStart = undefined;
  }

  /** A row that is JSON. */
  text(text: string): void {
    if (this.#onlyCounts) {
      this.#count(() => text);
      return;
    }
    let value: unknown;
    try {
      value = parseExact(text);
    } catch {
      this.bad(text, 'it is not JSON');
      return;
    }
    this.#count(() => text);
    const row = this.#rowOf(value);
    if (typeof row === 'string') this.#malformed(text, row);
    else this.#seams.take(row);
  }

  /** The names of the columns of what comes now. @throws Error when one of the fields is none of them */
  header(names: readonly string[]): void {
    this.#rowOf = rowOfColumns(this.#spec, names);
  }

  /** A row of columns. */
  cells(cells: readonly string[]): void {
    this.#count(() => cells.join(','));
    if (this.#onlyCounts) return;
    const row = this.#rowOf(cells);
    if (typeof row === 'string') this.#malformed(cells.join(','), row);
    else this.#seams.take(row);
  }

  /** Something stands where a row should be. */
  bad(text: string, why: string): void {
    this.#count(() => text);
    this.#malformed(text, why);
  }

  #count(textOf: () => string): void {
    this.rows++;
    this.pageStart ??= textOf();
    if (this.rows > this.#spec.maxRows) {
      throw new Error(`the export has more than ${this.#spec.maxRows} rows (\`audit.rows\`)`);
    }
  }

  #malformed(text: string, why: string): void {
    const { reading } = this.#seams;
    reading.malformed++;
    if (reading.malformedExamples.length >= EXAMPLES) return;
    const line = text.replace(/\s+/g, ' ').trim();
    const shown = line.length > SHOWN ? `${line.slice(0, SHOWN)} …` : line;
    reading.malformedExamples.push(`row ${this.rows}, ${why}${shown === '' ? '' : `: ${shown}`}`);
  }
}
