// The verdict of a run: INVALID before FAIL before INCONCLUSIVE before PASS (METHOD §5). A numbers' fault of our own
// outranks everything, a broken promise outranks an open one, and what was not shown to hold never passes.

import { EXIT } from '../errors.ts';
import type { SloLine } from '../profile/plan.ts';
import { formatClock, formatCount } from '../units.ts';
import { bookReasons, brokenIn } from './books.ts';
import { fitnessOf } from './fitness.ts';
import { judgeSlo } from './judge-slo.ts';
import type { JudgedSlo } from './lateness.ts';
import { parseSlo } from './slo.ts';
import type { Ending, Evidence, Gate, Judgement, Reason, SloResult, Stability, Verdict } from './spec.ts';
import { stabilityOf, worstBacklog } from './stability.ts';

/** Judges everything. Never throws for what a run may contain; lines that do not parse are INCONCLUSIVE, not ignored. */
export function judge(evidence: Evidence): Judgement {
  const parts = [...new Set(evidence.phases.map((phase) => phase.part))];
  const judged: JudgedSlo[] = [];
  const slo = evidence.slo.map((line) => {
    const parsed = parseSlo(line.text, { parts, place: 'slo' });
    if (!parsed.ok) return unreadable(line, parsed.mistake.message);
    const result = judgeSlo(parsed.slo, line, evidence);
    judged.push({ slo: parsed.slo, line, result });
    return result;
  });
  const gates = fitnessOf(evidence, judged);
  const verdict = verdictOf(slo, gates, evidence.ending, brokenIn(evidence.audit).length > 0);
  const books = bookReasons(
    evidence.audit,
    judged.map((each) => each.slo),
  );
  const stability = stabilityOf(evidence);
  const asked = judged.some((each) => each.slo.metric.kind === 'backlog');
  const reasons = [...reasonsOf(slo, gates, books, evidence), ...(asked ? [] : backlogReasons(stability))];
  return { verdict, exitCode: exitCodeOf(verdict, evidence.ending), reasons, slo, gates, stability };
}

/** Lines are checked before a run; one that names a part that was never on gets here. */
function unreadable(line: SloLine, message: string): SloResult {
  return {
    text: line.text,
    place: line.place,
    status: 'inconclusive',
    unit: 'count',
    measured: undefined,
    interval: undefined,
    limit: Number.NaN,
    samples: 0,
    windows: undefined,
    worst: undefined,
    says: message,
  };
}

/** `slo` may be empty: with nothing to hold the shop to there is nothing to pass. `booksBroken`: an invariant of the audit. */
export function verdictOf(
  slo: readonly SloResult[],
  gates: readonly Gate[],
  ending: Ending,
  booksBroken = false,
): Verdict {
  if (gates.some((gate) => gate.status === 'void')) return 'invalid';
  if (booksBroken || slo.some((result) => result.status === 'fail')) return 'fail';
  const held = slo.length > 0 && slo.every((result) => result.status === 'pass');
  return held && ending.kind === 'complete' ? 'pass' : 'inconclusive';
}

/** The verdict's own, unless a signal ended the run: then 130 or 143, as shells expect. */
export function exitCodeOf(verdict: Verdict, ending: Ending): number {
  if (ending.kind !== 'interrupted' || ending.signal === 'crash') return EXIT[verdict];
  return ending.signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated;
}

const CODES = { fail: 'slo-failed', inconclusive: 'slo-inconclusive', 'not-checked': 'slo-not-checked' } as const;

function sloReasons(slo: readonly SloResult[], status: keyof typeof CODES): Reason[] {
  return slo
    .filter((result) => result.status === status)
    .map(({ text, says }) => ({ code: CODES[status], message: `\`${text}\`: ${says}` }));
}

function endingReasons(ending: Ending): Reason[] {
  if (ending.kind === 'complete') return [];
  const at = formatClock(ending.atUs);
  const rest = 'what would have come after is not known';
  if (ending.kind === 'stopped')
    return [{ code: 'stopped', message: `\`${ending.text}\` stopped the run at ${at}: ${rest}` }];
  const who = ending.signal === 'crash' ? 'a crash of Doorbuster' : ending.signal;
  return [{ code: 'interrupted', message: `${who} interrupted the run at ${at}: ${rest}` }];
}

/** No SLO forbids a queue that grows, and it decides nothing; but who reads that the limits held must read this too. */
function backlogReasons(stability: Stability): Reason[] {
  const worst = worstBacklog(stability);
  return worst === undefined ? [] : [{ code: 'backlog-growing', message: worst.says }];
}

function reasonsOf(
  slo: readonly SloResult[],
  gates: readonly Gate[],
  books: readonly Reason[],
  evidence: Evidence,
): Reason[] {
  const voids = gates
    .filter((gate) => gate.status === 'void')
    .map(({ name, measured, limit, advice }) => ({
      code: name.replaceAll(' ', '-'),
      message: `${name}: ${measured} (limit: ${limit}); ${advice}`,
    }));
  const none = { code: 'no-slo', message: 'the profile has no `slo:`, so there is nothing to hold the shop to' };
  const reasons = [
    ...voids,
    ...sloReasons(slo, 'fail'),
    ...books,
    ...endingReasons(evidence.ending),
    ...sloReasons(slo, 'inconclusive'),
    ...sloReasons(slo, 'not-checked'),
    ...(slo.length === 0 ? [none] : []),
  ];
  return reasons.length > 0 ? reasons : [held(slo.length, evidence)];
}

function held(slos: number, { orders }: Evidence): Reason {
  const all = slos === 1 ? 'the SLO held' : `all ${slos} SLOs held`;
  const message = `${all}; ${formatCount(orders.accepted)} of ${formatCount(orders.planned)} orders were accepted`;
  return { code: 'held', message };
}
