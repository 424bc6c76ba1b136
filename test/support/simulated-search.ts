// A whole search for a simulated shop's capacity through the real judge: what the command does, without a network or a clock.

import { askedOf } from '../../src/judge/capacity/asked.ts';
import { Search } from '../../src/judge/capacity/search.ts';
import type { Capacity, SearchOptions, Trial, TrialRequest } from '../../src/judge/capacity/spec.ts';
import { trialOf } from '../../src/judge/capacity/trial.ts';
import { judge } from '../../src/judge/verdict.ts';
import { evidenceOfRun, ordersOf, type SimulatedShop } from './simulated-shop.ts';

export function searchOptions(changes: Partial<SearchOptions> & { slo?: string[] } = {}): SearchOptions {
  const { slo = ['p99 < 300ms'], ...rest } = changes;
  return {
    target: { meanPerS: 20, peakPerS: 20 },
    budget: { us: 600e6 },
    trialUs: 15e6,
    holdUs: 60e6,
    settleUs: 3e6,
    seed: 1,
    asked: askedOf(
      slo.map((text) => ({ text, place: undefined })),
      [],
    ),
    gate: [],
    ...rest,
  };
}

export function simulatedTrial(
  shop: SimulatedShop,
  request: TrialRequest,
  { asked }: Pick<SearchOptions, 'asked'>,
): Trial {
  const seconds = (request.settleUs + request.durationUs) / 1e6;
  const orders = ordersOf(shop, request.ratePerS, { seconds, seed: request.seed });
  const evidence = evidenceOfRun(
    orders,
    seconds,
    asked.lines.map(({ text }) => text),
  );
  const lastUs = orders.reduce((last, order) => Math.max(last, order.doneUs ?? 0), seconds * 1e6);
  return trialOf(request, { evidence, judgement: judge(evidence), asked, spentUs: lastUs + 0.5e6 });
}

export function searched(shop: SimulatedShop, options: SearchOptions): Capacity {
  const search = new Search(options);
  for (let request = search.next(); request !== undefined; request = search.next()) {
    if (request.index > 200) throw new Error('the search does not end');
    search.take(simulatedTrial(shop, request, options));
  }
  return search.answer();
}
