// The list of runs, as text and as a page: what is in it, in which order, and what is not a run.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HtmlValidate } from 'html-validate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeArtifacts } from '../../src/folder/artifacts.ts';
import { readHistory, writeIndex } from '../../src/folder/history.ts';
import { openFolder } from '../../src/folder/open.ts';
import { formatHistory } from '../../src/report/history.ts';
import type { RunRecord } from '../../src/report/record.ts';
import { failing, interrupted, passing } from '../report/runs.ts';

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
    ]);
    expect(formatHistory({ rows: [], unread: [], older: 0 }, plain)).toBe('No runs yet.');
  });

  it('says which folder there is not', async () => {
    await expect(readHistory(join(root, 'nowhere'))).rejects.toThrow(/Cannot read .*nowhere: there is no such folder/);
  });
});

describe('writeIndex', () => {
  it('is a valid page that links every report and escapes every name', async () => {
    const page = readFileSync(await writeIndex(root), 'utf8');
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
