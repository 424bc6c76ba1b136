import { describe, expect, test } from 'vitest';
import { curveOf } from '../../src/traffic/curve.ts';
import { solveTraffic } from '../../src/traffic/solve.ts';
import type { PartSpec, TrafficSpec } from '../../src/traffic/spec.ts';
import { HOUR, miFan } from './oracle.ts';

const base: PartSpec = { kind: 'base', name: 'base' };
const given = (ratePerS: number): PartSpec => ({ kind: 'base', name: 'base', ratePerS });
const burst = { kind: 'burst' as const, name: 'opening', atUs: 0, peak: { timesBase: 12 }, decayUs: 60e6 };
const flash = {
  kind: 'flash' as const,
  name: 'hourly',
  fromUs: 0,
  peak: { timesBase: 5 },
  riseUs: 2e6,
  holdUs: 90e6,
  decayUs: 180e6,
};
const ramp = {
  kind: 'ramp' as const,
  name: 'ramp',
  fromUs: 0,
  untilUs: HOUR,
  start: { ratePerS: 0 },
  end: { ratePerS: 10 },
};
const steps = { kind: 'steps' as const, name: 'steps', fromUs: 0, eachUs: 60e6, levels: [{ ratePerS: 10 }] };
const wave = {
  kind: 'wave' as const,
  name: 'wave',
  mean: { ratePerS: 10 },
  amplitude: 0.5,
  periodUs: HOUR,
  peakAtUs: 0,
};
const trace = { kind: 'trace' as const, name: 'log', fromUs: 0, binUs: 60e6, counts: [1, 2, 3] };

function spec(parts: PartSpec[], rest: Partial<TrafficSpec> = {}): TrafficSpec {
  return { orders: 100_000, durationUs: HOUR, arrivals: 'even', seed: 1, parts, ...rest };
}

function solved(traffic: TrafficSpec) {
  const answer = solveTraffic(traffic);
  if (!answer.ok) throw new Error(answer.mistakes.map((mistake) => mistake.message).join('\n'));
  return answer.curve;
}

function mistakes(traffic: TrafficSpec) {
  const answer = solveTraffic(traffic);
  return answer.ok ? [] : answer.mistakes;
}

const codes = (traffic: TrafficSpec): string[] => mistakes(traffic).map((mistake) => mistake.code);

describe('the sketch', () => {
  const curveSpec = solved(miFan);
  const curve = curveOf(curveSpec);

  test('2,100,000 orders, base 30.7/s, mean 48.6/s, peak about 369/s at 0', () => {
    expect(curveSpec.orders).toBe(2_100_000);
    expect(curve.area(12 * HOUR)).toBeCloseTo(2_100_000, 6);
    expect(curveSpec.basePerS.toFixed(1)).toBe('30.7');
    expect((curveSpec.orders / 43_200).toFixed(1)).toBe('48.6');
    expect(Math.round(curve.peak().ratePerS)).toBe(369);
    expect(curve.peak().atUs).toBe(0);
  });

  test('`12x base` is the total at the top: the rate there is 12 times the base', () => {
    expect(curve.rateAt(0) / curveSpec.basePerS).toBeCloseTo(12, 9);
    // At the top of a flash what is left of the opening comes on top: 11·e^(−t/τ).
    const topUs = 3 * HOUR + 2e6;
    const left = 11 * Math.exp(-topUs / (HOUR / 3));
    expect(curve.rateAt(topUs) / curveSpec.basePerS).toBeCloseTo(5 + left, 6);
  });

  test('hourly from 1 h in 12 h are eleven flashes: none starts when the run is over', () => {
    const hourly = curveSpec.parts.find((part) => part.kind === 'flash');
    expect(hourly?.kind === 'flash' && hourly.startsUs).toEqual(Array.from({ length: 11 }, (_, i) => (i + 1) * HOUR));
  });

  test('it survives being sent to a worker', () => {
    expect(structuredClone(curveSpec)).toEqual(curveSpec);
  });
});

