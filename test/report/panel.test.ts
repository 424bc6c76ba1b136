import { describe, expect, it } from 'vitest';
import { plainPaint, widthOf } from '../../src/report/layout.ts';
import { formatPanel, formatProgressLine, panelStateOf } from '../../src/report/panel.ts';
import { sparkline } from '../../src/report/sparkline.ts';
import type { Order } from '../support/evidence.ts';
import { steadyOrders } from '../support/evidence.ts';
import { golden } from '../support/golden.ts';
import { recordOf } from '../support/record.ts';

const EXTRAS = { name: 'mi-fan-fest', target: 'https://shop.example/api' };
const SLO = ['p99 < 300ms', 'errors < 0.1%', 'oversold == 0'];
const PHASES = [
  { part: 'base', fromUs: 0, untilUs: 120e6 },
  { part: 'hourly', fromUs: 60e6, untilUs: 90e6 },
];

/** 20/s for a minute; then 40/s, which a shop that froze in second 66 answers no more. */
const soFar = (): Order[] => [
  ...steadyOrders(20, 60, (dueUs) => ({ doneUs: dueUs + 10_000 })),
  ...steadyOrders(40, 6, (dueUs) => ({ doneUs: dueUs + 30_000 }), 60),
  ...steadyOrders(40, 54, () => ({ fate: 'unreached' }), 66),
];
const record = recordOf(soFar(), { slo: SLO, durationUs: 120e6, phases: PHASES });
const at = (elapsedUs: number) =>
  panelStateOf(record.evidence, elapsedUs, { ...EXTRAS, slo: record.judgement.slo, waiting: 7 });

describe('panelStateOf', () => {
  it('counts what is due, and what became of it', () => {
    const { orders } = at(70e6);
    expect(orders).toEqual({
      planned: 20 * 60 + 40 * 60,
      due: 20 * 60 + 40 * 10,
      fired: 1440,
      dropped: 0,
      accepted: 1440,
      rejected: 0,
      failed: 0,
      unknown: 0,
    });
    expect(at(30.25e6).orders.due).toBe(20 * 30 + 5);
  });

  it('means the last ten seconds that all workers have handed over', () => {
    expect(at(41e6).rate).toEqual({ planned: 20, fired: 20, accepted: 20 });
    expect(at(66e6).rate!.planned).toBe((5 * 20 + 5 * 40) / 10);
    expect(at(76e6).rate).toEqual({ planned: 40, fired: (40 * 1) / 10, accepted: expect.closeTo(4.1, 6) });
    expect(at(0.9e6).rate).toBeUndefined();
  });

  it('keeps the last minute, one number a second', () => {
    const { history } = at(76e6);
    expect(history.planned).toHaveLength(60);
    expect(history.planned.slice(43, 47)).toEqual([20, 20, 40, 40]);
    expect(history.fired.slice(-10).reduce((sum, n) => sum + n, 0)).toBe(40);
    expect(at(5e6).history.fired).toHaveLength(4);
  });

  it('takes recent times from the orders due recently, and says nothing where there are none', () => {
    expect(at(41e6).response.recent.p50Us).toBe(10_000);
    const frozen = at(90e6).response;
    expect(frozen.recent).toEqual({ p50Us: undefined, p99Us: undefined });
    expect(frozen.overall.p99Us).toBeGreaterThan(29_900);
  });

  it('names the parts that are on, but not those that always are', () => {
    expect(at(59e6).partsOn).toEqual([]);
    expect(at(61e6).partsOn).toEqual(['hourly']);
  });
});

describe('formatPanel', () => {
  for (const width of [60, 80, 120]) {
    it(`fits ${width} columns`, () => {
      const panel = formatPanel(at(66e6), { paint: plainPaint, width });
      expect(panel).toBe(golden(`report/panel-${width}.txt`, panel));
      for (const line of panel.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(width);
    });
  }

  it('has as many lines from start to end, so that a redraw does not jump', () => {
    const lines = [0, 0.5e6, 30e6, 66e6, 119e6, 121e6].map(
      (us) => formatPanel(at(us), { paint: plainPaint, width: 80 }).split('\n').length,
    );
    expect(new Set(lines).size).toBe(1);
  });

  it('shows broken SLOs first when there are too many lamps', () => {
    const slo = Array.from(
      { length: 20 },
      (_, i) => ({ text: `p99 < ${i}s`, status: i === 19 ? 'fail' : 'pass' }) as const,
    );
    const panel = formatPanel({ ...at(30e6), slo }, { paint: plainPaint, width: 80 });
    expect(panel).toContain('✘ p99 < 19s');
    expect(panel).toContain('and 15 more');
  });

  it('shows a name that would move the cursor as text', () => {
    const state = panelStateOf(record.evidence, 30e6, { ...EXTRAS, name: 'x\u001b[2Jy\nz' });
    expect(formatPanel(state, { paint: plainPaint, width: 80 })).toContain('x\\u001b[2Jy\\u000az');
  });
});

describe('formatProgressLine', () => {
  it('is one line with the same numbers', () => {
    const line = formatProgressLine(at(66e6));
    expect(line).toBe(golden('report/progress.txt', line));
    expect(line).not.toContain('\n');
  });
});

describe('sparkline', () => {
  it('goes from the lowest to the highest block', () => {
    expect(sparkline([0, 50, 100, 200], 100)).toBe('▁▅██');
    expect(sparkline([0, Number.NaN], 0)).toBe('▁ ');
  });
});
