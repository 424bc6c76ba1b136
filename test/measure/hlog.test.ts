import fc from 'fast-check';
import type { Float64Histogram } from 'hdr-histogram-js';
import { HistogramLogReader, listTags } from 'hdr-histogram-js';
import { expect, test } from 'vitest';
import { Histogram } from '../../src/measure/histogram.ts';
import { formatHlog, HLOG_TAGS, stretchSeconds } from '../../src/measure/hlog.ts';
import { Timeline } from '../../src/measure/timeline.ts';
import { anOrder, OUTCOMES, play, SHAPE, timelineOf } from './orders.ts';

const STARTED_AT_MS = Date.UTC(2015, 3, 8, 10, 0, 0, 250);
const seed = 1111;

/** Everything the standard reader finds, summed by tag. */
function readBack(text: string) {
  const reader = new HistogramLogReader(text, 64);
  const sums = new Map<string, Histogram>();
  const spans: [fromMs: number, untilMs: number][] = [];
  for (let hdr = reader.nextIntervalHistogram(); hdr; hdr = reader.nextIntervalHistogram()) {
    const sum = sums.get(hdr.tag) ?? new Histogram(SHAPE);
    sums.set(hdr.tag, sum);
    const counts = hdr as unknown as Float64Histogram;
    for (let index = 0; index < counts.countsArrayLength; index++) sum.recordAt(index, counts.getCountAtIndex(index));
    spans.push([hdr.startTimeStampMsec, hdr.endTimeStampMsec]);
  }
  return { sums, spans };
}

function expectSameCounts(text: string, timeline: Timeline) {
  const { sums } = readBack(text);
  for (const { tag, view } of HLOG_TAGS) {
    const expected = timeline.total().histogram(view);
    const got = sums.get(tag);
    expect([tag, got !== undefined]).toEqual([tag, expected.count > 0]);
    if (got) expect([tag, ...got.buckets()]).toEqual([tag, ...expected.buckets()]);
  }
}

test('the standard reader decodes every tag back to the same counts, bucket by bucket', () => {
  const aRun = fc.array(anOrder(2), { minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(aRun, fc.constantFrom(1, 10, 60), (orders, everySeconds) => {
      const timeline = timelineOf(play(orders, 2, [3e6, 9e6, 17e6]).intervals);
      expectSameCounts(formatHlog(timeline, STARTED_AT_MS, everySeconds), timeline);
    }),
    { seed, numRuns: 12 },
  );
});

const twoOrders = [
  { worker: 0, dueUs: 0.5e6, firedUs: 0.5e6, sentUs: 0.5e6 + 10, doneUs: 0.5e6 + 123_456, outcome: 0 },
  { worker: 1, dueUs: 2.25e6, firedUs: 2.25e6, sentUs: Number.NaN, doneUs: 2.25e6 + 40, outcome: 3 },
];

test('its head and lines are those of format 1.3', () => {
  const lines = formatHlog(timelineOf(play(twoOrders, 2, []).intervals), STARTED_AT_MS)
    .trimEnd()
    .split('\n');
  expect(lines.slice(0, 5)).toEqual([
    '#[Orders by the second they were due; values in µs, Interval_Max in ms]',
    '#[Histogram log format version 1.3]',
    '#[StartTime: 1428487200.250 (seconds since epoch), 2015-04-08T10:00:00.250Z]',
    '#[BaseTime: 1428487200.250 (seconds since epoch)]',
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
  ]);
  expect(lines.slice(5).map((line) => line.slice(0, line.lastIndexOf(',')))).toEqual([
    'Tag=accepted,0.000,1.000,123.456',
    'Tag=service,0.000,1.000,123.446',
    'Tag=wait,0.000,1.000,0.010',
    'Tag=lateness,0.000,1.000,0.000',
    'Tag=failed,2.000,1.000,0.040',
    'Tag=wait,2.000,1.000,0.040',
    'Tag=lateness,2.000,1.000,0.000',
  ]);
});

test('the reader places the lines on the clock', () => {
  const text = formatHlog(timelineOf(play(twoOrders, 2, []).intervals), STARTED_AT_MS);
  expect(listTags(text)).toEqual(['accepted', 'service', 'wait', 'lateness', 'failed']);
  const { spans } = readBack(text);
  expect(spans[0]).toEqual([STARTED_AT_MS, STARTED_AT_MS + 1_000]);
  expect(spans.at(-1)).toEqual([STARTED_AT_MS + 2_000, STARTED_AT_MS + 3_000]);
});

test('lines grow longer with the run, so that a day stays readable', () => {
  expect([20, 300, 301, 3_600, 3_601].map(stretchSeconds)).toEqual([1, 1, 10, 10, 60]);
  expect(43_200 / stretchSeconds(43_200)).toBe(720);
});

test('a run without orders is a head only; a stretch that is no whole second is refused', () => {
  const empty = new Timeline(OUTCOMES, SHAPE);
  expect(readBack(formatHlog(empty, STARTED_AT_MS)).sums.size).toBe(0);
  for (const everySeconds of [0, 0.5, -1, Number.NaN]) {
    expect(() => formatHlog(empty, STARTED_AT_MS, everySeconds)).toThrow(RangeError);
  }
});
