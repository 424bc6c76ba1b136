// Which load to try next, as a pure function of the trials so far: the same trials always lead to the same load.
//
//   1. bracket   from half the profile's peak (or of the closed-loop ceiling, where that is lower) doubled while it holds,
//                with a rung at the ceiling; halved while it breaks
//   2. bisect    the geometric middle, until the two sides are as near as was asked
//   3. repeat    both sides are taken to a load that is decided with 95 % confidence: an undecided load is held longer
//                where that promises to decide it, else the next load is a little further out
//   4. confirm   one long hold of the highest load that held; when it breaks, the search goes on below
//   5. revisit   where the generator gave out, a few of those loads once more: it may have been the machine's bad minutes
//
// Noise makes a low load break and a higher one hold. The place between holding and breaking is where the fewest standard
// errors stand against it, so one unlucky trial is outvoted and two are believed.

import { LEAST_PLATEAU_S } from '../backlog.ts';
import { TAIL } from '../statistics.ts';
import { CERTAIN, type Weighed } from './loads.ts';
import type { LimitedBy, SearchOptions, Trial, TrialRequest } from './spec.ts';

export const RELATIVE_WIDTH = 0.05;
/** Of the first load: below it nobody asks. */
const LEAST_SHARE = 1 / 64;
/** Repeats that do not get there with a hold of so many times the usual one are not made. */
const LONGEST = 2;
/** A trial is made longer for too few orders up to so many times. */
const MOST_TRIALS = 4;
/** Standard errors at which a load counts as decided. */
const DECIDED = 2.2;
/** At which one is where nothing went bad: 1.92 and a little. */
const TOLD = 2;
/** What the probe and the draining of a long hold take of the budget, at most about. */
const BESIDE_US = 15e6;
/** Of the load where holding ends: so far below it, a short trial in which nothing went bad is to be believed. */
const SURE = 0.75;
/** And at which even a short trial is enough. */
const CLEARLY = 5;
/** What the generator could not do once it may do the second time; what the stock or our connections cannot, it cannot. */
const TRIES = 2;
const LASTING = ['sold-out', 'connections', 'interrupted'];
/** So many of the loads that the generator could not send are tried again when all else is done. */
const REVISITS = 3;

export type Wish = Pick<TrialRequest, 'ratePerS' | 'durationUs' | 'purpose'>;
export type Step = { wish: Wish } | { done: LimitedBy };
export type Seen = { options: SearchOptions; trials: readonly Trial[]; loads: readonly Weighed[] };

export function stepOf(seen: Seen): Step {
  const { trials } = seen;
  if (trials.at(-1)?.why.some(({ code }) => code === 'interrupted')) return { done: 'interrupted' };
  const step = again(seen) ?? contradicted(seen) ?? withSides(seen);
  return 'done' in step && step.done === 'generator' ? (revisited(seen) ?? step) : step;
}

/** The highest first: when it can be sent by now, what was discarded below it no longer matters. */
function revisited({ trials, loads }: Seen): Step | undefined {
  const spoilt = loads.filter(({ outcome }) => outcome === 'discarded');
  if (spoilt.filter((load) => load.trials.length > TRIES).length >= REVISITS) return undefined;
  const load = spoilt.findLast((each) => each.trials.length === TRIES);
  const last = trials.findLast(({ ratePerS }) => ratePerS === load?.ratePerS);
  if (last === undefined || isLasting(last)) return undefined;
  const { ratePerS, durationUs, purpose } = last;
  return { wish: { ratePerS, durationUs, purpose } };
}

/** A trial that was discarded is made once more, unless what spoiled it will again. */
function again({ trials, loads }: Seen): Step | undefined {
  const last = trials.at(-1);
  if (last?.outcome !== 'discarded' || isLasting(last)) return undefined;
  const load = loads.find(({ ratePerS }) => ratePerS === last.ratePerS)!;
  if (load.outcome !== 'discarded' || load.trials.length >= TRIES) return undefined;
  const { ratePerS, durationUs, purpose } = last;
  return { wish: { ratePerS, durationUs, purpose } };
}

