import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { formatWelcome, runShop } from '../../src/demo/main.ts';
import { parseShopOptions } from '../../src/demo/options.ts';
import { quietSqlite } from '../../src/demo/quiet.ts';
import { call, openShop } from './support.ts';

const FOREGROUND = fileURLToPath(new URL('./foreground.ts', import.meta.url));

test('the welcome says what the shop can take, and its order can be pasted', () => {
  const text = formatWelcome(
    'http://127.0.0.1:8080',
    parseShopOptions({ service: 'fixed:10ms', payments: 8, stock: 5 }),
  );
  expect(text).toContain('Shop open at http://127.0.0.1:8080');
  expect(text).toContain('10 skus, 5 of sku-1; 8 payments at once of 10 ms on average, so about 800/s.');
  expect(text).toContain(`-d '{"buyer":"ada","sku":"sku-1","quantity":1}'`);
  expect(text).not.toContain('wrong');
  const slowing = parseShopOptions({ payments: 64, service: 'fixed:10ms', contention: '0.05,0.001' });
  expect(formatWelcome('http://x', slowing)).toContain(
    '64 payments at once of 10 ms on average when one runs alone, longer the more run: about 904/s at most, with 31 at once.',
  );
  expect(formatWelcome('http://x', parseShopOptions({ bug: ['lost', 'limit'] }))).toContain(
    '\nIt gets wrong: lost, limit; GET /truth says how often.\n',
  );
  expect(formatWelcome('http://x', parseShopOptions({ nullTarget: true }))).toMatch(/^Null target open at http:\/\/x:/);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  'in the foreground it sells until %s and then closes cleanly',
  async (signal) => {
    const shop = spawn(process.execPath, [FOREGROUND], { stdio: ['ignore', 'pipe', 'pipe'] });
    try {
      let warnings = '';
      shop.stderr.on('data', (chunk) => {
        warnings += chunk;
      });
      const ended = once(shop, 'close');
      const lines = createInterface({ input: shop.stdout })[Symbol.asyncIterator]();
      const url = /http:\S+/.exec(String((await lines.next()).value))![0];
      expect((await call(`${url}/stock`)).body).toEqual({ phone: { initial: 7, available: 7, reserved: 0 } });
      shop.kill(signal);
      let last: unknown;
      for (let line = await lines.next(); !line.done; line = await lines.next()) last = line.value;
      expect(last).toBe('closed');
      expect((await ended)[0]).toBe(0);
      expect(warnings).toBe('');
    } finally {
      shop.kill('SIGKILL');
    }
  },
);

test('a port that cannot be had is a mistake of one line', async () => {
  const { port } = await openShop();
  await expect(runShop({ port })).rejects.toMatchObject({
    code: 'SHOP_OPEN',
    message: expect.stringContaining(`127.0.0.1:${port}`),
  });
});

test('only the warning about SQLite is silenced', () => {
  const original = process.emitWarning;
  const heard = vi.fn();
  process.emitWarning = heard;
  try {
    quietSqlite();
    process.emitWarning('SQLite is an experimental feature and might change at any time', 'ExperimentalWarning');
    process.emitWarning('SQLite is old', { type: 'DeprecationWarning' });
    process.emitWarning('glob is an experimental feature', 'ExperimentalWarning');
    expect(heard.mock.calls.map(([text]) => text)).toEqual(['SQLite is old', 'glob is an experimental feature']);
  } finally {
    process.emitWarning = original;
  }
});
