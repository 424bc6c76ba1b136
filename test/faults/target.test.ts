// Faults of the shop and of the way to it, each with a real run against a real process or socket: no order is lost count
// of, none that may have been placed is called failed, and what the shop did is charged to the shop.

import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answerOf } from '../support/scripted-server.ts';
import { makeAuthority } from './authority.ts';
import { folder, oneOf, serve, startFault, startShop } from './fault-run.ts';

const HOUR_MS = 3_600_000;
const CREATED = answerOf(201, '{}');

describe.concurrent('a target', () => {
  it('that is killed and started again: in flight unknown, then refused, then accepted again', async () => {
    const shop = await startShop({ serviceMs: 200 });
    const run = startFault('restarted', { target: `url: "${shop.url}"`, ratePerS: 40, seconds: 8 });
    await run.second(2);
    await shop.kill();
    await run.second(4);
    await startShop({ serviceMs: 200, port: shop.port });
    const before = await run.second(5);
    const { orders, outcomes, verdict } = await run.end();
    expect(orders).toMatchObject({ planned: 320, fired: 320 });
    expect(orders.unknown).toBeGreaterThan(0);
    expect(orders.failed).toBe(outcomes.refused);
    expect(orders.accepted - before.accepted!).toBeGreaterThan(40);
    expect(verdict).toEqual(oneOf('fail 99'));
  });

  it('that refuses connections for 10 s: every order of that time failed at once, and none after it', async () => {
    const shop = await startShop();
    const run = startFault('refused', { target: `url: "${shop.url}", timeout: 5s`, seconds: 14 });
    await run.second(1);
    await shop.kill();
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    await startShop({ port: shop.port });
    const { orders, outcomes, verdict } = await run.end();
    expect(orders).toMatchObject({ planned: 280, fired: 280 });
    // 200 were due in it; some more while the shop started again.
    expect(outcomes.refused).toBeGreaterThanOrEqual(190);
    expect(orders.failed).toBe(outcomes.refused);
    expect(orders.accepted).toBeGreaterThan(20);
    expect(verdict).toEqual(oneOf('fail 99'));
  });

  it('that swallows every SYN: failed after the connect timeout, and unknown only what was written', async () => {
    const shop = await startShop({ backlog: 1 });
    const target = `url: "${shop.url}", connection: fresh, connectTimeout: 500ms, timeout: 1s`;
    const run = startFault('syn-black-hole', { target, seconds: 6 });
    await run.second(2);
    // Nobody takes connections any more, and after two the kernel has no room for another.
    shop.child.kill('SIGSTOP');
    const { orders, outcomes, verdict } = await run.end();
    expect(orders).toMatchObject({ planned: 120, fired: 120 });
    // The rest stood in line behind them until their own time was up.
    const { 'connect-timeout': noConnection = 0, 'wait-timeout': stoodInLine = 0, timeout = 0 } = outcomes;
    expect(noConnection).toBeGreaterThan(40);
    expect([orders.failed, orders.unknown]).toEqual([noConnection + stoodInLine, timeout]);
    // Those for which there was room.
    expect(orders.unknown).toBeGreaterThan(0);
    expect(orders.unknown).toBeLessThan(10);
    expect(verdict).toEqual(oneOf('fail 99'));
  });

  it('whose accept queue overflows: the wait for a connection is in the response, and nobody is failed', async () => {
    const shop = await startShop({ backlog: 2 });
    // A kernel sends its SYN again after 1, 3 and 7 s.
    const target = `url: "${shop.url}", connection: fresh, connectTimeout: 30s, timeout: 40s`;
    const run = startFault('accept-queue', { target, seconds: 6, slo: 'p50 < 1m, p95 < 500ms' });
    await run.second(2);
    shop.child.kill('SIGSTOP');
    await run.second(4);
    shop.child.kill('SIGCONT');
    const { orders, result, verdict } = await run.end();
    expect(orders).toMatchObject({ planned: 120, accepted: 120 });
    expect(result.wait.maxUs).toBeGreaterThan(1e6);
    expect(result.lateness.p50Us).toBeLessThan(500_000);
    expect(verdict).toEqual(oneOf('fail 99'));
  });

  it('that drips its answer byte by byte: given up at the timeout, unknown, and nobody else waits for it', async () => {
    let asked = 0;
    let dripped = 0;
    const server = await serve((connection) => {
      if (asked++ % 4 !== 3) return connection.send(CREATED);
      dripped++;
      connection.send('HTTP/1.1 201 Created\r\ncontent-length: 1000\r\n\r\n');
      const timer = setInterval(() => connection.send('x'), 100);
      connection.socket.once('close', () => clearInterval(timer));
    });
    const run = startFault('slow-drip', { target: `url: "${server.origin}", timeout: 1s`, seconds: 4 });
    const { orders, outcomes, result, verdict } = await run.end();
    expect(orders).toMatchObject({ planned: 80, fired: 80, accepted: 80 - dripped, unknown: dripped });
    expect(outcomes.timeout).toBe(dripped);
    expect(dripped).toBe(20);
    expect(result.response.p50Us).toBeLessThan(1e6);
    expect(verdict).toEqual(oneOf('fail 99'));
  });

  it('that half-closes: what was answered is accepted, what was not is unknown, and nothing is sent twice', async () => {
    let asked = 0;
    let silent = 0;
    const server = await serve((connection) => {
      if (asked++ % 4 !== 3) return connection.end(CREATED);
      silent++;
      connection.end();
    });
    const run = startFault('half-closed', { target: `url: "${server.origin}"`, seconds: 4 });
    const { orders, verdict } = await run.end();
    expect(orders).toMatchObject({ planned: 80, fired: 80, failed: 0 });
    expect(orders.unknown).toBeGreaterThanOrEqual(silent);
    expect(orders.accepted).toBeGreaterThanOrEqual(40);
    expect(silent).toBeGreaterThanOrEqual(15);
    expect(new Set(server.requests.map(({ key }) => key)).size).toBe(server.requests.length);
    expect(verdict).toEqual(oneOf('fail 99'));
  });

  it('whose certificate expires: new connections fail at the handshake, those that stand go on', async () => {
    const authority = makeAuthority();
    writeFileSync(join(folder, 'authority.pem'), authority.pem);
    const server = await serve((connection) => connection.send(CREATED), {
      tls: authority.issue(Date.now() + HOUR_MS),
    });
    const tls = `url: "${server.origin}", tls: { ca: authority.pem }`;
    const fresh = startFault('expires-fresh', { target: `${tls}, connection: fresh`, seconds: 7 });
    const kept = startFault('expires-kept', { target: tls, seconds: 7 });
    await Promise.all([fresh.second(1), kept.second(1)]);
    server.certify(authority.issue(Date.now() + 3_000));
    const [each, standing] = await Promise.all([fresh.end(), kept.end()]);
    expect(each.orders).toMatchObject({ planned: 140, fired: 140, unknown: 0 });
    expect(each.orders.accepted).toBeGreaterThan(20);
    expect(each.outcomes.tls).toBeGreaterThan(20);
    expect(each.orders.failed).toBe(each.outcomes.tls);
    expect(each.verdict).toEqual(oneOf('fail 99'));
    expect(standing.orders.accepted).toBeGreaterThan(120);
  });
});

