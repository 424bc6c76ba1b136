// What `plan` prints: the whole surge before a single order is sent. Totals, the curve as a picture, the parts, the
// limits as understood, and what an adjusted run cannot show.

import type { PhaseWindow } from '../judge/spec.ts';
import type { Plan } from '../profile/plan.ts';
import { formatClock, formatCount, formatCountOf, formatDuration, formatRate } from '../units.ts';
import type { RateStretch } from './curve-picture.ts';
import { curvePicture } from './curve-picture.ts';
import { visible } from './foreign.ts';
import type { TextOptions } from './layout.ts';
import { columnsOf, cut, padEnd, padStart, widthOf, wrap } from './layout.ts';
import { orderRows } from './plan-orders.ts';

/**
 * The curve, sampled by the caller (report does no traffic arithmetic). `rates`: consecutive stretches over the whole
 * run, at least 200 of them for a fine picture; of each part, in the order of the plan's parts, `addsPerS`: the most it
 * adds to the curve within the run, and `orders`: those expected of it.
 */
export type PlanSketch = {
  rates: readonly RateStretch[];
  peak: { ratePerS: number; atUs: number };
  phases: readonly PhaseWindow[];
  addsPerS: readonly number[];
  orders?: readonly number[];
};

type SolvedPart = Plan['traffic']['parts'][number];

const MOST_WINDOWS = 3;
const LABEL = 10;

