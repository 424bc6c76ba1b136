// The grammar of one line of `capacity: slo:`. Judged by judge/capacity/headroom.ts.
//
//   headroom >= 1.5x              times the profile's peak
//   headroom over mean >= 2x      times its mean

import { didYouMean } from '../suggest.ts';
import { parseFactor } from '../units.ts';

type Token = { text: string; at: number };
/** `at` and `length` are character offsets into the text. */
type Mistake = { code: string; message: string; at: number; length: number };

export type HeadroomLine = { over: 'peak' | 'mean'; comparator: '>=' | '>'; limit: number };

const mistake = (code: string, message: string, from: number, length: number): Mistake => ({
  code,
  message,
  at: from,
  length: Math.max(1, length),
});

const EXAMPLE = '`headroom >= 1.5x` or `headroom over mean >= 2x`';
const OVER = ['peak', 'mean'] as const;

/** One line → its meaning, or the first mistake in it with its offset into `text`. Never throws. */
export function parseHeadroom(text: string): { ok: true; line: HeadroomLine } | { ok: false; mistake: Mistake } {
  const line = lineOf(text);
  return 'code' in line ? { ok: false, mistake: line } : { ok: true, line };
}

const at = (code: string, message: string, token: Token): Mistake =>
  mistake(code, message, token.at, token.text.length);

function lineOf(text: string): HeadroomLine | Mistake {
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

function overOf(word: Token, name: Token | undefined): 'peak' | 'mean' | Mistake {
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
): HeadroomLine | Mistake {
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
