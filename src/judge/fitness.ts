// May these numbers be believed (METHOD §4)? Each gate is one reason to distrust the generator in this run, with what was
// measured, where the limit lies, and what to do. One `void` makes the run INVALID, whatever the shop did.

import { formatCount, formatCountOf, formatDuration } from '../units.ts';
import { bookGate } from './books.ts';
import { healthGates, UNKNOWN } from './gates-health.ts';
import { BLIP_LIMIT, isSizeable, type JudgedSlo, latenessEffectGate, latenessSizeGate } from './lateness.ts';
import { reachedSeconds } from './scope.ts';
import type { Evidence, Gate, Incident } from './spec.ts';
import { witnessGate } from './witness.ts';

/**
 * All gates, fit or not, in the order they are shown. `judged` are the SLOs that parsed with their results: lateness is
 * measured against their limits and by what it did to them.
 */
export function fitnessOf(evidence: Evidence, judged: readonly JudgedSlo[]): Gate[] {
  return [
    identityGate(evidence),
    droppedGate(evidence),
    unreachedGate(evidence),
    workersGate(evidence),
    telemetryGate(evidence),
    socketsGate(evidence),
    startGate(evidence),
    paceGate(evidence),
    latenessSizeGate(evidence, judged),
    latenessEffectGate(evidence, judged),
    rangeGate(evidence),
    ...healthGates(evidence),
    ...witnessGate(evidence),
    ...bookGate(evidence.audit),
  ];
}

function gateOf(name: string, limit: string, wrong: Pick<Gate, 'status' | 'measured' | 'advice'> | string): Gate {
  const found = typeof wrong === 'string' ? { status: 'ok' as const, measured: wrong, advice: '' } : wrong;
  return { name, limit, touched: undefined, ...found };
}

/** Of incidents that there are none of. */
function noneOf({ incidentsUntold }: Evidence, name: string, [limit, none]: [limit: string, none: string]): Gate {
  return incidentsUntold ? { ...gateOf(name, limit, UNKNOWN), known: false } : gateOf(name, limit, none);
}

/** The two identities of every run, and the workers' own counts against the sums of their tallies. */
export function brokenIdentities({ orders, planned, timeline, inFlightAtCrash = 0 }: Evidence): string[] {
  const total = timeline.total();
  const due = planned.reduce((sum, count) => sum + count, 0);
  const ended = orders.accepted + orders.rejected + orders.failed + orders.unknown;
  const went = orders.fired + orders.dropped + orders.unreached;
  const pairs: [left: string, leftCount: number, right: string, rightCount: number][] = [
    ['planned', orders.planned, 'fired + dropped + unreached', went],
    ['fired', orders.fired, 'accepted + rejected + failed + unknown', ended],
    ['planned', orders.planned, 'due by the schedule', due],
    ['fired', orders.fired, 'fired in the tallies', total.fired],
    ['dropped', orders.dropped, 'dropped in the tallies', total.dropped],
    ['sent', orders.sent, 'sent in the tallies', total.sent],
    ['accepted', orders.accepted, 'accepted in the tallies', total.countOf('accepted')],
    ['rejected', orders.rejected, 'rejected in the tallies', total.countOf('rejected')],
    ['failed', orders.failed, 'failed in the tallies', total.countOf('failed')],
    ['unknown', orders.unknown - inFlightAtCrash, 'unknown in the tallies', total.countOf('unknown')],
  ];
  return pairs
    .filter(([, left, , right]) => left !== right)
    .map(
      ([left, leftCount, right, rightCount]) =>
        `${left} ${formatCount(leftCount)} ≠ ${right} ${formatCount(rightCount)}`,
    );
}

function identityGate(evidence: Evidence): Gate {
  const limit =
    'planned = fired + dropped + unreached; fired = accepted + rejected + failed + unknown; counted alike twice';
  const broken = brokenIdentities(evidence);
  if (broken.length === 0) return gateOf('identities', limit, 'all balance');
  const advice =
    'orders were lost count of: look for a lost worker or a missing tally, and report it as a bug if there is none';
  return gateOf('identities', limit, { status: 'void', measured: broken.join('; '), advice });
}

