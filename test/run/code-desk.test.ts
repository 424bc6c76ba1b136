// Orders that code makes, on a virtual clock, against a shop that answers from a formula.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ledger } from '../../src/audit/ledger.ts';
import { mergeLedgers } from '../../src/audit/merge-ledgers.ts';
import { histogramShape } from '../../src/measure/histogram.ts';
import { Recorder } from '../../src/measure/recorder.ts';
import type { View } from '../../src/measure/spec.ts';
import { Timeline } from '../../src/measure/timeline.ts';
import { codeFormOf, type JourneyCode, type JourneyOrder, type JourneyShop } from '../../src/order/code.ts';
import { jarsFor } from '../../src/order/cookie-jars.ts';
import { buildFeeder } from '../../src/order/feeders.ts';
import { drawsOf } from '../../src/order/identity.ts';
import { compileJourney } from '../../src/order/journey.ts';
import type { OrderSpec, OutcomeRule } from '../../src/order/spec.ts';
import { Agenda } from '../../src/run/agenda.ts';
import { CodeDesk, pausesOf } from '../../src/run/code-desk.ts';
import type { CodeOrder, CodeTry } from '../../src/run/code-order.ts';
import { startShare } from '../../src/run/share.ts';
import { scheduleOf } from '../../src/traffic/schedule.ts';
import type { CurveSpec } from '../../src/traffic/spec.ts';
import { type Pretend, pretendDriver, type Said } from '../support/pretend-driver.ts';
import { World } from '../support/world.ts';

const SHAPE = histogramShape(60e6);
const RULES: OutcomeRule[] = [
  { name: 'sold', class: 'accepted', status: [201] },
  { name: 'sold_out', class: 'rejected', status: [409] },
];
const STEPS = ['session', 'cart', 'payment'] as const;
const PATIENCE_US = 5e6;

type Shop = JourneyShop<string, string>;
type OneOrder = (order: JourneyOrder, shop: Shop, world: World) => ReturnType<JourneyCode['order']>;
/** One request as the shop saw it. */
type Seen = { seq: number; step: string; atUs: number; path: string; headers: string[]; body: string };

type Options = {
  ratePerS?: number;
  seconds?: number;
  workers?: number;
  says?: (one: CodeTry, nth: number) => Said;
  serviceUs?: (one: CodeTry) => number | undefined;
  waitUs?: (one: CodeTry) => number;
  queue?: number;
  turnUs?: number;
  order?: Partial<OrderSpec>;
  code?: Partial<JourneyCode>;
  secrets?: string[];
  act?: (world: World, end: { drain(): void; abort(): void }) => void;
};

