// What the search for capacity asks for, what one trial came to, and the answer. All plain data: it goes to capacity.json
// as it is. Rates are orders per second, times µs, shares 0…1. The way of a search:
//   asked.ts   askedOf(plan.slo): Asked                  the lines a trial's run gets as its `slo`
//   search.ts  new Search(options); next(): TrialRequest | undefined; take(trial); answer(interrupted?): Capacity
//   trial.ts   trialOf(request, { evidence, judgement, asked, spentUs }): Trial    of a finished run of settle + duration

import type { CapacityLine } from '../../profile/plan.ts';
import type { OrderCounts, Reason, SloResult, Verdict } from '../spec.ts';

// ── what to do next ─────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * `bracket`: looking for a load that holds and one that breaks; `bisect`: narrowing them; `repeat`: the same load again
 * and longer, because its trials do not decide; `confirm`: one long hold of the highest load that held.
 */
export type TrialPurpose = 'bracket' | 'bisect' | 'repeat' | 'confirm';

/** One open-loop run: constant Poisson arrivals at `ratePerS` for settle + duration. */
export type TrialRequest = {
  /** 0, 1, 2 … in the order they are run. */
  index: number;
  ratePerS: number;
  /** Measured time; whole seconds. */
  durationUs: number;
  /** Before it, and not judged; whole seconds. */
  settleUs: number;
  purpose: TrialPurpose;
  seed: number;
};

/** What is searched for, and how far it may go. */
export type SearchOptions = {
  /** The profile's traffic. */
  target: { meanPerS: number; peakPerS: number };
  /** What a closed-loop probe got out of the shop; where doubling pauses. */
  probe?: ClosedLoop;
  budget: { us: number; orders?: number };
  /** Of a trial, and of the confirming hold. */
  trialUs: number;
  holdUs: number;
  settleUs: number;
  /** Stop when broke − held is at most this share of broke. Default 5 %. */
  relativeWidth?: number;
  seed: number;
  /** What is judged in each trial: of `askedOf`. */
  asked: Asked;
  /** Lines such as `headroom >= 1.5x`, already known to parse. */
  gate: readonly CapacityLine[];
  /** No trial goes above it, whatever it holds (a limit of the command line or of the generator's calibration). */
  mostPerS?: number;
};

/** Autocannon's part: throughput alone; its times are closed-loop and are never read. */
export type ClosedLoop = {
  closedLoopPerS: number;
  connections: number;
  durationUs: number;
  /** Answers, by class of status: `2xx` … */
  answers?: Record<string, number>;
  /** One plain sentence. */
  says: string;
};

// ── what is judged at a constant rate ───────────────────────────────────────────────────────────────────────────────

/** Lines of the profile's `slo:` that make sense at a constant rate, as they are judged; and the others, with why not. */
export type Asked = {
  /** `text`: as judged, which may lack `in every 1m`. */
  lines: AskedLine[];
  setAside: { text: string; why: string }[];
  /** The limit of the strictest time line: slower orders are lost, and no goodput; undefined without a time line. */
  limitUs: number | undefined;
  /** Share of the planned orders that may be lost, by what the lines allow. */
  allowedLoss: number;
};
export type AskedLine = { text: string; from: CapacityLine };

// ── one trial ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** `undecided`: neither held nor broke with 95 % confidence. `discarded`: says nothing of the shop's speed. */
export type TrialOutcome = 'held' | 'broke' | 'undecided' | 'discarded';

/** A share of the orders held against what is allowed, so that trials of one load can be pooled by addition. */
export type Proportion = {
  /** The line; `loss` for the trial loss of METHOD §6. */
  text: string;
  bad: number;
  of: number;
  /** 0…1 of `of`. */
  allowed: number;
  /**
   * Design effect: how many orders go bad together. 1 when each on its own; bounds are those of bad/clumping of
   * of/clumping orders.
   */
  clumping: number;
  /** Of bad / of, 95 %, with the clumping. */
  interval: [low: number, high: number];
};

export type Times = {
  count: number;
  meanUs: number;
  p50Us: number;
  p90Us: number;
  p99Us: number;
  p999Us: number;
  maxUs: number;
};

