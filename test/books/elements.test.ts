import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArrayElements } from '../../src/books/elements.ts';

const seed = 71;

/** Feeds a text in pieces that end at the given offsets. */
function read(text: string, path: (string | number)[], cuts: readonly number[] = []) {
  const bytes = new TextEncoder().encode(text);
  const elements: string[] = [];
  const reader = new ArrayElements(path, (element) => elements.push(element));
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  let from = 0;
  for (const end of ends) {
    reader.push(bytes.slice(from, end));
    from = end;
  }
  return { elements, around: reader.end() };
}

const anElement = fc.jsonValue({ maxDepth: 3 });
const aKey = fc.oneof(fc.constantFrom('orders', 'a"b', 'ä', '', '[', 'x'), fc.string({ maxLength: 4 }));
const cuts = fc.array(fc.nat(5_000), { maxLength: 30 });

describe('elements of an array in a document', () => {
  it('are what JSON.parse finds there, wherever the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(anElement, { maxLength: 8 }),
        fc.array(aKey, { maxLength: 3 }),
        anElement,
        cuts,
        fc.constantFrom(undefined, 1),
        (elements, path, other, at, indent) => {
          // The array under its path, with something before and behind it at each level.
          const document = path.reduceRight<unknown>(
            (inner, key) =>
              Object.fromEntries([
                [`${key}<`, other],
                [key, inner],
                [`${key}>`, other],
              ]),
            elements,
          );
          const found = read(JSON.stringify(document, undefined, indent), path, at);
          expect(found.elements.map((text) => JSON.parse(text))).toEqual(JSON.parse(JSON.stringify(elements)));
          const emptied = path.reduceRight<unknown>(
            (inner, key) =>
              Object.fromEntries([
                [`${key}<`, other],
                [key, inner],
                [`${key}>`, other],
              ]),
            [],
          );
          expect(found.around).toEqual(JSON.parse(JSON.stringify(emptied)));
        },
      ),
      { seed, numRuns: 300 },
    );
  });

  it('are found behind an index, and in the first array of that path only', () => {
    expect(read('[[1],[2,3]]', [1]).elements).toEqual(['2', '3']);
    expect(read('{"a":{"orders":[1]},"orders":[2]}', ['orders']).elements).toEqual(['2']);
    expect(read('{"orders":[1],"more":{"orders":[2]}}', ['orders']).elements).toEqual(['1']);
  });

  it.each([
    ['[1,,2]', ['1', '', '2']],
    ['[1,]', ['1', '']],
    ['[,]', ['', '']],
    ['[ ]', []],
  ])('are missing aloud where nothing stands between commas: %s', (text, elements) => {
    expect(read(text, []).elements).toEqual(elements);
  });

  it('are never taken for whole when the document is cut anywhere', () => {
    const text = '{"count":2,"orders":[{"id":"a]\\"","n":1},{"id":2}],"next":null}';
    for (let end = 0; end < text.length; end++) {
      expect(() => read(text.slice(0, end), ['orders']), text.slice(0, end)).toThrow(/breaks off|not whole|empty/);
    }
    expect(read(text, ['orders']).elements).toHaveLength(2);
  });

  it.each([
    ['{"orders":{}}', /no list at `orders`/],
    ['{}', /no list/],
    ['<html>', /not JSON/],
    ['', /empty/],
    ['[]', /no list/],
  ])('says why there are none in %s', (text, why) => {
    expect(() => read(text, ['orders'])).toThrow(why);
  });

  it('does not keep a document that has no end', () => {
    const reader = new ArrayElements(['orders'], () => {});
    expect(() => {
      for (let i = 0; i < 100; i++) reader.push(new Uint8Array(65_536).fill(0x20));
    }).toThrow(RangeError);
  });
});
