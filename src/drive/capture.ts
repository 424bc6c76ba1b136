// The first bytes of a body, never more than a limit, and a count of all of them. A body that comes in one piece (most
// do) is kept as a view of the socket's own chunk; only one that comes in several is copied, into a buffer that grows to
// the limit at most and is kept for the next answer.

const EMPTY = new Uint8Array(0);
const FIRST_BYTES = 4096;

export class Capture {
  readonly #limitBytes: number;
  #buffer: Uint8Array = EMPTY;
  #kept: Uint8Array = EMPTY;
  /** Bytes seen, kept or not. */
  seenBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get bytes(): Uint8Array {
    return this.#kept;
  }

  get truncated(): boolean {
    return this.seenBytes > this.#limitBytes;
  }

  add(chunk: Uint8Array): void {
    const keptBytes = this.#kept.length;
    const roomBytes = this.#limitBytes - keptBytes;
    this.seenBytes += chunk.length;
    if (roomBytes <= 0) return;
    const fitting = chunk.length > roomBytes ? chunk.subarray(0, roomBytes) : chunk;
    if (keptBytes === 0) {
      this.#kept = fitting;
      return;
    }
    this.#own(keptBytes + fitting.length);
    this.#buffer.set(fitting, keptBytes);
    this.#kept = this.#buffer.subarray(0, keptBytes + fitting.length);
  }

  /** Forgets the bytes, and lets go of the socket's chunk. */
  clear(): void {
    this.#kept = EMPTY;
    this.seenBytes = 0;
  }

  /** The chunks added so far are about to change: keeps a copy of what it kept of them. */
  own(): void {
    const { length } = this.#kept;
    if (length === 0) return;
    this.#own(length);
    this.#kept = this.#buffer.subarray(0, length);
  }

  /** Moves what is kept into our own buffer, with room for `bytes`. */
  #own(bytes: number): void {
    const owned = this.#kept.buffer === this.#buffer.buffer;
    if (owned && this.#buffer.length >= bytes) return;
    if (this.#buffer.length < bytes) {
      const roomy = Math.max(bytes, FIRST_BYTES, 2 * this.#buffer.length);
      this.#buffer = new Uint8Array(Math.min(roomy, this.#limitBytes));
    }
    this.#buffer.set(this.#kept);
  }
}
