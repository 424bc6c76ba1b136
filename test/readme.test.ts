// What the README shows is what the program says: every marked block is made again and compared to the letter.
// UPDATE_GOLDEN=1 writes the blocks, all but the bench's: that takes minutes, and `npm run bench -- --readme` writes it.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPlan } from '../src/commands/load.ts';
import { EXIT } from '../src/errors.ts';
import { outcomesOf } from '../src/order/classify.ts';
import { formatAnnouncement } from '../src/report/announce.ts';
import { plainPaint } from '../src/report/layout.ts';
import { totalsLine } from '../src/report/plan-text.ts';
import type { RunRecord } from '../src/report/record.ts';
import { formatSummary } from '../src/report/text.ts';
import { hashOf, readBlock, sectionsOf, TITLES } from './bench/readme-block.ts';
import { minimal, planOf } from './profile/parsing.ts';
import { withAudit } from './report/audited.ts';
import { lossyAudit } from './report/audits.ts';
import { cli, ROOT } from './support/cli.ts';
import { steadyOrders } from './support/evidence.ts';
import { formatImportTable } from './support/import-table.ts';
import { planOf as planOfTraffic, recordOf } from './support/record.ts';
import { recordOfSaved, type SavedRun, savedOf } from './support/saved-run.ts';

const FILE = join(ROOT, 'README.md');
const WIDTH = 100;
const readme = (): string => readFileSync(FILE, 'utf8');

/** The fenced block (or the table) that follows a marker comment. */
function blockAfter(marker: string): { text: string; replace: (text: string) => void } {
  const start = readme().indexOf(`<!-- ${marker} -->`);
  expect(start, `marker <!-- ${marker} --> in README.md`).toBeGreaterThan(0);
  const rest = readme().slice(start);
  const match = /^<!-- .* -->\n(?:```\w*\n([\s\S]*?)```|\n(\|[\s\S]*?)\n\n)/.exec(rest);
  expect(match, `a block after <!-- ${marker} -->`).not.toBeNull();
  const text = match?.[1] ?? match?.[2] ?? '';
  const at =
    start +
    rest.indexOf(
      text,
      `<!-- ${marker} -->\n`.length +
        (match?.[1] === undefined ? 1 : rest.slice(`<!-- ${marker} -->\n`.length).indexOf('\n') + 1),
    );
  return {
    text,
    replace: (made) => writeFileSync(FILE, readme().slice(0, at) + made + readme().slice(at + text.length)),
  };
}

function expectBlock(marker: string, made: string): void {
  const block = blockAfter(marker);
  if (process.env.UPDATE_GOLDEN === '1') block.replace(made);
  expect(blockAfter(marker).text).toBe(made);
}

