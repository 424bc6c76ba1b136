// One timer for any number of deadlines that fall due in the order they were made (every attempt has the same timeout).
// Node's timers have a grain of 1 ms and may ring up to 1 ms early, so each ring looks at the clock again: a deadline is
// never called early, and about 1 ms late at most on an idle loop. Undici's own timeouts have a grain of 500 ms.

export type DeadlineSeams = {
  nowUs: () => number;
  /** µs of the earliest deadline; Infinity when there is none. */
  nextUs: () => number;
  /** Called when the earliest deadline has passed; must take it off, so that `nextUs` moves on. */
  expire: () => void;
};

/** A ring later than this is a stall, not the timer's grain. */
const STALLED_US = 5_000;

export class Deadlines {
  readonly #seams: DeadlineSeams;
  #timer: NodeJS.Timeout | undefined = undefined;

  constructor(seams: DeadlineSeams) {
    this.#seams = seams;
  }

  /** After a deadline was added. Costs nothing while the timer runs: a later deadline never needs an earlier ring. */
  arm(): void {
    if (this.#timer !== undefined) return;
    const nextUs = this.#seams.nextUs();
    if (nextUs === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(this.#ring, Math.max(1, Math.ceil((nextUs - this.#seams.nowUs()) / 1e3)));
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /**
   * Timers run before sockets are read. After a stall of this thread, answers that came in time may lie unread: so a ring
   * that is late lets the sockets have their turn first, or our own stall would be booked as the shop's timeouts.
   */
  readonly #ring = (): void => {
    if (this.#seams.nowUs() - this.#seams.nextUs() < STALLED_US) this.#expire();
    else setImmediate(this.#expire);
  };

  readonly #expire = (): void => {
    if (this.#timer === undefined) return;
    this.#timer = undefined;
    const nowUs = this.#seams.nowUs();
    while (this.#seams.nextUs() <= nowUs) this.#seams.expire();
    this.arm();
  };
}
