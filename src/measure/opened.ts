// What opening a connection took, apart from all else that an order waits for (METHOD §2): TCP with the name look-up, and
// TLS. Only of connections that an order had to wait for; those opened beforehand cost no shopper anything. µs. A worker
// records here without the histogram library, which it has no use for; opened-histograms.ts makes histograms of it.

import { Bins } from './bins.ts';
import type { Shape } from './shape.ts';
import { bucketOf } from './shape.ts';
import { addSeries, emptyStats } from './stats.ts';
import { keyOf } from './words.ts';

export const CONNECT = 0;
export const TLS = 1;
const SERIES = 2;

/** To go from thread to thread: packed words (words.ts) and exact numbers (stats.ts) of two series, CONNECT and TLS. */
export type OpenedTimes = { words: Uint32Array; stats: Float64Array };

export class Opened {
  readonly #bucketOf: (valueUs: number) => number;
  readonly #bins = new Bins(SERIES);
  #stats = emptyStats(SERIES);

  constructor(shape: Shape) {
    this.#bucketOf = bucketOf(shape);
  }

  /** `tlsUs` is NaN without TLS. Nothing is added where no connection was opened (`connectUs` NaN or undefined). */
  record(connectUs: number | undefined, tlsUs: number | undefined): void {
    if (connectUs !== undefined && connectUs >= 0) this.#add(CONNECT, Math.floor(connectUs));
    if (tlsUs !== undefined && tlsUs >= 0) this.#add(TLS, Math.floor(tlsUs));
  }

  /** Everything recorded; it is empty afterwards. */
  drain(): OpenedTimes {
    const stats = this.#stats;
    this.#stats = emptyStats(SERIES);
    return { words: this.#bins.drain(), stats };
  }

  #add(series: number, wholeUs: number): void {
    this.#bins.add(keyOf(series, this.#bucketOf(wholeUs)), 1);
    addSeries(this.#stats, series, 1, wholeUs, wholeUs, wholeUs);
  }
}
