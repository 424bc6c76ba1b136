import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/profile/plan.ts';
import { curvePicture } from '../../src/report/curve-picture.ts';
import { plainPaint, widthOf } from '../../src/report/layout.ts';
import type { PlanSketch } from '../../src/report/plan-text.ts';
import { formatPlan, totalsLine } from '../../src/report/plan-text.ts';
import { curveOf } from '../../src/traffic/curve.ts';
import type { TrafficSpec } from '../../src/traffic/spec.ts';
import { golden } from '../support/golden.ts';
import { planOf } from '../support/record.ts';

/** DESIGN's sketch of a profile. */
const MI_FAN_FEST: TrafficSpec = {
  orders: 2_100_000,
  durationUs: 43_200e6,
  arrivals: 'poisson',
  seed: 42,
  parts: [
    { kind: 'base', name: 'base' },
    { kind: 'burst', name: 'opening', atUs: 0, peak: { timesBase: 12 }, decayUs: 1_200e6 },
    {
      kind: 'flash',
      name: 'hourly',
      everyUs: 3_600e6,
      fromUs: 3_600e6,
      peak: { timesBase: 5 },
      riseUs: 2e6,
      holdUs: 90e6,
      decayUs: 180e6,
    },
  ],
};

const slo = (...texts: string[]) => texts.map((text) => ({ text, place: undefined }));

function sketchOf(plan: Plan, stretches = 240): PlanSketch {
  const curve = curveOf(plan.traffic);
  const lengthUs = plan.traffic.durationUs / stretches;
  const rates = Array.from({ length: stretches }, (_, index) => {
    const [fromUs, untilUs] = [index * lengthUs, (index + 1) * lengthUs];
    const moments = Array.from({ length: 30 }, (_, k) => curve.rateAt(fromUs + ((untilUs - fromUs) * k) / 30));
    const ratePerS = (curve.area(untilUs) - curve.area(fromUs)) / (lengthUs / 1e6);
    return { fromUs, untilUs, ratePerS, peakPerS: Math.max(...moments) };
  });
  const addsPerS = plan.traffic.parts.map((part) => curveOf({ ...plan.traffic, parts: [part] }).peak().ratePerS);
  return { rates, peak: curve.peak(), phases: curve.windows(), addsPerS };
}

const plan = planOf(
  {
    slo: slo('p99 < 300ms', 'p99 < 300ms in every 1m', 'errors < 0.1%'),
    stop: slo('errors > 20% for 30s'),
    adjustments: [
      {
        flag: 'scale',
        value: '1%',
        says: '21,000 of 2,100,000 orders are sent, at 1 % of the rates',
        cannotShow: 'how the shop holds the planned rates',
      },
    ],
    warnings: ['`oversold == 0` is not checked: no books are named'],
  },
  MI_FAN_FEST,
);
const sketch = { ...sketchOf(plan), orders: [1_325_000, 405_000, 370_000] };

describe('formatPlan', () => {
  for (const width of [60, 80, 120]) {
    it(`fits ${width} columns`, () => {
      const text = formatPlan(plan, sketch, { paint: plainPaint, width });
      expect(text).toBe(golden(`report/plan-${width}.txt`, text));
      for (const line of text.split('\n')) expect(widthOf(line), line).toBeLessThanOrEqual(width);
    });
  }

  it('says the totals that the sketch of the design promises', () => {
    expect(totalsLine(plan, sketch.peak)).toBe(
      '2,100,000 orders in 12 h · base 30.7/s · mean 48.6/s · peak about 369/s at 00:00',
    );
  });

  it('shows the path as the profile says it may be shown, and no query where none says so', () => {
    const rowOf = (shownPath?: string) => {
      const { order } = planOf();
      const steps = [{ ...order.steps[0]!, path: '/pay?t=sesame', shownPath }];
      const text = formatPlan(planOf({ order: { ...order, steps } }), sketch, { paint: plainPaint, width: 80 });
      return text.split('\n').find((line) => line.startsWith('order '));
    };
    expect(rowOf('/pay?t=${T}')).toBe('order     POST /pay?t=${T}');
    expect(rowOf()).toBe('order     POST /pay');
  });

  it('shows a short and flat run without shading, and without limits says what that means', () => {
    const flat = planOf({ target: { ...planOf().target, demo: true, connection: 'fresh' } });
    const text = formatPlan(flat, sketchOf(flat), { paint: plainPaint, width: 80 });
    expect(text).toBe(golden('report/plan-flat.txt', text));
    expect(text).not.toContain('░');
    expect(text).toContain('no SLO');
  });
});

describe('curvePicture', () => {
  const stretches = (rates: number[], durationUs: number) =>
    rates.map((ratePerS, index) => ({
      fromUs: (durationUs * index) / rates.length,
      untilUs: (durationUs * (index + 1)) / rates.length,
      ratePerS,
      peakPerS: ratePerS,
    }));
  const bars = (picture: string[]) => picture.slice(0, 10).map((line) => line.split('┤')[1] ?? '');

  it('draws each column as high as its mean, to an eighth of a row', () => {
    const rates = Array.from({ length: 40 }, (_, index) => index * 2.5);
    const width = 40 + 7 + 4;
    const rows = bars(curvePicture(stretches(rates, 40e6), 40e6, width + 3));
    const eighths = rates.map((_, column) =>
      rows.reduce((sum, row) => sum + Math.max(0, ' ▁▂▃▄▅▆▇█'.indexOf(row[column] ?? ' ')), 0),
    );
    expect(eighths).toEqual(rates.map((rate) => Math.round((rate / 100) * 80)));
  });

  it('shades up to the highest moment of a column', () => {
    const one = { fromUs: 0, untilUs: 10e6, ratePerS: 20, peakPerS: 80 };
    const column = bars(curvePicture([one], 10e6, 60)).map((row) => row[0] ?? ' ');
    // 20 of 80 is two and a half of ten rows.
    expect(column.join('')).toBe('░░░░░░░▄██');
  });

  it('labels the axes from nothing to the top and from the start to the end', () => {
    for (const durationUs of [5e6, 20e6, 86e6, 600e6, 3_600e6, 43_200e6, 3 * 86_400e6]) {
      const picture = curvePicture(stretches([1, 2, 3], durationUs), durationUs, 80);
      expect(picture).toHaveLength(12);
      expect(picture[0]).toMatch(/^ *3\/s ┤/);
      expect(picture[10]).toMatch(/^ *0\/s ┼┬/);
      expect(picture[11]!.trim().split(/ +/)[0]).toBe('00:00');
      expect(picture[11]!.trim().split(/ +/).length).toBeGreaterThan(2);
      for (const line of picture) expect(widthOf(line)).toBeLessThanOrEqual(80);
    }
  });
});
