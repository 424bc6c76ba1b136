// The live panel: what a person watches while the surge runs, and its one-line form for logs. `panelStateOf` reads the
// evidence so far; the two formatters only lay it out. Nothing here redraws or waits.

import type { Evidence, SloResult } from '../judge/spec.ts';
import { rankOf } from '../measure/histogram.ts';
import type { TallyView } from '../measure/spec.ts';
import { leastCountFor } from '../measure/summary.ts';
import type { OutcomeClass } from '../outcomes.ts';
import { OUTCOME_CLASSES } from '../outcomes.ts';
import { formatCount, formatDuration, formatRate, plural } from '../units.ts';
import { visible } from './foreign.ts';
import type { Lamp } from './lamps.ts';
import { lampLines, lampOf } from './lamps.ts';
import type { TextOptions } from './layout.ts';
import { columnsOf, cut, fitting, joinFitting, padEnd, padStart, widthOf } from './layout.ts';
import { sparkline } from './sparkline.ts';

/** Seconds that "now" means. */
const RECENT_S = 10;
/** Seconds of the sparklines. */
const HISTORY_S = 60;
/** A worker hands its second over about a second late: the second before the last is the newest that all are in. */
const LAG_S = 1;

/** A percentile of all orders fired, µs. `over`: it falls among those unanswered yet, who have waited at least so long. */
export type Quantile = { us: number } | { overUs: number };
/** Undefined where too few orders have been fired to say. */
export type Quantiles = { p50: Quantile | undefined; p99: Quantile | undefined };

export type PanelState = {
  name: string;
  target: string;
  elapsedUs: number;
  durationUs: number;
  /** Parts of the traffic that are on, without those that always are. */
  partsOn: string[];
  /** Orders per second over the last 10 s; undefined before the first second is in. */
  rate: { planned: number; fired: number; accepted: number } | undefined;
  /** Orders per second, one number for each of the last 60 s, oldest first. */
  history: { planned: number[]; fired: number[]; accepted: number[] };
  /** Of the whole plan, and so far. */
  orders: { planned: number; due: number; fired: number; dropped: number } & Record<OutcomeClass, number>;
  /** Of the orders due in the ten seconds before the last, and of all. */
  response: { recent: Quantiles; overall: Quantiles };
  latenessP99Us: number | undefined;
  inFlight: number;
  /** Orders waiting for a connection; undefined where nobody says. */
  waiting: number | undefined;
  /** No more orders are fired, although the plan has some: it was interrupted, or a `stop:` condition was met. */
  stopping: boolean;
  lamps: Lamp[];
};

/** `slo`: how the limits stand so far, `judge(evidence).slo`; as old as the caller likes, for judging hours is not free. */
export type PanelExtras = { name: string; target: string; slo?: readonly SloResult[]; waiting?: number };

/** `rows`: lines there are for the panel; undefined where there are enough. */
export type PanelOptions = TextOptions & { rows?: number | undefined };

/** Derived from the evidence so far and the time since the start alone; `elapsedUs` may be negative before it. */
export function panelStateOf(evidence: Evidence, elapsedUs: number, extras: PanelExtras): PanelState {
  const { timeline, planned, durationUs } = evidence;
  const elapsed = Math.max(0, elapsedUs);
  const total = timeline.total();
  const until = Math.max(0, Math.floor(elapsed / 1e6) - LAG_S);
  const flows = lastFlows(evidence, until);
  const recent = timeline.tally(Math.max(0, until - RECENT_S), until);
  const waitedUs = elapsed - until * 1e6;
  const ended = OUTCOME_CLASSES.map((name) => total.countOf(name));
  const parts = [...new Set(evidence.phases.map((phase) => phase.part))];
  return {
    name: extras.name,
    target: extras.target,
    elapsedUs: elapsed,
    durationUs,
    partsOn: partsOn(evidence, elapsed),
    rate:
      until === 0
        ? undefined
        : { planned: mean(flows.planned), fired: mean(flows.fired), accepted: mean(flows.accepted) },
    history: flows,
    orders: {
      planned: evidence.orders.planned,
      due: dueBy(planned, elapsed),
      fired: total.fired,
      dropped: total.dropped,
      accepted: total.countOf('accepted'),
      rejected: total.countOf('rejected'),
      failed: total.countOf('failed'),
      unknown: total.countOf('unknown'),
    },
    response: { recent: quantilesOf(recent, waitedUs), overall: quantilesOf(total, 0) },
    latenessP99Us: latenessP99(total),
    // Of the same tallies as the orders above it, so that the two agree.
    inFlight: total.fired - ended.reduce((sum, count) => sum + count, 0),
    waiting: extras.waiting,
    stopping: evidence.ending.kind !== 'complete',
    lamps: (extras.slo ?? []).map((slo) => lampOf(slo, parts)),
  };
}

