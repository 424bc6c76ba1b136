import { describe, expect, it } from 'vitest';
import { loadsOf } from '../../../src/judge/capacity/loads.ts';
import { confirmed, endOf } from '../../../src/judge/capacity/next.ts';
import { Search } from '../../../src/judge/capacity/search.ts';
import { sidesOf } from '../../../src/judge/capacity/sides.ts';
import type { TrialRequest } from '../../../src/judge/capacity/spec.ts';
import { revisited } from '../../../src/judge/capacity/spoilt.ts';
import { searchOptions } from '../../support/simulated-search.ts';
import { discarded, pretend, rates, sharp, TARGET, trialWith } from './pretended.ts';

describe('discarded trials', () => {
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
    const short = pretend((request) => discarded(request, 'invalid'), { ...TARGET, budget: { us: 100e6 } });
    expect(short.limitedBy).toBe('disturbed');
    expect(short.says).toMatch(/^Nothing is known: all \d trials .*; trials that would have told more were INVALID/);
    const none = pretend((request) => discarded(request, 'invalid'), { ...TARGET, budget: { us: 1e6 } });
    expect(none).toMatchObject({ trials: [], limitedBy: 'budget' });
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
});
