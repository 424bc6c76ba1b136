import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { noticeCi, tellCi } from '../../src/commands/ci.ts';
import { formatMarkdown, formatShortMarkdown } from '../../src/report/markdown.ts';
import { failing } from '../report/runs.ts';

const scratch = mkdtempSync(join(tmpdir(), 'doorbuster-ci-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const record = (() => {
  const { judgement, ...rest } = failing();
  const place = { file: rest.plan.file, line: 20, column: 5 };
  const slo = judgement.slo.map((each, index) => (index === 0 ? { ...each, place } : each));
  return { ...rest, judgement: { ...judgement, slo } };
})();
const MIB = 1024 * 1024;

async function told(environment: Parameters<typeof tellCi>[2]): Promise<string[]> {
  const lines: string[] = [];
  await tellCi(record, (line) => lines.push(line), environment);
  return lines;
}

async function summaryAfter(before: string): Promise<{ text: string; lines: string[] }> {
  const file = join(scratch, `summary-${before.length}.md`);
  writeFileSync(file, before);
  const lines = await told({ GITHUB_STEP_SUMMARY: file });
  return { text: readFileSync(file, 'utf8').slice(before.length), lines };
}

describe('tellCi', () => {
  it('does nothing where no CI server asks', async () => {
    const lines = await told({});
    noticeCi({ profile: record.plan.file, text: 'slower' }, (line) => lines.push(line), {});
    expect(lines).toEqual([]);
  });

  it('says the annotations where GitHub reads them', async () => {
    const lines = await told({ GITHUB_ACTIONS: 'true' });
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.every((line) => line.startsWith('::error '))).toBe(true);
  });

  it('names files by their path in the repository, wherever in it the run was started', async () => {
    // Started in `here`, which is two folders down in the first of these.
    const here = process.cwd();
    const within = (root: string) => relative(root, here).replaceAll('\\', '/');
    const filesSaid = async (root: string | undefined) => {
      const environment = { GITHUB_ACTIONS: 'true', ...(root === undefined ? {} : { GITHUB_WORKSPACE: root }) };
      const lines = await told(environment);
      expect(lines.map((line) => /,line=(\d+),col=5,/.exec(line)?.[1])).toEqual([
        '20',
        ...lines.slice(1).map(() => undefined),
      ]);
      noticeCi({ profile: record.plan.file, text: 'slower' }, (line) => lines.push(line), environment);
      return [...new Set(lines.map((line) => /file=([^,]+),/.exec(line)?.[1]))];
    };
    const { file } = record.plan;
    const root = join(here, '..', '..');
    expect(await filesSaid(root)).toEqual([`${within(root)}/${file}`]);
    expect(await filesSaid(here)).toEqual([file]);
    for (const other of [undefined, '', join(here, 'another')]) expect(await filesSaid(other)).toEqual([file]);
  });

  it('appends the summary to what earlier commands wrote', async () => {
    const { text, lines } = await summaryAfter('## earlier\n');
    expect([text, lines]).toEqual([`${formatMarkdown(record)}\n`, []]);
  });

  it('keeps below the limit of the whole file: first the verdict alone, then a line that says so', async () => {
    const whole = Buffer.byteLength(formatMarkdown(record)) + 1;
    expect((await summaryAfter('x'.repeat(MIB - whole))).text).toBe(`${formatMarkdown(record)}\n`);
    expect((await summaryAfter('x'.repeat(MIB - whole + 1))).text).toBe(`${formatShortMarkdown(record)}\n`);
    const full = await summaryAfter('x'.repeat(MIB - 10));
    expect(full.text).toBe('');
    expect(full.lines[0]).toMatch(/step summary is full \(limit: 1 MiB\)/);
  });

  it('says when the file cannot be written, and throws nothing', async () => {
    const [line] = await told({ GITHUB_STEP_SUMMARY: join(scratch, 'no', 'such', 'file.md') });
    expect(line).toMatch(/^Cannot write the step summary .*there is no such folder \(ENOENT\)/);
  });
});
