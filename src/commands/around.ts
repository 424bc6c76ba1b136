// What surrounds the orders of a run and is no part of its traffic: setup, a look at the books, the audit, teardown. All of
// it goes over one control plane and shares what the setup found out.

import { dirname } from 'node:path';
import type { AuditResult } from '../audit/spec.ts';
import { ControlPlane } from '../drive/control.ts';
import { UserError, userError } from '../errors.ts';
import { orderKeys } from '../order/identity.ts';
import type { Plan } from '../profile/plan.ts';
import type { Run } from '../run/run.ts';
import { withoutSecrets } from '../secrets.ts';
import { auditRun, type BooksBefore, booksSeams, type FoundInBooks, findInBooks, lookBefore } from './audit.ts';
import { type Found, runSetup, runTeardown, runUndo, secretsOf } from './setup.ts';

export type AroundInput = {
  plan: Plan;
  secrets: readonly string[];
  runId: string;
  /** Of the target. */
  url: string;
  /** No more reading of books. */
  giveUp: AbortSignal;
  /** No more of the teardown. */
  letGo: AbortSignal;
};

const NOTHING_BEFORE: BooksBefore = { stock: undefined, known: new Set(), warnings: [] };

export class Around {
  readonly #input: AroundInput;
  readonly #plane: ControlPlane;
  readonly #found: Found;
  #before = NOTHING_BEFORE;
  /** Whether a teardown is due: a step of the setup was done, or was left under way, and nothing was torn down yet. */
  #isOpen = false;

  constructor(input: AroundInput) {
    const { plan, secrets, runId, url } = input;
    const { identity, env, feeders } = plan.order;
    this.#input = input;
    this.#found = { setup: {}, secrets };
    const scope = { identity: { ...identity, runId }, env, feeders, setup: this.#found.setup };
    this.#plane = new ControlPlane({ ...plan.target, url }, scope);
  }

  /** What the setup took from its answers. */
  get setup(): Record<string, string> {
    return this.#found.setup;
  }

  /** What may stand in nothing that is shown or written. */
  get secrets(): string[] {
    return secretsOf(this.#found);
  }

  /** Setup, which may be left, then the books as they are. @returns warnings; @throws UserError when no order should be sent */
  async before(leave?: AbortSignal): Promise<string[]> {
    const { plan } = this.#input;
    await this.setUp(leave);
    if (plan.books) this.#before = await lookBefore(plan.books, this.#seams(), this.secrets);
    return this.#before.warnings;
  }

  /** The setup alone. @throws UserError when no order should be sent */
  setUp(leave?: AbortSignal): Promise<void> {
    const open = () => {
      this.#isOpen = true;
    };
    leave?.addEventListener('abort', open, { once: true });
    return runSetup(this.#input.plan.setup, this.#plane, { ...this.#found, leave, onDone: open });
  }

  /** After anything that went wrong: what the setup began is ended, once. @returns the error, with what became of that */
  async undone(error: unknown): Promise<unknown> {
    if (!this.#isOpen) return error;
    this.#isOpen = false;
    const { plan, letGo: leave } = this.#input;
    const says = await runUndo(plan.teardown, this.#plane, { ...this.#found, leave });
    if (!(error instanceof UserError)) return error;
    return userError(error.code, `${error.message}${says}`, { exitCode: error.exitCode, cause: error });
  }

  /** Reads the books and judges them. Takes as long as the books need to come to rest. */
  audit(run: Pick<Run, 'ledger' | 'evidence'>): Promise<AuditResult> {
    const { plan, runId } = this.#input;
    return auditRun({ plan, run, runId, before: this.#before, seams: this.#seams(), secrets: this.secrets });
  }

  /** What the books hold of the first order, `isDue`: in the end; undefined where the profile names none. */
  async find(isDue: boolean): Promise<FoundInBooks | undefined> {
    const { plan, runId } = this.#input;
    if (!plan.books) return undefined;
    const found = await findInBooks(plan.books, this.#seams(), { key: orderKeys(runId).keyOf(0), isDue });
    return { ...found, trouble: withoutSecrets(found.trouble, this.secrets, true) };
  }

  /** @returns what went wrong, a line each */
  teardown(): Promise<string[]> {
    this.#isOpen = false;
    const { plan, letGo: leave } = this.#input;
    return runTeardown(plan.teardown, this.#plane, { ...this.#found, leave });
  }

  close(): Promise<void> {
    return this.#plane.close();
  }

  #seams() {
    return booksSeams(this.#plane, dirname(this.#input.plan.file), this.#input.giveUp);
  }
}
