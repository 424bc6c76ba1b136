// The till: at most `concurrent` payments run at once and the rest wait in line, first come first served. This is what
// gives the shop a knee: beyond concurrent / mean service time the line grows without bound.

export type Delay = (ms: number) => Promise<void>;

/** Past this many entries already served, the head of the line is cut off; keeps every operation O(1) on average. */
const COMPACT_AT = 1024;

export class Payments {
  readonly #concurrent: number;
  readonly #sampleMs: (running: number) => number;
  readonly #delay: Delay;
  #line: (() => void)[] = [];
  #head = 0;
  #paying = 0;

  /** `sampleMs`: how long a payment takes that starts as one of so many, itself included. */
  constructor(concurrent: number, sampleMs: (running: number) => number, delay: Delay) {
    this.#concurrent = concurrent;
    this.#sampleMs = sampleMs;
    this.#delay = delay;
  }

  /** Payments running now. */
  get paying(): number {
    return this.#paying;
  }

  /** Orders in line for one. */
  get waiting(): number {
    return this.#line.length - this.#head;
  }

  /** Resolves when this payment has run, its turn in line included. */
  async pay(): Promise<void> {
    if (this.#paying < this.#concurrent) this.#paying += 1;
    else await new Promise<void>((turn) => this.#line.push(turn));
    try {
      const ms = this.#sampleMs(this.#paying);
      if (ms > 0) await this.#delay(ms);
    } finally {
      this.#next();
    }
  }

  /** The slot passes straight to the first in line, so nobody can slip in between; only an empty line frees it. */
  #next(): void {
    const turn = this.#line[this.#head];
    if (!turn) {
      this.#paying -= 1;
      return;
    }
    this.#head += 1;
    if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#line.length) {
      this.#line = this.#line.slice(this.#head);
      this.#head = 0;
    }
    turn();
  }
}
