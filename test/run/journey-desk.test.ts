// Orders of several exchanges on a virtual clock, against a shop that answers from a formula.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ledger } from '../../src/audit/ledger.ts';
import { mergeLedgers } from '../../src/audit/merge-ledgers.ts';
import { histogramShape } from '../../src/measure/histogram.ts';
import { Recorder } from '../../src/measure/recorder.ts';
import type { View } from '../../src/measure/spec.ts';
import { Timeline } from '../../src/measure/timeline.ts';
import { jarsFor } from '../../src/order/cookie-jars.ts';
import { drawsOf } from '../../src/order/identity.ts';
import { compileJourney } from '../../src/order/journey.ts';
import type { ExtractSpec, OrderSpec, OutcomeRule, ShopperSpec, StepSpec } from '../../src/order/spec.ts';
import { Agenda } from '../../src/run/agenda.ts';
import { JourneyDesk, laterOf } from '../../src/run/journey-desk.ts';
import type { Try } from '../../src/run/purchase.ts';
import { startShare } from '../../src/run/share.ts';
import { scheduleOf } from '../../src/traffic/schedule.ts';
import type { CurveSpec } from '../../src/traffic/spec.ts';
import { type Pretend, pretendDriver, type Said } from '../support/pretend-driver.ts';
import { World } from '../support/world.ts';

const SHAPE = histogramShape(60e6);
const RULES: OutcomeRule[] = [
  { name: 'sold', class: 'accepted', status: [201] },
  { name: 'sold_out', class: 'rejected', status: [409] },
  { name: 'busy', class: 'rejected', status: [429] },
];

function step(name: string, more: Partial<StepSpec> = {}): StepSpec {
  return { name, method: 'POST', path: `/${name}`, headers: [], body: { kind: 'none' }, ...more };
}

function orderOf(steps: StepSpec[], more: Partial<OrderSpec> = {}): OrderSpec {
  const identity = { runId: 'r', seed: 1, skus: [{ value: 's', weight: 1 }], quantity: [{ value: 1, weight: 1 }] };
  return { steps, identity, rules: RULES, answer: { id: 'id', quantity: 'quantity' }, ...more };
}

const json = (name: string, path: string): ExtractSpec => ({ name, from: { kind: 'json', path }, optional: false });

/** One attempt as the shop saw it. */
type Seen = {
  seq: number;
  step: number;
  why: string;
  atUs: number;
  vars: string[];
  altered: boolean;
  cut: boolean;
  cookie?: string;
};

type Options = {
  ratePerS?: number;
  seconds?: number;
  workers?: number;
  says?: (one: Try, nth: number) => Said;
  serviceUs?: (one: Try) => number | undefined;
  waitUs?: (one: Try) => number;
  queue?: number;
  act?: (world: World, end: { drain(): void; abort(): void }) => void;
};

