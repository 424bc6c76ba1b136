// Faults of the run folder and of the time there is to write it, each with a real run: what cannot be kept is said at
// once, the orders go on, and what was written is whole.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rebuildRun } from '../../src/folder/rebuild.ts';
import type { Result } from '../../src/report/result.ts';
import { cli, profileFile, startCli } from '../support/cli.ts';
import { answerOf } from '../support/scripted-server.ts';
import { folder, oneOf, serve, startFault, toldIn, until } from './fault-run.ts';

const CREATED = answerOf(201, '{}');
const openShop = () => serve((connection) => connection.send(CREATED));

describe.concurrent('a run folder', () => {
  it('in which a run goes on: a second run is refused before it sends anything, the first goes on', async () => {
    const server = await openShop();
    const other = await openShop();
    const run = startFault('taken', { target: `url: "${server.origin}"`, seconds: 300 });
    await run.second(1);
    const second = startFault('second', { target: `url: "${other.origin}"`, seconds: 1, out: run.out });
    const { code, stderr } = await second.started.ended;
    expect([code, stderr]).toEqual([2, expect.stringMatching(/holds a run that has not ended.*name a new folder/s)]);
    expect(other.requests).toEqual([]);
    const { length } = server.requests;
    await until(run.started, () => server.requests.length >= length + 20);
    run.started.child.kill('SIGINT');
    const { code: own, orders, result } = await run.end();
    expect(own).toBe(130);
    expect(orders.accepted).toBe(orders.fired);
    expect(server.requests).toHaveLength(orders.fired);
    expect(result.run.name).toBe('taken');
  });

  it('that several runs begin in at once: one of them has it, the others are refused', async () => {
    const server = await openShop();
    const out = join(folder, 'at-once');
    mkdirSync(out);
    const runs = [1, 2, 3].map((k) =>
      startFault(`at-once-${k}`, { target: `url: "${server.origin}"`, seconds: 2, ratePerS: 10, out }),
    );
    const codes = (await Promise.all(runs.map((run) => run.started.ended))).map(({ code }) => code);
    expect(codes.filter((code) => code === 2)).toHaveLength(2);
    expect(toldIn(out).orders).toMatchObject({ planned: 20, accepted: 20 });
    expect(server.requests).toHaveLength(20);
  });

  it('that is removed mid-run: said at once, the run goes on, and its files are written in a new one', async () => {
    const server = await openShop();
    const run = startFault('removed', { target: `url: "${server.origin}"`, seconds: 6 });
    await run.second(2);
    rmSync(run.out, { recursive: true });
    await run.second(5);
    expect(run.started.stderr()).toMatch(/the journal cannot be written any more .*the run goes on in memory/);
    const { orders, result, verdict } = await run.end();
    expect(orders).toMatchObject({ planned: 120, accepted: 120 });
    expect(result.run.warnings.join()).toContain('the journal cannot be written any more');
    expect(readdirSync(run.out)).toEqual(expect.arrayContaining(['report.html', 'result.json']));
    expect(readdirSync(run.out)).not.toContain('run.journal');
    expect(verdict).toEqual(oneOf('pass 0'));
  });

  it('that is moved away mid-run: the same, and what was told until then is in the journal that moved', async () => {
    const server = await openShop();
    const run = startFault('moved', { target: `url: "${server.origin}"`, seconds: 6 });
    await run.second(3);
    renameSync(run.out, `${run.out}-away`);
    const { orders, result } = await run.end();
    expect(orders).toMatchObject({ planned: 120, accepted: 120 });
    expect(result.run.warnings.join()).toContain('the journal cannot be written any more');
    const { record } = await rebuildRun(`${run.out}-away`);
    expect(record.evidence.orders.fired).toBeGreaterThanOrEqual(20);
  });
});

const HAS_FULL = existsSync('/dev/full');

