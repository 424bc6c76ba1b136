// The left side of an SLO: which number is meant. `p99`, `p99.9 of accepted`, `service p99`, `max`, `errors`, `oversold`.
// Digits without a dot after p99 are nines as people say them: p999 is p99.9, p9999 is p99.99.

import { INVARIANTS } from '../audit/spec.ts';
import { OUTCOME_CLASSES } from '../outcomes.ts';
import { didYouMean } from '../suggest.ts';
import type { CountMetric, DurationMetric, Slo, SloMistake } from './spec.ts';

/** A run of characters without spaces or comparators; `at` is its offset in the text. */
export type Token = { text: string; at: number };
export type Metric = Slo['metric'];

/** What the audit counts; each may only be `== 0`. */
export const AUDIT_SUBJECTS = INVARIANTS;

const COUNTED = ['errors', ...OUTCOME_CLASSES, 'achieved', 'dropped'] as const;
const TIMES_OF = ['all', ...OUTCOME_CLASSES, 'service', 'wait'] as const;
const EXAMPLE_PERCENTILES = ['p50', 'p90', 'p95', 'p99', 'p99.9', 'p99.99'] as const;
const TIMES = [...EXAMPLE_PERCENTILES, 'max', 'mean'];
const KNOWN_METRICS = [...TIMES, ...COUNTED, ...AUDIT_SUBJECTS, 'backlog', 'recovers'];
/** What others call it, where no slip of the keyboard explains the word. */
const SYNONYMS: Readonly<Record<string, string>> = {
  avg: 'mean',
  average: 'mean',
  median: 'p50',
  maximum: 'max',
  error: 'errors',
  errorrate: 'errors',
  error_rate: 'errors',
  'error-rate': 'errors',
  failures: 'errors',
  success: 'accepted',
  throughput: 'achieved',
  rps: 'achieved',
};
const [LOWEST_P, HIGHEST_P] = [0.5, 0.99999];

const isOneOf = <T extends string>(list: readonly T[], text: string): text is T => list.includes(text as T);

export const mistake = (code: string, message: string, at: number, length: number): SloMistake => ({
  code,
  message,
  at,
  length: Math.max(1, length),
});
const mistakeAt = (code: string, message: string, token: Token): SloMistake =>
  mistake(code, message, token.at, token.text.length);

export const isMistake = (parsed: object): parsed is SloMistake => 'code' in parsed && 'message' in parsed;

/** A time of orders, and no count or property of the whole run. */
export function isTimes(metric: Metric): metric is DurationMetric {
  return metric.kind === 'percentile' || metric.kind === 'max' || metric.kind === 'mean';
}

/** 0.999 → `p99.9` */
export function formatPercentile(p: number): string {
  return `p${Number((p * 100).toPrecision(12))}`;
}

/** `p99 of accepted`, `max`, `errors`: as it would be written in a profile. */
export function formatMetric(metric: Metric): string {
  if (metric.kind === 'backlog') return 'backlog';
  if (metric.kind === 'recovery') return `recovery after ${metric.after}`;
  if (metric.kind === 'orders' || metric.kind === 'audit') return metric.of;
  const number = metric.kind === 'percentile' ? formatPercentile(metric.p) : metric.kind;
  return metric.of === 'all' ? number : `${number} of ${metric.of}`;
}

/** `p99.9` → 0.999; undefined when the word is no percentile at all. Decimal text is shifted, not divided: 99.9 / 100 ≠ 0.999. */
function parsePercentile(token: Token): number | SloMistake | undefined {
  const match = /^p(\d+)(?:\.(\d+))?$/.exec(token.text);
  if (!match) return undefined;
  const [whole, decimals] = [match[1]!, match[2]];
  if (Number(whole) === 100) return mistakeAt('SLO_PERCENTILE', '`p100` is the slowest order: write `max`', token);
  const nines = decimals === undefined && whole.length > 2 && whole.startsWith('99');
  const p = nines || whole.length === 2 ? Number(`0.${whole}${decimals ?? ''}`) : Number.NaN;
  if (p >= LOWEST_P && p <= HIGHEST_P) return p;
  return mistakeAt('SLO_PERCENTILE', `percentiles go from \`p50\` to \`p99.999\`, got \`${token.text}\``, token);
}

