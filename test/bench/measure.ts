// What it costs to measure an order, beside the library's own single record, and what a run keeps in memory.
// `node test/bench/measure.ts` prints the rows.

import { build } from 'hdr-histogram-js';
import { bucketOf, histogramShape } from '../../src/measure/histogram.ts';
import { Recorder } from '../../src/measure/recorder.ts';
import { Timeline } from '../../src/measure/timeline.ts';
import type { Outcome } from '../../src/outcomes.ts';
import { keeperRows } from './keeper.ts';
import type { Row } from './row.ts';

const OUTCOMES: Outcome[] = Array.from({ length: 20 }, (_, i) => ({
  name: `outcome-${i}`,
  class: i === 0 ? 'accepted' : i < 4 ? 'rejected' : i < 10 ? 'failed' : 'unknown',
}));
const SHAPE = histogramShape(10e6);
/** What measuring may cost: an order in the worker, a busy second on the main thread, twelve hours in memory. */
const MOST_NS = 600;
const MOST_US = 1_000;
const MOST_MB = 50;
const ROUNDS = 9;
const ORDERS = 100_000;

/** Service times of a believable shop (10 … 90 ms, skewed), computed before the clock runs. */
const SERVICE_US = Float64Array.from({ length: 65_536 }, (_, i) => 10_000 + 80_000 * ((i * 0.618_033_988_75) % 1) ** 4);

/** Median over rounds of ns per repetition; the first two rounds warm up. */
function nsPer(repetitions: number, round: () => void): number {
  const costs: number[] = [];
  for (let i = 0; i < ROUNDS + 2; i++) {
    const startMs = performance.now();
    round();
    if (i >= 2) costs.push(((performance.now() - startMs) * 1e6) / repetitions);
  }
  return costs.sort((a, b) => a - b)[ROUNDS >> 1]!;
}

/** `perS` orders a second for a while, flushed once a second; what is called is chosen by the caller. */
function playRound(recorder: Recorder, startUs: number, perS: number, withDone: boolean): number {
  let dueUs = startUs;
  for (let i = 0; i < ORDERS; i++) {
    recorder.fired(dueUs, dueUs + 12);
    if (withDone)
      recorder.done(dueUs, dueUs + 12, dueUs + 40, dueUs + 40 + SERVICE_US[i & 65_535]!, i % 50 === 0 ? 1 : 0);
    dueUs += 1e6 / perS;
    if (i % perS === perS - 1) recorder.flush(dueUs);
  }
  return dueUs;
}

function recordingRow(perS: number): Row {
  let firedUs = 0;
  const fireOnly = new Recorder(0, OUTCOMES, SHAPE);
  const firing = nsPer(ORDERS, () => {
    firedUs = playRound(fireOnly, firedUs, perS, false);
  });
  let bothUs = 0;
  const both = new Recorder(0, OUTCOMES, SHAPE);
  const all = nsPer(ORDERS, () => {
    bothUs = playRound(both, bothUs, perS, true);
  });
  return {
    name: `record one order, ${perS}/s`,
    value: all - firing,
    unit: 'ns',
    note: `done(): five histograms, with its share of flush; fired() ${firing.toFixed(0)} ns`,
    ok: all - firing <= MOST_NS,
  };
}

function libraryRow(): Row {
  const hdr = build({
    bitBucketSize: 64,
    autoResize: false,
    highestTrackableValue: SHAPE.highestUs,
    lowestDiscernibleValue: 1,
    numberOfSignificantValueDigits: 3,
  });
  const ns = nsPer(ORDERS, () => {
    for (let i = 0; i < ORDERS; i++) hdr.recordValue(Math.floor(SERVICE_US[i & 65_535]!));
  });
  return { name: 'hdr-histogram-js recordValue', value: ns, unit: 'ns', note: 'one histogram; an order needs five' };
}

function bucketRow(): Row {
  const indexOf = bucketOf(SHAPE);
  let sink = 0;
  const ns = nsPer(ORDERS, () => {
    for (let i = 0; i < ORDERS; i++) sink ^= indexOf(Math.floor(SERVICE_US[i & 65_535]!));
  });
  if (sink === 0.5) throw new Error('unreachable: keeps the results alive');
  return { name: 'bucketOf', value: ns, unit: 'ns', note: 'value to bucket index' };
}

/** A flush of one busy second in the worker, and its merge on the main thread into a second another worker filled. */
function handOverRows(): Row[] {
  const perFlush = 2_000;
  const recorders = [0, 1].map((worker) => new Recorder(worker, OUTCOMES, SHAPE));
  const timeline = new Timeline(OUTCOMES, SHAPE);
  const flushMs: number[] = [];
  const addMs: number[] = [];
  for (let second = 0; second < 60; second++) {
    for (const recorder of recorders) {
      for (let i = 0; i < perFlush; i++) {
        const dueUs = second * 1e6 + i * 500;
        recorder.fired(dueUs, dueUs + (i % 30));
        recorder.done(dueUs, dueUs + (i % 30), dueUs + 40, dueUs + 40 + SERVICE_US[(second * 2_000 + i) & 65_535]!, 0);
      }
      const flushAt = performance.now();
      const { interval } = recorder.flush(second * 1e6 + 1e6);
      const addAt = performance.now();
      timeline.add(interval);
      if (second >= 10) addMs.push(performance.now() - addAt);
      if (second >= 10) flushMs.push(addAt - flushAt);
    }
  }
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]! * 1e3;
  const addUs = median(addMs);
  return [
    { name: 'flush', value: median(flushMs), unit: 'µs', note: '2,000 orders due in one second, in the worker' },
    {
      name: 'Timeline.add',
      value: addUs,
      unit: 'µs',
      note: '2,000 orders, every other time into a second that another worker filled',
      ok: addUs <= MOST_US,
    },
  ];
}

/** Twelve hours at 49/s over two workers, as the main thread keeps them. */
function memoryRow(): Row {
  const recorders = [0, 1].map((worker) => new Recorder(worker, OUTCOMES, SHAPE));
  const timeline = new Timeline(OUTCOMES, SHAPE);
  for (let second = 0, i = 0; second < 43_200; second++) {
    for (let k = 0; k < 49; k++, i++) {
      const dueUs = second * 1e6 + k * 20_000;
      const firedUs = dueUs + (i % 40);
      recorders[i % 2]!.fired(dueUs, firedUs);
      recorders[i % 2]!.done(dueUs, firedUs, firedUs + (i % 90), firedUs + 90 + SERVICE_US[i & 65_535]!, 0);
    }
    for (const recorder of recorders) timeline.add(recorder.flush(second * 1e6 + 1e6).interval);
  }
  return {
    name: 'timeline of 12 h at 49/s',
    value: timeline.bytes / 1e6,
    unit: 'MB',
    note: `2.1 M orders; the total beside it ${(timeline.total().bytes / 1e6).toFixed(1)} MB`,
    ok: timeline.bytes / 1e6 <= MOST_MB,
  };
}

export async function measureBench(): Promise<Row[]> {
  return [
    bucketRow(),
    libraryRow(),
    recordingRow(50),
    recordingRow(5_000),
    ...handOverRows(),
    memoryRow(),
    ...keeperRows(),
  ];
}

if (import.meta.main) {
  for (const { name, value, unit, note } of await measureBench()) {
    console.log(`${name.padEnd(30)} ${value.toFixed(1).padStart(8)} ${unit.padEnd(3)} ${note}`);
  }
}
