// What the trials come to: a bracket, what broke, how much headroom that is, and whether it is enough.

import { EXIT } from '../../errors.ts';
import { formatCountOf, formatDuration, formatRate, formatShare } from '../../units.ts';
import type { Reason, Verdict } from '../spec.ts';
import { headroomOver, judgeHeadroom, rangeText } from './headroom.ts';
import { kneeOf } from './knee.ts';
import type { Weighed } from './loads.ts';
import { isConfirmed } from './next.ts';
import { cleanOf, slowestToTell } from './sharpen.ts';
import { type Sides, sidesOf, widthOf } from './sides.ts';
import type { Capacity, GateResult, LimitedBy, Load, Trial } from './spec.ts';
import { isGivenUp } from './spoilt.ts';
import type { Seen } from './step.ts';
import { uslOf } from './usl.ts';

export type Ended = { limitedBy: LimitedBy; spentUs: number; spentOrders: number };

export function capacityOf(seen: Seen, ended: Ended): Capacity {
  const { options, trials } = seen;
  const sides = sidesOf(seen.loads);
  const held = [...sides.below].reverse().find(({ outcome }) => outcome === 'held');
  const broke = sides.above.find(({ outcome }) => outcome === 'broke');
  const bracket = { held: held?.ratePerS, broke: broke?.ratePerS };
  const { target } = options;
  const headroom = {
    overMean: headroomOver(target.meanPerS, bracket),
    overPeak: headroomOver(target.peakPerS, bracket),
  };
  const gate = options.gate.map((line) => judgeHeadroom(line, { bracket, target, headroom }));
  // On a busy machine times rise with load whatever the shop does: where nothing broke that is no knee of the shop.
  const knee =
    broke === undefined ? { missing: 'nothing broke, so no load was too much for the shop' } : kneeOf(seen.loads);
  const usl = uslOf(seen.loads);
  const confirmed = isConfirmed(held, seen);
  const whatBroke = broke === undefined ? [] : brokeAt(broke, trials);
  const answer = { bracket, limitedBy: ended.limitedBy, confirmed, whatBroke, headroom };
  return {
    ...answer,
    relativeWidth: held && broke ? widthOf(held.ratePerS, broke.ratePerS) : undefined,
    target,
    says: sentenceOf(answer, trials, unknownText(sides)),
    notes: notesOf(seen, sides),
    asked: options.asked,
    trials: [...trials],
    loads: seen.loads.map(({ strength: _strength, ...load }): Load => load),
    usl: 'usl' in usl ? usl.usl : undefined,
    uslMissing: 'missing' in usl ? usl.missing : undefined,
    knee: 'knee' in knee ? knee.knee : undefined,
    kneeMissing: 'missing' in knee ? knee.missing : undefined,
    probe: options.probe,
    gate,
    ...verdictOf(gate, bracket, trials),
    budget: {
      us: options.budget.us,
      spentUs: ended.spentUs,
      orders: options.budget.orders,
      spentOrders: ended.spentOrders,
    },
  };
}

/** Of the trials that broke the last one's reasons; where only all together did, what they add up to. */
function brokeAt(load: Weighed, trials: readonly Trial[]): Reason[] {
  const own = trials.filter(({ index, outcome }) => load.trials.includes(index) && outcome === 'broke');
  return own.at(-1)?.why ?? [{ code: 'slo', message: load.says }];
}

type Answer = Pick<Capacity, 'bracket' | 'limitedBy' | 'confirmed' | 'whatBroke' | 'headroom'>;

const WHY: Record<LimitedBy, string> = {
  shop: '',
  generator: 'limited by the generator: above it the trials were INVALID, or our connections were too few',
  disturbed: 'trials that would have told more were INVALID, maybe of a disturbance of this machine',
  stock: 'limited by the stock: above it the shop sold out before the trial was over',
  budget: 'the budget ended before the bracket was as narrow as asked',
  noise: 'the loads between are too close to the knee to tell by a few holds',
  interrupted: 'the search was interrupted before the bracket was as narrow as asked',
  cap: 'no higher load was allowed',
};

