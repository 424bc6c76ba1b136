// A run that somebody watches fires what a run fires that nobody watches: the same orders in the same seconds.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cellOf, rowsOf } from '../../src/report/charts/rows.ts';
import type { Charts } from '../../src/report/charts/spec.ts';
import type { Result } from '../../src/report/result.ts';
import { profileFile, scratchFolder, startCli, untilSaid } from '../support/cli.ts';
import { watchLive } from '../support/live-watch.ts';

const folder = scratchFolder();
const PROFILE = `version: 1
target: { url: demo }
traffic:
  orders: 1200
  over: 6s
  seed: 7
  shape:
    - base
    - flash: { name: spike, from: 3s, peak: 400/s, rise: 300ms, hold: 500ms, decay: 500ms }
order: { skus: { sku-1: 1 } }
slo: [errors < 50%]
`;

async function run(out: string, flags: readonly string[], watchers: number) {
  const started = startCli(['run', profileFile(folder, 'live.yaml', PROFILE), '--out', out, ...flags], { cwd: folder });
  if (watchers > 0) await untilSaid(started, 'live page: ');
  const url = /live page: (\S+)/.exec(started.stderr())?.[1];
  const watched = await Promise.all(Array.from({ length: watchers }, () => watchLive(url!)));
  const { code, stderr } = await started.ended;
  const read = (name: string) => {
    try {
      return JSON.parse(readFileSync(join(folder, out, name), 'utf8'));
    } catch (error) {
      throw new Error(`the run left no ${name}, and ended with ${code}: ${stderr}`, { cause: error });
    }
  };
  const [result, charts] = [read('result.json') as Result, read('charts.json') as Charts];
  return { result, charts, watched };
}

/** Orders due in each second that were fired, by how they ended. */
const dueBySecond = ({ byOutcome }: Charts): number[] =>
  Array.from({ length: rowsOf(byOutcome) }, (_, row) =>
    byOutcome.of.reduce((sum, { counts }) => sum + (cellOf(counts, row) ?? 0), 0),
  );
const plannedBySecond = ({ flow }: Charts): number[] =>
  Array.from({ length: 6 }, (_, row) => cellOf(flow.columns.planned, row) ?? 0);

describe('a run with its live page open', () => {
  it('fires the orders of one without, second by second', async () => {
    const alone = await run('alone', [], 0);
    const seen = await run('seen', ['--live'], 3);
    for (const { result, charts } of [alone, seen]) {
      const { planned, fired, dropped, accepted, rejected, failed, unknown } = result.orders;
      expect([planned, fired, dropped]).toEqual([1200, 1200, 0]);
      expect(accepted + rejected + failed + unknown).toBe(fired);
      expect(charts.flow.everyS).toBe(1);
      expect(dueBySecond(charts)).toEqual(plannedBySecond(charts));
    }
    expect(plannedBySecond(seen.charts)).toEqual(plannedBySecond(alone.charts));
    // And they did look: at pages on the way, and at the report in the end.
    const report = readFileSync(join(folder, 'seen', 'report.html'), 'utf8');
    for (const { pages, last } of seen.watched) {
      expect(pages).toBeGreaterThanOrEqual(3);
      expect(last).toBe(report);
    }
  });
});