/** A load broke and a higher one held: the one that was held for less time is held longer. */
function contradicted({ loads, options }: Seen): Step | undefined {
  const broke = loads.find(({ outcome }) => outcome === 'broke');
  const held = [...loads].reverse().find(({ outcome }) => outcome === 'held');
  if (broke === undefined || held === undefined || broke.ratePerS > held.ratePerS) return undefined;
  const doubtful = broke.durationUs <= held.durationUs ? broke : held;
  if (doubtful.durationUs > options.trialUs + options.holdUs) return undefined;
  const durationUs = wholeSeconds(Math.max(options.holdUs, options.trialUs));
  return { wish: { ratePerS: doubtful.ratePerS, durationUs, purpose: 'repeat' } };
}

const isLasting = (trial: Trial): boolean => trial.why.some(({ code }) => LASTING.includes(code));

/** Loads that tell something, split where holding ends; `capPerS`: the lowest that tells nothing. */
export type Sides = { below: readonly Weighed[]; above: readonly Weighed[]; capPerS: number };

export function sidesOf(loads: readonly Weighed[]): Sides {
  const told = loads.filter(({ outcome }) => outcome !== 'discarded');
  let [best, split, score] = [Number.NEGATIVE_INFINITY, 0, told.reduce((sum, load) => sum - load.strength, 0)];
  for (let k = 0; k <= told.length; k++) {
    if (score > best) [best, split] = [score, k];
    score += 2 * (told[k]?.strength ?? 0);
  }
  const discarded = loads.filter(
    ({ outcome, ratePerS }) => outcome === 'discarded' && ratePerS > (told[split - 1]?.ratePerS ?? 0),
  );
  return {
    below: told.slice(0, split),
    above: told.slice(split),
    capPerS: Math.min(Number.POSITIVE_INFINITY, ...discarded.map(({ ratePerS }) => ratePerS)),
  };
}

function withSides(seen: Seen): Step {
  const { options, loads } = seen;
  const sides = sidesOf(loads);
  const low = sides.below.at(-1)?.ratePerS;
  const upper = Math.min(sides.above[0]?.ratePerS ?? Number.POSITIVE_INFINITY, sides.capPerS);
  if (low === undefined) return down(seen, upper);
  if (upper === Number.POSITIVE_INFINITY) return up(seen, low);
  if (!isNarrow(low, upper, options)) {
    return { wish: trialAt(Math.sqrt(low * upper), options, 'bisect') };
  }
  return sharpened(seen, sides) ?? confirmed(seen, sides);
}

export const widthOf = (low: number, high: number): number => (high - low) / high;
const isNarrow = (low: number, high: number, { relativeWidth = RELATIVE_WIDTH }: SearchOptions): boolean =>
  widthOf(low, high) <= relativeWidth;

/** Half the profile's peak, or of the closed-loop ceiling where that is less. */
export function startOf({ target, probe, mostPerS = Number.POSITIVE_INFINITY }: SearchOptions): number {
  return Math.min(Math.min(target.peakPerS, probe?.closedLoopPerS ?? Number.POSITIVE_INFINITY) / 2, mostPerS);
}

function down(seen: Seen, upperPerS: number): Step {
  const { options } = seen;
  const startPerS = startOf(options);
  if (upperPerS === Number.POSITIVE_INFINITY) return { wish: trialAt(startPerS, options, 'bracket') };
  if (upperPerS / 2 < startPerS * LEAST_SHARE) return { done: 'shop' };
  return { wish: trialAt(upperPerS / 2, options, 'bracket') };
}

function up(seen: Seen, low: number): Step {
  const { options } = seen;
  const { probe, mostPerS = Number.POSITIVE_INFINITY } = options;
  const ceiling = probe?.closedLoopPerS ?? Number.POSITIVE_INFINITY;
  const rung = low * 1.05 < ceiling && ceiling < 2 * low ? ceiling : 2 * low;
  if (low >= mostPerS * 0.999) return sharpened(seen, sidesOf(seen.loads)) ?? confirmed(seen, sidesOf(seen.loads));
  return { wish: trialAt(Math.min(rung, mostPerS), options, 'bracket') };
}

/** Of the usual length, or longer where so few orders would come that they say nothing. */
export function trialAt(ratePerS: number, options: SearchOptions, purpose: TrialRequest['purpose']): Wish {
  return { ratePerS, durationUs: wholeSeconds(leastUs(ratePerS, options)), purpose };
}

