// Student's t for whole degrees of freedom: tail and quantile, by the finite sums of Abramowitz & Stegun 26.7.3–4.

/** P(|T| ≥ |t|) with `df` ≥ 1 whole degrees of freedom. */
export function studentTails(t: number, df: number): number {
  const theta = Math.atan(Math.abs(t) / Math.sqrt(df));
  const cos2 = Math.cos(theta) ** 2;
  // The sum's terms: 1 + 1/2·cos² + 1·3/(2·4)·cos⁴ … for even df, 1 + 2/3·cos² + 2·4/(3·5)·cos⁴ … for odd.
  const odd = df % 2;
  let term = 1;
  let sum = df === 1 ? 0 : 1;
  for (let k = 1 + odd; k <= df - 3; k += 2) {
    term *= (k / (k + 1)) * cos2;
    sum += term;
  }
  const within = odd === 1 ? (2 / Math.PI) * (theta + Math.sin(theta) * Math.cos(theta) * sum) : Math.sin(theta) * sum;
  return Math.max(0, 1 - within);
}

/** The t with P(|T| ≥ t) = `alpha`, 0 < alpha < 1, to about 1e-9. */
export function studentQuantile(alpha: number, df: number): number {
  let [low, high] = [0, 1];
  while (studentTails(high, df) > alpha && high < 1e9) high *= 2;
  while (high - low > 1e-9 * high) {
    const middle = (low + high) / 2;
    if (studentTails(middle, df) > alpha) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
