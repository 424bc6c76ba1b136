// A run that replays another run's folder, by the real command line: as many orders in each second as that one sent, and
// planned once more from its own profile.yaml, when the first folder is gone.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadPlan } from '../../src/commands/load.ts';
import { readRunSeconds } from '../../src/folder/seconds.ts';
import { plannedPerSecond } from '../../src/traffic/schedule.ts';
import { profileFile, scratchFolder } from '../support/cli.ts';
import { runOn } from '../support/shop-run.ts';

const folder = scratchFolder();
const out = (name: string) => join(folder, name);

it('replays the seconds of another run, which its profile.yaml keeps', async () => {
  const first = profileFile(
    folder,
    'first.yaml',
    'target: { url: demo }\ntraffic: { over: 3s, seed: 7, shape: [base: 20/s, burst: { at: 1s, peak: 80/s, decay: 500ms }] }\nslo: [errors < 1%]\n',
  );
  const { result: was } = await runOn(first, out('first'));
  const fired = readRunSeconds(out('first')).fired.slice(0, 3);
  expect(fired.reduce((sum, count) => sum + count, 0)).toBe(was.orders.fired);

  const again = profileFile(
    folder,
    'again.yaml',
    'target: { url: demo }\ntraffic: { arrivals: even, shape: [trace: { run: { folder: first, until: 3s } }] }\nslo: [errors < 1%]\n',
  );
  const { result: is } = await runOn(again, out('second'));
  expect(is.orders.planned).toBe(was.orders.fired);
  expect(readRunSeconds(out('second')).planned).toEqual(fired);

  rmSync(out('first'), { recursive: true });
  const kept = readFileSync(join(out('second'), 'profile.yaml'), 'utf8');
  expect(kept).toContain(`# trace: ${was.orders.fired} orders as fired by the run ${was.run.id} of first`);
  writeFileSync(join(folder, 'kept.yaml'), kept);
  const plan = await loadPlan(join(folder, 'kept.yaml'), {});
  expect([...plannedPerSecond(plan.traffic)]).toEqual(fired);
  expect(plan.profileHash).toBe(is.run.profileHash);
});
