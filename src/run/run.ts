// One run from plan to evidence: start the workers together, take in their tallies, watch the stop conditions, end.
// It prints nothing and writes nothing; `onTick` is where a panel looks.

import type { LedgerChange } from '../audit/ledger.ts';
import { type MergedLedger, mergeLedgers } from '../audit/merge-ledgers.ts';
import type { DriverName } from '../drive/driver.ts';
import type { Calibration } from '../judge/calibration.ts';
import { parseSlo } from '../judge/slo.ts';
import type { Ending, Evidence, Incident, OrderCounts, Slo } from '../judge/spec.ts';
import { type Stopper, stopperOf } from '../judge/stop.ts';
import { KeptOfRun } from '../measure/kept.ts';
import { histogramShape, type Shape } from '../measure/shape.ts';
import type { Interval } from '../measure/spec.ts';
import { Timeline } from '../measure/timeline.ts';
import { THROTTLED } from '../order/books.ts';
import { compileJourney, isPlain } from '../order/journey.ts';
import { OUTCOME_CLASSES, type Outcome } from '../outcomes.ts';
import type { Plan } from '../profile/plan.ts';
import { curveOf } from '../traffic/curve.ts';
import { plannedPerSecond } from '../traffic/schedule.ts';
import type { PartWindow } from '../traffic/spec.ts';
import { monotonicUs } from './clock.ts';
import { codeEvidenceOf } from './code-evidence.ts';
import type { Share, ShareReport } from './messages.ts';
import { Pool } from './pool.ts';
import { driverOptionsOf, orderFor } from './shares.ts';
import { KeptTeller, type KeptTold } from './tell-kept.ts';
import { Vitals } from './vitals.ts';
import { Witness, witnessShareOf } from './witness.ts';
import { chooseWorkers, type WorkerChoice } from './workers.ts';

/** From `start` sent to the first possible order: time for the message to reach every thread. */
const HEAD_START_US = 50_000;
const TICK_MS = 1_000;
/** A worker that sends nothing for this long while the main thread kept time has a telemetry gap. */
const SILENT_US = 5e6;
/** And one that says nothing at so many ticks in turn will not any more: a run must not wait for it for ever. */
const GONE_TICKS = 20;

export type RunOptions = {
  runId: string;
  /** `http(s)://host:port[/base]`: where the orders go; the plan's own, or that of the built-in shop. */
  url: string;
  /** What the setup took from its answers. */
  setup?: Record<string, string>;
  /** Values that the orders carry and that nothing may show; left out: no answer is kept as an example. */
  secrets?: readonly string[];
  workers?: number;
  driver?: DriverName;
  /** Of this machine, where it was calibrated: how many workers there are then rests on it. */
  calibration?: Calibration;
  /** Have a process of its own send a few more orders, to hold the workers' times against (witness.ts). */
  witness?: boolean;
  onStart?: (start: RunStart) => void;
  /** What a worker said, as it comes: for a journal. */
  onInterval?: (told: Told) => void;
  /** URL of the threads' module, for tests of threads that die. */
  workerFile?: string;
  /** About once a second, and once when everything has ended. */
  onTick?: (elapsedUs: number, evidence: Evidence) => void;
};

/** What is known of a run when it starts, and what its intervals mean. */
export type RunStart = {
  startedAtMs: number;
  choice: WorkerChoice;
  outcomes: readonly Outcome[];
  steps: readonly string[];
  /** Of the histograms. */
  shape: Shape;
  planned: Uint32Array;
  phases: readonly PartWindow[];
};

/** One interval as it came from its worker, `atUs` of the run's clock. */
export type Told = {
  atUs: number;
  interval: Interval;
  change: LedgerChange | undefined;
  /** Single orders and answers, fit to be shown. */
  kept: KeptTold | undefined;
};

export type Run = {
  evidence: Evidence;
  startedAtMs: number;
  endedAtMs: number;
  choice: WorkerChoice;
  /** Of the workers that reported. */
  reports: ShareReport[];
  /** What is known of every order; of a lost worker's, that they may have been placed. */
  ledger: MergedLedger;
  /** User + system time of the whole process during the run. */
  cpuUs: number;
};

