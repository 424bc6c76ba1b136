// Profiles that cannot be read, through the real command line: what is wrong, in which file, on which line, and the way out.

import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { cli, profileFile, ROOT, scratchFolder } from '../support/cli.ts';

const folder = scratchFolder();
const SOUND = "{ target: { url: 'demo' }, traffic: { rate: '1/s', for: '1m' }, slo: ['p99 < 1s'] }";

describe.concurrent('a profile that is a module', () => {
  it.each([
    ['unreadable.ts', 'export default {\n  a: 1 b: 2,\n};\n', 'unreadable.ts:2:8: error: '],
    ['unfit.ts', 'enum A { x }\nexport default {};\n', 'unfit.ts:1:1: error: TypeScript enum'],
    ['open.mjs', 'export default {\n  a: "TOPSECRET\n};\n', 'open.mjs:2:6: error: Invalid or unexpected token\n'],
    ['twice.ts', 'const a = 1;\nconst a: number = 2;\n', "twice.ts:2:7: error: Identifier 'a' has already"],
    [
      'throws.ts',
      'type A = 1;\nexport default { a: TOPSECRET };\n',
      'throws.ts:2:21: error: TOPSECRET is not defined\n',
    ],
    ['rejects.ts', 'export default Promise.reject(new Error("no"));\n', 'rejects.ts:1:31: error: no\n'],
    [
      'function.ts',
      `export default () => (${SOUND});\n`,
      'function.ts: error: the profile is a function: export plain',
    ],
    ['null.ts', 'export default null;\n', 'null.ts: error: the profile must be a map with `target` and `traffic`, got'],
    ['none.ts', 'export const a = 1;\n', 'none.ts: error: it has no default export: write `export default'],
    ['value.ts', `export default { ...${SOUND}, ordr: {} };\n`, 'value.ts: ordr: error: unknown key `ordr`'],
  ])('%s: one message that begins with its place', async (name, text, says) => {
    profileFile(folder, name, text);
    const { code, stderr, stdout } = await cli(['plan', name], { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.startsWith(says), stderr).toBe(true);
    expect(stderr).not.toMatch(/\n\s*at |"TOPSECRET|error:[\s\S]*error:/);
  });

  it('may import what it is made of, and is told where a mistake of that is', async () => {
    profileFile(folder, 'made-of.ts', 'export const target = { url "demo" };\n');
    profileFile(folder, 'made.ts', `import { target } from './made-of.ts';\nexport default { ...${SOUND}, target };\n`);
    const { stderr } = await cli(['plan', 'made.ts'], { cwd: folder });
    expect(stderr).toMatch(/^made-of\.ts:1:29: error: /);
  });

  it('that imports `doorbuster` is told the way out, which works', async () => {
    // A checkout of its own, because the one under test may have been built.
    const checkout = join(folder, 'checkout');
    mkdirSync(join(checkout, 'mine'), { recursive: true });
    cpSync(join(ROOT, 'src'), join(checkout, 'src'), { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(checkout, 'package.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));
    const plan = async (file: string) =>
      promisify(execFile)(process.execPath, [join(checkout, 'src/main.ts'), 'plan', file], { cwd: folder }).catch(
        (error: { stderr: string }) => error,
      );
    const profile = (from: string) =>
      `import { defineProfile } from '${from}';\nexport default defineProfile(${SOUND});\n`;

    const inside = profileFile(join(checkout, 'mine'), 'inside.ts', profile('doorbuster'));
    const { stderr } = await plan(inside);
    expect(stderr).toContain(
      'inside.ts: error: `doorbuster` is not built here: run `npm run build` once, or write `import',
    );
    const outside = await plan(profileFile(folder, 'outside.ts', profile('doorbuster')));
    expect(outside.stderr).toContain(
      'outside.ts: error: no package `doorbuster` is installed where this profile is: write',
    );

    const [, path] = /from '([^']+)'`/.exec(stderr) ?? [];
    expect(path).toBe('../src/index.ts');
    profileFile(join(checkout, 'mine'), 'inside2.ts', profile(path!));
    expect(await plan(join(checkout, 'mine/inside2.ts'))).toMatchObject({
      stdout: expect.stringContaining('60 orders'),
    });
  });
});

describe.concurrent('a profile that is no file', () => {
  it('but a folder: says so, and names what is in it', async () => {
    const { code, stderr } = await cli(['plan', 'profiles'], { cwd: ROOT });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(
        /^error: profile profiles: it is a folder; name a profile, such as `profiles\/.*\.yaml`\n$/,
      ),
    });
    mkdirSync(join(folder, 'empty.yaml'));
    expect((await cli(['plan', 'empty.yaml'], { cwd: folder })).stderr).toBe(
      'error: profile empty.yaml: it is a folder; name a profile\n',
    );
  });
});
