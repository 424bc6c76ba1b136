// `doorbuster capacity` by the real command line against real shops. A busy machine makes trials INVALID and a bracket open,
// and that is said; what is held here is that no answer is ever wrong, and that it is there whatever ended the search. How
// many brackets are closed is measured on a quiet machine: `npm run bench -- capacity`.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, describe, expect, it } from 'vitest';
import type { CapacityFile } from '../../src/report/capacity-file.ts';
import { CAPACITY_SCHEMA } from '../../src/report/capacity-schema.ts';
import { trueKnee } from '../bench/capacity-truth.ts';
import { cli, profileFile, scratchFolder, startCli, untilSaid } from '../support/cli.ts';
import { answerOf, scriptedServer } from '../support/scripted-server.ts';
import { openShop } from '../support/shop-run.ts';

const folder = scratchFolder();
const closers: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(closers.map((close) => close())));
const validate = new Ajv({ strict: false }).compile(CAPACITY_SCHEMA);

/** Of a shop that answers at once: three, or a few more when this machine holds one of them up. */
const LAST_REST = 20;
const SHORT = 'capacity: { trial: 5s, hold: 8s, settle: 1s }';
const ORDER = `order: { path: /checkout, headers: { idempotency-key: "{{order.key}}" }, json: { buyer: "{{buyer.id}}", sku: sku-1, quantity: 1 } }`;

const profile = (name: string, url: string, more = '') =>
  profileFile(
    folder,
    `${name}.yaml`,
    `target: { url: "${url}"${more} }\ntraffic: { rate: 60/s, for: 10s }\n${ORDER}\nslo: [p99 < 300ms, errors < 1%]\n${SHORT}\n`,
  );

function answerIn(out: string): CapacityFile {
  const file: CapacityFile = JSON.parse(readFileSync(join(out, 'capacity.json'), 'utf8'));
  expect(validate(file), JSON.stringify(validate.errors)).toBe(true);
  expect(readdirSync(out)).toEqual(expect.arrayContaining(['profile.yaml', 'summary.md']));
  return file;
}

async function search(path: string, args: readonly string[]) {
  const out = path.replace(/\.yaml$/, '-out');
  const ended = await cli(['capacity', path, '--out', out, ...args], { cwd: dirname(path) });
  return { ...ended, out, answer: answerIn(out) };
}

