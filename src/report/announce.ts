// What `run` says before the first order: how many, how fast, by what, and what this run will not be able to show.

import type { Plan } from '../profile/plan.ts';
import { formatCountOf, formatDuration, formatRate } from '../units.ts';
import { visible } from './foreign.ts';
import { cut, type TextOptions, wrap } from './layout.ts';
import type { RunStory } from './record.ts';

export type Announced = Pick<RunStory, 'workers' | 'workersReason' | 'driver' | 'driverReason'>;

/** No newline at the end. */
export function formatAnnouncement(
  plan: Plan,
  { workers, workersReason, driver, driverReason }: Announced,
  peakPerS: number,
  { paint, width }: TextOptions,
): string {
  const { orders, durationUs, seed } = plan.traffic;
  const target = plan.target.demo ? 'the built-in shop' : visible(plan.target.shown);
  const name = cut(visible(plan.name), width);
  const [head, ...rest] = wrap(
    `${name} → ${target}: ${formatCountOf(orders, 'order')} in ${formatDuration(durationUs)}, ` +
      `mean ${formatRate((orders * 1e6) / durationUs)}, peak ${formatRate(peakPerS)}`,
    width,
  );
  const lines = [
    // A name that itself was wrapped is left unpainted.
    head!.startsWith(name) ? paint('bold', name) + head!.slice(name.length) : head!,
    ...rest,
    ...wrap(
      `${formatCountOf(workers, 'worker')} (${workersReason}), driver ${driver} (${driverReason}), seed ${seed}`,
      width,
    ),
  ];
  const wrapped = (label: string, text: string): void => void lines.push(...wrap(`${label} ${visible(text)}`, width));
  if (plan.target.tls.insecure) {
    const says = 'INSECURE: the certificate of the target is NOT checked; anyone may be answering.';
    lines.push(...wrap(says, width).map((line) => paint('fail', line)));
  }
  for (const { flag, value, says, cannotShow } of plan.adjustments) {
    wrapped(`--${flag} ${value}:`, `${says}; this run cannot show ${cannotShow}`);
  }
  for (const warning of plan.warnings) wrapped('warning:', warning);
  return lines.join('\n');
}
