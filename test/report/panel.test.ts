import { describe, expect, it } from 'vitest';
import { Recorder } from '../../src/measure/recorder.ts';
import { histogramShape } from '../../src/measure/shape.ts';
import { Timeline } from '../../src/measure/timeline.ts';
import { outcomesOf } from '../../src/order/classify.ts';
import type { Lamp } from '../../src/report/lamps.ts';
import { plainPaint, widthOf } from '../../src/report/layout.ts';
import type { PanelState } from '../../src/report/panel.ts';
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

/** 20/s for a minute; then 40/s, of which the last before second 66 are on their way. */
const soFar = (): Order[] => [
  ...steadyOrders(20, 60, (dueUs) => ({ doneUs: dueUs + 10_000 })),
  ...steadyOrders(40, 6, (dueUs) => ({ doneUs: dueUs + 30_000 }), 60),
  ...steadyOrders(40, 54, () => ({ fate: 'unreached' }), 66),
];
const record = recordOf(soFar(), {
  slo: SLO,
  durationUs: 120e6,
  phases: PHASES,
  untilUs: 65.99e6,
  ending: { kind: 'stopped', text: 'so far', atUs: 65e6 },
});
record.evidence.ending = { kind: 'complete' };
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
      accepted: 1438,
      rejected: 0,
      failed: 0,
      unknown: 0,
    });
    expect(at(30.25e6).orders.due).toBe(20 * 30 + 5);
  });

  it('means the last ten seconds that all workers have handed over', () => {
    expect(at(41e6).rate).toEqual({ planned: 20, fired: 20, accepted: 20 });
    expect(at(66e6).rate!.planned).toBe((5 * 20 + 5 * 40) / 10);
    expect(at(76e6).rate).toEqual({ planned: 40, fired: (40 * 1) / 10, accepted: expect.closeTo(3.9, 6) });
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
    expect(at(41e6).response.recent.p50).toEqual({ us: 10_000 });
    const frozen = at(90e6).response;
    expect(frozen.recent).toEqual({ p50: undefined, p99: undefined });
    expect((frozen.overall.p99 as { us: number }).us).toBeGreaterThan(29_900);
  });

  it('counts unanswered orders as the slowest, so that a dying shop does not look well', () => {
    const shape = histogramShape(10e6);
    const outcomes = outcomesOf({ rules: [] });
    const recorder = new Recorder(0, outcomes, shape);
    // 100/s for 10 s; from second 6 on nobody is answered.
    for (let k = 0; k < 1_000; k++) {
      recorder.fired(k * 10_000, k * 10_000);
      if (k < 600) recorder.done(k * 10_000, k * 10_000, k * 10_000, k * 10_000 + 20_000, 0);
    }
    const timeline = new Timeline(outcomes, shape);
    timeline.add(recorder.flush(10e6).interval);
    const hanging = { ...record.evidence, timeline, planned: new Uint32Array(20).fill(100) };
    const { recent, overall } = panelStateOf(hanging, 11.5e6, { name: 'x', target: 'x' }).response;
    expect(recent).toEqual({ p50: { us: 20_000 }, p99: { overUs: 1.5e6 } });
    expect(overall.p99).toEqual({ overUs: 0 });
    const line = formatProgressLine(panelStateOf(hanging, 11.5e6, { name: 'x', target: 'x' }));
    expect(line).toContain('p99 > 1.5 s now, – overall');
  });

  it('names the parts that are on, but not those that always are', () => {
    expect(at(59e6).partsOn).toEqual([]);
    expect(at(61e6).partsOn).toEqual(['hourly']);
  });
});

describe('orders in flight', () => {
  it('are those fired that have not ended, of the same numbers as the line above', () => {
    for (const untilUs of [0.2e6, 30.02e6, 65.5e6, 65.98e6, 70e6]) {
      const { evidence } = recordOf(soFar(), { durationUs: 120e6, untilUs });
      const { orders, inFlight } = panelStateOf(evidence, untilUs + 2e6, EXTRAS);
      expect(inFlight).toBe(orders.fired - orders.accepted - orders.rejected - orders.failed - orders.unknown);
      const out = soFar().filter(({ fate, dueUs, doneUs }) => !fate && dueUs < untilUs && doneUs! >= untilUs);
      expect(inFlight).toBe(out.length);
    }
  });

  it('are what a run that was told to stop waits for', () => {
    const title = (state: Partial<PanelState>) =>
      formatPanel({ ...at(30e6), ...state }, { paint: plainPaint, width: 80 }).split('\n')[0];
    expect(title({})).toMatch(/ 00:00:30, 00:01:30 left$/);
    expect(title({ stopping: true })).toMatch(/ 00:00:30, stopping, 2 answers out$/);
    expect(title({ stopping: true, inFlight: 1 })).toMatch(/, stopping, 1 answer out$/);
    expect(title({ stopping: true, inFlight: 0 })).toMatch(/, stopping$/);
    expect(title({ elapsedUs: 121e6 })).toMatch(/ 00:02:01, all fired, 2 answers out$/);
    const interrupted = { ...record.evidence, ending: { kind: 'interrupted', signal: 'SIGINT', atUs: 66e6 } } as const;
    const state = panelStateOf(interrupted, 67e6, EXTRAS);
    expect(state.stopping).toBe(true);
    expect(formatProgressLine(state)).toContain('2 in flight · stopping');
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
    const lamps = Array.from({ length: 20 }, (_, i): Lamp => {
      return { text: `p99 < ${i}s`, state: i === 19 ? 'broken' : 'held', says: 'x' };
    });
    const panel = formatPanel({ ...at(30e6), lamps }, { paint: plainPaint, width: 80 });
    expect(panel).toContain('✘ p99 < 19s');
    expect(panel).toContain('and 15 more');
  });

  it('keeps its title in a window of few rows, and gives up blank lines, then lamps, then the rest', () => {
    const lines = (rows?: number) => formatPanel(at(66e6), { paint: plainPaint, width: 80, rows }).split('\n');
    const all = lines();
    for (let rows = 1; rows <= all.length + 1; rows++) {
      const shown = lines(rows);
      expect(shown.length).toBeLessThanOrEqual(rows);
      expect(shown[0]).toBe(all[0]);
      expect(all.filter((line) => shown.includes(line) && line !== '')).toEqual(
        shown.filter((line) => line !== '' && all.includes(line)),
      );
    }
    expect(lines(all.length)).toEqual(all);
    expect(lines(13)).toEqual(all.filter((line) => line !== ''));
    expect(lines(9)).toHaveLength(9);
    expect(lines(9).join()).not.toContain('so far');
    expect(lines(2)[1]).toMatch(/^orders /);
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
