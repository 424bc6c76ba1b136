// `doorbuster run`: profile → plan → surge → verdict → run folder.

import { randomUUID } from 'node:crypto';
import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DriverName } from '../drive/driver.ts';
import { EXIT, UserError, userError } from '../errors.ts';
import { PAGE_FILE, writeArtifacts } from '../folder/artifacts.ts';
import type { Baseline } from '../folder/baseline.ts';
import { Journal, type JournalHead } from '../folder/journal.ts';
import { openFolder, type RunFolder } from '../folder/open.ts';
import type { NoiseFloor } from '../judge/calibration.ts';
import type { Evidence, Judgement } from '../judge/spec.ts';
import { judge } from '../judge/verdict.ts';
import { isPlain } from '../order/journey.ts';
import type { Plan } from '../profile/plan.ts';
import { formatAnnouncement } from '../report/announce.ts';
import { adjustmentsOf, machineOf } from '../report/compared.ts';
import { formatCommand } from '../report/foreign.ts';
import { formatProblems } from '../report/problems.ts';
import type { RunRecord } from '../report/record.ts';
import { resultOf } from '../report/result.ts';
import { formatSummary } from '../report/text.ts';
import type { Run, RunStart, Told } from '../run/run.ts';
import { witnessRate } from '../run/witness.ts';
import { chooseWorkers } from '../run/workers.ts';
import { curveOf } from '../traffic/curve.ts';
import { formatCountOf, plural } from '../units.ts';
import { readCalibration, withRoomWarning } from './calibration.ts';
import { tellCi } from './ci.ts';
import { findBaseline, heldAgainst, hopeless, type ToleranceFlags } from './compare.ts';
import { environmentOf } from './environment.ts';
import { guardHost } from './guard.ts';
import { Interrupts } from './interrupts.ts';
import { LivePage } from './live.ts';
import { loadProfile, type PlanFlags } from './load.ts';
import { enterInHistory, pastOf, REPORTS } from './past.ts';
import { judgedSoFar, soFar } from './progress.ts';
import { driveSurge } from './surge.ts';
import { openTarget } from './target.ts';
import { type Terminal, terminalOf } from './terminal.ts';

export type RunFlags = PlanFlags & {
  out?: string;
  workers?: number;
  driver?: DriverName;
  json?: boolean;
  quiet?: boolean;
  yes?: boolean;
  witness?: boolean;
  live?: boolean;
  baseline?: string;
  argv: readonly string[];
} & ToleranceFlags;

/** @returns the exit code of the verdict; @throws UserError before anything was sent */
export async function runCommand(file: string, flags: RunFlags): Promise<number> {
  return (await runRecorded(file, flags)).record.judgement.exitCode;
}

