// Held, broke, undecided, or discarded because it says nothing of how fast the shop is; and why, in words.

import { formatClock, formatCountOf, formatShare } from '../../units.ts';
import { brokenIn } from '../books.ts';
import type { Evidence, Judgement, Reason, SloResult } from '../spec.ts';
import { holdsOf, LOSS, saysShare } from './proportions.ts';
import type { Asked, Proportion, Trial, TrialOutcome } from './spec.ts';

/** `evidence` of the whole run; `measured` of the measured time; the rest is of that too. */
export type Found = {
  evidence: Evidence;
  measured: Evidence;
  judgement: Judgement;
  slo: readonly SloResult[];
  proportions: readonly Proportion[];
  asked: Asked;
  backlog: Trial['backlog'];
  backlogSays: string;
};

type Classified = { outcome: TrialOutcome; why: Reason[] };

export function classified(found: Found): Classified {
  const why = notOfSpeed(found);
  if (why.length > 0) return { outcome: 'discarded', why };
  const broke = broken(found);
  if (broke.length > 0) {
    const ours = ourConnections(found, broke);
    return ours === undefined ? { outcome: 'broke', why: broke } : { outcome: 'discarded', why: [ours] };
  }
  const open = found.proportions.filter((each) => holdsOf(each) === undefined);
  if (open.length > 0) return { outcome: 'undecided', why: open.map((each) => openReason(each)) };
  return { outcome: 'held', why: [heldReason(found)] };
}

/** Why the trial says nothing of how fast the shop is; empty when it does. */
function notOfSpeed({ evidence, measured, judgement }: Found): Reason[] {
  // A full queue is the shop's doing as long as it is the only fault: dropped orders are lost orders (METHOD §6).
  const voids = judgement.gates.filter(({ status, name }) => status === 'void' && name !== 'dropped');
  if (voids.length > 0) {
    return voids.map(({ name, measured: seen, limit }) => ({
      code: 'invalid',
      message: `${name}: ${seen} (limit: ${limit})`,
    }));
  }
  if (evidence.ending.kind === 'interrupted') {
    return [{ code: 'interrupted', message: `interrupted at ${formatClock(evidence.ending.atUs)} of the trial` }];
  }
  if (measured.orders.planned === 0) {
    return [{ code: 'empty', message: 'no order was due in the measured time' }];
  }
  const nothing = nothingSoldIn(measured);
  if (nothing === undefined || nothing.isThrottled) return [];
  const message = `${nothing.says}: the stock ran out, which says nothing of speed; fill it up in \`setup\``;
  return [{ code: 'sold-out', message }];
}

const LEAST_SOLD_OUT_S = 3;
const LEAST_TURNED_AWAY = 20;

/** Outcomes by which a shop asks to slow down: of no stock. */
const THROTTLED = ['429', 'throttled'];

/**
 * A stock that ran out turns everyone away from then on, quickly: the shop is no longer asked to sell, and neither its
 * times nor what it accepts say how fast it is. Throttling differs: some are accepted in every second, or it is said.
 */
function nothingSoldIn({ timeline, planned }: Evidence): { says: string; isThrottled: boolean } | undefined {
  let [turnedAway, others, second] = [0, 0, planned.length];
  const names = new Map<string, number>();
  for (; second > 0; second--) {
    const tally = timeline.tally(second - 1, second);
    if (tally.countOf('accepted') > 0) break;
    turnedAway += tally.countOf('rejected');
    others += tally.countOf('failed') + tally.countOf('unknown');
    tally.outcomes.forEach((outcome, index) => {
      const count = outcome.class === 'rejected' ? tally.countOfOutcome(index) : 0;
      if (count > 0) names.set(outcome.name, (names.get(outcome.name) ?? 0) + count);
    });
  }
  const lasted = planned.length - second;
  if (lasted < Math.min(LEAST_SOLD_OUT_S, planned.length) || turnedAway < LEAST_TURNED_AWAY) return undefined;
  if (others > turnedAway) return undefined;
  const listed = [...names].map(([name, count]) => `${formatCountOf(count, 'order')} \`${name}\``).join(', ');
  const since = second === 0 ? 'all the time' : `from ${formatClock(second * 1e6)} of the measured time on`;
  const throttled = THROTTLED.reduce((sum, name) => sum + (names.get(name) ?? 0), 0);
  return { says: `nothing was accepted ${since} (${listed})`, isThrottled: throttled > turnedAway / 2 };
}

/** What broke, most telling first. */
function broken({ evidence, slo, proportions, backlog, backlogSays, measured }: Found): Reason[] {
  const reasons: Reason[] = [];
  const { ending } = evidence;
  if (ending.kind === 'stopped') {
    const message = `\`${ending.text}\` stopped the trial at ${formatClock(ending.atUs)}`;
    reasons.push({ code: 'stopped', message });
  }
  for (const each of slo) {
    const counted = proportions.find(({ text }) => text === each.text);
    const failed = counted === undefined ? each.status === 'fail' : holdsOf(counted) === false;
    if (!failed) continue;
    const turned = turnedAwayText(each, measured);
    const code = turned === '' ? 'slo' : 'turned-away';
    reasons.push({ code, message: `\`${each.text}\`: ${counted ? saysShare(counted) : each.says}${turned}` });
  }
  for (const { name, says } of brokenIn(evidence.audit)) {
    if (!slo.some(({ text }) => text.startsWith(name))) reasons.push({ code: 'books', message: `${name}: ${says}` });
  }
  const nothing = nothingSoldIn(measured);
  if (nothing !== undefined)
    reasons.push({ code: 'turned-away', message: `${nothing.says}: the shop asks to slow down` });
  if (backlog === 'growing') reasons.push({ code: 'backlog', message: backlogSays });
  const loss = proportions.find(({ text }) => text === LOSS);
  if (loss !== undefined && holdsOf(loss) === false) reasons.push({ code: 'loss', message: lossText(loss, measured) });
  return reasons;
}

