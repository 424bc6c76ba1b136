import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberPrintOf, printOf } from '../../src/audit/fingerprint.ts';
import { NO_ROOM, TextTable } from '../../src/audit/text-table.ts';

const seed = 20261123;
const text = fc.oneof(
  fc.integer({ min: 0, max: 400 }).map((n) => `order-${n}`),
  fc.constantFrom(
    'order-007',
    'order-00',
    'order-',
    'order-4294967294',
    'order-4294967295',
    'order-99999999999',
    '7',
    '07',
  ),
  fc.integer({ min: 0, max: 300 }).map((n) => `0b5f3c1a-9e00-4d2e-8f07-${n.toString(16).padStart(12, '0')}`),
  fc.constantFrom(
    '0B5F3C1A-9E00-4D2E-8F07-000000000001',
    '0b5f3c1a-9e00-4d2e-8f07-00000000000',
    '0b5f3c1a09e00-4d2e-8f07-000000000001',
  ),
  // The bytes of a UUID as a text of its own.
  fc.constant('\u000b_<\u001aaaaaaaaaaaaa'),
  fc.uuid().filter((each) => each > '8'),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('', 'a', 'a'.repeat(4_096), '米粉节', '\u00e9', 'e\u0301'),
);

describe('a table of texts', () => {
  it('keeps a number for each, as a map does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(text, fc.nat(2 ** 32 - 1)), { maxLength: 600 }),
        fc.nat(50),
        (entries, expected) => {
          const table = new TextTable(1 << 26, expected);
          const map = new Map<string, number>();
          for (const [each, value] of entries) {
            const at = table.place(each);
            expect(table.isNew).toBe(!map.has(each));
            expect(table.valueAt(at)).toBe(map.get(each) ?? 0);
            expect(table.textAt(at)).toBe(each);
            table.setValueAt(at, value);
            map.set(each, value);
          }
          const told: [string, number][] = [];
          table.each((at) => told.push([table.textAt(at), table.valueAt(at)]));
          expect(told).toHaveLength(map.size);
          expect(new Map(told)).toEqual(map);
          expect([table.count, table.left]).toEqual([map.size, 0]);
        },
      ),
      { seed, numRuns: 200 },
    );
  });

  it('grows over many, across its chunks, and finds each again', () => {
    const table = new TextTable(1 << 26);
    const long = (n: number): string => `${'x'.repeat(n % 90)}${n}`;
    for (let n = 0; n < 60_000; n++) table.setValueAt(table.place(long(n)), n);
    const seen = new Set<number>();
    table.each((at) => seen.add(table.valueAt(at)));
    expect(seen.size).toBe(60_000);
    for (let n = 0; n < 60_000; n += 7) {
      expect(table.valueAt(table.place(long(n)))).toBe(n);
      expect(table.isNew).toBe(false);
    }
  });

  it('keeps numbers beyond those it expected, and refuses them when there is no room', () => {
    const roomy = new TextTable(1 << 20, 10);
    for (let n = 0; n < 50_000; n++) roomy.setValueAt(roomy.place(`order-${n * 7}`), n);
    expect([roomy.count, roomy.left]).toEqual([50_000, 0]);
    for (let n = 0; n < 50_000; n += 11) expect(roomy.valueAt(roomy.place(`order-${n * 7}`))).toBe(n);
    const narrow = new TextTable(1 << 17);
    for (let n = 0; n < 20_000; n++) narrow.place(`order-${n}`);
    expect(narrow.left).toBeGreaterThan(5_000);
    expect(narrow.count + narrow.left).toBe(20_000);
    expect(narrow.place('order-1')).not.toBe(NO_ROOM);
    expect(narrow.place('order-19999')).toBe(NO_ROOM);
  });

  it('says how many found no room, and takes none that has no bytes of its own', () => {
    const table = new TextTable(1 << 20);
    for (let n = 0; n < 20_000; n++) table.place(`${n}${'x'.repeat(95)}`);
    expect(table.left).toBeGreaterThan(5_000);
    expect(table.count + table.left).toBe(20_000);
    for (const bad of ['\ud800', 'y'.repeat(4_097)]) expect(table.place(bad)).toBe(-1);
    expect(table.left).toBe(20_002 - table.count);
  });
});

describe('prints', () => {
  it('are equal for equal amounts, however they came about, and never 0', () => {
    expect(numberPrintOf(3 * 19.99)).toBe(numberPrintOf(59.97));
    expect(numberPrintOf(0.1 + 0.2)).toBe(numberPrintOf(0.3));
    expect(numberPrintOf(-0)).toBe(numberPrintOf(0));
    expect(numberPrintOf(4e12 + 0.25)).toBe(numberPrintOf(4e12));
    const all = [0, 1, 2, 499, 500, 59.97, 59.98, -1, 1e12, 1e15];
    expect(new Set(all.map(numberPrintOf)).size).toBe(all.length);
    for (const each of all) expect(numberPrintOf(each)).toBeGreaterThan(0);
    expect(printOf('')).toBeGreaterThan(0);
  });

  it('of many whole amounts are as many', () => {
    const prints = new Set(Array.from({ length: 20_000 }, (_, n) => numberPrintOf(n * 5)));
    expect(prints.size).toBeGreaterThan(19_990);
  });
});
