// The last so many orders of a kind and when they were: a ring, so that memory is bounded and the end of a sale, where it
// matters who was last, is always there.

import type { LastOnes } from './spec.ts';

export class Recent {
  readonly #size: number;
  #seqs = new Uint32Array(0);
  #atUs = new Float64Array(0);
  #count = 0;
  #droppedUs = Number.NEGATIVE_INFINITY;

  constructor(size: number) {
    this.#size = size;
  }

  /** Instants come in about the order of time, which is all that is needed. */
  add(seq: number, atUs: number): void {
    if (this.#size === 0) return;
    if (this.#count === 0) {
      this.#seqs = new Uint32Array(this.#size);
      this.#atUs = new Float64Array(this.#size);
    }
    const slot = this.#count % this.#size;
    if (this.#count >= this.#size) this.#droppedUs = Math.max(this.#droppedUs, this.#atUs[slot]!);
    this.#seqs[slot] = seq;
    this.#atUs[slot] = atUs;
    this.#count++;
  }

  tell(): LastOnes {
    const kept = Math.min(this.#count, this.#size);
    return { seqs: this.#seqs.slice(0, kept), atUs: this.#atUs.slice(0, kept), completeFromUs: this.#droppedUs };
  }
}