/** Where a line on accepted orders broke because they were turned away: that may be stock or a limit, and not speed. */
function turnedAwayText({ text }: SloResult, { orders, timeline }: Evidence): string {
  if (!/^(accepted|rejected)\b/.test(text) || orders.rejected <= orders.failed + orders.unknown) return '';
  const total = timeline.total();
  const names = total.outcomes.flatMap((outcome, index) =>
    outcome.class === 'rejected' && total.countOfOutcome(index) > 0 ? [`\`${outcome.name}\``] : [],
  );
  return `; ${formatCountOf(orders.rejected, 'order')} ended in ${names.join(', ')}, a business no: stock or a limit, and not times, may be what broke`;
}

function lossText(loss: Proportion, { orders, timeline }: Evidence): string {
  const wrong = orders.failed + orders.unknown;
  const total = timeline.total();
  const names = total.outcomes
    .map((outcome, index) => ({ ...outcome, count: total.countOfOutcome(index) }))
    .filter((each) => each.count > 0 && (each.class === 'failed' || each.class === 'unknown'))
    .sort((a, b) => b.count - a.count)
    .map(({ name, count }) => `${formatCountOf(count, 'order')} \`${name}\``);
  const dropped = orders.dropped > 0 ? [`${formatCountOf(orders.dropped, 'order')} found the queue full`] : [];
  const slow = loss.bad - wrong - orders.dropped;
  const late = slow > 0 ? [`${formatCountOf(slow, 'order')} too slow`] : [];
  return `${formatShare(loss.bad / loss.of)} of the orders were lost (${[...late, ...names, ...dropped].join(', ')}), where ${formatShare(loss.allowed)} may`;
}

/** Outcomes that too few connections bring about by themselves: time ran out in our queue, or soon after it. */
const RAN_OUT = ['wait-timeout', 'timeout'];
/** Reasons that they may bring about where no time is limited: the queue, and what became of orders in it. */
const OF_QUEUE = /^`(errors|failed|unknown|dropped|accepted)/;
/** Then the shop is quick if it took no longer than a person waits, and little more than at first. */
const PATIENT_US = 1e6;
const SLOWER = 2;
const FIRST_S = 2;

/** All connections taken, and every answer in time once it was asked for: ours were too few, and the shop is not slow. */
function ourConnections({ judgement, measured, asked, evidence }: Found, broke: readonly Reason[]): Reason | undefined {
  const gate = judgement.gates.find(({ name }) => name === 'connections');
  if (gate?.status !== 'warn' || evidence.ending.kind === 'stopped') return undefined;
  const { limitUs = PATIENT_US, allowedLoss } = asked;
  const isLimited = asked.limitUs !== undefined;
  if (!broke.every((reason) => maybeOurs(reason, isLimited))) return undefined;
  const total = measured.timeline.total();
  const ranOut = total.outcomes.map(({ name }, index) => (RAN_OUT.includes(name) ? total.countOfOutcome(index) : 0));
  const wrong = measured.orders.failed + measured.orders.unknown - ranOut.reduce((sum, count) => sum + count, 0);
  if (wrong > allowedLoss * measured.orders.planned) return undefined;
  const service = total.histogram({ of: 'service' });
  if (service.countAbove(limitUs).atMost > allowedLoss * service.count) return undefined;
  const first = evidence.timeline.tally(0, FIRST_S).histogram({ of: 'service' });
  const isSlower = first.count === 0 || service.percentile(0.5) > SLOWER * first.percentile(0.5);
  if (!isLimited && isSlower) return undefined;
  const inTime = isLimited ? 'in time' : 'within 1 s';
  const message = `${gate.measured}, and the shop answered each ${inTime} once it was sent: raise \`target.connections\``;
  return { code: 'connections', message };
}

/** Neither the books nor the shop's own times or refusals come of waiting for a connection. */
function maybeOurs({ code, message }: Reason, isLimited: boolean): boolean {
  if (code === 'backlog' || code === 'loss') return true;
  return isLimited
    ? code !== 'books' && code !== 'turned-away' && !message.startsWith('`service')
    : code === 'slo' && OF_QUEUE.test(message);
}

function openReason(open: Proportion): Reason {
  return { code: 'undecided', message: `\`${open.text}\`: ${saysShare(open)}: too close to tell` };
}

function heldReason({ slo, measured, backlog }: Found): Reason {
  const lines =
    slo.length === 0 ? 'nothing was lost beyond what may' : slo.length === 1 ? 'the SLO held' : 'all SLOs held';
  const queue = backlog === 'stable' ? ', and the queue did not grow' : '';
  return { code: 'held', message: `${lines}${queue}, over ${formatCountOf(measured.orders.planned, 'order')}` };
}
