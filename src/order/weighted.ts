// A weighted choice as a table of cumulative shares, so that one uniform number picks one value in O(log n).

import type { Weighted } from './spec.ts';

/**
 * The function u → value for `u` in [0, 1): value i is picked for a share weight_i / Σ weights of the unit interval.
 * Throws RangeError when there is nothing to pick or a weight is not a finite number > 0 (the profile refuses both first).
 */
export function pickerOf<T>(choices: Weighted<T>): (u: number) => T {
  if (choices.length === 0) throw new RangeError('Expected at least one choice, got none');
  const values = choices.map((choice) => choice.value);
  const untilShare = new Float64Array(choices.length);
  let total = 0;
  for (const [index, { weight }] of choices.entries()) {
    if (!(weight > 0 && Number.isFinite(weight))) {
      throw new RangeError(`Expected \`weight\` to be a finite number > 0, got \`${weight}\` (${typeof weight})`);
    }
    total += weight;
    untilShare[index] = total;
  }
  const last = values.length - 1;
  return (u) => {
    const level = u * total;
    // The first value whose cumulative weight lies above the level; the last one also takes what rounding lifts to the total.
    let low = 0;
    let high = last;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (level < untilShare[middle]!) high = middle;
      else low = middle + 1;
    }
    return values[low]!;
  };
}
