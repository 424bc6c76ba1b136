// What workers keep of single orders, on a virtual clock against a shop that answers from a formula: held against what the
// shop itself saw of every one of them.

import { describe, expect, it } from 'vitest';
import { histogramShape } from '../../src/measure/histogram.ts';
import { KeptOfRun, type KeptOrder, MOST_DRAWN, MOST_SLOW, responseUsOf } from '../../src/measure/kept.ts';
import { Recorder } from '../../src/measure/recorder.ts';
import { compileJourney, isPlain } from '../../src/order/journey.ts';
import type { OrderSpec, StepSpec } from '../../src/order/spec.ts';
import { Agenda } from '../../src/run/agenda.ts';
import { JourneyDesk, laterOf } from '../../src/run/journey-desk.ts';
import { KEPT_BODY_BYTES, Keeper, type KeptChange, type RawAnswer } from '../../src/run/keeper.ts';
import { plainDesk } from '../../src/run/plain-desk.ts';
import type { Try } from '../../src/run/purchase.ts';
import { startShare } from '../../src/run/share.ts';
import { hash32 } from '../../src/traffic/random.ts';
import { scheduleOf } from '../../src/traffic/schedule.ts';
import type { CurveSpec } from '../../src/traffic/spec.ts';
import { pretendDriver, type Said } from '../support/pretend-driver.ts';
import { World } from '../support/world.ts';

const SHAPE = histogramShape(60e6);
const SEED = 5;
const NO_COUNTERS = { open: 0, openMax: 0, opened: 0, waiting: 0, waitingMax: 0 };

function orderOf(steps: string[], more: Partial<OrderSpec> = {}): OrderSpec {
  const identity = { runId: 'r', seed: SEED, skus: [{ value: 's', weight: 1 }], quantity: [{ value: 1, weight: 1 }] };
  const step = (name: string): StepSpec => ({
    ...{ name, method: 'POST', path: `/${name}`, headers: [], body: { kind: 'none' } },
  });
  return { steps: steps.map(step), identity, rules: [], ...more };
}

type Shop = { says: (seq: number, step: number) => Said; serviceUs: (seq: number, step: number) => number };
/** An order as the shop's side saw it end. */
type Seen = { seq: number; responseUs: number; outcome: string };

async function fire(order: OrderSpec, workers: number, { says, serviceUs }: Shop, seconds = 4) {
  const curve: CurveSpec = {
    orders: 250 * seconds,
    durationUs: seconds * 1e6,
    arrivals: 'poisson',
    seed: 3,
    basePerS: 250,
    parts: [{ kind: 'base', name: 'base', addsPerS: 250 }],
  };
  const world = new World({ startUs: -50_000, turnUs: 50 });
  const journey = compileJourney(order);
  const plain = isPlain(order);
  const run = new KeptOfRun(journey.outcomes);
  const raw: RawAnswer[] = [];
  const told: KeptChange[] = [];
  const seen: Seen[] = [];
  const shares = Array.from({ length: workers }, (_, worker) => {
    const recorder = new Recorder(worker, journey.outcomes, SHAPE, plain ? 0 : journey.steps.length);
    const keeper = new Keeper(journey.outcomes, SEED);
    return startShare({
      nowUs: world.clock,
      waiter: world.waiter,
      schedule: scheduleOf(curve, worker, workers),
      recorder,
      makeDesk: (rest) => {
        const seams = { ...rest, nowUs: world.clock, recorder, keeper };
        if (plain) {
          const [first] = journey.steps;
          const orders = { outcomes: journey.outcomes, step: 'order', classify: first!.classify, soldOut: [] };
          return { desk: plainDesk(orders, seams) };
        }
        const agenda = new Agenda<Try>();
        const desk = new JourneyDesk(journey, order, { ...seams, agenda, unixMs: () => 0, soldOut: [] });
        return { desk, later: laterOf(agenda, desk) };
      },
      makeDriver: (onAnswer) =>
        pretendDriver(
          world,
          {
            doneAtUs: (nowUs, { seq, step }) => nowUs + serviceUs(seq, step),
            says: ({ seq, step }) => says(seq, step),
          },
          (attempt, answer) => {
            if (plain) {
              const { seq, dueUs } = attempt;
              const responseUs = Math.floor(answer.doneUs) - Math.floor(dueUs);
              seen.push({ seq, responseUs, outcome: answer.failure ?? String(answer.status) });
            }
            onAnswer(attempt, answer);
          },
        ),
      send: () => {
        const change = structuredClone(keeper.drain());
        if (!change) return;
        told.push(change);
        raw.push(...change.answers);
        run.take({ orders: change.orders, answers: [] });
      },
    });
  });
  await world.run();
  await Promise.all(shares.map((share) => share.ended));
  return { kept: run.kept, raw, told, seen, outcomes: journey.outcomes, journey };
}

