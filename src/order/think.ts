// How long a shopper pauses before a step: a function of (seed, seq, step), so that a run can be repeated. µs, whole.

import { uniform } from '../traffic/random.ts';
import type { ThinkSpec } from './spec.ts';

const SALT_THINK = 500;
/** No shopper who comes back later than this is the same visit; it bounds the tail of the lognormal. */
const LONGEST_US = 3_600e6;

/** A standard normal deviate from two uniforms in [0, 1) (Box and Muller 1958). */
function normalOf(u: number, v: number): number {
  return Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v);
}

export function thinkOf(spec: ThinkSpec, seed: number, step: number): (seq: number) => number {
  const salt = SALT_THINK + 2 * step;
  switch (spec.kind) {
    case 'fixed': {
      const us = Math.round(spec.us);
      return () => us;
    }
    case 'uniform': {
      const { fromUs, untilUs } = spec;
      return (seq) => Math.round(fromUs + (untilUs - fromUs) * uniform(seed, seq, salt));
    }
    case 'lognormal': {
      const { medianUs, sigma } = spec;
      return (seq) => {
        const z = normalOf(uniform(seed, seq, salt), uniform(seed, seq, salt + 1));
        return Math.round(Math.min(LONGEST_US, medianUs * Math.exp(sigma * z)));
      };
    }
  }
}
