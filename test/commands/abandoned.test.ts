// A run that fell over something after its orders were under way keeps its journal, and says what to do with it.

import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { runRecorded } from '../../src/commands/run.ts';
import type { Surge } from '../../src/commands/surge.ts';
import { rebuildRun } from '../../src/folder/rebuild.ts';
import { histogramShape } from '../../src/measure/shape.ts';
import { scratchFolder } from '../support/cli.ts';
import { OUTCOMES } from '../support/evidence.ts';
import { answerOf, scriptedServer } from '../support/scripted-server.ts';

/** Orders were fired, one tally came, and then something is broken. */
vi.mock('../../src/commands/surge.ts', () => ({
  driveSurge: async ({ onStart, onInterval }: Surge) => {
    if (isBegun) {
      const choice = { workers: 1, reason: '', driver: 'wire' as const, driverReason: '' };
      const start = {
        outcomes: OUTCOMES,
        steps: [],
        shape: histogramShape(1e6),
        planned: Uint32Array.of(5),
        phases: [],
      };
      onStart?.({ startedAtMs: Date.now(), choice, ...start });
      const interval = { worker: 0, index: 0, cells: [], flows: [] };
      onInterval?.({ atUs: 1e6, interval, change: undefined, kept: undefined });
    }
    throw new Error('a bug');
  },
}));
let isBegun = true;

test('a run that falls over something leaves a folder only where orders were fired, and names the way to a report', async () => {
  const server = await scriptedServer((connection) => connection.send(answerOf(200, '{}')));
  const scratch = scratchFolder();
  const file = join(scratch, 'p.yaml');
  const out = join(scratch, 'out');
  writeFileSync(
    file,
    `target: { url: "${server.origin}" }\ntraffic: { rate: 5/s, for: 1s }\norder: { method: POST, path: /orders }\n`,
  );
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const fallen = async () => {
    said.mockClear();
    const run = runRecorded(file, { out, argv: [] });
    await expect(run).rejects.toThrow('a bug');
    return said.mock.calls.join('');
  };
  expect(await fallen()).toContain(`in the journal: \`doorbuster report ${out}\` makes a report of it`);
  expect((await rebuildRun(out)).record.evidence.ending).toMatchObject({ kind: 'interrupted', signal: 'crash' });

  rmSync(out, { recursive: true });
  isBegun = false;
  expect(await fallen()).not.toContain('in the journal');
  expect(readdirSync(scratch)).toEqual(['p.yaml']);
  said.mockRestore();
  await server.close();
});
