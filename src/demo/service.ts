// How long payments take and which are declined: seeded, so that the same seed gives the same sequence. The shop has its
// own few lines of random numbers because it shares nothing with the generator that loads it.

import type { Contention, ServiceTime, ShopOptions } from './options.ts';

/** Uniform in [0, 1), 32 bits. mulberry32 (Tommy Ettinger, public domain). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws service times, ms. `1 − u` is in (0, 1], so its logarithm is finite. Normal: Box–Muller, one of the pair. */
export function serviceSampler(service: ServiceTime, random: () => number): () => number {
  switch (service.kind) {
    case 'none':
      return () => 0;
    case 'fixed':
      return () => service.ms;
    case 'exponential':
      return () => -service.meanMs * Math.log(1 - random());
    case 'lognormal':
      return () => {
        const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
        return service.medianMs * Math.exp(service.sigma * normal);
      };
  }
}

/** Mean service time, ms. Lognormal: median · e^(σ²/2). */
export function meanServiceMs(service: ServiceTime): number {
  switch (service.kind) {
    case 'none':
      return 0;
    case 'fixed':
      return service.ms;
    case 'exponential':
      return service.meanMs;
    case 'lognormal':
      return service.medianMs * Math.exp(service.sigma ** 2 / 2);
  }
}

/** How many times as long a payment takes that starts as one of `running` (USL, options.ts). */
export function slowdown(contention: Contention | null, running: number): number {
  if (contention === null) return 1;
  const { sigma, kappa } = contention;
  return 1 + sigma * (running - 1) + kappa * running * (running - 1);
}

type Till = Pick<ShopOptions, 'payments' | 'service'> & { contention?: Contention | null };

/**
 * The most payments a second, and how many then run at once. X(n) = n / (mean · slowdown(n)) has its top at
 * n = √((1 − sigma) / kappa) and rises up to there; of whole numbers the one below or above it is the best.
 */
export function peakOf({ payments, service, contention = null }: Till): { running: number; perS: number } {
  const meanS = meanServiceMs(service) / 1000;
  if (contention === null) return { running: payments, perS: payments / meanS };
  const { sigma, kappa } = contention;
  const top = kappa === 0 ? payments : Math.sqrt((1 - sigma) / kappa);
  const inReach = (n: number): number => Math.min(payments, Math.max(1, n));
  const [below, above] = [inReach(Math.floor(top)), inReach(Math.ceil(top))].map((running) => ({
    running,
    perS: running / (meanS * slowdown(contention, running)),
  }));
  return above!.perS > below!.perS ? above! : below!;
}

/**
 * Where the payment queue starts to grow, orders per second; Infinity without a service time. The processor may give out
 * first; and with contention, where more payments run at once than at the top, chance may tip the shop over a little below.
 */
export function capacityPerS(till: Till): number {
  return peakOf(till).perS;
}
