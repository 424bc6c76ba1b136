// The surge and what surrounds it: setup, a look at the books, the orders, the audit, teardown.

import type { DriverName } from '../drive/driver.ts';
import { type Run, type RunOptions, startRun } from '../run/run.ts';
import { Around, type AroundInput } from './around.ts';
import type { Interrupts } from './interrupts.ts';
import type { LivePage } from './live.ts';
import { type JudgedSoFar, watchRun } from './progress.ts';
import type { Terminal } from './terminal.ts';

export type Surge = Pick<AroundInput, 'plan' | 'secrets' | 'runId' | 'url'> &
  Pick<RunOptions, 'calibration' | 'onStart' | 'onInterval' | 'onTick'> & {
    live?: LivePage;
    judged?: JudgedSoFar;
    interrupts: Interrupts;
  };
export type SurgeFlags = { workers?: number; driver?: DriverName; witness?: boolean; json?: boolean };

/** The evidence has the audit; `warnings` are of what went on around the orders. @throws UserError when no order was sent */
export async function driveSurge(
  { calibration, onStart, onInterval, onTick, live, judged, interrupts, ...input }: Surge,
  flags: SurgeFlags,
  terminal: Terminal,
): Promise<{ run: Run; warnings: string[] }> {
  const { plan } = input;
  const { patience } = interrupts;
  const around = new Around({ ...input, giveUp: patience.books.signal, letGo: patience.teardown.signal });
  const warnings: string[] = [];
  const warn = (line: string): void => {
    warnings.push(line);
    terminal.say(`${terminal.paint('warn', '! warning:')} ${line}`);
  };
  const watch = watchRun(plan, { json: flags.json, judged }, terminal);
  try {
    for (const line of await interrupts.unlessLeft(around.before(patience.start.signal))) warn(line);
    const control = startRun(plan, {
      runId: input.runId,
      url: input.url,
      setup: around.setup,
      secrets: around.secrets,
      workers: flags.workers,
      driver: flags.driver,
      calibration,
      witness: flags.witness,
      ...watch,
      onStart: (start) => {
        onStart?.(start);
        watch.onStart?.(start);
      },
      onInterval,
      onTick: (elapsedUs, evidence) => {
        watch.onTick?.(elapsedUs, evidence);
        onTick?.(elapsedUs, evidence);
      },
    });
    live?.onStop(() => control.drain('SIGINT'));
    interrupts.duringOrders(control);
    const run = await control.finished;
    interrupts.duringBooks();
    if (plan.books?.orders) terminal.say('reading the books of the shop');
    const audit = await around.audit(run);
    interrupts.duringTeardown();
    for (const line of await around.teardown()) warn(line);
    return { run: { ...run, evidence: { ...run.evidence, audit } }, warnings };
  } catch (error) {
    // Whoever left the setup was told that the next signal ends it all.
    if (!patience.start.signal.aborted) interrupts.duringTeardown();
    throw await around.undone(error);
  } finally {
    // What is left is to write down what there is.
    interrupts.duringFiles();
    await around.close();
  }
}
