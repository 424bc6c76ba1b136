import { describe, expect, it } from 'vitest';
import { planAt } from '../../src/commands/calibrate.ts';
import type { TrialRequest } from '../../src/judge/capacity/spec.ts';
import { blankIdentity, identityOf } from '../../src/order/identity.ts';
import type { FeederSpec } from '../../src/order/spec.ts';
import { refuseTrials, trialPlanOf } from '../../src/run/trial-plan.ts';
import { curveOf } from '../../src/traffic/curve.ts';
import { scheduleOf } from '../../src/traffic/schedule.ts';

const PLAN = planAt('http://127.0.0.1:1', 50, 60);
const request = (more: Partial<TrialRequest> = {}): TrialRequest => ({
  index: 0,
  ratePerS: 123.4,
  durationUs: 20e6,
  settleUs: 3e6,
  purpose: 'bracket',
  seed: 9,
  ...more,
});
const ASKED = { lines: [{ text: 'p99 < 300ms', from: { text: 'p99 < 300ms in every 1m', place: undefined } }] };

describe('the plan of a trial', () => {
  it('is one constant load over settle and measured time, of exactly its orders', () => {
    const { traffic } = trialPlanOf(PLAN, request(), ASKED);
    expect(traffic).toMatchObject({ orders: 2838, durationUs: 23e6, arrivals: 'poisson', seed: 9 });
    const curve = curveOf(traffic);
    expect(curve.area(23e6)).toBeCloseTo(2838, 6);
    expect(curve.peak().ratePerS).toBeCloseTo(123.4, 1);
    const schedule = scheduleOf(traffic, 0, 1);
    const due: number[] = [];
    for (let at = schedule.next(); at !== Number.POSITIVE_INFINITY; at = schedule.next()) due.push(at);
    expect(due).toHaveLength(2838);
    // Poisson: the half of the time has the half of the orders, within 4 σ of a binomial.
    expect(Math.abs(due.filter((us) => us < 11.5e6).length - 1419)).toBeLessThan(4 * Math.sqrt(2838 / 4));
  });

  it('asks what can be asked of a constant load', () => {
    const plan = {
      ...PLAN,
      stop: ['errors > 20% for 5s', 'p99 > 3s during spike'].map((text) => ({ text, place: undefined })),
    };
    const trial = trialPlanOf(plan, request(), ASKED);
    expect(trial.slo.map(({ text }) => text)).toEqual(['p99 < 300ms']);
    expect(trial.stop.map(({ text }) => text)).toEqual(['errors > 20% for 5s']);
  });

  it('has other buyers in each trial', () => {
    const buyersOf = (seed: number): string[] => {
      const { order } = trialPlanOf(PLAN, request({ seed }), ASKED);
      const draw = identityOf(order.identity);
      return Array.from({ length: 50 }, (_, seq) => draw(seq, blankIdentity()).buyer);
    };
    expect(buyersOf(1).filter((buyer) => buyersOf(2).includes(buyer))).toEqual([]);
  });

  it('takes the orders of the trials before for orders of others', () => {
    const books = { ...({} as NonNullable<typeof PLAN.books>), foreign: 'refuse' as const };
    expect(trialPlanOf({ ...PLAN, books }, request(), ASKED).books).toMatchObject({ foreign: 'ignore' });
    expect(trialPlanOf(PLAN, request(), ASKED).books).toBeUndefined();
  });
});

it('rows that are given out once cannot be given to trial after trial', () => {
  const feeder = (name: string, order: FeederSpec['order']): FeederSpec => ({
    name,
    order,
    columns: ['id'],
    rows: 300,
    bytes: new Uint8Array(new SharedArrayBuffer(1)),
    offsets: new Uint32Array(new SharedArrayBuffer(4)),
  });
  const withFeeders = (...feeders: FeederSpec[]) => ({ ...PLAN, order: { ...PLAN.order, feeders } });
  expect(() => refuseTrials(withFeeders(feeder('a', 'circular'), feeder('b', 'random')))).not.toThrow();
  expect(() => refuseTrials(withFeeders(feeder('a', 'circular'), feeder('cards', 'once')))).toThrow(
    /feeder `cards` gives out each of its 300 rows once/,
  );
});
