// A file line by line, whatever the size of the pieces it is read in: the lines are those of the whole text.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readLines } from '../../src/commands/read-lines.ts';
import { scratchFolder } from '../support/cli.ts';

const folder = scratchFolder();
const path = join(folder, 'a.log');

function linesOf(text: string | Uint8Array, pieceBytes?: number, most = Number.POSITIVE_INFINITY): string[] {
  writeFileSync(path, text);
  const lines: string[] = [];
  readLines(path, (line) => lines.push(line) < most, pieceBytes);
  return lines;
}

it('gives every line of the text, for pieces of any size', () => {
  const piece = fc.constantFrom('a', 'é', '📱', ' ', '\n', '\r\n', '\r', '', '"x, y"', 'longer than most pieces are');
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 40 }),
      fc.integer({ min: 1, max: 64 }),
      fc.boolean(),
      (pieces, bytes, isMarked) => {
        const text = pieces.join('');
        const expected = text
          .split('\n')
          .map((line, index, all) => (index < all.length - 1 ? line.replace(/\r$/, '') : line));
        // The last one is a line only where something stands in it.
        if (expected.at(-1) === '') expected.pop();
        const last = expected.length - 1;
        if (text.endsWith('\r')) expected[last] = expected[last]!.replace(/\r$/, '');
        expect(linesOf((isMarked ? '\uFEFF' : '') + text, bytes)).toEqual(expected);
      },
    ),
    { seed: 20251128, numRuns: 150 },
  );
});

it('stops when told, and survives bytes that are no UTF-8', () => {
  expect(linesOf('a\nb\nc\nd\n', 3, 2)).toEqual(['a', 'b']);
  expect(linesOf(Buffer.from([0x61, 0xff, 0x0a, 0x62]))).toEqual(['a\uFFFD', 'b']);
});

it('refuses what is packed, with the way out, and what has no lines', () => {
  expect(() => linesOf(gzipSync('a\nb\n'))).toThrow('it is packed (gzip): unpack it first, as in `gunzip -k a.log`');
  expect(() => linesOf(Buffer.alloc(16 * 1024 * 1024, 'x'))).toThrow(
    'a line of 16 MiB or more: is it a text of lines?',
  );
  expect(() => readLines(join(folder, 'gone.log'), () => true)).toThrow(/ENOENT/);
});
