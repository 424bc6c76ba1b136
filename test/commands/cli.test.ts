// Every mistake a person can make, through the real command line: the words, the exit code, and that nothing is left behind.

import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, profileFile, ROOT, scratchFolder } from '../support/cli.ts';

const folder = scratchFolder();
const GOOD = `version: 1
name: tiny
target: { url: demo }
traffic: { rate: 50/s, for: 1s }
slo: [errors < 1%]
`;

function written(name: string, text: string): string {
  return profileFile(folder, name, text);
}

describe.concurrent('the command line', () => {
  it('prints its version', async () => {
    const { code, stdout } = await cli(['--version'], { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it('puts examples first in its help', async () => {
    const { code, stdout } = await cli(['--help'], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Examples:/);
    for (const command of ['run', 'plan', 'check', 'shop', 'schema']) expect(stdout).toContain(`\n  ${command} `);
  });

  it.each(['run', 'plan', 'check', 'shop', 'schema'])('puts examples first in the help of %s', async (command) => {
    const { code, stdout } = await cli([command, '--help'], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout.startsWith(`Examples:\n  doorbuster ${command} `)).toBe(true);
  });

  it.each([
    [['rum', 'x.yaml'], /unknown command 'rum'[\s\S]*Did you mean run\?/],
    [['run', 'x.yaml', '--sede', '7'], /unknown option '--sede'[\s\S]*Did you mean --seed\?/],
    [['run', 'x.yaml', '--live', '-q'], /'--live' cannot be used with option '-q, --quiet'/],
    [['foo', '--help'], /unknown command 'foo'/],
    [['run'], /missing required argument 'profile'/],
    [['run', 'x.yaml', '--workers', 'many'], /whole number from 1 to 256, got `many`/],
    [['run', 'x.yaml', '--set', 'target.timeout'], /path=value/],
    [['run', 'x.yaml', '--driver', 'carrier-pigeon'], /undici/],
  ] as const)('answers %j with a way out and exit 2', async (args, says) => {
    const { code, stderr, stdout } = await cli(args, { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(says);
  });

  it.each([
    ['missing file', ['plan', 'nowhere/steady-99.yaml'], '', /nowhere\/steady-99\.yaml: no such file/],
    ['bad YAML', ['plan'], 'version: 1\nname: [unclosed\ntraffic: {', /:\d+:\d+: /],
    ['unknown key', ['plan'], GOOD.replace('for: 1s', 'for: 1s, sede: 7'), /:4:\d+: [\s\S]*sede[\s\S]*seed/],
    ['missing unit', ['plan'], GOOD.replace('for: 1s', 'for: 1'), /:4:\d+: [\s\S]*unit/],
    [
      'unset variable',
      ['plan'],
      GOOD.replace('url: demo', 'url: "${NO_SUCH_VARIABLE}"'),
      /:3:\d+: [\s\S]*NO_SUCH_VARIABLE/,
    ],
    ['duplicate key', ['plan'], `${GOOD}name: again\n`, /:6:1: [\s\S]*(unique|twice|duplicate)/i],
    ['misspelt metric', ['plan'], GOOD.replace('errors', 'erors'), /:5:\d+: [\s\S]*erors[\s\S]*errors/],
    [
      'impossible shape',
      ['plan'],
      GOOD.replace(
        '{ rate: 50/s, for: 1s }',
        '{ orders: 10, over: 1h, shape: [base, { ramp: { from: 0s, until: 1h, start: 10/s, end: 10/s } }] }',
      ),
      /:4:\d+: [\s\S]*more than `orders`/,
    ],
  ] as const)('%s: one clear message with its place, exit 2, nothing left behind', async (name, args, text, says) => {
    const cwd = join(folder, name.replaceAll(' ', '-'));
    mkdirSync(cwd);
    const file = text ? [profileFile(cwd, 'profile.yaml', text)] : [];
    const { code, stderr, stdout } = await cli([...args, ...file], { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(readdirSync(cwd)).toEqual(text ? ['profile.yaml'] : []);
  });

  it('names a shipped profile when a file name is slightly wrong', async () => {
    const { code, stderr } = await cli(['plan', 'profiles/steady49.yaml'], { cwd: ROOT });
    expect(code).toBe(2);
    expect(stderr).toContain('profiles/steady-49.yaml');
  });

  it('says which target cannot be reached, exit 3, before it writes anything', async () => {
    const cwd = join(folder, 'unreachable');
    mkdirSync(cwd);
    const file = profileFile(cwd, 'profile.yaml', GOOD.replace('url: demo', 'url: http://127.0.0.1:9'));
    const { code, stderr } = await cli(['run', file], { cwd });
    expect(code).toBe(3);
    expect(stderr).toMatch(/127\.0\.0\.1:9[\s\S]*nothing listens/);
    expect(readdirSync(cwd)).toEqual(['profile.yaml']);
  });

  it('does not load a host that is not this machine without permission', async () => {
    const file = written('remote.yaml', GOOD.replace('url: demo', 'url: http://shop.example:8080'));
    const { code, stderr } = await cli(['run', file], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toMatch(/shop\.example:8080: 50 orders, peak 50\/s/);
    expect(stderr).toMatch(/allow: \[shop\.example\][\s\S]*--yes/);
  });

  it('does not promise a witness that cannot follow the orders', async () => {
    const { code, stderr } = await cli(['run', 'profiles/graphql-journey.yaml', '--witness'], { cwd: ROOT });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        'error: --witness: an order of this profile is more than one plain exchange, which a witness cannot follow; leave the flag out\n',
    });
  });

  it('does not give a witness empty rows of a feeder', async () => {
    written('fifty.csv', `id\n${Array.from({ length: 50 }, (_, index) => `p${index}\n`).join('')}`);
    const fed = 'feeders: { people: { file: fifty.csv, order: once } }\norder: { json: { buyer: "{{people.id}}" } }\n';
    const file = written('fed.yaml', `${GOOD}\n${fed}`);
    const { code, stderr } = await cli(['run', file, '--witness'], { cwd: folder });
    expect({ code, stderr }).toMatchObject({ code: 2 });
    expect(stderr).toMatch(
      /^error: --witness: feeder `people` gives out each row once and has 50 rows, and with the witness's there are about 5\d orders; add rows, or leave the flag out$/m,
    );
  });

  it('refuses an output folder it cannot write, before anything is sent', async () => {
    const file = written('readonly.yaml', GOOD);
    const blocked = join(folder, 'a-file');
    writeFileSync(blocked, '');
    const { code, stderr } = await cli(['run', file, '--out', join(blocked, 'run')], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toContain(join(blocked, 'run'));
    expect(stderr).toMatch(/--out/);
  });

  it('refuses a read-only folder, and says so before anything is sent', async () => {
    const file = written('readonly2.yaml', GOOD);
    const locked = join(folder, 'locked');
    mkdirSync(locked);
    chmodSync(folder, 0o755);
    chmodSync(file, 0o644);
    chmodSync(locked, 0o555);
    // Root may write anywhere, so as root this runs as nobody.
    const uid = process.getuid?.() === 0 ? 65_534 : undefined;
    const { code, stderr } = await cli(['run', file, '--out', join(locked, 'run')], { cwd: folder, uid });
    expect(code).toBe(2);
    expect(stderr).toContain(join(locked, 'run'));
    expect(readdirSync(locked)).toEqual([]);
  });

  it('prints both JSON Schemas', async () => {
    for (const of of ['profile', 'result']) {
      const { code, stdout } = await cli(['schema', '--of', of], { cwd: folder });
      expect(code).toBe(0);
      expect(JSON.parse(stdout).$schema).toContain('draft-07');
    }
  });

  it('plans without sending anything', async () => {
    const { code, stdout } = await cli(['plan', join(ROOT, 'test/fixtures/profiles/sketch.yaml')], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toMatch(/2,100,000 orders/);
    expect(stdout).toMatch(/base 30\.7\/s/);
    expect(stdout).toMatch(/mean 48\.6\/s/);
    expect(stdout).toMatch(/peak (about )?369\/s at 00:00/);
  });

  it('checks a profile by sending one order', async () => {
    const { code, stdout } = await cli(['check', written('check.yaml', GOOD)], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toMatch(/is valid: 50 orders in 1 s/);
    expect(stdout).toMatch(/POST \/checkout → status 201/);
    expect(stdout).toMatch(/counts as accepted/);
  });
});
