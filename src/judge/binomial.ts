// The regularised incomplete beta function and its inverse, for binomial tails of up to 1e9 orders. The factor in front
// of the continued fraction is taken from Loader's saddle-point form ("Fast and accurate computation of binomial
// probabilities", 2000): differences of log-gammas near 1e10 would leave only five digits.

const LN_SQRT_2PI = 0.5 * Math.log(2 * Math.PI);

/** ln n! − Stirling's formula, n = 0 … 15, from the exact factorials. */
const STIRLING_REST = Array.from({ length: 16 }, (_, n) => {
  let factorial = 1;
  for (let k = 2; k <= n; k++) factorial *= k;
  return n === 0 ? 0 : Math.log(factorial) - ((n + 0.5) * Math.log(n) - n + LN_SQRT_2PI);
});

function stirlingRest(n: number): number {
  if (n < STIRLING_REST.length) return STIRLING_REST[n]!;
  const s = 1 / (n * n);
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - s / 1188) * s) * s) * s) / n;
}

/** x·ln(x/m) + m − x without cancellation when x is near m. */
function deviance(x: number, m: number): number {
  if (Math.abs(x - m) >= 0.1 * (x + m)) return x * Math.log(x / m) + m - x;
  const v = (x - m) / (x + m);
  let sum = (x - m) * v;
  let term = 2 * x * v;
  for (let j = 1; j < 1000; j++) {
    term *= v * v;
    const next = sum + term / (2 * j + 1);
    if (next === sum) return next;
    sum = next;
  }
  return sum;
}

/** P(X = k) for X ~ Binomial(n, x); k and n whole, 0 < x < 1. Relative error about 1e-14. */
export function binomialPmf(k: number, n: number, x: number): number {
  if (k === 0) return Math.exp(n * Math.log1p(-x));
  if (k === n) return Math.exp(n * Math.log(x));
  const rest = stirlingRest(n) - stirlingRest(k) - stirlingRest(n - k);
  const log = rest - deviance(k, n * x) - deviance(n - k, n * (1 - x));
  return Math.exp(log) * Math.sqrt(n / (2 * Math.PI * k * (n - k)));
}

/** Lentz's continued fraction of I_x(a, b) (DLMF 8.17.22); converges in O(√max(a, b)) steps for x < (a+1)/(a+b+2). */
function betaFraction(a: number, b: number, x: number): number {
  const guard = (value: number) => (Math.abs(value) < 1e-300 ? 1e-300 : value);
  let c = 1;
  let d = 1 / guard(1 - ((a + b) * x) / (a + 1));
  let h = d;
  const most = 200 + 20 * Math.sqrt(Math.max(a, b));
  for (let m = 1; m <= most; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guard(1 + even * d);
    c = guard(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guard(1 + odd * d);
    c = guard(1 + odd / c);
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return h;
}

/**
 * I_x(a, b) for whole a, b ≥ 1 and 0 < x < 1: the chance that a Beta(a, b) is below x, which is P(X ≥ a) for
 * X ~ Binomial(a+b−1, x).
 */
export function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // x^a (1−x)^b / B(a, b) = pmf(a; a+b, x) · ab/(a+b)
  const front = (binomialPmf(a, a + b, x) * a * b) / (a + b);
  if (x < (a + 1) / (a + b + 2)) return (front * betaFraction(a, b, x)) / a;
  return 1 - (front * betaFraction(b, a, 1 - x)) / b;
}

/** The x with I_x(a, b) = share: Newton from the mean, with bisection as guard. Relative error about 1e-12. */
export function inverseIncompleteBeta(a: number, b: number, share: number): number {
  let [low, high] = [0, 1];
  let x = a / (a + b);
  for (let i = 0; i < 200; i++) {
    const off = incompleteBeta(a, b, x) - share;
    if (off === 0) return x;
    if (off > 0) high = x;
    else low = x;
    const slope = (binomialPmf(a, a + b, x) * a * b) / ((a + b) * x * (1 - x));
    const newton = x - off / slope;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - x) <= 1e-14 * next || high - low <= 1e-15 * high) return next;
    x = next;
  }
  return x;
}
