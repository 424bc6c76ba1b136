// One order, sent to see what the target says to it; what can be told of it is told, and no secret.

import type { Answer } from '../order/answer.ts';
import type { Outcome } from '../outcomes.ts';
import type { Plan } from '../profile/plan.ts';
import { shownPathOf } from '../profile/redact.ts';
import { visible } from '../report/foreign.ts';
import { isSecretName, withoutSecrets } from '../secrets.ts';
import { formatCountOf, formatDuration } from '../units.ts';
import { type ProbeRun, sendOneOrder } from './one-order.ts';
import { walkOrder } from './walk.ts';

const SHOWN_BODY = 300;

/** `says`: the line about all of it; `steps`: a line each, of an order of several. `body`: how the last answer begins. */
export type Probed = { outcome: Outcome; says: string; steps: readonly string[]; body: string };

export async function probeWith(plan: Plan, run: ProbeRun, secrets: readonly string[]): Promise<Probed> {
  if (plan.order.journey !== undefined) return probeCode(plan, run, secrets);
  const { strides, outcome, vars } = await walkOrder(plan, run);
  const { steps } = plan.order;
  const last = strides.at(-1)?.answer;
  // A session that the shop gave this order is nobody else's business either.
  const own = Object.entries(vars).flatMap(([name, value]) => (isSecretName(name) ? [value] : []));
  const body = last ? shownBody(last, [...secrets, ...own]) : '';
  const told = strides.map(({ step, answer }) => ({ step: steps[step]!, says: answerText(answer, plan) }));
  const [only] = told;
  if (steps.length === 1 && only) {
    return {
      outcome,
      says: `one order: ${only.step.method} ${shownPathOf(only.step)} → ${only.says}`,
      steps: [],
      body,
    };
  }
  const says = `one order of ${formatCountOf(strides.length, 'request')}:`;
  return { outcome, says, steps: told.map((each) => `${each.step.name} → ${each.says}`), body };
}

function answerText(answer: Answer, { target }: Plan): string {
  const { failure, detail, status, sentUs, doneUs, bodyTruncated } = answer;
  const said = failure ? failure + (detail === '' ? '' : ` (${detail})`) : `status ${status}`;
  const times = Number.isNaN(sentUs) ? '' : ` in ${formatDuration(doneUs - sentUs)}`;
  const cut = bodyTruncated
    ? `, longer than \`target.capture\` (${formatCountOf(target.captureBytes, 'byte')}): no JSON is read from it`
    : '';
  return said + times + cut;
}

/** What became of each step of an order that code makes, and of the order. */
async function probeCode(plan: Plan, run: ProbeRun, secrets: readonly string[]): Promise<Probed> {
  const { deeds, outcome, thrown } = await sendOneOrder(plan, run);
  const steps = deeds.map(({ step, status, outcome: said, firedUs, doneUs }) => {
    const answer = status === 0 ? said : `status ${status}`;
    return `${step} → ${answer} in ${formatDuration(doneUs - firedUs)}`;
  });
  if (thrown !== '') steps.push(`the code threw ${visible(withoutSecrets(thrown, secrets, true))}`);
  return { outcome, says: `one order of ${formatCountOf(deeds.length, 'request')}:`, steps, body: '' };
}

/** The beginning of the answer on one line. A shop may echo what it was sent, so secrets are taken out before the cut. */
function shownBody({ body, bodyTruncated }: Answer, secrets: readonly string[]): string {
  if (body.length === 0) return '';
  const clean = withoutSecrets(new TextDecoder().decode(body), secrets, bodyTruncated);
  const isWhole = clean.length <= SHOWN_BODY && !bodyTruncated;
  return visible(clean.slice(0, SHOWN_BODY)) + (isWhole ? '' : ' …');
}