/** A step, repeat or check that the full queue refused is an order cut short by us: as bad as one never begun. */
function droppedGate(evidence: Evidence): Gate {
  const { dropped, planned } = evidence.orders;
  const refused = of(evidence.incidents, 'refused').reduce((sum, { count }) => sum + count, 0);
  if (dropped + refused === 0) {
    // Whole orders are in the tallies; steps are told at the end.
    const hasSteps = (evidence.timeline.steps ?? []).length > 0;
    return hasSteps ? noneOf(evidence, 'dropped', ['none', 'none']) : gateOf('dropped', 'none', 'none');
  }
  const advice = 'raise `target.connections` or `target.queue`: shoppers that were never sent cannot be judged';
  const whole = dropped > 0 ? [`${formatCountOf(dropped, 'order')} found the queue full`] : [];
  const parts = refused > 0 ? [`${formatCountOf(refused, 'later step')} of orders under way found the queue full`] : [];
  const measured = [...whole, ...parts].join('; ');
  return {
    ...gateOf('dropped', 'none', { status: 'void', measured, advice }),
    touched: planned > 0 ? Math.min(1, (dropped + refused) / planned) : 1,
  };
}

/** An early end leaves orders unreached on purpose, and says so itself; a run that went to its end must not. */
function unreachedGate({ orders: { unreached, planned }, ending }: Evidence): Gate {
  if (ending.kind !== 'complete') return gateOf('unreached', 'none in a complete run', 'the run ended early');
  if (unreached === 0) return gateOf('unreached', 'none in a complete run', 'none');
  const measured = `${formatCountOf(unreached, 'order')} ${unreached === 1 ? 'was' : 'were'} never fired`;
  const gate = gateOf('unreached', 'none in a complete run', {
    status: 'void',
    measured,
    advice: 'run it again; look for a lost worker',
  });
  return { ...gate, touched: planned > 0 ? unreached / planned : 1 };
}

const of = <K extends Incident['kind']>(incidents: readonly Incident[], ...kinds: K[]) =>
  incidents.filter((incident): incident is Extract<Incident, { kind: K }> =>
    (kinds as string[]).includes(incident.kind),
  );

function workersGate(evidence: Evidence): Gate {
  const { incidents, orders, inFlightAtCrash = 0 } = evidence;
  const lost = of(incidents, 'lost-worker');
  if (lost.length === 0) return noneOf(evidence, 'workers', ['none lost', 'none lost']);
  const left = inFlightAtCrash > 0 ? `; ${formatCountOf(inFlightAtCrash, 'order')} in flight with it, unknown` : '';
  const measured = lost.map(({ worker, detail }) => `worker ${worker}: ${detail}`).join('; ') + left;
  const advice = 'run it again; what it did after its last tally, and the rest of its share, is missing';
  const gate = gateOf('workers', 'none lost', { status: 'void', measured, advice });
  return { ...gate, touched: orders.planned > 0 ? orders.unreached / orders.planned : 1 };
}

function telemetryGate(evidence: Evidence): Gate {
  const gaps = of(evidence.incidents, 'telemetry-gap', 'missing-tally');
  if (gaps.length === 0) return noneOf(evidence, 'telemetry', ['no gap', 'no gap']);
  const measured = gaps.map(({ worker, detail }) => `worker ${worker}: ${detail}`).join('; ');
  return gateOf('telemetry', 'no gap', {
    status: 'void',
    measured,
    advice: 'leave this machine a free core, or use fewer workers',
  });
}

/** Stands for the error where a run died before it could tell it. */
export const NO_SOCKET_UNTOLD = 'the error is not known';
/** What there was too little of, by the error that said so. */
const SOCKET_ADVICE: Record<string, string> = {
  EMFILE: 'raise `ulimit -n`, or lower `target.connections`',
  ENFILE: 'raise the open files this machine allows (`sysctl fs.file-max`), or lower `target.connections`',
  EADDRNOTAVAIL:
    'use keep-alive connections, or widen the range of local ports (`sysctl net.ipv4.ip_local_port_range`)',
  [NO_SOCKET_UNTOLD]: 'raise `ulimit -n`, use keep-alive connections, or lower `target.connections`',
};
const MORE_MEMORY = 'give this machine more memory for sockets, or lower `target.connections`';

