// One small tally per second of the plan, made of what the workers send. Every second keeps its packed words and its exact
// numbers, so memory grows with the seconds and their distinct buckets, not with the orders; minutes that are over are kept
// as pages. A dense total runs alongside. An interval that was received twice is not added twice, and one that was not
// received is remembered.

import type { Outcome } from '../outcomes.ts';
import { Bins } from './bins.ts';
import { Blocks } from './blocks.ts';
import type { Shape } from './histogram.ts';
import { Page } from './pages.ts';
import type { Cell, Flow, Interval, TimelineView } from './spec.ts';
import { responseSeries, STATS_PER_SERIES, seriesCount } from './spec.ts';
import { addDense, addSparse, clearStats, emptyStats, sparseOf } from './stats.ts';
import type { LeanCell } from './tally.ts';
import { Tally } from './tally.ts';

const PAGE_S = 60;
/** Of words, between two foldings of a tally: what is in between is all in memory. */
const UNFOLDED = 60;

export class Timeline implements TimelineView {
  readonly outcomes: readonly Outcome[];
  readonly steps: readonly string[];
  readonly shape: Shape;
  /** Intervals that are missing although a later one of the same worker came. */
  readonly gaps: { worker: number; index: number }[] = [];
  /** Intervals that came a second time; they were not added. */
  readonly duplicates: { worker: number; index: number }[] = [];
  /** By second: those of the last minutes, and those that changed since their page was made. */
  readonly #loose = new Map<number, LeanCell>();
  /** By minute. */
  readonly #pages: Page[] = [];
  #seconds = 0;
  readonly #blocks: Blocks;
  readonly #flows: Flow[] = [];
  readonly #next = new Map<number, number>();
  readonly #total: Tally;
  readonly #bins: Bins;
  readonly #stats: Float64Array;
  #settled = 0;

  readonly #series: number;

  /** `steps`: names of those that the recorders were given, by index. */
  constructor(outcomes: readonly Outcome[], shape: Shape, steps: readonly string[] = []) {
    this.outcomes = outcomes;
    this.steps = steps;
    this.shape = shape;
    this.#series = seriesCount(outcomes.length, steps.length);
    this.#total = new Tally(outcomes, shape, steps);
    this.#bins = new Bins(this.#series);
    this.#stats = emptyStats(this.#series);
    this.#blocks = new Blocks({ second: (second) => this.#second(second), merge: (cells) => this.#mergedOf(cells) });
  }

  get seconds(): number {
    return this.#seconds;
  }

  /** Ascending, one row for every second up to the last in which something happened. */
  get flows(): readonly Flow[] {
    return this.#flows;
  }

  /** Intervals of a worker that should be here by now: the highest index received + 1. A worker that sent more has a gap at its end. */
  intervalsOf(worker: number): number {
    return this.#next.get(worker) ?? 0;
  }

