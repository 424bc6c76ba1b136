// `doorbuster capacity`: profile → closed-loop ceiling → open-loop trials, one after the other → how much the shop can take.

import { randomUUID } from 'node:crypto';
import { rmdir } from 'node:fs/promises';
import type { DriverName } from '../drive/driver.ts';
import { EXIT } from '../errors.ts';
import { asRead, writeCapacity } from '../folder/capacity.ts';
import { writeIndex } from '../folder/history.ts';
import { openFolder } from '../folder/open.ts';
import { askedOf } from '../judge/capacity/asked.ts';
import { Search } from '../judge/capacity/search.ts';
import type { Asked, SearchOptions, Trial } from '../judge/capacity/spec.ts';
import type { Plan } from '../profile/plan.ts';
import type { CapacityRecord } from '../report/capacity-record.ts';
import { formatCapacityText } from '../report/capacity-text.ts';
import { formatCommand } from '../report/foreign.ts';
import { wrap } from '../report/layout.ts';
import { formatSearch, formatTrialLine, formatTrialNow } from '../report/trial-line.ts';
import type { Ceiling } from '../run/ceiling.ts';
import { monotonicUs } from '../run/clock.ts';
import { refuseTrials } from '../run/trial-plan.ts';
import { chooseWorkers } from '../run/workers.ts';
import { readCalibration } from './calibration.ts';
import { type BoundFlags, type Bounds, boundsOf, loadText, ordersForProbe } from './capacity-bounds.ts';
import { environmentOf } from './environment.ts';
import { guardHost } from './guard.ts';
import { Halt } from './halt.ts';
import { loadProfile, type PlanFlags } from './load.ts';
import { REPORTS, rootOf } from './past.ts';
import { openTarget } from './target.ts';
import { type Terminal, terminalOf } from './terminal.ts';
import { Trials } from './trials.ts';

export type CapacityFlags = Pick<PlanFlags, 'target' | 'seed' | 'set'> &
  BoundFlags & {
    workers?: number;
    driver?: DriverName;
    out?: string;
    json?: boolean;
    quiet?: boolean;
    yes?: boolean;
    argv: readonly string[];
  };

const SIGNAL_EXITS = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const;

/** @returns the exit code of the answer; @throws UserError before anything was sent, and when a shop cannot be set up again */
export async function capacityCommand(file: string, flags: CapacityFlags): Promise<number> {
  const terminal = terminalOf(flags);
  const loaded = await loadProfile(file, flags);
  const { plan } = loaded;
  refuseTrials(plan);
  const bounds = boundsOf(plan, flags);
  await guardHost(plan, bounds.target.peakPerS, flags, terminal.confirm, loadText(plan, bounds));
  const target = await openTarget(plan, (says) => terminal.say(`${terminal.paint('warn', 'shop:')} ${says}`));
  try {
    return await searchWith({ plan, secrets: loaded.secrets, url: target.url, bounds, flags, terminal });
  } finally {
    await target.close();
  }
}

type Searching = {
  plan: Plan;
  secrets: readonly string[];
  url: string;
  bounds: Bounds;
  flags: CapacityFlags;
  terminal: Terminal;
};

async function searchWith(searching: Searching): Promise<number> {
  const { plan, bounds, flags, terminal } = searching;
  const startedAtMs = Date.now();
  const asked = askedOf(
    plan.slo,
    plan.traffic.parts.map(({ name }) => name),
  );
  const folder = await openFolder(
    flags.out === undefined ? { root: REPORTS, name: `${plan.name}-capacity`, startedAtMs } : { out: flags.out },
  );
  terminal.say(formatSearch(plan, { asked, ...bounds, mostPerS: flags.maxRate ?? bounds.mostPerS }, terminal));
  emit(flags, { event: 'start', name: plan.name, startedAtMs, ...bounds });
  const halt = new Halt(terminal);
  halt.listen();
  try {
    const found = await find(searching, asked, halt);
    terminal.settle();
    if (found.search === undefined) {
      // Nothing was tried, and a folder in which nothing is would be taken for a search.
      await rmdir(folder.path).catch(() => {});
      throw found.trouble;
    }
    const record = recordOf(searching, { ...found, startedAtMs, halt });
    const written = await writeCapacity(folder, record).finally(() => {
      const text = formatCapacityText(asRead(record, []), {
        paint: terminal.paint,
        width: terminal.width,
        folder: folder.path,
      });
      terminal.say(`\n${text}`);
    });
    await enlist(folder.path, terminal);
    emit(flags, { event: 'end', capacity: asRead(record, written) });
    if (found.trouble !== undefined) throw found.trouble;
    return record.capacity.exitCode;
  } finally {
    halt.close();
  }
}

