// The history of real runs: a line each, of one that was killed too once its report is made, also after a folder is gone.

import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLines } from '../../src/folder/history-lines.ts';
import { readResult } from '../../src/folder/read.ts';
import { cli, profileFile, scratchFolder, startCli } from '../support/cli.ts';

const folder = scratchFolder();
const reports = join(folder, 'reports');

describe('reports/history.jsonl', () => {
  it('has one line of every run, whatever becomes of it', async () => {
    const text =
      'version: 1\nname: nightly\ntarget: { url: demo }\ntraffic: { rate: 40/s, for: 3s }\nslo: [errors < 5%]\n';
    const file = profileFile(folder, 'nightly.yaml', text);
    const run = (...flags: string[]) => cli(['run', file, ...flags], { cwd: folder });
    const rows = async () => (await readLines(reports)).rows;
    await run('--out', 'reports/monday');
    await run('--out', 'reports/tuesday');
    const [monday, tuesday] = await rows();
    const { run: own, orders } = await readResult(join(reports, 'tuesday'));
    expect(tuesday).toMatchObject({
      id: own.id,
      folder: 'tuesday',
      name: 'nightly',
      planned: 120,
      fired: orders.fired,
    });
    expect(monday!.id).not.toBe(own.id);

    const killed = startCli(['run', file, '--out', 'reports/wednesday', '--json'], { cwd: folder });
    await new Promise<void>((resolve) => {
      killed.child.stdout?.on('data', (chunk: string) => {
        if (chunk.includes('"event":"second"')) resolve();
      });
    });
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(await rows()).toHaveLength(2);
    for (let again = 0; again < 2; again++) {
      const { code } = await cli(['report', 'reports/wednesday'], { cwd: folder });
      expect(code).toBe(0);
      expect((await rows()).map((row) => [row.folder, row.complete])).toEqual([
        ['monday', true],
        ['tuesday', true],
        ['wednesday', false],
      ]);
    }
    expect(readFileSync(join(reports, 'index.html'), 'utf8')).toContain('href="wednesday/report.html"');
    const { earlier } = await readResult(join(reports, 'wednesday'));
    expect(earlier?.map(({ id }) => id)).toEqual([monday!.id, tuesday!.id]);
    const page = readFileSync(join(reports, 'wednesday', 'report.html'), 'utf8');
    expect(page.match(/<ol class="strip">/g)).toHaveLength(1);

    for (const name of readdirSync(reports, { withFileTypes: true })) {
      if (name.isDirectory()) rmSync(join(reports, name.name), { recursive: true });
    }
    const { code, stdout } = await cli(['history'], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout.match(/\(gone\) \w+day/g)).toEqual(['(gone) wednesday', '(gone) tuesday', '(gone) monday']);
    expect(readFileSync(join(reports, 'index.html'), 'utf8')).not.toContain('href="wednesday/report.html"');
    rmSync(join(reports, 'history.jsonl'));
    await cli(['history'], { cwd: folder });
    expect(readFileSync(join(reports, 'index.html'), 'utf8')).toContain('No runs yet');
    expect(existsSync(join(reports, 'history.jsonl'))).toBe(false);
  });
});