/** The last 60 whole seconds before `until`; those in which nothing happened are zeros. */
function lastFlows({ timeline, planned }: Evidence, until: number) {
  const from = Math.max(0, until - HISTORY_S);
  const row = () => new Array<number>(until - from).fill(0);
  const rows = { planned: row(), fired: row(), accepted: row() };
  for (let second = from; second < until; second++) rows.planned[second - from] = planned[second] ?? 0;
  for (const flow of timeline.flows) {
    if (flow.second < from || flow.second >= until) continue;
    rows.fired[flow.second - from]! += flow.fired;
    rows.accepted[flow.second - from]! += flow.accepted;
  }
  return rows;
}

function mean(perSecond: readonly number[]): number {
  const recent = perSecond.slice(-RECENT_S);
  return recent.length === 0 ? 0 : recent.reduce((sum, count) => sum + count, 0) / recent.length;
}

/** Orders due by now; the second that is running counts by the share of it that has passed. */
function dueBy(planned: Uint32Array, elapsedUs: number): number {
  const whole = Math.floor(elapsedUs / 1e6);
  let due = 0;
  for (let second = 0; second < Math.min(whole, planned.length); second++) due += planned[second]!;
  return due + Math.round((planned[whole] ?? 0) * (elapsedUs / 1e6 - whole));
}

function partsOn({ phases, durationUs }: Evidence, nowUs: number): string[] {
  const on = phases.filter(
    (phase) => phase.fromUs <= nowUs && nowUs < phase.untilUs && (phase.fromUs > 0 || phase.untilUs < durationUs),
  );
  return [...new Set(on.map((phase) => phase.part))];
}

/** Unanswered orders count as the slowest: the percentile of the survivors alone would look well while the shop dies. */
function quantilesOf(tally: TallyView, waitedUs: number): Quantiles {
  const histogram = tally.histogram({ of: 'response' });
  const fired = Math.max(tally.fired, histogram.count);
  const quantile = (p: number): Quantile | undefined => {
    if (fired === 0 || fired < leastCountFor(p)) return undefined;
    const rank = rankOf(p, fired);
    return rank <= histogram.count ? { us: histogram.valueAtRank(rank) } : { overUs: waitedUs };
  };
  return { p50: quantile(0.5), p99: quantile(0.99) };
}

function latenessP99(tally: TallyView): number | undefined {
  const histogram = tally.histogram({ of: 'lateness' });
  return histogram.count >= leastCountFor(0.99) ? histogram.percentile(0.99) : undefined;
}

const quantileText = (quantile: Quantile | undefined): string => {
  if (quantile === undefined) return '–';
  return 'us' in quantile
    ? formatDuration(quantile.us)
    : quantile.overUs > 0
      ? `> ${formatDuration(quantile.overUs)}`
      : '–';
};
const time = (us: number | undefined): string => (us === undefined ? '–' : formatDuration(us));

/** HH:MM:SS always, so that the running clock does not jump. */
function clock(us: number): string {
  const s = Math.floor(us / 1e6);
  return [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60].map((n) => String(n).padStart(2, '0')).join(':');
}

/** 0…1 */
const progressOf = ({ elapsedUs, durationUs }: PanelState): number =>
  durationUs > 0 ? Math.min(1, elapsedUs / durationUs) : 1;

const percent = (share: number): string => `${Math.floor(share * 100)} %`;

const LABEL = 10;
/** What is given up last when rows are short: lower goes first. In the order of the lines below. */
const WORTH = [9, 5, 3, 2, 4, 6, 1, 8, 7];

/**
 * About 12 lines and the lamps, no newline at the end; as many lines from one second to the next, so that a redraw does
 * not jump. Where `rows` are fewer, the blank lines go first, then lamps, then what is told elsewhere.
 */
export function formatPanel(state: PanelState, options: PanelOptions): string {
  const width = columnsOf(options.width);
  const rows = options.rows ?? Infinity;
  const [head, rates, times, now] = [
    [titleLine(state, options, width), barLine(state, options, width)],
    rateLines(state, options, width),
    timeLines(state, options),
    [ordersLine(state, options, width), generatorLine(state, options, width)],
  ];
  const told = [head, rates, times, now].flat();
  const lamps = lampLines(state.lamps, options, width - LABEL, Math.max(0, rows - told.length)).map((line, index) =>
    labelled(index === 0 ? 'so far' : '', options, line).trimEnd(),
  );
  const blank = lamps.length > 0 ? [''] : [];
  const airy = [...head, '', ...rates, '', ...times, '', ...now, ...blank, ...lamps];
  if (airy.length <= rows) return airy.join('\n');
  const kept = [...told.keys()].sort((a, b) => WORTH[b]! - WORTH[a]!).slice(0, Math.max(1, rows));
  return [...told.filter((_, index) => kept.includes(index)), ...lamps].join('\n');
}

function labelled(label: string, { paint }: TextOptions, text: string): string {
  return paint('dim', padEnd(label, LABEL)) + text;
}

