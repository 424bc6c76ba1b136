// `doorbuster plan`: what a profile would do. Sends nothing.

import { EXIT } from '../errors.ts';
import { formatPlan, type PlanSketch } from '../report/plan-text.ts';
import { chooseWorkers } from '../run/workers.ts';
import { curveOf } from '../traffic/curve.ts';
import type { Curve, CurveSpec } from '../traffic/spec.ts';
import { readCalibration, withRoomWarning } from './calibration.ts';
import { loadPlan, type PlanFlags } from './load.ts';
import { terminalOf } from './terminal.ts';

const HINT = '\n`doorbuster calibrate` measures once whether this machine can hold it';

export async function planCommand(file: string, flags: PlanFlags & { json?: boolean }): Promise<number> {
  const calibration = readCalibration();
  const plan = withRoomWarning(await loadPlan(file, flags), calibration);
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
      workers: chooseWorkers(plan, { calibration }).workers,
      windows: curve.windows(),
      sources: plan.sources ?? [],
      slo: plan.slo.map((line) => line.text),
      stop: plan.stop.map((line) => line.text),
      adjustments: plan.adjustments,
      warnings: plan.warnings,
      profileHash: plan.profileHash,
    };
    process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
    return EXIT.pass;
  }
  const { paint, width, say } = terminalOf({ stdout: true });
  const sketch = { rates: ratesOf(curve), peak, phases: curve.windows(), ...partsOf(plan.traffic) };
  process.stdout.write(`${formatPlan(plan, sketch, { paint, width })}\n`);
  if (!calibration) say(HINT);
  return EXIT.pass;
}

const STRETCHES = 480;
const LOOKS = 16;

/** The curve in equal stretches: mean rate by area, highest rate by looking often and at the peak itself. */
function ratesOf(curve: Curve): PlanSketch['rates'] {
  const { durationUs } = curve.spec;
  const peak = curve.peak();
  return Array.from({ length: STRETCHES }, (_, i) => {
    const fromUs = (durationUs * i) / STRETCHES;
    const untilUs = (durationUs * (i + 1)) / STRETCHES;
    const looks = Array.from({ length: LOOKS }, (_, k) => curve.rateAt(fromUs + ((untilUs - fromUs) * k) / LOOKS));
    if (peak.atUs >= fromUs && peak.atUs < untilUs) looks.push(peak.ratePerS);
    return {
      fromUs,
      untilUs,
      ratePerS: ((curve.area(untilUs) - curve.area(fromUs)) * 1e6) / (untilUs - fromUs),
      peakPerS: Math.max(...looks),
    };
  });
}

/** Each part as a curve of its own, so that only what lies within the run counts. */
function partsOf(traffic: CurveSpec): Pick<PlanSketch, 'addsPerS' | 'orders'> {
  const alone = traffic.parts.map((part) => curveOf({ ...traffic, parts: [part] }));
  return {
    addsPerS: alone.map((curve) => curve.peak().ratePerS),
    orders: alone.map((curve) => curve.area(traffic.durationUs)),
  };
}
