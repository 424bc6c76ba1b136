// The grammar of one line of `slo:` or `stop:`.
//
//   METRIC COMPARATOR LIMIT [in every DURATION] [during PART] [for DURATION]
//   p99 of accepted < 300ms in every 1m during hourly        errors > 20% for 30s
//   backlog stable        recovers within 30s after hourly
//
// `in every` belongs to `slo:`, `for` to `stop:` (and is required there); clauses come in any order, each once.

import { closest, didYouMean } from '../suggest.ts';
import { parseDuration } from '../units.ts';
import {
  formatExactDuration,
  formatLimit,
  limitMisfit,
  limitNeverMatters,
  parseLimit,
  unreadableLimit,
} from './slo-limit.ts';
import { formatMetric, isMistake, type Metric, mistake, parseMetric, type Token } from './slo-metric.ts';
import type { Limit, Slo, SloContext, SloMistake } from './spec.ts';

type Clauses = Pick<Slo, 'everyUs' | 'during' | 'forUs'>;
type Comparator = Slo['comparator'];

const COMPARATORS: readonly string[] = ['<', '<=', '>', '>=', '=='] satisfies Comparator[];
const SLIPS: Record<string, Comparator> = {
  '=': '==',
  '===': '==',
  '=<': '<=',
  '=>': '>=',
  '≤': '<=',
  '≥': '>=',
  '<<': '<',
};
const CLAUSES = ['in', 'during', 'for'];
/** More of these is never better. */
const BAD: readonly string[] = ['errors', 'failed', 'unknown', 'dropped'];

function tokensOf(text: string): Token[] {
  return Array.from(text.matchAll(/[<>=!≤≥]+|[^\s<>=!≤≥]+/g), (match) => ({ text: match[0], at: match.index }));
}

const isComparison = (token: Token): boolean => /^[<>=!≤≥]/.test(token.text);
const endOf = (token: Token): number => token.at + token.text.length;

function parseComparator(token: Token): Comparator | SloMistake {
  if (COMPARATORS.includes(token.text)) return token.text as Comparator;
  const meant = SLIPS[token.text];
  const hint = meant ? `: write \`${meant}\`` : '; known: `<`, `<=`, `>`, `>=`, `==`';
  return mistake('SLO_COMPARATOR', `\`${token.text}\` is no comparison${hint}`, token.at, token.text.length);
}

/** The longest run of words before the first clause that reads as a limit, and the words after it. */
function takeLimit(text: string, metric: Metric, after: Token, tokens: readonly Token[]) {
  const [first] = tokens;
  if (!first || CLAUSES.includes(first.text)) {
    const message = `\`${text.slice(0, endOf(after)).trim()}\` needs a limit, as in \`p99 < 300ms\` or \`errors < 0.1%\``;
    return mistake('SLO_LIMIT', message, after.at, after.text.length);
  }
  let words = tokens.findIndex((token) => CLAUSES.includes(token.text));
  if (words === -1) words = tokens.length;
  for (let end = words; end > 0; end--) {
    const written = text.slice(first.at, endOf(tokens[end - 1]!));
    const limit = parseLimit(written);
    if (!limit) continue;
    const misfit = limitMisfit(metric, limit, written);
    if (misfit !== undefined) return mistake('SLO_UNIT', misfit, first.at, written.length);
    return { limit, written, at: first.at, rest: tokens.slice(end) };
  }
  return unreadableLimit(metric, text.slice(first.at, endOf(tokens[words - 1]!)), first.at);
}

/** `1m` of `in every 1m` or `for 30s`, perhaps over several words (`1m 30s`); whole seconds, because tallies are per second. */
function takeSeconds(clause: Token, tokens: readonly Token[]): { us: number; used: number } | SloMistake {
  let used = 0;
  while (used < tokens.length && !CLAUSES.includes(tokens[used]!.text)) used++;
  const written = tokens
    .slice(0, used)
    .map((token) => token.text)
    .join(' ');
  const at = tokens[0]?.at ?? clause.at;
  const us = parseDuration(written);
  if (us === undefined) {
    const got = written === '' ? '' : `, got \`${written}\``;
    return mistake('SLO_CLAUSE', `\`${clause.text}\` needs a duration such as \`1m\`${got}`, at, written.length);
  }
  if (us < 1e6 || us % 1e6 !== 0) {
    return mistake(
      'SLO_CLAUSE',
      `\`${clause.text}\` needs whole seconds, at least \`1s\`, got \`${written}\``,
      at,
      written.length,
    );
  }
  return { us, used };
}

