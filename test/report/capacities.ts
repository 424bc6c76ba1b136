// Answers of a search for capacity as its reports see them: one that found the shop's limit, one that was limited by the
// generator, one with nothing to say. The numbers are those of one till with exponential times (M/M/1), in closed form.

import type { Capacity, Load, Trial, TrialOutcome } from '../../src/judge/capacity/spec.ts';
import type { CapacityRecord } from '../../src/report/capacity-record.ts';
import { recordOf } from '../support/record.ts';

const CAPACITY_PER_S = 125;
const LIMIT_US = 300_000;
const TARGET = { meanPerS: 48.6, peakPerS: 61.2 };
const TRIAL_US = 20e6;

/** What queueing theory has for one till at so many a second. */
function theory(ratePerS: number) {
  const spare = Math.max(CAPACITY_PER_S - ratePerS, 0.4);
  const meanUs = 1e6 / spare;
  const slow = Math.exp((-spare * LIMIT_US) / 1e6);
  const throughputPerS = Math.min(ratePerS, CAPACITY_PER_S);
  const inFlightMean = (throughputPerS * meanUs) / 1e6;
  return { meanUs, slow, throughputPerS, inFlightMean, growing: ratePerS > CAPACITY_PER_S };
}

function trialAt(index: number, ratePerS: number, changes: Partial<Trial> = {}): Trial {
  const { meanUs, slow, throughputPerS, inFlightMean, growing } = theory(ratePerS);
  const planned = Math.round(ratePerS * 20);
  const bad = Math.round(planned * slow);
  const outcome: TrialOutcome = growing || slow > 0.01 ? 'broke' : 'held';
  const says = growing
    ? `the queue grew by ${(ratePerS - CAPACITY_PER_S).toFixed(1)}/s`
    : `\`p99 < 300ms\`: p99 was ${((meanUs * Math.log(100)) / 1e3).toFixed(0)} ms`;
  return {
    index,
    ratePerS,
    durationUs: TRIAL_US,
    settleUs: 5e6,
    purpose: index < 3 ? 'bracket' : 'bisect',
    seed: 42 + index,
    plannedPerS: planned / 20,
    orders: {
      planned,
      fired: planned,
      dropped: 0,
      unreached: 0,
      sent: planned,
      accepted: planned,
      rejected: 0,
      failed: 0,
      unknown: 0,
    },
    good: planned - bad,
    goodputPerS: Math.max(0, throughputPerS * (1 - slow)),
    throughputPerS,
    response: {
      count: planned,
      meanUs,
      p50Us: meanUs * Math.log(2),
      p90Us: meanUs * Math.log(10),
      p99Us: meanUs * Math.log(100),
      p999Us: meanUs * Math.log(1000),
      maxUs: meanUs * Math.log(planned),
    },
    inFlightMean,
    lossShare: slow,
    backlog: growing ? 'growing' : 'stable',
    proportions: [
      {
        text: 'loss',
        bad,
        of: planned,
        allowed: 0.011,
        clumping: 1.4,
        interval: [slow * 0.8, Math.min(1, slow * 1.2 + 0.001)],
      },
    ],
    verdict: outcome === 'held' ? 'pass' : 'fail',
    slo: [],
    outcome,
    why: [{ code: growing ? 'backlog' : 'slo', message: says }],
    spentUs: 27e6,
    ...changes,
  };
}

function loadOf(trial: Trial): Load {
  const { ratePerS, index, outcome, durationUs, goodputPerS, throughputPerS, inFlightMean, response, lossShare } =
    trial;
  const gone = outcome === 'discarded';
  return {
    ratePerS,
    trials: [index],
    outcome,
    durationUs: gone ? 0 : durationUs,
    brokeShare: outcome === 'broke' ? 1 : 0,
    goodputPerS: gone ? (null as never) : goodputPerS,
    throughputPerS: gone ? (null as never) : throughputPerS,
    inFlightMean: gone ? (null as never) : inFlightMean,
    meanUs: gone ? (null as never) : response!.meanUs,
    p99Us: gone ? (null as never) : response!.p99Us,
    lossShare: gone ? (null as never) : lossShare,
    lossInterval: gone ? [0, 1] : [lossShare * 0.8, Math.min(1, lossShare * 1.2 + 0.001)],
    backlog: gone ? 'cannot-tell' : trial.backlog,
    says: `${outcome}: ${trial.why[0]!.message}`,
  };
}

const RATES = [30.6, 61.2, 122, 91.8, 107, 99.4, 110, 108.5];

