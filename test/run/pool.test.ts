// The real pool with real threads and a real loopback target: what one run is when its parts misbehave.

import { afterAll, describe, expect, it } from 'vitest';
import { parseSlo } from '../../src/judge/slo.ts';
import { judge } from '../../src/judge/verdict.ts';
import { parseProfile } from '../../src/profile/parse.ts';
import type { Plan } from '../../src/profile/plan.ts';
import { startRun } from '../../src/run/run.ts';
import { driverOptionsOf } from '../../src/run/shares.ts';
import { chooseWorkers } from '../../src/run/workers.ts';
import { answerOf, type ScriptedServer, scriptedServer } from '../support/scripted-server.ts';

const open: ScriptedServer[] = [];
afterAll(() => Promise.all(open.map((server) => server.close())));

async function shop(): Promise<ScriptedServer> {
  const server = await scriptedServer((connection) => connection.send(answerOf(201, '{}')));
  open.push(server);
  return server;
}

function planOf(traffic: string, target = ''): Plan {
  const text = `version: 1\nname: pool\ntarget: { url: "http://127.0.0.1:1"${target} }\ntraffic: ${traffic}\nslo: [errors < 1%]\n`;
  const parsed = parseProfile(
    { file: 'pool.yaml', text, format: 'yaml' },
    { env: {}, readFile: () => '', locate: (path) => path, parseSlo },
  );
  if (!parsed.ok) throw new Error(parsed.problems.map((problem) => problem.message).join('\n'));
  return parsed.plan;
}

