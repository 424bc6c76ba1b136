// How long payments take and which are declined: seeded, so that the same seed gives the same sequence. The shop has its
// own few lines of random numbers because it shares nothing with the generator that loads it.

import type { ServiceTime, ShopOptions } from './options.ts';

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

/** Where the payment queue starts to grow, orders per second; Infinity without a service time. The processor may give out first. */
export function capacityPerS(options: Pick<ShopOptions, 'payments' | 'service'>): number {
  return (options.payments * 1000) / meanServiceMs(options.service);
}
