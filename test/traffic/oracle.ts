// The slow twin of src/traffic: a rate written straight from METHOD §1, part by part, and areas by numerical integration.
// It shares no code with the closed forms it judges.

import fc from 'fast-check';
import type { CurveSpec, PartSpec, SolvedPart, TrafficSpec } from '../../src/traffic/spec.ts';

const US = 1e6;
export const SEED = 20150408;

export function naivePartRate(part: SolvedPart, t: number): number {
  switch (part.kind) {
    case 'base':
      return part.addsPerS;
    case 'burst':
      return t < part.atUs ? 0 : part.addsPerS * Math.exp(-(t - part.atUs) / part.decayUs);
    case 'flash':
      return part.startsUs.reduce((sum, s) => {
        const x = t - s;
        if (x < 0) return sum;
        if (x < part.riseUs) return sum + (part.addsPerS * x) / part.riseUs;
        if (x < part.riseUs + part.holdUs) return sum + part.addsPerS;
        return sum + part.addsPerS * Math.exp(-(x - part.riseUs - part.holdUs) / part.decayUs);
      }, 0);
    case 'ramp': {
      const done = (t - part.fromUs) / (part.untilUs - part.fromUs);
      return done < 0 || done >= 1 ? 0 : part.startPerS + (part.endPerS - part.startPerS) * done;
    }
    case 'steps':
      return t < part.fromUs ? 0 : (part.levelsPerS[Math.floor((t - part.fromUs) / part.eachUs)] ?? 0);
    case 'wave':
      return part.meanPerS * (1 + part.amplitude * Math.cos((2 * Math.PI * (t - part.peakAtUs)) / part.periodUs));
    case 'trace': {
      const count = t < part.fromUs ? 0 : (part.countsPerBin[Math.floor((t - part.fromUs) / part.binUs)] ?? 0);
      return (count * US) / part.binUs;
    }
  }
}

export function naiveRate(spec: CurveSpec, t: number): number {
  return spec.parts.reduce((sum, part) => sum + naivePartRate(part, t), 0);
}

/** Where the naive rate may jump or bend. */
export function cuts(spec: CurveSpec): number[] {
  const all = spec.parts.flatMap((part): number[] => {
    if (part.kind === 'burst') return [part.atUs];
    if (part.kind === 'flash') {
      return part.startsUs.flatMap((s) => [s, s + part.riseUs, s + part.riseUs + part.holdUs]);
    }
    if (part.kind === 'ramp') return [part.fromUs, part.untilUs];
    if (part.kind === 'steps') return [...part.levelsPerS, 0].map((_, i) => part.fromUs + i * part.eachUs);
    if (part.kind === 'trace') return [...part.countsPerBin, 0].map((_, i) => part.fromUs + i * part.binUs);
    return [];
  });
  const inside = all.filter((t) => t > 0 && t < spec.durationUs);
  return [...new Set([0, ...inside, spec.durationUs])].sort((a, b) => a - b);
}

// Gauss–Legendre, 5 points (Abramowitz & Stegun 25.4.30): only looks inside the interval, so jumps at its ends do no harm.
const NODES = [0, 0.538469310105683, 0.906179845938664];
const WEIGHTS = [0.568888888888889, 0.478628670499366, 0.236926885056189];

function gauss(f: (t: number) => number, a: number, b: number): number {
  const [middle, half] = [(a + b) / 2, (b - a) / 2];
  const sum = NODES.reduce((total, node, i) => {
    const pair = node === 0 ? f(middle) : f(middle - half * node) + f(middle + half * node);
    return total + WEIGHTS[i]! * pair;
  }, 0);
  return sum * half;
}

function integral(f: (t: number) => number, a: number, b: number, whole = gauss(f, a, b), depth = 0): number {
  const middle = (a + b) / 2;
  const [left, right] = [gauss(f, a, middle), gauss(f, middle, b)];
  const close = Math.abs(left + right - whole) <= 1e-10 * (1e6 + Math.abs(whole));
  if ((close && depth > 2) || depth > 30) return left + right;
  return integral(f, a, middle, left, depth + 1) + integral(f, middle, b, right, depth + 1);
}

