import { describe, expect, it } from 'vitest';
import { Rest } from '../../src/commands/rest.ts';

/** A shop whose orders take what the list says, one after the other, and then the last of it for ever; time passes only by them. */
function shop(tookUs: (number | undefined)[], stopAfter = Number.POSITIVE_INFINITY) {
  let at = 0;
  let nowUs = 0;
  let paused = 0;
  const rest = new Rest({
    ask: async () => {
      const took = tookUs[Math.min(at++, tookUs.length - 1)];
      nowUs += took ?? 10e6;
      return took;
    },
    nowUs: () => nowUs,
    pause: async (ms) => {
      paused++;
      nowUs += ms * 1e3;
    },
    stop: () => at >= stopAfter,
  });
  return { rest, asked: () => at, paused: () => paused };
}

describe('rest between trials', () => {
  it('is there once three orders in a row are about as fast as before the first trial', async () => {
    // Learnt: 30 ms. Too slow: 400 and 100 ms; fast, but then slow again; at rest.
    const { rest, asked, paused } = shop([80e3, 30e3, 40e3, 400e3, 60e3, 100e3, 50e3, 89e3, 31e3]);
    await rest.learn();
    expect(await rest.wait()).toBeUndefined();
    expect(asked()).toBe(9);
    expect(rest.sent).toBe(9);
    // Only where an order was slow is there anything to wait for.
    expect(paused()).toBe(2);
  });

  it('forgives a very fast shop some milliseconds', async () => {
    const { rest, asked } = shop([300, 300, 300, 20_000, 15_000, 20_300]);
    await rest.learn();
    expect(await rest.wait()).toBeUndefined();
    expect(asked()).toBe(6);
  });

  it('says so when it does not come within a minute', async () => {
    const { rest } = shop([30e3, 30e3, 30e3, 2e6]);
    await rest.learn();
    expect(await rest.wait()).toBe(
      'the shop had not come to rest 1 m after a trial: a single order was answered in 2 s, where it took 30 ms ' +
        'before the first one; what comes next may be blamed for it',
    );
  });

  it('takes an order without an answer for one that is too slow', async () => {
    const { rest } = shop([30e3, 30e3, 30e3, undefined]);
    await rest.learn();
    expect(await rest.wait()).toContain('a single order was not answered');
  });

  it('is not waited for when the search is stopped', async () => {
    const { rest, asked } = shop([30e3, 30e3, 30e3, 2e6], 5);
    await rest.learn();
    expect(await rest.wait()).toBeUndefined();
    expect(asked()).toBe(5);
  });
});
