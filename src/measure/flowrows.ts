// What happened during each second of the clock, as rows that simply add (spec.ts, Flow), although a flush seldom falls
// on a whole second and an answer may be reported just after its second was flushed. In-flight is a running sum of
// fired − done; a row carries what is still missing from the rows of its second that were handed out before.

import type { Flow } from './spec.ts';

const FIRED = 0;
const DROPPED = 1;
/** The four classes follow in the order of OUTCOME_CLASSES. */
const ENDED = 2;
const FIELDS = 6;

export class FlowRows {
  #rows = new Map<number, Uint32Array>();
  #hotSecond = Number.NaN;
  #hotRow: Uint32Array = new Uint32Array(FIELDS);
  /** In-flight at the last flush, and the last second whose rows already carry it. */
  #carried = 0;
  #covered = -1;

  fired(atUs: number): void {
    this.#rowOf(atUs)[FIRED]!++;
  }

  dropped(atUs: number): void {
    this.#rowOf(atUs)[DROPPED]!++;
  }

  done(atUs: number, outcomeClass: number): void {
    this.#rowOf(atUs)[ENDED + outcomeClass]!++;
  }

  /** Rows since the last drain, ascending; seconds in which nothing happened have one only while orders are in flight. */
  drain(nowUs: number): Flow[] {
    if (!Number.isFinite(nowUs)) throw new RangeError(`Expected a time in µs, got ${nowUs}`);
    let first = this.#covered + 1;
    let last = Math.max(this.#covered, Math.floor(nowUs / 1e6));
    for (const second of this.#rows.keys()) {
      first = Math.min(first, second);
      last = Math.max(last, second);
    }
    const flows: Flow[] = [];
    let change = 0;
    for (let second = first; second <= last; second++) {
      const row = this.#rows.get(second);
      if (row) change += row[FIRED]! - endedOf(row);
      const inFlight = change + (second > this.#covered ? this.#carried : 0);
      if (row || inFlight !== 0) flows.push(flowOf(second, row ?? NOTHING, inFlight));
    }
    this.#covered = last;
    this.#carried += change;
    this.#rows = new Map();
    this.#hotSecond = Number.NaN;
    return flows;
  }

  #rowOf(atUs: number): Uint32Array {
    const second = Math.floor(atUs / 1e6);
    if (second === this.#hotSecond) return this.#hotRow;
    let row = this.#rows.get(second);
    if (!row) {
      row = new Uint32Array(FIELDS);
      this.#rows.set(second, row);
    }
    this.#hotSecond = second;
    this.#hotRow = row;
    return row;
  }
}

const NOTHING = new Uint32Array(FIELDS);

function endedOf(row: Uint32Array): number {
  return row[ENDED]! + row[ENDED + 1]! + row[ENDED + 2]! + row[ENDED + 3]!;
}

function flowOf(second: number, row: Uint32Array, inFlight: number): Flow {
  return {
    second,
    fired: row[FIRED]!,
    dropped: row[DROPPED]!,
    accepted: row[ENDED]!,
    rejected: row[ENDED + 1]!,
    failed: row[ENDED + 2]!,
    unknown: row[ENDED + 3]!,
    inFlight,
  };
}
