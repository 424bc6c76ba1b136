import { describe, expect, it } from 'vitest';
import { loadsOf } from '../../../src/judge/capacity/loads.ts';
import { proportion } from '../../../src/judge/capacity/proportions.ts';
import type { Trial, TrialRequest } from '../../../src/judge/capacity/spec.ts';
import { discarded, trialWith } from './pretended.ts';

const request = (index: number, durationUs = 60e6, ratePerS = 100): TrialRequest => ({
  index,
  ratePerS,
  durationUs,
  settleUs: 0,
  purpose: 'bracket',
  seed: 1,
});
const growing = (index: number, durationUs: number): Trial =>
  trialWith(request(index, durationUs), 0, {
    outcome: 'broke',
    backlog: 'growing',
    why: [{ code: 'backlog', message: 'it grew' }],
  });
const only = (...trials: Trial[]) => {
  const loads = loadsOf(trials);
  expect(loads.length).toBe(1);
  return loads[0]!;
};

describe('a load', () => {
  it('whose trials broke for more than half of their time broke, whatever was lost', () => {
    expect(only(growing(0, 60e6), trialWith(request(1, 59e6), 0))).toMatchObject({
      outcome: 'broke',
      backlog: 'growing',
    });
    const half = only(growing(0, 60e6), trialWith(request(1, 60e6), 0));
    expect(half).toMatchObject({ outcome: 'held', brokeShare: 0.5, backlog: 'stable', durationUs: 120e6 });
  });

  it('is decided by what its trials add up to', () => {
    const open = trialWith(request(0, 20e6), 0.0125);
    expect(open.outcome).toBe('undecided');
    expect(only(open).outcome).toBe('undecided');
    expect(only(open, trialWith(request(1, 60e6), 0.002))).toMatchObject({ outcome: 'held', lossShare: 37 / 8000 });
    expect(only(open, trialWith(request(1, 200e6), 0.0125)).outcome).toBe('broke');
  });

  it('takes a trial in which nothing went bad for no proof that nothing comes together', () => {
    const lumpy = (index: number, bad: number, clumping: number) =>
      trialWith(request(index), 0, {
        outcome: 'undecided',
        proportions: [proportion({ text: 'loss', bad, of: 6000, allowed: 0.01, clumping })],
      });
    const load = only(lumpy(0, 30, 30), lumpy(1, 0, 1));
    expect(load.lossShare).toBe(0.0025);
    // 30 of 12,000 would be surely under 1 % in pieces of 15; they came as one of 30.
    expect(load.outcome).toBe('undecided');
  });

  it('shows the worst percentile of its trials, and the mean of their means by their orders', () => {
    const times = (count: number, meanUs: number, p99Us: number) => ({
      response: { count, meanUs, p50Us: 1, p90Us: 1, p99Us, p999Us: 1, maxUs: 1 },
    });
    const load = only(trialWith(request(0), 0, times(100, 10, 500)), trialWith(request(1), 0, times(300, 30, 100)));
    expect(load).toMatchObject({ p99Us: 500, meanUs: 25 });
  });

  it('says nothing of what was discarded', () => {
    expect(only(discarded(request(0), 'invalid'))).toMatchObject({
      outcome: 'discarded',
      goodputPerS: null,
      meanUs: null,
      p99Us: null,
      lossShare: null,
      says: 'discarded: because of invalid',
    });
    expect(only(discarded(request(0), 'invalid'), trialWith(request(1), 0))).toMatchObject({
      outcome: 'held',
      durationUs: 60e6,
    });
  });

  it('comes in the order of rates, however it was tried', () => {
    const loads = loadsOf([trialWith(request(0, 60e6, 300), 0), trialWith(request(1, 60e6, 100), 0)]);
    expect(loads.map(({ ratePerS, trials }) => [ratePerS, trials])).toEqual([
      [100, [1]],
      [300, [0]],
    ]);
  });
});
