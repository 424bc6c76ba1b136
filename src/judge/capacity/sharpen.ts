// Both sides of the bracket are taken to a load that is decided with 95 % confidence: an undecided load is held longer where
// that promises to decide it, else the next load is a little further out.

import { TAIL } from '../statistics.ts';
import { CERTAIN, type Weighed } from './loads.ts';
import { RELATIVE_WIDTH, type Sides, widthOf } from './sides.ts';
import type { SearchOptions, Trial } from './spec.ts';
import { isGivenUp, TRIES } from './spoilt.ts';
import { DECIDED, LEAST_SHARE, type Seen, type Step, startOf, trialAt, type Wish, wholeSeconds } from './step.ts';

/** Repeats that do not get there with a hold of so many times the usual one are not made. */
const LONGEST = 2;
/** At which one is where nothing went bad: 1.92 and a little. */
const TOLD = 2;
/** What the probe and the draining of a long hold take of the budget, at most about. */
const BESIDE_US = 15e6;
/** Of the load where holding ends: so far below it, a short trial in which nothing went bad is to be believed. */
const SURE = 0.75;
/** And at which even a short trial is enough. */
const CLEARLY = 5;

/** The next trial that brings one of the sides nearer to being decided; undefined when both are, or cannot be. */
export function sharpened(seen: Seen, sides: Sides): Step | undefined {
  const under = sharpen(seen, [...sides.below].reverse(), -1);
  const over =
    sides.above.length > 0 && sides.above[0]!.ratePerS < sides.capPerS ? sharpen(seen, sides.above, 1) : undefined;
  const [first] = [under, over]
    .filter((side) => side !== undefined)
    .sort((a, b) => b.open - a.open || a.wish.durationUs - b.wish.durationUs);
  return first && { wish: first.wish };
}

type Sharpening = { wish: Wish; open: number };

/**
 * `side`: loads from the split outwards. The nearest that a longer hold promises to decide, else a load further out.
 * `open`: how far the side is from decided, as a share.
 */
function sharpen({ options, trials, loads }: Seen, side: readonly Weighed[], sign: 1 | -1): Sharpening | undefined {
  const at = side.findIndex(({ outcome }) => outcome === (sign < 0 ? 'held' : 'broke'));
  const { relativeWidth = RELATIVE_WIDTH, holdUs } = options;
  const nearest = side[0]!.ratePerS;
  const decided = side[at];
  const gap = decided === undefined ? 1 : apart(nearest, decided.ratePerS);
  if (decided !== undefined && isHasty(decided, options) && !isGivenUp(decided, { trials })) {
    return { wish: { ratePerS: decided.ratePerS, durationUs: wholeSeconds(holdUs), purpose: 'repeat' }, open: gap };
  }
  if (at === 0) return undefined;
  const open = side.slice(0, at < 0 ? side.length : at);
  const willing = open.filter((load) => !isGivenUp(load, { trials }));
  const promising = willing.flatMap((load) => longer(load, options, sign) ?? [])[0];
  if (promising !== undefined) return { wish: promising, open: gap };
  const clean = sign < 0 ? cleanOf(willing, { options, trials }) : [];
  if (clean.length > 0) return { wish: untilTold(clean, nearest, { options, trials }), open: gap };
  const outermost = open.at(-1)!.ratePerS;
  const further = outermost * (1 + sign * relativeWidth * 1.5);
  const between = decided === undefined ? further : Math.sqrt(outermost * decided.ratePerS);
  const next = sign < 0 ? Math.max(further, between) : Math.min(further, between);
  if (next < startOf(options) * LEAST_SHARE || apart(next, outermost) < relativeWidth / 2) return undefined;
  if (loads.some((load) => load.ratePerS === next && load.trials.length >= TRIES)) return undefined;
  return { wish: trialAt(next, options, 'bisect'), open: gap };
}

const apart = (a: number, b: number): number => widthOf(Math.min(a, b), Math.max(a, b));

/** One short trial broke it, and not by much: MLRsearch would not take it for a bound before a full-length trial. */
function isHasty({ outcome, strength, durationUs }: Weighed, { holdUs }: SearchOptions): boolean {
  return outcome === 'broke' && strength > -CLEARLY && durationUs < holdUs;
}

/** A hold so long that it decides the load if things go on as they went; undefined when that takes too long. */
function longer(load: Weighed, { holdUs }: SearchOptions, sign: 1 | -1): Wish | undefined {
  const strength = -sign * load.strength;
  if (strength <= 0 || strength >= CERTAIN) return undefined;
  const neededUs = load.durationUs * (DECIDED / strength) ** 2;
  const moreUs = Math.max(neededUs - load.durationUs, holdUs);
  if (moreUs > LONGEST * holdUs || load.durationUs > 4 * holdUs) return undefined;
  return { ratePerS: load.ratePerS, durationUs: wholeSeconds(moreUs), purpose: 'repeat' };
}

/** What takes most orders to tell: the line that allows least, and how many it takes when none of them goes bad. */
export function slowestToTell(trials: readonly Trial[]): { text: string; orders: number } | undefined {
  const shares = trials.flatMap(({ proportions }) => proportions).filter(({ allowed }) => allowed > 0 && allowed < 1);
  const [least] = shares.sort((a, b) => a.allowed - b.allowed);
  return least && { text: least.text, orders: Math.ceil(Math.log(TAIL) / Math.log(1 - least.allowed)) };
}

/** Loads at which nothing went bad, and which no usual hold can decide: too few orders come, and further down fewer still. */
export function cleanOf(
  loads: readonly Weighed[],
  { options, trials }: Pick<Seen, 'options' | 'trials'>,
): readonly Weighed[] {
  const needed = slowestToTell(trials)?.orders ?? 0;
  return loads.filter(
    ({ outcome, lossShare, strength, ratePerS }) =>
      outcome === 'undecided' &&
      lossShare === 0 &&
      strength > 0 &&
      (ratePerS * LONGEST * options.holdUs) / 1e6 < needed,
  );
}

/** Of those that are told within the budget the highest that is well below the split, or else the lowest. */
function untilTold(
  clean: readonly Weighed[],
  splitPerS: number,
  { options, trials }: Pick<Seen, 'options' | 'trials'>,
) {
  const leftUs = trials.reduce((left, { spentUs }) => left - spentUs, options.budget.us - BESIDE_US - options.settleUs);
  const wishes = [...clean]
    .sort((a, b) => a.ratePerS - b.ratePerS)
    .map(({ ratePerS, durationUs, strength }): Wish => {
      const moreUs = Math.max(1e6, durationUs * (TOLD / strength) ** 2 - durationUs);
      return { ratePerS, durationUs: wholeSeconds(moreUs), purpose: 'repeat' };
    });
  const told = wishes.filter(({ durationUs }) => durationUs <= leftUs);
  return told.findLast(({ ratePerS }) => ratePerS <= SURE * splitPerS) ?? told[0] ?? wishes.at(-1)!;
}