/** Orders in [0, t], integrated between the cuts. */
export function naiveArea(spec: CurveSpec, t: number): number {
  const ends = [...cuts(spec).filter((cut) => cut < t), t];
  let area = 0;
  for (let i = 1; i < ends.length; i += 1) area += integral((x) => naiveRate(spec, x), ends[i - 1]!, ends[i]!);
  return area / US;
}

// ── arbitrary traffic: one of every kind, in a run of ten minutes to a day ──────────────────────────────────────────

const share = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const level = fc.oneof(
  share(0, 50).map((ratePerS) => ({ ratePerS })),
  share(0, 3).map((timesBase) => ({ timesBase })),
);
const peak = share(1, 20).map((timesBase) => ({ timesBase }));

function partOf(durationUs: number): fc.Arbitrary<PartSpec> {
  const at = share(0, 0.95).map((x) => x * durationUs);
  const span = share(0.001, 0.6).map((x) => x * durationUs);
  const name = fc.constant('part');
  return fc.oneof(
    fc.record({ kind: fc.constant('burst' as const), name, atUs: at, peak, decayUs: span }),
    fc.record(
      {
        kind: fc.constant('flash' as const),
        name,
        fromUs: at,
        everyUs: share(0.05, 0.5).map((x) => x * durationUs),
        peak,
        riseUs: fc.oneof(fc.constant(0), span),
        holdUs: fc.oneof(fc.constant(0), span),
        decayUs: span,
      },
      { requiredKeys: ['kind', 'name', 'fromUs', 'peak', 'riseUs', 'holdUs', 'decayUs'] },
    ),
    fc
      .record({ kind: fc.constant('ramp' as const), name, fromUs: at, span, start: level, end: level })
      .map(({ span: length, ...ramp }) => ({ ...ramp, untilUs: ramp.fromUs + length })),
    fc.record({
      kind: fc.constant('steps' as const),
      name,
      fromUs: at,
      eachUs: span,
      levels: fc.array(level, { minLength: 1, maxLength: 5 }),
    }),
    fc.record({
      kind: fc.constant('wave' as const),
      name,
      mean: level,
      amplitude: share(0, 1),
      periodUs: share(0.05, 3).map((x) => x * durationUs),
      peakAtUs: share(-1, 2).map((x) => x * durationUs),
    }),
    fc.record({
      kind: fc.constant('trace' as const),
      name,
      fromUs: at,
      binUs: share(0.005, 0.1).map((x) => x * durationUs),
      counts: fc.array(fc.nat({ max: 500 }), { minLength: 1, maxLength: 20 }),
    }),
  );
}

/** A base to solve and up to five other parts; `orders` always leaves something for the base. */
export const traffic: fc.Arbitrary<TrafficSpec> = fc.integer({ min: 600, max: 86_400 }).chain((seconds) =>
  fc.record({
    durationUs: fc.constant(seconds * US),
    // Five parts add at most 250/s, or 10,000 counts each, so the total always leaves something for the base.
    orders: fc.integer({ min: 300 * seconds, max: 600 * seconds }),
    arrivals: fc.constantFrom('even' as const, 'poisson' as const),
    seed: fc.nat(),
    parts: fc
      .array(partOf(seconds * US), { maxLength: 5 })
      .map((parts) => [
        { kind: 'base' as const, name: 'base' },
        ...parts.map((part, i) => ({ ...part, name: `part ${i}` })),
      ]),
  }),
);

export const HOUR = 3600 * US;

/** DESIGN §3's sketch. */
export const miFan: TrafficSpec = {
  orders: 2_100_000,
  durationUs: 12 * HOUR,
  arrivals: 'poisson',
  seed: 42,
  parts: [
    { kind: 'base', name: 'base' },
    { kind: 'burst', name: 'opening', atUs: 0, peak: { timesBase: 12 }, decayUs: HOUR / 3 },
    {
      kind: 'flash',
      name: 'hourly',
      everyUs: HOUR,
      fromUs: HOUR,
      peak: { timesBase: 5 },
      riseUs: 2 * US,
      holdUs: 90 * US,
      decayUs: 180 * US,
    },
  ],
};
