// The gates that read what the generator said of itself: how busy its workers were, what the machine took from them,
// whether our own cap on connections made shoppers wait, and whether what was in flight adds up.

import { formatCount, formatCountOf, formatDuration, formatShare } from '../units.ts';
import { BUSY_STRETCH_S, MOST_BUSY, MOST_STEAL } from './health.ts';
import { BLIP_LIMIT, isSizeable } from './lateness.ts';
import { reachedSeconds } from './scope.ts';
import type { Evidence, Gate, WorkerEvidence } from './spec.ts';

/** Garbage collection may take this share of a worker's time. */
const MOST_GC = 0.02;
/** Little's law must hold to this share of what was in flight. */
const MOST_OFF = 0.02;

/** How a number that is not there is said. */
export const UNKNOWN = 'cannot be known';

export function healthGates(evidence: Evidence): Gate[] {
  return [busyGate(evidence), gcGate(evidence), stealGate(evidence), connectionsGate(evidence), inFlightGate(evidence)];
}

type Found = Pick<Gate, 'status' | 'measured' | 'advice' | 'known'> & { touched?: number };

const fine = (measured: string): Found => ({ status: 'ok', measured, advice: '' });
const unknown = (why = ''): Found => ({ ...fine(UNKNOWN + why), known: false });

function gateOf(
  name: string,
  limit: string,
  found: Found,
  workers: readonly WorkerEvidence[] = [],
  of?: (worker: WorkerEvidence) => string,
): Gate {
  const gate: Gate = { name, limit, touched: undefined, ...found };
  if (of !== undefined && workers.length > 0) {
    gate.byWorker = workers.map((worker) => ({ worker: worker.worker, measured: of(worker) }));
  }
  return gate;
}

/**
 * An answer that arrives while the loop is taken waits unread, and its service time is ours. Wall time without empty
 * turns of the pacer, so polling for the next due time does not count; being kept from running by the machine does.
 */
function busyGate(evidence: Evidence): Gate {
  const limit = `≤ ${formatShare(MOST_BUSY)} of any ${BUSY_STRETCH_S} s, waiting excluded; void in ${BLIP_LIMIT}`;
  const busyOf = ({ worstBusy, wallUs, busyUs }: WorkerEvidence): string =>
    worstBusy === undefined
      ? UNKNOWN
      : `${formatShare(worstBusy.share)} at most, ${formatShare(busyUs / wallUs)} over the run`;
  const workers = evidence.workers ?? [];
  const told = workers.filter((worker) => worker.worstBusy !== undefined);
  if (told.length === 0) return gateOf('busy', limit, unknown());
  const worst = told.reduce((most, worker) => (worker.worstBusy!.share > most.worstBusy!.share ? worker : most));
  const { share } = worst.worstBusy!;
  const seconds = reachedSeconds(evidence);
  const overS = Math.max(...told.map((worker) => worker.overbusyUs)) / 1e6;
  const measured = `worker ${worst.worker} ${formatShare(share)} at most`;
  if (share <= MOST_BUSY) return gateOf('busy', limit, { ...fine(measured), touched: 0 }, workers, busyOf);
  const found: Found = {
    status: isSizeable(overS, seconds) ? 'void' : 'warn',
    measured,
    advice: 'use more workers, a machine with less else to do, or a lower rate',
    touched: seconds > 0 ? Math.min(1, overS / seconds) : 1,
  };
  return gateOf('busy', limit, found, workers, busyOf);
}

/** Only warns: what a pause made late, the lateness gates see order by order. */
function gcGate({ workers = [] }: Evidence): Gate {
  const limit = `≤ ${formatShare(MOST_GC)} of the time`;
  const told = workers.filter((worker) => worker.wallUs > 0);
  if (told.length === 0) return gateOf('garbage collection', limit, unknown());
  const shareOf = (worker: WorkerEvidence): number => worker.gcUs / worker.wallUs;
  const says = (worker: WorkerEvidence): string =>
    worker.wallUs > 0 ? `${formatShare(shareOf(worker))}, longest pause ${formatDuration(worker.gcMaxUs)}` : UNKNOWN;
  const worst = told.reduce((most, worker) => (shareOf(worker) > shareOf(most) ? worker : most));
  const longest = Math.max(...told.map((worker) => worker.gcMaxUs));
  const share = shareOf(worst);
  const measured = `worker ${worst.worker} ${formatShare(share)}, longest pause ${formatDuration(longest)}`;
  if (share <= MOST_GC) return gateOf('garbage collection', limit, fine(measured), workers, says);
  const advice = 'use more workers; keep `target.capture` small';
  return gateOf('garbage collection', limit, { status: 'warn', measured, advice, touched: share }, workers, says);
}