export type RunControl = {
  /** Resolves with what happened; rejects only where nothing was fired at all. */
  finished: Promise<Run>;
  /** Fire no more orders, await the answers: the first Ctrl-C. */
  drain(signal: 'SIGINT' | 'SIGTERM'): void;
  /** Give up the answers too: the second Ctrl-C. */
  abort(): void;
};

export function startRun(plan: Plan, options: RunOptions): RunControl {
  const running = new Running(plan, options);
  return {
    finished: running.finish(),
    drain: (signal) => running.end({ kind: 'interrupted', signal, atUs: Math.max(0, running.elapsedUs()) }),
    abort: () => running.abort(),
  };
}

class Running {
  readonly #plan: Plan;
  readonly #options: RunOptions;
  readonly #choice: WorkerChoice;
  readonly #shares: Share[];
  readonly #timeline: Timeline;
  readonly #kept: KeptOfRun;
  readonly #isPlain: boolean;
  readonly #planned: Uint32Array;
  readonly #phases: PartWindow[];
  readonly #stopper: Stopper | undefined;
  readonly #incidents: Incident[] = [];
  readonly #heardUs: number[];
  readonly #silentUs: number[];
  readonly #silentTicks: number[];
  readonly #pool: Pool;
  readonly #vitals: Vitals;
  #witness: Witness | undefined;
  #ending: Ending = { kind: 'complete' };
  #startUs: number | undefined;
  #tickedUs = 0;

