import { chmodSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getuid } from 'node:process';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { ARTIFACTS, writeArtifacts } from '../../src/folder/artifacts.ts';
import { fileNameOf, folderNameOf } from '../../src/folder/name.ts';
import { openFolder } from '../../src/folder/open.ts';
import { readResult } from '../../src/folder/read.ts';
import type { WriteFile } from '../../src/folder/write.ts';
import { writeWhole } from '../../src/folder/write.ts';
import { Histogram } from '../../src/measure/histogram.ts';
import { resultOf } from '../../src/report/result.ts';
import { anyCharacter } from '../support/any-character.ts';
import { steadyOrders } from '../support/evidence.ts';
import { recordOf } from '../support/record.ts';

const scratch = mkdtempSync(join(tmpdir(), 'doorbuster-folder-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const STARTED = Date.UTC(2026, 10, 23, 4, 5, 54, 321);
const record = recordOf(steadyOrders(20, 10), { slo: ['p50 < 1s'] });

let made = 0;
const fresh = () => join(scratch, `case-${made++}`);
const full =
  (names: readonly string[]): WriteFile =>
  (path, content) =>
    names.some((name) => path.endsWith(name))
      ? Promise.reject(Object.assign(new Error('ENOSPC: write'), { code: 'ENOSPC' }))
      : writeWhole(path, content);
const mistakeOf = async (promise: Promise<unknown>): Promise<UserError> => {
  const error = await promise.then(
    () => new Error('it worked'),
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  expect(error.exitCode).toBe(2);
  return error;
};

describe('folderNameOf', () => {
  it('sorts by time and says what ran', () => {
    expect(folderNameOf('mi-fan-fest', STARTED)).toBe('2026-11-23T04-05-54Z-mi-fan-fest');
  });

  it.each([
    ['../../etc/passwd', 'etc-passwd'],
    ['a / b: c?', 'a-b-c'],
    ['小米 Mi Fan 2015', '小米-Mi-Fan-2015'],
    ['..', 'run'],
    ['', 'run'],
    ['\u001b[31m\n', '31m'],
    ['v1.2_beta', 'v1.2_beta'],
    ['x'.repeat(200), 'x'.repeat(80)],
  ])('%j', (name, file) => expect(fileNameOf(name)).toBe(file));

  it('is a plain file name whatever the profile is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 200 }), (name) => {
        const file = fileNameOf(name);
        expect(file).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}/\\:*?"<>|\s]|^[-.]|[-.]$|\.\./u);
        return file.length > 0 && Buffer.byteLength(file) <= 80;
      }),
      { seed: 20261123, numRuns: 300 },
    );
  });
});

describe('openFolder', () => {
  it('makes the folder under its root, and a namesake its own', async () => {
    const where = { root: join(fresh(), 'deep', 'reports'), name: 'smoke', startedAtMs: STARTED };
    const folders = await Promise.all([openFolder(where), openFolder(where), openFolder(where)]);
    const base = join(where.root, '2026-11-23T04-05-54Z-smoke');
    expect(folders.map(({ path }) => path).sort()).toEqual([base, `${base}-2`, `${base}-3`]);
    expect(readdirSync(base)).toEqual([]);
  });

  it('takes --out as the folder itself when it is new or empty', async () => {
    const out = join(fresh(), 'a', 'b');
    expect(await openFolder({ out })).toEqual({ path: out });
    expect(await openFolder({ out })).toEqual({ path: out });
  });

  it('never overwrites a run, nor mixes with other files, and says the way out', async () => {
    const run = fresh();
    await writeArtifacts(await openFolder({ out: run }), record);
    expect((await mistakeOf(openFolder({ out: run }))).message).toMatch(/holds a run already.*name a new folder/);
    const other = fresh();
    mkdirSync(other);
    writeFileSync(join(other, 'thesis.doc'), '');
    expect((await mistakeOf(openFolder({ out: other }))).message).toMatch(/is not empty \(it holds thesis\.doc\)/);
    const file = fresh();
    writeFileSync(file, 'x');
    expect((await mistakeOf(openFolder({ out: file }))).message).toContain(`--out ${file} is a file`);
    expect(readFileSync(file, 'utf8')).toBe('x');
  });

  it('fails before any traffic where nothing can be made, naming path, reason and way out', async () => {
    const file = fresh();
    writeFileSync(file, '');
    for (const where of [{ out: join(file, 'x') }, { root: join(file, 'x'), name: 'smoke', startedAtMs: STARTED }]) {
      const { message, code } = await mistakeOf(openFolder(where));
      expect(code).toBe('RUN_FOLDER_UNWRITABLE');
      expect(message).toMatch(/a part of the path is a file \(ENOTDIR\)\. Name a place you can write with --out DIR/);
      expect(message).toContain(join(file, 'x'));
    }
  });

  // The superuser may write anywhere, so permissions prove nothing to it.
  it.skipIf(getuid?.() === 0)('fails on a read-only folder', async () => {
    const root = fresh();
    mkdirSync(root);
    chmodSync(root, 0o555);
    for (const where of [{ out: root }, { root, name: 'smoke', startedAtMs: STARTED }]) {
      expect((await mistakeOf(openFolder(where))).message).toMatch(/permission denied \(EACCES\)/);
    }
    chmodSync(root, 0o755);
  });
});

