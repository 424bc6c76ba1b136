// A simulated run of many hours through the real recorder and timeline: what its report costs to draw and to keep.

import { judge } from '../../src/judge/verdict.ts';
import { histogramShape } from '../../src/measure/histogram.ts';
import { Recorder } from '../../src/measure/recorder.ts';
import { Timeline } from '../../src/measure/timeline.ts';
import type { Outcome } from '../../src/outcomes.ts';
import type { RunRecord } from '../../src/report/record.ts';
import { recordOf } from './record.ts';

const OUTCOMES: readonly Outcome[] = [
  { name: 'sold', class: 'accepted' },
  { name: 'sold_out', class: 'rejected' },
  { name: 'over_limit', class: 'rejected' },
  { name: 'throttled', class: 'rejected' },
  { name: 'refused', class: 'failed' },
  { name: 'no-connection', class: 'failed' },
  { name: 'timeout', class: 'unknown' },
  { name: 'reset', class: 'unknown' },
  { name: 'server-error', class: 'unknown' },
  { name: 'unreadable', class: 'unknown' },
];
const SLO = ['p99 < 300ms', 'p99 < 300ms in every 1m', 'errors < 0.5%', 'accepted >= 95% of plan in every 1m'];
const FLASH_S = 300;
const CALM_PER_S = 42;
const FLASH_PER_S = 150;

/** About 49 orders a second with a flash each hour; every other flash is slow. Always the same. */
export function longRun(hours: number): RunRecord {
  const seconds = hours * 3600;
  const shape = histogramShape(10e6);
  const timeline = new Timeline(OUTCOMES, shape);
  const recorder = new Recorder(0, OUTCOMES, shape);
  const planned = new Uint32Array(seconds);
  const classes = { accepted: 0, rejected: 0, failed: 0, unknown: 0 };
  let state = 12_345;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  for (let second = 0; second < seconds; second++) {
    const flash = second >= 3600 && second % 3600 < FLASH_S;
    const slow = flash && second % 7200 < FLASH_S;
    const rate = flash ? FLASH_PER_S : CALM_PER_S;
    planned[second] = rate;
    for (let index = 0; index < rate; index++) {
      const dueUs = Math.round((second + (index + random()) / rate) * 1e6);
      const firedUs = dueUs + 100 + Math.round(random() * 200);
      const sentUs = firedUs + 40;
      const doneUs = sentUs + Math.round((slow ? 120e3 : 8e3) * (1 - Math.log(1 - random() * 0.9999)));
      const outcome = random() < 0.97 ? 0 : Math.floor(random() * OUTCOMES.length);
      recorder.fired(dueUs, firedUs);
      recorder.done(dueUs, firedUs, sentUs, doneUs, outcome);
      classes[OUTCOMES[outcome]!.class]++;
    }
    if (second % 10 === 9) timeline.add(recorder.flush((second + 1) * 1e6).interval);
  }
  timeline.add(recorder.flush((seconds + 10) * 1e6).interval);
  const count = timeline.total().fired;
  const model = recordOf([], { slo: SLO });
  const phases = [{ part: 'base', fromUs: 0, untilUs: seconds * 1e6 }];
  for (let hour = 1; hour < hours; hour++) {
    phases.push({ part: 'hourly', fromUs: hour * 3600e6, untilUs: (hour * 3600 + FLASH_S) * 1e6 });
  }
  const orders = { planned: count, fired: count, dropped: 0, unreached: 0, sent: count, ...classes };
  const evidence = { ...model.evidence, durationUs: seconds * 1e6, planned, phases, timeline, orders };
  const peak = { ratePerS: FLASH_PER_S, atUs: 3600e6 };
  return { ...model, evidence, judgement: judge(evidence), peak };
}
