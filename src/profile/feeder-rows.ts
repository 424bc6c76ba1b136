// A feeder's file as text → columns and rows of texts. CSV has a head line (`,`, `;` or a tab between cells, RFC 4180
// quotes), JSON is a list of maps, NDJSON a map a line. Every row has every column; what is wrong is told with its line.

import { CsvError, parse } from 'csv-parse/sync';
import { isMap } from './paths.ts';
import type { FEEDER_FORMATS } from './schema-feeders.ts';

export type FeederFormat = (typeof FEEDER_FORMATS)[number];
export type Rows = { columns: string[]; rows: string[][] };
/** `at`: `:7` for a line, ` row 7` for an entry of a list; empty for the whole file. */
export type RowsMistake = { at: string; message: string };

export const DELIMITERS = [',', ';', '\t'];

/** The format that a file's name tells; undefined where it tells none. */
export function formatOfName(file: string): FeederFormat | undefined {
  const end = /\.([a-z]+)$/i.exec(file)?.[1]?.toLowerCase();
  if (end === 'csv' || end === 'tsv') return 'csv';
  if (end === 'json') return 'json';
  return end === 'ndjson' || end === 'jsonl' ? 'ndjson' : undefined;
}

/** Never throws for anything that stands in the file. */
export function parseRows(text: string, format: FeederFormat): Rows | RowsMistake {
  const body = text.replace(/^\uFEFF/, '');
  if (body.trim() === '') return { at: '', message: 'is empty' };
  const read = format === 'csv' ? readCsv(body) : format === 'json' ? readJson(body) : readNdjson(body);
  if ('message' in read) return read;
  const wrong = columnMistake(read.columns, format);
  if (wrong) return wrong;
  if (read.rows.length > 0) return read;
  return { at: '', message: format === 'csv' ? 'holds a head line and no rows' : 'holds no rows' };
}

function columnMistake(columns: readonly string[], format: FeederFormat): RowsMistake | undefined {
  const at = format === 'csv' ? ':1' : '';
  const empty = columns.findIndex((column) => column.trim() === '');
  if (empty >= 0) return { at, message: `column ${empty + 1} has no name` };
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  return twice === undefined ? undefined : { at, message: `column \`${twice}\` is there twice` };
}

function readCsv(text: string): Rows | RowsMistake {
  const head = text.split(/\r?\n/, 1)[0]!;
  const delimiter = DELIMITERS.find((each) => head.includes(each)) ?? ',';
  try {
    const [columns = [], ...rows] = parse(text, { delimiter, skip_empty_lines: true }) as string[][];
    return { columns: columns.map((column) => column.trim()), rows };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { at: `:${error.lines ?? 1}`, message: csvWords(error) };
  }
}

/** The library's own message quotes the row, which may hold secrets. */
function csvWords(error: CsvError): string {
  if (error.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH') {
    const got = Array.isArray(error.record) ? `, got ${error.record.length}` : '';
    return `expected as many cells as the head line has${got}`;
  }
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') return 'a quote `"` is opened and never closed';
  return 'a quote `"` in the middle of a cell: quote the whole cell, and write `""` for one';
}

function readJson(text: string): Rows | RowsMistake {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return { at: '', message: 'is not JSON' };
  }
  if (!Array.isArray(list)) return { at: '', message: 'must hold a list of maps, such as `[{"id": "1"}]`' };
  return fromMaps(list.map((row: unknown, index) => ({ row, at: ` row ${index + 1}` })));
}

function readNdjson(text: string): Rows | RowsMistake {
  const found: Entry[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const at = `:${index + 1}`;
    try {
      found.push({ row: JSON.parse(line) as unknown, at });
    } catch {
      return { at, message: 'is not JSON: NDJSON is one map a line' };
    }
  }
  return fromMaps(found);
}

type Entry = { row: unknown; at: string };

function fromMaps(entries: readonly Entry[]): Rows | RowsMistake {
  const first = entries[0]?.row;
  const columns = isMap(first) ? Object.keys(first) : [];
  const rows: string[][] = [];
  for (const { row, at } of entries) {
    if (!isMap(row)) return { at, message: 'must be a map of columns and values' };
    const extra = Object.keys(row).find((column) => !columns.includes(column));
    if (extra !== undefined) return { at, message: `has a column \`${extra}\` that the first row has not` };
    const missing = columns.find((column) => !Object.hasOwn(row, column));
    if (missing !== undefined) return { at, message: `has no \`${missing}\`, which the first row has` };
    const nested = columns.find((column) => typeof row[column] === 'object' && row[column] !== null);
    if (nested !== undefined) return { at, message: `\`${nested}\` is no text or number: a cell is one value` };
    rows.push(columns.map((column) => (row[column] === null ? '' : String(row[column]))));
  }
  return { columns, rows };
}
