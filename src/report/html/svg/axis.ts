// Scales and round ticks for the charts that need no script.

import { formatClock, formatDuration } from '../../../units.ts';

/** Value → position; `ticks` are round values within. */
export type Scale = {
  at: (value: number) => number;
  ticks: { value: number; label: string }[];
  low: number;
  high: number;
};

const STEPS = [1, 2, 2.5, 5, 10];
/** Ticks of counts are whole. */
const STEPS_OF_ONES = [1, 2, 3, 5, 10];
const TIME_STEPS_S = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 14_400, 21_600, 43_200, 86_400,
];

export type Range = { from: number; to: number };

/** 0 … at least `highest`, in about four steps. */
export function linearScale(highest: number, range: Range, format: (value: number) => string): Scale {
  const top = highest > 0 ? highest : 1;
  const scale = 10 ** Math.floor(Math.log10(top / 4));
  const step = scale * (scale === 1 ? STEPS_OF_ONES : STEPS).find((each) => each * scale >= top / 4 - 1e-12)!;
  const count = Math.ceil(top / step - 1e-9);
  const high = count * step;
  const at = (value: number) => range.from + (range.to - range.from) * (value / high);
  const ticks = Array.from({ length: count + 1 }, (_, index) => ({ value: index * step, label: format(index * step) }));
  return { at, ticks, low: 0, high };
}

/** From below the lowest to above the highest; powers of ten, with 2 and 5 where they are few. Zero is drawn at the bottom. */
export function logScale(lowest: number, highest: number, range: Range): Scale {
  const decades = Math.log10(Math.max(highest, lowest * 1.01) / lowest);
  const marks = decades > 3.2 ? [1] : decades > 1.6 ? [1, 3] : [1, 2, 5];
  const all = Array.from({ length: 24 }, (_, index) => 10 ** (index - 6)).flatMap((power) =>
    marks.map((mark) => mark * power),
  );
  const low = all.findLast((value) => value <= lowest) ?? lowest;
  const high = all.find((value) => value >= highest && value > low) ?? highest;
  const span = Math.log(high / low);
  const at = (value: number) => range.from + (range.to - range.from) * (Math.log(Math.max(value, low) / low) / span);
  const ticks = all
    .filter((value) => value >= low && value <= high)
    .map((value) => ({ value, label: formatDuration(Math.round(value * 1e3) / 1e3) }));
  return { at, ticks, low, high };
}

/** Seconds from the start of the run. */
export function clockScale(seconds: number, range: Range): Scale {
  const step = TIME_STEPS_S.find((each) => seconds / each <= 9) ?? Math.ceil(seconds / 9 / 86_400) * 86_400;
  const high = Math.max(seconds, 1);
  const at = (value: number) => range.from + (range.to - range.from) * (value / high);
  const ticks = Array.from({ length: Math.floor(high / step) + 1 }, (_, index) => ({
    value: index * step,
    label: formatClock(index * step * 1e6),
  }));
  return { at, ticks, low: 0, high };
}

/** At most two decimals: half a pixel of a hundred is seen by nobody. */
export const px = (value: number): string => String(Math.round(value * 10) / 10);
