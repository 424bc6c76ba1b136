// The lines of a CSV of orders → the time of each. A quoted cell may go over several lines; only the cell of the time is
// taken out. The head line is told by having no time where the others have one.

import { didYouMean } from '../../suggest.ts';
import { DELIMITERS } from '../feeder-rows.ts';
import type { TimeReader } from './times.ts';

/** Longer records come of a quote that was never closed. */
const MOST_LINES = 1000;

/** What a line came to: a time, nothing yet (the head line, a record that goes on), or a mistake of its own. */
export type Told =
  | { kind: 'time'; us: number }
  | { kind: 'none' }
  | { kind: 'unreadable'; why: string; column: number; line: number }
  /** No line can be read before this is mended. */
  | { kind: 'stop'; message: string };

const NONE: Told = { kind: 'none' };

export class CsvTimes {
  readonly #times: TimeReader;
  readonly #asked: string | number | undefined;
  #delimiter = ',';
  #index: number | undefined;
  #head: string[] | undefined;
  #records = 0;
  /** A record whose quote is not closed yet, and its first line. */
  #open: string[] = [];
  #openLine = 0;

  /** `column`: its name, or its number from 1; undefined: the only one that holds times. */
  constructor(times: TimeReader, column: string | number | undefined) {
    this.#times = times;
    this.#asked = column;
  }

  says(): string {
    const name = this.#head?.[this.#index ?? 0] ?? `column ${(this.#index ?? 0) + 1}`;
    return `CSV: time in \`${name}\``;
  }

  /** `line`: number of the text. */
  read(text: string, line: number): Told {
    if (this.#open.length === 0 && !text.includes('"')) return this.#record(text, line);
    if (this.#open.length === 0) this.#openLine = line;
    this.#open.push(text);
    const record = this.#open.join('\n');
    const isOpen = (record.split('"').length - 1) % 2 === 1;
    if (isOpen && this.#open.length < MOST_LINES) return NONE;
    if (isOpen) return this.end();
    this.#open = [];
    return this.#record(record, this.#openLine);
  }

  /** When there are no more lines. */
  end(): Told {
    if (this.#open.length === 0) return NONE;
    return stop(`:${this.#openLine}: a quote \`"\` is opened and never closed`);
  }

  #record(text: string, line: number): Told {
    this.#records += 1;
    if (this.#index === undefined) {
      const told = this.#choose(text);
      if (told) return told;
    }
    const { cell, at } = cellOf(text, this.#delimiter, this.#index!);
    if (cell === undefined) {
      const why = `has no column ${this.#index! + 1}`;
      return { kind: 'unreadable', why, column: 1, line };
    }
    const us = this.#times.read(cell.trim());
    if (!Number.isNaN(us)) return { kind: 'time', us };
    if (this.#records === 1 && this.#head === undefined) {
      this.#head = cellsOf(text, this.#delimiter);
      return NONE;
    }
    return { kind: 'unreadable', why: this.#times.why, column: text.includes('\n') ? 1 : at + 1, line };
  }

  /** Which column; undefined once it is known and this record is to be read. */
  #choose(text: string): Told | undefined {
    if (this.#records === 1) this.#delimiter = DELIMITERS.find((each) => text.includes(each)) ?? ',';
    const cells = cellsOf(text, this.#delimiter);
    if (typeof this.#asked === 'number') {
      this.#index = this.#asked - 1;
      return undefined;
    }
    if (this.#asked !== undefined) {
      this.#index = cells.indexOf(this.#asked);
      if (this.#index >= 0) {
        this.#head = cells;
        return NONE;
      }
      const hint = didYouMean(this.#asked, cells);
      return stop(`:1: there is no column \`${this.#asked}\`${hint}; its head line names ${listOf(cells)}`);
    }
    const found = cells.flatMap((cell, index) => (Number.isNaN(this.#times.read(cell.trim())) ? [] : [index]));
    if (found.length === 1) {
      this.#index = found[0]!;
      return undefined;
    }
    if (found.length > 1) {
      const names = found.map((index) => this.#head?.[index] ?? String(index + 1));
      return stop(`: several columns hold times, ${listOf(names)}: say which with \`column\``);
    }
    if (this.#records > 1)
      return stop(`: no column holds times: say which it is with \`column\`, and its \`timeFormat\``);
    this.#head = cells;
    return NONE;
  }
}

function stop(message: string): Told {
  return { kind: 'stop', message };
}

const SHOWN = 12;
function listOf(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).map((name) => `\`${name}\``);
  return [...shown, ...(names.length > SHOWN ? ['…'] : [])].join(', ');
}

/** The cell of an index (from 0), and where it stands; quotes taken off. */
function cellOf(text: string, delimiter: string, index: number): { cell: string | undefined; at: number } {
  let at = 0;
  for (let i = 0; i < index; i += 1) {
    const end = endOfCell(text, delimiter, at);
    if (end >= text.length) return { cell: undefined, at };
    at = end + 1;
  }
  const cell = text.slice(at, endOfCell(text, delimiter, at));
  return { cell: cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell, at };
}

function endOfCell(text: string, delimiter: string, from: number): number {
  if (text[from] === '"') {
    // Past the closing quote: one that no other follows.
    for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 2)) {
      if (text[at + 1] !== '"') return at + 1;
    }
    return text.length;
  }
  const end = text.indexOf(delimiter, from);
  return end < 0 ? text.length : end;
}

function cellsOf(text: string, delimiter: string): string[] {
  const cells: string[] = [];
  for (let at = 0; at <= text.length; at = endOfCell(text, delimiter, at) + 1) {
    cells.push(cellOf(text.slice(at), delimiter, 0).cell!.trim());
  }
  return cells;
}