describe.concurrent('capacity', () => {
  it.concurrent('never says that a shop holds more, or breaks at less, than it does; and sends no key twice', async () => {
    const input = { service: 'fixed:50ms', payments: 5 };
    const shop = await openShop(['--service', input.service, '--payments', String(input.payments)], folder);
    closers.push(shop.close);
    const { answer, code, stdout, stderr } = await search(profile('till', shop.url), ['--budget', '75s', '--json']);
    // Above its payments a second the queue grows, by 300 ms of waiting within one short trial from a tenth above on; what
    // broke is no less than nine tenths of what would hold for ever.
    const most = (1e3 * input.payments) / 50;
    const knee = trueKnee(input, { limitMs: 300, share: 0.01 });
    expect(answer.bracket.heldPerS ?? 0, stderr).toBeLessThan(1.1 * most);
    expect(answer.bracket.brokePerS ?? knee, stderr).toBeGreaterThan(0.9 * knee);
    expect(code).toBe(answer.exitCode);
    // An order of a key that was sent before would be answered, and stand in the books once.
    const rows = (await (await fetch(`${shop.url}/orders`)).text()).trim().split('\n').length;
    expect(rows).toBeLessThanOrEqual(answer.budget.spentOrders + answer.budget.ordersBeside);
    expect(rows).toBeGreaterThan(answer.budget.spentOrders - 400);
    // Every event is there, and of the closed loop nothing but counts and the time over which they were counted.
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.map(({ event }) => event)).toEqual(['start', 'probe', ...answer.trials.map(() => 'trial'), 'end']);
    expect(Object.keys(answer.closedLoop!).sort()).toEqual(['answers', 'connections', 'durationUs', 'perS']);
    expect(answer.closedLoopSays).toMatch(/^closed loop, by autocannon: /);
    expect(stderr).toContain(answer.closedLoopSays.slice(0, 40));
  });

  it.concurrent('says that the generator is the limit where its connections are, and names no knee', async () => {
    const shop = await openShop(['--service', 'fixed:40ms', '--payments', '64'], folder);
    closers.push(shop.close);
    const { answer, stderr } = await search(profile('narrow', shop.url, ', connections: 1'), ['--budget', '50s']);
    expect(answer.bracket.brokePerS, stderr).toBeNull();
    expect(answer.whatBroke).toEqual([]);
    expect(answer.says).not.toMatch(/breaks at/);
    const spoilt = answer.trials.filter(({ outcome }) => outcome === 'discarded');
    expect(spoilt.length, stderr).toBeGreaterThan(0);
    // `disturbed`: on a busy machine trials may be late as well.
    expect(answer.limitedBy).toMatch(/generator|budget|disturbed/);
  });

  it.concurrent('spends no more orders than it may, and sets the shop up and clears it away for each trial', async () => {
    const log: string[] = [];
    const server = await scriptedServer((connection, request) => {
      if (request.path !== '/checkout') log.push(request.path);
      connection.send(answerOf(201, '{}'));
    });
    closers.push(server.close);
    const path = profileFile(
      folder,
      'bounded.yaml',
      `target: { url: "${server.origin}" }\ntraffic: { rate: 40/s, for: 10s }\n${ORDER}\nslo: [errors < 5%]\n${SHORT}
setup: [{ open: { method: POST, path: /open } }]
teardown: [{ shut: { method: POST, path: /shut } }]
`,
    );
    const { answer, stderr } = await search(path, ['--max-orders', '600']);
    const checkouts = server.requests.filter((request) => request.path === '/checkout').length;
    // The last trial may be followed by some orders to see whether the shop came to rest.
    expect(checkouts, stderr).toBeLessThanOrEqual(600 + LAST_REST);
    expect(answer.trials.length).toBeGreaterThan(0);
    // Unless a busy machine spoilt every one of them.
    const isSpoilt = answer.trials.every(({ outcome }) => outcome === 'discarded');
    expect(answer.limitedBy).toBe(isSpoilt ? 'disturbed' : 'budget');
    expect(stderr).toContain('600 orders');
    const opened = log.filter((each) => each === '/open').length;
    // Once to see how fast the shop is, once for the probe, and for each trial; once more to rest where one did not hold.
    const rests = answer.trials.filter(({ outcome }) => outcome !== 'held').length;
    expect(opened).toBe(2 + answer.trials.length + rests);
    expect(log).toEqual(Array.from({ length: opened }, () => ['/open', '/shut']).flat());
  });

  it.concurrent('ends with what it has at Ctrl-C', async () => {
    const shop = await openShop(['--service', 'fixed:5ms'], folder);
    closers.push(shop.close);
    const path = profile('stopped', shop.url);
    const out = join(folder, 'stopped-out');
    const started = startCli(['capacity', path, '--out', out, '--budget', '5m'], { cwd: folder });
    await untilSaid(started, 'trial  1:');
    started.child.kill('SIGINT');
    const { code, stderr } = await started.ended;
    expect(code, stderr).toBe(130);
    const answer = answerIn(out);
    expect(answer).toMatchObject({ ending: 'SIGINT', limitedBy: 'interrupted', exitCode: 130 });
    expect(answer.trials).toHaveLength(1);
    expect(stderr).toContain('the search ends with what it has found so far');
  });

  it.concurrent('tells what was meant wrongly, and sends nothing', async () => {
    const ask = (name: string, args: readonly string[], more = '') => {
      const path = profileFile(
        folder,
        `${name}.yaml`,
        `target: { url: demo }\ntraffic: { rate: 60/s, for: 10s }\n${ORDER}\nslo: [errors < 1%]\n${more}`,
      );
      return cli(['capacity', path, '--out', join(folder, `${name}-out`), ...args], { cwd: folder });
    };
    profileFile(folder, 'cards.csv', 'card\n1\n2\n');
    const [short, far, gone, once] = await Promise.all([
      ask('short', ['--budget', '30s']),
      ask('far', ['--target', 'http://shop.invalid', '--max-rate', '500/s', '--max-orders', '10k']),
      ask('gone', ['--target', 'http://127.0.0.1:1']),
      ask(
        'once',
        ['--set', 'traffic.rate=1/s', '--set', 'traffic.for=2s'],
        'feeders: { card: { file: cards.csv, order: once } }\n',
      ),
    ]);
    expect([short.code, far.code, gone.code, once.code]).toEqual([2, 2, 3, 2]);
    expect(short.stderr).toContain('--budget 30 s is too short for one trial and one hold');
    expect(far.stderr).toContain(
      'up to 10,000 orders within 10 m, at up to 500/s (up to 1,000 of them in a closed-loop probe, as fast as they are answered) would go to a host that is not this',
    );
    expect(gone.stderr).toContain('ECONNREFUSED');
    expect(once.stderr).toContain('gives out each of its 2 rows once');
    for (const name of ['short', 'far', 'gone', 'once']) expect(existsSync(join(folder, `${name}-out`))).toBe(false);
  });
});
