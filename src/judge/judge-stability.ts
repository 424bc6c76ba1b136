// The SLOs on how a run held together, not on single orders: `backlog stable`, and `recovers within 30s after hourly`
// (METHOD §5). What was not reached, or had no calm stretch to compare with, is not known and never a pass.

import { formatClock, formatCountOf, formatDuration, formatRate } from '../units.ts';
import type { Backlog } from './backlog.ts';
import { type Recovery, recoveriesOf, tookUsOf } from './recovery.ts';
import { reachedSeconds } from './scope.ts';
import { limitValue } from './slo-limit.ts';
import type { Evidence, Slo, SloResult } from './spec.ts';
import { backlogsOf, growingText } from './stability.ts';

type Judged = Pick<SloResult, 'status' | 'measured' | 'samples' | 'windows' | 'worst' | 'says'>;

export function judgeBacklog(evidence: Evidence): Judged {
  const all = backlogsOf(evidence);
  const growing = all.filter((each) => each.growing);
  const samples = all.reduce((sum, each) => sum + each.arrivals, 0);
  if (all.length === 0) {
    const says = 'no stretch of 30 s or more at one rate was reached, so nobody can say whether the queue grows';
    return { status: 'inconclusive', measured: undefined, samples, windows: undefined, worst: undefined, says };
  }
  const windows = { total: all.length, failed: growing.length, undecided: 0 };
  const whole = evidence.ending.kind === 'complete';
  const status = growing.length > 0 ? 'fail' : whole ? 'pass' : 'inconclusive';
  const [worst] = [...growing].sort((a, b) => b.slopePerS - a.slopePerS);
  const says = worst === undefined ? stableText(all, evidence) : growingText(worst) + alsoText(growing.length - 1);
  return { status, measured: growing.length, samples, windows, worst: worst && spanOf(worst), says };
}

const spanOf = ({ fromS, untilS, slopePerS }: Backlog) => ({
  fromUs: fromS * 1e6,
  untilUs: untilS * 1e6,
  measured: slopePerS,
});

const alsoText = (others: number): string => (others === 0 ? '' : `, and on ${formatCountOf(others, 'other plateau')}`);

function stableText(all: readonly Backlog[], { ending }: Evidence): string {
  const fastest = Math.max(...all.map(({ ratePerS }) => ratePerS));
  const early = ending.kind === 'complete' ? '' : '; the run ended early';
  return `the queue grew on none of ${formatCountOf(all.length, 'plateau')}, the fastest at ${formatRate(fastest)}${early}`;
}

/** From the end of each burst to the first second from which on as few orders were in flight as before it, for 10 s. */
export function judgeRecovery(slo: Slo, after: string, evidence: Evidence): Judged {
  const untilS = reachedSeconds(evidence);
  const limitUs = limitValue(slo.limit);
  const flows = evidence.timeline.flows.slice(0, untilS);
  const seen = recoveriesOf(flows, evidence.phases, evidence.durationUs)
    .filter(({ phase }) => phase.part === after)
    .flatMap(({ found }) => found ?? []);
  const bursts = evidence.phases.filter(({ part }) => part === after).length;
  const judged = seen.map((each) => ({
    each,
    ...tookOf(each, { limitUs, untilS }),
  }));
  const failed = judged.filter(({ holds }) => holds === false);
  const undecided = judged.filter(({ holds }) => holds === undefined).length + bursts - seen.length;
  const known = judged.filter(({ holds }) => holds !== undefined);
  const windows = { total: bursts, failed: failed.length, undecided };
  const measured = known.length === 0 ? undefined : Math.max(...known.map(({ tookUs }) => tookUs));
  const slowest = [...known].sort((a, b) => b.tookUs - a.tookUs)[0];
  const worst = slowest && {
    fromUs: slowest.each.fromS * 1e6,
    untilUs: slowest.each.untilS * 1e6 + slowest.tookUs,
    measured: slowest.tookUs,
  };
  const status = failed.length > 0 ? 'fail' : known.length > 0 && undecided === 0 ? 'pass' : 'inconclusive';
  return {
    status,
    measured,
    samples: known.length,
    windows,
    worst,
    says: recoveryText({ after, bursts, windows, slowest, limitUs }),
  };
}

type Took = { tookUs: number; holds: boolean | undefined };

/** One that was not seen to recover took at least as long as was looked; that may be too short to tell. */
function tookOf(recovery: Recovery, { limitUs, untilS }: { limitUs: number; untilS: number }): Took {
  const { recoveredS } = recovery;
  if (recoveredS !== null) {
    const tookUs = tookUsOf(recovery, recoveredS);
    return { tookUs, holds: tookUs <= limitUs };
  }
  const tookUs = tookUsOf(recovery, untilS);
  return { tookUs, holds: tookUs > limitUs ? false : undefined };
}

type RecoveryFacts = {
  after: string;
  bursts: number;
  windows: NonNullable<SloResult['windows']>;
  slowest: { each: Recovery; tookUs: number } | undefined;
  limitUs: number;
};

function recoveryText({ after, bursts, windows, slowest, limitUs }: RecoveryFacts): string {
  if (slowest === undefined) {
    return bursts === 0
      ? `\`${after}\` was not on while this run lasted, so there is nothing to recover from`
      : `no burst of \`${after}\` has a calm stretch of 5 s before it and enough of the run after it to tell`;
  }
  const { each, tookUs } = slowest;
  const never = each.recoveredS === null ? 'at least ' : '';
  const at = `the one at ${formatClock(each.fromS * 1e6)}`;
  const open = windows.undecided === 0 ? '' : `; of ${windows.undecided} it is not known`;
  const slow = windows.failed > 0 ? `${windows.failed} of ${bursts} took longer than ${formatDuration(limitUs)}; ` : '';
  return `${slow}the slowest, ${at}, took ${never}${formatDuration(tookUs)} until as few orders were in flight as before${open}`;
}
