// `doorbuster plan`: what a profile would do. Sends nothing.

import { EXIT } from '../errors.ts';
import { formatPlan } from '../report/plan-text.ts';
import { chooseWorkers } from '../run/run.ts';
import { curveOf } from '../traffic/curve.ts';
import { plannedPerSecond } from '../traffic/schedule.ts';
import { loadPlan, type PlanFlags } from './load.ts';
import { terminalOf } from './terminal.ts';

export async function planCommand(file: string, flags: PlanFlags & { json?: boolean }): Promise<number> {
  const plan = await loadPlan(file, flags);
  const curve = curveOf(plan.traffic);
  const peak = curve.peak();
  const { orders, durationUs, basePerS } = plan.traffic;
  if (flags.json) {
    const meanPerS = (orders * 1e6) / durationUs;
    const shown = {
      name: plan.name,
      target: plan.target.shown,
      orders,
      durationUs,
      basePerS,
      meanPerS,
      peakPerS: peak.ratePerS,
      peakAtUs: peak.atUs,
      workers: chooseWorkers(plan, {}).workers,
      windows: curve.windows(),
      slo: plan.slo.map((line) => line.text),
      stop: plan.stop.map((line) => line.text),
      adjustments: plan.adjustments,
      warnings: plan.warnings,
      profileHash: plan.profileHash,
    };
    process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
    return EXIT.pass;
  }
  const { paint, width } = terminalOf({ stdout: true });
  const sketch = { plannedPerSecond: plannedPerSecond(plan.traffic), peak, phases: curve.windows() };
  process.stdout.write(`${formatPlan(plan, sketch, { paint, width })}\n`);
  return EXIT.pass;
}