async function fire(one: OneOrder, options: Options = {}) {
  const { ratePerS = 50, seconds = 2, workers = 1, says = () => ({}), serviceUs = () => 1_000 } = options;
  const curve: CurveSpec = {
    orders: ratePerS * seconds,
    durationUs: seconds * 1e6,
    arrivals: 'even',
    seed: 1,
    basePerS: ratePerS,
    parts: [{ kind: 'base', name: 'base', addsPerS: ratePerS }],
  };
  const world = new World({ startUs: -50_000, turnUs: options.turnUs ?? 50, rounds: 12 });
  const code: JourneyCode = {
    steps: STEPS,
    outcomes: { no_session: 'failed', sold_out: 'rejected' },
    ...options.code,
    order: (order, shop) => one(order, shop, world),
  };
  const form = codeFormOf(code);
  if ('mistakes' in form) throw new Error(form.mistakes.join());
  const identity = { runId: 'r', seed: 1, skus: [{ value: 's', weight: 1 }], quantity: [{ value: 2, weight: 1 }] };
  const order: OrderSpec = {
    steps: form.steps.map((name) => ({ name, method: 'POST', path: '/', headers: [], body: { kind: 'none' } })),
    placedBy: form.placedBy,
    identity,
    rules: RULES,
    journey: { url: 'file:///journey.ts', hash: '', outcomes: form.outcomes, base: '/base' },
    ...options.order,
  };
  const journey = compileJourney(order);
  const timeline = new Timeline(
    journey.outcomes,
    SHAPE,
    journey.steps.map(({ name }) => name),
  );
  const seen: Seen[] = [];
  /** By order, from due to its last answer, as the shop would tell. */
  const tookUs = new Map<number, number>();
  const nth = new Map<string, number>();
  const pretend: Pretend = {
    doneAtUs: (nowUs, attempt) => {
      const us = serviceUs(attempt as CodeTry);
      if (us === undefined) return undefined;
      const { seq, dueUs } = (attempt as CodeTry).order;
      tookUs.set(seq, Math.floor(nowUs + us) - Math.floor(dueUs));
      return nowUs + us;
    },
    waitUs: options.waitUs && ((attempt) => options.waitUs!(attempt as CodeTry)),
    queue: options.queue,
    says: (attempt) => {
      const asked = attempt as CodeTry;
      const { path, headers, body } = asked.request;
      const step = form.steps[asked.step]!;
      seen.push({ seq: asked.seq, step, atUs: world.nowUs, path, headers, body: Buffer.from(body ?? []).toString() });
      const key = `${asked.seq}/${asked.step}`;
      nth.set(key, (nth.get(key) ?? -1) + 1);
      return says(asked, nth.get(key)!);
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
        const agenda = new Agenda<CodeOrder | undefined>();
        const own = { nowUs: world.clock, recorder, ledger, agenda, soldOut: ['sold_out'], patienceUs: PATIENCE_US };
        const jars = jarsFor(order, { url: 'http://127.0.0.1:8080', workers });
        const desk = new CodeDesk({ code, journey, order }, { ...rest, ...own, jars, secrets: options.secrets });
        return { desk, later: pausesOf(agenda, desk) };
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
  const thrown = shares.flatMap((share) => share.thrown());
  const lastedUs = [...tookUs.values()].reduce((all, us) => all + us, 0);
  return { counts, outcomes, total, sumOf, seen, ledger, refused, thrown, orders: curve.orders, lastedUs };
}

/** Three requests, each with what the answer before it said. */
const three: OneOrder = async (order, shop) => {
  const session = await shop.post('session', '/session', { json: { buyer: order.buyer } });
  if (!session.ok) return shop.ended('no_session');
  const { token } = session.json();
  await shop.pause(30);
  const cart = await shop.post('cart', '/cart', { headers: { authorization: token }, json: { sku: order.sku } });
  await shop.pause(10);
  const path = `/pay/${cart.json().id}`;
  const paid = await shop.post('payment', path, { headers: { 'idempotency-key': order.key } });
  return paid.ok ? shop.accepted({ id: paid.json().id, quantity: order.quantity, total: 7 }) : shop.as(paid);
};
const threeSay: NonNullable<Options['says']> = ({ seq, step }) => ({
  body: JSON.stringify([{ token: `t${seq}` }, { id: `c${seq}` }, { id: `o${seq}` }][step]),
});

describe('an order made by code', () => {
  it.each([1, 3])('asks, pauses, and goes on with what it was told (%i worker)', async (workers) => {
    const run = await fire(three, { workers, says: threeSay });
    expect(run.outcomes).toEqual({ accepted: run.orders });
    for (const step of [0, 1, 2]) expect(run.total.histogram({ of: 'step', step }).count).toBe(run.orders);
    expect(run.sumOf({ of: 'service' })).toBe(3 * 1_000 * run.orders);
    expect(run.sumOf({ of: 'think' })).toBe(40_000 * run.orders);
    expect(run.sumOf({ of: 'response' })).toBe(run.lastedUs);
    // No later than a turn of the loop for each of its steps.
    expect(run.total.histogram({ of: 'lateness' }).maxUs).toBeLessThanOrEqual(3 * 100);
    for (const { seq, step, path, headers } of run.seen) {
      if (step === 'session') expect(path).toBe('/base/session');
      if (step === 'cart') expect(headers[1]).toBe(`t${seq}`);
      if (step === 'payment') expect(path).toBe(`/base/pay/c${seq}`);
    }
    expect(run.ledger.answers).toMatchObject({ attempts: run.orders, ids: run.orders, repeated: 0 });
    expect(run.ledger.storyOf(5)?.deeds.map(({ step, id }) => [step, id])).toEqual([
      ['session', undefined],
      ['cart', undefined],
      ['payment', 'o5'],
    ]);
    expect(run.thrown).toEqual([]);
  });

  it('has the cookies of its buyer beside those it sends itself, and again when she comes back', async () => {
    const one: OneOrder = async (_, shop) => {
      await shop.post('session', '/session');
      await shop.post('payment', '/pay', { headers: { Cookie: 'own=1' } });
    };
    const identity = {
      runId: 'r',
      seed: 3,
      buyers: 5,
      skus: [{ value: 's', weight: 1 }],
      quantity: [{ value: 2, weight: 1 }],
    };
    const { buyerOf } = drawsOf(identity);
    const run = await fire(one, {
      order: { cookies: true, identity },
      says: ({ seq, step }) => (step === 0 ? { headers: { 'set-cookie': `s=${seq}é` } } : {}),
    });
    const last = new Map<number, number>();
    for (const { seq, step, headers } of run.seen) {
      const before = last.get(buyerOf(seq));
      // The default path of /base/session is /base, and text goes as the bytes of its UTF-8.
      const bytes = (of: number) => `s=${of}\u00c3\u00a9`;
      if (step === 'session') expect(headers).toEqual(before === undefined ? [] : ['cookie', bytes(before)]);
      else expect(headers).toEqual(['Cookie', `own=1; ${bytes(seq)}`]);
      last.set(buyerOf(seq), seq);
    }
    expect(last.size).toBe(5);
  });

  it('is as late as its function takes, to the microsecond', async () => {
    const busy: OneOrder = async (order, shop, world) => {
      world.nowUs += 300;
      const session = await shop.get('session', '/');
      world.nowUs += 700;
      await shop.pause(0.5);
      const paid = await shop.get('payment', `/${session.status}`);
      world.nowUs += 5_000;
      return order.seq % 2 === 0 ? shop.as(paid) : undefined;
    };
    // One at a time, so that none waits for another's function.
    const run = await fire(busy, { ratePerS: 10 });
    expect(run.outcomes).toEqual({ sold: run.orders });
    expect(run.sumOf({ of: 'response' })).toBe(run.lastedUs);
    expect(run.sumOf({ of: 'think' })).toBe(500 * run.orders);
    // 300 before the first, and what the pause does not cover of the 700 before the second; not what follows the last.
    const lateness = run.total.histogram({ of: 'lateness' });
    expect(lateness.minUs).toBeGreaterThanOrEqual(500);
    expect(lateness.maxUs).toBeLessThanOrEqual(500 + 100);
  });

  it('has its identity, its row and what the setup took, the same with any number of workers', async () => {
    const people = buildFeeder({
      name: 'people',
      columns: ['name', 'city'],
      order: 'circular',
      cells: [
        ['Ada', 'Turin'],
        ['Ben', 'Łódź'],
      ],
    });
    const one: OneOrder = async (order, shop) => {
      const { name, city } = order.row('people');
      const { key, buyer, sku, quantity, setup } = order;
      await shop.post('payment', '/', { json: { key, buyer, sku, quantity, name, city, token: setup.token } });
    };
    const order = { feeders: [people], setup: { token: 'secret' } };
    const runs = await Promise.all([1, 3].map((workers) => fire(one, { workers, order })));
    const [alone, shared] = runs.map(({ seen }) => seen.map(({ seq, body }) => `${seq} ${body}`).sort());
    expect(alone).toEqual(shared);
    expect(JSON.parse(runs[0]!.seen[1]!.body)).toMatchObject({
      sku: 's',
      quantity: 2,
      name: 'Ben',
      city: 'Łódź',
      token: 'secret',
    });
    expect(new Set(alone).size).toBe(runs[0]!.orders);
  });

  it('sees headers and body after the answer that brought them is gone', async () => {
    const kept: string[] = [];
    const one: OneOrder = async (_order, shop) => {
      const first = await shop.get('session', '/');
      const second = await shop.get('payment', '/');
      kept.push(`${first.header('X-Nth')} ${first.text()} ${second.header('x-nth')} ${second.text()}`);
      expect(() => second.json()).toThrow(SyntaxError);
      return shop.as(second);
    };
    const run = await fire(one, {
      says: ({ seq, step }) => ({ headers: { 'x-nth': `${seq}/${step}` }, body: `body ${seq}/${step}` }),
    });
    expect(kept).toEqual(
      Array.from({ length: run.orders }, (_, seq) => `${seq}/0 body ${seq}/0 ${seq}/2 body ${seq}/2`),
    );
  });
});

describe('how it ends', () => {
  it('says what an answer means, its own name, or nothing', async () => {
    const one: OneOrder = async ({ seq }, shop) => {
      if (seq % 5 === 0) return;
      const session = await shop.get('session', '/');
      if (seq % 5 === 1) return session.ok ? shop.ended('sold_out') : undefined;
      if (seq % 5 === 2) return shop.as(session);
      const paid = await shop.get('payment', '/');
      if (seq % 5 === 3) return shop.as(paid);
    };
    const run = await fire(one, {
      says: ({ seq, step }) => ({ status: step === 2 ? 409 : seq % 5 === 2 ? 404 : 201 }),
    });
    const part = run.orders / 5;
    expect(run.outcomes).toEqual({ skipped: part, sold_out: 3 * part, '4xx': part });
    expect(run.counts).toMatchObject({ rejected: 4 * part, failed: part });
    expect([run.ledger.isSoldOut(1), run.ledger.isSoldOut(3), run.ledger.isSoldOut(0)]).toEqual([true, true, false]);
  });

  it('takes id and total of a plain end from where the profile says', async () => {
    const one: OneOrder = async ({ seq }, shop) => {
      const paid = await shop.get('payment', '/');
      return seq % 2 === 0 ? shop.as(paid) : undefined;
    };
    const run = await fire(one, { order: { answer: { id: 'id' } }, says: ({ seq }) => ({ body: `{"id":"o${seq}"}` }) });
    expect(run.ledger.answers.ids).toBe(run.orders);
    expect([0, 1].map((seq) => run.ledger.storyOf(seq)?.deeds[0]?.id)).toEqual(['o0', 'o1']);
  });

  it('by what it throws: failed before the placing step was sent, unknown from there on', async () => {
    const one: OneOrder = async ({ seq }, shop) => {
      const session = await shop.get('session', '/');
      if (seq % 2 === 0) throw new RangeError(`no room in ${session.status}`);
      const paid = await shop.get('payment', '/');
      return paid.json().cart.id;
    };
    const run = await fire(one, { says: () => ({ body: '{}' }) });
    const half = run.orders / 2;
    expect(run.outcomes).toEqual({ threw: half, 'threw after placing': half });
    expect(run.counts).toMatchObject({ failed: half, unknown: half });
    expect(run.thrown).toEqual([
      { says: 'RangeError: no room in 201', count: half, seq: 0 },
      { says: "TypeError: Cannot read properties of undefined (reading 'id')", count: half, seq: 1 },
    ]);
    expect(run.ledger.classOf(1)).toBe('unknown');
  });

  it.each<[string, OneOrder, string]>([
    ['a step that has no name', async (_o, shop) => void (await shop.get('sesion', '/')), 'did you mean `session`?'],
    ['a request that cannot be sent', async (_o, shop) => void (await shop.get('cart', 'x')), 'start with `/`'],
    ['a pause that is none', async (_o, shop) => shop.pause(-1), 'a number >= 0, got `-1`'],
    ['an end that has no name', async (_o, shop) => shop.ended('sold'), '`sold` is none of the journey'],
    ['a feeder that is none', async (order) => void order.row('people'), '`people` is no feeder'],
    [
      'bought before it was placed',
      async (_o, shop) => shop.accepted(),
      '`payment`, which places the order, was not answered',
    ],
    ['something that is no end', async () => 'sold' as never, 'it returned a string: return `shop.accepted(…)`'],
    ['no promise at all', (() => 7) as never, 'it returned a number'],
    [
      'an error that is none',
      async () => {
        throw 'up';
      },
      'it threw up',
    ],
  ])('threw: %s', async (_what, one, says) => {
    const run = await fire(one);
    expect(run.outcomes).toEqual({ threw: run.orders });
    expect(run.thrown).toMatchObject([{ count: run.orders, seq: 0 }]);
    expect(run.thrown[0]!.says).toContain(says);
    expect(run.seen).toEqual([]);
  });

  it('does not go on with the answer of an earlier step as its end', async () => {
    const run = await fire(async (_o, shop) => shop.as(await shop.get('session', '/')));
    expect(run.outcomes).toEqual({ threw: run.orders });
    expect(run.thrown[0]!.says).toContain('the answer to `session` lets the order go on');
  });

  it('keeps what the setup took out of its words', async () => {
    const run = await fire(
      async ({ setup }) => {
        throw new Error(`token ${setup.token} is old`);
      },
      { order: { setup: { token: 'very-secret' } } },
    );
    expect(run.thrown[0]!.says).not.toContain('secret');
    const thrower = async () => {
      throw new Error('the admin is hunter2');
    };
    const other = await fire(thrower, { secrets: ['hunter2'] });
    expect(other.thrown[0]!.says).toContain('the admin is ***');
  });
});

describe('an answer that does not come', () => {
  it('ends the order as it would end steps', async () => {
    const run = await fire(three, {
      says: (one) => {
        const { seq, step } = one;
        if (seq % 4 === 0 && step === 0) return { failure: 'timeout' };
        if (seq % 4 === 1 && step === 1) return { failure: 'refused', unsent: true };
        if (seq % 4 === 2 && step === 2) return { failure: 'timeout' };
        return threeSay(one, 0);
      },
    });
    const quarter = run.orders / 4;
    expect(run.outcomes).toEqual({
      accepted: quarter,
      'session: timeout': quarter,
      refused: quarter,
      timeout: quarter,
    });
    expect(run.counts).toMatchObject({ failed: 2 * quarter, unknown: quarter });
    expect(run.thrown).toEqual([]);
  });

  it('can be caught and tried again; a later no does not undo it', async () => {
    const again: OneOrder = async ({ key }, shop) => {
      const pay = () => shop.post('payment', '/pay', { headers: { 'idempotency-key': key } });
      try {
        return shop.as(await pay());
      } catch (error) {
        expect(error).toMatchObject({ name: 'NoAnswer', failure: 'reset', step: 'payment' });
        await shop.pause(20);
        return shop.as(await pay());
      }
    };
    const run = await fire(again, {
      says: ({ seq }, nth) => (nth === 0 ? { failure: 'reset' } : { status: seq % 2 === 0 ? 201 : 409 }),
    });
    const half = run.orders / 2;
    expect(run.outcomes).toEqual({ sold: half, reset: half });
    expect(run.ledger.answers).toMatchObject({ attempts: 2 * run.orders, repeated: 0 });
    expect(run.ledger.isRepeated(0)).toBe(true);
    expect(run.sumOf({ of: 'think' })).toBe(20_000 * run.orders);
  });

  it('of an earlier step, once the order was placed, leaves it open', async () => {
    const one: OneOrder = async (_o, shop) => {
      await shop.get('payment', '/');
      await shop.get('session', '/');
    };
    const run = await fire(one, { says: ({ step }) => (step === 0 ? { failure: 'timeout' } : { status: 201 }) });
    expect(run.outcomes).toEqual({ 'threw after placing': run.orders });
    expect(run.thrown[0]!.says).toContain('NoAnswer: `session` got no answer: timeout');
  });
});

describe('one request at a time', () => {
  it.each<[string, OneOrder, string]>([
    [
      'two at once',
      async (_o, shop) => void (await Promise.all([shop.get('session', '/'), shop.get('cart', '/')])),
      '`cart` was asked for while `session` was not answered yet: an order has one request at a time, `await` each',
    ],
    [
      'a request in a pause',
      async (_o, shop) => void (await Promise.all([shop.pause(20), shop.get('cart', '/')])),
      '`cart` was asked for while a pause was not over yet',
    ],
    [
      'one that nobody awaits',
      async (_o, shop) => void shop.get('cart', '/'),
      'it returned while `cart` was not answered yet: `await` each request',
    ],
  ])('refuses %s, aloud', async (_what, one, says) => {
    const run = await fire(one);
    expect(run.outcomes).toEqual({ threw: run.orders });
    expect(run.thrown).toMatchObject([{ count: run.orders }]);
    expect(run.thrown[0]!.says).toContain(says);
  });

  it('is unknown when the request that nobody awaits was the one that places', async () => {
    const run = await fire(async (_o, shop) => void shop.get('payment', '/'));
    expect(run.outcomes).toEqual({ 'threw after placing': run.orders });
    expect(run.ledger.answers.attempts).toBe(run.orders);
    expect(run.sumOf({ of: 'service' })).toBe(1_000 * run.orders);
  });

  it('sends nothing for an order that has ended', async () => {
    const left: Promise<unknown>[] = [];
    const one: OneOrder = async (_o, shop) => {
      const paid = await shop.get('payment', '/');
      const later = Promise.resolve().then(() => Promise.resolve());
      left.push(later.then(() => later).then(() => shop.get('cart', '/')));
      return shop.as(paid);
    };
    const run = await fire(one);
    const told = await Promise.allSettled(left);
    expect(told.every(({ status }) => status === 'rejected')).toBe(true);
    expect(run.seen).toHaveLength(run.orders);
    expect(run.outcomes).toEqual({ sold: run.orders });
  });
});

describe('its limits', () => {
  it('drops the order whose first request the full queue refuses, and cuts the others short aloud', async () => {
    const one: OneOrder = async ({ seq }, shop) => {
      if (seq % 2 === 0) await shop.pause(1);
      await shop.get('payment', '/');
    };
    const run = await fire(one, { queue: 1, serviceUs: () => 55_000 });
    expect(run.counts.dropped).toBeGreaterThan(0);
    expect(run.refused).toBeGreaterThan(0);
    expect(run.outcomes).toEqual({ sold: run.counts.accepted, 'not-sent': run.refused });
    expect(run.counts.failed).toBe(run.refused);
  });

  it('gives up on a function that does not come back, and on no other', async () => {
    const one: OneOrder = async ({ seq }, shop) => {
      await shop.get(seq % 4 === 1 ? 'session' : 'payment', '/');
      if (seq % 2 === 1) await new Promise(() => {});
      await shop.pause(seq % 4 === 2 ? 20_000 : 0);
    };
    const run = await fire(one, { ratePerS: 20 });
    const quarter = run.orders / 4;
    expect(run.outcomes).toEqual({ sold: 2 * quarter, threw: quarter, 'threw after placing': quarter });
    expect(run.thrown).toMatchObject([
      { says: 'Error: it neither asked for anything nor returned for 5 s (`target.timeout`)', count: 2 * quarter },
    ]);
  });

  it.each(['drain', 'abort'] as const)('ends all the same on %s', async (how) => {
    const one: OneOrder = async ({ seq }, shop) => {
      if (seq % 3 === 0) await new Promise(() => {});
      await shop.get('session', '/');
      await shop.pause(100);
      try {
        await shop.get('payment', '/');
      } catch {
        await new Promise(() => {});
      }
    };
    const run = await fire(one, { act: (world, end) => world.at(680_000, end[how]), serviceUs: () => 30_000 });
    expect(run.counts.fired).toBeLessThan(run.orders);
    const names = Object.keys(run.outcomes).sort();
    expect(names).toEqual(how === 'drain' ? ['sold', 'threw'] : ['abandoned', 'not-sent', 'sold']);
  });
});

describe('whatever the code and the shop do', () => {
  type Deed = { kind: string; step: string; ms: number };
  const aDeed: fc.Arbitrary<Deed> = fc.record({
    kind: fc.constantFrom('ask', 'ask', 'ask', 'caught', 'pause', 'busy', 'throw', 'two', 'forget', 'return'),
    step: fc.constantFrom(...STEPS),
    ms: fc.integer({ min: 0, max: 40 }),
  });
  const aSaid: fc.Arbitrary<Said> = fc.oneof(
    fc.record({ status: fc.constantFrom(200, 201, 404, 409, 500), body: fc.constantFrom('', '{"id":"1"}') }),
    fc.record({ failure: fc.constantFrom('timeout', 'reset', 'refused'), unsent: fc.boolean() }) as fc.Arbitrary<Said>,
  );
  const acting =
    (deeds: readonly Deed[]): OneOrder =>
    async (_order, shop, world) => {
      for (const { kind, step, ms } of deeds) {
        if (kind === 'ask') await shop.get(step, '/');
        else if (kind === 'caught') await shop.get(step, '/').catch(() => {});
        else if (kind === 'pause') await shop.pause(ms);
        else if (kind === 'busy') world.nowUs += ms * 10;
        else if (kind === 'throw') throw new Error('thrown');
        else if (kind === 'two') await Promise.all([shop.get(step, '/'), shop.get(step, '/')]);
        else if (kind === 'forget') void shop.get(step, '/');
        else return shop.ended('sold_out');
      }
    };

  it('every order ends once, its times add up, and nothing that may have been bought is called a no', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(aDeed, { maxLength: 6 }), { minLength: 1, maxLength: 5 }),
        fc.array(aSaid, { minLength: 1, maxLength: 9 }),
        fc.record({
          workers: fc.integer({ min: 1, max: 3 }),
          stopUs: fc.nat(1_200_000),
          how: fc.constantFrom('drain', 'abort', 'none', 'none'),
          service: fc.nat(40_000),
          wait: fc.nat(3_000),
          queue: fc.constantFrom(2, 1_000),
        }),
        async (programs, said, { workers, stopUs, how, service, wait, queue }) => {
          let turn = 0;
          const open = new Set<number>();
          const run = await fire(
            (order, shop, world) => acting(programs[order.seq % programs.length]!)(order, shop, world),
            {
              ratePerS: 20,
              seconds: 1,
              turnUs: 250,
              workers,
              says: ({ seq, step }) => {
                const answer = said[turn++ % said.length]!;
                if (step === 2 && answer.failure !== undefined && !answer.unsent) open.add(seq);
                return answer;
              },
              serviceUs: () => 500 + ((turn * 7_919) % (service + 1)),
              waitUs: () => (turn * 104_729) % (wait + 1),
              queue,
              act: (world, end) => {
                if (how !== 'none') world.at(stopUs, end[how as 'drain' | 'abort']);
              },
            },
          );
          // What an abort cuts off before its answer was never told to anybody.
          if (how === 'abort') return;
          for (const seq of open) expect(['accepted', 'unknown']).toContain(run.ledger.classOf(seq));
        },
      ),
      { seed: 20150408, numRuns: 100 },
    );
  });
});