/** No newline at the end. */
export function formatPlan(plan: Plan, sketch: PlanSketch, options: TextOptions): string {
  const width = columnsOf(options.width);
  const sections = [
    headSection(plan, sketch, options, width),
    pictureSection(plan, sketch, options, width),
    partsSection(plan, sketch, options, width),
    sourcesSection(plan, options, width),
    sloSection(plan, options, width),
    adjustmentSection(plan, options, width),
    warningSection(plan, options, width),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

/** `2,100,000 orders in 12 h · base 30.7/s · mean 48.6/s · peak about 369/s at 00:00` */
export function totalsLine(plan: Plan, peak: PlanSketch['peak']): string {
  const { orders, durationUs, basePerS } = plan.traffic;
  return [
    `${formatCountOf(orders, 'order')} in ${formatDuration(durationUs)}`,
    ...(basePerS > 0 ? [`base ${formatRate(basePerS)}`] : []),
    `mean ${formatRate(durationUs > 0 ? orders / (durationUs / 1e6) : 0)}`,
    `peak about ${formatRate(peak.ratePerS)} at ${formatClock(peak.atUs)}`,
  ].join(' · ');
}

function headSection(plan: Plan, { peak }: PlanSketch, { paint }: TextOptions, width: number): string[] {
  const { target, traffic } = plan;
  const row = (label: string, text: string) => padEnd(label, LABEL) + cut(visible(text), width - LABEL);
  const arrivals = traffic.arrivals === 'poisson' ? `random (poisson), seed ${traffic.seed}` : 'evenly spaced';
  return [
    `${paint('bold', cut(visible(plan.name), width - 2 - widthOf(plan.file)))}  ${paint('dim', visible(plan.file))}`.trimEnd(),
    ...wrap(totalsLine(plan, peak), width),
    '',
    row('target', target.demo ? 'the built-in shop' : target.shown),
    ...orderRows(plan).map(([label, text]) => row(label, text)),
    row(
      'network',
      `HTTP/${target.http}, ${target.connection === 'fresh' ? 'a fresh connection for every order' : `at most ${formatCountOf(target.connections, 'connection')}, kept alive`}, timeout ${formatDuration(target.timeoutUs)}`,
    ),
    ...(target.traceUrl === undefined ? [] : [row('traces', target.traceUrl)]),
    ...(target.proxy === undefined ? [] : [row('proxy', target.proxy)]),
    row('arrivals', arrivals),
  ];
}

function pictureSection({ traffic }: Plan, { rates }: PlanSketch, { paint }: TextOptions, width: number): string[] {
  if (rates.length === 0 || traffic.durationUs <= 0) return [];
  const varies = rates.some((stretch) => stretch.peakPerS > stretch.ratePerS * 1.02 + 0.05);
  const legend = varies ? 'planned orders per second: █ mean, ░ highest' : 'planned orders per second';
  return [paint('dim', legend), ...curvePicture(rates, traffic.durationUs, width)];
}

function partsSection({ traffic }: Plan, sketch: PlanSketch, { paint }: TextOptions, width: number): string[] {
  const rows = traffic.parts.map((part, index) => ({
    name: visible(part.name),
    adds: formatRate(sketch.addsPerS[index] ?? 0),
    orders: sketch.orders?.[index] === undefined ? '' : formatCount(sketch.orders[index]),
    when: when(part, sketch.phases, traffic.durationUs),
  }));
  const header = { name: 'part', adds: 'adds', orders: sketch.orders ? 'orders' : '', when: 'when' };
  const all = [header, ...rows];
  const columns = (key: keyof typeof header, most: number) =>
    Math.min(most, Math.max(...all.map((row) => widthOf(row[key]))));
  const [name, adds, orders] = [columns('name', 24), columns('adds', 12), columns('orders', 14)];
  const lines = all.map((row) => {
    const left = `${padEnd(cut(row.name, name), name)}  ${padStart(row.adds, adds)}${orders > 0 ? `  ${padStart(row.orders, orders)}` : ''}  `;
    return left + cut(row.when, width - widthOf(left));
  });
  return [paint('dim', lines[0]!), ...lines.slice(1)];
}

/** Where the counts of each trace come from. */
function sourcesSection({ sources = [] }: Plan, { paint }: TextOptions, width: number): string[] {
  return sources.flatMap(({ part, says }) => [
    paint('dim', cut(`where ${visible(part)} comes from`, width)),
    ...says.flatMap((line) =>
      wrap(visible(line), width - 2).map((each, index) => `${index === 0 ? '  ' : '    '}${each}`),
    ),
  ]);
}

/** `all the time`, `00:00–01:00`, or `11 times, first 01:00–01:10, last 11:00–11:10` */
function when(part: SolvedPart, phases: readonly PhaseWindow[], durationUs: number): string {
  const windows = phases.filter((phase) => phase.part === part.name);
  if (windows.some((window) => window.fromUs <= 0 && window.untilUs >= durationUs)) return 'all the time';
  const shown = windows.map(({ fromUs, untilUs }) => `${formatClock(fromUs)}–${formatClock(untilUs)}`);
  if (shown.length === 0) return 'never';
  if (shown.length <= MOST_WINDOWS) return shown.join(', ');
  return `${shown.length} times, first ${shown[0]}, last ${shown.at(-1)}`;
}

function sloSection({ slo, stop }: Plan, { paint }: TextOptions, width: number): string[] {
  const row = (text: string) => cut(`  ${visible(text)}`, width);
  const none = slo.length === 0 ? [paint('warn', 'no SLO: this run can neither pass nor fail')] : [];
  return [
    ...none,
    ...(slo.length > 0 ? [paint('dim', 'it passes when'), ...slo.map((line) => row(line.text))] : []),
    ...(stop.length > 0 ? [paint('dim', 'it stops early when'), ...stop.map((line) => row(line.text))] : []),
  ];
}

function adjustmentSection({ adjustments }: Plan, { paint }: TextOptions, width: number): string[] {
  return adjustments.flatMap(({ flag, value, says, cannotShow }) => [
    paint('warn', cut(`adjusted by --${flag} ${visible(value)}`, width)),
    ...wrap(visible(says), width - 2).map((line) => `  ${line}`),
    ...wrap(`cannot show: ${visible(cannotShow)}`, width - 2).map((line) => `  ${line}`),
  ]);
}

function warningSection({ warnings }: Plan, { paint }: TextOptions, width: number): string[] {
  return warnings.flatMap((warning) => {
    const [head, ...rest] = wrap(`warning: ${visible(warning)}`, width);
    return [paint('warn', 'warning') + head!.slice('warning'.length), ...rest];
  });
}
