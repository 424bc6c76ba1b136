// Files of rows: what each format comes to, and that no row is lost, doubled or mixed up on its way into shared memory.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellOf } from '../../src/order/feeders.ts';
import type { FeederSpec } from '../../src/order/spec.ts';
import { compileOrder } from '../../src/order/template.ts';
import { formatOfName, parseRows } from '../../src/profile/feeder-rows.ts';
import { minimal, planOf, problemsOf } from './parsing.ts';

const rowsOf = (feeder: FeederSpec): string[][] =>
  Array.from({ length: feeder.rows }, (_, row) => feeder.columns.map((_name, column) => cellOf(feeder, row, column)));

const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
const csvOf = (table: readonly (readonly string[])[], end: string) =>
  table.map((row) => row.map(quoted).join(',') + end).join('');

describe('the rows of a file', () => {
  const cell = fc.string({
    unit: fc.constantFrom('a', '"', ',', ';', '\n', '\t', ' ', 'é', '😀', "'", '{'),
    maxLength: 6,
  });
  const name = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '_', '-', '1'), minLength: 1, maxLength: 5 });
  const table = fc.uniqueArray(name, { minLength: 1, maxLength: 4 }).chain((columns) =>
    fc.tuple(
      fc.constant(columns),
      fc.array(fc.array(cell, { minLength: columns.length, maxLength: columns.length }), {
        minLength: 1,
        maxLength: 8,
      }),
    ),
  );

  it('are the same from CSV, JSON and NDJSON, whatever stands in them', () => {
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n'), fc.boolean(), ([columns, rows], end, mark) => {
        const maps = rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]!])));
        // Integer-like names come first in any map, so the order of columns is the map's own.
        const inMaps = { columns: Object.keys(maps[0]!), rows: maps.map((row) => Object.values(row)) };
        const start = mark ? '\uFEFF' : '';
        expect(parseRows(start + csvOf([columns, ...rows], end), 'csv')).toEqual({ columns, rows });
        expect(parseRows(start + JSON.stringify(maps), 'json')).toEqual(inMaps);
        expect(parseRows(start + maps.map((row) => JSON.stringify(row) + end).join(''), 'ndjson')).toEqual(inMaps);
      }),
      { seed: 20150408, numRuns: 200 },
    );
  });

  it('keep any separator of spreadsheets, blank lines left out', () => {
    const expected = {
      columns: ['id', 'name'],
      rows: [
        ['1', 'a,b'],
        ['2', ''],
      ],
    };
    expect(parseRows('id;name\n1;a,b\n\n2;\n', 'csv')).toEqual(expected);
    expect(parseRows('id\tname\n1\ta,b\n2\t', 'csv')).toEqual(expected);
  });

  it('hold numbers and truth values as text, nothing as nothing', () => {
    expect(parseRows('[{"a":1.5,"b":true,"c":null}]', 'json')).toEqual({
      columns: ['a', 'b', 'c'],
      rows: [['1.5', 'true', '']],
    });
  });

  it('are known by the end of the name', () => {
    expect(['a.csv', 'b.TSV', 'x/c.json', 'd.ndjson', 'e.jsonl', 'f.txt', 'csv'].map(formatOfName)).toEqual([
      'csv',
      'csv',
      'json',
      'ndjson',
      'ndjson',
      undefined,
      undefined,
    ]);
  });

  it('say in which line they are wrong, and quote none of it', () => {
    const wrong: [text: string, format: 'csv' | 'json' | 'ndjson', says: RegExp][] = [
      ['', 'csv', /^ is empty$/],
      ['a,b\n', 'csv', /^ holds a head line and no rows/],
      ['a,,c\n1,2,3\n', 'csv', /^:1 column 2 has no name/],
      ['a,b,a\n1,2,3\n', 'csv', /^:1 column `a` is there twice/],
      ['a,b\n1,2\n3\n', 'csv', /^:3 .*got 1/],
      ['a,b\n1,2\n3,sesame,5\n', 'csv', /^:3 .*got 3/],
      ['a\n"sesame\n', 'csv', /never closed/],
      ['a\nx\nsesame"y\n', 'csv', /^:3 .*middle of a cell/],
      ['{', 'json', /^ is not JSON/],
      ['{"a":1}', 'json', /list of maps/],
      ['[]', 'json', /holds no rows/],
      ['[1]', 'json', /^ row 1 must be a map/],
      ['[{"a":1},{"a":1,"b":"sesame"}]', 'json', /^ row 2 has a column `b`/],
      ['[{"a":1,"b":2},{"a":"sesame"}]', 'json', /^ row 2 has no `b`/],
      ['[{"a":["sesame"]}]', 'json', /^ row 1 `a` is no text/],
      ['{"a":1}\n\n{"a":\n', 'ndjson', /^:3 is not JSON/],
    ];
    for (const [text, format, says] of wrong) {
      const read = parseRows(text, format);
      const told = 'message' in read ? `${read.at} ${read.message}` : 'sound';
      expect([text, told]).toEqual([text, expect.stringMatching(says)]);
      expect(told).not.toContain('sesame');
    }
  });
});

describe('a feeder', () => {
  const files = { 'p.csv': 'id,first name\n7,Zoë\n8,"B, C"\n', 'q.json': '[{"code":"X"}]' };

  it('is read once, and orders take its cells', () => {
    const { order, warnings } = planOf(
      minimal(
        'feeders: { people: p.csv, codes: { file: q.json, order: random } }\norder: { json: { who: "{{people.id}}/{{codes.code}}" } }\n',
      ),
      { files },
    );
    expect(warnings).toEqual([]);
    expect(order.feeders!.map(({ name, order: way }) => [name, way])).toEqual([
      ['people', 'circular'],
      ['codes', 'random'],
    ]);
    expect(rowsOf(order.feeders![0]!)).toEqual([
      ['7', 'Zoë'],
      ['8', 'B, C'],
    ]);
    const [template] = compileOrder(order);
    const bodies = [0, 1, 2].map(
      (seq) => JSON.parse(new TextDecoder().decode(template!.render({ seq }).body)) as unknown,
    );
    expect(bodies).toEqual([{ who: '7/X' }, { who: '8/X' }, { who: '7/X' }]);
  });

  it('of which each row is used once has one for every order there will be', () => {
    const text = minimal(
      'feeders: { people: { file: p.csv, order: once } }\norder: { json: { who: "{{people.id}}" } }\n',
    );
    expect(problemsOf(text, { files })).toMatchObject([
      { code: 'SHORT_FEEDER', message: expect.stringMatching(/has 2 for 600 orders/), place: { line: 4 } },
    ]);
    expect(planOf(text.replace('rate: 10/s, for: 1m', 'orders: 2, over: 1m'), { files }).order.feeders).toHaveLength(1);
    const more = text.replace('rate: 10/s, for: 1m', 'orders: 200, over: 1m');
    expect(planOf(more, { files, scale: '1%' }).traffic.orders).toBe(2);
  });

  it('that nobody reads is told', () => {
    expect(planOf(minimal('feeders: { people: p.csv }\n'), { files }).warnings).toEqual([
      expect.stringMatching(/^feeders\.people is read by no order/),
    ]);
  });
});