describe.concurrent('a run with real threads', () => {
  it.each([1, 2, 3, 7])('fires every order once from %i worker(s), each with a key of its own', async (workers) => {
    const server = await shop();
    const { evidence, choice, reports } = await startRun(planOf('{ rate: 300/s, for: 1s }'), {
      runId: `pool-${workers}`,
      url: server.origin,
      workers,
    }).finished;
    expect(choice).toMatchObject({ workers, reason: 'as asked' });
    expect(evidence.orders).toMatchObject({ planned: 300, fired: 300, accepted: 300, dropped: 0, unreached: 0 });
    expect(evidence.timeline.total().fired).toBe(300);
    expect(reports.map((report) => report.worker)).toEqual(Array.from({ length: workers }, (_, k) => k));
    expect(server.requests.length).toBe(300);
    expect(new Set(server.requests.map((request) => request.key)).size).toBe(300);
  });

  it('opens the connections it was told to before the first order, shared among the workers', async () => {
    const server = await shop();
    const { evidence, reports } = await startRun(planOf('{ rate: 50/s, for: 1s }', ', warm: 21'), {
      runId: 'warm',
      url: server.origin,
      workers: 2,
    }).finished;
    // 50/s at a shop that answers at once needs no more than a few of its own; a busy machine may need some more.
    const [first = 0, second = 0] = reports.map((report) => report.counters.opened);
    expect(first).toBeGreaterThanOrEqual(11);
    expect(second).toBeGreaterThanOrEqual(10);
    expect(evidence.orders.accepted).toBe(50);
  });

  it('keeps apart what it took to open the connections that orders waited for, from all workers', async () => {
    const server = await shop();
    const openedBy = async (target: string) => {
      const run = startRun(planOf('{ rate: 60/s, for: 1s }', target), {
        runId: 'opened',
        url: server.origin,
        workers: 2,
      });
      return (await run.finished).evidence;
    };
    const fresh = await openedBy(', connection: fresh');
    expect(fresh.opened!.connect.count).toBe(60);
    expect(fresh.opened!.connect.minUs).toBeGreaterThan(0);
    expect(fresh.opened!.tls.count).toBe(0);
    const wait = fresh.timeline.total().histogram({ of: 'wait' });
    expect(fresh.opened!.connect.maxUs).toBeLessThanOrEqual(wait.maxUs + 1);
    const warm = await openedBy(', warm: 20');
    expect(warm.opened!.connect.count).toBeLessThan(60);
  });

  it('sends orders below the base path of the target', async () => {
    const server = await shop();
    await startRun(planOf('{ rate: 10/s, for: 1s }'), { runId: 'base', url: `${server.origin}/shop/v2/`, workers: 1 })
      .finished;
    expect(new Set(server.requests.map((request) => request.path))).toEqual(new Set(['/shop/v2/checkout']));
  });

  it('keeps the garbage of a thread small, whatever the memory of the machine', async () => {
    const { finished } = startRun(planOf('{ rate: 1/s, for: 1s }'), {
      runId: 'limits',
      url: 'http://127.0.0.1:1',
      workers: 1,
      workerFile: new URL('../fixtures/workers/tells-limits.ts', import.meta.url).href,
    });
    await expect(finished).rejects.toThrow('young generation: 24 MB');
  });

  it('loads no library into a thread that it has no use for', async () => {
    const { finished } = startRun(planOf('{ rate: 1/s, for: 1s }'), {
      runId: 'packages',
      url: 'http://127.0.0.1:1',
      workers: 1,
      workerFile: new URL('../fixtures/workers/tells-packages.ts', import.meta.url).href,
    });
    const says = String(await finished.catch((error) => error));
    // The test runner loads itself into every thread of its process.
    expect(says).toMatch(/packages: .*\bpiscina\b/);
    expect(says).not.toMatch(/undici|hdr-histogram-js|pako|zod|yaml|commander/);
  });

  it('takes a thread that has ended for no silent one, however long another waits for its last answer', async () => {
    const server = await scriptedServer((connection) => {
      if (server.requests.length < 10) connection.send(answerOf(201, '{}'));
    });
    open.push(server);
    const { evidence } = await startRun(planOf('{ rate: 10/s, for: 1s, arrivals: even }', ', timeout: 7s'), {
      runId: 'early',
      url: server.origin,
      workers: 2,
    }).finished;
    expect(evidence.orders).toMatchObject({ fired: 10, accepted: 9, unknown: 1 });
    expect(evidence.incidents.filter(({ kind }) => kind === 'telemetry-gap')).toEqual([]);
  });

  it('is INVALID when a thread dies, and the numbers of the others stand', async () => {
    const server = await shop();
    const { evidence } = await startRun(planOf('{ rate: 300/s, for: 3s }'), {
      runId: 'lost',
      url: server.origin,
      workers: 2,
      workerFile: new URL('../fixtures/workers/dies.ts', import.meta.url).href,
    }).finished;
    expect(evidence.incidents).toContainEqual(expect.objectContaining({ kind: 'lost-worker', worker: 1 }));
    expect(evidence.orders.fired).toBeGreaterThanOrEqual(450);
    expect(evidence.orders.fired).toBeLessThan(900);
    const { verdict, exitCode, reasons } = judge(evidence);
    expect({ verdict, exitCode }).toEqual({ verdict: 'invalid', exitCode: 4 });
    expect(reasons.map((reason) => reason.message).join(' ')).toMatch(/worker/);
  });
});

describe('connections and queue', () => {
  const { target } = planOf('{ rate: 10/s, for: 1s }');

  it.each([1, 2, 3, 7])('are shared out exactly among %i workers', (workers) => {
    for (const [connections, queue] of [
      [500, 100_000],
      [7, 0],
      [10, 10],
    ] as const) {
      const parts = Array.from({ length: workers }, (_, worker) =>
        driverOptionsOf({ ...target, connections, queue }, 'http://127.0.0.1', workers, worker),
      );
      expect(parts.reduce((sum, part) => sum + part.connections, 0)).toBe(connections);
      expect(parts.reduce((sum, part) => sum + part.queue, 0)).toBe(queue);
      expect(Math.min(...parts.map((part) => part.connections))).toBeGreaterThan(0);
    }
  });

  it('leave no worker without a connection', () => {
    const plan = planOf('{ rate: 10/s, for: 1s }');
    const few = { ...plan, target: { ...plan.target, connections: 2 } };
    expect(() => chooseWorkers(few, { workers: 3 })).toThrow(/--workers 3: each worker needs a connection/);
    expect(chooseWorkers(few, { workers: 2 }).workers).toBe(2);
  });
});
