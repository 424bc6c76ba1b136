// Which lines of a profile's `slo:` can be asked of a shop under one constant load, and how. A search for the highest rate
// needs questions whose answer hangs on the rate and on nothing else: not on how long a trial lasts, nor on the curve.

import type { SloLine } from '../../profile/plan.ts';
import { formatSlo, parseSlo } from '../slo.ts';
import type { Slo } from '../spec.ts';
import type { Asked, AskedLine } from './spec.ts';

/** Where neither a time nor an error is limited: the loss ratio that MLRsearch recommends for a throughput with loss. */
const LOSS_OF_NO_LINE = 0.005;

/**
 * `lines` go to each trial as its `slo`. A percentile or a share `in every 1m` is asked of the whole trial: under one load
 * every minute is a sample of the same thing, and a limit on the worst of them would fall with the length of the trial.
 */
export function askedOf(slo: readonly SloLine[], parts: readonly string[]): Asked {
  const lines = new Map<string, AskedLine & { slo: Slo }>();
  const setAside: Asked['setAside'] = [];
  for (const from of slo) {
    const parsed = parseSlo(from.text, { parts, place: 'slo' });
    const why = parsed.ok ? whyNot(parsed.slo) : parsed.mistake.message;
    if (why !== undefined) setAside.push({ text: from.text, why });
    if (!parsed.ok || why !== undefined || parsed.slo.metric.kind === 'backlog') continue;
    const { everyUs, ...whole } = parsed.slo;
    const canonical = formatSlo(whole);
    const text = everyUs === undefined ? whole.text : canonical;
    if (!lines.has(canonical)) lines.set(canonical, { text, from, slo: { ...whole, text } });
  }
  const asked = [...lines.values()];
  const slos = asked.map((line) => line.slo);
  return {
    lines: asked.map(({ text, from }) => ({ text, from })),
    setAside,
    limitUs: strictest(slos)?.limitUs,
    allowedLoss: allowedLossOf(slos),
  };
}

/** Undefined for a line that can be asked; every trial is asked for a stable backlog anyway. */
function whyNot({ metric, limit, during, comparator }: Slo): string | undefined {
  if (during !== undefined) return `a trial is one constant load, without \`${during}\``;
  if (metric.kind === 'recovery') return `a trial is one constant load, without \`${metric.after}\` to recover from`;
  if (metric.kind !== 'orders') return undefined;
  if (metric.of === 'achieved') return 'it says what the generator sent, which the fitness of each trial watches';
  if (limit.kind === 'rate') return 'it names a rate, and each trial has a rate of its own';
  if (limit.kind === 'count' && limit.count > 0) return 'it counts orders, and each trial has a number of its own';
  const wantsMore = comparator === '>' || comparator === '>=';
  if (wantsMore !== (metric.of === 'accepted')) return 'it does not ask for more orders to be served';
  return undefined;
}

/** The time line with the highest percentile, and of those the lowest limit; `max` only where there is no percentile. */
function strictest(slos: readonly Slo[]): { p: number; limitUs: number } | undefined {
  const times = slos.flatMap(({ metric, limit }) => {
    const isResponse = 'p' in metric && (metric.of === 'all' || metric.of === 'accepted');
    if (!isResponse || metric.kind === 'mean' || limit.kind !== 'duration') return [];
    return [{ p: metric.kind === 'max' ? 1 : metric.p, limitUs: limit.us }];
  });
  const percentiles = times.filter(({ p }) => p < 1);
  return (percentiles.length > 0 ? percentiles : times).sort((a, b) => b.p - a.p || a.limitUs - b.limitUs)[0];
}

/** What may be slow by the strictest time line, and beside it what may go wrong by the lines on errors. */
function allowedLossOf(slos: readonly Slo[]): number {
  const slowest = strictest(slos);
  const errors = errorsAllowed(slos);
  if (slowest === undefined && errors === undefined) return LOSS_OF_NO_LINE;
  return (slowest === undefined ? 0 : 1 - slowest.p) + (errors ?? 0);
}

function errorsAllowed(slos: readonly Slo[]): number | undefined {
  const sharesOf = (...names: string[]) =>
    slos.flatMap(({ metric, limit }) => (metric.kind === 'orders' && names.includes(metric.of) ? [mostOf(limit)] : []));
  const errors = sharesOf('errors');
  if (errors.length > 0) return Math.min(...errors);
  const kinds = sharesOf('failed', 'unknown');
  if (kinds.length > 0) return kinds.reduce((sum, share) => sum + share, 0);
  const accepted = sharesOf('accepted');
  return accepted.length > 0 ? 1 - Math.max(...accepted) : undefined;
}

/** Counts that are asked for are 0. */
const mostOf = (limit: Slo['limit']): number => ('share' in limit ? limit.share : 0);
