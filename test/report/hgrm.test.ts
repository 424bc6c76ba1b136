import { describe, expect, it } from 'vitest';
import { formatSpectrum } from '../../src/report/hgrm.ts';
import { steadyOrders } from '../support/evidence.ts';
import { recordOf } from '../support/record.ts';

describe('spectrum.hgrm', () => {
  it('gives in ms the value at each percentile that sorting all responses gives', () => {
    const times = Array.from({ length: 5000 }, (_, index) => 1_000 + ((index * 7919) % 5000) * 137);
    const orders = steadyOrders(100, 50, (dueUs, index) => ({ doneUs: dueUs + times[index]! }));
    const sorted = [...times].sort((a, b) => a - b);
    const rows = [...formatSpectrum(recordOf(orders)).matchAll(/^ +([\d.]+) +([01]\.\d{12}) +(\d+)/gm)];
    expect(rows.length).toBeGreaterThan(20);
    for (const [, ms, share, count] of rows) {
      const atMost = sorted.filter((us) => us <= Number(ms) * 1e3).length;
      expect(Number(count)).toBe(atMost);
      const truth = sorted[Math.max(0, Math.ceil(Number(share) * 5000 - 1e-6) - 1)]!;
      expect(Math.abs(Number(ms) * 1e3 - truth) / truth).toBeLessThan(0.002);
    }
    expect(rows.at(-1)!.slice(1)).toEqual([(sorted.at(-1)! / 1e3).toFixed(3), '1.000000000000', '5000']);
  });

  it('of no orders is still a spectrum', () => {
    expect(formatSpectrum(recordOf([], { durationUs: 1e6 }))).toContain('Percentile');
  });
});
