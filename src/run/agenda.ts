// What is to happen later and is not in the schedule: the next step after a pause, a second click, a retry. A binary heap
// by due time; the pacer takes from it as it takes from the schedule, so that none of it is later than an order would be.

/** Ties keep the order in which they were put in. */
type Entry<T> = { dueUs: number; turn: number; item: T };

export class Agenda<T> {
  readonly #heap: Entry<T>[] = [];
  #turn = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** When the first of it is due, µs; Infinity when there is nothing. */
  get nextUs(): number {
    return this.#heap[0]?.dueUs ?? Number.POSITIVE_INFINITY;
  }

  /** @throws RangeError when `dueUs` is not finite: it would never come up */
  put(dueUs: number, item: T): void {
    if (!Number.isFinite(dueUs)) throw new RangeError(`Expected \`dueUs\` to be a finite number, got \`${dueUs}\``);
    const heap = this.#heap;
    const entry = { dueUs, turn: this.#turn++, item };
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(entry, heap[above]!)) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = entry;
  }

  /** The first of it; undefined when there is nothing. */
  take(): T | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || first === last) return first?.item;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below++;
      if (below >= heap.length || !isBefore(heap[below]!, last)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
    return first.item;
  }

  /** Everything, first things first; it is empty afterwards. */
  clear(): T[] {
    const entries = this.#heap.splice(0).sort((a, b) => (isBefore(a, b) ? -1 : 1));
    return entries.map(({ item }) => item);
  }
}

function isBefore<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.dueUs < b.dueUs || (a.dueUs === b.dueUs && a.turn < b.turn);
}