/** The same, for a caller that wants what happened. */
export async function runRecorded(file: string, flags: RunFlags): Promise<{ record: RunRecord; folder: string }> {
  const terminal = terminalOf(flags);
  const calibration = readCalibration();
  const loaded = await loadProfile(file, flags);
  const plan = withRoomWarning(loaded.plan, calibration, flags);
  const watching = flags.witness ? witnessOrdersOf(plan) : 0;
  const peak = curveOf(plan.traffic).peak();
  const baseline = await baselineOf(plan, flags, terminal);
  await guardHost(plan, peak.ratePerS, flags, terminal.confirm);
  const live = flags.live ? await LivePage.open() : undefined;
  const target = await openTarget(plan, (says) => terminal.say(`${terminal.paint('warn', 'shop:')} ${says}`));
  const interrupts = new Interrupts(terminal);
  try {
    interrupts.duringStart();
    const folder = await openFolder(
      flags.out === undefined ? { root: REPORTS, name: plan.name, startedAtMs: Date.now() } : { out: flags.out },
    );
    const runId = randomUUID().slice(0, 8);
    const choice = chooseWorkers(plan, { ...flags, calibration });
    terminal.say(formatAnnouncement(plan, { ...choice, workersReason: choice.reason }, peak.ratePerS, terminal));
    if (watching > 0) {
      terminal.say(`a witness sends about ${watching} real ${plural(watching, 'order')} more, in no count of this run`);
    }
    const lost: string[] = [];
    const journal = await Journal.open(folder.path, (says) => {
      lost.push(says);
      terminal.say(`${terminal.paint('warn', '! warning:')} ${says}`);
    });
    if (live) terminal.say(`live page: ${live.url}`);
    let started: RunStart | undefined;
    const story = { peak, runId, argv: flags.argv, noiseFloor: calibration?.noiseFloor };
    // One look at the limits serves the terminal and the live page.
    const judged = judgedSoFar();
    const surge = {
      plan,
      judged,
      secrets: loaded.secrets,
      runId,
      url: target.url,
      interrupts,
      calibration,
      onStart: (start: RunStart) => {
        started = start;
        journal.head(headOf(plan, start, story));
      },
      onInterval: (told: Told) => journal.interval(told),
      live,
      onTick: (elapsedUs: number, evidence: Evidence) =>
        live?.tick(elapsedUs, () =>
          unfinished(plan, evidence, { story, start: started!, judgement: judged(evidence, elapsedUs) }),
        ),
    };
    const { run, warnings } = await driveSurge(surge, flags, terminal).catch(async (error: unknown) => {
      if (await journal.abandon()) {
        const way = `\`doorbuster report ${folder.path}\` makes a report of it`;
        terminal.say(`What was measured until then is in the journal: ${way}.`);
      } else {
        // A folder in which nothing is would be taken for a run.
        await rmdir(folder.path).catch(() => {});
      }
      throw error;
    });
    await journal.end({ endedAtMs: run.endedAtMs, ...run.evidence });
    warnings.push(...lost);
    const alone = recordOf({ ...plan, warnings: [...plan.warnings, ...warnings] }, run, story);
    const { earlier, drift, capacity } = await pastOf(folder.path, alone);
    const placed = { ...alone, earlier, capacity };
    const record = baseline === undefined ? placed : heldAgainst(placed, baseline, { ...flags, drift });
    terminal.settle();
    const { written, trouble } = await writeAll(folder, record);
    terminal.say(`\n${formatSummary(record, { ...terminal, folder: folder.path })}`);
    await live?.finish(join(folder.path, PAGE_FILE));
    await tellCi(record, (line) => process.stderr.write(`${line}\n`));
    const result = resultOf(record, written);
    await enterInHistory(folder.path, result, terminal);
    if (flags.json) process.stdout.write(`${JSON.stringify({ event: 'end', result })}\n`);
    if (trouble !== undefined) sayTrouble(trouble, record.judgement.exitCode, terminal);
    return { record, folder: folder.path };
  } finally {
    await live?.close();
    await target.close();
    interrupts.close();
  }
}

/** All files that can be written, and what kept the others from it. */
async function writeAll(folder: RunFolder, record: RunRecord): Promise<{ written: string[]; trouble?: unknown }> {
  try {
    return { written: await writeArtifacts(folder, record) };
  } catch (trouble) {
    const written = await readdir(folder.path).catch(() => []);
    return { written: written.filter((name) => !name.startsWith('.')).sort(), trouble };
  }
}

/** A run that lacks a file is no pass (@throws), and its verdict is graver than that where it is another one. */
function sayTrouble(trouble: unknown, exitCode: number, { say, paint }: Terminal): void {
  if (exitCode === EXIT.pass) throw trouble;
  const says = trouble instanceof UserError ? formatProblems(trouble.problems, paint) : (trouble as Error).stack;
  say(`${says}`);
}

