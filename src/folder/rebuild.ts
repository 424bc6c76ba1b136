// A run rebuilt from its journal, after the process that drove it died: everything up to the last second it told, marked
// as interrupted, with what is missing in words.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT, userError } from '../errors.ts';
import { NO_SOCKET_UNTOLD } from '../judge/fitness.ts';
import type { Evidence, Incident, Judgement, OrderCounts } from '../judge/spec.ts';
import { judge } from '../judge/verdict.ts';
import { type Kept, KeptOfRun } from '../measure/kept.ts';
import type { Interval } from '../measure/spec.ts';
import { Timeline } from '../measure/timeline.ts';
import { OUTCOME_CLASSES } from '../outcomes.ts';
import type { RunRecord } from '../report/record.ts';
import { formatClock, formatCountOf, formatDuration } from '../units.ts';
import { readFrames } from './frames.ts';
import {
  FRAMES,
  JOURNAL_FILE,
  JOURNAL_VERSION,
  type JournalEnd,
  type JournalHead,
  type JournalInterval,
  ofEnd,
  told,
} from './journal.ts';
import { reasonOf } from './reason.ts';

/** A worker that says nothing for 20 s is given up by a run that goes on; and as much again for a stalled main thread. */
const SILENT_US = 40e6;

export type Rebuilt = {
  record: RunRecord;
  /** What the journal does not tell, one sentence each. */
  missing: string[];
};

/** @throws UserError (exit 2): there is no journal, it cannot be read, or its first frame is gone */
export async function rebuildRun(folder: string): Promise<Rebuilt> {
  const path = join(folder, JOURNAL_FILE);
  const bytes = await readFile(path).catch((error) => {
    throw userError('JOURNAL_UNREADABLE', `Cannot read ${path}: ${reasonOf(error)}`, { cause: error });
  });
  return rebuiltFrom(bytes, path);
}

export function rebuiltFrom(bytes: Buffer, path: string): Rebuilt {
  if (bytes.length === 0) {
    const why = 'the run died before its first order, or had no room to write';
    throw userError('JOURNAL_EMPTY', `${path} is empty: ${why}; there is nothing to make a report of.`);
  }
  const { frames, torn, broken } = readFrames(bytes);
  const [head] = told<JournalHead>(frames, FRAMES.head);
  if (head === undefined) {
    throw userError(
      'JOURNAL_HEADLESS',
      `${path} does not say which run it is of: its first frame is missing or broken.`,
    );
  }
  if (head.version !== JOURNAL_VERSION) {
    throw userError(
      'JOURNAL_VERSION',
      `${path} has version ${head.version}, this Doorbuster reads ${JOURNAL_VERSION}.`,
    );
  }
  const [end] = told<JournalEnd>(frames, FRAMES.end);
  const { timeline, kept, heardUs } = heardOf(head, told<JournalInterval>(frames, FRAMES.interval));
  const found = { end, broken, untilUs: untilUsOf(heardUs), heardUs };
  const evidence = { ...evidenceOf(head, timeline, found), ...(kept ? { kept } : {}) };
  const record: RunRecord = {
    plan: head.plan,
    evidence,
    judgement: judged(evidence),
    peak: head.peak,
    run: { ...head.run, endedAtMs: end?.endedAtMs ?? head.run.startedAtMs + Math.max(0, ...heardUs) / 1e3 },
    environment: head.environment,
    generator: { workers: [] },
  };
  const missing = missingOf({ end, torn, broken, evidence });
  if (missing.length > 0) {
    const says = `rebuilt from the journal${end === undefined ? ' of a run that did not end' : ''}, without ${missing.join('; ')}`;
    record.run.warnings = [...record.run.warnings, says];
  }
  return { record, missing };
}

type Heard = {
  timeline: Timeline;
  /** Undefined where nothing was told of single orders: in journals from before they were kept. */
  kept: Kept | undefined;
  /** When each worker was last heard of, µs; 0 for one that never was. */
  heardUs: number[];
};

/** Each interval is let go before the next: those of a night together are larger than all that is made of them. */
function heardOf(head: JournalHead, intervals: Iterable<JournalInterval>): Heard {
  const timeline = new Timeline(head.outcomes, head.shape, head.steps);
  const heardUs = new Array<number>(head.run.workers).fill(0);
  let run: KeptOfRun | undefined;
  for (const { atUs, interval, kept } of intervals) {
    timeline.add(interval as Interval);
    heardUs[interval.worker] = Math.max(heardUs[interval.worker] ?? 0, atUs);
    if (kept === undefined) continue;
    run ??= new KeptOfRun(head.outcomes);
    run.take(kept);
  }
  return { timeline, kept: run?.kept, heardUs };
}

/**
 * Up to where all is told. Who said nothing for so long before the others' last word was over with its share, or lost: then
 * its orders are missing from then on, as in a run that came to its end, and the gates of fitness say so (`lostWorkers`).
 */
function untilUsOf(heardUs: readonly number[]): number {
  const lastUs = Math.max(0, ...heardUs);
  return Math.min(lastUs, ...heardUs.filter((atUs) => atUs >= lastUs - SILENT_US));
}

type Found = { end: JournalEnd | undefined; broken: number; untilUs: number; heardUs: readonly number[] };