function takePart(clause: Token, name: Token | undefined, context: SloContext): string | SloMistake {
  const parts = context.parts.map((part) => `\`${part}\``).join(', ') || 'none';
  if (!name)
    return mistake(
      'SLO_PART',
      `\`${clause.text}\` needs a part of the traffic: ${parts}`,
      clause.at,
      clause.text.length,
    );
  if (context.parts.includes(name.text)) return name.text;
  const message = `no part of the traffic is called \`${name.text}\`${didYouMean(name.text, context.parts)}; parts: ${parts}`;
  return mistake('SLO_PART', message, name.at, name.text.length);
}

function strayWord(token: Token): SloMistake {
  const hint = closest(token.text, ['every'])
    ? '; did you mean `in every`?'
    : didYouMean(token.text, ['during', 'of plan']);
  const message = `did not expect \`${token.text}\`${hint}; after the limit come \`in every 1m\`, \`during PART\` or, under \`stop:\`, \`for 30s\``;
  return mistake('SLO_WORD', message, token.at, token.text.length);
}

function takeClauses(tokens: readonly Token[], context: SloContext): Clauses | SloMistake {
  const clauses: Clauses = {};
  let rest = tokens;
  for (let clause = rest[0]; clause; clause = rest[0]) {
    const field = clause.text === 'in' ? 'everyUs' : clause.text === 'for' ? 'forUs' : 'during';
    if (!CLAUSES.includes(clause.text)) return strayWord(clause);
    if (clauses[field] !== undefined) {
      return mistake('SLO_CLAUSE', `\`${clause.text}\` is given twice`, clause.at, clause.text.length);
    }
    if (field === 'during') {
      const part = takePart(clause, rest[1], context);
      if (typeof part === 'object') return part;
      clauses.during = part;
      rest = rest.slice(2);
      continue;
    }
    const skip = field === 'everyUs' ? 2 : 1;
    if (field === 'everyUs' && rest[1]?.text !== 'every') {
      return mistake('SLO_CLAUSE', 'after `in` comes `every`, as in `in every 1m`', clause.at, clause.text.length);
    }
    const seconds = takeSeconds(rest[skip - 1]!, rest.slice(skip));
    if (isMistake(seconds)) return seconds;
    clauses[field] = seconds.us;
    rest = rest.slice(skip + seconds.used);
  }
  return clauses;
}

/** What is right in each word but wrong as a whole. */
function senseless(slo: Slo, context: SloContext): string | undefined {
  const { metric, comparator } = slo;
  const more = comparator === '>' || comparator === '>=';
  const name = formatMetric(metric);
  if (metric.kind === 'audit') {
    if (context.place === 'stop')
      return `\`${name}\` is known only once the books are read, after the run: it goes under \`slo:\``;
    if (comparator !== '==') return `the only limit of an audit count is \`${name} == 0\``;
    if (slo.everyUs !== undefined || slo.during !== undefined)
      return `\`${name}\` is of the whole run: drop what follows \`== 0\``;
    return undefined;
  }
  if (context.place === 'slo' && slo.forUs !== undefined)
    return '`for` belongs under `stop:`; an SLO may say `in every 30s`';
  if (context.place === 'stop' && slo.everyUs !== undefined)
    return '`in every` belongs under `slo:`; under `stop:` say `for 30s`';
  if (context.place === 'stop' && slo.forUs === undefined)
    return 'a stop condition needs a time it must last, e.g. `for 30s`';
  if (comparator === '==' && (metric.kind !== 'orders' || slo.limit.kind === 'rate')) {
    return `\`${name}\` is never exactly equal to a limit: use \`<\` or \`>\``;
  }
  if (metric.kind !== 'orders' || BAD.includes(metric.of)) {
    if (context.place === 'slo' && more)
      return `an SLO says what must hold, so \`${name}\` takes \`<\` or \`<=\`; what ends a run goes under \`stop:\``;
    if (context.place === 'stop' && !more)
      return `a stop condition says what is too bad, so \`${name}\` takes \`>\` or \`>=\``;
  }
  return limitNeverMatters(comparator, slo.limit);
}

/**
 * One line of `slo:` or `stop:` → its meaning, or the first mistake in it with its offset into `text`.
 * Percentiles go from p50 to p99.999; `p999` is p99.9. Never throws.
 */
