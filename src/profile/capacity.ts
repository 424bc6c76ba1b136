// `capacity:` → how far a search for the shop's capacity may go, and what its answer is held to.

import { formatDuration, parseDuration } from '../units.ts';
import { parseHeadroom } from './headroom.ts';
import type { Path } from './paths.ts';
import type { CapacityPlan } from './plan.ts';
import { countOf } from './scalars.ts';
import { Capacity, type Filled } from './schema.ts';
import { checkText, type Section } from './section.ts';
import type { Written } from './source.ts';

/** Shorter ones hold too few orders, and too little of a queue's memory. */
const LEAST_TRIAL_US = 5e6;

/** Of a profile that says nothing of it. */
export const defaultCapacity = (): NonNullable<Filled['capacity']> => Capacity.parse({});

/** Undefined when a mistake was told. */
export function planCapacity(
  given: NonNullable<Filled['capacity']>,
  { section, written }: { section: Section; written: Written },
): CapacityPlan | undefined {
  const us = (key: 'budget' | 'trial' | 'hold' | 'settle') => parseDuration(given[key])!;
  const slo = given.slo.map((text, index) => {
    const path: Path = ['capacity', 'slo', index];
    const isSound = checkText(section, { text, path, check: mistakeIn });
    return { isSound, line: { text: text.trim(), place: written.spotOf(path, 'value').place } };
  });
  const plan: CapacityPlan = {
    budgetUs: us('budget'),
    maxOrders: given.maxOrders === undefined ? undefined : countOf(given.maxOrders)!,
    trialUs: us('trial'),
    holdUs: us('hold'),
    settleUs: us('settle'),
    slo: slo.map(({ line }) => line),
  };
  return [...timesWrong(plan, section), ...slo.filter(({ isSound }) => !isSound)].length === 0 ? plan : undefined;
}

function mistakeIn(text: string) {
  const parsed = parseHeadroom(text);
  return parsed.ok ? undefined : parsed.mistake;
}

/** Told, one by one. */
function timesWrong({ budgetUs, trialUs, holdUs, settleUs }: CapacityPlan, { complain }: Section): string[] {
  const told: string[] = [];
  const tell = (key: string, message: string) => {
    told.push(key);
    complain({ code: 'CAPACITY', message: `\`capacity.${key}\` ${message}`, path: ['capacity', key] });
  };
  for (const [key, us] of [
    ['trial', trialUs],
    ['hold', holdUs],
    ['settle', settleUs],
  ] as const) {
    if (us % 1e6 !== 0) tell(key, 'must be whole seconds, because tallies are per second');
  }
  if (trialUs < LEAST_TRIAL_US)
    tell('trial', `must be at least ${formatDuration(LEAST_TRIAL_US)}, to hold enough orders to tell`);
  if (holdUs < trialUs) tell('hold', `must be at least as long as \`capacity.trial\` (${formatDuration(trialUs)})`);
  if (budgetUs < 2 * settleUs + trialUs + holdUs) {
    const least = formatDuration(2 * settleUs + trialUs + holdUs);
    tell('budget', `is too short for one trial and one hold with their settle times, which take ${least}`);
  }
  return told;
}