describe.skipIf(!HAS_FULL).concurrent('an output', () => {
  it('that cannot be written: the run goes on, its files are there, and no PASS has lost its events', async () => {
    const server = await openShop();
    const runWith = async (name: string, output: string) => {
      const target = `url: "${server.origin}"`;
      const run = startFault(name, { target, seconds: 2, shell: `exec "$@" ${output}` });
      const { code, stderr, orders, result } = await run.end();
      expect(orders).toMatchObject({ planned: 40, fired: 40 });
      expect(readdirSync(run.out)).toContain('report.html');
      return { code, stderr, exitCode: result.exitCode };
    };
    const [unseen, unheard] = await Promise.all([runWith('unseen', '2>/dev/full'), runWith('unheard', '>/dev/full')]);
    expect(unseen.code).toBe(unseen.exitCode);
    expect(unheard.stderr.match(/Cannot write to the standard output: .*ENOSPC/g)).toHaveLength(1);
    expect(unheard.code).toBe(unheard.exitCode === 0 ? 2 : unheard.exitCode);
  });
});

/** A file system of its own for one process; not every machine lets one have it. */
const WORLD = 'unshare --user --map-root-user --mount';
const HAS_WORLD = ((): boolean => {
  try {
    execFileSync('/bin/sh', ['-c', `${WORLD} mount -t tmpfs -o size=1m tmpfs ${folder}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** Mounts a tmpfs on the folder of the run, does `world` in it, runs, and brings out what is in it afterwards. */
function mounted(name: string, options: string, world: string): { shell: string; kept: string; disk: string } {
  const [disk, kept] = [join(folder, `${name}-disk`), join(folder, `${name}-kept`)];
  mkdirSync(disk);
  mkdirSync(kept);
  const inside = `mount -t tmpfs -o ${options} tmpfs ${disk}; ${world} "$@"; code=$?; cp -r ${disk}/run ${kept}; exit $code`;
  return { shell: `exec ${WORLD} sh -c '${inside}' sh "$@"`, kept: join(kept, 'run'), disk };
}

describe.skipIf(!HAS_WORLD).concurrent('a disk', () => {
  it('that is full mid-run: said at once, all orders are fired, and what has room is written', async () => {
    const server = await openShop();
    const name = 'disk-full';
    // 60 KB are left once the run is under way: the journal, the page and more do not fit.
    const fill = `(while [ ! -e ${join(folder, name)}-disk/run/run.journal ]; do sleep 0.1; done; sleep 2; head -c 1000000 /dev/zero > ${join(folder, name)}-disk/fill) 2>/dev/null &`;
    const { shell, kept, disk } = mounted(name, 'size=200k', fill);
    const target = `url: "${server.origin}"`;
    const run = startFault(name, { target, seconds: 6, shell, out: join(disk, 'run') });
    const { code, stderr, stdout } = await run.started.ended;
    expect(stderr).toMatch(/the journal cannot be written any more \(no space is left on the disk \(ENOSPC\)\)/);
    expect(stderr).toMatch(/120 planned += 120 fired/);
    expect(stderr).toMatch(/Cannot write .*report\.html.*no space is left on the disk \(ENOSPC\).*Written: /s);
    // Its verdict's own code, unless that was 0; the event of the end says what the folder cannot.
    const end = JSON.parse(stdout.trim().split('\n').at(-1)!) as { event: string; result: Result };
    expect(end.event).toBe('end');
    expect(end.result.files).not.toContain('report.html');
    expect(code).toBe(end.result.exitCode === 0 ? 2 : end.result.exitCode);
    expect(server.requests).toHaveLength(120);
    // Whole or not at all.
    for (const file of readdirSync(kept)) expect(file).not.toMatch(/\.part$/);
    expect(existsSync(join(kept, 'report.html'))).toBe(false);
  });

  it('that is read-only: refused before anything is sent', async () => {
    const server = await openShop();
    const { shell, disk } = mounted('read-only', 'size=200k,ro', '');
    const run = startFault('read-only', {
      target: `url: "${server.origin}"`,
      seconds: 1,
      shell,
      out: join(disk, 'run'),
    });
    const { code, stderr } = await run.started.ended;
    expect([code, stderr]).toEqual([2, expect.stringMatching(/Cannot write .*read-only \(EROFS\).*--out DIR/s)]);
    expect(server.requests).toEqual([]);
  });
});

describe('SIGTERM with 5 s to live', () => {
  it('while the shop hangs: a full report, though books and teardown hang as well', async () => {
    let hangs = false;
    const server = await serve((connection, { path }) => {
      if (hangs) return;
      connection.send(
        path.startsWith('/orders') ? answerOf(200, '', { 'content-type': 'application/x-ndjson' }) : CREATED,
      );
    });
    const out = join(folder, 'terminated');
    const text = `version: 1
name: terminated
target: { url: "${server.origin}", timeout: 10m }
traffic: { rate: 40/s, for: 60s }
slo: [errors < 1%]
teardown: [{ reset: { path: /reset, method: POST } }]
audit:
  orders: { path: /orders, format: ndjson }
  fields: { key: key, id: id, status: status }
  confirmed: [paid]
`;
    const started = startCli(['run', profileFile(folder, 'terminated.yaml', text), '--out', out], { cwd: folder });
    await until(started, () => server.requests.length >= 40);
    hangs = true;
    await until(started, () => server.requests.length >= 60);
    started.child.kill('SIGTERM');
    const executioner = setTimeout(() => started.child.kill('SIGKILL'), 5_000);
    const { code, stderr } = await started.ended;
    clearTimeout(executioner);
    expect([code, stderr]).toEqual([143, expect.stringContaining('Stopping on SIGTERM')]);
    const { orders, result } = toldIn(out);
    expect(result.ending).toMatchObject({ kind: 'interrupted', signal: 'SIGTERM' });
    expect(orders.unknown).toBeGreaterThanOrEqual(19);
    expect(orders.accepted).toBeGreaterThanOrEqual(30);
    for (const file of ['report.html', 'junit.xml', 'summary.md']) expect(existsSync(join(out, file))).toBe(true);
    const report = await cli(['report', out], { cwd: folder });
    expect(report.code).toBe(0);
  });
});

describe.concurrent('SIGTERM', () => {
  it('before the first order: no order, no folder, the teardown of a setup that had begun, exit 143', async () => {
    const server = await serve((connection, { path }) => {
      if (path !== '/login') connection.send(answerOf(200, '{}'));
    });
    const out = join(folder, 'unbegun');
    const text = `version: 1
name: unbegun
target: { url: "${server.origin}", timeout: 10m }
traffic: { rate: 40/s, for: 60s }
slo: [errors < 1%]
setup: [{ login: { path: /login, method: POST } }]
teardown: [{ logout: { path: /logout, method: POST } }]
`;
    const started = startCli(['run', profileFile(folder, 'unbegun.yaml', text), '--out', out], { cwd: folder });
    const paths = () => server.requests.map(({ path }) => path);
    await until(started, () => paths().includes('/login'));
    started.child.kill('SIGTERM');
    const { code, stderr } = await started.ended;
    expect([code, stderr]).toEqual([143, expect.stringMatching(/SIGTERM came before the first order: none was sent/)]);
    expect(paths().filter((path) => path === '/logout')).toHaveLength(1);
    expect(paths()).not.toContain('/checkout');
    expect(existsSync(out)).toBe(false);
  });

  it('while the files are being written: all of them, with the code of its verdict', async () => {
    const server = await openShop();
    const run = startFault('writing', {
      target: `url: "${server.origin}"`,
      seconds: 2,
      preload: 'slow-disk.ts',
    });
    await until(run.started, () => existsSync(join(run.out, 'summary.md')));
    run.started.child.kill('SIGTERM');
    const { code, stderr, result } = await run.end();
    expect(stderr).toContain('The files of the run are being written, and then it ends.');
    expect(code).toBe(result.exitCode);
    expect(result.ending).toEqual({ kind: 'complete' });
    for (const file of result.files) expect(existsSync(join(run.out, file)), file).toBe(true);
  });
});
