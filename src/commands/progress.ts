// What is shown while a run goes on: a panel that is redrawn on a terminal, a plain line every ten seconds elsewhere,
// NDJSON events where asked for. All from the main thread, about once a second.

import type { Evidence } from '../judge/spec.ts';
import { OUTCOME_CLASSES } from '../outcomes.ts';
import type { Plan } from '../profile/plan.ts';
import { formatPanel, formatProgressLine, panelStateOf } from '../report/panel.ts';
import type { RunOptions } from '../run/run.ts';
import type { Terminal } from './terminal.ts';

const LINE_EVERY_S = 10;

export function watchRun(
  plan: Plan,
  flags: { json?: boolean },
  terminal: Terminal,
): Pick<RunOptions, 'onStart' | 'onTick'> {
  let nextLineS = LINE_EVERY_S;
  return {
    onStart: (startedAtMs, choice) => {
      if (flags.json) emit({ event: 'start', name: plan.name, startedAtMs, orders: plan.traffic.orders, ...choice });
    },
    onTick: (elapsedUs, evidence) => {
      if (elapsedUs < 0) return;
      if (flags.json) emit(secondOf(elapsedUs, evidence));
      if (terminal.live) {
        terminal.draw(formatPanel(panelStateOf(evidence, elapsedUs), terminal));
      } else if (elapsedUs >= nextLineS * 1e6) {
        terminal.say(formatProgressLine(panelStateOf(evidence, elapsedUs)));
        nextLineS = (Math.floor(elapsedUs / 1e6 / LINE_EVERY_S) + 1) * LINE_EVERY_S;
      }
    },
  };
}

function secondOf(elapsedUs: number, { timeline, orders }: Evidence): object {
  const response = timeline.total().histogram({ of: 'response' });
  return {
    event: 'second',
    elapsedUs: Math.round(elapsedUs),
    fired: orders.fired,
    dropped: orders.dropped,
    ...Object.fromEntries(OUTCOME_CLASSES.map((name) => [name, orders[name]])),
    p50Us: response.count ? response.percentile(0.5) : null,
    p99Us: response.count ? response.percentile(0.99) : null,
  };
}

function emit(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}
