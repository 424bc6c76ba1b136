// The scalars a person writes, each with its unit, as zod schemas: they check the text and keep it as written (the
// effective profile shows it); plan builders turn it into numbers with ../units.ts. Messages are phrases that follow
// the name of the field; `{n}` stands for the value as written, filled in by issues.ts.

import { z } from 'zod';
import type { Level } from '../traffic/spec.ts';
import { parseCount, parseDuration, parseFactor, parseRate, parseShare } from '../units.ts';

/** Phrases that begin so become problems of code NEEDS_UNIT. */
export const NEEDS_UNIT = 'needs a unit';

const NUMBER = String.raw`\d[\d_]*(\.\d+)?`;
const PATTERN = {
  duration: `^\\s*(${NUMBER}\\s*(us|µs|ms|min|s|m|h|d)\\s*)+$`,
  rate: `^\\s*${NUMBER}\\s*[kKMG]?\\s*/`,
  level: `^\\s*(${NUMBER}\\s*[kKMG]?\\s*/|${NUMBER}\\s*[x×]\\s*base\\s*$)`,
  count: `^\\s*${NUMBER}\\s*[kKMG]?\\s*$`,
  share: `^\\s*${NUMBER}\\s*%\\s*$`,
  size: `^\\s*${NUMBER}\\s*(B|kB|KB|KiB|MB|MiB|GB|GiB)\\s*$`,
};

// In an editor the text still holds its variables.
const OR_VARIABLE = String.raw`|\$\{`;

const BYTES: Record<string, number> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  KiB: 1024,
  MB: 1e6,
  MiB: 1024 ** 2,
  GB: 1e9,
  GiB: 1024 ** 3,
};

/** `4 KiB`, `1MB`, `512B` → whole bytes; undefined where the text is not a size. */
export function parseSize(text: string): number | undefined {
  const match = /^\s*(\d[\d_]*(?:\.\d+)?)\s*([kKMG]?i?B)\s*$/.exec(text);
  const bytes = match && BYTES[match[2]!];
  return bytes ? Math.round(Number(match[1]!.replaceAll('_', '')) * bytes) : undefined;
}

/** `12x base` → a multiple of the base; `500/s` → a rate; undefined where the text is neither. */
export function parseLevel(text: string): Level | undefined {
  const multiple = /^(.*[x×])\s*base\s*$/.exec(text);
  const timesBase = multiple ? parseFactor(multiple[1]!) : undefined;
  if (timesBase !== undefined) return { timesBase };
  const ratePerS = parseRate(text);
  return ratePerS === undefined ? undefined : { ratePerS };
}

type Rule = {
  pattern: string;
  /** What the field must be: completes "`target.timeout` must be …". */
  must: string;
  /** Two examples made from a number without a unit. */
  units: string;
  parse: (text: string) => number | Level | undefined;
};

function isBareNumber(input: unknown): boolean {
  return typeof input === 'number' || (typeof input === 'string' && /^\s*[-+]?[\d._]+\s*$/.test(input));
}

/** Text with a unit. `least` is exclusive when `positive`. */
function withUnit(rule: Rule, positive: boolean) {
  const error = (issue: { input?: unknown }) =>
    isBareNumber(issue.input) ? `${NEEDS_UNIT}: ${rule.units}` : `must be ${rule.must}`;
  return z
    .string({ error })
    .refine((text) => rule.parse(text) !== undefined, { error, abort: true })
    .refine((text) => !positive || rule.parse(text) !== 0, { error: 'must be more than zero' })
    .meta({ pattern: rule.pattern + OR_VARIABLE });
}

const DURATION: Rule = {
  pattern: PATTERN.duration,
  must: 'a duration with a unit, such as `10s`, `250ms` or `1h30m`',
  units: '`{n}s`, `{n}ms`',
  parse: parseDuration,
};
const RATE: Rule = {
  pattern: PATTERN.rate,
  must: 'a rate with a unit, such as `49/s` or `3k/min`',
  units: '`{n}/s`, `{n}/min`',
  parse: parseRate,
};
const LEVEL: Rule = {
  pattern: PATTERN.level,
  must: 'a multiple of the base such as `12x base`, or a rate such as `500/s`',
  units: '`{n}x base`, `{n}/s`',
  parse: parseLevel,
};
const SHARE: Rule = { pattern: PATTERN.share, must: 'a share such as `40%`', units: '`{n}%`', parse: parseShare };
const FRACTION: Rule = {
  ...SHARE,
  must: 'a share from `0%` to `100%`',
  parse: (text) => {
    const part = parseShare(text);
    return part !== undefined && part <= 1 ? part : undefined;
  },
};
const SIZE: Rule = {
  pattern: PATTERN.size,
  must: 'a size with a unit, such as `4KiB` or `1MiB`',
  units: '`{n}KiB`, `{n}B`',
  parse: parseSize,
};

/** A duration > 0. */
export const duration = () => withUnit(DURATION, true);
/** A duration that may be `0s`: a point in time, or a phase that may be left out. */
export const time = () => withUnit(DURATION, false);
export const rate = () => withUnit(RATE, true);
export const level = () => withUnit(LEVEL, false);
export const share = () => withUnit(SHARE, false);
/** A share of a whole. */
export const fraction = () => withUnit(FRACTION, false);
export const size = () => withUnit(SIZE, true);

/** From here on a count is written with `k` and `M`. */
const LARGE = 1000;

/** A whole number from `least` up: `500`, `100k`, `2.1M`. */
export function count(least: number, most: number = Number.MAX_SAFE_INTEGER) {
  const shown = (n: number) => n.toLocaleString('en-US').replaceAll(',', '_');
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} up` : `from ${least} to ${shown(most)}`;
  const examples = most < LARGE ? '' : ', such as `500`, `100k` or `2.1M`';
  const error = `must be a whole number ${range}${examples}`;
  return z
    .union([z.number(), z.string()], { error })
    .refine(
      (input) => {
        const n = countOf(input);
        return n !== undefined && Number.isInteger(n) && n >= least && n <= most;
      },
      { error },
    )
    .meta({
      pattern: PATTERN.count + OR_VARIABLE,
      minimum: least,
      ...(most === Number.MAX_SAFE_INTEGER ? {} : { maximum: most }),
    });
}

/** A weight of a choice: any number > 0. */
export function weight() {
  const error = 'must be a weight: a number above 0';
  return z
    .union([z.number(), z.string()], { error })
    .refine((input) => (countOf(input) ?? 0) > 0, { error })
    .meta({ pattern: PATTERN.count + OR_VARIABLE, exclusiveMinimum: 0 });
}

/** The number behind a count or a weight; rounds away the float noise of `2.1M`. */
export function countOf(input: number | string): number | undefined {
  const n = typeof input === 'number' ? input : parseCount(input);
  if (n === undefined || !Number.isFinite(n)) return undefined;
  return Math.abs(n - Math.round(n)) < 1e-6 ? Math.round(n) : n;
}
