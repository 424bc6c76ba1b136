// The words of traffic as data. `TrafficSpec` is what a person asked for (levels may hang on the unknown base);
// `CurveSpec` is the same with the base solved: absolute numbers only, frozen, cloneable, what workers get.
// Times are µs from the start of the run, rates are orders per second.

export type Arrivals = 'even' | 'poisson';

/** A level of rate: absolute, or a multiple of the base that is still to be solved. */
export type Level = { ratePerS: number } | { timesBase: number };

/**
 * One part of the traffic as asked for. Parts add up.
 * `peak` of burst and flash is the TOTAL rate of base + this part at its top (METHOD §1: `12x base` adds 11 × base);
 * levels of every other part are what the part itself adds. `ratePerS` of base: given, or undefined = solved.
 */
export type PartSpec =
  | { kind: 'base'; name: string; ratePerS?: number }
  | { kind: 'burst'; name: string; atUs: number; peak: Level; decayUs: number }
  | {
      kind: 'flash';
      name: string;
      fromUs: number;
      /** Repeats every so many µs while it starts before `untilUs`; undefined = once. */
      everyUs?: number;
      untilUs?: number;
      peak: Level;
      riseUs: number;
      holdUs: number;
      decayUs: number;
    }
  | { kind: 'ramp'; name: string; fromUs: number; untilUs: number; start: Level; end: Level }
  | { kind: 'steps'; name: string; fromUs: number; eachUs: number; levels: Level[] }
  | { kind: 'wave'; name: string; mean: Level; amplitude: number; periodUs: number; peakAtUs: number }
  | { kind: 'trace'; name: string; fromUs: number; binUs: number; counts: number[] };

export type TrafficSpec = {
  /** Exact total; undefined where the parts alone fix it (then it is their area, rounded). */
  orders?: number;
  durationUs: number;
  arrivals: Arrivals;
  seed: number;
  parts: PartSpec[];
};

/** A part with every level absolute: `addsPerS` is what it adds to the curve at its top. A repeated flash is one part with several starts. */
export type SolvedPart =
  | { kind: 'base'; name: string; addsPerS: number }
  | { kind: 'burst'; name: string; atUs: number; addsPerS: number; decayUs: number }
  | {
      kind: 'flash';
      name: string;
      startsUs: number[];
      addsPerS: number;
      riseUs: number;
      holdUs: number;
      decayUs: number;
    }
  | { kind: 'ramp'; name: string; fromUs: number; untilUs: number; startPerS: number; endPerS: number }
  | { kind: 'steps'; name: string; fromUs: number; eachUs: number; levelsPerS: number[] }
  | { kind: 'wave'; name: string; meanPerS: number; amplitude: number; periodUs: number; peakAtUs: number }
  | { kind: 'trace'; name: string; fromUs: number; binUs: number; countsPerBin: number[] };

export type CurveSpec = {
  /** Exact number of orders; the schedule has this many due times whatever the float noise of the areas. */
  orders: number;
  durationUs: number;
  arrivals: Arrivals;
  seed: number;
  /** Solved base, 0 when there is none. */
  basePerS: number;
  parts: SolvedPart[];
};

/** When a part is on: from its start to its end, or to where it has fallen to 5 % of its top (3 decays). `during PART` and phases read this. */
export type PartWindow = { part: string; fromUs: number; untilUs: number };

/** Planned rate over time (DESIGN §1). `area` is the expected number of orders in [0, t]; `inverse(area(t)) = t`. */
export interface Curve {
  readonly spec: CurveSpec;
  /** orders per second at tUs */
  rateAt(tUs: number): number;
  area(tUs: number): number;
  /** `hintUs`: an earlier solution at or before the answer, to start Newton from. */
  inverse(area: number, hintUs?: number): number;
  /** Highest rate of the curve and when. */
  peak(): { ratePerS: number; atUs: number };
  /** Windows of every part, in order of part then time. */
  windows(): PartWindow[];
}

/** Due times of one worker's orders in order (DESIGN §1). After a `next()` that returned a number, `seq` is that order's index. */
export interface Schedule {
  /** µs from the start; Infinity when there are no more. */
  next(): number;
  readonly seq: number;
}
