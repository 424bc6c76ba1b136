// report.html built again from a run folder is the page of the run, byte by byte; and what does not fit is refused.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { writeArtifacts } from '../../src/folder/artifacts.ts';
import { openFolder } from '../../src/folder/open.ts';
import { rebuildPage } from '../../src/folder/page.ts';
import { RUNS } from '../report/html/pages.ts';

const scratch = mkdtempSync(join(tmpdir(), 'doorbuster-page-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let made = 0;
async function runFolder(name: keyof typeof RUNS): Promise<string> {
  const folder = await openFolder({ out: join(scratch, `case-${made++}`) });
  await writeArtifacts(folder, RUNS[name]!());
  return folder.path;
}
const read = (dir: string, name = 'report.html') => readFileSync(join(dir, name), 'utf8');
const mistakeOf = async (promise: Promise<unknown>): Promise<UserError> => {
  const error = await promise.then(
    () => new Error('it worked'),
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  expect(error.exitCode).toBe(2);
  return error;
};

describe('rebuildPage', () => {
  it.each(Object.keys(RUNS))('of a run that is %s makes the same page', async (name) => {
    const dir = await runFolder(name);
    const written = read(dir);
    writeFileSync(join(dir, 'report.html'), 'lost');
    expect(await rebuildPage(dir, 'inline')).toBe(join(dir, 'report.html'));
    expect(read(dir) === written).toBe(true);
  });

  it('writes style sheet and script beside the page where it is told to', async () => {
    const dir = await runFolder('passing');
    await rebuildPage(dir, 'files');
    expect(readdirSync(dir)).toEqual(expect.arrayContaining(['report.css', 'report.js']));
    expect(read(dir)).toContain('href="report.css"');
    expect(read(dir)).not.toContain('<style>');
  });

  it('names what is missing or does not fit', async () => {
    const dir = await runFolder('passing');
    const charts = read(dir, 'charts.json');
    const expectMistake = async (text: string, message: string | RegExp) => {
      writeFileSync(join(dir, 'charts.json'), text);
      expect((await mistakeOf(rebuildPage(dir, 'inline'))).message).toMatch(message);
    };
    await expectMistake('{', /charts\.json is not JSON/);
    await expectMistake('null', /does not fit: it is null, expected object/);
    await expectMistake(charts.replace('"chartsVersion":1', '"chartsVersion":2'), /written by a newer one/);
    await expectMistake(charts.replace('"fromS":0', '"fromS":"0"'), /flow\.fromS is string, expected integer/);
    rmSync(join(dir, 'charts.json'));
    expect((await mistakeOf(rebuildPage(dir, 'inline'))).message).toMatch(/charts\.json: there is no such file/);
    expect((await mistakeOf(rebuildPage(join(dir, 'nowhere'), 'inline'))).message).toMatch(/is it a run folder/);
  });
});
