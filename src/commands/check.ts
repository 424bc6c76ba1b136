// `doorbuster check`: is the profile right, is the target there, and what does it say to one order?

import { driverFor } from '../drive/driver.ts';
import { DRIVERS } from '../drive/drivers.ts';
import { EXIT } from '../errors.ts';
import type { Answer } from '../order/answer.ts';
import { classifierOf, outcomesOf } from '../order/classify.ts';
import { isPlain } from '../order/journey.ts';
import { compileOrder } from '../order/template.ts';
import type { Outcome } from '../outcomes.ts';
import type { Plan } from '../profile/plan.ts';
import { shownPathOf } from '../profile/redact.ts';
import { visible } from '../report/foreign.ts';
import type { Paint } from '../report/layout.ts';
import { clockFrom, monotonicUs } from '../run/clock.ts';
import { driverOptionsOf, orderFor } from '../run/shares.ts';
import { withoutSecrets } from '../secrets.ts';
import { curveOf } from '../traffic/curve.ts';
import { formatCountOf, formatDuration, formatRate } from '../units.ts';
import { guardHost } from './guard.ts';
import { loadProfile, type PlanFlags } from './load.ts';
import { type OneOrder, sendOneOrder } from './one-order.ts';
import { openTarget } from './target.ts';
import { terminalOf } from './terminal.ts';

const SHOWN_BODY = 300;

/** What the probe found; `answer` is a copy, the driver reuses its own. */
type Probe = { request: string; answer: Answer; outcome: Outcome };

/** @returns 0 when the one order was accepted or rejected, 99 when it failed or its fate is unknown */
export async function checkCommand(file: string, flags: PlanFlags & { yes?: boolean }): Promise<number> {
  const terminal = terminalOf({ stdout: true });
  const { paint } = terminal;
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  const { plan, secrets } = await loadProfile(file, flags);
  const { orders, durationUs } = plan.traffic;
  const peak = curveOf(plan.traffic).peak();
  print(
    `${paint('pass', '✓')} ${file} is valid: ${formatCountOf(orders, 'order')} in ${formatDuration(durationUs)}, ` +
      `mean ${formatRate((orders * 1e6) / durationUs)}, peak ${formatRate(peak.ratePerS)}`,
  );
  for (const warning of plan.warnings) print(`${paint('warn', '! warning:')} ${warning}`);
  await guardHost(plan, peak.ratePerS, flags, terminal.confirm, 'one order');
  const target = await openTarget(plan, () => {});
  try {
    print(`${paint('pass', '✓')} ${plan.target.demo ? 'the built-in shop' : plan.target.shown} is reachable`);
    if (!isPlain(plan.order)) return tellSteps(await sendOneOrder(plan, target.url), paint, print);
    const probe = await sendOne(plan, target.url);
    const { answer, outcome } = probe;
    const good = outcome.class === 'accepted' || outcome.class === 'rejected';
    const mark = good ? paint('pass', '✓') : paint('fail', '✗');
    const times = Number.isNaN(answer.sentUs) ? '' : ` in ${formatDuration(answer.doneUs - answer.sentUs)}`;
    const why = answer.detail === '' ? '' : ` (${answer.detail})`;
    const said = answer.failure ? answer.failure + why : `status ${answer.status}`;
    print(`${mark} one order: ${probe.request} → ${said}${times}`);
    print(`  counts as ${paint('bold', outcome.class)} (outcome \`${outcome.name}\`)`);
    const body = shownBody(answer, secrets);
    if (body) print(paint('dim', `  ${body}`));
    return good ? EXIT.pass : EXIT.fail;
  } finally {
    await target.close();
  }
}

/** What became of each step of one order, and of the order. */
function tellSteps(one: OneOrder, paint: Paint, print: (text: string) => void): number {
  const { deeds, outcome, thrown } = one;
  const good = outcome.class === 'accepted' || outcome.class === 'rejected';
  print(`${good ? paint('pass', '✓') : paint('fail', '✗')} one order of ${formatCountOf(deeds.length, 'request')}:`);
  for (const { step, status, outcome: said, firedUs, doneUs } of deeds) {
    const answer = status === 0 ? said : `status ${status}`;
    print(`  ${step} → ${answer} in ${formatDuration(doneUs - firedUs)}`);
  }
  if (thrown !== '') print(`  the code threw ${visible(thrown)}`);
  print(`  counts as ${paint('bold', outcome.class)} (outcome \`${outcome.name}\`)`);
  return good ? EXIT.pass : EXIT.fail;
}

/** The beginning of the answer on one line. A shop may echo what it was sent, so secrets are taken out before the cut. */
function shownBody({ body, bodyTruncated }: Answer, secrets: readonly string[]): string {
  if (body.length === 0) return '';
  const clean = withoutSecrets(new TextDecoder().decode(body), secrets, bodyTruncated);
  const isWhole = clean.length <= SHOWN_BODY && !bodyTruncated;
  return visible(clean.slice(0, SHOWN_BODY)) + (isWhole ? '' : ' …');
}

async function sendOne(plan: Plan, url: string): Promise<Probe> {
  const order = orderFor(plan, { runId: `check-${Date.now().toString(36)}`, url });
  const templates = compileOrder(order);
  const nowUs = clockFrom(monotonicUs());
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const driver = DRIVERS[driverFor(plan.target)](driverOptionsOf(plan.target, url, 1), {
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
