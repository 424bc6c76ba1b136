// The bytes of an export, in whatever pieces they come, as rows one by one: JSON, NDJSON and CSV. None is held in memory as
// a whole.

import { pipeline } from 'node:stream/promises';
import { type CsvError, parse as csvParser } from 'csv-parse';
import { parsePath, valueAt } from '../order/json-path.ts';
import { ArrayElements } from './elements.ts';
import type { RowSink } from './sink.ts';

export type Format = 'json' | 'ndjson' | 'csv';

/** What parsing one body left; `document` is a JSON body without its rows. */
export type Parsed = { rows: number; document: unknown };

/** A line longer than this is no order. */
const MAX_LINE_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;
/** Gzip begins so; no text does. */
const GZIP = 0x1f;
const EMPTY: Buffer = Buffer.alloc(0);

/** @throws Error in plain words when the body is cut short or is not what it should be */
export async function parseRows(
  packed: AsyncIterable<Uint8Array>,
  { format, items }: { format: Format; items: string },
  sink: RowSink,
): Promise<Parsed> {
  const before = sink.rows;
  const body = plain(packed);
  let document: unknown;
  if (format === 'json') document = await list(body, items, sink);
  else if (format === 'ndjson') await lines(body, sink);
  else await csv(body, sink);
  return { rows: sink.rows - before, document };
}

/** What is said of an export that must be unpacked first, which the shop was not asked to pack. */
export function compressedTrouble(how: string): string {
  return `the export is compressed (${how}), and is read as plain text only: have it sent or written without`;
}

/** The body, looked at where it begins: what is compressed would be told as a text of odd signs. */
async function* plain(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isBegun = false;
  for await (const chunk of body) {
    if (!isBegun && chunk[0] === GZIP) throw new Error(compressedTrouble('gzip'));
    isBegun ||= chunk.length > 0;
    yield chunk;
  }
}

async function list(body: AsyncIterable<Uint8Array>, items: string, sink: RowSink): Promise<unknown> {
  const path = parsePath(items) ?? [];
  const elements = new ArrayElements(path, (text) => sink.text(text));
  for await (const chunk of body) elements.push(chunk);
  const document = elements.end();
  if (!Array.isArray(valueAt(document, path))) throw new Error(`the answer has no list at \`${items}\``);
  return document;
}

async function lines(body: AsyncIterable<Uint8Array>, sink: RowSink): Promise<void> {
  let pending = EMPTY;
  const take = (line: Buffer): void => {
    const text = line.toString('utf8').trim();
    if (text !== '') sink.text(text);
  };
  for await (const piece of body) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      const line = chunk.subarray(from, at);
      take(pending.length === 0 ? line : Buffer.concat([pending, line]));
      pending = EMPTY;
      from = at + 1;
    }
    if (from < chunk.length) pending = Buffer.concat([pending, chunk.subarray(from)]);
    if (pending.length > MAX_LINE_BYTES) throw new Error('a line of the export is longer than 1 MiB');
  }
  // The last line may stand without its end; one that is cut is no JSON, and counts as malformed.
  take(pending);
}

async function csv(body: AsyncIterable<Uint8Array>, sink: RowSink): Promise<void> {
  let isHead = true;
  const parser = csvParser({
    bom: true,
    skip_empty_lines: true,
    max_record_size: MAX_LINE_BYTES,
    // A row with too few columns or a quote that never closes is one bad row, not the end of the export.
    skip_records_with_error: true,
    on_skip: (error: CsvError | undefined, text: string | undefined): undefined => {
      sink.bad(text ?? '', error?.message ?? 'it is no CSV');
    },
  });
  // Lists of cells: objects by column would take half as long again (test/bench/books.ts).
  await pipeline(body, parser, async (records: AsyncIterable<string[]>) => {
    for await (const cells of records) {
      if (isHead) sink.header(cells);
      else sink.cells(cells);
      isHead = false;
    }
  });
  if (isHead) throw new Error('the export is empty: not even the names of its columns are there');
}
