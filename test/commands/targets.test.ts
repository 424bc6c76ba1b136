// Targets that misbehave, through the real command line: every order is accounted for, the verdict says what happened.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../src/report/result.ts';
import { cli, profileFile, scratchFolder, startCli, untilSaid } from '../support/cli.ts';
import { answerOf, type Script, type ScriptedServerOptions, scriptedServer } from '../support/scripted-server.ts';

const folder = scratchFolder();

/** One second of 40 orders at a scripted target; what the run folder says of it. */
async function runAgainst(
  name: string,
  script: Script,
  options: ScriptedServerOptions & { seconds?: number; stop?: string; timeout?: string } = {},
) {
  const server = await scriptedServer(script, options);
  const out = join(folder, name);
  const file = profileFile(
    folder,
    `${name}.yaml`,
    `version: 1
name: ${name}
target: { url: "${server.origin}", timeout: ${options.timeout ?? '20s'} }
traffic: { rate: 40/s, for: ${options.seconds ?? 1}s, arrivals: even }
slo: [errors < 1%, mean < 5m] # a slack limit on times, so that a busy machine's lateness does not void the run
stop: [${options.stop ?? ''}]
`,
  );
  const ended = await cli(['run', file, '--out', out], { cwd: folder });
  await server.close();
  const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
  const outcomes = Object.fromEntries(
    result.outcomes.filter((row) => row.count > 0).map((row) => [row.name, row.count]),
  );
  const { orders } = result;
  expect(orders.planned).toBe(orders.fired + orders.dropped + orders.unreached);
  expect(orders.fired).toBe(orders.accepted + orders.rejected + orders.failed + orders.unknown);
  expect(result.exitCode).toBe(ended.code);
  expect(ended.stdout).toBe('');
  return { ...ended, result, outcomes, orders, requests: server.requests };
}

describe.concurrent('a target that', () => {
  it('answers well: PASS', async () => {
    const { code, orders, stderr } = await runAgainst('well', (connection) => connection.send(answerOf(201, '{}')));
    expect(code).toBe(0);
    expect(orders).toMatchObject({ planned: 40, fired: 40, accepted: 40, sent: 40 });
    expect(stderr).toMatch(/PASS/);
  });

  it('resets: every order unknown, each sent once, FAIL', async () => {
    const { code, orders, requests, stderr } = await runAgainst('resets', (connection) => connection.reset());
    expect(code).toBe(99);
    expect(orders).toMatchObject({ fired: 40, unknown: 40, accepted: 0 });
    expect(new Set(requests.map((request) => request.key)).size).toBe(requests.length);
    expect(stderr).toMatch(/FAIL/);
    expect(stderr).toMatch(/reset/);
  });

  it('hangs: every order unknown after the timeout, FAIL', async () => {
    const { code, orders, outcomes, result } = await runAgainst('hangs', () => {}, { timeout: '400ms' });
    expect(code).toBe(99);
    expect(orders.unknown).toBe(40);
    expect(outcomes).toEqual({ timeout: 40 });
    expect(result.response.minUs).toBeGreaterThanOrEqual(400_000);
  });

  it('answers garbage: unreadable, FAIL', async () => {
    const { code, outcomes } = await runAgainst('garbage', (connection) => connection.end('!?\u0000 not HTTP\r\n\r\n'));
    expect(code).toBe(99);
    expect(outcomes).toEqual({ unreadable: 40 });
  });

  it('answers 100 MB: given up at the limit, FAIL', async () => {
    const { code, outcomes } = await runAgainst('huge', (connection) => {
      connection.send(`HTTP/1.1 201 Created\r\ncontent-length: ${100 << 20}\r\n\r\n`);
      connection.flood('x'.repeat(65_536));
    });
    expect(code).toBe(99);
    expect(outcomes).toEqual({ 'too-large': 40 });
  });

  it('answers 500: unknown, FAIL', async () => {
    const { code, orders } = await runAgainst('500s', (connection) => connection.send(answerOf(500, 'oops')));
    expect(code).toBe(99);
    expect(orders.unknown).toBe(40);
  });

  it('refuses politely: rejected is not an error, PASS', async () => {
    const { code, orders } = await runAgainst('409s', (connection) =>
      connection.send(answerOf(409, '{"code":"SOLD_OUT"}')),
    );
    expect(code).toBe(0);
    expect(orders.rejected).toBe(40);
  });

  it('fails long enough for a stop condition: ends early with the reason', async () => {
    const { code, orders, stderr, result } = await runAgainst('stops', (connection) => connection.send(answerOf(500)), {
      seconds: 30,
      stop: 'errors > 50% for 2s',
    });
    expect(code).toBe(99);
    expect(orders.unreached).toBeGreaterThan(0);
    expect(stderr).toContain('errors > 50% for 2s');
    expect(result.reasons.map((reason) => reason.message).join(' ')).toContain('errors > 50% for 2s');
  });
});

