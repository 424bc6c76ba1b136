// The record of a run → what its report draws. See spec.ts; a few hundred rows for 12 hours.

import { planSeconds, reachedSeconds } from '../../judge/scope.ts';
import { Histogram } from '../../measure/histogram.ts';
import type { Timeline } from '../../measure/timeline.ts';
import { insecureNote, notesOf } from '../notes.ts';
import { timelineOf } from '../numbers.ts';
import type { RunRecord } from '../record.ts';
import { parsedSlos, spotsOf, stretchesOf } from './detail.ts';
import { heatOf, spectrumOf } from './heat.ts';
import { flowRows, packColumn, percentileOf, roundWidth, rowsOf, secondsOfRow, timeRows, widthFor } from './rows.ts';
import type { Charts, FlowRows, OutcomeRows, Spectrum } from './spec.ts';
import { CHARTS_VERSION } from './spec.ts';

const MOST_ROWS = 750;
/** Outcomes with a line of their own in the picture; the table has them all. */
const MOST_OUTCOMES = 8;
const MOST_PARTS = 6;
/** So many orders a p99 needs (METHOD §5): rows are made wide enough to have one, if that leaves enough rows. */
const ORDERS_OF_A_ROW = 369;
const LEAST_ROWS = 12;

export function chartsOf(record: RunRecord): Charts {
  const { evidence, judgement } = record;
  const timeline = timelineOf(evidence);
  const durationS = evidence.durationUs / 1e6;
  const due = planSeconds(evidence);
  const seconds = Math.max(due, timeline.flows.length);
  const slos = parsedSlos(judgement, evidence).map(({ slo }) => slo);
  const flow = flowRows(timeline, evidence.planned, whole(seconds, widthFor(seconds, MOST_ROWS)));
  const times = timeRows(timeline, whole(due, timesWidth(evidence.planned, due)));
  const spots = flow.everyS === 1 ? [] : spotsOf(evidence, judgement, { slowest: slowestSecond(timeline) });
  return {
    chartsVersion: CHARTS_VERSION,
    notes: [insecureNote(record.plan) ?? [], notesOf(record)].flat().map(({ label, text }) => ({ label, text })),
    durationS,
    seconds,
    reachedS: reachedSeconds(evidence),
    flow,
    times,
    detail: spots.map(({ why, fromS, untilS }) => {
      const rows = { fromS, untilS: Math.min(untilS, seconds), everyS: 1 };
      return { why, flow: flowRows(timeline, evidence.planned, rows), times: timeRows(timeline, rows) };
    }),
    outcomes: outcomesOf(timeline),
    byOutcome: outcomeRowsOf(timeline, whole(due, widthFor(due, MOST_ROWS))),
    heat: heatOf(timeline, due),
    spectra: spectraOf(record, timeline),
    stretches: stretchesOf(evidence, timeline, slos),
  };
}

const whole = (untilS: number, everyS: number) => ({ fromS: 0, untilS, everyS });

function timesWidth(planned: Uint32Array, seconds: number): number {
  const sorted = planned.slice().sort();
  const quiet = sorted[Math.floor(sorted.length / 4)] ?? 0;
  const wanted = roundWidth(Math.min(ORDERS_OF_A_ROW / Math.max(quiet, 1), seconds / LEAST_ROWS / 2));
  return Math.max(wanted, widthFor(seconds, MOST_ROWS));
}

/** The second in which the order that took longest was due. */
function slowestSecond(timeline: Timeline): number | undefined {
  const { seconds } = timeline;
  const maxOf = (from: number, until: number) => timeline.tally(from, until).histogram({ of: 'response' }).maxUs;
  const total = timeline.total().histogram({ of: 'response' });
  if (total.count === 0) return undefined;
  for (let from = 0; from < seconds; from += 60) {
    if (maxOf(from, from + 60) !== total.maxUs) continue;
    for (let second = from; second < from + 60; second++) if (maxOf(second, second + 1) === total.maxUs) return second;
  }
}

