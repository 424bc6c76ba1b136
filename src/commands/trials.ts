// The trials of a search for capacity, one after the other: setup, orders under one load, books, teardown, and then rest
// until the shop is as it was. Each has a run id of its own, so no key is ever sent twice.

import type { DriverName } from '../drive/driver.ts';
import type { Calibration } from '../judge/calibration.ts';
import type { Asked, Trial, TrialRequest } from '../judge/capacity/spec.ts';
import { trialOf } from '../judge/capacity/trial.ts';
import type { Evidence } from '../judge/spec.ts';
import { judge } from '../judge/verdict.ts';
import type { Plan } from '../profile/plan.ts';
import { type Ceiling, measureCeiling } from '../run/ceiling.ts';
import { monotonicUs } from '../run/clock.ts';
import { type Run, startRun } from '../run/run.ts';
import { trialPlanOf } from '../run/trial-plan.ts';
import { Around } from './around.ts';
import type { Halt } from './halt.ts';
import { askOnce, Rest } from './rest.ts';

export type TrialsInput = {
  plan: Plan;
  secrets: readonly string[];
  /** Of the search; each trial adds its number. */
  runId: string;
  url: string;
  asked: Asked;
  flags: { workers?: number; driver?: DriverName };
  calibration: Calibration | undefined;
  halt: Halt;
  onWarning: (says: string) => void;
  /** While a trial goes on, about once a second. */
  onTick: (request: TrialRequest, elapsedUs: number, evidence: Evidence) => void;
};

export class Trials {
  readonly #input: TrialsInput;
  readonly #rest: Rest;
  #restRun = 0;

  constructor(input: TrialsInput) {
    this.#input = input;
    const { halt } = input;
    this.#rest = new Rest({
      ask: () => this.#askOnce(),
      nowUs: monotonicUs,
      pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      stop: () => halt.signal !== undefined,
    });
  }

  /** Orders sent beside those of the trials and the probe. */
  get restOrders(): number {
    return this.#rest.sent;
  }

  /**
   * Before the first trial: how fast the shop is with nothing to do, then its closed-loop ceiling, then rest.
   *
   * @throws UserError when the setup fails
   */
  async probe(maxOrders: number): Promise<Ceiling> {
    const { plan, url, runId, halt } = this.#input;
    await this.#between(() => this.#rest.learn());
    return this.#between(async (setup) => {
      const ceiling = await measureCeiling(plan, {
        runId: `${runId}-probe`,
        url,
        setup,
        maxOrders,
        signal: halt.soon,
      }).catch((error: unknown) => {
        if (halt.signal === undefined) throw error;
        return { probe: undefined, isCeiling: false, sent: 0, says: 'the closed-loop probe was given up' };
      });
      if (ceiling.sent > 0) await this.#waitForRest();
      return ceiling;
    });
  }

  /** @returns undefined when a signal ended it; @throws UserError when the setup fails */
  async run(request: TrialRequest): Promise<Trial | undefined> {
    const { asked, halt } = this.#input;
    const startUs = monotonicUs();
    const run = await this.#surge(request);
    if (halt.signal !== undefined) return undefined;
    const { evidence } = run;
    const judgement = judge(evidence);
    const before = trialOf(request, { evidence, judgement, asked, spentUs: 0 });
    // A load that held leaves nothing behind.
    if (before.outcome !== 'held') await this.#between(() => this.#waitForRest());
    return { ...before, spentUs: monotonicUs() - startUs };
  }

  async #surge(request: TrialRequest): Promise<Run> {
    const { plan, secrets, runId, url, asked, flags, calibration, halt, onTick } = this.#input;
    const trialPlan = trialPlanOf(plan, request, asked);
    const own = `${runId}-${request.index}`;
    const around = new Around({ plan: trialPlan, secrets, runId: own, url, giveUp: halt.soon, letGo: halt.now });
    try {
      this.#warn(await around.before());
      const control = startRun(trialPlan, {
        ...flags,
        runId: own,
        url,
        setup: around.setup,
        calibration,
        onTick: (elapsedUs, evidence) => onTick(request, elapsedUs, evidence),
      });
      halt.during(control);
      const run = await control.finished.finally(() => halt.during(undefined));
      const audit = await around.audit(run);
      this.#warn(await around.teardown());
      return { ...run, evidence: { ...run.evidence, audit } };
    } catch (error) {
      throw await around.undone(error);
    } finally {
      await around.close();
    }
  }

  /** Setup, something, teardown: where values of the setup are needed, and no books are read. */
  async #between<T>(act: (setup: Record<string, string>) => Promise<T>): Promise<T> {
    const { plan, secrets, runId, url, halt } = this.#input;
    const around = new Around({ plan, secrets, runId, url, giveUp: halt.soon, letGo: halt.now });
    try {
      await around.setUp();
      this.#setup = around.setup;
      const done = await act(around.setup);
      this.#warn(await around.teardown());
      return done;
    } catch (error) {
      throw await around.undone(error);
    } finally {
      await around.close();
    }
  }

  #setup: Record<string, string> = {};

  #askOnce(): Promise<number | undefined> {
    const { plan, runId, url } = this.#input;
    return askOnce(plan, { url, runId: `${runId}-rest-${this.#restRun++}`, setup: this.#setup });
  }

  async #waitForRest(): Promise<void> {
    const says = await this.#rest.wait();
    if (says !== undefined) this.#warn([says]);
  }

  #warn(lines: readonly string[]): void {
    for (const line of lines) this.#input.onWarning(line);
  }
}
