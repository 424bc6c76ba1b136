// `doorbuster check`: is the profile right, is the target there, what does it say to one order, and is that order in its
// books?

import { EXIT } from '../errors.ts';
import type { Outcome } from '../outcomes.ts';
import type { Plan } from '../profile/plan.ts';
import type { Paint } from '../report/layout.ts';
import { curveOf } from '../traffic/curve.ts';
import { formatCountOf, formatDuration, formatRate } from '../units.ts';
import { Around } from './around.ts';
import type { FoundInBooks } from './audit.ts';
import { guardHost } from './guard.ts';
import { Interrupts } from './interrupts.ts';
import { loadProfile, type PlanFlags } from './load.ts';
import { probeWith } from './probe.ts';
import { openTarget } from './target.ts';
import { type Terminal, terminalOf } from './terminal.ts';

type Print = (text: string) => void;

/**
 * @returns 0 when the one order was accepted or rejected and the books agree; 99 when it failed, its fate is unknown, or
 *   the books could not be read or say otherwise
 */
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
  const runId = `check-${Date.now().toString(36)}`;
  const interrupts = new Interrupts(terminal);
  const { books, teardown } = interrupts.patience;
  const around = new Around({
    ...{ plan, secrets, runId, url: target.url },
    ...{ giveUp: books.signal, letGo: teardown.signal },
  });
  try {
    print(`${paint('pass', '✓')} ${plan.target.demo ? 'the built-in shop' : plan.target.shown} is reachable`);
    const isGood = await checkWith({ plan, around, interrupts, run: { url: target.url, runId } }, terminal, print);
    return isGood ? EXIT.pass : EXIT.fail;
  } catch (error) {
    throw await around.undone(error);
  } finally {
    await around.close();
    await target.close();
  }
}

type Checking = { plan: Plan; around: Around; interrupts: Interrupts; run: { url: string; runId: string } };

/** Setup, one order, its books, teardown. @throws UserError when the order should not be sent */
async function checkWith(
  { plan, around, interrupts, run }: Checking,
  terminal: Terminal,
  print: Print,
): Promise<boolean> {
  const { paint } = terminal;
  const notes = await around.before();
  if (plan.setup.length > 0) print(`${paint('pass', '✓')} setup: ${formatCountOf(plan.setup.length, 'step')}`);
  for (const note of notes) print(`${paint('warn', '! warning:')} ${note}`);
  const one = await probeWith(plan, { ...run, setup: around.setup }, around.secrets);
  const { outcome } = one;
  const isAnswered = outcome.class === 'accepted' || outcome.class === 'rejected';
  print(`${markOf(isAnswered, paint)} ${one.says}`);
  for (const step of one.steps) print(`  ${step}`);
  print(`  counts as ${paint('bold', outcome.class)} (outcome \`${outcome.name}\`)`);
  if (one.body !== '') print(paint('dim', `  ${one.body}`));
  interrupts.duringBooks();
  const isDue = plan.books?.orders?.kind === 'http' && outcome.class === 'accepted';
  const found = await around.find(isDue).finally(interrupts.close);
  const books = found && booksSay(found, outcome, plan.books);
  if (books) print(`${markOf(books.isRight, paint)} books: ${books.says}`);
  return (await tearDown({ plan, around }, paint, print)) && isAnswered && books?.isRight !== false;
}

async function tearDown({ plan, around }: Pick<Checking, 'plan' | 'around'>, paint: Paint, print: Print) {
  const troubles = await around.teardown();
  for (const trouble of troubles) print(`${markOf(false, paint)} ${trouble}`);
  const went = plan.teardown.length - troubles.length;
  if (went > 0) print(`${markOf(true, paint)} teardown: ${formatCountOf(went, 'step')}`);
  return troubles.length === 0;
}

function markOf(isGood: boolean, paint: Paint): string {
  return isGood ? paint('pass', '✓') : paint('fail', '✗');
}

/** What was found in the books, and whether it is what the order's answer promised. */
function booksSay(
  { rows, row, stock, trouble }: FoundInBooks,
  outcome: Outcome,
  books: Plan['books'],
): { isRight: boolean; says: string } {
  if (trouble !== '') return { isRight: false, says: trouble };
  const levels = stock === undefined ? [] : [`stock of ${formatCountOf(Object.keys(stock).length, 'sku')}`];
  if (!books?.orders) return { isRight: true, says: levels.join() };
  const its = row === undefined ? 'this order is not there' : `this order is there, ${row.status}`;
  const says = `${[formatCountOf(rows, 'order'), ...levels].join(', ')}; ${its}`;
  // A file or a program may have its export only when the sale is over.
  if (books.orders.kind !== 'http' || outcome.class === 'unknown') return { isRight: true, says };
  return { isRight: (row?.status === 'confirmed') === (outcome.class === 'accepted'), says };
}