async function fire(order: OrderSpec, options: Options = {}) {
  const { ratePerS = 100, seconds = 2, workers = 1, says = () => ({}), serviceUs = () => 1_000 } = options;
  const curve: CurveSpec = {
    orders: ratePerS * seconds,
    durationUs: seconds * 1e6,
    arrivals: 'even',
    seed: 1,
    basePerS: ratePerS,
    parts: [{ kind: 'base', name: 'base', addsPerS: ratePerS }],
  };
  const world = new World({ startUs: -50_000, turnUs: 50 });
  const journey = compileJourney(order);
  const timeline = new Timeline(
    journey.outcomes,
    SHAPE,
    journey.steps.map(({ name }) => name),
  );
  const seen: Seen[] = [];
  const nth = new Map<string, number>();
  const pretend: Pretend = {
    doneAtUs: (nowUs, attempt) => {
      const us = serviceUs(attempt as Try);
      return us === undefined ? undefined : nowUs + us;
    },
    waitUs: options.waitUs && ((attempt) => options.waitUs!(attempt as Try)),
    queue: options.queue,
    says: (attempt) => {
      const one = attempt as Try;
      const { seq, step: at, why, altered, cut } = one;
      seen.push({
        seq,
        step: at,
        why,
        atUs: world.nowUs,
        vars: [...(one.vars ?? [])],
        altered,
        cut,
        cookie: one.cookie,
      });
      const key = `${seq}/${at}`;
      nth.set(key, (nth.get(key) ?? -1) + 1);
      return says(one, nth.get(key)!);
    },
  };
  const ledgers: Ledger[] = [];
  const recorders: Recorder[] = [];
  const shares = Array.from({ length: workers }, (_, worker) => {
    const recorder = new Recorder(worker, journey.outcomes, SHAPE, journey.steps.length);
    const ledger = new Ledger({ orders: curve.orders, worker, workers, ids: true, totals: true });
    ledgers.push(ledger);
    recorders.push(recorder);
    return startShare({
      nowUs: world.clock,
      waiter: world.waiter,
      schedule: scheduleOf(curve, worker, workers),
      recorder,
      makeDesk: (rest) => {
        const agenda = new Agenda<Try>();
        const jars = jarsFor(order, { url: 'http://127.0.0.1:8080', workers });
        const named = { soldOut: ['sold_out'], throttled: ['slow_down'], jars };
        const seams = { ...rest, nowUs: world.clock, recorder, ledger, agenda, unixMs: () => 0, ...named };
        const desk = new JourneyDesk(journey, order, seams);
        return { desk, later: laterOf(agenda, desk) };
      },
      makeDriver: (onAnswer) => pretendDriver(world, pretend, onAnswer),
      send: (interval, transfer) => timeline.add(structuredClone(interval, { transfer })),
    });
  });
  options.act?.(world, {
    drain: () => {
      for (const share of shares) share.drain();
    },
    abort: () => {
      for (const share of shares) share.abort();
    },
  });
  await world.run();
  await Promise.all(shares.map((share) => share.ended));
  const sum = (of: (recorder: Recorder) => number): number => recorders.reduce((total, each) => total + of(each), 0);
  const counts = {
    fired: sum((each) => each.counts.fired),
    dropped: sum((each) => each.counts.dropped),
    accepted: sum((each) => each.counts.accepted),
    rejected: sum((each) => each.counts.rejected),
    failed: sum((each) => each.counts.failed),
    unknown: sum((each) => each.counts.unknown),
  };
  const unreached = shares.reduce((total, share) => total + share.countUnreached(), 0);
  expect(counts.fired + counts.dropped + unreached).toBe(curve.orders);
  expect(counts.accepted + counts.rejected + counts.failed + counts.unknown).toBe(counts.fired);
  expect(shares.map((share) => share.inFlight())).toEqual(shares.map(() => 0));
  const total = timeline.total();
  const sumOf = (view: View): number => {
    const { count, meanUs } = total.histogram(view);
    return count === 0 ? 0 : Math.round(count * meanUs);
  };
  const parts = (['lateness', 'wait', 'service', 'think'] as const).map((of) => sumOf({ of }));
  expect(sumOf({ of: 'response' })).toBe(parts.reduce((all, us) => all + us, 0));
  // Little's law, as the judge holds it: what was in flight is the sum of what the orders took, our lateness left out.
  const areaUs = shares.reduce((all, share) => all + share.inFlightAreaUs(), 0);
  expect(Math.abs(areaUs - sumOf({ of: 'punctual' }))).toBeLessThanOrEqual(counts.fired + 1);
  const outcomes = Object.fromEntries(
    journey.outcomes.flatMap(({ name }, i) => (total.countOfOutcome(i) > 0 ? [[name, total.countOfOutcome(i)]] : [])),
  );
  const ledger = mergeLedgers(
    ledgers.map((each) => each.toTransfer().data),
    { orders: curve.orders, workers },
  );
  const refused = shares.reduce((all, share) => all + share.refused(), 0);
  return { counts, outcomes, total, sumOf, seen, ledger, shares, refused, orders: curve.orders };
}

