import { describe, expect, it } from 'vitest';
import { askedOf } from '../../src/judge/capacity/asked.ts';
import type { Trial } from '../../src/judge/capacity/spec.ts';
import { plainPaint, widthOf } from '../../src/report/layout.ts';
import { formatSearch, formatTrialLine, formatTrialNow } from '../../src/report/trial-line.ts';
import { evidenceOf } from '../support/evidence.ts';
import { golden } from '../support/golden.ts';
import { foundCapacity } from './capacities.ts';

const options = { paint: plainPaint, width: 100 };
const record = foundCapacity();

describe('what a search says while it goes on', () => {
  it.each([60, 100])('a line for each trial, wrapped at %i columns under what it says', (width) => {
    const [first] = record.capacity.trials;
    const bent: Trial = {
      ...first!,
      purpose: 'repeat',
      outcome: 'undecided',
      why: [
        {
          code: 'undecided',
          message: '`p99 < 300ms`: 1 % of 2,400 orders were slower, where 1 % may: too close to tell',
        },
        { code: 'undecided', message: '`errors < 1%`' },
      ],
    };
    const spoilt: Trial = {
      ...first!,
      outcome: 'discarded',
      response: undefined,
      why: [{ code: 'sold-out', message: 'nothing was accepted all the time: the stock ran out' }],
    };
    const text = [...record.capacity.trials, bent, spoilt]
      .map((trial) => formatTrialLine(trial, { ...options, width }))
      .join('\n');
    expect(text).toBe(golden(`report/trial-lines-${width}.txt`, text));
  });

  it('before it: what it asks, and what it does not ask, and why', () => {
    const asked = askedOf(
      ['p99 < 300ms in every 1m', 'p99 < 500ms during spike', 'errors < 1%'].map((text) => ({
        text,
        place: undefined,
      })),
      ['base', 'spike'],
    );
    const text = formatSearch(
      { ...record.plan, warnings: ['target.tls has no effect'] },
      { asked, target: { meanPerS: 48.6, peakPerS: 369 }, budget: { us: 600e6, orders: 200_000 }, mostPerS: 3690 },
      options,
    );
    expect(text).toBe(golden('report/search-100.txt', text));
    for (const line of text.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(100);
  });

  it('while a trial goes on: how far it is, and how many orders are out', () => {
    const evidence = evidenceOf([0, 1, 2].map((second) => ({ dueUs: second * 1e6, doneUs: second * 1e6 + 5e3 })));
    const now = { ...evidence, orders: { ...evidence.orders, fired: 4 } };
    const request = { index: 2, ratePerS: 120, durationUs: 20e6, settleUs: 3e6, purpose: 'bisect' as const, seed: 1 };
    expect(formatTrialNow(request, 3.2e6, now)).toBe('trial  3: 120/s for 20 s  3.2 s of 23 s, 1 order in flight');
    expect(formatTrialNow(request, 99e6, now)).toContain('23 s of 23 s');
  });
});
