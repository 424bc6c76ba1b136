// The times of opened connections (opened.ts) of any number of workers as two histograms; for the main thread.

import { Histogram } from './histogram.ts';
import { CONNECT, type OpenedTimes, TLS } from './opened.ts';
import type { Shape } from './shape.ts';
import { STATS_PER_SERIES } from './spec.ts';
import { bucketOfKey, countOfWord, keyOfWord, seriesOfKey } from './words.ts';

export function openedHistograms(shape: Shape, all: readonly OpenedTimes[]): { connect: Histogram; tls: Histogram } {
  const bySeries = { [CONNECT]: new Histogram(shape), [TLS]: new Histogram(shape) };
  for (const { words, stats } of all) {
    for (const word of words) {
      const key = keyOfWord(word);
      bySeries[seriesOfKey(key) as typeof CONNECT | typeof TLS].recordAt(bucketOfKey(key), countOfWord(word));
    }
    for (const series of [CONNECT, TLS] as const) {
      const at = series * STATS_PER_SERIES;
      if (stats[at]! > 0) bySeries[series].carry(stats[at]!, stats[at + 1]!, stats[at + 2]!, stats[at + 3]!);
    }
  }
  return { connect: bySeries[CONNECT], tls: bySeries[TLS] };
}
