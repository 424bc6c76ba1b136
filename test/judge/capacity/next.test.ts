import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Weighed } from '../../../src/judge/capacity/loads.ts';
import { bestOf } from '../../../src/judge/capacity/next.ts';
import { Search } from '../../../src/judge/capacity/search.ts';
import { cleanOf } from '../../../src/judge/capacity/sharpen.ts';
import type { Trial, TrialRequest } from '../../../src/judge/capacity/spec.ts';
import { searchOptions } from '../../support/simulated-search.ts';
import { discarded, pretend, rates, sharp, TARGET, trialWith } from './pretended.ts';

describe('the way of a search', () => {
  it('doubles from half the peak, bisects by the geometric middle and confirms what held', () => {
    const { trials, bracket, confirmed, limitedBy, notes } = pretend(sharp(330), TARGET);
    expect(rates(trials).slice(0, 5)).toEqual([50, 100, 200, 400, 283]);
    expect(trials.map(({ purpose }) => purpose)).toEqual([
      ...Array(4).fill('bracket'),
      ...Array(4).fill('bisect'),
      'confirm',
    ]);
    expect(trials.at(-1)).toMatchObject({ durationUs: 60e6, ratePerS: bracket.held });
    expect(notes).toEqual([
      expect.stringMatching(/^322\/s was held for 1 m at the longest: .* in hours a little less/),
    ]);
    expect({ confirmed, limitedBy }).toEqual({ confirmed: true, limitedBy: 'shop' });
  });

  it('brackets any sharp knee to 5 %, from wherever it starts', () => {
    const knees = fc.double({ min: 60, max: 4000, noNaN: true });
    const peaks = fc.double({ min: 60, max: 3000, noNaN: true });
    fc.assert(
      fc.property(knees, peaks, (knee, peakPerS) => {
        const { bracket, relativeWidth, confirmed } = pretend(sharp(knee), {
          target: { meanPerS: peakPerS / 2, peakPerS },
          budget: { us: 3600e6 },
        });
        expect(bracket.held).toBeLessThanOrEqual(knee);
        expect(bracket.broke).toBeGreaterThan(knee);
        expect(relativeWidth).toBeLessThanOrEqual(0.05);
        expect(confirmed).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('starts at half the closed-loop ceiling when that is lower, and pauses at the ceiling', () => {
    const probe = { closedLoopPerS: 80, connections: 10, durationUs: 5e6, says: '' };
    expect(rates(pretend(sharp(1000), { ...TARGET, probe }).trials).slice(0, 4)).toEqual([40, 80, 160, 320]);
    const higher = { ...probe, closedLoopPerS: 150 };
    expect(rates(pretend(sharp(1000), { ...TARGET, probe: higher }).trials).slice(0, 4)).toEqual([50, 100, 150, 300]);
  });

  it('halves while the lowest load breaks, and then says below', () => {
    const answer = pretend(sharp(0), { ...TARGET, budget: { us: 3600e6 } });
    expect(rates(answer.trials).slice(0, 3)).toEqual([50, 25, 13]);
    expect(answer.bracket.held).toBeUndefined();
    expect(answer.bracket.broke).toBeLessThan(2);
    expect(answer.says).toMatch(/^The shop holds less than .* no load held/);
  });

  it('goes on below when the confirming hold breaks', () => {
    const short = (request: TrialRequest) =>
      trialWith(request, request.ratePerS > (request.durationUs > 20e6 ? 280 : 330) ? 0.5 : 0);
    const { bracket, confirmed, trials } = pretend(short, TARGET);
    expect(trials.filter(({ purpose }) => purpose === 'confirm').length).toBeGreaterThan(1);
    expect(bracket.held).toBeLessThanOrEqual(280);
    expect(confirmed).toBe(true);
  });

  it('holds a load longer that is too close to tell', () => {
    const soft = (request: TrialRequest) => trialWith(request, Math.min(0.5, 0.01 * (request.ratePerS / 300) ** 12));
    const { bracket, trials, loads } = pretend(soft, TARGET);
    const repeats = trials.filter(({ purpose }) => purpose === 'repeat');
    expect(repeats.length).toBeGreaterThan(0);
    for (const { durationUs } of repeats) expect(durationUs).toBeGreaterThanOrEqual(60e6);
    expect(bracket.held).toBeLessThan(300);
    expect(bracket.broke).toBeGreaterThan(300);
    const ends = loads.filter(({ ratePerS }) => ratePerS === bracket.held || ratePerS === bracket.broke);
    expect(ends.map(({ outcome }) => outcome)).toEqual(['held', 'broke']);
  });

  it('asks the same of the same trials', () => {
    const soft = (request: TrialRequest) => trialWith(request, Math.min(0.5, 0.01 * (request.ratePerS / 300) ** 12));
    expect(pretend(soft, TARGET)).toEqual(pretend(soft, TARGET));
    const seeds = pretend(soft, { ...TARGET, seed: 2 ** 32 - 1 }).trials.map(({ seed }) => seed);
    expect(seeds.slice(0, 3)).toEqual([2 ** 32 - 1, 0, 1]);
  });

  it('makes a trial longer where few orders come', () => {
    const { trials } = pretend(sharp(2), { target: { meanPerS: 4, peakPerS: 4 } });
    expect(trials[0]).toMatchObject({ ratePerS: 2, durationUs: 50e6 });
  });
});

describe('where so few orders come that no usual hold tells a load', () => {
  // 1 % may go bad, which takes 368 orders: three minutes at 2/s.
  const small = (us: number) => pretend(sharp(2.2), { target: { meanPerS: 1, peakPerS: 2 }, budget: { us } });

  it('one at which nothing goes bad is held until there are enough, and none further down is tried', () => {
    const { bracket, trials, confirmed } = small(600e6);
    expect(bracket.held).toBe(2);
    expect(bracket.broke).toBeLessThan(2.4);
    expect(confirmed).toBe(true);
    expect(Math.min(...trials.map(({ ratePerS }) => ratePerS))).toBe(1);
    const orders = trials.reduce((sum, { ratePerS, orders }) => sum + (ratePerS === 2 ? orders.planned : 0), 0);
    expect(orders).toBeGreaterThanOrEqual(368);
    expect(orders).toBeLessThan(450);
  });

  it('rather one well below the split than the nearest, and no lower one than that', () => {
    const { trials } = pretend(sharp(2.2), { target: { meanPerS: 1, peakPerS: 1 }, budget: { us: 1800e6 } });
    expect(rates(trials).slice(0, 3)).toEqual([1, 1, 2]);
    expect(trials.find(({ purpose }) => purpose === 'repeat')).toMatchObject({ ratePerS: 1 });
  });

  it('but none at which something went bad', () => {
    const { trials } = small(600e6);
    const load = { outcome: 'undecided', strength: 1, ratePerS: 2 } as Weighed;
    const clean = (lossShare: number) => cleanOf([{ ...load, lossShare }], { options: searchOptions(), trials }).length;
    expect([clean(0), clean(0.004)]).toEqual([1, 0]);
  });

  it('and where the budget is too short, it is said how long it takes', () => {
    const { bracket, notes } = small(300e6);
    expect(bracket.held).toBeUndefined();
    expect(notes.join()).toMatch(
      /nothing went bad at 2\/s, but `loss` takes 368 orders to be told .* which are 3 m 4 s of that load/,
    );
  });
});

describe('the length of a trial', () => {
  it('is that of a plateau where only a growing queue tells too much from enough', () => {
    const asked = { lines: [], setAside: [], limitUs: undefined, allowedLoss: 0.005 };
    const { trials } = pretend(sharp(330), { ...TARGET, asked });
    expect(Math.min(...trials.map(({ durationUs }) => durationUs))).toBe(30e6);
    expect(pretend(sharp(330), TARGET).trials[0]!.durationUs).toBe(15e6);
  });
});

describe('the load that the answer rests on', () => {
  const load = (ratePerS: number, strength: number, outcome: Weighed['outcome'] = 'undecided') =>
    ({ ratePerS, strength, outcome, durationUs: 15e6 }) as Weighed;
  const best = (...below: Weighed[]) => bestOf({ below, above: [], capPerS: 999 }, searchOptions())?.ratePerS;

  it('is the highest that held; else one that a hold of 60 s decides; else the surest', () => {
    expect(best(load(50, 4, 'held'), load(70, 3, 'held'), load(90, 1.5))).toBe(70);
    // Five times as much of it is √5 as strong.
    expect(best(load(50, 3), load(70, 1.1), load(90, 0.5))).toBe(70);
    expect(best(load(50, 0.4), load(70, 0.6), load(90, 0.2))).toBe(70);
    expect(best()).toBeUndefined();
  });
});

describe('what stands in the way', () => {
  it('no trial goes above the cap, and a shop that holds it is answered so', () => {
    const { trials, limitedBy, bracket } = pretend(sharp(9999), { ...TARGET, mostPerS: 333 });
    expect(Math.max(...rates(trials))).toBe(333);
    expect({ limitedBy, held: bracket.held }).toEqual({ limitedBy: 'cap', held: 333 });
  });

  it('time: nothing is asked beyond the budget, and a hold to confirm was kept of it', () => {
    const search = new Search(searchOptions({ ...TARGET, budget: { us: 200e6 } }));
    let spentUs = 0;
    for (let request = search.next(); request; request = search.next()) {
      const trial = sharp(330)(request);
      spentUs += trial.spentUs;
      search.take(trial);
    }
    const answer = search.answer();
    expect(spentUs).toBeLessThanOrEqual(200e6);
    expect(answer.trials.at(-1)).toMatchObject({ purpose: 'confirm', outcome: 'held' });
    expect(answer).toMatchObject({ confirmed: true, limitedBy: 'budget', budget: { us: 200e6, spentUs } });
    expect(answer.bracket).toMatchObject({ held: expect.any(Number), broke: expect.any(Number) });
    expect(answer.says).toContain('the budget ended before the bracket was as narrow as asked');
  });

  it('time: what a trial takes beside itself counts as well', () => {
    const slow = (request: TrialRequest) => {
      const trial = sharp(330)(request);
      return { ...trial, spentUs: trial.spentUs + 40e6 };
    };
    const answer = pretend(slow, { ...TARGET, budget: { us: 430e6 } });
    expect(answer.budget.spentUs).toBeLessThanOrEqual(430e6);
    expect(answer.trials.at(-1)!.purpose).toBe('confirm');
  });

  it('orders: as well, the probe included', () => {
    const answer = (before: number) => {
      const search = new Search(searchOptions({ ...TARGET, budget: { us: 600e6, orders: 20_000 } }), {
        us: 0,
        orders: before,
      });
      for (let request = search.next(); request; request = search.next()) search.take(sharp(330)(request));
      return search.answer();
    };
    expect(answer(0).budget.spentOrders).toBeLessThanOrEqual(20_000);
    expect(answer(15_000).trials.length).toBeLessThan(answer(0).trials.length);
    expect(answer(19_990)).toMatchObject({ trials: [], limitedBy: 'budget', verdict: 'inconclusive' });
  });
});

describe('noise', () => {
  it('a low load that broke once is held again, and outvoted when it holds', () => {
    const unlucky = (request: TrialRequest) => (request.index === 1 ? trialWith(request, 0.018) : sharp(330)(request));
    const { bracket, loads } = pretend(unlucky, TARGET);
    expect(bracket.held).toBeGreaterThan(310);
    expect(loads.find(({ ratePerS }) => ratePerS === 100)!.outcome).not.toBe('broke');
  });

  const request = (index: number, ratePerS: number, durationUs = 60e6): TrialRequest => ({
    index,
    ratePerS,
    durationUs,
    settleUs: 0,
    purpose: 'bracket',
    seed: 1,
  });
  const answerOf = (...trials: Trial[]) => {
    const search = new Search(searchOptions(TARGET));
    for (const trial of trials) search.take(trial);
    return { asksFor: search.next(), ...search.answer(true) };
  };

  it('a low load that broke for long is believed against one higher that held for a moment, and both are told', () => {
    const long = trialWith(request(1, 100), 0.3);
    const answer = answerOf(
      trialWith(request(0, 50), 0),
      long,
      { ...long, index: 2 },
      trialWith(request(3, 200, 15e6), 0.001),
    );
    expect(answer.bracket).toEqual({ held: 50, broke: 100 });
    expect(answer.asksFor).toMatchObject({ ratePerS: 200, durationUs: 60e6, purpose: 'repeat' });
    expect(answer.notes).toContain('200/s held although a lower load broke, so it is taken for good luck');
    const spoilt = [4, 5, 6].map((index) => discarded(request(index, 200), 'invalid'));
    const { asksFor } = answerOf(
      ...[trialWith(request(0, 50), 0), long, { ...long, index: 2 }, trialWith(request(3, 200, 15e6), 0.001)],
      ...spoilt,
    );
    expect(asksFor?.ratePerS).not.toBe(200);
  });

  it('a low load that barely broke is taken for bad luck beside two higher ones that held', () => {
    const bad = trialWith(request(1, 100, 15e6), 0.018);
    expect(bad.outcome).toBe('broke');
    const answer = answerOf(bad, trialWith(request(2, 200), 0), trialWith(request(3, 300), 0));
    expect(answer.bracket).toEqual({ held: 300, broke: undefined });
    expect(answer.notes.join()).toContain('higher loads held, so it is taken for bad luck');
  });
});