  constructor(plan: Plan, options: RunOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#choice = chooseWorkers(plan, options);
    const order = orderFor(plan, { runId: options.runId, url: options.url, setup: options.setup });
    const journey = compileJourney(order);
    const { outcomes, steps } = journey;
    const teller = new KeptTeller(order, journey, options.secrets);
    this.#kept = new KeptOfRun(outcomes);
    this.#isPlain = isPlain(order);
    const shape = histogramShape(plan.target.timeoutUs);
    this.#timeline = new Timeline(outcomes, shape, this.#isPlain ? [] : steps.map((step) => step.name));
    this.#planned = plannedPerSecond(plan.traffic);
    this.#phases = curveOf(plan.traffic).windows();
    const stops = plan.stop.map((line) => sloOf(line.text, plan));
    this.#stopper = stops.length > 0 ? stopperOf(stops, { planned: this.#planned, phases: this.#phases }) : undefined;
    const { workers, driver } = this.#choice;
    this.#shares = Array.from({ length: workers }, (_, worker) => ({
      worker,
      workers,
      traffic: plan.traffic,
      order,
      soldOut: plan.books?.soldOut ?? [],
      throttled: plan.books?.throttled ?? THROTTLED,
      secrets: [...(options.secrets ?? []), ...Object.values({ ...order.setup }), ...Object.values({ ...order.env })],
      driver,
      driverOptions: driverOptionsOf(plan.target, options.url, workers, worker),
    }));
    this.#vitals = new Vitals(workers, shape);
    this.#heardUs = this.#shares.map(() => 0);
    this.#silentUs = this.#shares.map(() => 0);
    this.#silentTicks = this.#shares.map(() => 0);
    this.#pool = new Pool(
      this.#shares,
      {
        onInterval: (interval, health, { change, kept }) => {
          const atUs = this.elapsedUs();
          this.#heardUs[interval.worker] = atUs;
          this.#silentTicks[interval.worker] = 0;
          const told = kept && teller.tell(kept);
          if (told) this.#kept.take(told);
          options.onInterval?.({ atUs, interval, change, kept: told });
          this.#vitals.take(interval, health);
          this.#timeline.add(interval);
        },
        onLost: (worker, error) => this.#incidents.push({ kind: 'lost-worker', worker, detail: error.message }),
      },
      options.workerFile,
    );
  }

  elapsedUs(): number {
    return this.#startUs === undefined ? 0 : monotonicUs() - this.#startUs;
  }

  /** The first reason to end early wins. */
  end(ending: Ending): void {
    if (this.#ending.kind !== 'complete') return;
    this.#ending = ending;
    this.#pool.send({ type: 'drain' });
  }

  abort(): void {
    this.#pool.send({ type: 'abort' });
  }

  async finish(): Promise<Run> {
    try {
      this.#callWitness();
      await this.#pool.ready();
      await this.#witness?.ready();
      const cpuBefore = process.cpuUsage();
      this.#startUs = monotonicUs() + HEAD_START_US;
      const startedAtMs = Date.now() + HEAD_START_US / 1e3;
      this.#pool.send({ type: 'start', atUs: this.#startUs });
      this.#witness?.start(this.#startUs);
      this.#options.onStart?.({
        startedAtMs,
        choice: this.#choice,
        outcomes: this.#timeline.outcomes,
        steps: this.#timeline.steps,
        shape: this.#timeline.shape,
        planned: this.#planned,
        phases: this.#phases,
      });
      this.#vitals.look();
      const timer = setInterval(() => this.#tick(), TICK_MS);
      const reports = await this.#pool.reports().finally(() => clearInterval(timer));
      const cpu = process.cpuUsage(cpuBefore);
      const present = reports.filter((report) => report !== undefined);
      for (const report of present) this.#note(report);
      const evidence = { ...this.#evidence(reports), witness: await this.#witness?.end() };
      this.#options.onTick?.(this.elapsedUs(), evidence);
      return {
        evidence,
        startedAtMs,
        // By the clock that nobody sets: a run over the end of summer time is not an hour longer.
        endedAtMs: startedAtMs + Math.round(this.elapsedUs() / 1e3),
        choice: this.#choice,
        reports: present,
        ledger: mergeLedgers(
          present.map((report) => report.ledger),
          {
            orders: this.#plan.traffic.orders,
            workers: this.#choice.workers,
          },
        ),
        cpuUs: cpu.user + cpu.system,
      };
    } finally {
      this.#witness?.close();
      await this.#pool.close();
    }
  }

  #callWitness(): void {
    const [share] = this.#shares;
    // A witness sends one exchange and compares it with the orders' own: it cannot follow a journey (who asks for both on the
    // command line is told).
    if (!this.#options.witness || share === undefined || !this.#isPlain) return;
    const { order, driver, driverOptions } = share;
    const { durationUs, orders } = this.#plan.traffic;
    this.#witness = new Witness(witnessShareOf({ order, driver, driverOptions, durationUs }, orders));
  }

  #tick(): void {
    const nowUs = this.elapsedUs();
    this.#listen(nowUs);
    this.#vitals.look();
    const settled = this.#timeline.settledUntil(this.#planned);
    const hit = this.#stopper?.check(this.#timeline, settled);
    if (hit) this.end({ kind: 'stopped', text: hit.slo.text, atUs: nowUs });
    this.#options.onTick?.(nowUs, this.#evidence([]));
  }

  /** A silence counts only by the time in which this thread itself was awake. */
  #listen(nowUs: number): void {
    const awake = nowUs - this.#tickedUs < 2 * TICK_MS * 1e3;
    this.#tickedUs = nowUs;
    for (const { worker } of this.#shares) {
      if (!awake || this.#pool.isOver(worker)) continue;
      const silentUs = nowUs - (this.#heardUs[worker] ?? 0);
      if (silentUs > SILENT_US) this.#silentUs[worker] = Math.max(this.#silentUs[worker] ?? 0, silentUs);
      this.#silentTicks[worker] = (this.#silentTicks[worker] ?? 0) + 1;
      if (this.#silentTicks[worker] === GONE_TICKS) {
        this.#pool.giveUp(worker, new Error(`said nothing for ${GONE_TICKS} s, and was given up`));
      }
    }
  }

  #note(report: ShareReport): void {
    const { worker } = report;
    if (report.lateStartUs > 0) this.#incidents.push({ kind: 'late-start', worker, lateUs: report.lateStartUs });
    if (report.refused > 0) {
      const detail = `the queue of worker ${worker} refused ${report.refused} steps, repeats or checks of orders under way`;
      this.#incidents.push({ kind: 'refused', count: report.refused, detail });
    }
    for (const [detail, count] of Object.entries(report.noSocket)) {
      this.#incidents.push({ kind: 'no-socket', count, detail });
    }
    const silentUs = this.#silentUs[worker] ?? 0;
    if (silentUs > 0) {
      const detail = `sent no tally for ${(silentUs / 1e6).toFixed(1)} s`;
      this.#incidents.push({ kind: 'telemetry-gap', worker, detail });
    }
    if (this.#timeline.intervalsOf(worker) < report.intervals) {
      const detail = `${this.#timeline.intervalsOf(worker)} of ${report.intervals} tallies arrived`;
      this.#incidents.push({ kind: 'missing-tally', worker, detail });
    }
  }

  #evidence(reports: readonly (ShareReport | undefined)[]): Evidence {
    for (const gap of this.#timeline.gaps.splice(0)) {
      const detail = `tally ${gap.index} never came`;
      this.#incidents.push({ kind: 'missing-tally', worker: gap.worker, detail });
    }
    const lost = reports.some((report) => report === undefined);
    const soFar = reports.length === 0 || lost ? this.#soFar() : undefined;
    const inFlight = lost && soFar ? soFar.fired - endedOf(soFar) : 0;
    return {
      slo: this.#plan.slo,
      durationUs: this.#plan.traffic.durationUs,
      planned: this.#planned,
      phases: this.#phases,
      timeline: this.#timeline,
      // What was in flight with a worker that died may have been placed: nobody will hear of it any more.
      orders: soFar ? { ...soFar, unknown: soFar.unknown + inFlight } : this.#counted(reports),
      ...(inFlight > 0 ? { inFlightAtCrash: inFlight } : {}),
      incidents: [...this.#incidents],
      ending: this.#ending,
      kept: this.#kept.kept,
      ...(reports.length > 0 ? this.#vitals.evidence(reports) : {}),
      ...(reports.length > 0 && this.#plan.order.journey ? { code: codeEvidenceOf(reports) } : {}),
    };
  }

  /** By the workers' own counters, when all have reported. */
  #counted(reports: readonly (ShareReport | undefined)[]): OrderCounts {
    const present = reports.filter((report) => report !== undefined);
    const sum = (of: (report: ShareReport) => number): number =>
      present.reduce((total, report) => total + of(report), 0);
    const [accepted, rejected, failed, unknown] = OUTCOME_CLASSES.map((_, i) =>
      sum((report) => report.classes[i] ?? 0),
    );
    return {
      planned: this.#plan.traffic.orders,
      fired: sum((report) => report.fired),
      dropped: sum((report) => report.dropped),
      unreached: sum((report) => report.unreached),
      sent: sum((report) => report.sent),
      accepted: accepted ?? 0,
      rejected: rejected ?? 0,
      failed: failed ?? 0,
      unknown: unknown ?? 0,
    };
  }

  /** By the tallies: what is in flight has no class yet, and of a lost worker nothing else is known. */
  #soFar(): OrderCounts {
    const total = this.#timeline.total();
    const planned = this.#plan.traffic.orders;
    const { fired, dropped, sent } = total;
    const [accepted, rejected, failed, unknown] = OUTCOME_CLASSES.map((name) => total.countOf(name));
    return {
      planned,
      fired,
      dropped,
      unreached: planned - fired - dropped,
      sent,
      accepted: accepted ?? 0,
      rejected: rejected ?? 0,
      failed: failed ?? 0,
      unknown: unknown ?? 0,
    };
  }
}

function endedOf({ accepted, rejected, failed, unknown }: OrderCounts): number {
  return accepted + rejected + failed + unknown;
}

/** @throws Error when the line does not parse: the profile was checked, so this is a bug */
function sloOf(text: string, plan: Plan): Slo {
  const parsed = parseSlo(text, { parts: plan.traffic.parts.map((part) => part.name), place: 'stop' });
  if (!parsed.ok) throw new Error(`stop line "${text}": ${parsed.mistake.message}`);
  return parsed.slo;
}
