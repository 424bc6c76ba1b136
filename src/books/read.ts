// Reads every order that the shop's books know of, where the profile says they are (METHOD §7), and hands them over row by
// row. Whatever a shop may do ends in `trouble`, in plain words; nothing is thrown for it, and nothing half-read passes for
// whole.

import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import type { BookRow, Reading } from '../audit/spec.ts';
import type { ControlAnswer } from '../drive/control.ts';
import { numberOf } from '../order/answer-fields.ts';
import type { BooksSpec, OrdersSource } from '../order/books.ts';
import { parsePath, valueAt } from '../order/json-path.ts';
import { formatDuration } from '../units.ts';
import { readCommand } from './command.ts';
import { compressedTrouble, parseRows } from './parse.ts';
import { type BooksSeams, messageOf, refusalOf } from './seams.ts';
import { RowSink } from './sink.ts';

export type BooksToRead = { spec: BooksSpec; source: OrdersSource; seams: BooksSeams };

type HttpSource = Extract<OrdersSource, { kind: 'http' }>;

export function blankReading(trouble = ''): Reading {
  return { rows: 0, malformed: 0, malformedExamples: [], trouble, polls: [], tookUs: 0 };
}

/** Reads the whole export once. Never rejects. `rows` are those that `take` got; malformed ones are counted apart. */
export async function readOrders(
  books: BooksToRead,
  take: (row: BookRow) => void,
  { onlyCounts = false } = {},
): Promise<Reading> {
  const { spec, seams } = books;
  const reading = blankReading();
  const startUs = seams.nowUs();
  const sink = new RowSink(spec, { take, reading }, { onlyCounts });
  try {
    const claimed = await readFrom(books, sink);
    if (claimed !== undefined) reading.claimed = claimed;
  } catch (error) {
    reading.trouble = seams.signal?.aborted ? 'the reading was interrupted' : messageOf(error);
  }
  reading.rows = sink.rows - reading.malformed;
  reading.tookUs = seams.nowUs() - startUs;
  return reading;
}

/** How many rows there are, the cheapest way the source offers. Never rejects: a text says why not. */
export async function countRows(books: BooksToRead): Promise<number | string> {
  const { source, seams } = books;
  try {
    if (source.kind === 'http' && source.count?.startsWith('header:')) return await countByHeader(books, source);
    if (source.kind === 'http' && source.count !== undefined && source.paging.kind !== 'none') {
      const sink = new RowSink(books.spec, { take: () => {}, reading: blankReading() });
      return (await readHttp(books, source, { sink, onlyFirst: true })) ?? 0;
    }
  } catch (error) {
    return seams.signal?.aborted ? 'the reading was interrupted' : messageOf(error);
  }
  const { trouble, rows, malformed } = await readOrders(books, () => {}, { onlyCounts: true });
  return trouble === '' ? rows + malformed : trouble;
}

/** @returns the number of rows that the export says it has, where it does */
async function readFrom(books: BooksToRead, sink: RowSink): Promise<number | undefined> {
  const { source, seams } = books;
  if (source.kind === 'http') return readHttp(books, source, { sink, onlyFirst: false });
  const { format } = source;
  const parse = (body: AsyncIterable<Uint8Array>) => parseRows(body, { format, items: '$' }, sink);
  const { folder: cwd, signal } = seams;
  if (source.kind === 'file') {
    await parse(createReadStream(resolve(cwd, source.path), { signal })).catch((error) => {
      throw unopened(error, source.path);
    });
  } else await readCommand(source.argv, { cwd, timeoutUs: source.timeoutUs, ...(signal ? { signal } : {}) }, parse);
  return undefined;
}

/** Node says where it looked for a file, and not who named it. */
function unopened(error: NodeJS.ErrnoException, path: string): Error {
  if (error.syscall === undefined) return error;
  const rule = 'it must be there once the orders are over, and a relative path counts from the folder of the profile';
  return new Error(`the file \`${path}\` of \`audit.orders\` cannot be read (${error.message}): ${rule}`, {
    cause: error,
  });
}

// ── over HTTP ────────────────────────────────────────────────────────────────────────────────────────────────────────

type Query = readonly [name: string, value: string] | undefined;

function firstQuery({ paging }: HttpSource): Query {
  return paging.kind === 'page' ? [paging.parameter, String(paging.first)] : undefined;
}