export type Trial = TrialRequest & {
  /** Orders due in the measured time, over that time. */
  plannedPerS: number;
  /** Of the orders due in the measured time; `unreached` where it ended early. */
  orders: OrderCounts;
  /** Accepted within the limit of the strictest time line. */
  good: number;
  goodputPerS: number;
  /** Orders ended in each second of the measured time, of any outcome. */
  throughputPerS: number;
  /** Of all orders due in the measured time; undefined when there are none. */
  response: Times | undefined;
  /** Mean of the orders in flight, by Little's law the concurrency. */
  inFlightMean: number;
  /** (slower than the limit + failed + unknown + dropped) / planned. */
  lossShare: number;
  backlog: 'stable' | 'growing' | 'cannot-tell';
  /** What each line rests on, and the loss; pooled over the trials of a load. */
  proportions: Proportion[];
  /** Of the run as such; `invalid` is discarded. */
  verdict: Verdict;
  slo: SloResult[];
  outcome: TrialOutcome;
  /** Most telling first; for one that held: what it held. */
  why: Reason[];
  /** What it took of the budget: settle, measured time, cool-down, setup. */
  spentUs: number;
};

// ── the answer ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** All trials of one load together. */
export type Load = {
  ratePerS: number;
  /** Indices of its trials. */
  trials: number[];
  outcome: TrialOutcome;
  /** Measured time of those not discarded. */
  durationUs: number;
  /** Share of it in trials that broke (MLRsearch: exceed ratio). */
  brokeShare: number;
  /** Over all its trials; null when all were discarded. */
  goodputPerS: number | null;
  throughputPerS: number | null;
  inFlightMean: number | null;
  meanUs: number | null;
  /** Percentiles are never averaged: of several trials the worst. */
  p99Us: number | null;
  lossShare: number | null;
  /** Of lossShare, 95 %. */
  lossInterval: [low: number, high: number];
  backlog: Trial['backlog'];
  /** One plain sentence. */
  says: string;
};

/** Why the bracket is no narrower. */
export type LimitedBy =
  /** Nothing: it is as narrow as was asked, or no load held, however low. */
  | 'shop'
  /** Higher loads were INVALID: the generator, not the shop, gave out. */
  | 'generator'
  /** INVALID ones that may have been a bad minute of the machine: of loads that it sends at other times, or of all. */
  | 'disturbed'
  /** The stock ran out in every trial above. */
  | 'stock'
  | 'budget'
  /** Trials at loads between do not decide, however long. */
  | 'noise'
  | 'interrupted'
  /** `mostPerS`. */
  | 'cap';

/** Universal Scalability Law (Gunther): X(N) = λN / (1 + σ(N−1) + κN(N−1)), N orders in flight. */
export type Usl = {
  lambda: number;
  sigma: number;
  kappa: number;
  /** Highest throughput and where, when that lies within `untilN`. */
  peak: { perS: number; inFlight: number } | undefined;
  /** Of N/X over N, and the largest relative error of X. */
  r2: number;
  worstError: number;
  loads: number;
  /** Fitted over these in flight; good for an estimate up to `untilN`, and for nothing beyond. */
  fitted: [low: number, high: number];
  untilN: number;
  says: string;
};

/** The load with the largest power = goodput / mean response (Kleinrock 1979); the true one lies between its neighbours. */
export type Knee = { ratePerS: number; between: [low: number, high: number]; meanUs: number; says: string };

/** [by what held, by what broke]; an end is undefined where there is no such load. */
export type Headroom = { low: number | undefined; high: number | undefined };

export type GateResult = {
  text: string;
  place: CapacityLine['place'];
  status: 'pass' | 'fail' | 'inconclusive';
  over: 'peak' | 'mean';
  /** Times the profile's peak or mean. */
  limit: number;
  measured: Headroom;
  says: string;
};

export type Capacity = {
  /** The highest load that held below the lowest that broke; an end is undefined where none did. */
  bracket: { held: number | undefined; broke: number | undefined };
  /** (broke − held) / broke, when both are there. */
  relativeWidth: number | undefined;
  limitedBy: LimitedBy;
  /** A longer hold of `held` did not break, and all its trials together held. */
  confirmed: boolean;
  /** At `broke`, most telling first; empty when nothing broke. */
  whatBroke: Reason[];
  target: { meanPerS: number; peakPerS: number };
  headroom: { overMean: Headroom; overPeak: Headroom };
  /** The answer in one plain sentence. */
  says: string;
  /** What else a reader must know: a lower load broke and a higher held; lines set aside … */
  notes: string[];
  asked: Asked;
  trials: Trial[];
  /** Ascending by rate. */
  loads: Load[];
  usl: Usl | undefined;
  /** Why there is no fit, when there is none. */
  uslMissing: string | undefined;
  knee: Knee | undefined;
  kneeMissing: string | undefined;
  probe: ClosedLoop | undefined;
  gate: GateResult[];
  /** Undefined when nothing was asked of the answer and there is one. */
  verdict: Verdict | undefined;
  exitCode: number;
  reasons: Reason[];
  budget: { us: number; spentUs: number; orders: number | undefined; spentOrders: number };
};