describe('totals', () => {
  test('a given rate and no total: the area, rounded', () => {
    expect(solved(spec([given(49)], { orders: undefined, durationUs: 600e6 })).orders).toBe(29_400);
    expect(solved(spec([trace], { orders: undefined })).orders).toBe(6);
    expect(solved(spec([given(0.26)], { orders: undefined, durationUs: 10e6 })).orders).toBe(3);
  });

  test('a given rate and a total that agree within half an order', () => {
    expect(solved(spec([given(10)], { orders: 36_000 })).basePerS).toBe(10);
    expect(codes(spec([given(10)], { orders: 36_001 }))).toEqual(['BASE_DISAGREES']);
    expect(codes(spec([given(10.0001)], { orders: 36_000 }))).toEqual([]);
  });

  test('absolute peaks count from the base up, so a higher base makes them add less', () => {
    const curveSpec = solved(spec([base, { ...burst, peak: { ratePerS: 100 } }]));
    const curve = curveOf(curveSpec);
    expect(curve.rateAt(0)).toBeCloseTo(100, 9);
    expect(curve.area(HOUR)).toBeCloseTo(100_000, 6);
  });

  test('parts that use up the whole total leave a base of 0', () => {
    const full = spec([base, { ...steps, levels: [{ ratePerS: 10 }] }], { orders: 600 });
    expect(solved(full).basePerS).toBe(0);
    // 0.1 + 0.2 is a float above 0.3.
    const third = (name: string, ratePerS: number): PartSpec => ({
      ...steps,
      name,
      eachUs: 10e6,
      levels: [{ ratePerS }],
    });
    expect(solved(spec([base, third('a', 0.1), third('b', 0.2)], { orders: 3 })).basePerS).toBe(0);
  });

  test('without base, multiples of it have nothing to stand on', () => {
    expect(codes(spec([burst]))).toEqual(['NO_BASE']);
    expect(codes(spec([{ ...wave, mean: { timesBase: 2 } }]))).toEqual(['NO_BASE']);
  });
});