describe('a reader that goes away', () => {
  it('costs the events, not the run', async () => {
    const server = await scriptedServer((connection) => connection.send(answerOf(201)));
    const out = join(folder, 'epipe');
    const text = `version: 1\nname: epipe\ntarget: { url: "${server.origin}" }\ntraffic: { rate: 40/s, for: 3s }\nslo: [errors < 1%]\n`;
    const started = startCli(['run', profileFile(folder, 'epipe.yaml', text), '--out', out, '--json'], { cwd: folder });
    await new Promise((resolve) => started.child.stdout?.once('data', resolve));
    started.child.stdout?.destroy();
    const { code, stderr } = await started.ended;
    await server.close();
    expect(stderr).not.toContain('EPIPE');
    const { orders, exitCode } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
    expect(code).toBe(exitCode);
    expect(orders).toMatchObject({ fired: 120, accepted: 120 });
  });
});

describe('SIGTERM', () => {
  it('drains, writes everything, exit 143', async () => {
    const server = await scriptedServer((connection) => connection.send(answerOf(201)));
    const out = join(folder, 'terminated');
    const text = `version: 1\nname: terminated\ntarget: { url: "${server.origin}" }\ntraffic: { rate: 40/s, for: 60s }\nslo: [errors < 1%]\n`;
    const started = startCli(['run', profileFile(folder, 'terminated.yaml', text), '--out', out], { cwd: folder });
    while (server.requests.length < 10) await new Promise((resolve) => setImmediate(resolve));
    started.child.kill('SIGTERM');
    const { code } = await started.ended;
    await server.close();
    expect(code).toBe(143);
    const { orders, verdict } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
    expect(verdict).not.toBe('pass');
    expect(orders.planned).toBe(orders.fired + orders.dropped + orders.unreached);
    expect(orders.unreached).toBeGreaterThan(0);
  });
});

describe('Ctrl-C', () => {
  it('once: drains, writes everything, exit 130; the answers still out are counted', async () => {
    const server = await scriptedServer((connection) => void setTimeout(() => connection.send(answerOf(201)), 50));
    const out = join(folder, 'interrupted');
    const text = `version: 1\nname: interrupted\ntarget: { url: "${server.origin}" }\ntraffic: { rate: 40/s, for: 60s }\nslo: [errors < 1%]\n`;
    const started = startCli(['run', profileFile(folder, 'interrupted.yaml', text), '--out', out, '--json'], {
      cwd: folder,
    });
    await new Promise((resolve) => started.child.stdout?.once('data', resolve));
    while (server.requests.length < 20) await new Promise((resolve) => setImmediate(resolve));
    started.child.kill('SIGINT');
    const { code } = await started.ended;
    await server.close();
    expect(code).toBe(130);
    const { orders, exitCode } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
    expect(exitCode).toBe(130);
    expect(orders.unreached).toBeGreaterThan(0);
    expect(orders.accepted).toBe(orders.fired);
    expect(orders.planned).toBe(orders.fired + orders.dropped + orders.unreached);
  });

  it('twice: stops at once though the target never answers', async () => {
    const server = await scriptedServer(() => {});
    const out = join(folder, 'aborted');
    const text = `version: 1\nname: aborted\ntarget: { url: "${server.origin}", timeout: 10m }\ntraffic: { rate: 40/s, for: 60s }\nslo: [errors < 1%]\n`;
    const started = startCli(['run', profileFile(folder, 'aborted.yaml', text), '--out', out], { cwd: folder });
    await untilSaid(started, 'worker');
    while (server.requests.length < 10) await new Promise((resolve) => setImmediate(resolve));
    started.child.kill('SIGINT');
    await untilSaid(started, 'Again to stop at once');
    const stopping = started.stderr().split('\n');
    expect(stopping.filter((line) => /Stopping|Again/.test(line)).every((line) => line.length <= 80)).toBe(true);
    started.child.kill('SIGINT');
    const { code } = await started.ended;
    await server.close();
    expect(code).toBe(130);
    const { orders } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
    // One may have had no connection yet: it was never sent.
    expect(orders.unknown + orders.failed).toBe(orders.fired);
    expect(orders.unknown).toBeGreaterThanOrEqual(10);
  });
});