function sentenceOf(
  { bracket: { held, broke }, limitedBy, confirmed, whatBroke, headroom }: Answer,
  trials: readonly Trial[],
  unknown: string | undefined,
): string {
  const also = limitedBy === 'budget' && unknown !== undefined ? `, and ${unknown} the trials were discarded` : '';
  const why = WHY[limitedBy] === '' ? '' : `; ${WHY[limitedBy]}${also}`;
  if (held === undefined && broke === undefined) return nothingText(trials, why);
  const cause = whatBroke[0] === undefined ? '' : `: ${whatBroke[0].message}`;
  if (held === undefined) {
    return `The shop holds less than ${formatRate(broke!)}, ${rangeText(headroom.overPeak, 'peak')}: no load held, and ${formatRate(broke!)} broke${cause}${why}.`;
  }
  const hold = confirmed ? '' : ' (not confirmed by a longer hold)';
  if (broke === undefined) {
    return `The shop holds at least ${formatRate(held)}${hold}, ${rangeText(headroom.overPeak, 'peak')}${why}.`;
  }
  return `The shop holds ${formatRate(held)}${hold}, ${rangeText(headroom.overPeak, 'peak')}, and breaks at ${formatRate(broke)}${cause}${why}.`;
}

function nothingText(trials: readonly Trial[], why: string): string {
  if (trials.length === 0) return `Nothing is known: no trial was made${why}.`;
  const discarded = trials.filter(({ outcome }) => outcome === 'discarded').length;
  if (discarded < trials.length)
    return `Nothing is known: no load is decided after ${formatCountOf(trials.length, 'trial')}${why}.`;
  return `Nothing is known: ${trials.length === 1 ? 'the only trial was' : `all ${trials.length} trials were`} discarded (${trials.at(-1)!.why[0]?.message ?? ''})${why}.`;
}

/** Of which loads only discarded trials tell: `from 400/s on`; `at 220/s` where a higher one was sent. */
function unknownText({ above, capPerS }: Sides): string | undefined {
  if (!Number.isFinite(capPerS)) return undefined;
  const nearest = above[0]?.ratePerS ?? Number.POSITIVE_INFINITY;
  if (capPerS > nearest) return undefined;
  return Number.isFinite(nearest) ? `at ${formatRate(capPerS)}` : `from ${formatRate(capPerS)} on`;
}

function notesOf({ loads, options, trials }: Seen, sides: Sides): string[] {
  const { below, above } = sides;
  const held = below.findLast(({ outcome }) => outcome === 'held');
  const notes = held === undefined ? [] : turnedAwayText(held, trials);
  for (const load of below.filter(({ outcome }) => outcome === 'broke')) {
    notes.push(`${formatRate(load.ratePerS)} ${load.says}; higher loads held, so it is taken for bad luck`);
  }
  for (const load of above.filter(({ outcome }) => outcome === 'held')) {
    notes.push(`${formatRate(load.ratePerS)} held although a lower load broke, so it is taken for good luck`);
  }
  const open = loads.filter(({ outcome }) => outcome === 'undecided');
  if (open.length > 0) {
    const rates = open.map(
      ({ ratePerS, lossShare }) => `${formatRate(ratePerS)} (${formatShare(lossShare ?? Number.NaN)} lost)`,
    );
    notes.push(`between holding and breaking, undecided: ${rates.join(', ')}`);
  }
  const clean = held === undefined ? cleanOf(below, { options, trials }).at(-1) : undefined;
  const slowest = slowestToTell(trials);
  if (clean !== undefined && slowest !== undefined) {
    const { orders, text } = slowest;
    const lasts = formatDuration(Math.ceil(orders / clean.ratePerS) * 1e6);
    notes.push(
      `nothing went bad at ${formatRate(clean.ratePerS)}, but \`${text}\` takes ${formatCountOf(orders, 'order')} to be told with 95 % confidence, which are ${lasts} of that load: give the search a longer \`--budget\`, or the profile a looser limit`,
    );
  }
  const discarded = trials.filter(({ outcome }) => outcome === 'discarded').length;
  if (discarded > 0) {
    const unknown = unknownText(sides);
    notes.push(`${formatCountOf(discarded, 'trial')} discarded${unknown ? `; ${unknown} nothing was learnt` : ''}`);
  }
  for (const load of loads.filter((each) => isGivenUp(each, { trials }))) {
    const last = trials.findLast(({ ratePerS }) => ratePerS === load.ratePerS)!;
    notes.push(
      `${formatRate(load.ratePerS)} could not be measured for longer: each hold was discarded, the last one by ${last.why[0]?.message}`,
    );
  }
  if (held !== undefined) notes.push(lengthText(held, trials));
  for (const { text, why } of options.asked.setAside) notes.push(`\`${text}\` was not asked: ${why}`);
  return notes;
}