describe('an order of three steps', () => {
  const login = step('login', { extract: [json('token', 'token')] });
  const cart = step('cart', { extract: [json('cart', 'cart')], think: { kind: 'fixed', us: 30_000 } });
  const pay = step('pay', { think: { kind: 'uniform', fromUs: 10_000, untilUs: 20_000 } });
  const three = orderOf([login, cart, pay]);
  const bodies = ['{"token":"t"}', '{"cart":"c"}', '{"id":"order-1"}'];

  it.each([1, 3])(
    'goes through all of them, each after the answer before and its pause (%i worker)',
    async (workers) => {
      const run = await fire(three, {
        workers,
        says: ({ step: at, seq }) => ({ body: at === 0 ? `{"token":"t${seq}"}` : bodies[at]! }),
      });
      expect(run.outcomes).toEqual({ sold: run.orders });
      for (const name of [0, 1, 2]) expect(run.total.histogram({ of: 'step', step: name }).count).toBe(run.orders);
      expect(run.sumOf({ of: 'service' })).toBe(3 * 1_000 * run.orders);
      const think = run.total.histogram({ of: 'think' });
      expect(think.minUs).toBeGreaterThanOrEqual(40_000);
      expect(think.maxUs).toBeLessThanOrEqual(50_000);
      // Never early, and no later than a turn of the loop for each step.
      expect(run.total.histogram({ of: 'lateness' }).maxUs).toBeLessThanOrEqual(3 * 100);
      for (const { seq, step: at, vars } of run.seen) {
        expect(vars[0]).toBe(at > 0 ? `t${seq}` : '');
        expect(vars[1]).toBe(at > 1 ? 'c' : '');
      }
    },
  );

  it('ends where a step says no, with what the answer is worth there', async () => {
    const run = await fire(three, {
      says: ({ step: at, seq }) => {
        if (seq % 4 === 0 && at === 1) return { status: 409 };
        if (seq % 4 === 1 && at === 1) return { failure: 'timeout' };
        if (seq % 4 === 2 && at === 2) return { failure: 'timeout' };
        return { body: bodies[at]! };
      },
    });
    const quarter = run.orders / 4;
    expect(run.outcomes).toEqual({ sold: quarter, sold_out: quarter, 'cart: timeout': quarter, timeout: quarter });
    expect(run.counts).toMatchObject({ failed: quarter, unknown: quarter, rejected: quarter });
    expect(run.seen.filter(({ step: at }) => at === 2)).toHaveLength(2 * quarter);
    expect(run.ledger.classOf(1)).toBe('failed');
    expect(run.ledger.classOf(2)).toBe('unknown');
    expect([run.ledger.isSoldOut(0), run.ledger.isSoldOut(1)]).toEqual([true, false]);
  });

  it('ends failed when an answer lacks what the next step needs', async () => {
    const run = await fire(three, { says: ({ step: at }) => ({ body: at === 1 ? '{}' : bodies[at]! }) });
    expect(run.outcomes).toEqual({ 'cart: no cart': run.orders });
    expect(run.counts.failed).toBe(run.orders);
  });

  it('passes over steps whose condition does not hold, and is skipped when the placing one is', async () => {
    const when = (match: string) => [{ variable: 'vars.token', match, negated: false }];
    const passing = orderOf([
      login,
      step('cart', { when: when('member') }),
      step('pay', { when: when('/member|guest/') }),
    ]);
    const run = await fire(passing, {
      says: ({ seq, step: at }) => ({ body: at === 0 ? `{"token":"${['member', 'guest', 'bot'][seq % 3]}"}` : '{}' }),
      ratePerS: 90,
    });
    const third = run.orders / 3;
    expect(run.outcomes).toEqual({ sold: 2 * third, skipped: third });
    expect(run.seen.filter(({ step: at }) => at === 1)).toHaveLength(third);
  });

  it('cannot be un-bought by the step behind the placing one', async () => {
    const late = orderOf([login, pay, step('receipt')], { placedBy: 1 });
    const run = await fire(late, { says: ({ step: at }) => (at === 2 ? { status: 500 } : { body: bodies[0] }) });
    expect(run.outcomes).toEqual({ 'receipt: 5xx (bought)': run.orders });
    expect(run.counts.accepted).toBe(run.orders);
  });

  it('awaits the steps of orders under way when it drains, and gives them up when it is told to', async () => {
    const slow = { says: ({ step: at }: Try) => ({ body: bodies[at]! }), serviceUs: () => 200_000 };
    const drained = await fire(three, { ...slow, act: (world, end) => world.at(1e6, end.drain) });
    expect(drained.outcomes).toEqual({ sold: drained.counts.fired });
    expect(drained.counts.fired).toBeLessThan(drained.orders);
    const aborted = await fire(three, { ...slow, act: (world, end) => world.at(1e6, end.abort) });
    expect(aborted.counts.accepted).toBeGreaterThan(0);
    expect(aborted.counts.unknown).toBeGreaterThan(0);
    expect(aborted.counts.failed).toBeGreaterThan(0);
  });

  it('is cut short by a full queue aloud', async () => {
    const run = await fire(three, {
      says: ({ step: at }) => ({ body: bodies[at]! }),
      queue: 3,
      serviceUs: () => 40_000,
    });
    expect(run.counts.dropped + run.refused).toBeGreaterThan(0);
    expect(run.refused).toBeGreaterThan(0);
    expect(run.counts.failed).toBe(run.refused);
  });
});