describe('writeArtifacts', () => {
  it('writes every file, result.json last, and nothing else', async () => {
    const folder = await openFolder({ out: fresh() });
    const order: string[] = [];
    const names = await writeArtifacts(folder, record, (path, content) => {
      order.push(path.slice(folder.path.length + 1));
      return writeWhole(path, content);
    });
    expect(order).toEqual([...ARTIFACTS.map(({ name }) => name), 'result.json']);
    expect(names).toEqual(order);
    expect(readdirSync(folder.path).sort()).toEqual([...order].sort());
    for (const { name, format } of ARTIFACTS)
      expect(readFileSync(join(folder.path, name), 'utf8')).toBe(format(record));
  });

  it('reads back what was written', async () => {
    const folder = await openFolder({ out: fresh() });
    const files = await writeArtifacts(folder, record);
    const result = await readResult(folder.path);
    expect(result).toEqual(JSON.parse(JSON.stringify(resultOf(record, files))));
    expect(Histogram.decode(result.response.histogram).count).toBe(200);
  });

  it('on a full disk says which files are there, and writes the others', async () => {
    const folder = await openFolder({ out: fresh() });
    const { message } = await mistakeOf(writeArtifacts(folder, record, full(['run.hlog'])));
    const others = [...ARTIFACTS.map(({ name }) => name).filter((name) => name !== 'run.hlog'), 'result.json'];
    expect(others.length).toBeGreaterThan(4);
    expect(message).toBe(
      `Cannot write run.hlog in ${folder.path}: no space is left on the disk (ENOSPC). ` +
        `Written: ${others.join(', ')}. Make room, or name another place with --out DIR.`,
    );
    expect((await readResult(folder.path)).files).toEqual(others);
  });

  it('writes the numbers although a rendering has a bug, and tells the bug', async () => {
    const folder = await openFolder({ out: fresh() });
    const plan = Object.defineProperty({ ...record.plan }, 'effectiveYaml', {
      get: () => {
        throw new TypeError('a bug of ours');
      },
    });
    await expect(writeArtifacts(folder, { ...record, plan })).rejects.toThrow('a bug of ours');
    const { files } = await readResult(folder.path);
    expect(files).not.toContain('report.html');
    expect(files).toEqual(expect.arrayContaining(['summary.md', 'charts.json', 'result.json']));
    expect(readdirSync(folder.path).sort()).toEqual([...files].sort());
  });

  it('says so when nothing could be written', async () => {
    const folder = await openFolder({ out: fresh() });
    const { message } = await mistakeOf(writeArtifacts(folder, record, full([''])));
    expect(message).toContain('Written: nothing.');
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

describe('writeWhole', () => {
  it('replaces a file whole', async () => {
    const path = fresh();
    await writeWhole(path, 'long long long');
    await writeWhole(path, 'short');
    expect(readFileSync(path, 'utf8')).toBe('short');
  });

  it('never writes into the file that a reader may have open', async () => {
    const path = fresh();
    await writeWhole(path, 'old');
    linkSync(path, `${path}.open`);
    await writeWhole(path, 'new');
    expect(readFileSync(`${path}.open`, 'utf8')).toBe('old');
  });

  it('leaves the old file and no trace when it fails', async () => {
    const dir = fresh();
    mkdirSync(join(dir, 'taken'), { recursive: true });
    writeFileSync(join(dir, 'taken', 'inner'), 'old');
    await expect(writeWhole(join(dir, 'taken'), 'new')).rejects.toMatchObject({ code: expect.stringMatching(/^E/) });
    expect(readdirSync(dir)).toEqual(['taken']);
    expect(readFileSync(join(dir, 'taken', 'inner'), 'utf8')).toBe('old');
  });
});

describe('readResult', () => {
  const written = (text: string) => {
    const dir = fresh();
    mkdirSync(dir);
    writeFileSync(join(dir, 'result.json'), text);
    return dir;
  };
  const good = JSON.parse(JSON.stringify(resultOf(record)));
  const changed = (change: (value: typeof good) => void) => {
    const value = structuredClone(good);
    change(value);
    return written(JSON.stringify(value));
  };

  it('lets through what a later Doorbuster may have added', async () => {
    const dir = changed((value) => {
      value.later = { more: 1 };
      value.slo[0].later = 1;
    });
    expect(await readResult(dir)).toMatchObject({ verdict: good.verdict, later: { more: 1 } });
  });

  it.each<[string, () => string, RegExp]>([
    ['no folder', () => join(scratch, 'nowhere'), /there is no such file: is it a run folder/],
    [
      'a run that died',
      () => {
        const dir = fresh();
        mkdirSync(dir);
        writeFileSync(join(dir, 'run.journal'), '');
        return dir;
      },
      /there is no such file, but a run that has not ended, or that died: `doorbuster report .*case-\d+` makes its report$/,
    ],
    ['half a file', () => written('{"verdict": "pa'), /is not JSON/],
    ['something else', () => written('[]'), /is no result of Doorbuster: it is array, expected object/],
    ['null', () => written('null'), /it is null, expected object/],
    [
      'a newer one',
      () =>
        changed((value) => {
          value.schemaVersion = 2;
        }),
      /schemaVersion 2, this Doorbuster reads 1/,
    ],
    [
      'a missing number',
      () =>
        changed((value) => {
          delete value.orders.planned;
        }),
      /orders\.planned is missing/,
    ],
    [
      'half an order',
      () =>
        changed((value) => {
          value.orders.planned = 1.5;
        }),
      /orders\.planned is number, expected integer/,
    ],
    [
      'a negative time',
      () =>
        changed((value) => {
          value.response.p50Us = -1;
        }),
      /response\.p50Us is -1, expected at least 0/,
    ],
    [
      'a misspelt verdict',
      () =>
        changed((value) => {
          value.verdict = 'ok';
        }),
      /verdict is "ok", expected one of "pass", "fail"/,
    ],
    [
      'a broken row',
      () =>
        changed((value) => {
          value.slo[0].interval = { low: 1 };
        }),
      /slo\[0\]\.interval\.high is missing/,
    ],
    [
      'an odd ending',
      () =>
        changed((value) => {
          value.ending = { kind: 'stopped', text: 'x' };
        }),
      /ending\.atUs is missing/,
    ],
    [
      'an odd instant',
      () =>
        changed((value) => {
          value.run.startedAt = 'today';
        }),
      /run\.startedAt is "today", expected text like/,
    ],
  ])('says what is wrong with %s', async (_, make, message) => {
    const dir = make();
    const error = await mistakeOf(readResult(dir));
    expect(error.message).toMatch(message);
    expect(error.message).toContain(join(dir, 'result.json'));
  });
});
