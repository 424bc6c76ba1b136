import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findBaseline, heldAgainst, hopeless } from '../../src/commands/compare.ts';
import { UserError } from '../../src/errors.ts';
import { writeArtifacts } from '../../src/folder/artifacts.ts';
import { passesOf } from '../../src/folder/baseline.ts';
import { openFolder } from '../../src/folder/open.ts';
import { machineOf } from '../../src/report/compared.ts';
import type { RunRecord } from '../../src/report/record.ts';
import { type Shop, simulatedOrders } from '../judge/simulated-runs.ts';
import { cli as cliIn, scratchFolder } from '../support/cli.ts';
import { recordOf } from '../support/record.ts';

const folder = scratchFolder();
const MINUTES = 5;
const cli = (args: readonly string[]) => cliIn(args, { cwd: folder });

/** A run of the simulated shop that passed, unless told otherwise. */
function recordFor(seed: number, shop: Shop = {}, run: Partial<RunRecord['run']> = {}): RunRecord {
  const options = { slo: ['errors < 5%'], durationUs: MINUTES * 60e6, run };
  const record = recordOf(simulatedOrders(seed, { minutes: MINUTES, ...shop }), options);
  return { ...record, judgement: { ...record.judgement, verdict: 'pass', exitCode: 0, gates: [] } };
}

async function written(name: string, record: RunRecord): Promise<string> {
  const path = join(folder, 'reports', name);
  await writeArtifacts(await openFolder({ out: path }), record);
  return path;
}

const LIKE = { machine: machineOf(recordFor(1).environment), adjustments: '', driver: recordFor(1).run.driver };