/** Only warns: what it made late, the lateness gates see; what it took from the shop's own machine, nobody here can. */
function stealGate(evidence: Evidence): Gate {
  const limit = `≤ ${formatShare(MOST_STEAL)} of the CPU stolen; warns in ${BLIP_LIMIT}`;
  const { machine } = evidence;
  if (machine === undefined) return gateOf('machine', limit, unknown());
  const { stealShare, worstSteal, stolenS, seconds, involuntary } = machine;
  const switches =
    involuntary === undefined ? '' : `, ${formatCount(involuntary / seconds)} involuntary switches a second`;
  const measured = `${formatShare(stealShare)} stolen, ${formatShare(worstSteal)} in the worst second${switches}`;
  const touched = stolenS / seconds;
  if (stealShare <= MOST_STEAL && !isSizeable(stolenS, seconds)) {
    return gateOf('machine', limit, { ...fine(measured), touched });
  }
  const advice = 'run where no other tenant takes the CPU: a dedicated machine, or another hour';
  return gateOf('machine', limit, { status: 'warn', measured, advice, touched });
}

/** Only warns: shoppers have a connection each, so what waited for one of ours may be our doing or that of a slow shop. */
function connectionsGate(evidence: Evidence): Gate {
  const limit = 'no order waits for one of ours';
  const { workers } = evidence;
  if (workers === undefined) return gateOf('connections', limit, unknown());
  const says = ({ openMax, connections, queued }: WorkerEvidence): string =>
    `${formatCount(openMax)} of ${formatCount(connections)} open, ${formatCount(queued)} waited`;
  const cap = workers.reduce((sum, worker) => sum + worker.connections, 0);
  const open = workers.reduce((sum, worker) => sum + worker.openMax, 0);
  const queued = workers.reduce((sum, worker) => sum + worker.queued, 0);
  if (queued === 0) {
    const measured = `at most ${formatCount(open)} of ${formatCount(cap)} open`;
    return gateOf('connections', limit, { ...fine(measured), touched: 0 }, workers, says);
  }
  const seconds = reachedSeconds(evidence);
  const queuedS = Math.max(...workers.map((worker) => worker.queuedUs)) / 1e6;
  const longest = evidence.timeline.total().histogram({ of: 'wait' }).maxUs;
  const found: Found = {
    status: 'warn',
    measured:
      `${cap === 1 ? 'the only connection was' : `all ${formatCount(cap)} connections were`} taken for ` +
      `${formatCountOf(queued, 'order')} over ${formatDuration(queuedS * 1e6)}, which waited up to ${formatDuration(longest)}`,
    advice: 'raise `target.connections`: shoppers have a connection each',
    touched: seconds > 0 ? Math.min(1, queuedS / seconds) : 1,
  };
  return gateOf('connections', limit, found, workers, says);
}

/**
 * Little's law, L̄ = λ·R̄, over the whole run, which starts and ends idle. L̄·T is the workers' own integral of what was
 * in flight; λ·R̄·T the sum of done − fired of every order in the merged tallies. The two are one sum by algebra, so they
 * differ only where an order was lost, counted twice, or given another's time on the way.
 */
function inFlightGate({ workers, timeline }: Evidence): Gate {
  const limit = `|L̄ − λ·R̄| ≤ ${formatShare(MOST_OFF)} of L̄ (Little's law)`;
  if (workers === undefined) return gateOf('in flight', limit, unknown());
  const areas = workers.map((worker) => worker.inFlightAreaUs);
  if (areas.some((area) => area === undefined)) {
    return gateOf('in flight', limit, unknown(': the run did not end idle'));
  }
  const area = areas.reduce((sum: number, each) => sum + each!, 0);
  const wallUs = Math.max(0, ...workers.map((worker) => worker.wallUs));
  const punctual = timeline.total().histogram({ of: 'punctual' });
  const sum = punctual.count > 0 ? punctual.meanUs * punctual.count : 0;
  if (wallUs === 0 || (area === 0 && sum === 0)) return gateOf('in flight', limit, fine('no order took any time'));
  const off = Math.abs(area - sum) / Math.max(area, Number.MIN_VALUE);
  const mean = (total: number): string => (total / wallUs).toPrecision(3);
  const measured = `${mean(area)} on average, ${mean(sum)} by rate × time`;
  if (off <= MOST_OFF) return gateOf('in flight', limit, fine(measured));
  const advice = 'orders or their times were lost between the workers and the report: please report it as a bug';
  return gateOf('in flight', limit, { status: 'void', measured, advice });
}