const MANY = 0.01;

/** A shop that turns shoppers away may hold any load without selling more. */
function turnedAwayText({ ratePerS, trials: own, goodputPerS }: Weighed, trials: readonly Trial[]): string[] {
  const told = trials.filter(({ index, outcome }) => own.includes(index) && outcome !== 'discarded');
  const sum = (of: (orders: Trial['orders']) => number) => told.reduce((all, { orders }) => all + of(orders), 0);
  const share = sum(({ rejected }) => rejected) / sum(({ planned }) => planned);
  if (!(share > MANY)) return [];
  return [
    `at ${formatRate(ratePerS)} the shop turned ${formatShare(share)} of the orders away, which no line limits: it held, and sold ${formatRate(goodputPerS ?? 0)}; \`accepted >= 99%\` under \`slo:\` asks for sales`,
  ];
}

/** What the hold can tell: near saturation a pile-up may be minutes in coming. */
function lengthText({ ratePerS, trials: own }: Weighed, trials: readonly Trial[]): string {
  const told = trials.filter(({ index, outcome }) => own.includes(index) && outcome !== 'discarded');
  const longest = formatDuration(Math.max(...told.map(({ durationUs }) => durationUs)));
  return `${formatRate(ratePerS)} was held for ${longest} at the longest: a pile-up of orders that is rarer would not show in that, so in hours a little less may be what holds`;
}

type Judged = Pick<Capacity, 'verdict' | 'exitCode' | 'reasons'>;

/** Exit codes of DESIGN §3. Where nothing is asked of the answer, having one is enough. */
function verdictOf(
  gate: readonly GateResult[],
  { held, broke }: Capacity['bracket'],
  trials: readonly Trial[],
): Judged {
  const reasons = gate
    .filter(({ status }) => status !== 'pass')
    .map(({ status, text, says }) => ({ code: `headroom-${status}`, message: `\`${text}\`: ${says}` }));
  const of = (verdict: Verdict, more: Reason[] = []): Judged => ({
    verdict,
    exitCode: EXIT[verdict],
    reasons: [...more, ...reasons],
  });
  if (held === undefined && broke === undefined) {
    const isInvalid = trials.length > 0 && trials.every(({ why }) => why[0]?.code === 'invalid');
    const message = nothingText(trials, '');
    return of(isInvalid ? 'invalid' : 'inconclusive', [{ code: isInvalid ? 'invalid' : 'nothing-known', message }]);
  }
  if (gate.length === 0) return { verdict: undefined, exitCode: EXIT.pass, reasons: [] };
  if (gate.some(({ status }) => status === 'fail')) return of('fail');
  return of(gate.every(({ status }) => status === 'pass') ? 'pass' : 'inconclusive');
}