describe.concurrent('a name', () => {
  const NAME = 'door.localhost';
  const resolver = (file: string) => {
    const path = join(folder, file);
    const set = (address: string) => {
      // Whole: the run may be reading it.
      writeFileSync(`${path}.new`, JSON.stringify({ [NAME]: address }));
      renameSync(`${path}.new`, path);
    };
    set('127.0.0.1');
    return { set, options: { preload: 'names.ts', env: { FAULT_NAMES: path } } };
  };

  it('that cannot be resolved for a while: those orders failed, and it goes on when it can', async () => {
    const server = await serve((connection) => connection.send(CREATED));
    const names = resolver('fails.json');
    const target = `url: "http://${NAME}:${server.port}", connection: fresh`;
    const run = startFault('name-fails', { target, seconds: 7, ...names.options });
    await run.second(2);
    names.set('EAI_AGAIN');
    await run.second(4);
    names.set('127.0.0.1');
    const before = await run.second(5);
    const { orders, outcomes, verdict } = await run.end();
    expect(orders).toMatchObject({ planned: 140, fired: 140, unknown: 0 });
    expect(outcomes.unresolved).toBeGreaterThan(20);
    expect(orders.failed).toBe(outcomes.unresolved);
    expect(orders.accepted - before.accepted!).toBeGreaterThan(10);
    expect(verdict).toEqual(oneOf('fail 99'));
  });

  it('that changes: new connections follow it, and no order is lost on the way', async () => {
    const here = await serve((connection) => connection.send(CREATED));
    const there = await serve((connection) => connection.send(CREATED), { host: '127.0.0.2', port: here.port });
    const names = resolver('changes.json');
    const target = `url: "http://${NAME}:${here.port}", connection: fresh`;
    const run = startFault('name-changes', { target, seconds: 5, ...names.options });
    await run.second(2);
    names.set('127.0.0.2');
    const { orders, verdict } = await run.end();
    expect(orders).toMatchObject({ planned: 100, accepted: 100 });
    expect(here.requests.length + there.requests.length).toBe(100);
    expect(here.requests.length).toBeGreaterThan(20);
    expect(there.requests.length).toBeGreaterThan(20);
    expect(verdict).toEqual(oneOf('pass 0'));
  });
});
