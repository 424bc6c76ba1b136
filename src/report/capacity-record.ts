// Everything one search for a shop's capacity leaves behind, as one value, as RunRecord is of a run: what capacity.json and
// whatever people read of it are made from.

import type { Capacity } from '../judge/capacity/spec.ts';
import type { Plan } from '../profile/plan.ts';
import type { Environment, RunStory } from './record.ts';

/** `warnings`: of the profile, and of what went on around the trials (setup, teardown, a shop that did not come to rest). */
export type SearchStory = Pick<
  RunStory,
  'id' | 'startedAtMs' | 'endedAtMs' | 'command' | 'seed' | 'driver' | 'driverReason' | 'warnings'
>;

export type CapacityRecord = {
  plan: Plan;
  capacity: Capacity;
  run: SearchStory;
  environment: Environment;
  /** What the closed-loop probe found, or why there was none: one plain sentence. */
  probeSays: string;
  /** Orders sent beside the trials: by the probe, and to see whether the shop had come to rest. */
  ordersBeside: number;
  /** Undefined: it came to its own end. */
  interrupted?: 'SIGINT' | 'SIGTERM';
};
