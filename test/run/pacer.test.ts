import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Agenda } from '../../src/run/agenda.ts';
import { Pacer } from '../../src/run/pacer.ts';
import type { Schedule } from '../../src/traffic/spec.ts';
import { World } from '../support/world.ts';

function scheduleFrom(duesUs: readonly number[]): Schedule {
  let index = -1;
  return {
    next: () => duesUs[++index] ?? Number.POSITIVE_INFINITY,
    get seq() {
      return index;
    },
  };
}

async function pace(
  duesUs: readonly number[],
  options: { fireCostUs?: number; stopAtUs?: number; turnUs?: number } = {},
) {
  const world = new World({ turnUs: options.turnUs ?? 5 });
  const fired: { seq: number; dueUs: number; firedUs: number }[] = [];
  let ended = 0;
  const pacer = new Pacer(world.clock, scheduleFrom(duesUs), world.waiter, (seq, dueUs) => {
    fired.push({ seq, dueUs, firedUs: world.nowUs });
    world.nowUs += options.fireCostUs ?? 0;
  });
  pacer.start(() => ended++);
  if (options.stopAtUs !== undefined) world.at(options.stopAtUs, () => pacer.stop());
  await world.run();
  return { fired, ended, unreached: pacer.countUnreached() };
}

const DUES = fc
  .array(fc.integer({ min: 0, max: 5_000_000 }), { maxLength: 200 })
  .map((dues) => dues.sort((a, b) => a - b));

type WaitIn = { idle: boolean; later?: { nextUs: number; fire(atUs: number): void }; stopAtUs?: number };

