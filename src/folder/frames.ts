// The journal's frames: what is appended must survive a process that dies in the middle of a write, and a disk that gives
// back something else than it was given. Each frame is a mark, its length, a checksum over kind and content, the content.
// A torn last frame is cut off; a broken one in the middle is skipped by looking for the next mark that checks.

import { crc32 } from 'node:zlib';

/** Behind it: content length u32, crc32 u32 of all that follows it, kind u8, content; little endian. */
const MARK = Buffer.from([0xd0, 0x0b, 0xb5, 0x7e]);
const HEAD_BYTES = 13;
/** No content is longer; a length beyond it is a broken one. */
export const MOST_CONTENT = 256 * 1024 * 1024;

export type Frame = { kind: number; content: Buffer };
/** `torn`: bytes of a last frame that was never finished. `broken`: stretches in the middle that did not check. */
export type Frames = { frames: Frame[]; torn: number; broken: number };

/** @throws RangeError when the content is too long */
export function encodeFrame(kind: number, content: Uint8Array): Buffer {
  if (content.length > MOST_CONTENT)
    throw new RangeError(`Expected at most ${MOST_CONTENT} bytes, got ${content.length}`);
  const frame = Buffer.allocUnsafe(HEAD_BYTES + content.length);
  MARK.copy(frame, 0);
  frame.writeUInt32LE(content.length, 4);
  frame.writeUInt8(kind, 12);
  frame.set(content, HEAD_BYTES);
  frame.writeUInt32LE(checkOf(frame), 8);
  return frame;
}

/** Over length, kind and content. */
function checkOf(frame: Buffer): number {
  return crc32(frame.subarray(12), crc32(frame.subarray(4, 8)));
}

/** The frame at `at`: a frame, `torn` when the bytes end within it, undefined when there is none that checks. */
function frameAt(bytes: Buffer, at: number): Frame | 'torn' | undefined {
  const left = bytes.length - at;
  if (left < HEAD_BYTES)
    return bytes.subarray(at, at + 4).equals(MARK.subarray(0, Math.min(4, left))) ? 'torn' : undefined;
  if (!bytes.subarray(at, at + 4).equals(MARK)) return undefined;
  const length = bytes.readUInt32LE(at + 4);
  if (length > MOST_CONTENT) return undefined;
  if (left < HEAD_BYTES + length) return 'torn';
  const frame = bytes.subarray(at, at + HEAD_BYTES + length);
  if (checkOf(frame) !== frame.readUInt32LE(8)) return undefined;
  return { kind: frame.readUInt8(12), content: frame.subarray(HEAD_BYTES) };
}

/** Every frame that checks, in their order. Never throws, whatever the bytes. */
export function readFrames(bytes: Buffer): Frames {
  const frames: Frame[] = [];
  let broken = 0;
  let at = 0;
  while (at < bytes.length) {
    const frame = frameAt(bytes, at);
    if (frame !== undefined && frame !== 'torn') {
      frames.push(frame);
      at += HEAD_BYTES + frame.content.length;
      continue;
    }
    const next = nextFrame(bytes, at + 1);
    // A broken length may reach beyond the end: only when nothing whole follows was the end torn off.
    if (next === undefined)
      return { frames, torn: frame === 'torn' ? bytes.length - at : 0, broken: broken + (frame === 'torn' ? 0 : 1) };
    broken++;
    at = next;
  }
  return { frames, torn: 0, broken };
}

function nextFrame(bytes: Buffer, from: number): number | undefined {
  for (let at = bytes.indexOf(MARK, from); at >= 0; at = bytes.indexOf(MARK, at + 1)) {
    const frame = frameAt(bytes, at);
    if (frame !== undefined && frame !== 'torn') return at;
  }
  return undefined;
}
