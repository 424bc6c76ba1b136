import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../src/judge/spec.ts';
import { judge } from '../../src/judge/verdict.ts';
import { witnessGate } from '../../src/judge/witness.ts';
import { uniform } from '../../src/traffic/random.ts';
import { evidenceOf, steadyOrders } from '../support/evidence.ts';

/** A shop whose service has a tail, and is three times slower in a rush of 10 s; u in 0…1 says which customer one is. */
const serviceUs = (atUs: number, u: number): number =>
  (20_000 - 15_000 * Math.log(1 - 0.999 * u)) * (atUs >= 20e6 && atUs < 30e6 ? 3 : 1);
const spread = (index: number): number => (index * 0.618_033_988_75) % 1;

/** `addsUs`: what the workers add to each order. In the rush there are ten times as many. */
function evidenceWith(samples: Evidence['witness'], addsUs = 0): Evidence {
  const answer = (dueUs: number, index: number) => ({ doneUs: dueUs + serviceUs(dueUs, spread(index)) + addsUs });
  const orders = [...steadyOrders(50, 60, answer), ...steadyOrders(450, 10, answer, 20)];
  orders.sort((a, b) => a.dueUs - b.dueUs);
  return { ...evidenceOf(orders, { slo: ['p99 < 300ms'] }), witness: samples };
}

const seen = (draws: readonly number[]) => ({
  sent: draws.length,
  trouble: '',
  samples: draws.map((u, second) => ({ second: second % 60, serviceUs: serviceUs((second % 60) * 1e6 + 5e5, u) })),
});
const draws = (count: number, salt: number) =>
  Array.from({ length: count }, (_, k) => ((k + 1) * (0.754_877_666 + salt * 0.01)) % 1);

const gateOf = (evidence: Evidence) => judge(evidence).gates.find((gate) => gate.name === 'witness');

describe('the witness', () => {
  test('agrees with workers that saw the same shop, rush and all', () => {
    for (let salt = 0; salt < 10; salt++) {
      expect(gateOf(evidenceWith(seen(draws(60, salt)))), `salt ${salt}`).toMatchObject({ status: 'ok' });
    }
  });

  test('of the same shop is hardly ever called a liar, whatever the draw', () => {
    const whole = evidenceWith(undefined);
    const statusOf = (seed: number) => {
      const each = Array.from({ length: 60 }, (_, k) => uniform(seed, k, 1));
      return witnessGate({ ...whole, witness: seen(each) })[0]?.status;
    };
    expect(Array.from({ length: 200 }, (_, seed) => statusOf(seed)).filter((status) => status !== 'ok')).toEqual([]);
  });

  test('voids a run whose workers add 20 ms, and says what it saw', () => {
    const judgement = judge(evidenceWith(seen(draws(60, 1)), 20_000));
    expect(judgement).toMatchObject({ verdict: 'invalid', exitCode: 4 });
    expect(judgement.reasons.map((reason) => reason.code)).toContain('witness');
    expect(gateOf(evidenceWith(seen(draws(60, 1)), 20_000))?.measured).toMatch(
      /ms to .* ms\) faster than .*60 orders of its own/,
    );
  });

  test('allows what two processes of one machine differ by', () => {
    const flat = { sent: 60, trouble: '', samples: draws(60, 1).map((_, second) => ({ second, serviceUs: 900 })) };
    const orders = (us: number) => steadyOrders(50, 60, (dueUs) => ({ doneUs: dueUs + us }));
    const statusAt = (us: number) => gateOf({ ...evidenceOf(orders(us), {}), witness: flat })?.status;
    expect([statusAt(200), statusAt(1_890), statusAt(1_910)]).toEqual(['ok', 'ok', 'void']);
  });

  test('believes workers whose connections were all taken while the shop stood still', () => {
    // Nothing is answered in [10 s, 50 s). Ten connections: all orders but ten of each second wait for one until 50 s.
    const thawUs = 50e6;
    const frozen = (us: number): boolean => us >= 10e6 && us < thawUs;
    const orders = steadyOrders(50, 60, (dueUs, k) => {
      if (!frozen(dueUs)) return { doneUs: dueUs + 1_000 };
      return k < 510 ? { doneUs: thawUs + 1_000 } : { sentUs: thawUs, doneUs: thawUs + 1_000 };
    });
    const samples = Array.from({ length: 60 }, (_, second) => {
      const atUs = second * 1e6 + 5e5;
      return { second, serviceUs: (frozen(atUs) ? thawUs - atUs : 0) + 1_100 };
    });
    const witness = { sent: 60, trouble: '', samples };
    expect(gateOf({ ...evidenceOf(orders, {}), witness })).toMatchObject({ status: 'ok' });
    // The same of workers that waited for nothing: they cannot have seen that shop.
    const blind = steadyOrders(50, 60, (dueUs) => ({ doneUs: dueUs + 1_000 }));
    expect(gateOf({ ...evidenceOf(blind, {}), witness })).toMatchObject({ status: 'void' });
  });

  test('of too few orders, or that failed, says that it cannot know', () => {
    expect(gateOf(evidenceWith(seen(draws(19, 1)), 50_000))).toMatchObject({ status: 'ok', known: false });
    const gone = { sent: 0, samples: [], trouble: 'the witness ended by SIGKILL' };
    expect(gateOf(evidenceWith(gone))?.measured).toContain('cannot be known: the witness ended by SIGKILL');
  });

  test('that nobody asked for is no gate', () => {
    expect(gateOf(evidenceWith(undefined))).toBeUndefined();
  });
});