async function ask(
  { seams }: BooksToRead,
  source: HttpSource,
  { query, timeoutUs }: { query: Query; timeoutUs: number },
) {
  const { signal } = seams;
  const isOneOfMany = source.paging.kind !== 'none';
  const options = { timeoutUs, isOneOfMany, ...(signal ? { signal } : {}), ...(query ? { query } : {}) };
  const answer = await seams.plane.send(source.step, options);
  const isFine = answer.status >= 200 && answer.status <= 299;
  const encoding = answer.headers.get('content-encoding')?.trim().toLowerCase() ?? '';
  if (isFine && (encoding === '' || encoding === 'identity')) return answer;
  if (isFine) {
    answer.drop();
    throw new Error(compressedTrouble(`\`content-encoding: ${encoding}\``));
  }
  throw new Error(refusalOf(source.step, answer.status, await beginningOf(answer)));
}

async function countByHeader(books: BooksToRead, source: HttpSource): Promise<number> {
  const answer = await ask(books, source, { query: firstQuery(source), timeoutUs: books.spec.timeoutUs });
  answer.drop();
  return countOf(source, answer, undefined)!;
}

async function readHttp(
  books: BooksToRead,
  source: HttpSource,
  { sink, onlyFirst }: { sink: RowSink; onlyFirst: boolean },
): Promise<number | undefined> {
  const { spec, seams } = books;
  const untilUs = seams.nowUs() + spec.timeoutUs;
  const turns = pageTurner(source);
  let query = firstQuery(source);
  let claimed: number | undefined;
  for (let page = 0; ; page++) {
    const timeoutUs = untilUs - seams.nowUs();
    if (timeoutUs <= 0) throw new Error(`the export took longer than ${formatDuration(spec.timeoutUs)}`);
    const answer = await ask(books, source, { query, timeoutUs });
    sink.turnPage();
    const { rows, document } = await parseRows(answer.body, source, sink);
    const count = countOf(source, answer, document);
    if (claimed !== undefined && count !== claimed) {
      throw new Error(`the export says it has ${claimed} rows on one page and ${count} on another`);
    }
    claimed = count;
    query = onlyFirst ? undefined : turns({ page, rows, answer, document, pageStart: sink.pageStart });
    if (query === undefined) return claimed;
  }
}

type Page = { page: number; rows: number; answer: ControlAnswer; document: unknown; pageStart: string | undefined };

/** What asks for the page behind one; undefined: it was the last. @throws Error where the pages go round in a circle */
function pageTurner({ paging }: HttpSource): (page: Page) => Query {
  if (paging.kind === 'none') return () => undefined;
  const { parameter } = paging;
  if (paging.kind === 'cursor') {
    const seen = new Set<string>();
    return ({ answer, document }) => {
      const next = cursorOf(paging.next, answer, document);
      if (next === undefined) return undefined;
      if (seen.has(next)) throw new Error(`the export comes back to the cursor \`${next.slice(0, 60)}\``);
      seen.add(next);
      return [parameter, next];
    };
  }
  let before: string | undefined;
  return ({ page, rows, pageStart }) => {
    if (rows === 0) return undefined;
    const number = paging.first + page;
    if (pageStart === before) {
      throw new Error(`page ${number} of the export begins as the one before it: does it know \`?${parameter}=\`?`);
    }
    before = pageStart;
    return [parameter, String(number + 1)];
  };
}

async function beginningOf({ body, drop }: ControlAnswer): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of body) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > 400) break;
    }
  } catch {
    // What it had to say is not what matters.
  }
  drop();
  return text;
}

/** `header:NAME` or a JSON path. */
function readAt(where: string, answer: ControlAnswer, document: unknown): unknown {
  if (where.startsWith('header:')) return answer.headers.get(where.slice(7).trim().toLowerCase());
  const steps = parsePath(where);
  return steps ? valueAt(document, steps) : undefined;
}

function countOf({ count }: HttpSource, answer: ControlAnswer, document: unknown): number | undefined {
  if (count === undefined) return undefined;
  const value = numberOf(readAt(count, answer, document));
  if (value === undefined) throw new Error(`the export does not say how many rows it has (\`${count}\`)`);
  return value;
}

function cursorOf(where: string, answer: ControlAnswer, document: unknown): string | undefined {
  const value = readAt(where, answer, document);
  return typeof value === 'number' || (typeof value === 'string' && value !== '') ? String(value) : undefined;
}