describe('pacer', () => {
  it('fires every order once, in order, never early, and on a free machine within a turn of the loop', async () => {
    await fc.assert(
      fc.asyncProperty(DUES, async (dues) => {
        const { fired, ended } = await pace(dues);
        expect(ended).toBe(1);
        expect(fired.map((order) => order.seq)).toEqual(dues.map((_, seq) => seq));
        for (const { dueUs, firedUs } of fired) {
          expect(firedUs).toBeGreaterThanOrEqual(dueUs);
          expect(firedUs - dueUs).toBeLessThanOrEqual(5);
        }
      }),
      { seed: 7, numRuns: 60 },
    );
  });

  it('skips nothing when firing costs more time than there is', async () => {
    const dues = Array.from({ length: 1_000 }, (_, i) => i * 100);
    const { fired } = await pace(dues, { fireCostUs: 250 });
    expect(fired).toHaveLength(1_000);
    expect(fired.at(-1)!.firedUs).toBeGreaterThanOrEqual(999 * 250);
  });

  it('lets answers be read while it catches up', async () => {
    const world = new World({ turnUs: 5 });
    const gaps: number[] = [];
    let lastTurnUs = 0;
    const looking = {
      ...world.waiter,
      soon: (callback: () => void) => {
        gaps.push(world.nowUs - lastTurnUs);
        world.waiter.soon(() => {
          lastTurnUs = world.nowUs;
          callback();
        });
      },
    };
    const pacer = new Pacer(world.clock, scheduleFrom(Array(5_000).fill(0)), looking, () => {
      world.nowUs += 20;
    });
    pacer.start(() => {});
    await world.run();
    expect(Math.max(...gaps)).toBeLessThanOrEqual(520);
  });

  it('sleeps while the next order is far, and polls only shortly before it', async () => {
    const world = new World();
    let polls = 0;
    const counting = {
      ...world.waiter,
      soon: (callback: () => void) => {
        polls++;
        world.waiter.soon(callback);
      },
    };
    new Pacer(world.clock, scheduleFrom([10_000_000]), counting, () => {}).start(() => {});
    await world.run();
    expect(polls).toBeLessThan(1_400 / 5 + 2);
  });

  it('takes another nap whenever one still ends in time, and none that might not', async () => {
    // A timer of this world takes 0.25 ms longer than asked for, as on a machine that has to wake up first.
    const world = new World();
    const asleepUs: number[] = [];
    const slow = {
      ...world.waiter,
      after: (ms: number, callback: () => void) => {
        const fromUs = world.nowUs;
        world.at(fromUs + ms * 1e3 + 250, () => {
          asleepUs.push(world.nowUs);
          callback();
        });
      },
    };
    const dues = Array.from({ length: 200 }, (_, i) => i * 20_037 + 20_000);
    const firedUs: number[] = [];
    new Pacer(world.clock, scheduleFrom(dues), slow, () => void firedUs.push(world.nowUs)).start(() => {});
    await world.run();
    for (const [i, dueUs] of dues.entries()) {
      expect(firedUs[i]! - dueUs).toBeLessThanOrEqual(5);
      const wokenUs = asleepUs.findLast((us) => us <= dueUs)!;
      expect(dueUs - wokenUs).toBeLessThan(1_400);
    }
  });

  /** A world where a pause takes 1 µs and a turn 2 µs; what a wait of 1.2 ms for one order came to. */
  const waitIn = async ({ idle, later, stopAtUs = Number.POSITIVE_INFINITY }: WaitIn) => {
    const world = new World({ turnUs: 2 });
    const seen = { looks: 0, turnsUs: [] as number[], pausedUs: 0, firedUs: Number.NaN };
    const clock = (): number => {
      seen.looks++;
      return world.nowUs;
    };
    const pausing = {
      ...world.waiter,
      soon: (callback: () => void) => {
        seen.turnsUs.push(world.nowUs);
        world.waiter.soon(callback);
      },
      pause: () => {
        world.nowUs += 1;
        if (++seen.pausedUs > 10_000) throw new Error('It never stops waiting in place');
      },
    };
    const fire = (): void => {
      seen.firedUs = world.nowUs;
    };
    const pacer = new Pacer(clock, scheduleFrom([1_200]), pausing, fire, {
      later: later && {
        get nextUs() {
          return later.nextUs;
        },
        fire: () => later.fire(world.nowUs),
      },
      idle: () => idle,
    });
    pacer.start(() => {});
    if (stopAtUs < Number.POSITIVE_INFINITY) world.at(stopAtUs, () => pacer.stop());
    await world.run();
    return { ...seen, spunUs: pacer.spunUs };
  };

  it('waits in place between two looks at the clock, and gives the loop its turn all the same', async () => {
    const { firedUs, turnsUs, looks, spunUs } = await waitIn({ idle: false });
    expect(firedUs).toBe(1_200);
    // 10 µs where it stands and 2 µs of a turn, again and again; each look is one pause later, or one turn.
    expect(turnsUs.length).toBeGreaterThanOrEqual(100);
    expect(turnsUs.length).toBeLessThan(105);
    expect(looks).toBeLessThanOrEqual(1_200);
    expect(spunUs).toBe(1_200);
  });

  it('gives the loop no turn of the last stretch before the due time while no answer is awaited', async () => {
    const { firedUs, turnsUs, spunUs } = await waitIn({ idle: true });
    expect(firedUs).toBe(1_200);
    // Asked for at the start; behind the last order there is nothing, so none is.
    expect(turnsUs).toEqual([0]);
    expect(spunUs).toBe(1_200);
  });

  it('waits in place for nothing that is far, or no longer due, once the orders are stopped', async () => {
    for (const nextUs of [Number.POSITIVE_INFINITY, 15_000]) {
      const firedUs: number[] = [];
      const later = {
        nextUs,
        fire: (atUs: number) => {
          firedUs.push(atUs);
          later.nextUs = Number.POSITIVE_INFINITY;
        },
      };
      const { pausedUs, firedUs: orderUs } = await waitIn({ idle: true, later, stopAtUs: 1 });
      expect(orderUs).toBeNaN();
      expect(firedUs).toEqual(nextUs === 15_000 ? [15_000] : []);
      expect(pausedUs).toBeLessThan(1_500);
    }
  });

  it('sleeps through a pause longer than a Node timer can hold', async () => {
    const month = 30 * 86_400e6;
    const { fired } = await pace([0, month]);
    expect(fired.map((order) => order.firedUs)).toEqual([0, expect.closeTo(month, -1)]);
  });

  it('fires nothing after stop, and counts what it did not reach one by one', async () => {
    await fc.assert(
      fc.asyncProperty(DUES, fc.integer({ min: 0, max: 5_000_000 }), async (dues, stopAtUs) => {
        const { fired, ended, unreached } = await pace(dues, { stopAtUs });
        expect(ended).toBe(1);
        expect(fired.length + unreached).toBe(dues.length);
        for (const { firedUs } of fired) expect(firedUs).toBeLessThanOrEqual(stopAtUs);
      }),
      { seed: 11, numRuns: 60 },
    );
  });

  it('fires what is due later beside the schedule: all of it, never early, on time, and after a stop as well', async () => {
    const later = fc.array(fc.record({ putUs: fc.nat(5_000_000), afterUs: fc.nat(3_000_000) }), { maxLength: 100 });
    await fc.assert(
      fc.asyncProperty(DUES, later, fc.integer({ min: 0, max: 9_000_000 }), async (dues, items, stopAtUs) => {
        const world = new World();
        const agenda = new Agenda<number>();
        const fired: { dueUs: number; firedUs: number }[] = [];
        const orders: number[] = [];
        const at = {
          get nextUs() {
            return agenda.nextUs;
          },
          fire: () => void fired.push({ dueUs: agenda.take()!, firedUs: world.nowUs }),
        };
        const pacer = new Pacer(
          world.clock,
          scheduleFrom(dues),
          world.waiter,
          (_, dueUs) => {
            orders.push(dueUs);
            expect(world.nowUs - dueUs).toBeGreaterThanOrEqual(0);
            expect(world.nowUs - dueUs).toBeLessThanOrEqual(5);
          },
          { later: at },
        );
        let ended = 0;
        pacer.start(() => ended++);
        for (const { putUs, afterUs } of items) {
          world.at(putUs, () => {
            agenda.put(world.nowUs + afterUs, world.nowUs + afterUs);
            pacer.wake();
          });
        }
        world.at(stopAtUs, () => pacer.stop());
        await world.run();
        expect(ended).toBe(1);
        expect(orders).toEqual(dues.filter((dueUs) => dueUs <= stopAtUs).slice(0, orders.length));
        expect(orders.length + pacer.countUnreached()).toBe(dues.length);
        expect(fired.map(({ dueUs }) => dueUs).sort((a, b) => a - b)).toEqual(
          items.map(({ putUs, afterUs }) => putUs + afterUs).sort((a, b) => a - b),
        );
        for (const { dueUs, firedUs } of fired) {
          expect(firedUs).toBeGreaterThanOrEqual(dueUs);
          expect(firedUs - dueUs).toBeLessThanOrEqual(5);
        }
      }),
      { seed: 13, numRuns: 60 },
    );
  });

  it('counts the time of empty turns, and only those', async () => {
    // Due 1.3 ms from now: too near to sleep, so the loop is polled, 5 µs a turn.
    const spun = async (turnUs: number, worked: (turn: number) => boolean) => {
      const world = new World({ turnUs });
      let turns = 0;
      const waiter = {
        ...world.waiter,
        soon: (callback: () => void) =>
          world.waiter.soon(() => {
            if (worked(turns++)) pacer.worked();
            callback();
          }),
      };
      const pacer: Pacer = new Pacer(world.clock, scheduleFrom([1_300, 1_300]), waiter, () => {
        world.nowUs += 700;
      });
      pacer.start(() => {});
      await world.run();
      return pacer.spunUs;
    };
    expect(await spun(5, () => false)).toBe(1_300);
    // An answer was read in every fourth turn; a turn of 51 µs had something else in it.
    expect(await spun(5, (turn) => turn % 4 === 0)).toBe(975);
    expect(await spun(51, () => false)).toBe(0);
  });

  it('does not take sleeping for polling', async () => {
    const world = new World({ turnUs: 5 });
    const pacer = new Pacer(world.clock, scheduleFrom([10_000_000]), world.waiter, () => {});
    pacer.start(() => {});
    await world.run();
    expect(pacer.spunUs).toBeLessThanOrEqual(1_400);
  });
});