const body = (seq: number): string => `order ${seq} `.repeat(2_000);
/** 2 % time out, 1 % are reset; some are slow. */
const MIXED: Shop = {
  says: (seq) => {
    const draw = hash32(1, seq, 1) % 100;
    if (draw < 2) return { failure: 'timeout', detail: 'x'.repeat(5_000) };
    if (draw < 3) return { failure: 'reset', detail: 'ECONNRESET' };
    return draw < 20 ? { status: 409, body: '{"code":"SOLD_OUT"}' } : { status: 201, body: body(seq).slice(0, 200) };
  },
  serviceUs: (seq) => 500 + (hash32(2, seq, 2) % 200_000),
};

describe('orders of one exchange', () => {
  it.each([1, 2, 3, 7])(
    'keeps the slowest of all and some of those that failed, from %i worker(s)',
    async (workers) => {
      const { kept, seen, outcomes, told } = await fire(orderOf(['order']), workers, MIXED);
      expect(seen.length).toBe(1_000);
      const slowest = [...seen].sort((a, b) => b.responseUs - a.responseUs || a.seq - b.seq).slice(0, MOST_SLOW);
      expect(kept.slowest.map((order) => [order.seq, responseUsOf(order)])).toEqual(
        slowest.map(({ seq, responseUs }) => [seq, responseUs]),
      );
      for (const name of ['timeout', 'reset']) {
        const own = seen.filter((each) => each.outcome === name).sort((a, b) => a.seq - b.seq);
        expect(own.length).toBeGreaterThan(3);
        const mine = kept.bad.filter(({ outcome }) => outcomes[outcome]!.name === name);
        expect(mine[0]!.seq).toBe(own[0]!.seq);
        const drawn = own.sort((a, b) => draw(a.seq) - draw(b.seq)).slice(0, MOST_DRAWN);
        const expected = new Set([mine[0]!.seq, ...drawn.map(({ seq }) => seq)]);
        expect(new Set(mine.map(({ seq }) => seq))).toEqual(expected);
      }
      // What was told is little, however many there were.
      expect(told.flatMap(({ orders }) => orders).length).toBeLessThan(300 + 100 * workers);
    },
  );

  it('keeps the first answer of each outcome, a copy cut to its bound, and no second one', async () => {
    const { raw, outcomes } = await fire(orderOf(['order']), 1, {
      ...MIXED,
      says: (seq) => (seq % 10 === 3 ? { failure: 'timeout', detail: 'x'.repeat(5_000) } : { body: body(seq) }),
      // In turn, so that the first is the first.
      serviceUs: () => 100,
    });
    expect(raw.map(({ outcome, sent }) => [outcomes[outcome]!.name, sent.seq])).toEqual([
      ['2xx', 0],
      ['timeout', 3],
    ]);
    const [sold, timeout] = raw as [RawAnswer, RawAnswer];
    // The driver has read a thousand other answers into the same buffer since.
    expect(new TextDecoder().decode(sold.body)).toBe(body(0).slice(0, KEPT_BODY_BYTES));
    expect(sold.isCut).toBe(true);
    expect(timeout).toMatchObject({ failure: 'timeout', status: 0, isCut: false });
    expect(timeout.detail.length).toBe(200);
  });

  it('counts what we were late, as the response does', () => {
    const keeper = new Keeper(compileJourney(orderOf(['order'])).outcomes, SEED);
    const journey = compileJourney(orderOf(['order']));
    let nowUs = 0;
    const nothing = () => {};
    const driver = { name: 'wire' as const, fire: () => true, counters: NO_COUNTERS, close: async () => {} };
    const desk = plainDesk(
      { outcomes: journey.outcomes, step: 'order', classify: journey.steps[0]!.classify, soldOut: [] },
      {
        ...{ nowUs: () => nowUs, recorder: new Recorder(0, journey.outcomes, SHAPE), keeper, driver: () => driver },
        ...{ changeInFlight: nothing, onTaken: nothing, onIdle: nothing },
      },
    );
    const end = (seq: number, lateUs: number, serviceUs: number) => {
      const dueUs = seq * 1e6;
      nowUs = dueUs + lateUs;
      desk.take(seq, dueUs);
      const answer = { failure: undefined, detail: '', status: 201, headers: { get: () => undefined } };
      const times = { sentUs: nowUs, doneUs: nowUs + serviceUs };
      desk.onAnswer(
        { seq, step: 0, dueUs, firedUs: nowUs },
        { ...answer, ...times, body: new Uint8Array(0), bodyTruncated: false },
      );
    };
    for (let seq = 0; seq < MOST_SLOW; seq++) end(seq, 0, 10_000 + seq);
    end(50, 20_000, 100);
    end(51, 0, 9_000);
    const told = keeper.drain()!.orders;
    expect(told.some(({ seq, latenessUs }) => seq === 50 && latenessUs === 20_000)).toBe(true);
    expect(told.some(({ seq }) => seq === 51)).toBe(false);
  });

  it('parts of an order add up, and one that was never sent has no service', async () => {
    const { kept } = await fire(orderOf(['order']), 2, {
      says: (seq) => (seq % 4 === 0 ? { failure: 'refused', detail: 'ECONNREFUSED', unsent: true } : {}),
      serviceUs: (seq) => (seq % 4 === 0 ? 700_000 + seq : 1_000),
    });
    expect(kept.slowest.length).toBe(MOST_SLOW);
    for (const order of kept.slowest) {
      const { seq, latenessUs, waitUs, serviceUs, thinkUs, detail, status } = order;
      expect([Number.isNaN(serviceUs), detail, status]).toEqual([true, 'ECONNREFUSED', 0]);
      expect(latenessUs + waitUs + thinkUs).toBe(responseUsOf(order));
      // A virtual turn may pass before it is seen.
      expect(Math.abs(waitUs - (700_000 + seq))).toBeLessThan(200);
    }
  });
});

