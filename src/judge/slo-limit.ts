// The right side of an SLO: the limit and the unit it is in, checked against what the metric can be held to.

import { parseCount, parseDuration, parseRate, parseShare } from '../units.ts';
import { formatMetric, type Metric, mistake } from './slo-metric.ts';
import type { Limit, Slo, SloMistake } from './spec.ts';

const OF_PLAN = /^(.*%)\s*of\s+plan$/;

/** `300ms` · `0.1%` · `99% of plan` · `2.1M` · `45/s`; undefined when it is none of them. */
export function parseLimit(text: string): Limit | undefined {
  const ofPlan = OF_PLAN.exec(text);
  const share = parseShare(ofPlan ? ofPlan[1]! : text);
  if (share !== undefined) return { kind: ofPlan ? 'of-plan' : 'share', share };
  const us = parseDuration(text);
  if (us !== undefined) return { kind: 'duration', us };
  const perS = parseRate(text);
  if (perS !== undefined) return { kind: 'rate', perS };
  const count = parseCount(text);
  // 2.07M is 2069999.9999999998 in binary floating point; nobody means that.
  if (count !== undefined) return { kind: 'count', count: Number(count.toPrecision(15)) };
  return undefined;
}

/** The shortest whole number of a unit that parses back to exactly this many µs. */
export function formatExactDuration(us: number): string {
  const units: [name: string, us: number][] = [
    ['h', 3600e6],
    ['m', 60e6],
    ['s', 1e6],
    ['ms', 1e3],
  ];
  const whole = units.find(([, unitUs]) => us >= unitUs && us % unitUs === 0);
  return whole ? `${us / whole[1]}${whole[0]}` : `${us}us`;
}

const formatPercent = (share: number): string => `${Number((share * 100).toPrecision(14))}%`;

/** As it would be written in a profile. */
export function formatLimit(limit: Limit): string {
  switch (limit.kind) {
    case 'duration':
      return formatExactDuration(limit.us);
    case 'share':
      return formatPercent(limit.share);
    case 'of-plan':
      return `${formatPercent(limit.share)} of plan`;
    case 'count':
      return String(limit.count);
    case 'rate':
      return `${limit.perS}/s`;
  }
}

const ORDER_LIMITS = 'a share (`0.1%`), a count (`0`), a rate (`45/s`) or a share of the plan (`99% of plan`)';

/** Why this limit does not fit this metric, or undefined when it does. `written` is the limit as typed. */
export function limitMisfit(metric: Metric, limit: Limit, written: string): string | undefined {
  const name = formatMetric(metric);
  if (metric.kind === 'audit') {
    return limit.kind === 'count' && limit.count === 0
      ? undefined
      : `the only limit of an audit count is \`${name} == 0\``;
  }
  if (metric.kind !== 'orders') {
    if (limit.kind === 'duration') return undefined;
    if (limit.kind === 'count') return `\`${written}\` needs a unit, e.g. \`${written}ms\``;
    return `\`${name}\` is a time and cannot be held to \`${written}\`: give a duration, e.g. \`300ms\``;
  }
  if (limit.kind === 'duration')
    return `\`${name}\` counts orders and cannot be held to \`${written}\`: give ${ORDER_LIMITS}`;
  if (limit.kind === 'count' && !Number.isInteger(limit.count)) {
    return `\`${written}\` is no whole number of orders; for a share write \`${written}%\``;
  }
  if ((limit.kind === 'share' || limit.kind === 'of-plan') && limit.share > 1) {
    return `\`${written}\` is more than all orders: a share goes from 0% to 100%`;
  }
  return undefined;
}

/** What no run could break, or none could keep: both are slips of the pen. */
export function limitNeverMatters(comparator: Slo['comparator'], limit: Limit): string | undefined {
  const value = limitValue(limit);
  const all = limit.kind === 'share' || limit.kind === 'of-plan' ? 1 : Infinity;
  if (value === 0 && limit.kind === 'duration') return 'a time limit must be more than 0';
  if (value === 0 && comparator === '<') return 'nothing is less than 0: write `== 0`';
  if (value === 0 && comparator === '>=') return 'this holds whatever happens: 0 or more is always true';
  if (value === all && comparator === '>') return 'nothing is more than 100%: write `>= 100%`';
  if (value === all && comparator === '<=') return 'this holds whatever happens: 100% or less is always true';
  return undefined;
}

/** The limit as a plain number, in µs, share, count or per second. */
export function limitValue(limit: Limit): number {
  switch (limit.kind) {
    case 'duration':
      return limit.us;
    case 'share':
    case 'of-plan':
      return limit.share;
    case 'count':
      return limit.count;
    case 'rate':
      return limit.perS;
  }
}

/** A limit that could not be read at all. */
export function unreadableLimit(metric: Metric, text: string, at: number): SloMistake {
  const fits =
    metric.kind === 'orders' ? ORDER_LIMITS : metric.kind === 'audit' ? '`== 0`' : 'a duration, e.g. `300ms`';
  return mistake(
    'SLO_LIMIT',
    `cannot read the limit \`${text}\` of \`${formatMetric(metric)}\`: give ${fits}`,
    at,
    text.length,
  );
}
