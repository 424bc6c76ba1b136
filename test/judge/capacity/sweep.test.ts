// Ten searches each of shops of several sizes and shapes, against the knee that queueing theory or long simulation gives:
// a minute of CPU, so `npm run test:faults` runs it.

import { describe, expect, it } from 'vitest';
import { boundsOf } from '../../../src/judge/capacity/clumping.ts';
import { proportionsOf } from '../../../src/judge/capacity/proportions.ts';
import type { Capacity } from '../../../src/judge/capacity/spec.ts';
import { kneeMMc, kneeOfLongRuns, P99, slowShare, slowShareMMc, tippingRate } from '../../support/queueing.ts';
import { searched, searchOptions } from '../../support/simulated-search.ts';
import {
  evidenceOfRun,
  exponential,
  fixed,
  lognormal,
  ordersOf,
  type Serve,
  shared,
  tills,
} from '../../support/simulated-shop.ts';

const RUNS = 10;
const MOST_MS = 600_000;

/** From another start each, as profiles differ. */
function searches(serve: Serve, perS: number, budgetS = 600): Capacity[] {
  return Array.from({ length: RUNS }, (_, run) => {
    const peakPerS = (perS / 3) * (0.8 + 0.05 * run);
    const target = { meanPerS: peakPerS / 2, peakPerS };
    return searched({ serve }, searchOptions({ target, seed: 1000 * run + 17, budget: { us: budgetS * 1e6 } }));
  });
}

function told(name: string, knee: string, answers: readonly Capacity[], right: number): void {
  const widths = answers.map(({ relativeWidth }) =>
    relativeWidth === undefined ? '–' : `${Math.round(relativeWidth * 100)} %`,
  );
  const spentS = answers.reduce((sum, { budget }) => sum + budget.spentUs, 0) / answers.length / 1e6;
  console.log(
    `${name}: knee ${knee}/s, in ${right} of ${answers.length} brackets; widths ${widths.join(', ')}; ${Math.round(spentS)} s on average`,
  );
}

const contains = ({ bracket: { held, broke } }: Capacity, knee: number): boolean =>
  held !== undefined && broke !== undefined && held <= knee && knee <= broke;

describe('the bracket holds the true knee in at least 9 of 10 searches, within the budget', () => {
  const shapes = { fixed, exponential, lognormal: (meanS: number) => lognormal(meanS, 1) };
  const cases = [50, 150, 400].flatMap((perS) =>
    Object.keys(shapes).map((shape) => [perS, shape as keyof typeof shapes] as const),
  );

  it.each(cases)('of %s payments a second, times %s', { timeout: MOST_MS }, (perS, shape) => {
    const count = Math.round(perS / 25);
    const serve = tills(count, shapes[shape](count / perS));
    const knee = shape === 'exponential' ? kneeMMc(count, count / perS) : kneeOfLongRuns(serve, perS);
    // A p99 takes orders to tell: ten minutes of 50/s are few, where one in 400 is slow without any queue.
    const answers = searches(serve, perS, perS < 100 ? 1200 : 600);
    const right = answers.filter((answer) => contains(answer, knee)).length;
    told(`${perS}/s ${shape}`, knee.toFixed(1), answers, right);
    expect(right).toBeGreaterThanOrEqual(9);
    for (const { budget } of answers) expect(budget.spentUs).toBeLessThanOrEqual(budget.us * 1.02);
  });

  it('and theory agrees with simulation on where it is', () => {
    const serve = tills(6, exponential(0.04));
    for (const rate of [120, 132, 140]) {
      const seen = slowShare(serve, rate, { orders: 1_000_000, seed: 3, limitS: P99.limitS });
      expect(seen / slowShareMMc(rate, 6, 0.04, P99.limitS)).toBeCloseTo(1, 0);
    }
  });
});

describe('a shop that gets slower the more it has to do', () => {
  it.each([75, 150])(
    'of λ %s/s alone: the bracket meets the loads at which 1 to 9 of 10 one-minute holds break',
    { timeout: MOST_MS },
    (lambda) => {
      const serve = shared({ lambda, sigma: 0.2, kappa: 0.005 });
      const [few, most] = [0.1, 0.9].map((share) => tippingRate(serve, share, lambda * 4)) as [number, number];
      const answers = searches(serve, lambda * 2);
      const right = answers.filter(
        ({ bracket: { held, broke } }) => held !== undefined && broke !== undefined && held <= most && broke >= few,
      ).length;
      told(`USL ${lambda}`, `${few.toFixed(1)} to ${most.toFixed(1)}`, answers, right);
      expect(right).toBeGreaterThanOrEqual(9);
    },
  );
});

describe('a shop that never breaks', () => {
  it('is never given a knee', { timeout: MOST_MS }, () => {
    for (let seed = 1; seed <= RUNS; seed++) {
      const shop = { serve: tills(2000, exponential(0.01)), generator: { fromPerS: 400, lateUs: 20_000 } };
      const answer = searched(
        shop,
        searchOptions({ target: { meanPerS: 30, peakPerS: 50 + 4 * seed }, seed: 100 * seed }),
      );
      expect(answer.bracket.broke).toBeUndefined();
      expect(answer.limitedBy).toBe('generator');
      expect(answer.bracket.held).toBeGreaterThan(380);
    }
  });
});

describe('the bounds of a trial', () => {
  it('hold the true share of a queue in 93 of 100 runs, where orders taken one by one would in far fewer', {
    timeout: MOST_MS,
  }, () => {
    // M/M/1, 40/s of 50/s: 1 % take longer than ln(100)/10 s, dozens at a time.
    const limitUs = (Math.log(100) / 10) * 1e6;
    const asked = { lines: [], setAside: [], limitUs, allowedLoss: 0.01 };
    const covers = ([low, high]: readonly [number, number]) => low <= 0.01 && 0.01 <= high;
    const runs = 200;
    let [together, alone] = [0, 0];
    for (let seed = 1; seed <= runs; seed++) {
      const orders = ordersOf({ serve: tills(1, exponential(0.02)) }, 40, { seconds: 120, seed: seed * 77 });
      const [loss] = proportionsOf([], asked, evidenceOfRun(orders, 120, []));
      if (covers(loss!.interval)) together++;
      if (covers(boundsOf(loss!.bad, loss!.of, 1))) alone++;
    }
    console.log(`bounds hold the share in ${together} of ${runs}; without what comes together in ${alone}`);
    expect(together / runs).toBeGreaterThanOrEqual(0.93);
    expect(alone / runs).toBeLessThan(0.5);
  });
});