function draw(seq: number): number {
  return hash32(SEED, seq, 900);
}

describe('orders of several exchanges', () => {
  const shop: Shop = {
    says: (seq, step) => (step === 1 && seq % 50 === 7 ? { failure: 'reset', detail: 'ECONNRESET' } : { body: `{}` }),
    serviceUs: (seq, step) => 1_000 * (step + 1) + (seq % 97) * 100,
  };
  const order = (): OrderSpec => {
    const made = orderOf(['cart', 'pay', 'confirm']);
    made.steps[1]!.think = { kind: 'fixed', us: 30_000 };
    return { ...made, placedBy: 1 };
  };

  it('keeps each with its exchanges, whose times add up to the order', async () => {
    const { kept } = await fire(order(), 3, shop);
    expect(kept.slowest.length).toBe(MOST_SLOW);
    for (const each of kept.slowest) {
      expect(each.steps.map(({ step }) => step)).toEqual(['cart', 'pay', 'confirm']);
      const sum = (of: (step: KeptOrder['steps'][number]) => number) =>
        each.steps.reduce((total, step) => total + of(step), 0);
      expect(sum(({ latenessUs }) => latenessUs)).toBe(each.latenessUs);
      expect(sum(({ thinkUs }) => thinkUs)).toBe(each.thinkUs);
      expect(sum(({ sentUs, firedUs }) => sentUs - firedUs)).toBe(each.waitUs);
      expect(sum(({ doneUs, sentUs }) => doneUs - sentUs)).toBe(each.serviceUs);
      expect(each.thinkUs).toBe(30_000);
    }
    // The slowest are those whose number leaves the most behind 97.
    expect(kept.slowest.every(({ seq }) => seq % 97 >= 90)).toBe(true);
  });

  it('keeps of those that broke off what they came to, and an answer for each end', async () => {
    const { kept, raw, outcomes } = await fire(order(), 2, shop);
    const ends = kept.bad.map(({ seq, outcome, detail, steps }) => ({ seq, end: outcomes[outcome]!, detail, steps }));
    expect(ends.length).toBeGreaterThan(0);
    for (const { seq, end, detail, steps } of ends) {
      expect(seq % 50).toBe(7);
      expect([end.name, end.class, detail, steps.length]).toEqual(['reset', 'unknown', 'ECONNRESET', 2]);
    }
    expect(new Set(raw.map(({ outcome }) => outcomes[outcome]!.name))).toEqual(new Set(['2xx', 'reset']));
    // Of the placing step, not of the cart, which says 2xx as well.
    expect(raw.every(({ step }) => step === 1)).toBe(true);
  });

  it('keeps the answer of an earlier step where that was the end', async () => {
    const { kept, raw, outcomes } = await fire(order(), 1, {
      ...shop,
      says: (seq, step) => (step === 0 && seq % 9 === 4 ? { status: 404, body: 'no cart' } : { body: '{}' }),
    });
    const gone = raw.find(({ outcome }) => outcomes[outcome]!.class === 'failed')!;
    expect([gone.step, gone.status, new TextDecoder().decode(gone.body).slice(0, 7)]).toEqual([0, 404, 'no cart']);
    expect(kept.bad.every(({ steps }) => steps.length === 1)).toBe(true);
  });
});