/** What the run will be held against; a baseline of another profile is a mistake of who asked, told before the surge. */
async function baselineOf(plan: Plan, flags: RunFlags, { say }: Terminal): Promise<Baseline | undefined> {
  if (flags.baseline === undefined) return undefined;
  const found = await findBaseline(flags.baseline, {
    root: REPORTS,
    profileHash: plan.profileHash,
    machine: machineOf(environmentOf()),
    adjustments: adjustmentsOf(plan),
    driver: chooseWorkers(plan, flags).driver,
    say,
  });
  const why = found === undefined ? [] : hopeless(found, plan);
  if (why.length === 0) return found;
  throw new UserError(
    why.map((message) => ({ code: 'BASELINE_DIFFERS', message: `--baseline ${found!.folder}: ${message}` })),
  );
}

type Story = { peak: RunRecord['peak']; runId: string; argv: readonly string[]; noiseFloor: NoiseFloor | undefined };

/** The first frame of the journal: the run as it is known before its first order. */
function headOf(plan: Plan, { startedAtMs, choice, ...start }: RunStart, story: Story): Omit<JournalHead, 'version'> {
  const run = runStoryOf(plan, { startedAtMs, choice }, story);
  return { plan, peak: story.peak, run, environment: environmentOf(), ...start };
}

function runStoryOf(
  plan: Plan,
  { startedAtMs, choice }: Pick<RunStart, 'startedAtMs' | 'choice'>,
  { runId, argv }: Story,
): JournalHead['run'] {
  return {
    id: runId,
    startedAtMs,
    command: formatCommand(['doorbuster', ...argv]),
    seed: plan.traffic.seed,
    driver: choice.driver,
    driverReason: choice.driverReason,
    workers: choice.workers,
    workersReason: choice.reason,
    warnings: plan.warnings,
  };
}

/** The run as it is known while it goes on; of its workers nothing is known yet. */
function unfinished(
  plan: Plan,
  now: Evidence,
  { story, start, judgement }: { story: Story; start: RunStart; judgement: Judgement },
): RunRecord {
  return {
    plan,
    evidence: soFar(now),
    judgement,
    peak: story.peak,
    run: { ...runStoryOf(plan, start, story), endedAtMs: Date.now() },
    environment: environmentOf(),
    generator: { noiseFloor: story.noiseFloor, workers: [] },
  };
}

function recordOf(plan: Plan, run: Run, story: Story): RunRecord {
  const { peak, noiseFloor } = story;
  return {
    plan,
    evidence: run.evidence,
    judgement: judge(run.evidence),
    peak,
    run: { ...runStoryOf(plan, run, story), endedAtMs: run.endedAtMs },
    environment: environmentOf(),
    generator: {
      cpuUs: run.cpuUs,
      rssBytes: process.memoryUsage.rss(),
      noiseFloor,
      workers: run.reports.map(({ worker, fired, dropped, counters, cpuUs }) => ({
        worker,
        fired,
        dropped,
        openMax: counters.openMax,
        waitingMax: counters.waitingMax,
        opened: counters.opened,
        cpuUs,
      })),
    },
  };
}

/** How many a witness sends. @throws UserError when it cannot send what the orders are */
function witnessOrdersOf({ order, traffic }: Plan): number {
  if (!isPlain(order)) {
    const why = 'an order of this profile is more than one plain exchange, which a witness cannot follow';
    throw userError('WITNESS_JOURNEY', `--witness: ${why}; leave the flag out`);
  }
  const orders = Math.round((witnessRate(traffic.durationUs) * traffic.durationUs) / 1e6);
  // They have the indices past the run's own, for which such a feeder must have rows too.
  const all = traffic.orders + orders;
  const short = order.feeders?.find((feeder) => feeder.order === 'once' && feeder.rows < all);
  if (short === undefined) return orders;
  const why = `feeder \`${short.name}\` gives out each row once and has ${formatCountOf(short.rows, 'row')}, and with the witness's there are about ${formatCountOf(all, 'order')}`;
  throw userError('WITNESS_FEEDER', `--witness: ${why}; add rows, or leave the flag out`);
}
