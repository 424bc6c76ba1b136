// What the freeze test must find, order by order from the schedule alone: an order due in the freeze is answered when it
// ends, every other one after the noise floor. (The thawed target takes some ms more to work off what has piled up.)

export const FREEZE = { ratePerS: 1_000, seconds: 20, fromMs: 9_000, forMs: 2_000 };

/** µs; percentiles by rank ⌈np⌉. */
export function truthOf(frozenUs: number, floorUs: number): Record<'p50' | 'p90' | 'p95' | 'p99' | 'max', number> {
  const orders = FREEZE.ratePerS * FREEZE.seconds;
  const fromUs = FREEZE.fromMs * 1e3;
  const responses = Array.from({ length: orders }, (_, seq) => {
    const dueUs = ((seq + 0.5) * 1e6) / FREEZE.ratePerS;
    const frozen = dueUs >= fromUs && dueUs < fromUs + frozenUs;
    return floorUs + (frozen ? fromUs + frozenUs - dueUs : 0);
  }).sort((a, b) => a - b);
  const at = (p: number): number => responses[Math.ceil(orders * p) - 1]!;
  return { p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), max: at(1) };
}
