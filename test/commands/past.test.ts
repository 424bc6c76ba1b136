// What a run is told of the runs before it, and what it says when its profile has gone to another level.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { enterInHistory, pastOf } from '../../src/commands/past.ts';
import type { Terminal } from '../../src/commands/terminal.ts';
import { readLines, writeLines } from '../../src/folder/history-lines.ts';
import type { HistoryRow } from '../../src/report/history-row.ts';
import { resultOf } from '../../src/report/result.ts';
import { passing } from '../report/runs.ts';
import { nightRow, nightsOf } from '../support/history-rows.ts';

const scratch = mkdtempSync(join(tmpdir(), 'doorbuster-past-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const STILL = [31, 30, 32, 31, 29, 30, 32, 31, 30, 31];
/** p99 of the run in question is 47.3 ms. */
const NOW = [47, 48, 47, 46];
const record = (() => {
  const { run, ...rest } = passing();
  const startedAtMs = Date.UTC(2026, 10, 28, 2, 17);
  return { ...rest, run: { ...run, id: 'tonight', startedAtMs, endedAtMs: startedAtMs + 1 } };
})();

/** A folder of runs with these lines. */
async function rootWith(rows: readonly HistoryRow[]): Promise<string> {
  const root = mkdtempSync(join(scratch, 'root-'));
  mkdirSync(join(root, 'tonight'));
  await writeLines(root, rows);
  return root;
}

async function saidIn(root: string): Promise<string[]> {
  const said: string[] = [];
  const terminal = { say: (text: string) => void said.push(text), paint: (_: string, text: string) => text };
  await enterInHistory(join(root, 'tonight'), resultOf(record), terminal as unknown as Terminal);
  return said;
}

describe('a run that enters its history', () => {
  it('says that its profile went to another level not long ago', async () => {
    const root = await rootWith(nightsOf([...STILL, ...NOW]));
    const said = await saidIn(root);
    expect(said).toContainEqual(
      expect.stringMatching(
        /^! trend: p99 went from 30\.7 ms to 47\.1 ms \(\+53\.\d %, slower\) .* 5 runs at the new level$/,
      ),
    );
    expect((await readLines(root)).rows.at(-1)).toMatchObject({ id: 'tonight', folder: 'tonight' });
  });

  it.each([
    ['nights only vary', nightsOf(STILL.map((ms) => ms * 1.53))],
    ['the change is of another machine', nightsOf([...STILL, ...NOW], { machine: 'another' })],
    ['it is not the newest', [...nightsOf([...STILL, ...NOW]), nightRow(29)]],
  ])('says nothing of it when %s', async (_, rows) => {
    const said = await saidIn(await rootWith(rows));
    expect(said.filter((line) => line.includes('p99'))).toEqual([]);
  });

  it('warns, and no more, where the history cannot be written', async () => {
    const root = await rootWith([nightRow(1)]);
    mkdirSync(join(root, 'index.html'));
    expect(await saidIn(root)).toEqual([expect.stringMatching(/^! warning: Cannot write .*index\.html/)]);
  });
});

describe('what came before', () => {
  it('is the last nine of its series, and how its nights drift', async () => {
    const root = await rootWith([...nightsOf(STILL), nightRow(20, { machine: 'another' }), nightRow(29)]);
    const { earlier, drift } = await pastOf(join(root, 'tonight'), record);
    expect(earlier.map(({ id }) => id)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => `run-${n}`));
    expect(drift?.nights).toBe(10);
  });

  it('is nothing where nobody keeps a history', async () => {
    const root = mkdtempSync(join(scratch, 'bare-'));
    mkdirSync(join(root, 'tonight'));
    expect(await pastOf(join(root, 'tonight'), record)).toEqual({ earlier: [], drift: undefined });
    expect(await saidIn(root)).toEqual([]);
    expect((await readLines(root)).rows).toEqual([]);
  });
});
