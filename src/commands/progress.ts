// What is shown while a run goes on: a panel that is redrawn on a terminal, a plain line every ten seconds elsewhere,
// NDJSON events where asked for. All from the main thread, about once a second.

import type { Evidence, Judgement } from '../judge/spec.ts';
import { judge } from '../judge/verdict.ts';
import { OUTCOME_CLASSES } from '../outcomes.ts';
import type { Plan } from '../profile/plan.ts';
import { timelineOf } from '../report/numbers.ts';
import { formatPanel, formatProgressLine, panelStateOf } from '../report/panel.ts';
import type { RunOptions } from '../run/run.ts';
import type { Terminal } from './terminal.ts';

const LINE_EVERY_S = 10;
const LAMPS_EVERY_US = 2e6;

export function watchRun(
  plan: Plan,
  { json, judged = judgedSoFar() }: { json?: boolean; judged?: JudgedSoFar },
  terminal: Terminal,
): Pick<RunOptions, 'onStart' | 'onTick'> {
  let nextLineS = LINE_EVERY_S;
  const target = plan.target.demo ? 'the built-in shop' : plan.target.shown;
  const stateOf = (evidence: Evidence, elapsedUs: number) =>
    panelStateOf(evidence, elapsedUs, { name: plan.name, target, slo: judged(evidence, elapsedUs).slo });
  return {
    onStart: ({ startedAtMs, choice }) => {
      if (json) emit({ event: 'start', name: plan.name, startedAtMs, orders: plan.traffic.orders, ...choice });
    },
    onTick: (elapsedUs, evidence) => {
      if (elapsedUs < 0) return;
      if (json) emit(secondOf(elapsedUs, evidence));
      if (terminal.live) {
        terminal.draw(formatPanel(stateOf(evidence, elapsedUs), terminal));
      } else if (elapsedUs >= nextLineS * 1e6) {
        terminal.say(formatProgressLine(stateOf(evidence, elapsedUs)));
        nextLineS = (Math.floor(elapsedUs / 1e6 / LINE_EVERY_S) + 1) * LINE_EVERY_S;
      }
    },
  };
}

/** Only the seconds whose orders have all ended: what is still on its way is neither good nor bad. */
export function soFar(evidence: Evidence): Evidence {
  const settledUs = timelineOf(evidence).settledUntil(evidence.planned) * 1e6;
  if (settledUs >= evidence.durationUs) return evidence;
  return { ...evidence, ending: { kind: 'stopped', text: 'so far', atUs: settledUs } };
}

export type JudgedSoFar = (evidence: Evidence, elapsedUs: number) => Judgement;

/** How the limits stand so far. Judging hours of a run is not free: it takes at most a twentieth of the time. */
export function judgedSoFar(): JudgedSoFar {
  let judgement: Judgement | undefined;
  let nextUs = 0;
  return (evidence, elapsedUs) => {
    if (judgement !== undefined && elapsedUs < nextUs) return judgement;
    const before = performance.now();
    judgement = judge(soFar(evidence));
    nextUs = elapsedUs + Math.max(LAMPS_EVERY_US, (performance.now() - before) * 1e3 * 20);
    return judgement;
  };
}

function secondOf(elapsedUs: number, { timeline, orders }: Evidence): object {
  // Of the orders that have ended; `inFlight` says how many have not.
  const total = timeline.total();
  const response = total.histogram({ of: 'response' });
  return {
    event: 'second',
    elapsedUs: Math.round(elapsedUs),
    fired: orders.fired,
    dropped: orders.dropped,
    inFlight: total.fired - response.count,
    ...Object.fromEntries(OUTCOME_CLASSES.map((name) => [name, orders[name]])),
    p50Us: response.count ? response.percentile(0.5) : null,
    p99Us: response.count ? response.percentile(0.99) : null,
  };
}

function emit(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}
