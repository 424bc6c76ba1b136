// Sums of ten and of sixty seconds of a timeline, made when they are first asked for and kept until one of their seconds
// changes. Whoever judges or draws a run asks for the same stretches again and again, of a run of hours each second anew:
// with these it costs a sixtieth.

import type { LeanCell } from './tally.ts';

const WIDTHS_S = [10, 60];

type Blocked = {
  /** Of one second; undefined where nothing happened. */
  second: (second: number) => LeanCell | undefined;
  merge: (cells: readonly LeanCell[]) => LeanCell;
};

export class Blocks {
  readonly #of: Blocked;
  /** By width, then by number of the block. */
  readonly #kept = WIDTHS_S.map(() => new Map<number, LeanCell>());

  constructor(of: Blocked) {
    this.#of = of;
  }

  /** As few cells as together hold these seconds and no other. */
  cells(fromSecond: number, untilSecond: number, level = WIDTHS_S.length): LeanCell[] {
    const cells: LeanCell[] = [];
    for (let second = fromSecond; second < untilSecond; ) {
      const fits = (width: number, at: number) => at < level && second % width === 0 && second + width <= untilSecond;
      const at = WIDTHS_S.findLastIndex(fits);
      const cell = at < 0 ? this.#of.second(second) : this.#block(at, second);
      if (cell) cells.push(cell);
      second += at < 0 ? 1 : WIDTHS_S[at]!;
    }
    return cells;
  }

  /** The second has changed. */
  forget(second: number): void {
    WIDTHS_S.forEach((width, level) => {
      this.#kept[level]!.delete(Math.floor(second / width));
    });
  }

  get bytes(): number {
    const sizes = this.#kept.flatMap((level) =>
      [...level.values()].map(({ words, stats }) => words.byteLength + stats.byteLength),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  #block(level: number, fromSecond: number): LeanCell {
    const width = WIDTHS_S[level]!;
    const kept = this.#kept[level]!;
    const known = kept.get(fromSecond / width);
    if (known) return known;
    const block = this.#of.merge(this.cells(fromSecond, fromSecond + width, level));
    kept.set(fromSecond / width, block);
    return block;
  }
}
