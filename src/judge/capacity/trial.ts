// What one trial came to (METHOD §6). The terms are MLRsearch's (draft-ietf-bmwg-mlrsearch), which sets a search for
// throughput up so that one unlucky trial does not decide it:
//   trial loss ratio   (slower than the strictest limit + failed + unknown + dropped) / planned, over the measured time
//   goal loss ratio    what the lines allow: 1 % beside `p99 < …`, and what a line on errors allows on top
//   trial duration     of the measured time; settle before it and cool-down after it are not judged
//   goal exceed ratio  0.5, and duration sum: of a load, over its trials (loads.ts)
// MLRsearch holds the loss ratio against the goal as it stands. Its trials see a million frames and ours a thousand orders,
// so ours must clear the goal with 95 % confidence, or are `undecided`, which asks for more duration at that load. Besides
// the loss, each line of the profile that can be asked of a constant load must hold, and the backlog must not grow.

import type { Flow, TallyView, View } from '../../measure/spec.ts';
import { formatClock, formatCountOf, formatRate, formatShare } from '../../units.ts';
import { backlogOf, plateausOf } from '../backlog.ts';
import { brokenIn } from '../books.ts';
import { judgeSlo } from '../judge-slo.ts';
import { parseSlo } from '../slo.ts';
import type { Evidence, Judgement, Reason, Slo, SloResult } from '../spec.ts';
import { measuredOf } from './measured.ts';
import { goodOf, holdsOf, LOSS, proportionsOf, saysShare } from './proportions.ts';
import type { Asked, Proportion, Times, Trial, TrialOutcome, TrialRequest } from './spec.ts';

/** `evidence` and `judgement`: of the whole run, settle included. `spentUs`: of the budget. */
export type TrialRun = { evidence: Evidence; judgement: Judgement; asked: Asked; spentUs: number };

export function trialOf(request: TrialRequest, { evidence, judgement, asked, spentUs }: TrialRun): Trial {
  const measured = measuredOf(evidence, request.settleUs);
  const total = measured.timeline.total();
  const seconds = Math.max(1, measured.durationUs / 1e6);
  const slos = asked.lines.flatMap(({ text }) => sloOf(text));
  const slo = slos.map((each) => judgeSlo(each, { text: each.text, place: placeOf(each, asked) }, measured));
  const proportions = proportionsOf(slos, asked, measured);
  const flows = measured.timeline.flows.slice(0, Math.ceil(seconds));
  const good = goodOf(total, asked.limitUs);
  const found: Found = {
    request,
    evidence,
    measured,
    judgement,
    slo,
    proportions,
    asked,
    ...backlogIn(measured, asked),
  };
  return {
    ...request,
    plannedPerS: measured.orders.planned / seconds,
    orders: measured.orders,
    good,
    goodputPerS: good / seconds,
    throughputPerS: flows.reduce((sum, flow) => sum + endedIn(flow), 0) / seconds,
    response: timesOf(total),
    inFlightMean: flows.reduce((sum, flow) => sum + flow.inFlight, 0) / Math.max(1, flows.length),
    lossShare: shareOf(proportions.find(({ text }) => text === LOSS)),
    backlog: found.backlog,
    proportions,
    verdict: judgement.verdict,
    slo,
    ...classified(found),
    spentUs,
  };
}

const endedIn = ({ accepted, rejected, failed, unknown }: Flow): number => accepted + rejected + failed + unknown;

function sloOf(text: string): Slo[] {
  const parsed = parseSlo(text, { parts: [], place: 'slo' });
  return parsed.ok ? [parsed.slo] : [];
}

const placeOf = ({ text }: Slo, { lines }: Asked) => lines.find((line) => line.text === text)?.from.place;
const shareOf = (counted: Proportion | undefined): number => (counted?.of ? counted.bad / counted.of : 0);

function timesOf(total: TallyView): Times | undefined {
  const view: View = { of: 'response' };
  const histogram = total.histogram(view);
  if (histogram.count === 0) return undefined;
  const [p50Us, p90Us, p99Us, p999Us] = [0.5, 0.9, 0.99, 0.999].map((p) => histogram.percentile(p));
  return {
    count: histogram.count,
    meanUs: histogram.meanUs,
    p50Us: p50Us!,
    p90Us: p90Us!,
    p99Us: p99Us!,
    p999Us: p999Us!,
    maxUs: histogram.maxUs,
  };
}

type Found = {
  request: TrialRequest;
  evidence: Evidence;
  measured: Evidence;
  judgement: Judgement;
  slo: readonly SloResult[];
  proportions: readonly Proportion[];
  asked: Asked;
  backlog: Trial['backlog'];
  backlogSays: string;
};

const UNLIMITED_US = 1e6;

function backlogIn(measured: Evidence, { limitUs = UNLIMITED_US }: Asked): Pick<Found, 'backlog' | 'backlogSays'> {
  const { flows } = measured.timeline;
  const all = plateausOf(measured.planned).flatMap((plateau) => backlogOf(plateau, flows, limitUs) ?? []);
  const worst = all.filter(({ growing }) => growing).sort((a, b) => b.slopePerS - a.slopePerS)[0];
  if (worst === undefined) return { backlog: all.length > 0 ? 'stable' : 'cannot-tell', backlogSays: '' };
  const more = formatCountOf(worst.arrivals - worst.completions, 'order');
  const backlogSays = `the queue grew by ${formatRate(worst.slopePerS)}: ${more} more came than were answered`;
  return { backlog: 'growing', backlogSays };
}

type Classified = { outcome: TrialOutcome; why: Reason[] };

function classified(found: Found): Classified {
  const why = notOfSpeed(found);
  if (why.length > 0) return { outcome: 'discarded', why };
  const broke = broken(found);
  if (broke.length > 0) {
    const ours = ourConnections(found);
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
  const soldOut = soldOutIn(measured);
  return soldOut === undefined ? [] : [{ code: 'sold-out', message: soldOut }];
}

const LEAST_SOLD_OUT_S = 3;
const LEAST_TURNED_AWAY = 20;

/**
 * A stock that ran out turns everyone away from then on, quickly: the shop is no longer asked to sell, and neither its
 * times nor what it accepts say how fast it is. Throttling differs: some are accepted in every second.
 */
function soldOutIn({ timeline, planned }: Evidence): string | undefined {
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
  return `nothing was accepted ${since} (${listed}): the stock ran out, which says nothing of speed; fill it up in \`setup\``;
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

/** All connections taken, and every answer in time once it was asked for: ours were too few, and the shop is not slow. */
function ourConnections({ judgement, measured, asked: { limitUs, allowedLoss }, evidence }: Found): Reason | undefined {
  const gate = judgement.gates.find(({ name }) => name === 'connections');
  if (gate?.status !== 'warn' || limitUs === undefined || evidence.ending.kind === 'stopped') return undefined;
  const { orders } = measured;
  if (orders.failed + orders.unknown > allowedLoss * orders.planned) return undefined;
  const service = measured.timeline.total().histogram({ of: 'service' });
  if (service.countAbove(limitUs).atMost > allowedLoss * service.count) return undefined;
  const message = `${gate.measured}, and the shop answered each in time once it was sent: raise \`target.connections\``;
  return { code: 'connections', message };
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