describe('mistakes', () => {
  test('parts that exceed the total: by how much, and the largest', () => {
    const large = { ...steps, name: 'large', eachUs: HOUR, levels: [{ ratePerS: 30 }] };
    const [mistake, ...more] = mistakes(spec([base, ramp, large]));
    expect(more).toEqual([]);
    expect(mistake).toMatchObject({ code: 'PARTS_EXCEED_TOTAL', part: 2 });
    expect(mistake!.message).toBe(
      'the parts without `base` add up to 126,000 orders, 26,000 more than `orders` (100,000); the largest is `large` with 108,000',
    );
  });

  test('parts without base that miss the total: the sum and the ways out', () => {
    const [mistake] = mistakes(spec([ramp]));
    expect(mistake!.code).toBe('SUM_NOT_ORDERS');
    expect(mistake!.message).toBe(
      'the parts add up to 18,000 orders, not to `orders` (100,000): add a part `base` and it is solved, or leave out `orders`',
    );
    expect(codes(spec([ramp], { orders: 18_000 }))).toEqual([]);
  });

  test('peaks that no base can satisfy, and peaks below it', () => {
    const longBurst = { ...burst, peak: { ratePerS: 20 }, decayUs: 100 * HOUR };
    expect(codes(spec([base, longBurst, { ...longBurst, name: 'second' }], { orders: 200_000 }))).toEqual([
      'BASE_UNSOLVABLE',
    ]);
    expect(mistakes(spec([base, { ...burst, peak: { ratePerS: 20 } }]))).toMatchObject([
      { code: 'PEAK_BELOW_BASE', part: 1, field: 'peak' },
    ]);
    expect(codes(spec([base, { ...flash, peak: { timesBase: 0.5 } }]))).toEqual(['PEAK_BELOW_BASE']);
    expect(codes(spec([given(49), { ...burst, peak: { ratePerS: 20 } }], { orders: undefined }))).toEqual([
      'PEAK_BELOW_BASE',
    ]);
  });

  test.each<[string, string, TrafficSpec]>([
    ['orders that are not whole', 'ORDERS_NOT_WHOLE', spec([base], { orders: 1.5 })],
    ['no orders', 'ORDERS_NOT_WHOLE', spec([base], { orders: 0 })],
    ['negative orders', 'ORDERS_NOT_WHOLE', spec([base], { orders: -1 })],
    ['more orders than 32 bits', 'TOO_MANY_ORDERS', spec([base], { orders: 2 ** 32 + 1 })],
    ['rates that make more than 32 bits', 'TOO_MANY_ORDERS', spec([given(2e6)], { orders: undefined })],
    ['rates that make none', 'NO_ORDERS', spec([given(0.0001)], { orders: undefined })],
    ['no duration', 'NO_DURATION', spec([base], { durationUs: 0 })],
    ['no parts', 'NO_PARTS', spec([])],
    ['nothing to solve the base from', 'BASE_UNKNOWN', spec([base], { orders: undefined })],
    ['negative base', 'NEGATIVE_RATE', spec([given(-1)])],
    ['two bases', 'SEVERAL_BASES', spec([base, { kind: 'base', name: 'second' }])],
    ['two parts of one name', 'DUPLICATE_NAME', spec([base, ramp, { ...burst, name: 'ramp' }])],
    ['no decay', 'BAD_DURATION', spec([base, { ...burst, decayUs: 0 }])],
    ['a flash without decay', 'BAD_DURATION', spec([base, { ...flash, decayUs: 0 }])],
    ['a negative rise', 'BAD_DURATION', spec([base, { ...flash, riseUs: -1 }])],
    ['a negative hold', 'BAD_DURATION', spec([base, { ...flash, holdUs: -1 }])],
    ['repeats without distance', 'BAD_DURATION', spec([base, { ...flash, everyUs: 0 }])],
    ['repeats that end before they start', 'BAD_DURATION', spec([base, { ...flash, everyUs: 60e6, untilUs: 0 }])],
    ['repeats beyond counting', 'TOO_MANY_REPEATS', spec([base, { ...flash, everyUs: 1 }])],
    ['a ramp that ends where it starts', 'BAD_DURATION', spec([base, { ...ramp, untilUs: 0 }])],
    ['steps of no length', 'BAD_DURATION', spec([base, { ...steps, eachUs: 0 }])],
    ['no steps', 'NO_LEVELS', spec([base, { ...steps, levels: [] }])],
    ['a wave without period', 'BAD_DURATION', spec([base, { ...wave, periodUs: 0 }])],
    ['amplitude above 1', 'BAD_AMPLITUDE', spec([base, { ...wave, amplitude: 1.01 }])],
    ['amplitude below 0', 'BAD_AMPLITUDE', spec([base, { ...wave, amplitude: -0.1 }])],
    ['amplitude that is no number', 'BAD_AMPLITUDE', spec([base, { ...wave, amplitude: Number.NaN }])],
    ['a negative level', 'NEGATIVE_RATE', spec([base, { ...steps, levels: [{ ratePerS: 1 }, { ratePerS: -1 }] }])],
    ['a negative end of a ramp', 'NEGATIVE_RATE', spec([base, { ...ramp, end: { timesBase: -1 } }])],
    ['a negative mean', 'NEGATIVE_RATE', spec([base, { ...wave, mean: { ratePerS: -10 } }])],
    ['before the start', 'BAD_POSITION', spec([base, { ...burst, atUs: -1 }])],
    ['after the end', 'OUTSIDE_RUN', spec([base, { ...burst, atUs: HOUR }])],
    ['a flash after the end', 'OUTSIDE_RUN', spec([base, { ...flash, fromUs: 2 * HOUR }])],
    ['half an arrival', 'BAD_TRACE', spec([base, { ...trace, counts: [1, 0.5] }])],
    ['less than no arrival', 'BAD_TRACE', spec([base, { ...trace, counts: [-1] }])],
    ['an empty trace', 'BAD_TRACE', spec([base, { ...trace, counts: [] }])],
    ['bins of no length', 'BAD_DURATION', spec([base, { ...trace, binUs: 0 }])],
  ])('%s: %s', (_, code, traffic) => {
    expect(codes(traffic)).toEqual([code]);
  });

  test('all at once, each with its part and its field', () => {
    const many = spec(
      [given(-1), { ...burst, decayUs: -1, atUs: 2 * HOUR }, { ...wave, amplitude: 2 }, { ...ramp, name: 'wave' }],
      { orders: 0.5 },
    );
    expect(mistakes(many).map(({ code, part, field }) => [code, part, field])).toEqual([
      ['ORDERS_NOT_WHOLE', undefined, 'orders'],
      ['NEGATIVE_RATE', 0, 'rate'],
      ['OUTSIDE_RUN', 1, 'at'],
      ['BAD_DURATION', 1, 'decay'],
      ['BAD_AMPLITUDE', 2, 'amplitude'],
      ['DUPLICATE_NAME', 3, 'name'],
    ]);
  });

  test('a mistake that leaves the sum sound does not hide a wrong sum', () => {
    expect(codes(spec([ramp, { ...steps, name: 'ramp' }, { ...trace, fromUs: HOUR }]))).toEqual([
      'DUPLICATE_NAME',
      'OUTSIDE_RUN',
      'SUM_NOT_ORDERS',
    ]);
  });

  test('every message is one line', () => {
    for (const mistake of mistakes(
      spec([given(Number.NaN), { ...burst, decayUs: Number.NaN, peak: { ratePerS: -1 } }]),
    )) {
      expect(mistake.message).not.toContain('\n');
      expect(mistake.message).not.toContain('undefined');
    }
  });
});