const shopping = (shoppers: ShopperSpec) => orderOf([step('order')], { shoppers });
const sold = (seq: number): Said => ({ body: `{"id":"order-${seq}","quantity":1}` });

describe('shoppers', () => {
  const retry = {
    times: 3,
    backoffUs: 100_000,
    jitter: 0,
    honourRetryAfter: true,
    maxUs: 5e6,
    on: ['unknown', 'busy'],
  };

  it('retry what they do not know, with the same key, and the answers are joined', async () => {
    const run = await fire(shopping({ retry }), {
      says: ({ seq }, nth) => (nth < seq % 5 ? { failure: 'timeout' } : sold(seq)),
    });
    const fifth = run.orders / 5;
    expect(run.outcomes).toEqual({ sold: 4 * fifth, timeout: fifth });
    for (let seq = 0; seq < 5; seq++) {
      const tries = run.seen.filter((one) => one.seq === seq);
      expect(tries.map(({ why }) => why)).toEqual(['first', 'retry', 'retry', 'retry'].slice(0, Math.min(4, seq + 1)));
    }
    // 100 + 200 + 400 ms of backoff for those that needed all three, and each try's own millisecond.
    const response = run.total.histogram({ of: 'response', outcome: 0 });
    expect(response.maxUs).toBeGreaterThanOrEqual(704_000);
    expect(response.maxUs).toBeLessThanOrEqual(704_000 + 4 * 150);
    expect(run.ledger.answers.attempts).toBe(run.seen.length);
    expect(run.ledger.isRepeated(1)).toBe(true);
    expect(run.ledger.isRepeated(0)).toBe(false);
  });

  it('stay unknown when a retry is told no: the first may have been placed', async () => {
    const run = await fire(shopping({ retry }), {
      says: (_, nth) => (nth === 0 ? { failure: 'reset' } : { status: 409 }),
    });
    expect(run.outcomes).toEqual({ reset: run.orders });
  });

  it('wait as long as the shop asks', async () => {
    const run = await fire(shopping({ retry }), {
      ratePerS: 1,
      says: ({ seq }, nth) => (nth === 0 ? { status: 429, headers: { 'retry-after': '2' } } : sold(seq)),
    });
    const [first, second] = run.seen.filter(({ seq }) => seq === 0);
    expect(second!.atUs - first!.atUs).toBeGreaterThanOrEqual(2_001_000);
    expect(second!.atUs - first!.atUs).toBeLessThanOrEqual(2_001_200);
  });

  it('give up where the shop asks for more than they would wait', async () => {
    const run = await fire(shopping({ retry }), {
      ratePerS: 2,
      says: () => ({ status: 429, headers: { 'retry-after': '6' } }),
    });
    expect(run.outcomes).toEqual({ busy: run.orders });
    expect(run.seen.map(({ why }) => why)).toEqual(Array(run.orders).fill('first'));
  });

  it('click twice: all copies go out within the time, and the response is that of the last answer', async () => {
    const doubleClick = { share: 0.5, fromCopies: 2, untilCopies: 5, withinUs: 50_000 };
    const run = await fire(shopping({ doubleClick }), { says: ({ seq }) => sold(seq), serviceUs: () => 2_000 });
    expect(run.outcomes).toEqual({ sold: run.orders });
    const bySeq = Map.groupBy(run.seen, ({ seq }) => seq);
    const several = [...bySeq.values()].filter((tries) => tries.length > 1);
    expect(several.length / run.orders).toBeCloseTo(0.5, 0);
    for (const tries of several) {
      expect(tries.length).toBeLessThanOrEqual(5);
      expect(tries.at(-1)!.atUs - tries[0]!.atUs).toBeLessThan(50_100);
    }
    expect(run.ledger.answers).toMatchObject({
      repeated: several.length,
      sent: run.orders,
      attempts: run.seen.length,
      ids: run.orders,
    });
    expect(run.ledger.answers.troubles['two-ids']).toBe(0);
  });

  it('notice two ids for one key, once an order', async () => {
    const doubleClick = { share: 1, fromCopies: 3, untilCopies: 3, withinUs: 10_000 };
    const run = await fire(shopping({ doubleClick }), {
      says: ({ seq }, nth) => sold(seq % 10 === 0 ? seq * 1_000 + nth : seq),
    });
    expect(run.ledger.answers.troubles).toMatchObject({ 'two-ids': run.orders / 10, 'other-answer': 0 });
    expect(run.ledger.storyOf(10)!.deeds.map(({ why, id }) => [why, id])).toEqual([
      ['first', 'order-10000'],
      ['copy', 'order-10001'],
      ['copy', 'order-10002'],
    ]);
  });

  it('come again after the answer: replays count in no response, only in the ledger', async () => {
    const run = await fire(shopping({ replay: { share: 1, afterUs: 300_000 } }), {
      says: ({ seq, why }) => {
        if (why !== 'replay' || seq % 4 === 0) return sold(seq);
        return [{}, { status: 409 }, { body: `{"id":"order-${seq}","quantity":9}` }, { status: 503 }][seq % 4]!;
      },
    });
    const quarter = run.orders / 4;
    expect(run.total.histogram({ of: 'response' }).maxUs).toBeLessThan(1_200);
    expect(run.total.histogram({ of: 'think' }).maxUs).toBe(0);
    expect(run.ledger.answers).toMatchObject({
      replays: 3 * quarter,
      sent: run.orders,
      attempts: 2 * run.orders,
    });
    expect(run.ledger.answers.troubles).toEqual({
      'two-ids': 0,
      'no-replay': quarter,
      'altered-accepted': 0,
      'not-found': 0,
      'other-answer': quarter,
    });
  });

  it('may have held units until they were told no, whatever that counts as, and once more when they come again', async () => {
    const heldUntil = async (shoppers: ShopperSpec) => {
      const run = await fire(shopping(shoppers), {
        says: ({ seq }) =>
          [sold(seq), { status: 402 }, { status: 422 }, { failure: 'refused' as const, unsent: true }][seq % 4]!,
        serviceUs: () => 2_000,
      });
      const seqs = [...run.ledger.lastRefused.seqs];
      expect(new Set(seqs.map((seq) => seq % 4))).toEqual(new Set([1, 2]));
      return seqs.length / run.orders;
    };
    expect(await heldUntil({ readBack: { share: 1, afterUs: 1_000, path: '/orders/{{vars.orderId}}' } })).toBe(0.5);
    expect(await heldUntil({ replay: { share: 1, afterUs: 1_000 } })).toBeGreaterThanOrEqual(1);
  });

  it('hold no replay against a shop that may still be busy with another request of that key', async () => {
    const noReplays = async (shoppers: ShopperSpec) => {
      const run = await fire(shopping(shoppers), {
        says: ({ seq, why, cut }) =>
          cut
            ? { failure: 'cut' }
            : why === 'replay'
              ? { status: 409 }
              : why === 'altered'
                ? { status: 422 }
                : sold(seq),
        serviceUs: () => 2_000,
      });
      expect(run.ledger.answers.replays).toBe(run.ledger.answers.troubles['no-replay']);
      return run.ledger.answers.troubles['no-replay'] / run.orders;
    };
    const replay = { share: 1, afterUs: 10_000 };
    const altered = (afterUs: number) => ({ share: 1, afterUs });
    expect(await noReplays({ replay })).toBe(1);
    expect(await noReplays({ replay, altered: altered(20_000) })).toBe(1);
    expect(await noReplays({ replay, altered: altered(1_000) })).toBe(1);
    // At once, on the way, and one whose end nobody has seen.
    expect(await noReplays({ replay, altered: altered(10_000) })).toBe(0);
    expect(await noReplays({ replay, altered: altered(9_000) })).toBe(0);
    expect(await noReplays({ replay, abandon: { share: 1, againUs: 5_000 } })).toBe(0);
  });

  it('have their cookies again when they come back, each request those of its path', async () => {
    const order = orderOf(
      [
        { ...step('login'), path: '/login' },
        { ...step('cart'), path: '/cart/{{order.seq}}/add?x=/a/b' },
        { ...step('order'), path: '/cart/pay' },
      ],
      { cookies: true },
    );
    order.identity = { ...order.identity, buyers: 7 };
    const { buyerOf } = drawsOf(order.identity);
    const run = await fire(order, {
      says: ({ seq, step: at }) => {
        if (at === 0) return { headers: { 'set-cookie': `session=s${seq}; Path=/; Max-Age=3600` } };
        return at === 1 ? { headers: { 'set-cookie': `cart=c${seq}` } } : sold(seq);
      },
    });
    const last = new Map<number, number>();
    for (const { seq, step: at, cookie } of run.seen) {
      const buyer = buyerOf(seq);
      // Orders are far enough apart that none of a buyer's overlap.
      const before = last.get(buyer);
      if (at === 0) expect(cookie).toBe(before === undefined ? undefined : `session=s${before}`);
      else expect(cookie).toBe(`session=s${seq}`);
      if (at === 2) last.set(buyer, seq);
    }
    expect(last.size).toBe(7);
    expect(run.outcomes).toEqual({ sold: run.orders });
  });

  it('hold no answer against the shop that asks to slow down by a rule, nor another body accepted without a word', async () => {
    const run = await fire(
      orderOf([step('order')], {
        rules: [
          { name: 'slow_down', class: 'rejected', status: [201], body: [['type', 'SLOW_DOWN']] },
          { name: 'no', class: 'rejected', status: [201], body: [['type', 'NO']] },
          { name: 'sold', class: 'accepted', status: [201] },
        ],
        shoppers: { replay: { share: 1, afterUs: 1_000 }, altered: { share: 1, afterUs: 100_000 } },
      }),
      {
        says: ({ seq, why }) =>
          why === 'replay' ? { body: `{"type":"${seq % 5 === 0 ? 'NO' : 'SLOW_DOWN'}"}` } : { body: '{"type":"SOLD"}' },
      },
    );
    const { answers } = run.ledger;
    expect(answers.troubles).toMatchObject({ 'no-replay': run.orders / 5, 'altered-accepted': 0 });
    expect(answers).toMatchObject({ replays: run.orders / 5, altered: 0, untold: run.orders });
  });

  it('learn from a replay what a lost answer had become', async () => {
    const run = await fire(shopping({ replay: { share: 1, afterUs: 1_000 } }), {
      says: ({ seq, why }) => (why === 'replay' ? sold(seq) : { failure: 'timeout' }),
    });
    expect(run.counts.unknown).toBe(run.orders);
    expect(run.ledger.countOf('accepted')).toBe(run.orders);
    expect(run.ledger.idPrintOf(3)).not.toBe(0);
  });

  it('send another body under the same key after an accepted order, and ask for it', async () => {
    const shoppers = {
      altered: { share: 1, afterUs: 0 },
      readBack: { share: 1, afterUs: 5_000, path: '/orders/{{vars.orderId}}' },
    };
    const run = await fire(shopping(shoppers), {
      says: ({ seq, why }) => {
        if (why === 'altered') return seq % 2 === 0 ? { status: 422 } : { body: `{"id":"order-${seq}x","quantity":2}` };
        if (why === 'read-back') return { status: seq % 5 === 0 ? 404 : 200 };
        return sold(seq);
      },
    });
    const reads = run.seen.filter(({ why }) => why === 'read-back');
    expect(reads).toHaveLength(run.orders);
    for (const { seq, vars, step: at } of reads) expect([vars[0], at]).toEqual([`order-${seq}`, 1]);
    expect(run.seen.filter(({ altered }) => altered)).toHaveLength(run.orders);
    expect(run.ledger.answers).toMatchObject({ altered: run.orders, readBacks: run.orders });
    expect(run.ledger.answers.troubles).toMatchObject({
      'altered-accepted': run.orders / 2,
      'not-found': run.orders / 5,
    });
    // Read-backs are no step of the order.
    expect(run.total.histogram({ of: 'step', step: 0 }).count).toBe(2 * run.orders);
  });

  it('leave, and come back with the same key', async () => {
    const run = await fire(shopping({ abandon: { share: 0.5, againUs: 20_000 } }), {
      says: (one) => (one.cut ? { failure: 'cut' } : sold(one.seq)),
    });
    expect(run.outcomes).toEqual({ sold: run.orders });
    const left = run.seen.filter(({ cut }) => cut);
    expect(left.length / run.orders).toBeCloseTo(0.5, 0);
    // The shop's service is that of the answers, not of those who did not wait for one.
    expect(run.total.histogram({ of: 'step', step: 0 }).count).toBe(run.orders);
    for (const { seq } of left) {
      expect(run.seen.filter((one) => one.seq === seq).map(({ why, cut }) => [why, cut])).toEqual([
        ['first', true],
        ['retry', false],
      ]);
    }
  });
});

