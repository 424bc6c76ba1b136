import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadsOf, type Weighed } from '../../../src/judge/capacity/loads.ts';
import { bestOf, confirmed, endOf } from '../../../src/judge/capacity/next.ts';
import { Search } from '../../../src/judge/capacity/search.ts';
import { cleanOf } from '../../../src/judge/capacity/sharpen.ts';
import { sidesOf } from '../../../src/judge/capacity/sides.ts';
import type { Trial, TrialRequest } from '../../../src/judge/capacity/spec.ts';
import { revisited } from '../../../src/judge/capacity/spoilt.ts';
import { searchOptions } from '../../support/simulated-search.ts';
import { discarded, pretend, sharp, trialWith } from './pretended.ts';

const TARGET = { target: { meanPerS: 50, peakPerS: 100 } };
const rates = (trials: readonly Trial[]) => trials.map(({ ratePerS }) => Math.round(ratePerS));

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
  const made = (index: number, ratePerS: number): TrialRequest => ({
    ...{ index, ratePerS, durationUs: 60e6, settleUs: 0, purpose: 'bracket', seed: 1 },
  });

  const unfit = (fromPerS: number) => (request: TrialRequest) =>
    request.ratePerS >= fromPerS ? discarded(request, 'invalid') : trialWith(request, 0);

  it('the generator: a discarded trial is made twice, caps the search, and is never a knee', () => {
    const { trials, bracket, limitedBy, says, confirmed, notes } = pretend(unfit(330), TARGET);
    expect(notes.join()).not.toContain('could not be measured');
    const discards = trials.filter(({ outcome }) => outcome === 'discarded');
    expect(rates(discards).slice(0, 2)).toEqual([400, 400]);
    expect(bracket).toEqual({ held: expect.closeTo(325, -1), broke: undefined });
    expect({ limitedBy, confirmed }).toEqual({ limitedBy: 'generator', confirmed: true });
    expect(says).toMatch(
      /^The shop holds at least 3\d\d\/s, at least 3.\d+x the peak; limited by the generator: .* connections were too few\.$/,
    );
  });

  it('names the budget, and not the generator, where loads between were not tried before it ended', () => {
    const { limitedBy, bracket, says } = pretend(unfit(330), { ...TARGET, budget: { us: 200e6 } });
    expect(bracket.broke).toBeUndefined();
    expect(bracket.held).toBeLessThan(330 * 0.95);
    expect(limitedBy).toBe('budget');
    expect(says).toMatch(
      /^The shop holds at least .*the budget ended .*, and from 400\/s on the trials were discarded/,
    );
  });

  it('and the generator where none are left between, though the budget ended before they were all tried again', () => {
    const { limitedBy, trials, confirmed } = pretend(unfit(330), { ...TARGET, budget: { us: 300e6 } });
    expect({ limitedBy, confirmed }).toEqual({ limitedBy: 'generator', confirmed: true });
    expect(trials.length).toBeLessThan(pretend(unfit(330), TARGET).trials.length);
  });

  it('a load that two discarded trials capped is tried again as soon as a lower one told something', () => {
    const answer = pretend(
      (request) => (request.index === 2 || request.index === 3 ? discarded(request, 'invalid') : sharp(330)(request)),
      TARGET,
    );
    expect(rates(answer.trials).slice(0, 7)).toEqual([50, 100, 200, 200, 141, 200, 400]);
    // But once: where the generator cannot, the time goes below.
    expect(rates(pretend(unfit(330), TARGET).trials).slice(3)).toEqual([
      ...[400, 400, 283, 400, 336, 336, 308, 322, 322, 336, 400],
    ]);
  });

  it('a load at which the generator gave out is its limit only where it sent no more at another time', () => {
    const answer = pretend(
      (request) => (Math.round(request.ratePerS) === 308 ? discarded(request, 'invalid') : sharp(330)(request)),
      TARGET,
    );
    expect(answer.bracket).toMatchObject({ held: expect.closeTo(295, -1), broke: expect.closeTo(336, -1) });
    expect(answer.limitedBy).toBe('disturbed');
    expect(answer.says).toContain('were INVALID, maybe of a disturbance of this machine');
    expect(answer.notes).toContain('5 trials discarded; at 308/s nothing was learnt');
  });

  it('of those that would tell more the one tried least is tried again, and of those the highest', () => {
    const spoilt = (rates: number[]) => {
      const trials = rates.map((perS, index) =>
        perS === 100
          ? trialWith(made(index, perS), 0)
          : perS === 160
            ? trialWith(made(index, perS), 0.5)
            : discarded(made(index, perS), 'invalid'),
      );
      const seen = { options: searchOptions(TARGET), trials, loads: loadsOf(trials) };
      const step = revisited(seen, sidesOf(seen.loads));
      return step && 'wish' in step ? step.wish.ratePerS : undefined;
    };
    // Below what held and above what broke nothing more is learnt.
    expect(spoilt([90, 90, 100, 120, 120, 150, 150, 170, 170, 160])).toBe(150);
    expect(spoilt([100, 120, 120, 150, 150, 150, 160])).toBe(120);
    expect(spoilt([90, 90, 100, 170, 170, 160])).toBeUndefined();
  });

  it.each([
    // Of ten trials at loads that can be sent so many were spoilt, of those above all two.
    [2, 'invalid', 'generator'],
    [3, 'invalid', 'disturbed'],
    // What is no chance is told whatever the others were.
    [3, 'connections', 'generator'],
    [3, 'sold-out', 'stock'],
  ])('and where not many of the others were spoilt as well: %s of 10, above it %s', (spoilt, code, limitedBy) => {
    const trials = Array.from({ length: 10 }, (_, index) =>
      index < spoilt ? discarded(made(index, 50 + index), 'invalid') : trialWith(made(index, 50 + index), 0),
    );
    trials.push(discarded(made(10, 61), code), discarded(made(11, 61), code));
    const seen = { options: searchOptions(TARGET), trials, loads: loadsOf(trials) };
    expect(endOf(seen, sidesOf(seen.loads))).toBe(limitedBy);
  });

  it('loads that a few bad minutes of the machine spoilt are tried again when all else is done, the highest first', () => {
    const minutes = (request: TrialRequest) =>
      request.index >= 2 && request.index < 10 ? discarded(request, 'invalid') : sharp(330)(request);
    const { limitedBy, bracket } = pretend(minutes, TARGET);
    expect(limitedBy).toBe('shop');
    expect(bracket.held).toBeGreaterThan(310);
  });

  it('but three times in all', () => {
    const spoiltFrom = (perS: number) => {
      const { loads } = pretend(unfit(perS), { ...TARGET, budget: { us: 3600e6 } });
      return loads.filter(({ outcome }) => outcome === 'discarded').map((load) => load.trials.length);
    };
    expect(spoiltFrom(205).toSorted()).toEqual([2, 2, 3, 3, 3]);
    expect(spoiltFrom(390).toSorted()).toEqual([5]);
  });

  const isHold = ({ durationUs }: TrialRequest): boolean => durationUs >= 60e6;

  it('a hold to confirm that is discarded every time is given up, and that is said', () => {
    const { trials, confirmed, limitedBy, notes } = pretend(
      (request) => (isHold(request) ? discarded(request, 'invalid') : sharp(330)(request)),
      { ...TARGET, budget: { us: 3600e6 } },
    );
    expect(trials.filter(isHold).map(({ purpose }) => purpose)).toEqual(['confirm', 'confirm', 'confirm']);
    expect({ confirmed, limitedBy }).toEqual({ confirmed: false, limitedBy: 'shop' });
    expect(notes).toContain(
      '322/s could not be measured for longer: each hold was discarded, the last one by because of invalid',
    );
  });

  it('but not when what was discarded before told something since', () => {
    let holds = 0;
    const { confirmed, notes } = pretend(
      (request) => (isHold(request) && ++holds < 3 ? discarded(request, 'invalid') : sharp(330)(request)),
      TARGET,
    );
    expect(confirmed).toBe(true);
    expect(notes).toContain('2 trials discarded');
  });

  it('nor is any load held again and again that only the holds are discarded of', () => {
    const soft = (request: TrialRequest) => trialWith(request, Math.min(0.5, 0.01 * (request.ratePerS / 300) ** 12));
    const { trials, limitedBy } = pretend(
      (request) => (isHold(request) ? discarded(request, 'invalid') : soft(request)),
      { ...TARGET, budget: { us: 36_000e6 } },
    );
    const byLoad = Map.groupBy(trials.filter(isHold), ({ ratePerS }) => ratePerS);
    expect([...byLoad.values()].map(({ length }) => length)).toEqual([3, 3, 3]);
    expect(limitedBy).toBe('disturbed');
  });

  it('nor one at which nothing goes bad, and which takes long to tell', () => {
    const { trials } = pretend(
      (request) => (request.purpose === 'repeat' ? discarded(request, 'invalid') : sharp(2.2)(request)),
      { target: { meanPerS: 1, peakPerS: 2 }, budget: { us: 36_000e6 } },
    );
    const repeats = Map.groupBy(
      trials.filter(({ purpose }) => purpose === 'repeat'),
      ({ ratePerS }) => ratePerS,
    );
    expect(Math.max(...[...repeats.values()].map(({ length }) => length))).toBe(3);
  });

  it('and a hold that was discarded is no hold: one is asked for again where the load is undecided', () => {
    const trials = [
      trialWith(made(0, 100), 0.0085),
      discarded(made(1, 100), 'invalid'),
      trialWith(made(2, 160), 0.5),
    ].map((trial) => (trial.index === 0 ? { ...trial, durationUs: 15e6 } : trial));
    const seen = { options: searchOptions(TARGET), trials, loads: loadsOf(trials) };
    expect(seen.loads[0]!.outcome).toBe('undecided');
    expect(confirmed(seen, sidesOf(seen.loads))).toMatchObject({ wish: { ratePerS: 100, purpose: 'confirm' } });
  });

  it('a load that was given up is why the bracket is wide only where it lies between', () => {
    const endWith = (givenUp: number) => {
      const trials = [
        ...[100, 160].map((perS, index) => trialWith(made(index, perS), perS > 150 ? 0.5 : 0)),
        ...[2, 3, 4, 5].map((index) =>
          index === 2 ? trialWith(made(2, givenUp), 0.0095) : discarded(made(index, givenUp), 'invalid'),
        ),
      ];
      const seen = { options: searchOptions(TARGET), trials, loads: loadsOf(trials) };
      return endOf(seen, sidesOf(seen.loads));
    };
    expect([endWith(130), endWith(50)]).toEqual(['disturbed', 'noise']);
  });

  it('of discarded trials above what broke nothing is missing', () => {
    const search = new Search(searchOptions(TARGET));
    search.take(trialWith(made(0, 100), 0));
    for (const index of [1, 2]) search.take(discarded(made(index, 400), 'invalid'));
    search.take(trialWith(made(3, 200), 0.5));
    expect(search.answer(true).notes).toContain('2 trials discarded');
  });

  it('nor does a hold that was discarded count as how long it was held', () => {
    const { notes } = pretend(
      (request) => (isHold(request) ? discarded(request, 'invalid') : sharp(330)(request)),
      TARGET,
    );
    expect(notes.join()).toContain('322/s was held for 15 s at the longest');
  });

  it('a hold that sold out, or had too few connections, will again', () => {
    const { trials } = pretend((request) => (isHold(request) ? discarded(request, 'sold-out') : sharp(330)(request)), {
      ...TARGET,
      budget: { us: 3600e6 },
    });
    expect(trials.filter(isHold)).toHaveLength(1);
  });

  it('no load is tried over and over that is discarded every time', () => {
    const flat = (request: TrialRequest) =>
      request.ratePerS < 49 ? discarded(request, 'invalid') : trialWith(request, request.ratePerS > 200 ? 0.5 : 0.0095);
    const { loads } = pretend(flat, { ...TARGET, budget: { us: 3600e6 } });
    const spoilt = loads.filter(({ outcome }) => outcome === 'discarded').map((load) => load.trials.length);
    expect(spoilt.length).toBeGreaterThan(0);
    expect(Math.max(...spoilt)).toBeLessThanOrEqual(5);
  });

  it('one discarded trial by bad luck does not', () => {
    const { limitedBy, bracket } = pretend(
      (request) => (request.index === 2 ? discarded(request, 'invalid') : sharp(330)(request)),
      TARGET,
    );
    expect(limitedBy).toBe('shop');
    expect(bracket.held).toBeGreaterThan(310);
  });

  it.each([
    ['sold-out', 'stock'],
    ['connections', 'generator'],
  ] as const)('%s: not made twice', (code, limitedBy) => {
    const answer = pretend(
      (request) => (request.ratePerS >= 330 ? discarded(request, code) : trialWith(request, 0)),
      TARGET,
    );
    expect(answer.limitedBy).toBe(limitedBy);
    expect(
      new Set(answer.trials.filter(({ outcome }) => outcome === 'discarded').map(({ ratePerS }) => ratePerS)).size,
    ).toBe(answer.trials.filter(({ outcome }) => outcome === 'discarded').length);
  });

  it('every trial is discarded: nothing is known, and the answer is INVALID', () => {
    const answer = pretend((request) => discarded(request, 'invalid'), TARGET);
    expect(answer).toMatchObject({ bracket: { held: undefined, broke: undefined }, verdict: 'invalid', exitCode: 4 });
    expect(answer.limitedBy).toBe('disturbed');
    expect(answer.says).toMatch(/^Nothing is known: all \d+ trials were discarded \(because of invalid\)/);
  });

  it('a shop that turns all away is no INVALID generator', () => {
    expect(pretend((request) => discarded(request, 'sold-out'), TARGET)).toMatchObject({
      verdict: 'inconclusive',
      exitCode: 5,
    });
  });

  it('an interrupted trial ends it', () => {
    const { trials, limitedBy } = pretend(
      (request) => (request.index === 2 ? discarded(request, 'interrupted') : trialWith(request, 0)),
      TARGET,
    );
    expect(trials.length).toBe(3);
    expect(limitedBy).toBe('interrupted');
  });

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
