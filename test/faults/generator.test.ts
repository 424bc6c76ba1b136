// Faults of the generator and of its machine, each with a real run in its own process: what is not known is said, what is
// known stands, and a run that its own machine spoilt is INVALID.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { rebuildRun } from '../../src/folder/rebuild.ts';
import { brokenIdentities } from '../../src/judge/fitness.ts';
import { answerOf } from '../support/scripted-server.ts';
import { folder, oneOf, serve, startFault } from './fault-run.ts';

const SECONDS = 7;
const CREATED = answerOf(201, '{}');
/** Slow enough that some are always in flight. */
const SERVICE_MS = 300;

const slowShop = () => serve((connection) => void setTimeout(() => connection.send(CREATED), SERVICE_MS));

describe.concurrent('a worker thread that', () => {
  it.each(['throws', 'exits', 'runs out of memory', 'hangs'])(
    '%s: INVALID, its orders in flight unknown, the others go on',
    async (fault) => {
      const server = await slowShop();
      const run = startFault(`worker-${fault.replaceAll(' ', '-')}`, {
        target: `url: "${server.origin}"`,
        ratePerS: 40,
        seconds: SECONDS,
        preload: 'on-tally.ts',
        env: { FAULT: fault },
        flags: ['--workers', '2'],
      });
      const { code, orders, result, gate } = await run.end();
      expect(code).toBe(4);
      const lost = result.generator.incidents.filter(({ kind }) => kind === 'lost-worker');
      expect(lost).toHaveLength(1);
      expect(gate('workers')).toMatchObject({
        status: 'void',
        measured: expect.stringMatching(/orders? in flight with it, unknown/),
      });
      expect(gate('identities').status).toBe('ok');
      // The whole share of the one, and what the other told.
      expect(orders.accepted).toBeGreaterThanOrEqual((40 * SECONDS) / 2);
      expect(orders.unknown).toBeGreaterThan(0);
      expect(orders.unreached).toBeGreaterThan(0);
      // Nothing that is called accepted was not.
      expect(server.requests.length).toBeGreaterThanOrEqual(orders.accepted);
      expect(server.requests.length).toBeLessThanOrEqual(orders.planned);
      // And the journal tells the same.
      const { record } = await rebuildRun(run.out);
      expect(record.evidence.orders).toEqual(orders);
      expect(brokenIdentities(record.evidence)).toEqual([]);
    },
  );
});

describe.concurrent('the generator', () => {
  it('whose main thread stalls for 2 s: the workers fire on, no tally is lost', async () => {
    const server = await slowShop();
    const run = startFault('main-stalls', {
      target: `url: "${server.origin}"`,
      ratePerS: 40,
      seconds: SECONDS,
      preload: 'main-stalls.ts',
    });
    const { orders, result, verdict, gate } = await run.end();
    expect(orders).toMatchObject({ planned: 280, accepted: 280 });
    for (const name of ['identities', 'telemetry', 'workers']) expect(gate(name).status).toBe('ok');
    expect(result.lateness.p50Us).toBeLessThan(500_000);
    expect(verdict).toEqual(oneOf('pass 0'));
  });

  it('whose wall clock is set to and fro by hours: no time of it depends on that', async () => {
    const server = await slowShop();
    const run = startFault('clock-steps', {
      target: `url: "${server.origin}"`,
      ratePerS: 40,
      seconds: SECONDS,
      preload: 'clock-steps.ts',
    });
    const { orders, result, verdict } = await run.end();
    expect(orders).toMatchObject({ planned: 280, accepted: 280 });
    for (const { minUs, maxUs } of [result.response, result.service]) {
      expect(minUs).toBeGreaterThan(SERVICE_MS * 900);
      expect(maxUs).toBeLessThan(60e6);
    }
    expect(result.lateness.minUs).toBeGreaterThanOrEqual(0);
    const lastedMs = Date.parse(result.run.endedAt) - Date.parse(result.run.startedAt);
    expect(lastedMs).toBeGreaterThanOrEqual(SECONDS * 1e3 - 100);
    expect(lastedMs).toBeLessThan(60_000);
    expect(verdict).toEqual(oneOf('pass 0'));
  });

  it('that runs out of file descriptors: INVALID, with the limit to raise, and the whole report', async () => {
    const server = await serve(() => {});
    const run = startFault('descriptors', {
      target: `url: "${server.origin}", timeout: 2s`,
      ratePerS: 60,
      seconds: 4,
      shell: 'ulimit -n 90; exec "$@"',
    });
    const { code, orders, outcomes, gate } = await run.end();
    expect(code).toBe(4);
    expect(gate('sockets')).toMatchObject({
      status: 'void',
      measured: expect.stringContaining('EMFILE'),
      advice: expect.stringContaining('ulimit -n'),
    });
    expect(outcomes['no-socket']).toBeGreaterThan(0);
    expect(orders.failed).toBe(outcomes['no-socket']);
    expect(existsSync(join(run.out, 'report.html'))).toBe(true);
  });
});

/** A network with a loopback of its own, and processes that end with it; not every machine lets one have it. */
const WORLD = 'unshare --user --map-root-user --net --pid --fork --kill-child';
const PORTS = 'ip link set lo up && echo 32768 32807 > /proc/sys/net/ipv4/ip_local_port_range';
const HAS_WORLD = ((): boolean => {
  try {
    execFileSync('/bin/sh', ['-c', `${WORLD} sh -c '${PORTS}'`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
const SHOP = fileURLToPath(new URL('../fixtures/faults/shop.ts', import.meta.url));

describe.skipIf(!HAS_WORLD)('a machine', () => {
  it('that runs out of ephemeral ports: INVALID, with the range to widen', async () => {
    const ready = join(folder, 'ports.ready');
    // 40 ports, and orders that each keep theirs for longer than it takes to use them all.
    const world = `${PORTS}; tail -f /dev/null | FAULT_PORT=4567 FAULT_SERVICE_MS=4000 NODE_OPTIONS= "$1" ${SHOP} > ${ready} & while [ ! -s ${ready} ]; do sleep 0.1; done; "$@"`;
    const run = startFault('ports', {
      target: 'url: "http://127.0.0.1:4567", connection: fresh',
      ratePerS: 40,
      seconds: 3,
      shell: `exec ${WORLD} sh -c '${world}' sh "$@"`,
    });
    const { code, orders, outcomes, gate } = await run.end();
    expect(code).toBe(4);
    expect(gate('sockets')).toMatchObject({
      status: 'void',
      measured: expect.stringContaining('EADDRNOTAVAIL'),
      advice: expect.stringContaining('ip_local_port_range'),
    });
    expect(outcomes['no-socket']).toBeGreaterThan(20);
    expect(orders.failed).toBe(outcomes['no-socket']);
    expect(orders.accepted).toBeGreaterThan(10);
  });
});
