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
import { formatCountOf, formatRate } from '../../units.ts';
import { backlogOf, plateausOf } from '../backlog.ts';
import { judgeSlo } from '../judge-slo.ts';
import { parseSlo } from '../slo.ts';
import type { Evidence, Judgement, Slo } from '../spec.ts';
import { classified, type Found } from './classified.ts';
import { measuredOf } from './measured.ts';
import { goodOf, LOSS, proportionsOf } from './proportions.ts';
import type { Asked, Proportion, Times, Trial, TrialRequest } from './spec.ts';

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
