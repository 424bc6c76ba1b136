// A run killed by SIGKILL at any moment leaves a report of everything up to its last second (npm run test:faults).

import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoProcess, startDemo } from '../../src/demo/process.ts';
import { readResult } from '../../src/folder/read.ts';
import { rebuildRun } from '../../src/folder/rebuild.ts';
import { brokenIdentities } from '../../src/judge/fitness.ts';
import { cli, profileFile, scratchFolder, startCli } from '../support/cli.ts';

const KILLS = 50;
const AT_ONCE = 5;
const SECONDS = 5;
const RATE = 60;
const folder = scratchFolder();

describe('a run killed with SIGKILL', () => {
  let shop: DemoProcess;
  beforeAll(async () => {
    shop = await startDemo({ stock: 1_000_000 });
  });
  afterAll(() => shop.stop());

  /** Milliseconds after its first order at which each run dies. */
  const moments = fc.sample(fc.integer({ min: 0, max: SECONDS * 1000 }), { seed: 20261123, numRuns: KILLS });

  it('at any moment: readable reports in which everything balances', async () => {
    const text = `version: 1\nname: killed\ntarget: { url: "${shop.url}" }\ntraffic: { rate: ${RATE}/s, for: ${SECONDS}s }\nslo: [errors < 5%]\n`;
    const file = profileFile(folder, 'killed.yaml', text);
    const queue = moments.entries();
    const totals = { accepted: 0, unknown: 0, untold: 0 };
    const kill = async (index: number, afterMs: number): Promise<void> => {
      const out = join(folder, String(index));
      const started = startCli(['run', file, '--out', out, '--json'], { cwd: folder });
      const began = new Promise<void>((resolve) => {
        let said = '';
        started.child.stdout?.on('data', (chunk: string) => {
          said += chunk;
          if (said.includes('"event":"start"')) resolve();
        });
      });
      await Promise.race([began, started.ended]);
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      started.child.kill('SIGKILL');
      await started.ended;
      const { record } = await rebuildRun(out);
      expect(brokenIdentities(record.evidence), out).toEqual([]);
      const { planned, fired, accepted, unknown, dropped, unreached } = record.evidence.orders;
      expect(planned).toBe(SECONDS * RATE);
      expect(fired + dropped + unreached).toBe(planned);
      totals.accepted += accepted;
      totals.unknown += unknown;
      totals.untold += planned - fired;
      // One that had ended by then has its result; of the others the command makes one.
      const report = await cli(['report', out], { cwd: folder });
      expect([report.code, report.stderr]).toEqual([0, expect.not.stringContaining('error')]);
      const result = await readResult(out);
      expect(result.orders.fired).toBe(fired);
    };
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (const [index, afterMs] of queue) await kill(index, afterMs);
      }),
    );
    const exported = await (await fetch(`${shop.url}/orders?format=ndjson`)).text();
    const sold = exported
      .trim()
      .split('\n')
      .filter((line) => line.includes('"confirmed"')).length;
    expect(sold).toBeGreaterThanOrEqual(totals.accepted);
    expect(sold).toBeLessThanOrEqual(totals.accepted + totals.unknown + totals.untold);
  });
});
