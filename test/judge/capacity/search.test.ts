import { describe, expect, it } from 'vitest';
import { searched, searchOptions } from '../../support/simulated-search.ts';
import { exponential, fixed, tills } from '../../support/simulated-shop.ts';

describe('a search', () => {
  it('brackets the load at which a shop of queueing theory has its knee, and confirms it', () => {
    // M/M/16 at 400/s: the knee is at 382/s for 1 % over 300 ms.
    const answer = searched(
      { serve: tills(16, exponential(0.04)) },
      searchOptions({ target: { meanPerS: 100, peakPerS: 133 } }),
    );
    expect(answer.bracket.held).toBeLessThan(382);
    expect(answer.bracket.broke).toBeGreaterThan(382);
    expect(answer).toMatchObject({ confirmed: true, exitCode: 0, verdict: undefined });
    expect(answer.says).toMatch(
      /^The shop holds 3\d\d\/s, 2\.\d+x to 3\.?\d*x the peak, and breaks at \d+\/s: `p99 < 300ms`/,
    );
  });

  it('of a shop that never breaks says that the generator gave out, and finds no knee', () => {
    const shop = { serve: tills(1000, fixed(0.005)), generator: { fromPerS: 300, lateUs: 20_000 } };
    const answer = searched(shop, searchOptions());
    expect(answer.bracket.broke).toBeUndefined();
    expect(answer.bracket.held).toBeGreaterThan(285);
    expect(answer.bracket.held).toBeLessThanOrEqual(300);
    expect(answer.limitedBy).toBe('generator');
    expect(answer.says).toContain('at least');
    // Nor where times rise with load, as they do on a busy machine.
    expect([answer.knee, answer.kneeMissing]).toEqual([
      undefined,
      'nothing broke, so no load was too much for the shop',
    ]);
  });
});