describe('compare', async () => {
  const [monday, tuesday, slow] = await Promise.all([
    written('monday', recordFor(1)),
    written('tuesday', recordFor(2, {}, { startedAtMs: Date.UTC(2026, 10, 24) })),
    written('slow', recordFor(3, { slower: 1.3 })),
  ]);

  it('ends with 0 for the same, with 6 for a regression, and shows each metric', async () => {
    const same = await cli(['compare', monday, tuesday]);
    expect([same.code, same.stdout]).toEqual([0, expect.stringMatching(/^= the same as the baseline: p50/)]);
    const worse = await cli(['compare', monday, slow]);
    expect(worse.code).toBe(6);
    expect(worse.stdout).toMatch(/^✘ worse than the baseline: p50 \+\d/);
    expect(worse.stdout).toMatch(/\np50 +[\d.]+ ms +[\d.]+ ms +\+[\d.]+ % +\+[\d.]+ % to \+[\d.]+ % +✘ slower\n/);
    expect((await cli(['compare', slow, monday])).code).toBe(0);
  });

  it('takes another least effect, and refuses one that is none', async () => {
    expect((await cli(['compare', monday, slow, '--min-effect', '80%'])).code).not.toBe(6);
    expect((await cli(['compare', monday, slow, '--floor', '1s'])).code).toBe(0);
    const wrong = await cli(['compare', monday, slow, '--min-effect', '10']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('Expected a share, as in `10%`, got `10`')]);
  });

  it('prints it as JSON', async () => {
    const { stdout } = await cli(['compare', monday, slow, '--json']);
    const { found } = JSON.parse(stdout) as { found: { verdict: string; metrics: { metric: string }[] } };
    expect(found.verdict).toBe('worse');
    expect(found.metrics.map(({ metric }) => metric)).toContain('p99');
  });

  it('refuses what cannot be compared, with every reason, and names a folder that is no run', async () => {
    const result = JSON.parse(readFileSync(join(monday, 'result.json'), 'utf8'));
    const other = await written('other', recordFor(4));
    writeFileSync(
      join(other, 'result.json'),
      JSON.stringify({
        ...result,
        run: { ...result.run, profileHash: 'x' },
        environment: { ...result.environment, cores: 64 },
      }),
    );
    const { code, stdout } = await cli(['compare', monday, other]);
    expect(code).toBe(2);
    expect(stdout).toMatch(/^These two runs cannot be compared:\n- the profile differs[\s\S]*\n- the machine differs/);
    const missing = await cli(['compare', monday, join(folder, 'nowhere')]);
    expect([missing.code, missing.stderr]).toEqual([
      2,
      expect.stringContaining('is it a run folder of a finished run?'),
    ]);
  });

  it('finds the latest run of the profile that passed', async () => {
    const root = join(folder, 'reports');
    const broken = recordFor(5, {}, { startedAtMs: Date.UTC(2026, 10, 25) });
    await written('broken', { ...broken, judgement: { ...broken.judgement, verdict: 'fail', exitCode: 99 } });
    const hash = recordFor(1).plan.profileHash;
    expect((await passesOf(root, hash))[0]?.folder).toBe(tuesday);
    expect(await passesOf(root, 'another')).toEqual([]);
    expect(await passesOf(join(folder, 'nowhere'), hash)).toEqual([]);
  });

  it('says aloud that there is no baseline, and takes a named one only when it can be read', async () => {
    const said: string[] = [];
    const say = (text: string) => said.push(text);
    const where = { ...LIKE, root: join(folder, 'empty'), profileHash: 'x', machine: 'y', say };
    expect(await findBaseline(undefined, where)).toBeUndefined();
    expect(said).toEqual([]);
    expect(await findBaseline('latest-pass', where)).toBeUndefined();
    expect(said[0]).toMatch(/^No baseline: no run of this profile has passed/);
    await expect(findBaseline(join(folder, 'nowhere'), where)).rejects.toThrow(UserError);
    const { plan, environment } = recordFor(1);
    const here = { ...where, root: join(folder, 'reports'), profileHash: plan.profileHash };
    expect((await findBaseline('latest-pass', { ...here, machine: machineOf(environment) }))?.folder).toBe(tuesday);
    expect(await findBaseline('latest-pass', here)).toBeUndefined();
    expect(said.at(-1)).toMatch(/^No baseline: the runs .* were on another machine \(Example CPU, 2 cores/);
  });

  it('passes over runs that were adjusted otherwise, or made with another driver, for the latest that can be compared', async () => {
    const root = join(folder, 'mixed');
    const put = async (
      name: string,
      day: number,
      over: Partial<RunRecord['run']>,
      flag?: 'condense',
    ): Promise<string> => {
      const record = recordFor(day, {}, { startedAtMs: Date.UTC(2026, 10, day), ...over });
      const adjustments = flag === undefined ? [] : [{ flag, value: '1m', says: '', cannotShow: '' }];
      const path = join(root, name);
      await writeArtifacts(await openFolder({ out: path }), { ...record, plan: { ...record.plan, adjustments } });
      return path;
    };
    const good = await put('good', 1, {});
    await put('condensed', 2, {}, 'condense');
    await put('other driver', 3, { driver: LIKE.driver === 'wire' ? 'undici' : 'wire' });
    const said: string[] = [];
    const { profileHash } = recordFor(1).plan;
    const like = { ...LIKE, root, profileHash, say: (text: string) => said.push(text) };
    expect((await findBaseline('latest-pass', like))?.folder).toBe(good);
    expect(said).toEqual([]);
    expect(await findBaseline('latest-pass', { ...like, adjustments: '--scale 1%' })).toBeUndefined();
    expect(said[0]).toMatch(/were adjusted otherwise \(not at all\)/);
  });

  it('gives a run that passed and is slower exit code 6, and knows before the surge what will not do', async () => {
    const { plan } = recordFor(1);
    const baseline = (await findBaseline(monday, { ...LIKE, root: '', profileHash: '', say: () => {} }))!;
    expect(heldAgainst(recordFor(3, { slower: 1.3 }), baseline, {}).judgement.exitCode).toBe(6);
    expect(heldAgainst(recordFor(2), baseline, {})).toMatchObject({
      judgement: { exitCode: 0 },
      comparison: { baseline: monday },
    });
    expect(hopeless(baseline, plan)).toEqual([]);
    expect(hopeless(baseline, { ...plan, profileHash: 'y' })[0]).toMatch(/^the profile differs/);
    const adjustments = [{ flag: 'condense' as const, value: '1m', says: '', cannotShow: '' }];
    expect(hopeless(baseline, { ...plan, adjustments })[0]).toMatch(
      /^the adjustment differs: none before, --condense 1m after/,
    );
  });
});