/** `00:00:54 left`; `stopping, 7 answers out` once no more are fired. */
function remainingText({ elapsedUs, durationUs, stopping, inFlight }: PanelState): string {
  const out = `${formatCount(inFlight)} ${plural(inFlight, 'answer')} out`;
  if (stopping) return inFlight > 0 ? `stopping, ${out}` : 'stopping';
  const left = Math.max(0, durationUs - elapsedUs);
  if (left > 0) return `${clock(left)} left`;
  return inFlight > 0 ? `all fired, ${out}` : 'all fired';
}

function titleLine(state: PanelState, { paint }: TextOptions, width: number): string {
  const { name, target, elapsedUs } = state;
  const right = `${clock(elapsedUs)}, ${remainingText(state)}`;
  const title = cut(`${visible(name)} → ${visible(target)}`, width - widthOf(right) - 2);
  return paint('bold', padEnd(title, width - widthOf(right))) + right;
}

function barLine(state: PanelState, { paint }: TextOptions, width: number): string {
  const share = progressOf(state);
  const on = state.partsOn.length === 0 ? '' : `  now ${state.partsOn.map(visible).join(', ')}`;
  const right = cut(`  ${padStart(percent(share), 5)}${on}`, Math.floor(width / 2));
  const columns = width - Math.max(widthOf(right), Math.min(24, Math.floor(width / 3)));
  const full = Math.floor(share * columns);
  return `${paint('accent', '█'.repeat(full))}${paint('dim', '░'.repeat(columns - full))}${right}`;
}

/** One row each for planned, fired and accepted, on one scale: where they part is what there is to see. */
function rateLines({ rate, history }: PanelState, options: TextOptions, width: number): string[] {
  const columns = Math.min(HISTORY_S, width - LABEL - 14);
  const highest = Math.max(1, ...history.planned, ...history.fired, ...history.accepted);
  return (['planned', 'fired', 'accepted'] as const).map((name) => {
    const now = rate === undefined ? '–' : formatRate(rate[name]);
    const spark = sparkline(history[name].slice(-columns), highest);
    return labelled(name, options, `${padStart(now, 10)}  ${options.paint('accent', spark)}`).trimEnd();
  });
}

function timeLines({ response }: PanelState, options: TextOptions): string[] {
  const row = (label: string, { p50, p99 }: Quantiles) =>
    labelled(label, options, `p50 ${padStart(quantileText(p50), 8)}   p99 ${padStart(quantileText(p99), 8)}`);
  return [
    `${row('response', response.recent)}   ${options.paint('dim', `last ${RECENT_S} s`)}`,
    `${row('', response.overall)}   ${options.paint('dim', 'since the start')}`,
  ];
}

function ordersLine({ orders }: PanelState, options: TextOptions, width: number): string {
  const pieces = [
    `${formatCount(orders.fired)} of ${formatCount(orders.planned)} fired`,
    ...OUTCOME_CLASSES.filter((each) => each === 'accepted' || orders[each] > 0).map(
      (each) => `${formatCount(orders[each])} ${each}`,
    ),
    ...(orders.dropped > 0 ? [`${formatCount(orders.dropped)} dropped!`] : []),
  ];
  return labelled(
    'orders',
    options,
    joinFitting(pieces, width - LABEL, (count) => `and ${count} more`),
  );
}

function generatorLine(state: PanelState, options: TextOptions, width: number): string {
  const inFlight = `${formatCount(state.inFlight)} in flight`;
  const waiting = state.waiting === undefined ? '' : ` · ${formatCount(state.waiting)} waiting`;
  const lateness = ` · lateness p99 ${time(state.latenessP99Us)}`;
  const ways = [
    `${inFlight}${waiting}${waiting === '' ? '' : ' for a connection'}${lateness}`,
    `${inFlight}${waiting}${lateness}`,
  ];
  return labelled('now', options, fitting(ways, width - LABEL));
}

/** One line for a log, about every 10 s: no colour, no cursor. */
export function formatProgressLine(state: PanelState): string {
  const { orders, rate, response } = state;
  const ended = OUTCOME_CLASSES.filter((each) => orders[each] > 0).map(
    (each) => `${formatCount(orders[each])} ${each}`,
  );
  const broken = state.lamps.filter((lamp) => lamp.state === 'broken').map((lamp) => visible(lamp.text));
  return [
    `${clock(state.elapsedUs)} ${padStart(percent(progressOf(state)), 5)}`,
    ...(rate === undefined
      ? []
      : [
          `planned ${formatRate(rate.planned)}, fired ${formatRate(rate.fired)}, accepted ${formatRate(rate.accepted)}`,
        ]),
    `p99 ${quantileText(response.recent.p99)} now, ${quantileText(response.overall.p99)} overall`,
    ended.length === 0 ? 'no answers yet' : ended.join(', '),
    ...(orders.dropped > 0 ? [`${formatCount(orders.dropped)} dropped`] : []),
    `${formatCount(state.inFlight)} in flight`,
    ...(state.stopping ? ['stopping'] : []),
    ...(broken.length > 0 ? [`broken so far: ${broken.join(', ')}`] : []),
  ].join(' · ');
}