/** `headroom >= 1.5x` holds; the shop breaks by its p99. */
export function foundCapacity(changes: Partial<Capacity> = {}): CapacityRecord {
  const trials = [
    ...RATES.map((ratePerS, index) => trialAt(index, ratePerS)),
    trialAt(8, 244, {
      outcome: 'discarded',
      verdict: 'invalid',
      response: undefined,
      why: [{ code: 'invalid', message: 'lateness: p99 70 ms (limit: p99 ≤ 6 ms)' }],
    }),
    trialAt(9, 107, { purpose: 'confirm', durationUs: 60e6 }),
  ];
  const loads = [...new Set(trials.map(({ ratePerS }) => ratePerS))]
    .sort((a, b) => a - b)
    .map((rate) => {
      const own = trials.filter(({ ratePerS }) => ratePerS === rate);
      return {
        ...loadOf(own[0]!),
        trials: own.map(({ index }) => index),
        durationUs: own[0]!.outcome === 'discarded' ? 0 : own.length * TRIAL_US,
      };
    });
  const held = Math.max(...loads.filter(({ outcome }) => outcome === 'held').map(({ ratePerS }) => ratePerS));
  const broke = Math.min(...loads.filter(({ outcome }) => outcome === 'broke').map(({ ratePerS }) => ratePerS));
  const over = (perS: number) => ({ low: held / perS, high: broke / perS });
  const place = { file: 'profiles/mi-fan-fest.yaml', line: 31, column: 7 };
  const measured = over(TARGET.peakPerS);
  return recordFor({
    bracket: { held, broke },
    relativeWidth: (broke - held) / broke,
    limitedBy: 'shop',
    confirmed: true,
    whatBroke: trials.find(({ ratePerS }) => ratePerS === broke)!.why,
    target: TARGET,
    headroom: { overMean: over(TARGET.meanPerS), overPeak: measured },
    says: `The shop holds ${held}/s, 1.7x to 1.8x the peak, and breaks at ${broke}/s: \`p99 < 300ms\` was broken.`,
    notes: [
      '1 trial discarded; from 244/s on nothing was learnt',
      '`oversold == 0` was not asked: books do not hang on the rate',
    ],
    asked: {
      lines: [{ text: 'p99 < 300ms', from: { text: 'p99 < 300ms in every 1m', place } }],
      setAside: [{ text: 'oversold == 0', why: 'books do not hang on the rate' }],
      limitUs: LIMIT_US,
      allowedLoss: 0.011,
    },
    trials,
    loads,
    usl: {
      lambda: 62,
      sigma: 0.49,
      kappa: 0.0004,
      peak: undefined,
      r2: 0.994,
      worstError: 0.031,
      loads: 7,
      fitted: [0.3, 6.5],
      untilN: 13,
      says: 'no highest throughput within that: at 13 in flight it would be 117/s',
    },
    uslMissing: undefined,
    knee: { ratePerS: 61.2, between: [30.6, 91.8], meanUs: 15_700, says: 'the knee is between 30.6/s and 91.8/s' },
    kneeMissing: undefined,
    probe: {
      closedLoopPerS: 131.4,
      connections: 256,
      durationUs: 5e6,
      answers: { '2xx': 657 },
      says: 'closed loop, by autocannon: 131/s came through at most, with 256 at once',
    },
    gate: [
      {
        text: 'headroom >= 1.5x',
        place,
        status: 'pass',
        over: 'peak',
        limit: 1.5,
        measured,
        says: 'all of it is enough',
      },
    ],
    verdict: 'pass',
    exitCode: 0,
    reasons: [],
    budget: { us: 600e6, spentUs: 290e6, orders: 100_000, spentOrders: 21_000 },
    ...changes,
  });
}

/** Nothing broke: the generator gave out first, and nothing was asked of the answer. */
export const limitedByGenerator = (): CapacityRecord => {
  const { capacity } = foundCapacity();
  const loads = capacity.loads.filter(({ outcome }) => outcome !== 'broke');
  return foundCapacity({
    bracket: { held: 107, broke: undefined },
    relativeWidth: undefined,
    limitedBy: 'generator',
    confirmed: false,
    whatBroke: [],
    headroom: { overMean: { low: 2.2, high: undefined }, overPeak: { low: 1.75, high: undefined } },
    says: 'The shop holds at least 107/s (not confirmed by a longer hold), at least 1.75x the peak; limited by the generator.',
    loads,
    trials: capacity.trials.filter(({ outcome }) => outcome !== 'broke'),
    usl: undefined,
    uslMissing: 'it takes 6 loads with a stable backlog, and there are 5',
    knee: undefined,
    kneeMissing: 'goodput rises faster than times up to the highest load: the knee is above 107/s',
    probe: undefined,
    gate: [],
    verdict: undefined,
  });
};

/** Interrupted before the first trial was over. */
export const nothingKnown = (): CapacityRecord => ({
  ...foundCapacity({
    bracket: { held: undefined, broke: undefined },
    relativeWidth: undefined,
    limitedBy: 'interrupted',
    confirmed: false,
    whatBroke: [],
    headroom: { overMean: { low: undefined, high: undefined }, overPeak: { low: undefined, high: undefined } },
    says: 'Nothing is known: no trial was made; the search was interrupted.',
    notes: [],
    loads: [],
    trials: [],
    usl: undefined,
    uslMissing: 'it takes 6 loads with a stable backlog, and there are 0',
    knee: undefined,
    kneeMissing: 'it takes 4 loads to tell, and there are 0',
    probe: undefined,
    gate: [],
    verdict: 'inconclusive',
    exitCode: 5,
    budget: { us: 600e6, spentUs: 3e6, orders: undefined, spentOrders: 0 },
  }),
  interrupted: 'SIGINT',
});

function recordFor(capacity: Capacity): CapacityRecord {
  const { plan, run, environment } = recordOf([], { durationUs: 5e6 });
  return {
    plan,
    capacity,
    run: { ...run, command: 'doorbuster capacity profiles/mi-fan-fest.yaml --target demo' },
    environment,
    probeSays: capacity.probe?.says ?? 'no closed-loop probe: an order of this profile is more than one plain exchange',
    ordersBeside: 700,
  };
}
