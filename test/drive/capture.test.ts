import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Capture } from '../../src/drive/capture.ts';

it('keeps the first bytes whatever pieces they come in, and counts all', () => {
  const bodies = fc.array(fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 8 }), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(fc.nat(12_000), bodies, (limitBytes, answers) => {
      // The same capture serves answer after answer: nothing of one may show in the next.
      const capture = new Capture(limitBytes);
      for (const pieces of answers) {
        const sent = Buffer.concat(pieces);
        const copies = pieces.map((piece) => piece.slice());
        for (const piece of pieces) capture.add(piece);
        expect(Buffer.from(capture.bytes).equals(sent.subarray(0, limitBytes))).toBe(true);
        expect(capture.seenBytes).toBe(sent.length);
        expect(capture.truncated).toBe(sent.length > limitBytes);
        expect(pieces).toEqual(copies);
        capture.clear();
        expect(capture.bytes.length).toBe(0);
        expect(capture.truncated).toBe(false);
      }
    }),
    { seed: 20150408, numRuns: 60 },
  );
});

it('never holds more memory than the limit for a body in pieces', () => {
  const capture = new Capture(10_000);
  for (let piece = 0; piece < 100; piece++) capture.add(new Uint8Array(999));
  expect(capture.bytes.buffer.byteLength).toBeLessThanOrEqual(10_000);
  expect(capture.seenBytes).toBe(99_900);
});