/** Names of the tests of test/faults, each up to what it expects: `a target` + `that refuses …: every order …`. */
function faultsTested(): string[] {
  const folder = join(ROOT, 'test/faults');
  const tests = /\bdescribe\b[^']*'([^']+)'|\bit\.each\(\[([^\]]+)\]\)\(\s*'%s:|\bit\(\s*'([^':]+)/g;
  return readdirSync(folder)
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) => {
      let about = '';
      return [...readFileSync(join(folder, file), 'utf8').matchAll(tests)].flatMap(([, group, each, one]) => {
        if (group !== undefined) about = group;
        const names = each?.match(/[^',]+(?=')/g)?.filter((name) => name.trim() !== '') ?? [];
        return [...names, ...(one === undefined ? [] : [one])].map((name) => `${about} ${name}`);
      });
    });
}

const lines = (text: string): string => `${text.replace(/\s+$/, '')}\n`;

describe('the README', () => {
  it('shows a real run as it was printed', async () => {
    const saved: SavedRun = JSON.parse(readFileSync(join(ROOT, 'test/fixtures/runs/mi-fan-fest-1m.json'), 'utf8'));
    const plan = await loadPlan(join(ROOT, saved.profile), saved.flags);
    const record = recordOfSaved(saved, plan);
    const options = { paint: plainPaint, width: WIDTH };
    const announced = formatAnnouncement(plan, record.run, record.peak.ratePerS, options);
    const summary = formatSummary(record, { ...options, folder: saved.folder });
    expect(summary.split('\n').length).toBeLessThanOrEqual(25);
    expectBlock('output: run', lines(`${announced}\n…\n\n${summary}`));
  });

  it('saves of a run all that its summary tells, so that the one shown cannot lack a line', () => {
    const record = withAudit(
      recordOf(steadyOrders(49, 10), { slo: ['p99 < 300ms'], outcomes: outcomesOf(planOfTraffic().order) }),
      lossyAudit(),
    );
    const summaryOf = (each: RunRecord) => formatSummary(each, { paint: plainPaint, width: WIDTH });
    const saved = JSON.parse(JSON.stringify(savedOf(record, { profile: '', flags: {}, folder: '' })));
    expect(summaryOf(record)).toMatch(/^audit .*\n(?: .*\n)*books /m);
    expect(summaryOf(recordOfSaved(saved, record.plan))).toBe(summaryOf(record));
  });

  it.each([
    'plan profiles/mi-fan-fest.yaml',
    'plan profiles/last-year.yaml',
    'plan test/fixtures/profiles/mistakes.yaml',
    '--help',
  ])('shows what `doorbuster %s` prints', async (command) => {
    const { stdout, stderr } = await cli(command.split(' '), { cwd: ROOT });
    expectBlock(`output: ${command}`, lines(stdout + stderr));
  });

  it('shows a profile and a journey that are shipped', () => {
    for (const file of ['profiles/nightly.yaml', 'profiles/code-journey.ts']) {
      expectBlock(`file: ${file}`, lines(readFileSync(join(ROOT, file), 'utf8')));
    }
  });

  it('shows profiles that come to a plan, without a warning', () => {
    const blocks = [...readme().matchAll(/^<!-- profile: (\w+) -->\n```yaml\n([\s\S]*?)```/gm)];
    expect(blocks.map(([, name]) => name)).toEqual([
      'steps',
      'graphql',
      'data',
      'shoppers',
      'setup',
      'books',
      'capacity',
    ]);
    const files = { 'people.csv': 'id,city,express\n1,Bonn,no\n', 'codes.csv': `code\n${'x\n'.repeat(600)}` };
    const env = { ADMIN_PASSWORD: 'x', ADMIN_TOKEN: 'y' };
    for (const [, name, text] of blocks) {
      const head = minimal().replace('slo: [p99 < 300ms]\n', /^slo:/m.test(text!) ? '' : 'slo: [p99 < 300ms]\n');
      expect([name, planOf(head + text, { files, env }).warnings]).toEqual([name, []]);
    }
  });

  it('shows the import table that is enforced', () => {
    expectBlock('import table', formatImportTable());
  });

  it('shows of the bench what the bench wrote', () => {
    const { block, hash } = readBlock(readme());
    expect(hashOf(block), 'the block was changed by hand: npm run bench -- --readme').toBe(hash);
    const { header, sections } = sectionsOf(block);
    expect(header).toMatch(/^npm run bench · \d{4}-\d\d-\d\d · \d+ × .+ · Node \d+\.\d+\.\d+$/);
    expect([...sections.keys()]).toEqual([...TITLES]);
    for (const micro of ['due time', 'record one order', 'template patch', 'response parse']) {
      expect(block).toMatch(new RegExp(`${micro}.* ns `));
    }
  });

  it('lists every fault that is tested, and no other', () => {
    const rows = [...blockAfter('faults').text.matchAll(/^\| ([^|]+?) \|/gm)].map(([, fault]) => fault!);
    expect(rows.slice(1).sort()).toEqual(faultsTested().sort());
  });

  it('lists every exit code', () => {
    const listed = [...readme().matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]));
    expect(listed).toEqual(Object.values(EXIT).sort((a, b) => a - b));
  });

  it('counts the shipped profiles right', async () => {
    const rows = [...readme().matchAll(/^\| \[`([\w-]+)`\]\(profiles\/\1\.yaml\) \| ([\d,]+) \| ([^|]+?) \|/gm)];
    const shipped = readdirSync(join(ROOT, 'profiles')).filter((file) => file.endsWith('.yaml'));
    expect(rows.map(([, name]) => `${name}.yaml`).sort()).toEqual(shipped.sort());
    for (const [, name, orders, duration] of rows) {
      const plan = await loadPlan(join(ROOT, `profiles/${name}.yaml`), {});
      expect(totalsLine(plan, { ratePerS: 0, atUs: 0 }), name).toContain(`${orders} orders in ${duration} ·`);
    }
  });

  it('names only commands and flags that exist', async () => {
    const helps = await Promise.all(['run', 'capacity'].map((name) => cli([name, '--help'], { cwd: ROOT })));
    const known = helps.map(({ stdout }) => stdout).join('');
    for (const [flag] of readme().matchAll(/(?<=`)--[a-z]+(?:-[a-z]+)*/g)) expect(known).toContain(flag);
  });
});
