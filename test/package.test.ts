// The published package: packed, installed in an empty folder, run from there. The sources run as they are; the package
// is built JavaScript, so this is the only test that sees dist.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT, scratchFolder } from './support/cli.ts';

const folder = scratchFolder();

function shell(command: string, args: string[], cwd: string): string {
  // The pinned runtime comes first, as it does in npm scripts.
  const PATH = `${dirname(process.execPath)}:${process.env.PATH}`;
  const { NODE_OPTIONS: _options, ...env } = process.env;
  return execFileSync(command, args, { cwd, encoding: 'utf8', env: { ...env, PATH, CI: 'true' }, stdio: 'pipe' });
}

it('packs, installs in an empty folder, tells its version and runs for two seconds', { timeout: 110_000 }, () => {
  // A copy, so that building does not touch the checkout other tests run from.
  const source = join(folder, 'source');
  mkdirSync(source);
  for (const name of ['src', 'profiles', 'schema', 'package.json', 'tsconfig.json', 'tsconfig.build.json']) {
    cpSync(join(ROOT, name), join(source, name), { recursive: true });
  }
  for (const name of ['CHANGELOG.md', 'LICENSE', 'README.md']) cpSync(join(ROOT, name), join(source, name));
  symlinkSync(join(ROOT, 'node_modules'), join(source, 'node_modules'));
  const packed = JSON.parse(
    shell('npm', ['pack', '--json', '--pack-destination', folder], source).replace(/^[^[{]*/, ''),
  );
  const [{ filename, files }] = Object.values(packed) as [{ filename: string; files: { path: string }[] }];
  const paths = files.map((file) => file.path);
  expect(paths).toEqual(
    expect.arrayContaining(['dist/main.js', 'dist/index.d.ts', 'schema/profile.schema.json', 'profiles/smoke.yaml']),
  );
  // No source but what a profile that is there to be copied names.
  const sources = paths.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'));
  expect(sources).toEqual(['profiles/code-journey.ts']);
  expect(paths).toEqual(expect.arrayContaining(['profiles/csv-buyers.csv', 'profiles/last-year.log']));

  const empty = join(folder, 'empty');
  mkdirSync(empty);
  writeFileSync(join(empty, 'package.json'), '{"name":"a-shop","private":true}');
  shell('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, filename)], empty);
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  expect(shell('npx', ['doorbuster', '--version'], empty)).toBe(`${version}\n`);

  writeFileSync(
    join(empty, 'promotion.ts'),
    `import { defineProfile } from 'doorbuster';
export default defineProfile({
  version: 1,
  name: 'promotion',
  target: { url: 'demo' },
  traffic: { rate: '50/s', for: '2s' },
  slo: ['errors < 1%'],
});
`,
  );
  // The verdict may be INVALID on a machine as busy as one that runs tests; every order must be there all the same.
  try {
    shell('npx', ['doorbuster', 'run', 'promotion.ts', '--out', 'run'], empty);
  } catch (error) {
    expect((error as { status: number }).status).toBe(4);
  }
  const { orders } = JSON.parse(readFileSync(join(empty, 'run', 'result.json'), 'utf8'));
  expect(orders).toMatchObject({ planned: 100, fired: 100, accepted: 100, dropped: 0, unreached: 0 });
  expect(readdirSync(join(empty, 'run')).sort()).toEqual(
    expect.arrayContaining(['profile.yaml', 'result.json', 'run.hlog', 'spectrum.hgrm', 'summary.md']),
  );
});
