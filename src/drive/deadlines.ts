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

  readonly #ring = (): void => {
    this.#timer = undefined;
    const nowUs = this.#seams.nowUs();
    while (this.#seams.nextUs() <= nowUs) this.#seams.expire();
    this.arm();
  };
}