function durationMetric(token: Token, of: DurationMetric['of']): DurationMetric | SloMistake | undefined {
  if (token.text === 'max' || token.text === 'mean') return { kind: token.text, p: 0, of };
  const p = parsePercentile(token);
  if (p === undefined || typeof p === 'object') return p;
  return { kind: 'percentile', p, of };
}

function unknownMetric(token: Token): SloMistake {
  const word = token.text.toLowerCase();
  const synonym = Object.hasOwn(SYNONYMS, word) ? SYNONYMS[word] : undefined;
  const hint = synonym ? `; did you mean \`${synonym}\`?` : didYouMean(token.text, KNOWN_METRICS);
  const known = `a percentile such as \`p99\`, \`max\`, \`mean\`, ${COUNTED.map((word) => `\`${word}\``).join(', ')}`;
  const more = `or an audit count such as \`oversold\``;
  return mistakeAt('SLO_METRIC', `unknown metric \`${token.text}\`${hint}; known: ${known}, ${more}`, token);
}

function unknownTimes(token: Token, metric: string): SloMistake {
  if (token.text === 'errors') {
    return mistakeAt('SLO_OF', `\`${metric} of errors\` mixes two kinds: write \`of failed\` or \`of unknown\``, token);
  }
  const hint =
    token.text === 'response'
      ? `; plain \`${metric}\` is the response of all orders`
      : didYouMean(token.text, [...TIMES_OF]);
  const known = TIMES_OF.map((word) => `\`${word}\``).join(', ');
  return mistakeAt('SLO_OF', `\`${metric}\` cannot be taken of \`${token.text}\`${hint}; known: ${known}`, token);
}

function oneWord(token: Token): Metric | SloMistake {
  const times = durationMetric(token, 'all');
  if (times !== undefined) return times;
  if (isOneOf(COUNTED, token.text)) return { kind: 'orders', of: token.text satisfies CountMetric['of'] };
  if (isOneOf(AUDIT_SUBJECTS, token.text)) return { kind: 'audit', of: token.text };
  return unknownMetric(token);
}

function timesOf(number: Token, of: Token): Metric | SloMistake {
  const times = durationMetric(number, 'all');
  if (times === undefined) {
    const metric = oneWord(number);
    if (isMistake(metric)) return metric;
    return mistakeAt('SLO_OF', `\`${number.text}\` counts orders and takes no \`of ${of.text}\``, of);
  }
  if (isMistake(times)) return times;
  if (!isOneOf(TIMES_OF, of.text)) return unknownTimes(of, number.text);
  return { ...times, of: of.text };
}

/** The tokens left of the comparator → the metric, or what is wrong with them. */
export function parseMetric(tokens: readonly Token[], end: number): Metric | SloMistake {
  const [first, second, third, extra] = tokens;
  if (!first) return mistake('SLO_METRIC', 'an SLO starts with what is measured, e.g. `p99 < 300ms`', 0, end);
  if (!second) return oneWord(first);
  if (second.text === 'of') {
    if (!third) {
      return mistakeAt('SLO_OF', `\`of\` needs a word: ${TIMES_OF.map((word) => `\`${word}\``).join(', ')}`, second);
    }
    return extra ? unexpected(extra) : timesOf(first, third);
  }
  if (third) return unexpected(second);
  if (isOneOf(TIMES_OF, first.text)) return timesOf(second, first);
  const metric = oneWord(first);
  return isMistake(metric) ? metric : unexpected(second);
}

function unexpected(token: Token): SloMistake {
  return mistakeAt(
    'SLO_WORD',
    `did not expect \`${token.text}\` before the comparison, as in \`p99 of accepted < 300ms\``,
    token,
  );
}
