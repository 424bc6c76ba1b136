// The trials of one load together: MLRsearch's load classification. A load whose trials broke for more than half of their
// time (exceed ratio 0.5) broke; of any other the shares are added up and must clear what is allowed with 95 % confidence,
// so that a load is decided by its duration sum and not by its last trial. What is still open is `undecided`.

import { formatCountOf, formatDuration, formatShare } from '../../units.ts';
import { holdsOf, LOSS, proportion, saysShare } from './proportions.ts';
import type { Load, Proportion, Trial, TrialOutcome } from './spec.ts';

const EXCEED_RATIO = 0.5;
/** A load, and how far it is from what is allowed: in standard errors, above 0 when it holds. */
export type Weighed = Load & { strength: number };

/** The strength of a load that is decided by more than shares. */
export const CERTAIN = 10;

export function loadsOf(trials: readonly Trial[]): Weighed[] {
  const byRate = new Map<number, Trial[]>();
  for (const trial of trials) byRate.set(trial.ratePerS, [...(byRate.get(trial.ratePerS) ?? []), trial]);
  return [...byRate].sort(([a], [b]) => a - b).map(([ratePerS, own]) => loadOf(ratePerS, own));
}

function loadOf(ratePerS: number, own: readonly Trial[]): Weighed {
  const told = own.filter(({ outcome }) => outcome !== 'discarded');
  const durationUs = total(told, (trial) => trial.durationUs);
  const brokeUs = total(told, (trial) => (trial.outcome === 'broke' ? trial.durationUs : 0));
  const brokeShare = durationUs > 0 ? brokeUs / durationUs : 0;
  const shares = pooled(told);
  const loss = shares.find(({ text }) => text === LOSS);
  const outcome = outcomeOf(told, brokeShare, shares);
  const mean = (of: (trial: Trial) => number) =>
    durationUs > 0 ? total(told, (trial) => of(trial) * trial.durationUs) / durationUs : null;
  const responses = told.flatMap(({ response }) => response ?? []);
  const answered = total(responses, ({ count }) => count);
  return {
    ratePerS,
    trials: own.map(({ index }) => index),
    outcome,
    durationUs,
    brokeShare,
    goodputPerS: mean((trial) => trial.goodputPerS),
    throughputPerS: mean((trial) => trial.throughputPerS),
    inFlightMean: mean((trial) => trial.inFlightMean),
    meanUs: answered > 0 ? total(responses, ({ meanUs, count }) => meanUs * count) / answered : null,
    p99Us: answered > 0 ? Math.max(...responses.map(({ p99Us }) => p99Us)) : null,
    lossShare: loss !== undefined && loss.of > 0 ? loss.bad / loss.of : null,
    lossInterval: loss?.interval ?? [0, 1],
    backlog: backlogOf(told),
    says: saysOf(own, told, outcome, shares),
    strength: strengthOf(outcome, brokeShare, shares),
  };
}

function backlogOf(told: readonly Trial[]): Trial['backlog'] {
  const [known, growing] = [told.filter(({ backlog }) => backlog !== 'cannot-tell'), 'growing' as const];
  if (known.length === 0) return 'cannot-tell';
  const grew = known.filter(({ backlog }) => backlog === growing);
  return total(grew, (trial) => trial.durationUs) > EXCEED_RATIO * total(known, (trial) => trial.durationUs)
    ? growing
    : 'stable';
}

/** Line by line, what all trials of a load add up to. */
export function pooled(told: readonly Trial[]): Proportion[] {
  const texts = told[0]?.proportions.map(({ text }) => text) ?? [];
  return texts.map((text) => {
    const parts = told.flatMap(({ proportions }) => proportions.find((part) => part.text === text) ?? []);
    const [bad, of] = [total(parts, (part) => part.bad), total(parts, (part) => part.of)];
    // A trial in which nothing went bad does not say how much goes bad together.
    const byOrders = of > 0 ? total(parts, (part) => part.clumping * part.of) / of : 1;
    const byBad = bad > 0 ? total(parts, (part) => part.clumping * part.bad) / bad : 1;
    return proportion({ text, allowed: parts[0]!.allowed, bad, of, clumping: Math.max(byOrders, byBad) });
  });
}

const total = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((sum, item) => sum + of(item), 0);

function outcomeOf(told: readonly Trial[], brokeShare: number, shares: readonly Proportion[]): TrialOutcome {
  if (told.length === 0) return 'discarded';
  if (brokeShare > EXCEED_RATIO) return 'broke';
  const holds = shares.map(holdsOf);
  if (holds.includes(false)) return 'broke';
  return holds.includes(undefined) ? 'undecided' : 'held';
}

function strengthOf(outcome: TrialOutcome, brokeShare: number, shares: readonly Proportion[]): number {
  const least = Math.min(CERTAIN, ...shares.map(deviationsOf));
  // What is no share: the backlog grew, a `stop:` line ended it.
  if (brokeShare > EXCEED_RATIO && !shares.some((share) => holdsOf(share) === false)) return -CERTAIN;
  if (outcome === 'held') return Math.max(least, 2);
  return outcome === 'broke' ? Math.min(least, -2) : least;
}

/** Standard errors between the share and what is allowed. */
function deviationsOf({ bad, of, allowed, clumping }: Proportion): number {
  if (of === 0) return 0;
  if (allowed === 0) return bad === 0 ? CERTAIN : -CERTAIN;
  const share = bad / of;
  const spread = Math.max(share * (1 - share), allowed * (1 - allowed));
  return (allowed - share) / Math.sqrt((spread * clumping) / of);
}

function saysOf(
  own: readonly Trial[],
  told: readonly Trial[],
  outcome: TrialOutcome,
  shares: readonly Proportion[],
): string {
  const over = told.length > 1 ? ` over ${formatCountOf(told.length, 'trial')}` : '';
  if (outcome === 'discarded') return `discarded: ${own[0]?.why[0]?.message ?? ''}`;
  if (outcome === 'held') return `held${over}: ${lastOf(told, 'held') ?? 'together they clear every limit'}`;
  const open = shares.find((share) => holdsOf(share) === undefined);
  if (outcome === 'undecided') return `undecided${over}: ${open ? saysShare(open) : 'too few orders to tell'}`;
  const broken = shares.find((share) => holdsOf(share) === false);
  const message = lastOf(told, 'broke') ?? (broken ? saysShare(broken) : '');
  const brokeUs = total(told, (trial) => (trial.outcome === 'broke' ? trial.durationUs : 0));
  const durationUs = total(told, (trial) => trial.durationUs);
  const part =
    brokeUs > 0 && brokeUs < durationUs
      ? ` for ${formatShare(brokeUs / durationUs)} of ${formatDuration(durationUs)}`
      : '';
  return `broke${over}${part}: ${message}`;
}

const lastOf = (told: readonly Trial[], outcome: TrialOutcome): string | undefined =>
  told.filter((trial) => trial.outcome === outcome).at(-1)?.why[0]?.message;
