// The bytes of one step's requests. A loopback or an idle network takes a request at once, and then one prepared buffer
// serves order after order on all connections; only a buffer that the kernel has not emptied yet is left to its
// connection, and another is prepared.

import type { RequestBytes, Sending } from '../../order/spec.ts';

const NONE = Buffer.alloc(0);

export class Outbox {
  /** The step's method is HEAD: its answers have no body. */
  readonly toHead: boolean;
  readonly #request: RequestBytes;
  #buffer: Buffer = NONE;
  /** What was written last, as a view: most orders of a step have the same length, or nearly. */
  #view: Buffer = NONE;

  constructor(request: RequestBytes, toHead: boolean) {
    this.#request = request;
    this.toHead = toHead;
  }

  /** The request of one order, until the next call; unless it is given away. */
  bytesOf(sending: Sending): Buffer {
    if (this.#buffer === NONE) {
      this.#buffer = Buffer.allocUnsafeSlow(this.#request.maxBytes);
      this.#request.prepare(this.#buffer);
    }
    const length = this.#request.patch(this.#buffer, sending);
    if (this.#view.length !== length) this.#view = this.#buffer.subarray(0, length);
    return this.#view;
  }

  /** The last bytes are still needed where they are. */
  giveAway(): void {
    this.#buffer = NONE;
    this.#view = NONE;
  }
}
