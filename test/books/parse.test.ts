// Rows come out the same wherever the bytes of an export are cut, and what is no row is counted, never guessed at.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BookRow } from '../../src/audit/spec.ts';
import { type Format, parseRows } from '../../src/books/parse.ts';
import { rowOf } from '../../src/books/rows.ts';
import { RowSink } from '../../src/books/sink.ts';

const seed = 4711;
const FIELDS = { key: 'key', id: 'id', buyer: 'who', sku: 'sku', quantity: 'n', total: 'sum', status: 'state' };
const SPEC = { fields: FIELDS, confirmed: ['paid', '7'], reserved: ['open'], maxRows: 1e6 };

async function* pieces(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  let from = 0;
  for (const end of ends) {
    yield bytes.slice(from, end);
    from = end;
  }
}

async function read(text: string, format: Format, { cuts = [] as number[], items = '$', maxRows = 1e6 } = {}) {
  const rows: BookRow[] = [];
  const reading = { malformed: 0, malformedExamples: [] as string[] };
  const sink = new RowSink({ ...SPEC, maxRows }, { take: (row) => rows.push({ ...row }), reading });
  const parsed = await parseRows(pieces(new TextEncoder().encode(text), cuts), { format, items }, sink);
  return { rows, ...reading, parsed };
}

type Written = { key: string; id: string; who: string; sku: string; n: number; sum: number; state: string };

const csvCell = (value: string | number): string => `"${String(value).replaceAll('"', '""')}"`;
const WRITE: Record<Format, (rows: readonly Written[]) => string> = {
  json: (rows) => JSON.stringify(rows),
  ndjson: (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
  csv: (rows) =>
    ['key,id,who,sku,n,sum,state', ...rows.map((row) => Object.values(row).map(csvCell).join(','))].join('\r\n'),
};

// Texts that a format might trip over, without the blanks at their ends that CSV takes off.
const aText = fc
  .string({
    unit: fc.constantFrom('a', 'ß', '"', ',', '\n', '[', '}', '\\', '€', '😀', ' '),
    minLength: 1,
    maxLength: 6,
  })
  .map((text) => `x${text}x`);
const aRow: fc.Arbitrary<Written> = fc.record({
  key: aText,
  id: aText,
  who: aText,
  sku: aText,
  n: fc.nat(9),
  sum: fc.nat(1e6),
  state: fc.constantFrom('paid', 'open', 'void', '7'),
});

const expected = ({ key, id, who, sku, n, sum, state }: Written): BookRow => ({
  key,
  id,
  buyer: who,
  sku,
  quantity: n,
  total: sum,
  status: state === 'open' ? 'reserved' : state === 'void' ? 'other' : 'confirmed',
});

describe.each<Format>(['json', 'ndjson', 'csv'])('rows of %s', (format) => {
  it('are those that were written, wherever the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(aRow, { maxLength: 8 }),
        fc.array(fc.nat(5_000), { maxLength: 40 }),
        async (rows, cuts) => {
          const found = await read(WRITE[format](rows), format, { cuts });
          expect(found.rows).toEqual(rows.map(expected));
          expect([found.malformed, found.parsed.rows]).toEqual([0, rows.length]);
        },
      ),
      { seed, numRuns: 200 },
    );
  });

  it('come one byte at a time', async () => {
    const rows = [1, 2, 3].map((n) => ({
      key: `ké"y,${n}`,
      id: `i\n${n}`,
      who: 'w',
      sku: 's',
      n,
      sum: 2 * n,
      state: 'paid',
    }));
    const text = WRITE[format](rows);
    const found = await read(text, format, { cuts: Array.from({ length: 2 * text.length }, (_, i) => i) });
    expect(found.rows).toEqual(rows.map(expected));
  });

  it('begin behind a byte order mark', async () => {
    const row = { key: 'k', id: 'i', who: 'w', sku: 's', n: 1, sum: 1, state: 'paid' };
    expect((await read(`\uFEFF${WRITE[format]([row])}`, format)).rows).toEqual([expected(row)]);
  });

  it('are refused beyond the most there may be', async () => {
    const row = { key: 'k', id: 'i', who: 'w', sku: 's', n: 1, sum: 1, state: 'paid' };
    await expect(read(WRITE[format]([row, row, row]), format, { maxRows: 2 })).rejects.toThrow('more than 2 rows');
  });

  it('that lack something are malformed, and the others are not lost', async () => {
    const row = { key: 'k', id: 'i', who: 'w', sku: 's', n: 1, sum: 1, state: 'paid' };
    const bad = [
      { ...row, key: '' },
      { ...row, id: '' },
      { ...row, n: 'some' as never },
      { ...row, n: -1 },
      { ...row, sum: 'much' as never },
      { ...row, state: '' },
    ];
    const found = await read(WRITE[format]([row, ...bad, row]), format);
    expect(found.rows).toHaveLength(2);
    expect(found.malformed).toBe(6);
    const whys = [
      'it has no `key`',
      'it has no `id`',
      '`n` is no quantity',
      '`n` is no quantity',
      '`sum` is no amount',
    ];
    for (const [i, why] of whys.entries()) expect(found.malformedExamples[i]).toContain(`row ${i + 2}, ${why}`);
    expect(found.malformedExamples).toHaveLength(5);
  });

  it('that name no buyer or no sku where the map says they do are malformed', async () => {
    const row = { key: 'k', id: 'i', who: 'w', sku: 's', n: 1, sum: 1, state: 'paid' };
    const held = { ...row, state: 'open' };
    const rows = [{ ...row, who: '' }, { ...row, sku: '' }, { ...held, sku: '' }, { ...held, who: '' }, row];
    const found = await read(WRITE[format](rows), format);
    // Who only holds stock may be nobody yet; what he holds is counted by its sku.
    expect([found.rows.length, found.malformed]).toEqual([2, 3]);
    for (const [i, why] of ['it has no `who`', 'it has no `sku`', 'it has no `sku`'].entries()) {
      expect(found.malformedExamples[i]).toContain(`row ${i + 1}, ${why}`);
    }
  });

  it('that were never bought need no id, no buyer, no sku and no total', async () => {
    const found = await read(
      WRITE[format]([{ key: 'k', id: '', who: '', sku: '', n: 1, sum: '' as never, state: 'void' }]),
      format,
    );
    expect([found.rows.map(({ status }) => status), found.malformed]).toEqual([['other'], 0]);
  });
});