function outcomesOf(timeline: Timeline): Charts['outcomes'] {
  const total = timeline.total();
  return timeline.outcomes.map((outcome, index) => ({
    name: outcome.name,
    class: outcome.class,
    count: total.countOfOutcome(index),
    ...firstAndLast(timeline, index),
    p99Us: percentileOf(total.histogram({ of: 'response', outcome: index }), 0.99),
  }));
}

/** Seconds with an order that ended so, −1 when there is none. A look at a minute spares sixty at its seconds. */
function firstAndLast(timeline: Timeline, outcome: number): { firstS: number; lastS: number } {
  const has = (from: number, until: number) => timeline.tally(from, until).countOfOutcome(outcome) > 0;
  const minutes = Array.from({ length: Math.ceil(timeline.seconds / 60) }, (_, minute) => minute * 60);
  const seconds = Array.from({ length: 60 }, (_, second) => second);
  const [first, last] = [
    minutes.find((from) => has(from, from + 60)),
    minutes.findLast((from) => has(from, from + 60)),
  ];
  if (first === undefined || last === undefined) return { firstS: -1, lastS: -1 };
  const isIn = (minute: number) => (second: number) => has(minute + second, minute + second + 1);
  return { firstS: first + seconds.find(isIn(first))!, lastS: last + seconds.findLast(isIn(last))! };
}

function outcomeRowsOf(timeline: Timeline, rows: Pick<FlowRows, 'fromS' | 'untilS' | 'everyS'>): OutcomeRows {
  const total = timeline.total();
  const present = timeline.outcomes
    .map((_, index) => index)
    .filter((index) => total.countOfOutcome(index) > 0)
    .sort((a, b) => total.countOfOutcome(b) - total.countOfOutcome(a));
  const own = present.length <= MOST_OUTCOMES ? present : present.slice(0, MOST_OUTCOMES - 1);
  const others = present.slice(own.length);
  const groups = [
    ...own.map((index) => ({ index, members: [index] })),
    ...(others.length ? [{ index: -1, members: others }] : []),
  ];
  const tallies = Array.from({ length: rowsOf(rows) }, (_, row) => {
    const { fromS, untilS } = secondsOfRow(rows, row);
    return timeline.tally(fromS, untilS);
  });
  return {
    ...rows,
    of: groups.map(({ index, members }) => ({
      index,
      counts: packColumn(
        tallies.map((tally) => members.reduce((sum, member) => sum + tally.countOfOutcome(member), 0)),
      ),
    })),
  };
}

/** The whole run, each part that is not always on, and the run it was compared with. */
function spectraOf({ evidence, baselineResponse }: RunRecord, timeline: Timeline): Charts['spectra'] {
  const total = timeline.total();
  const names = new Set(
    evidence.phases
      .filter(({ fromUs, untilUs }) => fromUs > 0 || untilUs < evidence.durationUs)
      .map((phase) => phase.part),
  );
  const parts = [...names].slice(0, MOST_PARTS).map((name): Spectrum => {
    const tally = timeline.tally(0, 0);
    let until = 0;
    for (const phase of evidence.phases.filter(({ part }) => part === name).sort((a, b) => a.fromUs - b.fromUs)) {
      const to = Math.ceil(phase.untilUs / 1e6);
      tally.add(timeline.tally(Math.max(until, Math.floor(phase.fromUs / 1e6)), to));
      until = Math.max(until, to);
    }
    return spectrumOf(name, tally.histogram({ of: 'response' }));
  });
  const baseline = baselineResponse && baselineSpectrum(baselineResponse);
  return {
    response: spectrumOf('response', total.histogram({ of: 'response' })),
    service: spectrumOf('service', total.histogram({ of: 'service' })),
    parts: parts.filter(({ count }) => count > 0),
    ...(baseline && { baseline }),
  };
}

/** Undefined where its result.json holds something else: a page without that line is better than none. */
function baselineSpectrum({ histogram, maxUs }: NonNullable<RunRecord['baselineResponse']>): Spectrum | undefined {
  try {
    const { points, ...rest } = spectrumOf('baseline', Histogram.decode(histogram));
    // The text knows the maximum by its bucket only.
    return { ...rest, points: points.map(([quantile, us]) => [quantile, Math.min(us, maxUs)]) };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
