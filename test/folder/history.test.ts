// The list of runs, as text and as a page: what is in it, in which order, and what is not a run.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { HtmlValidate } from 'html-validate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeArtifacts } from '../../src/folder/artifacts.ts';
import { isListed, readHistory, tellHistory, writeIndex } from '../../src/folder/history.ts';
import { readLines, writeLines } from '../../src/folder/history-lines.ts';
import { openFolder } from '../../src/folder/open.ts';
import { readResult } from '../../src/folder/read.ts';
import { formatHistory } from '../../src/report/history.ts';
import type { RunRecord } from '../../src/report/record.ts';
import { failing, interrupted, passing } from '../report/runs.ts';
import { nightRow, nightsOf } from '../support/history-rows.ts';

const root = mkdtempSync(join(tmpdir(), 'doorbuster-history-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const onDay = (record: RunRecord, day: number): RunRecord => {
  const startedAtMs = Date.UTC(2026, 10, day, 4, 5, 54);
  return { ...record, run: { ...record.run, startedAtMs, endedAtMs: startedAtMs + 240e3 } };
};
const save = async (record: RunRecord) =>
  writeArtifacts(await openFolder({ root, name: record.plan.name, startedAtMs: record.run.startedAtMs }), record);

beforeAll(async () => {
  await save(onDay(passing(), 21));
  await save(onDay(failing(), 23));
  await save(onDay(interrupted(), 22));
  mkdirSync(join(root, '2026-11-24T00-00-00Z-going-on'));
  mkdirSync(join(root, '2026-11-20T00-00-00Z-"><b>broken'));
  writeFileSync(join(root, '2026-11-20T00-00-00Z-"><b>broken', 'result.json'), '{');
  writeFileSync(join(root, 'notes.txt'), '');
});

const plain = { paint: (_: string, text: string) => text, width: 120 };

describe('readHistory', () => {
  it('has every run, the latest first; no folder without a result; those that cannot be read with why', async () => {
    const { rows, unread, older } = await readHistory(root);
    expect(rows.map(({ startedAt, verdict }) => [startedAt.slice(0, 10), verdict])).toEqual([
      ['2026-11-23', 'fail'],
      ['2026-11-22', 'inconclusive'],
      ['2026-11-21', 'pass'],
    ]);
    expect(unread.map(({ folder }) => folder)).toEqual(['2026-11-20T00-00-00Z-"><b>broken']);
    expect(unread[0]!.why).toMatch(/is not JSON/);
    expect(older).toBe(0);
  });

  it('is printed a line each', async () => {
    expect(formatHistory(await readHistory(root), plain).split('\n')).toEqual([
      'started           verdict         accepted  rate      p50      p99  errors  run',
      '2026-11-23 04:05  ✘ FAIL            11,970  50/s  14.9 ms   403 ms  0.14 %  2026-11-23T04-05-54Z-mi-fan-fest',
      expect.stringMatching(/^2026-11-22 04:05 {2}\? INCONCLUSIVE .* 2026-11-22T04-05-54Z-mi-fan-fest$/),
      expect.stringMatching(/^2026-11-21 04:05 {2}✔ PASS .* 0 % {2}2026-11-21T04-05-54Z-mi-fan-fest$/),
      expect.stringMatching(/^not read: 2026-11-20T00-00-00Z-"><b>broken: /),
      '',
      'trends, of runs that ended as planned and were fit',
      'mi-fan-fest  p99 ▂█ 403 ms, the median of 2 is 225 ms',
    ]);
    expect(formatHistory({ rows: [], unread: [], older: 0, brokenLines: 0 }, plain)).toBe('No runs yet.');
  });

  it('says which folder there is not', async () => {
    await expect(readHistory(join(root, 'nowhere'))).rejects.toThrow(/Cannot read .*nowhere: there is no such folder/);
  });
});

describe('history.jsonl', () => {
  const place = () => mkdtempSync(join(root, 'lines-'));
  const textIn = (dir: string) => readFileSync(join(dir, 'history.jsonl'), 'utf8');
  const idsIn = async (dir: string) => (await readLines(dir)).rows.map(({ id }) => id);

  it('grows by a line a run, each of the published shape', async () => {
    const dir = place();
    await writeLines(dir, [nightRow(1)]);
    const before = textIn(dir);
    await writeLines(dir, [nightRow(2)]);
    expect(textIn(dir).startsWith(before)).toBe(true);
    const valid = new Ajv().compile(
      JSON.parse(readFileSync(new URL('../../schema/history.schema.json', import.meta.url), 'utf8')),
    );
    for (const line of textIn(dir).trimEnd().split('\n'))
      expect(valid(JSON.parse(line)), JSON.stringify(valid.errors)).toBe(true);
    expect((await readLines(dir)).rows).toEqual([nightRow(1), nightRow(2)]);
  });

  it('has one line for a run, however often it is told', async () => {
    const dir = place();
    await writeLines(dir, [nightRow(1), nightRow(2)]);
    await writeLines(dir, [nightRow(1, { verdict: 'fail' }), nightRow(3)]);
    expect(textIn(dir).trimEnd().split('\n')).toHaveLength(3);
    expect((await readLines(dir)).rows.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual([
      'run-1 fail',
      'run-2 pass',
      'run-3 pass',
    ]);
  });

  it('loses nothing to a line torn anywhere', async () => {
    const dir = place();
    await writeLines(dir, [nightRow(1), nightRow(2)]);
    const whole = textIn(dir);
    const second = whole.indexOf('\n') + 1;
    // Every eleventh byte, and each of the last ones: there a line turns from torn to whole.
    const lengths = Array.from({ length: whole.length - second }, (_, index) => second + index);
    for (const length of lengths.filter((each) => each % 11 === 0 || each > whole.length - 5)) {
      writeFileSync(join(dir, 'history.jsonl'), whole.slice(0, length));
      expect((await readLines(dir)).broken, String(length)).toBe(0);
      await writeLines(dir, [nightRow(3)]);
      // Where only its newline is missing, a line is whole.
      const kept = length === whole.length - 1 ? ['run-1', 'run-2'] : ['run-1'];
      expect(await idsIn(dir), String(length)).toEqual([...kept, 'run-3']);
      expect((await readLines(dir)).broken).toBe(0);
    }
  });

  it('counts lines in the middle that it cannot read, and leaves them there', async () => {
    const dir = place();
    writeFileSync(join(dir, 'history.jsonl'), `{"historyVersion":2}\nnonsense\n`);
    await writeLines(dir, [nightRow(1)]);
    await writeLines(dir, [nightRow(1, { verdict: 'fail' })]);
    expect(await readLines(dir)).toEqual({ rows: [nightRow(1, { verdict: 'fail' })], broken: 2 });
    expect(textIn(dir)).toMatch(/^\{"historyVersion":2\}\nnonsense\n/);
    expect(formatHistory(await readHistory(dir), plain)).toContain('not read: 2 lines of history.jsonl');
  });

  it('says so where it cannot be written', async () => {
    const dir = place();
    await writeLines(dir, [nightRow(1)]);
    const full = async () => {
      throw Object.assign(new Error('write'), { code: 'ENOSPC' });
    };
    await expect(writeLines(dir, [nightRow(1)], full)).rejects.toThrow(
      /Cannot write .*history.jsonl: no space is left/,
    );
    expect(await idsIn(dir)).toEqual(['run-1']);
  });
});

describe('a list of runs whose folders go', () => {
  it('still has them, without a link; is told of those it did not know; and of a name used again', async () => {
    const dir = mkdtempSync(join(root, 'gone-'));
    const at = (record: RunRecord, out: string, id: string) =>
      openFolder({ out: join(dir, out) }).then((folder) =>
        writeArtifacts(folder, { ...record, run: { ...record.run, id } }),
      );
    await at(onDay(passing(), 1), 'one', 'a');
    await at(onDay(failing(), 2), 'two', 'b');
    await writeIndex(dir);
    expect((await readLines(dir)).rows.map(({ id }) => id).sort()).toEqual(['a', 'b']);
    const presentIn = async () => (await readHistory(dir)).rows.map(({ id, present }) => [id, present]);
    // A CI server keeps a folder's result.json and no page.
    rmSync(join(dir, 'two', 'report.html'));
    expect(await presentIn()).toEqual([
      ['b', false],
      ['a', true],
    ]);
    rmSync(join(dir, 'one'), { recursive: true });
    rmSync(join(dir, 'two'), { recursive: true });
    const { history } = await writeIndex(dir);
    expect(history.rows.map(({ id, present }) => [id, present])).toEqual([
      ['b', false],
      ['a', false],
    ]);
    await at(onDay(passing(), 3), 'one', 'c');
    await tellHistory(dir, 'one', await readResult(join(dir, 'one')));
    expect(await presentIn()).toEqual([
      ['c', true],
      ['b', false],
      ['a', false],
    ]);
    const page = readFileSync(join(dir, 'index.html'), 'utf8');
    expect(page.match(/href="one\/report.html"/g)).toHaveLength(1);
    expect(page).toContain('report removed');
    expect(readFileSync(join(dir, 'history.csv'), 'utf8').split('\n')).toHaveLength(5);
  });

  it('takes no page for ours that is not', async () => {
    const dir = mkdtempSync(join(root, 'site-'));
    writeFileSync(join(dir, 'index.html'), '<title>Our shop</title>');
    expect(await isListed(dir)).toBe(false);
    rmSync(join(dir, 'index.html'));
    await writeIndex(dir);
    expect(await isListed(dir)).toBe(true);
  });
});

describe('formatHistory', () => {
  it('shows how each series went, and where it changed for good', () => {
    const rows = nightsOf([41, 40, 42, 41, 39, 40, 42, 41, 40, 41, 52, 51, 53, 52]).reverse();
    const history = { rows: rows.map((row) => ({ ...row, present: true })), unread: [], older: 0, brokenLines: 0 };
    const lines = formatHistory(history, plain).split('\n');
    expect(lines.slice(lines.indexOf('') + 1)).toEqual([
      'trends, of runs that ended as planned and were fit',
      'nightly  p99 ▆▆▇▆▆▆▇▆▆▆████ 52 ms, the median of 14 is 41 ms',
      expect.stringMatching(/^ {2}! p50 went from /),
      expect.stringMatching(/^ {2}! p90 went from /),
      expect.stringMatching(/^ {2}! p99 went from 40.7 ms to 52 ms .* 4 runs at the new level$/),
    ]);
  });
});

describe('writeIndex', () => {
  it('is a valid page that links every report and escapes every name', async () => {
    const page = readFileSync((await writeIndex(root)).path, 'utf8');
    const validator = new HtmlValidate({ extends: ['html-validate:recommended'] });
    const { results } = await validator.validateString(page);
    expect(results.flatMap(({ messages }) => messages.map(({ message }) => message))).toEqual([]);
    for (const day of [21, 22, 23]) {
      expect(page).toContain(`href="2026-11-${day}T04-05-54Z-mi-fan-fest/report.html"`);
    }
    expect(page).not.toContain('<b>broken');
    expect(page).toContain('p99 of 2 runs: 47.3 ms on 2026-11-21 04:05:54 UTC, 403 ms on 2026-11-23');
  });
});