describe('rows', () => {
  it('keep every digit of a long id', async () => {
    const found = await read(
      '[{"key":90071992547409931,"id":12345678901234567891,"who":"w","sku":"s","n":1,"sum":1,"state":7}]',
      'json',
    );
    expect(found.rows[0]).toMatchObject({ key: '90071992547409931', id: '12345678901234567891', status: 'confirmed' });
  });

  it('are found at a path, and the document around them is kept', async () => {
    const row = '{"key":"k","id":"i","who":"w","sku":"s","n":1,"sum":1,"state":"paid"}';
    const found = await read(`{"total":1,"data":{"orders":[${row}],"next":null}}`, 'json', { items: 'data.orders' });
    expect(found.rows).toHaveLength(1);
    expect(found.parsed.document).toEqual({ total: 1, data: { orders: [], next: null } });
  });

  it.each([
    ['', 'the answer is empty'],
    ['[{"key":"k"}', 'breaks off inside the list'],
    ['[{"key":"k"', 'breaks off inside the list'],
    ['{"data":[]', 'no list at|not whole'],
    ['{"data":{}}', /has no list at `\$`: say by `items` where it is, or by `format` what it is/],
    ['<html>', 'not JSON'],
    ['[] trailing', 'not JSON'],
  ])('of JSON that is %j are refused', async (text, why) => {
    await expect(read(text, 'json')).rejects.toThrow(new RegExp(why));
  });

  it.each([
    ['[1,,2]', 3],
    ['[1,]', 2],
    ['[,]', 2],
    ['["text",null,[],{"a"}]', 4],
  ])('of %s are all malformed', async (text, malformed) => {
    expect((await read(text, 'json')).malformed).toBe(malformed);
  });

  it('of a list whose brackets never close are given up, not kept', async () => {
    const endless = `[{${'[1,2]'.repeat(1_000_000)}`;
    await expect(read(endless, 'json', { cuts: [1e6, 2e6, 3e6] })).rejects.toThrow('longer than 1 MiB');
    await expect(read(`"${'x'.repeat(3e6)}`, 'ndjson', { cuts: [1e6, 2e6] })).rejects.toThrow('longer than 1 MiB');
  });

  it('of CSV that are cut, too short or too long are malformed one by one', async () => {
    const good = 'k,i,w,s,1,1,paid';
    const found = await read(`key,id,who,sku,n,sum,state\n${good}\nk,i\n${good}\n${good},more\n${good}\nk,"i`, 'csv');
    expect([found.rows.length, found.malformed]).toEqual([3, 3]);
  });

  it('of CSV without a column of the field map are none', async () => {
    await expect(read('key,id,who\nk,i,w\n', 'csv')).rejects.toThrow(
      'the export has no column `sku`, it has key, id, who',
    );
    await expect(read('', 'csv')).rejects.toThrow('the export is empty');
    expect((await read('sum, state ,n,sku,who,id, key\n7,paid, 2 ,s,w,i, k \n', 'csv')).rows).toEqual([
      { key: 'k', id: 'i', buyer: 'w', sku: 's', quantity: 2, total: 7, status: 'confirmed' },
    ]);
  });

  it('of NDJSON that are cut or are a page of HTML are malformed', async () => {
    const good = '{"key":"k","id":"i","who":"w","sku":"s","n":1,"sum":1,"state":"paid"}';
    expect(await read(`${good}\n\n${good}\n${good.slice(0, 20)}`, 'ndjson')).toMatchObject({ malformed: 1 });
    const html = await read('<html>\n<body>Down for maintenance</body>', 'ndjson');
    expect(html.malformedExamples[1]).toBe('row 2, it is not JSON: <body>Down for maintenance</body>');
  });

  it('without a field of status are all confirmed', () => {
    const read = rowOf({ fields: { key: 'order.key' }, confirmed: [], reserved: [] });
    expect(read({ order: { key: 17 } })).toEqual({ key: '17', status: 'confirmed' });
    expect(read({ 'order.key': 'x' })).toBe('it has no `order.key`');
    expect(read(null)).toBe('it is no object');
    expect(rowOf({ fields: { key: '__proto__' }, confirmed: [], reserved: [] })({})).toBe('it has no `__proto__`');
  });
});
