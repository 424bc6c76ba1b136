// `setup:` and `teardown:` of a profile: steps that are sent once, one after the other, before the first order and after the
// books were read. What the setup takes from its answers may be secret: it is shown nowhere and written nowhere.

import type { ControlPlane } from '../drive/control.ts';
import { shownRequestOf } from '../drive/control.ts';
import { EXIT, userError } from '../errors.ts';
import type { Answer } from '../order/answer.ts';
import type { ControlStep } from '../order/books.ts';
import { classifierOf, outcomesOf } from '../order/classify.ts';
import { bodyReader, extractorOf } from '../order/extract.ts';
import { placeholdersOf } from '../order/placeholders.ts';
import { isSecretName, withoutSecrets } from '../secrets.ts';

/** Shorter values of a setup are words that stand everywhere: they are secrets by their name alone, such as `pin`. */
const LEAST_SECRET = 4;
const SHOWN = 100;
const SETUP = 'setup.';

/** Values by name, as they come to be known; and what must be taken out of whatever a shop says. */
export type Found = { setup: Record<string, string>; secrets: readonly string[] };

/** What nobody may see: the plan's secrets and what the setup has found. */
export function secretsOf({ setup, secrets }: Found): string[] {
  const isSecret = ([name, value]: [string, string]) => value.length >= LEAST_SECRET || isSecretName(name);
  return [
    ...secrets,
    ...Object.entries(setup)
      .filter(isSecret)
      .map(([, value]) => value),
  ].filter((value) => value !== '');
}

/**
 * Sends the steps of `setup:`, until it shall `leave`, and adds what they extract to `found.setup`, which later steps may
 * name.
 *
 * @throws UserError (exit 3) with the step's name when one is not answered as it should be
 */
export async function runSetup(
  steps: readonly ControlStep[],
  plane: ControlPlane,
  found: Found & { leave?: AbortSignal | undefined; onDone?: () => void },
): Promise<void> {
  for (const step of steps) {
    const trouble = await sendStep(step, plane, found);
    if (trouble === '') {
      found.onDone?.();
      continue;
    }
    const message = `setup: ${withoutSecrets(trouble, secretsOf(found))}; no order was sent`;
    throw userError('SETUP', message, { exitCode: EXIT.unreachable });
  }
}

/** Sends all steps of `teardown:`, whatever becomes of one of them, until it shall `leave`. @returns what went wrong, a line each */
export async function runTeardown(
  steps: readonly ControlStep[],
  plane: ControlPlane,
  found: Found & { leave?: AbortSignal },
): Promise<string[]> {
  const troubles: string[] = [];
  for (const step of steps) {
    const trouble = await sendStep(step, plane, found);
    if (trouble !== '') troubles.push(`teardown: ${withoutSecrets(trouble, secretsOf(found))}`);
  }
  return troubles;
}

/**
 * The teardown after something went wrong, perhaps half-way through the setup: what can be sent of it, without the steps
 * that need what was never extracted.
 *
 * @returns what became of it, in words to put behind what went wrong
 */
export async function runUndo(
  steps: readonly ControlStep[],
  plane: ControlPlane,
  found: Found & { leave: AbortSignal },
): Promise<string> {
  if (steps.length === 0) return '';
  const isLacking = (name: string) => name.startsWith(SETUP) && !Object.hasOwn(found.setup, name.slice(SETUP.length));
  const lacks = (step: ControlStep) => placeholdersOf(JSON.stringify(step)).some(({ name }) => isLacking(name));
  const skipped = steps.filter(lacks);
  const sent = steps.filter((step) => !lacks(step));
  const troubles = await runTeardown(sent, plane, found);
  const left = skipped.length === 0 ? '' : `, without ${skipped.map(({ name }) => `\`${name}\``).join(', ')}`;
  const was = sent.length === 0 ? 'no step of the teardown could be sent' : `the teardown was sent${left}`;
  return [was, ...troubles].map((text) => `; ${text}`).join('');
}

/** @returns what went wrong; empty when nothing did */
async function sendStep(
  step: ControlStep,
  plane: ControlPlane,
  { setup, leave: signal }: Found & { leave?: AbortSignal | undefined },
): Promise<string> {
  try {
    const answer = await plane.ask(step, { timeoutUs: step.timeoutUs, signal });
    return whyNot(step, answer) ?? takeFrom(step, answer, setup);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Without rules of its own a step must be answered 2xx; with rules, by an accepted one. */
function whyNot(step: ControlStep, answer: Answer): string | undefined {
  const { status } = answer;
  if (step.rules === undefined) {
    return status >= 200 && status <= 299 ? undefined : `${shownRequestOf(step)} answered ${status}${saidBy(answer)}`;
  }
  const rules = { rules: step.rules };
  const outcome = outcomesOf(rules)[classifierOf(rules)(answer)];
  if (outcome?.class === 'accepted') return undefined;
  return `${shownRequestOf(step)} answered ${status}, which counts as \`${outcome?.name}\`${saidBy(answer)}`;
}

function takeFrom(step: ControlStep, answer: Answer, setup: Record<string, string>): string {
  const reader = bodyReader();
  for (const [place, spec] of (step.extract ?? []).entries()) {
    const { name, optional, find } = extractorOf(spec, place, reader);
    const value = find(answer);
    if (value === undefined && !optional) {
      return `${shownRequestOf(step)} answered ${answer.status} without the \`${name}\` that it should extract${saidBy(answer)}`;
    }
    setup[name] = value ?? '';
  }
  return '';
}

function saidBy({ body }: Answer): string {
  const line = new TextDecoder().decode(body).replace(/\s+/g, ' ').trim();
  return line === '' ? '' : `: ${line.slice(0, SHOWN)}${line.length > SHOWN ? ' …' : ''}`;
}
