// `--scale`, `--speed` and `--condense` as typed → the adjusted curve, what was done in words, and what the run can no
// longer show. Several apply in that order: fewer orders, then shorter plateaus, then faster time.

import { UserError } from '../errors.ts';
import { condenseCurve, scaleCurve, speedCurve } from '../traffic/adjust.ts';
import type { CurveSpec } from '../traffic/spec.ts';
import { formatCount, formatDuration, parseDuration, parseFactor, parseShare } from '../units.ts';
import type { Adjustment } from './plan.ts';

/** Raw flag texts. */
export type FlagTexts = { scale?: string; speed?: string; condense?: string };
type Flag = keyof FlagTexts;

export type Adjusted = { curve: CurveSpec; adjustments: Adjustment[] };
export type FlagMistake = { code: string; message: string };

export function isAdjusted({ scale, speed, condense }: FlagTexts): boolean {
  return scale !== undefined || speed !== undefined || condense !== undefined;
}

type Rule = { parse: (text: string) => number | undefined; must: string };

const RULES: Record<Flag, Rule> = {
  scale: { parse: parseShare, must: 'a share such as `1%`' },
  condense: { parse: parseDuration, must: 'a duration such as `10m`' },
  speed: { parse: parseFactor, must: 'a factor such as `60x`' },
};

type Step = (curve: CurveSpec, value: number) => Omit<Adjustment, 'flag' | 'value'> & { curve: CurveSpec };

const STEPS: Record<Flag, Step> = {
  scale(curve, share) {
    const scaled = scaleCurve(curve, share);
    return {
      curve: scaled,
      says: `${formatCount(scaled.orders)} of ${formatCount(curve.orders)} orders, every rate scaled alike`,
      cannotShow: 'whether the shop bears the full rate',
    };
  },
  condense(curve, untilUs) {
    const condensed = condenseCurve(curve, untilUs);
    return {
      ...condensed,
      cannotShow: `what takes its time to go wrong in ${formatDuration(curve.durationUs)}: leaks, expiry, rotation, a slowly growing queue`,
    };
  },
  speed(curve, factor) {
    const faster = speedCurve(curve, factor);
    return {
      curve: faster,
      says:
        `${formatDuration(curve.durationUs)} pass in ${formatDuration(faster.durationUs)}: time runs ${factor} times ` +
        `as fast, and every rate is ${factor} times as high`,
      cannotShow: 'the rates of the sale itself, and what takes its time to go wrong: leaks, expiry, rotation',
    };
  },
};

const ORDER: readonly Flag[] = ['scale', 'condense', 'speed'];

/** Checks the texts alone, so that a mistaken flag is told beside the mistakes of the profile. */
export function flagMistakes(flags: FlagTexts): FlagMistake[] {
  return ORDER.flatMap((flag) => {
    const text = flags[flag];
    if (text === undefined) return [];
    const value = RULES[flag].parse(text);
    if (value !== undefined && value > 0) return [];
    return [{ code: 'BAD_FLAG', message: `--${flag}: must be ${RULES[flag].must} above zero, got \`${text}\`` }];
  });
}

/** Applies sound flags. */
export function adjustCurve(curve: CurveSpec, flags: FlagTexts): Adjusted | { mistakes: FlagMistake[] } {
  const adjustments: Adjustment[] = [];
  let adjusted = curve;
  for (const flag of ORDER) {
    const text = flags[flag];
    if (text === undefined) continue;
    try {
      const { curve: next, says, cannotShow } = STEPS[flag](adjusted, RULES[flag].parse(text)!);
      adjusted = next;
      // Flags may come in any order, and what they do not: `--speed 60x --condense 10m` runs for 10 s.
      const before = adjustments.map((each) => `--${each.flag}`).join(' and ');
      adjustments.push({ flag, value: text, says: before === '' ? says : `after ${before}: ${says}`, cannotShow });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return {
        mistakes: error.problems.map(({ code, message }) => ({ code, message: `--${flag} ${text}: ${message}` })),
      };
    }
  }
  return { curve: adjusted, adjustments };
}
