// Sums of ten seconds, a minute and ten minutes of a timeline, made when they are first asked for and kept until one of
// their seconds changes. Whoever judges or draws a run asks for the same stretches again and again, of a run of hours each
// second anew: with these it costs a sixtieth and less.

import { Page } from './pages.ts';
import type { LeanCell } from './tally.ts';

const WIDTHS_S = [10, 60, 600];

type Blocked = {
  /** Of one second; undefined where nothing happened. */
  second: (second: number) => LeanCell | undefined;
  merge: (cells: readonly LeanCell[]) => LeanCell;
};

export class Blocks {
  readonly #of: Blocked;
  /** By width, then by number of the block. */
  readonly #kept = WIDTHS_S.map(() => new Map<number, Page>());

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

  /** Those that a wider one has the sum of are hardly asked for again. */
  #spare(level: number, fromSecond: number, width: number): void {
    const narrow = WIDTHS_S[level];
    if (narrow === undefined) return;
    for (let at = fromSecond; at < fromSecond + width; at += narrow) this.#kept[level]!.delete(at / narrow);
  }

  /** The second has changed. */
  forget(second: number): void {
    WIDTHS_S.forEach((width, level) => {
      this.#kept[level]!.delete(Math.floor(second / width));
    });
  }

  get bytes(): number {
    return this.#kept.flatMap((level) => [...level.values()]).reduce((sum, page) => sum + page.bytes, 0);
  }

  #block(level: number, fromSecond: number): LeanCell {
    const width = WIDTHS_S[level]!;
    const kept = this.#kept[level]!;
    const known = kept.get(fromSecond / width)?.cell(0);
    if (known) return known;
    const block = this.#of.merge(this.cells(fromSecond, fromSecond + width, level));
    kept.set(fromSecond / width, new Page([block]));
    this.#spare(level - 1, fromSecond, width);
    return block;
  }
}
