import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { type DemoProcess, startDemo } from '../../src/demo/process.ts';
import { buy, call, openShop } from './support.ts';

const PARENT = fileURLToPath(new URL('./parent.ts', import.meta.url));

/** False too for one that has ended and that nobody has collected yet. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && process.platform !== 'linux';
  }
}

const gone = (pid: number) => expect.poll(() => isAlive(pid), { timeout: 15_000 }).toBe(false);

const demos: DemoProcess[] = [];
const parents: ChildProcess[] = [];
afterEach(async () => {
  await Promise.all(demos.splice(0).map((demo) => demo.stop()));
  for (const parent of parents.splice(0)) parent.kill('SIGKILL');
});

async function start(...args: Parameters<typeof startDemo>): Promise<DemoProcess> {
  const demo = await startDemo(...args);
  demos.push(demo);
  return demo;
}

/** parent.ts in a process group of its own, as a shell would start it. */
async function startParent() {
  const parent = spawn(process.execPath, [PARENT], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  parents.push(parent);
  const lines = createInterface({ input: parent.stdout! })[Symbol.asyncIterator]();
  const demo = JSON.parse(String((await lines.next()).value)) as { pid: number; url: string };
  return { parent, demo, lines };
}

describe('the demo shop as its own process', () => {
  test('starts on a free port, sells, and is gone after stop', async () => {
    let exits = 0;
    const demo = await start({ service: 'none', stock: { phone: 3 } }, { onExit: () => exits++ });
    expect(demo.pid).not.toBe(process.pid);
    expect(demo.url).toBe(`http://127.0.0.1:${demo.port}`);
    expect((await buy(demo, 'k1', { sku: 'phone' })).status).toBe(201);
    expect((await call(`${demo.url}/stock`)).body).toEqual({ phone: { initial: 3, available: 2, reserved: 0 } });
    await Promise.all([demo.stop(), demo.stop()]);
    await demo.stop();
    await gone(demo.pid);
    expect(exits).toBe(0);
  });

  test('its end is told when nobody asked for it; stop is still fine', async () => {
    const { promise: told, resolve } = Promise.withResolvers<[number | null, string]>();
    const demo = await start({}, { onExit: (code, says) => resolve([code, says]) });
    process.kill(demo.pid, 'SIGKILL');
    expect(await told).toEqual([null, 'The built-in shop ended by SIGKILL']);
    await demo.stop();
  });

  test('goes with its parent, even when that is killed outright', async () => {
    const { parent, demo } = await startParent();
    expect((await call(`${demo.url}/health`)).status).toBe(200);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await gone(demo.pid);
  });

  test('outlives a Ctrl-C at the terminal of its parent, which has orders to drain', async () => {
    const { parent, demo, lines } = await startParent();
    // What a terminal does: the signal goes to the whole foreground group.
    process.kill(-parent.pid!, 'SIGINT');
    expect((await lines.next()).value).toBe('drain');
    expect((await buy(demo, 'k1')).status).toBe(201);
    parent.kill('SIGKILL');
    await gone(demo.pid);
  });

  test('is stopped by force when it does not listen any more', async () => {
    const demo = await start({ service: 'none' }, { stopGraceMs: 20 });
    process.kill(demo.pid, 'SIGSTOP');
    await demo.stop();
    await gone(demo.pid);
  });

  test('says why it could not open: port taken, wrong options', async () => {
    const { port } = await openShop();
    await expect(startDemo({ port })).rejects.toMatchObject({
      code: 'DEMO',
      exitCode: 3,
      message: expect.stringContaining('EADDRINUSE'),
    });
    await expect(startDemo({ payments: 0 })).rejects.toMatchObject({ code: 'SHOP_OPTION', exitCode: 2 });
  });
});
