// A text file line by line, in pieces of a few megabytes: an access log of gigabytes is read once and never held. Reading
// waits, which a command may do before its first order; test/bench/trace.ts measures it.

import { closeSync, openSync, readSync } from 'node:fs';

const PIECE_BYTES = 4 * 1024 * 1024;
/** No log has longer ones: what has is no text of lines. */
const LONGEST_LINE_BYTES = 16 * 1024 * 1024;
const NEWLINE = 10;

const PACKED: [name: string, mark: number[], unpack: string][] = [
  ['gzip', [0x1f, 0x8b], 'gunzip -k'],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd], 'unzstd'],
  ['bzip2', [0x42, 0x5a, 0x68], 'bunzip2 -k'],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a], 'unxz -k'],
  ['zip', [0x50, 0x4b, 0x03, 0x04], 'unzip'],
];

/**
 * Calls `each` with every line, without its end, until it says false. Bytes that are no UTF-8 come as U+FFFD.
 *
 * @throws Error where the file cannot be read, is packed, or has a line of 16 MiB or more
 */
export function readLines(path: string, each: (line: string) => boolean, pieceBytes = PIECE_BYTES): void {
  const handle = openSync(path, 'r');
  try {
    eachLine(path, { read: (into, at) => readSync(handle, into, at, into.length - at, null), each, pieceBytes });
  } finally {
    closeSync(handle);
  }
}

type Seams = {
  /** Fills from `at` on; 0 at the end of the file. */
  read: (into: Buffer, at: number) => number;
  each: (line: string) => boolean;
  pieceBytes: number;
};

function eachLine(path: string, { read, each, pieceBytes }: Seams): void {
  let buffer = Buffer.allocUnsafe(pieceBytes);
  // Bytes of a line that is not whole yet stand at the start of the buffer.
  let kept = 0;
  let isFirst = true;
  for (let got = read(buffer, kept); got > 0; got = read(buffer, kept)) {
    const filled = kept + got;
    if (isFirst) refusePacked(path, buffer.subarray(0, filled));
    const end = buffer.lastIndexOf(NEWLINE, filled - 1) + 1;
    if (end > 0) {
      if (!linesOf(buffer.toString('utf8', isFirst ? afterMark(buffer, filled) : 0, end), each)) return;
      isFirst = false;
    }
    buffer.copyWithin(0, end, filled);
    kept = filled - end;
    if (kept < buffer.length) continue;
    if (kept >= LONGEST_LINE_BYTES) throw new Error('it has a line of 16 MiB or more: is it a text of lines?');
    const larger = Buffer.allocUnsafe(2 * buffer.length);
    buffer.copy(larger, 0, 0, kept);
    buffer = larger;
  }
  const from = isFirst ? afterMark(buffer, kept) : 0;
  if (kept > from) linesOf(`${buffer.toString('utf8', from, kept)}\n`, each);
}

/** Every line of a text ends in a newline. False when `each` wants no more. */
function linesOf(text: string, each: (line: string) => boolean): boolean {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from);
    const isCrLf = end > from && text.charCodeAt(end - 1) === 13;
    if (!each(text.slice(from, isCrLf ? end - 1 : end))) return false;
    from = end + 1;
  }
  return true;
}

/** Past a byte order mark. */
function afterMark(bytes: Buffer, filled: number): number {
  return filled >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

function refusePacked(path: string, bytes: Buffer): void {
  const packed = PACKED.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte));
  if (packed)
    throw new Error(
      `it is packed (${packed[0]}): unpack it first, as in \`${packed[2]} ${path.split(/[\\/]/).at(-1)}\``,
    );
}
