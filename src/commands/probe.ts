// One order, sent to see what the target says to it; what can be told of it is told, and no secret.

import { driverFor } from '../drive/driver.ts';
import { DRIVERS } from '../drive/drivers.ts';
import type { Answer } from '../order/answer.ts';
import { classifierOf, outcomesOf } from '../order/classify.ts';
import { isPlain } from '../order/journey.ts';
import { compileOrder } from '../order/template.ts';
import type { Outcome } from '../outcomes.ts';
import type { Plan } from '../profile/plan.ts';
import { shownPathOf } from '../profile/redact.ts';
import { visible } from '../report/foreign.ts';
import { clockFrom, monotonicUs } from '../run/clock.ts';
import { driverOptionsOf, orderFor } from '../run/shares.ts';
import { withoutSecrets } from '../secrets.ts';
import { formatCountOf, formatDuration } from '../units.ts';
import { type ProbeRun, sendOneOrder } from './one-order.ts';

const SHOWN_BODY = 300;

/** `says`: the line about all of it; `steps`: a line each, of an order of several. `body`: how its answer begins. */
export type Probed = { outcome: Outcome; says: string; steps: readonly string[]; body: string };

/** What the probe found; `answer` is a copy, the driver reuses its own. */
type Probe = { request: string; answer: Answer; outcome: Outcome };

export async function probeWith(plan: Plan, run: ProbeRun, secrets: readonly string[]): Promise<Probed> {
  if (!isPlain(plan.order)) return probeSteps(plan, run, secrets);
  const { request, answer, outcome } = await sendOne(plan, run);
  const times = Number.isNaN(answer.sentUs) ? '' : ` in ${formatDuration(answer.doneUs - answer.sentUs)}`;
  const why = answer.detail === '' ? '' : ` (${answer.detail})`;
  const said = answer.failure ? answer.failure + why : `status ${answer.status}`;
  return { outcome, says: `one order: ${request} → ${said}${times}`, steps: [], body: shownBody(answer, secrets) };
}

/** What became of each step of one order, and of the order. */
async function probeSteps(plan: Plan, run: ProbeRun, secrets: readonly string[]): Promise<Probed> {
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

async function sendOne(plan: Plan, run: ProbeRun): Promise<Probe> {
  const order = orderFor(plan, run);
  const templates = compileOrder(order);
  const nowUs = clockFrom(monotonicUs());
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const driver = DRIVERS[driverFor(plan.target)](driverOptionsOf(plan.target, run.url, 1), {
    templates,
    nowUs,
    onAnswer: (_attempt, answer) => resolve({ ...answer, body: new Uint8Array(answer.body) }),
  });
  const firedUs = nowUs();
  driver.fire({ seq: 0, step: 0, dueUs: firedUs, firedUs });
  try {
    const answer = await promise;
    const outcome = outcomesOf(order)[classifierOf(order)(answer)];
    if (!outcome) throw new Error('the classifier named an outcome that is not in the list');
    const [step] = order.steps;
    return { request: step ? `${step.method} ${shownPathOf(step)}` : '?', answer, outcome };
  } finally {
    await driver.close();
  }
}