export function parseSlo(
  text: string,
  context: SloContext,
): { ok: true; slo: Slo } | { ok: false; mistake: SloMistake } {
  const parsed = sloOf(text, context);
  return isMistake(parsed) ? { ok: false, mistake: parsed } : { ok: true, slo: parsed };
}

const STABLE = '`backlog stable`';
const RECOVERS = '`recovers within 30s after PART`';

/** The two lines that are no comparison; undefined when the first word is of neither. */
function stabilityOf(text: string, tokens: readonly Token[], context: SloContext): Slo | SloMistake | undefined {
  const [first, second] = tokens;
  if (first?.text !== 'backlog' && first?.text !== 'recovers') return undefined;
  if (context.place === 'stop') {
    const message = `\`${text.trim()}\` is known only after the run: it goes under \`slo:\``;
    return mistake('SLO_SENSE', message, 0, text.length);
  }
  if (first.text === 'backlog') {
    if (second?.text === 'stable' && tokens.length === 2) {
      return { text: text.trim(), metric: { kind: 'backlog' }, comparator: '==', limit: { kind: 'count', count: 0 } };
    }
    return mistake('SLO_WORD', `all that can be said of the backlog is ${STABLE}`, first.at, text.trim().length);
  }
  return recoveryOf(text, tokens, context);
}

function recoveryOf(text: string, tokens: readonly Token[], context: SloContext): Slo | SloMistake {
  const after = tokens.findIndex((token) => token.text === 'after');
  const [first, within] = tokens;
  const written = tokens
    .slice(2, Math.max(2, after))
    .map((token) => token.text)
    .join(' ');
  const us = parseDuration(written);
  if (within?.text !== 'within' || after < 0 || us === undefined || us <= 0) {
    const message = `a recovery is written ${RECOVERS}, got \`${text.trim()}\``;
    return mistake('SLO_CLAUSE', message, first!.at, text.trim().length);
  }
  const part = takePart(tokens[after]!, tokens[after + 1], context);
  if (typeof part === 'object') return part;
  const extra = tokens[after + 2];
  if (extra)
    return mistake('SLO_WORD', `did not expect \`${extra.text}\` behind ${RECOVERS}`, extra.at, extra.text.length);
  return {
    text: text.trim(),
    metric: { kind: 'recovery', after: part },
    comparator: '<=',
    limit: { kind: 'duration', us },
  };
}

function sloOf(text: string, context: SloContext): Slo | SloMistake {
  const tokens = tokensOf(text);
  const stability = stabilityOf(text, tokens, context);
  if (stability !== undefined) return stability;
  const split = tokens.findIndex(isComparison);
  const comparison = tokens[split];
  if (!comparison) {
    if (text.trim() === '') return mistake('SLO_EMPTY', 'this line is empty: write e.g. `p99 < 300ms`', 0, text.length);
    return mistake('SLO_COMPARATOR', `\`${text.trim()}\` compares nothing: write e.g. \`p99 < 300ms\``, 0, text.length);
  }
  const metric = parseMetric(tokens.slice(0, split), endOf(comparison));
  if (isMistake(metric)) return metric;
  const comparator = parseComparator(comparison);
  if (typeof comparator === 'object') return comparator;
  const taken: { limit: Limit; rest: Token[] } | SloMistake = takeLimit(
    text,
    metric,
    comparison,
    tokens.slice(split + 1),
  );
  if (isMistake(taken)) return taken;
  const clauses = takeClauses(taken.rest, context);
  if (isMistake(clauses)) return clauses;
  const slo: Slo = { text: text.trim(), metric, comparator, limit: taken.limit, ...clauses };
  const nonsense = senseless(slo, context);
  return nonsense === undefined ? slo : mistake('SLO_SENSE', nonsense, 0, text.length);
}

/** The canonical text: `parseSlo(formatSlo(slo))` gives the same SLO back. */
export function formatSlo(slo: Slo): string {
  if (slo.metric.kind === 'backlog') return 'backlog stable';
  if (slo.metric.kind === 'recovery') return `recovers within ${formatLimit(slo.limit)} after ${slo.metric.after}`;
  const pieces = [formatMetric(slo.metric), slo.comparator, formatLimit(slo.limit)];
  if (slo.everyUs !== undefined) pieces.push('in every', formatExactDuration(slo.everyUs));
  if (slo.during !== undefined) pieces.push('during', slo.during);
  if (slo.forUs !== undefined) pieces.push('for', formatExactDuration(slo.forUs));
  return pieces.join(' ');
}
