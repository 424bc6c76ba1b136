// Counts and histograms of a set of orders; tallies add. A tally made of cells keeps their packed words and the exact
// numbers only; a histogram is summed when it is asked for. `fold` trades the words for dense arrays, one per series in
// use, so that a tally of a whole run does not grow with its orders.

import type { Outcome, OutcomeClass } from '../outcomes.ts';
import type { Shape } from './histogram.ts';
import { Histogram } from './histogram.ts';
import type { Cell, TallyView, View } from './spec.ts';
import {
  LATENESS,
  punctualSeries,
  responseSeries,
  SERVICE,
  STATS_PER_SERIES,
  seriesCount,
  stepSeries,
  thinkSeries,
  WAIT,
} from './spec.ts';
import { addDense, addSparse, emptyStats } from './stats.ts';
import { bucketOfKey, countOfWord, keyOfWord, seriesOfKey } from './words.ts';

/** The views that may be narrowed to some of the outcomes. */
type ByOutcome = Extract<View, { of: 'response' | 'punctual' }>;

/** A cell as the timeline keeps it: `stats` sparse (stats.ts). */
export type LeanCell = Omit<Cell, 'second'>;

export class Tally implements TallyView {
  readonly outcomes: readonly Outcome[];
  readonly steps: readonly string[];
  readonly shape: Shape;
  fired = 0;
  dropped = 0;
  /** Values (not orders) above the histogram's range. */
  clamped = 0;
  readonly #stats: Float64Array;
  /** Packed words not yet folded; never written to. */
  #words: Uint32Array[] = [];
  /** Folded counts by series. */
  readonly #dense: (Float64Array | undefined)[];

  constructor(outcomes: readonly Outcome[], shape: Shape, steps: readonly string[] = []) {
    this.outcomes = outcomes;
    this.steps = steps;
    this.shape = shape;
    const series = seriesCount(outcomes.length, steps.length);
    this.#stats = emptyStats(series);
    this.#dense = new Array(series).fill(undefined);
  }

  get sent(): number {
    return this.#countOf(SERVICE);
  }

  /** Orders that ended, in whatever outcome. */
  get done(): number {
    return this.outcomes.reduce((sum, _, outcome) => sum + this.countOfOutcome(outcome), 0);
  }

  countOf(outcomeClass: OutcomeClass): number {
    return this.outcomes.reduce(
      (sum, outcome, index) => (outcome.class === outcomeClass ? sum + this.countOfOutcome(index) : sum),
      0,
    );
  }

  countOfOutcome(outcome: number): number {
    return this.#countOf(responseSeries(outcome));
  }

  /** The cell's words are kept, not copied. */
  addCell(cell: Cell): this {
    addDense(this.#stats, cell.stats);
    return this.#addCounts(cell);
  }

  addLean(cell: LeanCell): this {
    addSparse(this.#stats, cell.stats);
    return this.#addCounts(cell);
  }

  /** @throws RangeError when the outcomes or the shapes differ */
  add(other: Tally): this {
    if (other.#stats.length !== this.#stats.length || other.shape.length !== this.shape.length) {
      throw new RangeError('Expected a tally of the same outcomes, steps and shape');
    }
    addDense(this.#stats, other.#stats);
    this.#words.push(...other.#words);
    other.#dense.forEach((counts, series) => {
      if (counts) addArray(this.#denseOf(series), counts);
    });
    this.fired += other.fired;
    this.dropped += other.dropped;
    this.clamped += other.clamped;
    return this;
  }

  /** Moves all packed words into the dense arrays. What the tally says does not change. */
  fold(): this {
    for (const words of this.#words) {
      for (let i = 0; i < words.length; i++) {
        const word = words[i]!;
        const key = keyOfWord(word);
        this.#denseOf(seriesOfKey(key))[bucketOfKey(key)]! += countOfWord(word);
      }
    }
    this.#words = [];
    return this;
  }

  /** A fresh histogram of the view; empty when no outcome is meant. */
  histogram(view: View): Histogram {
    const wanted = this.#seriesOf(view);
    const histogram = new Histogram(this.shape, this.#maxOf(wanted));
    for (let series = 0; series < wanted.length; series++) {
      if (wanted[series] === 0) continue;
      const counts = this.#dense[series];
      if (counts) for (let i = 0; i < counts.length; i++) if (counts[i]! > 0) histogram.recordAt(i, counts[i]!);
      const at = series * STATS_PER_SERIES;
      if (this.#stats[at]! > 0) {
        histogram.carry(this.#stats[at]!, this.#stats[at + 1]!, this.#stats[at + 2]!, this.#stats[at + 3]!);
      }
    }
    for (const words of this.#words) {
      for (let i = 0; i < words.length; i++) {
        const key = keyOfWord(words[i]!);
        if (wanted[seriesOfKey(key)] === 1) histogram.recordAt(bucketOfKey(key), countOfWord(words[i]!));
      }
    }
    return histogram;
  }

  /** Bytes of the typed arrays it holds. */
  get bytes(): number {
    const dense = this.#dense.reduce((sum, counts) => sum + (counts?.byteLength ?? 0), 0);
    return dense + this.#stats.byteLength + this.#words.reduce((sum, words) => sum + words.byteLength, 0);
  }

  #maxOf(wanted: Uint8Array): number {
    let maxUs = 0;
    wanted.forEach((want, series) => {
      if (want === 1) maxUs = Math.max(maxUs, this.#stats[series * STATS_PER_SERIES + 3]!);
    });
    return maxUs;
  }

  #countOf(series: number): number {
    return this.#stats[series * STATS_PER_SERIES]!;
  }

  #addCounts(cell: LeanCell): this {
    if (cell.words.length > 0) this.#words.push(cell.words);
    this.fired += cell.fired;
    this.dropped += cell.dropped;
    this.clamped += cell.clamped;
    return this;
  }

  #denseOf(series: number): Float64Array {
    this.#dense[series] ??= new Float64Array(this.shape.length);
    return this.#dense[series];
  }

  /** 1 for every series the view sums. */
  #seriesOf(view: View): Uint8Array {
    const outcomes = this.outcomes.length;
    const wanted = new Uint8Array(seriesCount(outcomes, this.steps.length));
    if (view.of === 'service') wanted[SERVICE] = 1;
    else if (view.of === 'wait') wanted[WAIT] = 1;
    else if (view.of === 'lateness') wanted[LATENESS] = 1;
    else if (view.of === 'think') this.#want(wanted, thinkSeries(outcomes));
    else if (view.of === 'step') this.#want(wanted, stepSeries(outcomes, view.step));
    else this.#wantOutcomes(wanted, view as ByOutcome);
    return wanted;
  }

  /** A plain order has neither steps nor think: then the view is empty. */
  #want(wanted: Uint8Array, series: number): void {
    if (series < wanted.length) wanted[series] = 1;
  }

  #wantOutcomes(wanted: Uint8Array, view: ByOutcome): void {
    const seriesOf = view.of === 'response' ? responseSeries : punctualSeries;
    this.outcomes.forEach((outcome, index) => {
      const meant = (view.class ?? outcome.class) === outcome.class && (view.outcome ?? index) === index;
      if (meant) wanted[seriesOf(index)] = 1;
    });
  }
}

function addArray(into: Float64Array, counts: Float64Array): void {
  for (let i = 0; i < counts.length; i++) into[i]! += counts[i]!;
}