function socketsGate({ incidents, orders }: Evidence): Gate {
  const limit = 'none refused by this machine';
  const short = of(incidents, 'no-socket');
  if (short.length === 0) return gateOf('sockets', limit, 'none refused');
  const count = short.reduce((sum, incident) => sum + incident.count, 0);
  const errors = [...new Set(short.map((incident) => incident.detail))];
  const advice = [...new Set(errors.map((error) => SOCKET_ADVICE[error] ?? MORE_MEMORY))].join('; ');
  const measured = `${formatCountOf(count, 'order')} found no socket (${errors.join(', ')})`;
  const gate = gateOf('sockets', limit, { status: 'void', measured, advice });
  return { ...gate, touched: orders.planned > 0 ? Math.min(1, count / orders.planned) : 1 };
}

/** Only warns: what a late start made late, the lateness gates see order by order. */
function startGate(evidence: Evidence): Gate {
  const late = of(evidence.incidents, 'late-start');
  if (late.length === 0) return noneOf(evidence, 'start', ['all workers at once', 'all in time']);
  const worstUs = Math.max(...late.map((incident) => incident.lateUs));
  const measured = `${late.length} started up to ${formatDuration(worstUs)} late`;
  return gateOf('start', 'all workers at once', { status: 'warn', measured, advice: 'leave this machine a free core' });
}

/**
 * Orders fired in each second of the clock against those due in it: |fired − planned| ≤ 1 + 1 % of planned. The two
 * differ by nothing but lateness across the edge of a second, so a few seconds over it are listed and only a sizeable
 * share of the run voids it; that every order was fired is the identities' to say.
 */
function paceGate(evidence: Evidence): Gate {
  const limit = `|fired − planned| ≤ 1 + 1 % in each second; void in ${BLIP_LIMIT}`;
  const seconds = reachedSeconds(evidence);
  // What a full queue refused came on time too; that it was dropped is another gate's to say, and more workers cure it not.
  const fired = new Float64Array(seconds);
  for (const flow of evidence.timeline.flows) {
    if (flow.second < seconds) fired[flow.second]! += flow.fired + flow.dropped;
  }
  let [off, worst, worstBy] = [0, 0, 0];
  for (let second = 0; second < seconds; second++) {
    const planned = evidence.planned[second] ?? 0;
    const by = Math.abs(fired[second]! - planned);
    if (by <= 1 + 0.01 * planned) continue;
    off++;
    if (by > worstBy) [worst, worstBy] = [second, by];
  }
  if (off === 0)
    return { ...gateOf('pace', limit, `all of ${formatCountOf(seconds, 'second')} as planned`), touched: 0 };
  const status = isSizeable(off, seconds) ? 'void' : 'warn';
  const due = `${formatCount(fired[worst]!)} for ${formatCount(evidence.planned[worst] ?? 0)} in second ${formatCount(worst)}`;
  const measured = `${formatCount(off)} of ${formatCountOf(seconds, 'second')} off plan, at worst ${due}`;
  const advice = 'use more workers, or a machine with less else to do';
  return { ...gateOf('pace', limit, { status, measured, advice }), touched: off / seconds };
}

/** A clamped time still counts as slower than any limit within the range; only a printed percentile may be too low. */
function rangeGate({ timeline }: Evidence): Gate {
  const { clamped } = timeline.total();
  if (clamped === undefined || clamped === 0) {
    return gateOf('range', 'none clamped', clamped === undefined ? 'not counted' : 'none clamped');
  }
  const measured = `${formatCountOf(clamped, 'time')} ${clamped === 1 ? 'was' : 'were'} above the histograms' range`;
  return gateOf('range', 'none clamped', {
    status: 'warn',
    measured,
    advice: 'lower `target.timeout`: the highest percentiles are at least what is shown',
  });
}
