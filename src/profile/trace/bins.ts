// Moments → counts per bin, whatever order they come in. Bins count time that passed, not hours on a wall: across a change
// of the clocks no hour is counted twice and none is missing.

/** Each is a piece of the compiled curve, and a number in profile.yaml. */
export const MOST_BINS = 1_000_000;

/** µs since 1970; `untilUs` is not part of it. */
export type Range = { fromUs: number | undefined; untilUs: number | undefined };

export type Binned = {
  counts: number[];
  /** Where the first bin starts. */
  startUs: number;
};

export class Bins {
  readonly binUs: number;
  readonly #range: Range;
  readonly #counts = new Map<number, number>();
  /** An edge between two bins. */
  #edgeUs: number | undefined;
  firstUs = Number.POSITIVE_INFINITY;
  lastUs = Number.NEGATIVE_INFINITY;
  used = 0;

  constructor(binUs: number, range: Range) {
    this.binUs = binUs;
    this.#range = range;
    this.#edgeUs = range.fromUs ?? range.untilUs;
  }

  /** Whether it lies in the range. Without a range, edges are those of the clock with the offset of the first moment. */
  add(us: number, offsetMin: number): boolean {
    const { fromUs, untilUs } = this.#range;
    if ((fromUs !== undefined && us < fromUs) || (untilUs !== undefined && us >= untilUs)) return false;
    if (this.#edgeUs === undefined) {
      const offsetUs = offsetMin * 60e6;
      this.#edgeUs = Math.floor((us + offsetUs) / this.binUs) * this.binUs - offsetUs;
    }
    const bin = Math.floor((us - this.#edgeUs) / this.binUs);
    this.#counts.set(bin, (this.#counts.get(bin) ?? 0) + 1);
    this.used += 1;
    if (us < this.firstUs) this.firstUs = us;
    if (us > this.lastUs) this.lastUs = us;
    return true;
  }

  /** How many bins there are from the first to the last, those of the range included. */
  get length(): number {
    const [first, last] = this.#ends();
    return last - first + 1;
  }

  /** Of at least one moment; call it only where `length` is at most `MOST_BINS`. */
  whole(): Binned {
    const [first] = this.#ends();
    const counts = new Array<number>(this.length).fill(0);
    for (const [bin, count] of this.#counts) counts[bin - first] = count;
    return { counts, startUs: this.#edgeUs! + first * this.binUs };
  }

  #ends(): [first: number, last: number] {
    const { fromUs, untilUs } = this.#range;
    const edgeUs = this.#edgeUs ?? 0;
    const binOf = (us: number) => Math.floor((us - edgeUs) / this.binUs);
    // The range is whole bins where it has both ends; the last bin ends where it ends.
    const first = fromUs === undefined ? binOf(this.firstUs) : 0;
    const last = untilUs === undefined ? binOf(this.lastUs) : Math.ceil((untilUs - edgeUs) / this.binUs) - 1;
    return [first, last];
  }
}