describe('whatever shops and shoppers do', () => {
  const aSaid: fc.Arbitrary<Said> = fc.oneof(
    fc.record({
      status: fc.constantFrom(200, 201, 302, 404, 409, 422, 429, 500),
      body: fc.constantFrom('', '{"id":"1","t":"x"}', '{"id":"2","t":"y"}'),
    }),
    fc.record({
      failure: fc.constantFrom('timeout', 'reset', 'refused', 'unreadable', 'cut'),
      unsent: fc.boolean(),
    }) as fc.Arbitrary<Said>,
  );
  const share = fc.constantFrom(0, 0.5, 1);
  const shoppers: fc.Arbitrary<ShopperSpec> = fc.record({
    doubleClick: fc.option(
      fc.record({ share, fromCopies: fc.constant(2), untilCopies: fc.constantFrom(2, 5), withinUs: fc.nat(50_000) }),
      { nil: undefined },
    ),
    replay: fc.option(fc.record({ share, afterUs: fc.nat(10_000) }), { nil: undefined }),
    altered: fc.option(fc.record({ share, afterUs: fc.nat(10_000) }), { nil: undefined }),
    abandon: fc.option(fc.record({ share, againUs: fc.nat(10_000) }), { nil: undefined }),
    readBack: fc.option(fc.record({ share, afterUs: fc.nat(10_000), path: fc.constant('/o') }), { nil: undefined }),
    retry: fc.option(
      fc.record({
        times: fc.integer({ min: 0, max: 3 }),
        backoffUs: fc.nat(20_000),
        jitter: fc.constantFrom(0, 0.5),
        honourRetryAfter: fc.boolean(),
        maxUs: fc.constant(50_000),
        on: fc.subarray(['unknown', 'failed', 'rejected', 'sold_out']),
      }),
      { nil: undefined },
    ),
  });

  it('every order ends once, its parts add up, and the ledger knows at least what the tallies do', async () => {
    await fc.assert(
      fc.asyncProperty(
        shoppers,
        fc.array(aSaid, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 3 }),
        fc.record({
          workers: fc.integer({ min: 1, max: 3 }),
          stopUs: fc.nat(1_500_000),
          how: fc.constantFrom('drain', 'abort', 'none'),
        }),
        fc.record({ service: fc.nat(60_000), wait: fc.nat(5_000), queue: fc.constantFrom(2, 1_000) }),
        async (spec, said, steps, { workers, stopUs, how }, { service, wait, queue }) => {
          const all = Array.from({ length: steps }, (_, i) =>
            step(`s${i}`, {
              think: { kind: 'uniform', fromUs: 0, untilUs: 5_000 },
              ...(i === 0 && steps > 1 ? { extract: [json('t', 't')] } : {}),
            }),
          );
          let turn = 0;
          const run = await fire(orderOf(all, { shoppers: spec, placedBy: Math.max(0, steps - 2) }), {
            ratePerS: 30,
            seconds: 1,
            workers,
            says: (one) => {
              const answer = said[turn++ % said.length]!;
              return answer.failure === 'cut' && !one.cut ? { failure: 'reset' } : answer;
            },
            serviceUs: () => 500 + ((turn * 7_919) % (service + 1)),
            waitUs: () => (turn * 104_729) % (wait + 1),
            queue,
            act: (world, end) => {
              if (how !== 'none') world.at(stopUs, end[how as 'drain' | 'abort']);
            },
          });
          // Answers after the end can only teach: what was accepted stays so, and a no may turn out to be open.
          expect(run.ledger.countOf('accepted')).toBeGreaterThanOrEqual(run.counts.accepted);
          const open = run.ledger.countOf('accepted') + run.ledger.countOf('unknown');
          expect(open).toBeGreaterThanOrEqual(run.counts.accepted + run.counts.unknown);
          expect(run.ledger.answers.attempts).toBeLessThanOrEqual(
            run.seen.length + run.refused + run.counts.fired * 10,
          );
        },
      ),
      { seed: 5, numRuns: 150 },
    );
  });
});