  /** @throws RangeError when a cell is not of these outcomes, or its second is not a whole number >= 0 */
  add(interval: Interval): void {
    if (!this.#expects(interval)) return;
    for (const cell of interval.cells) {
      this.#check(cell);
      this.#total.addCell(cell);
      const kept = this.#second(cell.second);
      this.#keep(cell.second, kept ? this.#merged(kept, cell) : this.#leanOf(cell));
    }
    this.#total.fold();
    this.#turnPages();
    for (const flow of interval.flows) this.#addFlow(flow);
  }

  tally(fromSecond: number, untilSecond: number): Tally {
    const tally = new Tally(this.outcomes, this.shape, this.steps);
    const until = Math.min(untilSecond, this.seconds);
    let unfolded = 0;
    for (const cell of this.#blocks.cells(Math.max(0, fromSecond), until)) {
      tally.addLean(cell);
      if (++unfolded % UNFOLDED === 0) tally.fold();
    }
    return tally;
  }

  /** The orders due since `fromSecond`, so far. */
  recent(fromSecond: number): Tally {
    return this.tally(fromSecond, this.seconds);
  }

  /**
   * Everything so far: the timeline's own tally, which later intervals are added to. A copy would be most of a megabyte,
   * and whoever watches a run looks every second.
   */
  total(): Tally {
    return this.#total;
  }

  /** One cell a second, ascending, for the seconds that have one. */
  *cells(): Generator<Cell> {
    for (let second = 0; second < this.#seconds; second++) {
      const kept = this.#second(second);
      if (!kept) continue;
      const stats = emptyStats(this.#series);
      addSparse(stats, kept.stats);
      const { fired, dropped, clamped, words } = kept;
      yield { second, fired, dropped, clamped, words, stats };
    }
  }

  /**
   * The first second of which not all planned orders have ended (planned.length when all have): before it
   * fired + dropped = planned and done = fired. Call it with the same plan each time; it does not look back.
   */
  settledUntil(planned: Uint32Array): number {
    while (this.#settled < planned.length) {
      const kept = this.#second(this.#settled);
      if ((kept ? kept.fired + kept.dropped : 0) !== planned[this.#settled]) break;
      if (kept && this.#ended(kept) !== kept.fired) break;
      this.#settled++;
    }
    return this.#settled;
  }

  /** Bytes of the typed arrays kept, total and scratch aside: what grows with the length of the run. */
  get bytes(): number {
    let bytes = this.#blocks.bytes;
    for (const { words, stats } of this.#loose.values()) bytes += words.byteLength + stats.byteLength;
    for (const page of this.#pages) bytes += page.bytes;
    return bytes;
  }

  #expects({ worker, index }: Interval): boolean {
    const next = this.intervalsOf(worker);
    if (index >= next) {
      for (let missing = next; missing < index; missing++) this.gaps.push({ worker, index: missing });
      this.#next.set(worker, index + 1);
      return true;
    }
    const late = this.gaps.findIndex((gap) => gap.worker === worker && gap.index === index);
    if (late === -1) this.duplicates.push({ worker, index });
    else this.gaps.splice(late, 1);
    return late !== -1;
  }

  #check(cell: Cell): void {
    const expected = this.#series * STATS_PER_SERIES;
    if (cell.stats.length !== expected || !Number.isInteger(cell.second) || cell.second < 0) {
      throw new RangeError(
        `Expected a cell of a second >= 0 with ${expected} stats, got second ${cell.second} with ${cell.stats.length}`,
      );
    }
  }

  #leanOf(cell: Cell): LeanCell {
    const { fired, dropped, clamped, words } = cell;
    return { fired, dropped, clamped, words, stats: sparseOf(cell.stats) };
  }

  #merged(kept: LeanCell, cell: Cell): LeanCell {
    this.#bins.addWords(kept.words);
    this.#bins.addWords(cell.words);
    clearStats(this.#stats);
    addSparse(this.#stats, kept.stats);
    addDense(this.#stats, cell.stats);
    return {
      fired: kept.fired + cell.fired,
      dropped: kept.dropped + cell.dropped,
      clamped: kept.clamped + cell.clamped,
      words: this.#bins.drain(),
      stats: sparseOf(this.#stats),
    };
  }

  #mergedOf(cells: readonly LeanCell[]): LeanCell {
    clearStats(this.#stats);
    let [fired, dropped, clamped] = [0, 0, 0];
    for (const cell of cells) {
      this.#bins.addWords(cell.words);
      addSparse(this.#stats, cell.stats);
      fired += cell.fired;
      dropped += cell.dropped;
      clamped += cell.clamped;
    }
    return { fired, dropped, clamped, words: this.#bins.drain(), stats: sparseOf(this.#stats) };
  }

  #keep(second: number, cell: LeanCell): void {
    this.#blocks.forget(second);
    this.#seconds = Math.max(this.#seconds, second + 1);
    this.#loose.set(second, cell);
  }

  #second(second: number): LeanCell | undefined {
    return this.#loose.get(second) ?? this.#pages[Math.floor(second / PAGE_S)]?.cell(second % PAGE_S);
  }

  /** Once a minute: the last but one becomes a page, and so does anew each earlier one that orders ended in since. */
  #turnPages(): void {
    const over = Math.floor(this.#seconds / PAGE_S) - 1;
    if (over <= this.#pages.length) return;
    const changed = new Set<number>();
    for (const second of this.#loose.keys()) changed.add(Math.floor(second / PAGE_S));
    for (let minute = this.#pages.length; minute < over; minute++) changed.add(minute);
    for (const minute of [...changed].sort((a, b) => a - b)) if (minute < over) this.#turnPage(minute);
  }

  #turnPage(minute: number): void {
    const seconds = Array.from({ length: PAGE_S }, (_, index) => minute * PAGE_S + index);
    this.#pages[minute] = new Page(seconds.map((second) => this.#second(second)));
    for (const second of seconds) this.#loose.delete(second);
  }

  #ended({ stats }: LeanCell): number {
    const dense = emptyStats(this.#series);
    addSparse(dense, stats);
    return this.outcomes.reduce((sum, _, outcome) => sum + dense[responseSeries(outcome) * STATS_PER_SERIES]!, 0);
  }

  #addFlow(flow: Flow): void {
    while (this.#flows.length <= flow.second) {
      const second = this.#flows.length;
      const nothing = { fired: 0, dropped: 0, accepted: 0, rejected: 0, failed: 0, unknown: 0, inFlight: 0 };
      this.#flows.push({ second, ...nothing });
    }
    const row = this.#flows[flow.second]!;
    row.fired += flow.fired;
    row.dropped += flow.dropped;
    row.accepted += flow.accepted;
    row.rejected += flow.rejected;
    row.failed += flow.failed;
    row.unknown += flow.unknown;
    row.inFlight += flow.inFlight;
  }
}
