import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, type Frame, readFrames } from '../../src/folder/frames.ts';

const SEED = 20261123;
const frame = fc.record({ kind: fc.integer({ min: 0, max: 255 }), content: fc.uint8Array({ maxLength: 200 }) });
const frames = fc.array(frame, { maxLength: 12 });
type Given = { kind: number; content: Uint8Array };
const bytesOf = (all: readonly Given[]): Buffer =>
  Buffer.concat(all.map(({ kind, content }) => encodeFrame(kind, content)));
const plain = (all: readonly (Frame | Given)[]) => all.map(({ kind, content }) => ({ kind, content: [...content] }));

describe('frames', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(frames, (given) => {
        const read = readFrames(bytesOf(given));
        expect(plain(read.frames)).toEqual(plain(given));
        expect([read.torn, read.broken]).toEqual([0, 0]);
      }),
      { seed: SEED },
    );
  });

  it('cut anywhere lose only the last, torn one', () => {
    fc.assert(
      fc.property(
        fc.array(frame, { minLength: 1, maxLength: 6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (given, where) => {
          const bytes = bytesOf(given);
          const cut = Math.floor(bytes.length * where);
          let whole = 0;
          for (let length = 0; whole < given.length; whole++) {
            length += encodeFrame(0, given[whole]!.content).length;
            if (length > cut) break;
          }
          const { frames: read, torn, broken } = readFrames(bytes.subarray(0, cut));
          expect(plain(read)).toEqual(plain(given.slice(0, whole)));
          expect(torn).toBe(cut - bytesOf(given.slice(0, whole)).length);
          expect(broken).toBe(0);
        },
      ),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('with a changed byte lose the frame it is in, say so, and keep all others', () => {
    fc.assert(
      fc.property(
        fc.array(frame, { minLength: 2, maxLength: 6 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (given, where, by) => {
          const bytes = bytesOf(given);
          const at = where % bytes.length;
          bytes[at] = bytes[at]! ^ by;
          let hit = 0;
          for (let end = 0; hit < given.length; hit++) {
            end += encodeFrame(0, given[hit]!.content).length;
            if (at < end) break;
          }
          const { frames: read, torn, broken } = readFrames(bytes);
          expect(plain(read)).toEqual(plain(given.filter((_, index) => index !== hit)));
          // In the last frame a longer length looks like an end that was torn off.
          expect(broken + (torn > 0 ? 1 : 0)).toBe(1);
          if (hit < given.length - 1) expect(broken).toBe(1);
        },
      ),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('are found again behind any garbage, and none is made of garbage', () => {
    fc.assert(
      fc.property(frames, fc.uint8Array({ minLength: 1, maxLength: 300 }), (given, garbage) => {
        expect(plain(readFrames(Buffer.concat([garbage, bytesOf(given)])).frames)).toEqual(plain(given));
        expect(readFrames(Buffer.from(garbage)).frames).toEqual([]);
      }),
      { seed: SEED },
    );
  });

  it('are not confused by their own mark inside a content', () => {
    const inner = encodeFrame(7, Uint8Array.of(1, 2, 3));
    const read = readFrames(
      bytesOf([
        { kind: 1, content: inner },
        { kind: 2, content: inner },
      ]),
    );
    expect(read.frames.map(({ kind }) => kind)).toEqual([1, 2]);
  });
});
