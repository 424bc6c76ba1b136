import { describe, expect, it } from 'vitest';
import { studentQuantile, studentTails } from '../../src/judge/student.ts';

describe("Student's t", () => {
  // Tables of t for two-sided 5 % and 0.1 %.
  it.each([
    [1, 12.7062, 636.6192],
    [2, 4.3027, 31.5991],
    [5, 2.5706, 6.8688],
    [10, 2.2281, 4.5869],
    [29, 2.0452, 3.6594],
    [30, 2.0423, 3.646],
    [1000, 1.9623, 3.3003],
  ])('has the quantiles of the tables at %i degrees of freedom', (df, at5, at01) => {
    expect(studentQuantile(0.05, df)).toBeCloseTo(at5, 4);
    expect(studentQuantile(0.001, df)).toBeCloseTo(at01, 3);
  });

  it('is its own inverse', () => {
    for (const df of [1, 2, 3, 8, 51]) {
      for (const alpha of [0.5, 0.1, 0.01]) expect(studentTails(studentQuantile(alpha, df), df)).toBeCloseTo(alpha, 8);
    }
    expect(studentTails(0, 7)).toBe(1);
  });
});
