// Trials as plain data, without a run behind them: a shop that is nothing but a limit, for tests of the search's own sense.

import { proportion } from '../../../src/judge/capacity/proportions.ts';
import { Search } from '../../../src/judge/capacity/search.ts';
import type { Capacity, SearchOptions, Trial, TrialRequest } from '../../../src/judge/capacity/spec.ts';
import { searchOptions } from '../../support/simulated-search.ts';

/** Of most searches here. */
export const TARGET = { target: { meanPerS: 50, peakPerS: 100 } };
export const rates = (trials: readonly Trial[]) => trials.map(({ ratePerS }) => Math.round(ratePerS));

const NONE = { fired: 0, dropped: 0, unreached: 0, sent: 0, accepted: 0, rejected: 0, failed: 0, unknown: 0 };

/** A trial of which `share` of the orders went bad, where 1 % may. */
export function trialWith(request: TrialRequest, share: number, changes: Partial<Trial> = {}): Trial {
  const planned = Math.round((request.ratePerS * request.durationUs) / 1e6);
  const counted = proportion({
    text: 'loss',
    bad: Math.round(share * planned),
    of: planned,
    allowed: 0.01,
    clumping: 1,
  });
  const [low, high] = counted.interval;
  const outcome = high <= 0.01 ? 'held' : low > 0.01 ? 'broke' : 'undecided';
  const meanUs = 20_000 * (1 + 10 * share);
  return {
    ...request,
    plannedPerS: request.ratePerS,
    orders: { ...NONE, planned },
    good: planned - counted.bad,
    goodputPerS: request.ratePerS * (1 - share),
    throughputPerS: request.ratePerS,
    response: { count: planned, meanUs, p50Us: meanUs, p90Us: meanUs, p99Us: meanUs, p999Us: meanUs, maxUs: meanUs },
    inFlightMean: (request.ratePerS * meanUs) / 1e6,
    lossShare: share,
    backlog: 'stable',
    proportions: [counted],
    verdict: 'inconclusive',
    slo: [],
    outcome,
    why: [{ code: outcome, message: `${share}` }],
    spentUs: request.settleUs + request.durationUs + 1e6,
    ...changes,
  };
}

export const discarded = (request: TrialRequest, code: string): Trial =>
  trialWith(request, 0, { outcome: 'discarded', why: [{ code, message: `because of ${code}` }] });

/** Runs a search to its end. */
export function pretend(answer: (request: TrialRequest) => Trial, changes: Partial<SearchOptions> = {}): Capacity {
  const search = new Search(searchOptions(changes));
  for (let request = search.next(); request !== undefined; request = search.next()) {
    if (request.index > 300) throw new Error('the search does not end');
    search.take(answer(request));
  }
  return search.answer();
}

/** Everything is lost from some rate on, and nothing below. */
export const sharp =
  (kneePerS: number) =>
  (request: TrialRequest): Trial =>
    trialWith(request, request.ratePerS > kneePerS ? 0.5 : 0);