const LEAST_ORDERS = 100;

/** Where no time is limited, a queue that grows is all that tells too much from enough, and that takes a plateau to see. */
function leastUs(ratePerS: number, { trialUs, asked }: SearchOptions): number {
  const leastUs = Math.max(trialUs, asked.limitUs === undefined ? LEAST_PLATEAU_S * 1e6 : 0);
  return Math.min(MOST_TRIALS * trialUs, Math.max(leastUs, (LEAST_ORDERS / ratePerS) * 1e6));
}

const wholeSeconds = (us: number): number => Math.max(1, Math.ceil(us / 1e6 - 1e-9)) * 1e6;

/** The next trial that brings one of the sides nearer to being decided; undefined when both are, or cannot be. */
function sharpened(seen: Seen, sides: Sides): Step | undefined {
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
  if (decided !== undefined && isHasty(decided, options)) {
    return { wish: { ratePerS: decided.ratePerS, durationUs: wholeSeconds(holdUs), purpose: 'repeat' }, open: gap };
  }
  if (at === 0) return undefined;
  const open = side.slice(0, at < 0 ? side.length : at);
  const promising = open.flatMap((load) => longer(load, options, sign) ?? [])[0];
  if (promising !== undefined) return { wish: promising, open: gap };
  const clean = sign < 0 ? cleanOf(open, { options, trials }) : [];
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

/**
 * The load that the answer rests on: the highest that held below the split. Where none is decided yet, the highest that one
 * hold promises to decide, or else the one that is surest: something that holds is a better answer than the best guess.
 */
export function bestOf({ below }: Sides, { holdUs }: SearchOptions): Weighed | undefined {
  const downwards = [...below].reverse();
  const promises = ({ strength, durationUs }: Weighed) => strength * Math.sqrt(1 + holdUs / durationUs) >= DECIDED;
  return (
    downwards.find(({ outcome }) => outcome === 'held') ??
    downwards.find(promises) ??
    [...below].sort((a, b) => b.strength - a.strength)[0]
  );
}

/** A long hold at this load held, and its trials together do. */
export function isConfirmed(load: Weighed | undefined, { trials, options }: Pick<Seen, 'trials' | 'options'>): boolean {
  if (load?.outcome !== 'held') return false;
  return trials.some(
    ({ ratePerS, outcome, durationUs }) =>
      ratePerS === load.ratePerS && durationUs >= options.holdUs && (outcome === 'held' || outcome === 'undecided'),
  );
}

export function confirmed(seen: Seen, sides: Sides): Step {
  const { options } = seen;
  const best = bestOf(sides, options);
  if (best === undefined || isConfirmed(best, seen)) return { done: endOf(seen, sides) };
  if (longest(seen, best) >= options.holdUs && best.outcome !== 'held') return { done: endOf(seen, sides) };
  return { wish: { ratePerS: best.ratePerS, durationUs: wholeSeconds(options.holdUs), purpose: 'confirm' } };
}

const longest = ({ trials }: Seen, { ratePerS }: Weighed): number =>
  Math.max(0, ...trials.filter((trial) => trial.ratePerS === ratePerS).map(({ durationUs }) => durationUs));

/** Why the bracket is what it is, when nothing more is worth a trial. */
export function endOf({ options, trials, loads }: Seen, sides: Sides): LimitedBy {
  const held = [...sides.below].reverse().find(({ outcome }) => outcome === 'held')?.ratePerS;
  const broke = sides.above.find(({ outcome }) => outcome === 'broke')?.ratePerS;
  if (sides.capPerS < (broke ?? Number.POSITIVE_INFINITY)) {
    const cap = loads.find(({ ratePerS }) => ratePerS === sides.capPerS)!;
    const soldOut = trials.some(({ index, why }) => cap.trials.includes(index) && why[0]?.code === 'sold-out');
    return soldOut ? 'stock' : 'generator';
  }
  if (broke === undefined && held !== undefined) {
    return options.mostPerS !== undefined && held >= options.mostPerS * 0.999 ? 'cap' : 'noise';
  }
  if (held === undefined || broke === undefined) return held === broke ? 'noise' : 'shop';
  return isNarrow(held, broke, options) ? 'shop' : 'noise';
}