/** In the list of the runs beside it, where there is one. The answer stands whatever becomes of that. */
async function enlist(folder: string, { say, paint }: Terminal): Promise<void> {
  const root = await rootOf(folder);
  if (root === undefined) return;
  await writeIndex(root).catch(({ message }: Error) => say(`${paint('warn', '! warning:')} ${message}`));
}

/** `search` undefined: it never began, because of the trouble. `trouble`: what was thrown in the middle; what was found before it stands. */
type Found = {
  runId: string;
  warnings: string[];
  ordersBeside: number;
  ceiling?: Ceiling;
  search?: Search;
  trouble?: unknown;
};

async function find(
  { plan, secrets, url, bounds, flags, terminal }: Searching,
  asked: Asked,
  halt: Halt,
): Promise<Found> {
  const found: Found = { runId: randomUUID().slice(0, 8), warnings: [], ordersBeside: 0 };
  const trials = new Trials({
    plan,
    secrets,
    runId: found.runId,
    url,
    asked,
    flags,
    calibration: readCalibration(),
    halt,
    onWarning: (says) => {
      if (found.warnings.includes(says)) return;
      found.warnings.push(says);
      terminal.say(`${terminal.paint('warn', '! warning:')} ${says}`);
    },
    onTick: (request, elapsedUs, evidence) => {
      if (terminal.live) terminal.draw(formatTrialNow(request, elapsedUs, evidence));
    },
  });
  try {
    const fromUs = monotonicUs();
    found.ceiling = await trials.probe(ordersForProbe(bounds.budget));
    emit(flags, { event: 'probe', ...found.ceiling });
    terminal.say(`${wrap(found.ceiling.says, terminal.width).join('\n')}\n`);
    const { trialUs, holdUs, settleUs, slo: gate } = plan.capacity;
    const { isCeiling, probe, sent } = found.ceiling;
    const options: SearchOptions = {
      ...bounds,
      ...(isCeiling ? { probe } : {}),
      ...{ trialUs, holdUs, settleUs, seed: plan.traffic.seed, asked, gate },
    };
    found.search = new Search(options, { us: monotonicUs() - fromUs, orders: sent });
    await searchOn(found.search, { trials, halt, maxOrders: bounds.budget.orders }, (trial) => {
      terminal.settle();
      terminal.say(formatTrialLine(trial, terminal));
      emit(flags, { event: 'trial', trial });
    });
  } catch (error) {
    found.trouble = error;
  }
  found.ordersBeside = (found.ceiling?.sent ?? 0) + trials.restOrders;
  return found;
}

type Going = { trials: Trials; halt: Halt; maxOrders: number | undefined };

/** Until the search wants no more, the orders to see whether the shop is at rest have used up what was left, or a signal came. */
async function searchOn(
  search: Search,
  { trials, halt, maxOrders = Number.POSITIVE_INFINITY }: Going,
  onTrial: (trial: Trial) => void,
): Promise<void> {
  for (let request = search.next(); request !== undefined && halt.signal === undefined; request = search.next()) {
    const { ratePerS, settleUs, durationUs } = request;
    const orders = Math.round((ratePerS * (settleUs + durationUs)) / 1e6);
    if (search.answer().budget.spentOrders + trials.restOrders + orders > maxOrders) return;
    const trial = await trials.run(request);
    if (trial === undefined) return;
    search.take(trial);
    onTrial(trial);
  }
}

type Ended = Found & { startedAtMs: number; halt: Halt };

function recordOf({ plan, flags }: Searching, ended: Ended): CapacityRecord {
  const { search, ceiling, halt, trouble, runId, warnings, startedAtMs, ordersBeside } = ended;
  const { driver, driverReason } = chooseWorkers(plan, flags);
  const answer = search!.answer(halt.signal !== undefined || trouble !== undefined);
  const exitCode = halt.signal === undefined ? answer.exitCode : SIGNAL_EXITS[halt.signal];
  return {
    plan,
    // A probe that is no ceiling is shown, though nothing was made of it.
    capacity: { ...answer, exitCode, probe: ceiling?.probe },
    run: {
      id: runId,
      startedAtMs,
      endedAtMs: Date.now(),
      command: formatCommand(['doorbuster', ...flags.argv]),
      seed: plan.traffic.seed,
      driver,
      driverReason,
      warnings: [...plan.warnings, ...warnings],
    },
    environment: environmentOf(),
    probeSays: ceiling?.says ?? '',
    ordersBeside,
    ...(halt.signal === undefined ? {} : { interrupted: halt.signal }),
  };
}

function emit({ json }: CapacityFlags, event: object): void {
  if (json) process.stdout.write(`${JSON.stringify(event)}\n`);
}
