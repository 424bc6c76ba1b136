import { describe, expect, it } from 'vitest';
import { plainPaint } from '../../src/report/layout.ts';
import { formatMarkdown } from '../../src/report/markdown.ts';
import { lastedUs, ratesOf } from '../../src/report/numbers.ts';
import { meansText } from '../../src/report/rates-text.ts';
import type { RunRecord } from '../../src/report/record.ts';
import { formatSummary } from '../../src/report/text.ts';
import { steadyOrders } from '../support/evidence.ts';
import { recordOf } from '../support/record.ts';
import { pageOf } from './html/pages.ts';

const means = (record: RunRecord) => {
  const { evidence } = record;
  return meansText({ rate: ratesOf(record), orders: evidence.orders, lastedUs: lastedUs(evidence) });
};
const answered = (ratePerS: number, forS: number, after: (dueUs: number) => number) =>
  recordOf(
    steadyOrders(ratePerS, forS, (dueUs) => ({ doneUs: dueUs + after(dueUs) })),
    { slo: ['errors < 1%'] },
  );

describe('the mean rates', () => {
  it('say how many orders they leave out, where it shows: those answered after the end of the run', () => {
    expect(means(answered(30, 10, (dueUs) => 2 * dueUs + 50_000))).toEqual([
      'fired 30/s',
      'accepted 9.9/s in 10 s, 201 after',
    ]);
    expect(means(answered(74, 1, () => 1.5e6))).toEqual(['fired 74/s', 'accepted 0/s in 1 s, 74 after']);
  });

  it('say so of orders that were fired too late, too', () => {
    const late = steadyOrders(10, 2, (dueUs) => ({ firedUs: dueUs + 1e6, doneUs: dueUs + 1e6 }));
    expect(means(recordOf(late))).toEqual(['fired 5/s in 2 s, 10 after', 'accepted 5/s in 2 s, 10 after']);
  });

  it('say no more where it does not show, or where orders were not accepted at all', () => {
    const prompt = answered(300, 10, () => 5_000);
    expect(prompt.evidence.timeline.flows.at(-1)).toMatchObject({ second: 10, accepted: 2 });
    expect(means(prompt)).toEqual(['fired 300/s', 'accepted 300/s']);
    // Of a worker that was lost, its seconds may be known and its own counts not.
    const lost = { ...prompt.evidence, orders: { ...prompt.evidence.orders, fired: 1500, accepted: 1400 } };
    expect(means({ ...prompt, evidence: lost })).toEqual(['fired 300/s', 'accepted 300/s']);
    const refused = steadyOrders(30, 10, (dueUs, index) => ({
      doneUs: dueUs + 9_000,
      ...(index % 2 ? { ends: 'rejected' } : {}),
    }));
    expect(means(recordOf(refused))).toEqual(['fired 30/s', 'accepted 15/s']);
  });

  it('say it in every rendering, and of a narrow terminal too', () => {
    const lagging = answered(30, 10, (dueUs) => 2 * dueUs + 50_000);
    const says = 'accepted 9.9/s in 10 s, 201 after';
    for (const width of [60, 120]) expect(formatSummary(lagging, { paint: plainPaint, width })).toContain(says);
    expect(formatMarkdown(lagging)).toContain(says);
    expect(pageOf(lagging)).toContain(says);
  });
});
