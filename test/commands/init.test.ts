import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { PIPELINES, pipelineFor } from '../../src/commands/pipelines.ts';
import { cli, ROOT, scratchFolder } from '../support/cli.ts';

const folder = scratchFolder();
let made = 0;
const fresh = (): string => {
  const cwd = join(folder, String(made++));
  mkdirSync(cwd);
  return cwd;
};
const OPTIONS = { profile: 'profiles/nightly.yaml', minutes: 25 };

describe('init', () => {
  it('writes a profile that can be planned, and says what is next', async () => {
    const cwd = fresh();
    const { code, stderr } = await cli(['init'], { cwd });
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^wrote +profiles\/nightly\.yaml\n[\s\S]*Next: doorbuster plan/),
    ]);
    const plan = await cli(['plan', 'profiles/nightly.yaml', '--json'], { cwd });
    expect(plan.code).toBe(0);
  });

  it('writes nothing over, and nothing at all when a file is in the way', async () => {
    const cwd = fresh();
    writeFileSync(join(cwd, 'Jenkinsfile'), 'mine');
    const { code, stderr } = await cli(['init', '--ci', 'jenkins'], { cwd });
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('Jenkinsfile is there already, and nothing is written over'),
    ]);
    expect(readFileSync(join(cwd, 'Jenkinsfile'), 'utf8')).toBe('mine');
    expect((await cli(['plan', 'profiles/nightly.yaml'], { cwd })).code).toBe(2);
  });

  it("keeps a profile that is there, and fits the pipeline's time to it", async () => {
    const cwd = fresh();
    mkdirSync(join(cwd, 'profiles'));
    const mine = readFileSync(join(ROOT, 'profiles/nightly.yaml'), 'utf8').replace('over: 10m', 'over: 2h');
    writeFileSync(join(cwd, 'profiles/nightly.yaml'), mine);
    const { code, stderr } = await cli(['init', '--ci', 'github'], { cwd });
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/kept +profiles\/nightly\.yaml\nwrote +\.github\/workflows\/doorbuster\.yml/),
    ]);
    expect(readFileSync(join(cwd, 'profiles/nightly.yaml'), 'utf8')).toBe(mine);
    expect(readFileSync(join(cwd, '.github/workflows/doorbuster.yml'), 'utf8')).toContain('timeout-minutes: 135');
  });

  it('knows no other server', async () => {
    const { code, stderr } = await cli(['init', '--ci', 'travis'], { cwd: fresh() });
    expect([code, stderr]).toEqual([2, expect.stringContaining('Allowed choices are github, gitlab, jenkins')]);
  });
});

