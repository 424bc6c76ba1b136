import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { encodeFrame, readFrames } from '../../src/folder/frames.ts';
import { type AppendFile, FRAMES, JOURNAL_FILE, Journal } from '../../src/folder/journal.ts';
import { rebuildRun, rebuiltFrom } from '../../src/folder/rebuild.ts';
import { readRunSeconds, runSecondsOf } from '../../src/folder/seconds.ts';
import { brokenIdentities } from '../../src/judge/fitness.ts';
import type { Evidence } from '../../src/judge/spec.ts';
import { judge } from '../../src/judge/verdict.ts';
import { histogramShape } from '../../src/measure/histogram.ts';
import { Recorder } from '../../src/measure/recorder.ts';
import type { Outcome } from '../../src/outcomes.ts';
import { resultOf } from '../../src/report/result.ts';
import { cleanAudit } from '../report/audits.ts';
import { cli } from '../support/cli.ts';
import { type Order, OUTCOMES, steadyOrders } from '../support/evidence.ts';
import { recordOf } from '../support/record.ts';

const scratch = mkdtempSync(join(tmpdir(), 'doorbuster-journal-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let made = 0;
const fresh = () => mkdtempSync(join(scratch, `${made++}-`));

const WORKERS = 2;
const SECONDS = 12;
const SHAPE = histogramShape(10e6);
const quiet = () => {};

/** Some orders take seconds, some fail: at any moment some are in flight. */
const orders = steadyOrders(40, SECONDS, (dueUs, index) => ({
  doneUs: dueUs + 20_000 + (index % 29 === 0 ? 3.5e6 : index * 13),
  ends: index % 31 === 5 ? 'failed' : index % 37 === 9 ? 'unknown' : 'accepted',
}));
const record = recordOf(orders, { slo: ['p50 < 1s', 'errors < 50%'], durationUs: SECONDS * 1e6 });
const { evidence, run, environment, peak } = record;
const plan = { ...record.plan, traffic: { ...record.plan.traffic, orders: orders.length, durationUs: SECONDS * 1e6 } };
const { endedAtMs: _, ...story } = { ...run, workers: WORKERS };
const HEAD = {
  plan,
  run: story,
  environment,
  peak,
  outcomes: OUTCOMES,
  steps: [],
  shape: SHAPE,
  planned: evidence.planned,
  phases: evidence.phases,
};

/** What two workers would have told of the orders, second by second. */
function toldBy(all: readonly Order[]): Parameters<Journal['interval']>[0][] {
  const recorders = Array.from({ length: WORKERS }, (_unused, worker) => new Recorder(worker, OUTCOMES, SHAPE));
  const deeds = all.flatMap((order, index) => {
    const recorder = recorders[index % WORKERS]!;
    const firedUs = order.firedUs ?? order.dueUs;
    const outcome = OUTCOMES.findIndex((each) => each.class === (order.ends ?? 'accepted'));
    return [
      { atUs: firedUs, does: () => recorder.fired(order.dueUs, firedUs) },
      {
        atUs: order.doneUs!,
        does: () => recorder.done(order.dueUs, firedUs, order.sentUs ?? firedUs, order.doneUs!, outcome),
      },
    ];
  });
  const lastUs = Math.max(...deeds.map(({ atUs }) => atUs)) + 1e6;
  const flushes = Array.from({ length: Math.ceil(lastUs / 1e6) }, (_unused, second) => (second + 1) * 1e6);
  const queue = deeds.sort((a, b) => a.atUs - b.atUs);
  return flushes.flatMap((atUs) => {
    while (queue[0] !== undefined && queue[0].atUs < atUs) queue.shift()!.does();
    return recorders.map((recorder) => ({ atUs, interval: recorder.flush(atUs).interval }));
  });
}

/** What a run that was fit says of its generator at its end. */
const share = { wallUs: SECONDS * 1e6, busyUs: 2e6, overbusyUs: 0, gcUs: 1e4, gcMaxUs: 1e3, queued: 0, queuedUs: 0 };
const inFlightAreaUs = orders.reduce((sum, { dueUs, doneUs }) => sum + doneUs! - dueUs, 0) / WORKERS;
const workers = Array.from({ length: WORKERS }, (_unused, worker) => ({
  ...share,
  worker,
  worstBusy: { share: 0.2, untilUs: 5e6 },
  connections: 128,
  openMax: 9,
  latenessP99Us: 40,
  latenessMaxUs: 90,
  inFlightAreaUs,
}));
const HEALTH = {
  workers,
  machine: { seconds: SECONDS, stealShare: 0.01, worstSteal: 0.02, stolenS: 0, involuntary: 7 },
  witness: { sent: 30, samples: orders.slice(0, 30).map(() => ({ second: 1, serviceUs: 20_000 })), trouble: '' },
  code: { thrown: [], cpuUsPerOrder: 12 },
  audit: cleanAudit(),
} satisfies Partial<Evidence>;

async function journalOf(
  options: { end?: Partial<Evidence>; outcomes?: readonly Outcome[] } = {},
): Promise<{ folder: string; bytes: Buffer }> {
  const folder = fresh();
  const journal = await Journal.open(folder, quiet);
  journal.head({ ...HEAD, outcomes: options.outcomes ?? OUTCOMES });
  for (const told of toldBy(orders)) journal.interval(told);
  if (options.end) await journal.end({ endedAtMs: run.endedAtMs, ...evidence, ...options.end });
  else await journal.close();
  return { folder, bytes: readFileSync(join(folder, JOURNAL_FILE)) };
}

const frameOfHead = (head: object) => encodeFrame(FRAMES.head, deflateRawSync(serialize(head)));

describe('a run rebuilt from its journal', async () => {
  const { bytes } = await journalOf();
  const whole = await journalOf({ end: HEALTH });

  it('is the run, when it came to its end', async () => {
    const { record: rebuilt, missing } = await rebuildRun(whole.folder);
    expect(missing).toEqual([expect.stringMatching(/^what the generator itself used, /)]);
    const fit = { ...evidence, ...HEALTH };
    expect(rebuilt.judgement).toEqual(judge(fit));
    expect(rebuilt.judgement.verdict).toBe('pass');
    expect(rebuilt.evidence).toMatchObject(HEALTH);
    const [was, is] = [{ ...record, evidence: fit }, rebuilt].map((each) => resultOf(each));
    for (const part of [
      'verdict',
      'orders',
      'response',
      'service',
      'lateness',
      'outcomes',
      'windows',
      'phases',
      'ending',
    ] as const) {
      expect(is![part], part).toEqual(was![part]);
    }
    expect(is!.run).toEqual({ ...was!.run, warnings: [`rebuilt from the journal, without ${missing[0]}`] });
  });

  it('is held to what its end told of the generator, and passes for nothing without', async () => {
    const rebuiltWith = async (end: Partial<Evidence>) => {
      const { bytes: told } = await journalOf({ end });
      return rebuiltFrom(told, 'j');
    };
    const judgementWith = async (end: Partial<Evidence>) => (await rebuiltWith(end)).record.judgement;
    const [busy] = workers;
    const overbusy = { ...busy!, worstBusy: { share: 0.99, untilUs: 9e6 }, overbusyUs: 10e6 };
    expect(await judgementWith({ ...HEALTH, workers: [overbusy, workers[1]!] })).toMatchObject({
      verdict: 'invalid',
      reasons: [{ code: 'busy' }],
    });
    const samples = HEALTH.witness.samples.map((sample) => ({ ...sample, serviceUs: 900_000 }));
    expect(await judgementWith({ ...HEALTH, witness: { ...HEALTH.witness, samples } })).toMatchObject({
      verdict: 'invalid',
      reasons: [{ code: 'witness' }],
    });
    const old = await rebuiltWith({});
    expect(old.missing).toEqual([expect.stringMatching(/^the generator's own health/)]);
    const { verdict, exitCode, reasons } = old.record.judgement;
    expect([verdict, exitCode]).toEqual(['inconclusive', 5]);
    expect(reasons).toEqual([
      { code: 'health-unknown', message: expect.stringMatching(/^the generator's own health is not in the journal/) },
    ]);
    const lost = { inFlightAtCrash: 2, orders: { ...evidence.orders, unknown: evidence.orders.unknown + 2 } };
    expect((await rebuiltWith({ ...HEALTH, ...lost })).record.evidence).toMatchObject(lost);
    // What else is wrong with it is said all the same.
    const stopped = await judgementWith({ ending: { kind: 'stopped', text: 'errors > 20%', atUs: 9e6 } });
    expect(stopped.reasons[0]).toMatchObject({ code: 'stopped' });
    expect(stopped.reasons.map(({ code }) => code)).not.toContain('health-unknown');
  });

  it('says which of the two it is, what is missing, and that it may still go on; and tells the CI server once', async () => {
    const summary = join(scratch, 'step-summary.md');
    const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary, GITHUB_WORKSPACE: '' };
    const said = async (from: { folder: string }, { old, ci = false }: { old: boolean; ci?: boolean }) => {
      const copy = fresh();
      const journal = join(copy, JOURNAL_FILE);
      copyFileSync(join(from.folder, JOURNAL_FILE), journal);
      // In an hour: however long this machine takes to read it, it was a moment ago.
      const writtenS = old ? 1e9 : Date.now() / 1e3 + 3600;
      utimesSync(journal, writtenS, writtenS);
      const report = () => cli(['report', copy], { cwd: copy, ...(ci ? { env } : {}) });
      const { stderr } = await report();
      // What has its files is read from them, and was told already.
      if (ci) expect((await report()).stderr).toBe('');
      return stderr;
    };
    const died = { folder: (await journalOf()).folder };
    const [ended, cut, growing] = await Promise.all([
      said(whole, { old: false }),
      said(died, { old: true, ci: true }),
      said(died, { old: false }),
    ]);
    expect(ended).toMatch(
      /holds a run that ended its orders and died before its files.*Missing:\n- what the generator itself used/,
    );
    expect(cut).toMatch(/holds a run that did not end; rebuilt from its journal\. Missing:\n- /);
    expect(cut).toMatch(/^::warning file=profiles\/mi-fan-fest\.yaml,title=Doorbuster INCONCLUSIVE/);
    expect([ended, growing].join('')).not.toContain('::');
    const told = readFileSync(summary, 'utf8');
    expect(told.match(/^## /gm)).toHaveLength(1);
    expect(told).toMatch(
      /^## ❔ INCONCLUSIVE: mi-fan-fest\n[\s\S]*when the run was interrupted[\s\S]*rebuilt from the journal/,
    );
    expect([ended, cut, growing].map((each) => each.includes('still goes on'))).toEqual([false, false, true]);
  });

  it('that died does not claim what only its end would have told, but knows a lack of sockets by its orders', async () => {
    const judgedOf = (from: Buffer) => {
      const { gates, verdict } = rebuiltFrom(from, 'j').record.judgement;
      return { verdict, gate: (name: string) => gates.find((gate) => gate.name === name) };
    };
    for (const name of ['workers', 'start', 'telemetry']) {
      expect(judgedOf(bytes).gate(name), name).toMatchObject({ measured: 'cannot be known', known: false });
      expect(judgedOf(whole.bytes).gate(name)?.known, name).toBeUndefined();
    }
    expect(judgedOf(bytes).gate('sockets')).toMatchObject({ status: 'ok', measured: 'none refused' });
    const outcomes = OUTCOMES.map((each) => (each.class === 'failed' ? { ...each, name: 'no-socket' } : each));
    const short = judgedOf((await journalOf({ outcomes })).bytes);
    const count = orders.filter(({ ends }) => ends === 'failed').length;
    expect(short.verdict).toBe('invalid');
    expect(short.gate('sockets')).toMatchObject({
      measured: `${count} orders found no socket (the error is not known)`,
      advice: expect.stringContaining('ulimit -n'),
    });
    // Told by its end or not at all.
    expect(judgedOf((await journalOf({ outcomes, end: HEALTH })).bytes).gate('sockets')?.status).toBe('ok');
  });

  it('goes on behind a worker that was lost long before it died, and is no fit run for it', async () => {
    const folder = fresh();
    const journal = await Journal.open(folder, quiet);
    journal.head(HEAD);
    for (const { atUs, interval } of toldBy(orders)) {
      if (interval.worker === 0) journal.interval({ atUs: atUs + 50e6, interval });
      else if (atUs <= 3e6) journal.interval({ atUs, interval });
    }
    await journal.close();
    const { evidence: found, judgement } = (await rebuildRun(folder)).record;
    expect(found.ending).toMatchObject({ signal: 'crash', atUs: SECONDS * 1e6 });
    expect(found.incidents).toMatchObject([{ kind: 'lost-worker', worker: 1 }]);
    expect(judgement.verdict).toBe('invalid');
    expect(judgement.reasons.map(({ code }) => code)).toContain('workers');
  });

  it('calls no worker lost that had fired all of its share long before it died', async () => {
    const folder = fresh();
    const journal = await Journal.open(folder, quiet);
    journal.head(HEAD);
    for (const { atUs, interval } of toldBy(orders)) {
      journal.interval({ atUs: interval.worker === 0 ? atUs + 50e6 : atUs, interval });
    }
    await journal.close();
    expect((await rebuildRun(folder)).record.evidence.incidents).toEqual([]);
  });

  it('has the single orders that were told, up to where it goes; one from before they were kept has none', async () => {
    const kept = evidence.kept!;
    const all = [...new Set([...kept.slowest, ...kept.bad])];
    const folder = fresh();
    const journal = await Journal.open(folder, quiet);
    journal.head(HEAD);
    const told = toldBy(orders);
    for (const [index, each] of told.entries()) {
      // Each when its worker told of the second after its end.
      const mine = all.filter(({ seq, dueUs, latenessUs, waitUs, serviceUs }) => {
        const doneUs = dueUs + latenessUs + waitUs + (serviceUs || 0);
        return seq % WORKERS === index % WORKERS && Math.floor(doneUs / 1e6) + 1 === each.atUs / 1e6;
      });
      const answers = index === 0 ? [...kept.answers] : [];
      journal.interval({ ...each, kept: mine.length + answers.length > 0 ? { orders: mine, answers } : undefined });
    }
    await journal.close();
    const written = readFileSync(join(folder, JOURNAL_FILE));
    expect(rebuiltFrom(written, 'j').record.evidence.kept).toEqual(kept);
    const half = rebuiltFrom(written.subarray(0, written.length >> 1), 'j').record.evidence.kept!;
    expect(half.slowest.length).toBeGreaterThan(0);
    expect(half.slowest.length + half.bad.length).toBeLessThan(kept.slowest.length + kept.bad.length);
    expect(rebuiltFrom(bytes, 'j').record.evidence.kept).toBeUndefined();
  });

  it('cut at any byte holds both identities, counts no order twice, and says how far it goes', () => {
    const ends = orders.map((order) => order.doneUs!).sort((a, b) => a - b);
    const headBytes = readFrames(bytes).frames[0]!.content.length + 13;
    fc.assert(
      fc.property(fc.integer({ min: headBytes, max: bytes.length }), (cut) => {
        const { record: rebuilt, missing } = rebuiltFrom(bytes.subarray(0, cut), 'x');
        const { evidence: found } = rebuilt;
        expect(brokenIdentities(found)).toEqual([]);
        const { accepted, rejected, failed, unknown, fired } = found.orders;
        expect(accepted + rejected + failed + unknown).toBe(fired);
        expect(fired).toBeLessThanOrEqual(orders.length);
        // Every worker told at least up to here: each order that ended before is counted, with its outcome.
        expect(found.ending.kind).toBe('interrupted');
        const untilUs = found.ending.kind === 'interrupted' ? found.ending.atUs : 0;
        const known = ends.filter((doneUs) => doneUs < untilUs).length;
        expect(fired - (found.inFlightAtCrash ?? 0)).toBeGreaterThanOrEqual(known);
        // Where all were told of, none can have been fired later.
        const [first] = missing.filter((each) => each.startsWith('the orders fired later than'));
        expect(first !== undefined).toBe(fired < orders.length);
        expect(missing).toContain("the audit of the shop's books, the generator's own health, and the teardown");
        expect(['inconclusive', 'invalid']).toContain(rebuilt.judgement.verdict);
      }),
      { seed: 20261123, numRuns: 80 },
    );
  });

  it('with a broken frame in the middle is INVALID, and names what is gone', () => {
    const damaged = Buffer.from(whole.bytes);
    damaged[Math.floor(damaged.length / 2)]! ^= 0xff;
    const { record: rebuilt, missing } = rebuiltFrom(damaged, 'x');
    expect(rebuilt.judgement.verdict).toBe('invalid');
    expect(missing.join(' ')).toMatch(/1 part of the journal that cannot be read/);
    expect(rebuilt.evidence.incidents.map(({ kind }) => kind)).toEqual(['missing-tally', 'telemetry-gap']);
  });

  it('is refused where there is nothing to rebuild, with the reason', async () => {
    await expect(rebuildRun(fresh())).rejects.toThrow(/Cannot read .*run\.journal: there is no such folder/);
    expect(() => rebuiltFrom(bytes.subarray(20), 'x/run.journal')).toThrow(
      /x\/run\.journal does not say which run it is of/,
    );
    expect(() => rebuiltFrom(Buffer.alloc(0), 'x')).toThrow(/^x is empty: the run died before its first order/);
    expect(() => rebuiltFrom(Buffer.alloc(0), 'x')).toThrow(UserError);
  });
});

describe('the journal', () => {
  it('holds no secret of the profile', async () => {
    const { bytes } = await journalOf({ end: HEALTH });
    const text = readFrames(bytes)
      .frames.map((frame) => JSON.stringify(deserialize(inflateRawSync(frame.content))))
      .join('');
    expect(text).toContain('mi-fan-fest');
    expect(JSON.stringify(plan)).toContain('s3cret');
    expect(text).not.toContain('s3cret');
  });

  it('is never written over', async () => {
    const folder = fresh();
    await (await Journal.open(folder, quiet)).close();
    await expect(Journal.open(folder, quiet)).rejects.toThrow(/another run has begun in this folder.*--out DIR/);
    await expect(Journal.open(join(folder, 'no', 'folder'), quiet)).rejects.toThrow(/there is no such folder/);
  });

  it('is given up when the disk is full, says so once, and throws nothing', async () => {
    let room = 3;
    const file: AppendFile = {
      writeFirst: () => {},
      write: async () => {
        if (room-- <= 0) throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
      },
      sync: async () => {
        throw Object.assign(new Error('EIO'), { code: 'EIO' });
      },
      close: async () => {},
    };
    const said: string[] = [];
    const journal = await Journal.open(
      fresh(),
      (says) => said.push(says),
      async () => file,
    );
    journal.head(HEAD);
    for (const told of toldBy(orders)) journal.interval(told);
    await journal.end({ endedAtMs: 0, ...evidence });
    expect(said).toEqual([
      expect.stringMatching(/no space is left on the disk \(ENOSPC\)\): the run goes on in memory/),
    ]);
    expect(journal.trouble).toMatch(/ENOSPC/);
  });

  it('is given up where something is no data, and says so; what was told before is there', async () => {
    const [first] = toldBy(orders);
    const folder = fresh();
    const said: string[] = [];
    const journal = await Journal.open(folder, (says) => said.push(says));
    journal.head(HEAD);
    journal.interval(first!);
    const audit = { ...cleanAudit(), incomplete: (() => '') as unknown as string };
    await journal.end({ endedAtMs: 0, ...evidence, audit });
    expect(said).toEqual([expect.stringMatching(/^the journal cannot be written any more \(/)]);
    const { frames } = readFrames(readFileSync(join(folder, JOURNAL_FILE)));
    expect(frames.map(({ kind }) => kind)).toEqual([FRAMES.head, FRAMES.interval]);
  });

  it('of a run that came to no end is left behind, unless there is nothing in it', async () => {
    const folder = fresh();
    const journal = await Journal.open(folder, quiet);
    journal.head(HEAD);
    for (const told of toldBy(orders)) journal.interval(told);
    expect(await journal.abandon()).toBe(true);
    expect((await rebuildRun(folder)).record.evidence.orders.fired).toBe(orders.length);

    const empty = fresh();
    expect(await (await Journal.open(empty, quiet)).abandon()).toBe(false);
    const full = await Journal.open(fresh(), quiet, async () => ({
      writeFirst: () => {},
      write: () => Promise.reject(new Error('no room')),
      sync: async () => {},
      close: async () => {},
    }));
    full.head(HEAD);
    full.interval(toldBy(orders)[0]!);
    // What is there is not all: nobody is told that it were.
    expect(await full.abandon()).toBe(false);
    expect(readdirSync(empty)).toEqual([]);
  });

  it('takes a broken tail of another file system for what it is', async () => {
    const { folder, bytes } = await journalOf();
    writeFileSync(join(folder, JOURNAL_FILE), Buffer.concat([bytes, Buffer.alloc(4096)]));
    const { missing } = await rebuildRun(folder);
    expect(missing.join(' ')).toMatch(/1 part of the journal/);
  });
});

describe('the orders of another run, second by second', async () => {
  const { bytes } = await journalOf();
  const whole = await journalOf({ end: HEALTH });
  const firedIn = (second: number) =>
    orders.filter(({ dueUs, firedUs = dueUs }) => Math.floor(firedUs / 1e6) === second).length;

  it('are those planned and those fired, of a run that ended', () => {
    const seconds = readRunSeconds(whole.folder);
    expect(seconds).toMatchObject({ id: `${run.id} of ${plan.name}`, planned: [...evidence.planned] });
    expect(seconds.cut).toBeUndefined();
    expect(seconds.fired).toEqual(Array.from(seconds.fired, (_count, second) => firedIn(second)));
    expect(seconds.fired.reduce((sum, count) => sum + count, 0)).toBe(orders.length);
    // The last orders took seconds more, in which none was fired.
    expect(seconds.fired.length).toBe(SECONDS);
  });

  it('of one that died are those told, and the last of them is said', () => {
    const seconds = runSecondsOf(bytes.subarray(0, Math.floor(bytes.length / 2)));
    const known = seconds.fired.length;
    expect(known).toBeLessThan(SECONDS);
    expect(seconds.planned).toHaveLength(SECONDS);
    expect(seconds.fired.at(-1)).toBeGreaterThan(0);
    expect(seconds.fired.slice(0, known - 1)).toEqual(
      Array.from({ length: known - 1 }, (_, second) => firedIn(second)),
    );
    expect(seconds.cut).toBe(`that run did not end: what it fired is known up to ${known} s`);
  });

  it('are refused without a journal, or one of no run', () => {
    expect(() => readRunSeconds(fresh())).toThrow(/^there is no run\.journal in it: name the folder of a run/);
    expect(() => runSecondsOf(Buffer.from('x'))).toThrow('does not say which run it is of');
    expect(() => runSecondsOf(frameOfHead({ ...HEAD, version: 99 }))).toThrow(
      'has version 99, this Doorbuster reads 1',
    );
  });
});
