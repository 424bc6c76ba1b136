// Lines of `capacity: slo:`, their grammar and their judgement.
//
//   headroom >= 1.5x              times the profile's peak
//   headroom over mean >= 2x      times its mean
//
// Headroom is an interval, from what held and from what broke: it passes where all of it is enough, fails where none is.

import type { SloLine } from '../../profile/plan.ts';
import { didYouMean } from '../../suggest.ts';
import { formatRate, parseFactor } from '../../units.ts';
import { mistake, type Token } from '../slo-metric.ts';
import type { SloMistake } from '../spec.ts';
import type { Capacity, GateResult, Headroom } from './spec.ts';

export type HeadroomLine = { over: GateResult['over']; comparator: '>=' | '>'; limit: number };

const EXAMPLE = '`headroom >= 1.5x` or `headroom over mean >= 2x`';
const OVER = ['peak', 'mean'] as const;

/** One line → its meaning, or the first mistake in it with its offset into `text`. Never throws. */
export function parseHeadroom(text: string): { ok: true; line: HeadroomLine } | { ok: false; mistake: SloMistake } {
  const line = lineOf(text);
  return 'code' in line ? { ok: false, mistake: line } : { ok: true, line };
}

const at = (code: string, message: string, token: Token): SloMistake =>
  mistake(code, message, token.at, token.text.length);

function lineOf(text: string): HeadroomLine | SloMistake {
  const tokens = Array.from(text.matchAll(/[<>=!≤≥]+|[^\s<>=!≤≥]+/g), (match) => ({ text: match[0], at: match.index }));
  const [first] = tokens;
  if (!first) return mistake('SLO_EMPTY', `this line is empty: write e.g. ${EXAMPLE}`, 0, text.length);
  if (first.text !== 'headroom') {
    const message = `a capacity is held to its headroom alone, got \`${first.text}\`${didYouMean(first.text, ['headroom'])}; write ${EXAMPLE}`;
    return at('SLO_METRIC', message, first);
  }
  const over = tokens[1]?.text === 'over' ? overOf(tokens[1], tokens[2]) : 'peak';
  if (typeof over === 'object') return over;
  const [comparison, ...rest] = tokens.slice(tokens[1]?.text === 'over' ? 3 : 1);
  if (!comparison)
    return mistake('SLO_COMPARATOR', `\`${text.trim()}\` compares nothing: write ${EXAMPLE}`, 0, text.length);
  const { text: sign } = comparison;
  if (sign !== '>=' && sign !== '>') {
    const isSign = /^[<>=!≤≥]/.test(sign);
    const hint = isSign
      ? `headroom is never too much: write \`>=\`, got \`${sign}\``
      : `did not expect \`${sign}\`${didYouMean(sign, ['over'])}; write ${EXAMPLE}`;
    return at(isSign ? 'SLO_COMPARATOR' : 'SLO_WORD', hint, comparison);
  }
  return limitOf(text, { over, comparator: sign }, { comparison, rest });
}

function overOf(word: Token, name: Token | undefined): GateResult['over'] | SloMistake {
  const known = OVER.find((each) => each === name?.text);
  if (known !== undefined) return known;
  if (name === undefined || /^[<>=!≤≥]/.test(name.text)) return at('SLO_WORD', '`over` needs `peak` or `mean`', word);
  return at(
    'SLO_WORD',
    `headroom is over \`peak\` or over \`mean\`, got \`${name.text}\`${didYouMean(name.text, [...OVER])}`,
    name,
  );
}

function limitOf(
  text: string,
  line: Omit<HeadroomLine, 'limit'>,
  { comparison, rest }: { comparison: Token; rest: readonly Token[] },
): HeadroomLine | SloMistake {
  const [first, last] = [rest[0], rest.at(-1)];
  if (!first || !last) return at('SLO_LIMIT', `\`${text.trim()}\` needs a limit, as in ${EXAMPLE}`, comparison);
  const written = text.slice(first.at, last.at + last.text.length);
  const limit = parseFactor(written);
  if (limit !== undefined && limit > 0) return { ...line, limit };
  if (limit === 0)
    return mistake('SLO_SENSE', 'this holds whatever happens: 0x or more is always true', first.at, written.length);
  if (/^[\d._]+$/.test(written))
    return mistake('SLO_UNIT', `\`${written}\` needs a unit: write \`${written}x\``, first.at, written.length);
  return mistake(
    'SLO_LIMIT',
    `cannot read the limit \`${written}\`: give a multiple such as \`1.5x\``,
    first.at,
    written.length,
  );
}

export const formatHeadroom = ({ over, comparator, limit }: HeadroomLine): string =>
  `headroom${over === 'peak' ? '' : ' over mean'} ${comparator} ${limit}x`;

/** [held, broke] in multiples of a rate. */
export function headroomOver(ratePerS: number, { held, broke }: Capacity['bracket']): Headroom {
  const of = (perS: number | undefined) => (perS === undefined || !(ratePerS > 0) ? undefined : perS / ratePerS);
  return { low: of(held), high: of(broke) };
}

export type Answered = Pick<Capacity, 'bracket' | 'target' | 'headroom'>;

/** Lines that do not parse are INCONCLUSIVE, not ignored; they are checked before a search. */
export function judgeHeadroom({ text, place }: SloLine, { bracket, target, headroom }: Answered): GateResult {
  const parsed = parseHeadroom(text);
  if (!parsed.ok) {
    const none = { low: undefined, high: undefined };
    const { message } = parsed.mistake;
    return { text, place, status: 'inconclusive', over: 'peak', limit: Number.NaN, measured: none, says: message };
  }
  const { over, limit, comparator } = parsed.line;
  const measured = over === 'peak' ? headroom.overPeak : headroom.overMean;
  const { low, high } = measured;
  const enough = low !== undefined && (comparator === '>' ? low > limit : low >= limit);
  const status = enough ? 'pass' : high !== undefined && high < limit ? 'fail' : 'inconclusive';
  const perS = over === 'peak' ? target.peakPerS : target.meanPerS;
  const needed = `${limit}x the ${over} is ${formatRate(limit * perS)}`;
  const says = `${rangeText(measured, over)}; ${needed}, ${sidesText(bracket)}`;
  return { text, place, status, over, limit, measured, says };
}

export const formatTimes = (factor: number): string => `${Number(factor.toPrecision(3))}x`;

export function rangeText({ low, high }: Headroom, over: GateResult['over']): string {
  if (low !== undefined && high !== undefined) return `${formatTimes(low)} to ${formatTimes(high)} the ${over}`;
  if (low !== undefined) return `at least ${formatTimes(low)} the ${over}`;
  return high === undefined ? `not known over the ${over}` : `below ${formatTimes(high)} the ${over}`;
}

function sidesText({ held, broke }: Capacity['bracket']): string {
  if (held === undefined && broke === undefined) return 'and no load is known to hold or to break';
  if (held === undefined) return `and no load held below ${formatRate(broke!)}`;
  return broke === undefined
    ? `and ${formatRate(held)} held, with nothing known to break`
    : `and ${formatRate(held)} held while ${formatRate(broke)} broke`;
}
