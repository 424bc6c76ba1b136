// The first bytes of a body, never more than a limit, and a count of all of them. A body that comes in one piece (most
// do) is kept as a view of the socket's own chunk; only one that comes in several is copied, into a buffer that grows to
// the limit at most and is kept for the next answer.

const EMPTY = new Uint8Array(0);
const FIRST_BYTES = 4096;

export class Capture {
  readonly #limitBytes: number;
  /** What is kept is a range of somebody's chunk, or of our own buffer. */
  #source: Uint8Array = EMPTY;
  #from = 0;
  #to = 0;
  #buffer: Uint8Array = EMPTY;
  /** Bytes seen, kept or not. */
  seenBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get bytes(): Uint8Array {
    return this.#to === this.#from ? EMPTY : this.#source.subarray(this.#from, this.#to);
  }

  get truncated(): boolean {
    return this.seenBytes > this.#limitBytes;
  }

  add(chunk: Uint8Array, from = 0, to = chunk.length): void {
    const keptBytes = this.#to - this.#from;
    const fitting = Math.min(to - from, this.#limitBytes - keptBytes);
    this.seenBytes += to - from;
    if (fitting <= 0) return;
    if (keptBytes === 0) {
      this.#source = chunk;
      this.#from = from;
      this.#to = from + fitting;
      return;
    }
    this.#own(keptBytes + fitting);
    this.#buffer.set(chunk.subarray(from, from + fitting), keptBytes);
    this.#to = keptBytes + fitting;
  }

  /** Forgets the bytes, and lets go of the socket's chunk. */
  clear(): void {
    this.#source = EMPTY;
    this.#from = 0;
    this.#to = 0;
    this.seenBytes = 0;
  }

  /** The chunks added so far are about to change: keeps a copy of what it kept of them. */
  own(): void {
    if (this.#to > this.#from) this.#own(this.#to - this.#from);
  }

  /** Moves what is kept into our own buffer, with room for `bytes`. */
  #own(bytes: number): void {
    if (this.#source === this.#buffer && this.#buffer.length >= bytes) return;
    const kept = this.bytes;
    if (this.#buffer.length < bytes) {
      const roomy = Math.max(bytes, FIRST_BYTES, 2 * this.#buffer.length);
      this.#buffer = new Uint8Array(Math.min(roomy, this.#limitBytes));
    }
    this.#buffer.set(kept);
    this.#source = this.#buffer;
    this.#from = 0;
    this.#to = kept.length;
  }
}