function evidenceOf(head: JournalHead, timeline: Timeline, found: Found): Evidence {
  const { end, broken, untilUs } = found;
  const gaps = timeline.gaps.map(
    ({ worker, index }): Incident => ({
      kind: 'missing-tally',
      worker,
      detail: `tally ${index} is not in the journal`,
    }),
  );
  const damage: Incident[] =
    broken > 0
      ? [{ kind: 'telemetry-gap', worker: 0, detail: `${formatCountOf(broken, 'part')} of the journal cannot be read` }]
      : [];
  const counted = countsOf(head, timeline);
  const incidents = end?.incidents ?? [...noSockets(timeline), ...lostWorkers(head, timeline, found)];
  return {
    slo: head.plan.slo,
    durationUs: head.plan.traffic.durationUs,
    planned: head.planned,
    phases: head.phases,
    timeline,
    orders: end?.orders ?? counted.orders,
    inFlightAtCrash: end === undefined ? counted.inFlight : (end.inFlightAtCrash ?? 0),
    incidents: [...incidents, ...gaps, ...damage],
    incidentsUntold: end === undefined,
    ending: end?.ending ?? {
      kind: 'interrupted',
      signal: 'crash',
      atUs: Math.min(untilUs, head.plan.traffic.durationUs),
    },
    ...(end && ofEnd(end)),
  };
}

/** What was due this long before the last word and was not fired is not just untold: what is told lags by a tally. */
const LAG_S = 2;

/** The end alone tells of them, but who is silent while orders of his are missing was lost, whatever the others fired. */
function lostWorkers({ planned }: JournalHead, timeline: Timeline, { untilUs, heardUs }: Found): Incident[] {
  const toldS = Math.max(0, Math.floor(untilUs / 1e6) - LAG_S);
  const due = planned.subarray(0, toldS).reduce((sum, count) => sum + count, 0);
  const { fired, dropped } = timeline.tally(0, toldS);
  const missing = due - fired - dropped;
  if (missing <= 0) return [];
  return heardUs.flatMap((atUs, worker): Incident[] => {
    if (atUs >= untilUs - SILENT_US) return [];
    const detail = `told nothing after ${formatClock(atUs)}, and ${formatCountOf(missing, 'order')} due since were never fired`;
    return [{ kind: 'lost-worker', worker, detail }];
  });
}

/** Of the incidents that are told at the end this one shows in the tallies too: an outcome that is of our own doing. */
function noSockets(timeline: Timeline): Incident[] {
  const outcome = timeline.outcomes.findIndex(({ name }) => name === 'no-socket');
  const count = outcome === -1 ? 0 : timeline.total().countOfOutcome(outcome);
  return count > 0 ? [{ kind: 'no-socket', count, detail: NO_SOCKET_UNTOLD }] : [];
}

/** A journal that does not say whether the generator was fit, as those from before they told it, makes no pass. */
function judged(evidence: Evidence): Judgement {
  const judgement = judge(evidence);
  if (judgement.verdict !== 'pass' || evidence.workers !== undefined) return judgement;
  const message = "the generator's own health is not in the journal, so nobody knows whether it was fit";
  return {
    ...judgement,
    verdict: 'inconclusive',
    exitCode: EXIT.inconclusive,
    reasons: [{ code: 'health-unknown', message }],
  };
}

/** An order that was fired and of which no end is told may have been placed: it is unknown. */
function countsOf({ plan }: JournalHead, timeline: Timeline): { orders: OrderCounts; inFlight: number } {
  const total = timeline.total();
  const { fired, dropped, sent } = total;
  const [accepted = 0, rejected = 0, failed = 0, unknown = 0] = OUTCOME_CLASSES.map((name) => total.countOf(name));
  const inFlight = fired - accepted - rejected - failed - unknown;
  const planned = plan.traffic.orders;
  const unreached = planned - fired - dropped;
  return {
    orders: { planned, fired, dropped, unreached, sent, accepted, rejected, failed, unknown: unknown + inFlight },
    inFlight,
  };
}

function untoldAtEnd({ workers }: JournalEnd): string {
  if (workers === undefined) return "the generator's own health, such as how busy it was";
  return (
    'what the generator itself used, how long connections took to open, what the end of the run warned of, ' +
    'and the comparison with a baseline if one was asked for'
  );
}

type Loss = { end: JournalEnd | undefined; torn: number; broken: number; evidence: Evidence };

function missingOf({ end, torn, broken, evidence }: Loss): string[] {
  const { ending, inFlightAtCrash = 0, orders } = evidence;
  const crashed = end === undefined && ending.kind === 'interrupted';
  return [
    ...(crashed && orders.unreached > 0
      ? [
          `the orders fired later than ${formatDuration(ending.atUs)} into the run, where the journal ends: up to a second's worth, in no count`,
        ]
      : []),
    end === undefined
      ? "the audit of the shop's books, the generator's own health, and the teardown"
      : untoldAtEnd(end),
    ...(crashed && inFlightAtCrash > 0
      ? [
          `the answers to ${formatCountOf(inFlightAtCrash, 'order')} in flight when Doorbuster died: unknown, and in no time`,
        ]
      : []),
    ...(torn > 0 ? ['the last entry of the journal, which was never finished'] : []),
    ...(broken > 0 ? [`${formatCountOf(broken, 'part')} of the journal that cannot be read any more`] : []),
  ];
}
