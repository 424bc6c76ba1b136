// run.hlog: the HdrHistogram log, version 1.3, that the standard tools read (HistogramLogAnalyzer, hdr-histogram-js).
// One line per stretch of due time and tag. The library's own writer is not used: it has no BaseTime, prints the local
// time zone, and reports the bucket's edge where the exact maximum is known. Values are µs, times seconds, Interval_Max ms.

import { OUTCOME_CLASSES } from '../outcomes.ts';
import type { View } from './spec.ts';
import type { Timeline } from './timeline.ts';

/** The response of each class, and the three parts of it over all orders. */
export const HLOG_TAGS: readonly { tag: string; view: View }[] = [
  ...OUTCOME_CLASSES.map((outcomeClass) => ({
    tag: outcomeClass,
    view: { of: 'response', class: outcomeClass } as const,
  })),
  { tag: 'service', view: { of: 'service' } },
  { tag: 'wait', view: { of: 'wait' } },
  { tag: 'lateness', view: { of: 'lateness' } },
];

/** Seconds one line covers, so that no run writes more than about 720 lines a tag in 12 h. */
export function stretchSeconds(seconds: number): number {
  if (seconds <= 300) return 1;
  return seconds <= 3600 ? 10 : 60;
}

/**
 * @param startedAtMs start of the run, ms since the epoch: StartTime and BaseTime; the lines count seconds from it
 * @param everySeconds whole seconds a line covers; stretches without a value of a tag have no line
 */
export function formatHlog(
  timeline: Timeline,
  startedAtMs: number,
  everySeconds: number = stretchSeconds(timeline.seconds),
): string {
  if (!Number.isInteger(everySeconds) || everySeconds < 1) {
    throw new RangeError(`Expected a whole number of seconds >= 1, got ${everySeconds}`);
  }
  const epochSeconds = (startedAtMs / 1e3).toFixed(3);
  const lines = [
    '#[Orders by the second they were due; values in µs, Interval_Max in ms]',
    '#[Histogram log format version 1.3]',
    `#[StartTime: ${epochSeconds} (seconds since epoch), ${new Date(startedAtMs).toISOString()}]`,
    `#[BaseTime: ${epochSeconds} (seconds since epoch)]`,
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
  ];
  for (let from = 0; from < timeline.seconds; from += everySeconds) {
    const tally = timeline.tally(from, from + everySeconds);
    if (tally.done === 0) continue;
    for (const { tag, view } of HLOG_TAGS) {
      const histogram = tally.histogram(view);
      if (histogram.count === 0) continue;
      const maxMs = (histogram.maxUs / 1e3).toFixed(3);
      lines.push(`Tag=${tag},${from.toFixed(3)},${everySeconds.toFixed(3)},${maxMs},${histogram.encode()}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
