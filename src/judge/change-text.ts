// A change of a metric in words that every rendering shares: `+12.3 %` of times, `−0.4 points` of shares.

import type { MetricChange } from './compare-spec.ts';

/** 0.123 → `+12.3`; a true minus sign. */
export function signedPercent(change: number): string {
  return `${change < 0 ? '−' : '+'}${percentOf(Math.abs(change))}`;
}

/** 0.123 → `12.3`, three significant digits. */
export function percentOf(share: number): string {
  return String(Number((share * 100).toPrecision(3)));
}

export const unitOfChange = (unit: MetricChange['unit']): string => (unit === 'us' ? '%' : 'points');