describe('a pipeline', () => {
  it.each(PIPELINES)(
    'for %s installs, runs, keeps the report as one file and the results of earlier nights',
    (name) => {
      const { text } = pipelineFor(name, OPTIONS);
      for (const piece of [
        'npm ci',
        'npx doorbuster run profiles/nightly.yaml',
        '--baseline latest-pass',
        '/report.html',
        '! -name result.json -delete',
        '25',
      ]) {
        expect(text).toContain(piece);
      }
      expect(text).not.toMatch(/undefined|\[object/);
    },
  );

  it.each(PIPELINES)('for %s leaves of a night what the next needs, and nothing else', (name) => {
    const cwd = fresh();
    const night = join(cwd, 'reports', '4711');
    mkdirSync(night, { recursive: true });
    const files = ['result.json', 'report.html', 'run.journal', 'junit.xml'];
    for (const file of files) writeFileSync(join(night, file), '');
    const lists = ['history.jsonl', 'history.csv', 'index.html'];
    for (const file of lists) writeFileSync(join(cwd, 'reports', file), '');
    const [keep] = /if \[ -d reports \].*?; fi/.exec(pipelineFor(name, OPTIONS).text)!;
    execFileSync('/bin/sh', ['-c', keep], { cwd });
    expect(readdirSync(night)).toEqual(['result.json']);
    expect(readdirSync(join(cwd, 'reports')).sort()).toEqual(['4711', ...lists].sort());
    execFileSync('/bin/sh', ['-c', keep], { cwd: fresh() });
  });

  it.each(PIPELINES)('for %s makes the report of a run that died, and only of one, before its journal goes', (name) => {
    const { text } = pipelineFor(name, OPTIONS);
    const { index, 0: rescue } = /if \[ -f .*?; fi/.exec(text)!;
    expect(index).toBeLessThan(text.lastIndexOf('/report.html'));
    expect(index).toBeLessThan(text.indexOf('-delete'));
    const said = (files: readonly string[]): string => {
      const cwd = fresh();
      const night = join(cwd, 'reports', '4711-2');
      mkdirSync(night, { recursive: true });
      for (const file of files) writeFileSync(join(night, file), '');
      // In place of the real one, which would install; a journal that cannot be read must not keep what follows from it.
      const script = `npx() { echo "$@"; return 2; }; ${rescue.replaceAll(/(\$\{\{[^}]*\}\}-?)+/g, '4711-2')}`;
      const env = { ...process.env, CI_JOB_ID: '4711-2', NIGHT: '4711-2' };
      return execFileSync('/bin/sh', ['-e', '-c', script], { cwd, env, encoding: 'utf8' });
    };
    expect(said(['run.journal'])).toBe('doorbuster report reports/4711-2\n');
    expect(said(['run.journal', 'result.json'])).toBe('');
    expect(said([])).toBe('');
  });

  it('has a folder of its own for a job that is started again, or made anew', () => {
    // A folder with the result of the first attempt, which the cache or the workspace brings back, would refuse the second.
    const [github, gitlab, jenkins] = PIPELINES.map((name) => pipelineFor(name, OPTIONS).text);
    const outs = [github, gitlab, jenkins].map((text) => /--out "([^"]+)"/.exec(text!)![1]);
    expect(outs).toEqual([
      `reports/\${{ github.run_id }}-\${{ github.run_attempt }}`,
      'reports/$CI_JOB_ID',
      'reports/$NIGHT',
    ]);
    // Builds of a job count from 1; when one started is a number of its own.
    expect(jenkins).toContain(`NIGHT = "\${env.BUILD_NUMBER}-\${currentBuild.startTimeInMillis}"`);
    for (const [text, other] of [
      [github, /run_id \}\}(?!-\$)/],
      [gitlab, /CI_PIPELINE_ID/],
      [jenkins, /reports\/[^ ]*BUILD_NUMBER/],
    ] as const)
      expect(text).not.toMatch(other);
  });

  it('for GitHub is a workflow whose steps keep report and results even when the run fails', () => {
    const workflow = parse(pipelineFor('github', OPTIONS).text);
    const { steps, 'timeout-minutes': minutes } = workflow.jobs.nightly;
    expect(minutes).toBe(25);
    const names = steps.map(({ name, uses, run }: Record<string, string>) => name ?? uses ?? run);
    expect(names.indexOf('Results of earlier nights')).toBeLessThan(names.indexOf('Run'));
    for (const step of steps.slice(names.indexOf('Run') + 1)) expect(step.if).toBe('always()');
    // A cache of the same key could not be saved: each night has its own, and finds the latest.
    const [restore, save] = steps.filter(({ uses }: { uses?: string }) => uses?.startsWith('actions/cache/'));
    expect(save.with.key).toBe(restore.with.key);
    expect(restore.with.key.startsWith(restore.with['restore-keys'])).toBe(true);
  });

  it('for GitLab is a job with its reports', () => {
    const { doorbuster } = parse(pipelineFor('gitlab', OPTIONS).text);
    expect(doorbuster.timeout).toBe('25 minutes');
    // The rest is for after_script, which does not run once the job's own time is over.
    expect(doorbuster.variables).toEqual({ RUNNER_SCRIPT_TIMEOUT: '18m' });
    expect(doorbuster.cache).toMatchObject({ when: 'always', paths: ['reports/'] });
    expect(doorbuster.artifacts.reports).toEqual({
      junit: 'doorbuster-report/junit.xml',
      metrics: 'doorbuster-report/metrics.txt',
    });
  });

  it('for Jenkins has balanced braces', () => {
    const { text } = pipelineFor('jenkins', OPTIONS);
    expect(text.match(/\{/g)!.length).toBe(text.match(/\}/g)!.length);
  });
});
