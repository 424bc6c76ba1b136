// The shipped profiles about orders, run by the real command line against the built-in shop: fewer orders in less time,
// everything else as it is written. Each must come to what its comment says, order by order, in the shop's own books.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT, scratchFolder } from '../support/cli.ts';
import { brokenOf, openShop, runOn } from '../support/shop-run.ts';

const folder = scratchFolder();
const closers: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(closers.map((close) => close())));

/** A tenth of the orders, at eight times the speed: the profiles' 40 seconds in five. */
const QUICK = ['--scale', '10%', '--speed', '8x'];

const profile = (name: string) => join(ROOT, 'profiles', `${name}.yaml`);

async function run(name: string, flags: readonly string[]) {
  const { result, stderr } = await runOn(profile(name), join(folder, name), flags);
  expect(brokenOf(result), stderr).toEqual({});
  expect(result.books!.incomplete).toBe('');
  // What the profile asks of the books is answered; its times are the machine's as well.
  const asked = result.slo.filter(({ text }) => text.endsWith(' == 0')).map(({ text }) => text.split(' ')[0]!);
  const held = result.audit.filter(({ status }) => status === 'pass').map(({ name: invariant }) => invariant as string);
  expect(asked.filter((invariant) => !held.includes(invariant))).toEqual([]);
  expect(asked.length).toBeGreaterThanOrEqual(5);
  return result;
}

describe.concurrent('a shipped profile', () => {
  it.concurrent('sold-out: sells every unit, and turns the others away', async () => {
    const stock = 300;
    const result = await run('sold-out', [
      ...['--scale', '3%', '--speed', '10x', '--set', `setup[0].open.json.stock.sku-1=${stock}`],
      ...['--set', 'order.buyers.count=120'],
    ]);
    expect(result.orders).toMatchObject({ planned: 600, accepted: stock, rejected: 300, failed: 0, unknown: 0 });
    const outcomes = Object.fromEntries(result.outcomes.map(({ name, count }) => [name, count]));
    expect(outcomes).toMatchObject({ sold: stock });
    expect(outcomes.sold_out).toBeGreaterThan(0);
    expect(outcomes.limit).toBeGreaterThan(0);
    expect(result.books!.read!.rows).toBe(stock);
  });

  it.concurrent('idempotency-storm: one order for each key, however often it was sent', async () => {
    const result = await run('idempotency-storm', QUICK);
    const { planned, accepted } = result.orders;
    expect([accepted, result.books!.read!.rows]).toEqual([planned, planned]);
    expect(result.attempts!.attempts).toBeGreaterThan(1.5 * planned);
    const checked = Object.fromEntries(result.audit.map(({ name, checked: count }) => [name, count]));
    expect(checked.replay_mismatch).toBeGreaterThan(0.3 * planned);
    expect(checked.unread).toBeGreaterThan(0.05 * planned);
  });

  it.concurrent('graphql-journey: three answers of 200 an order, and a sale at the end', async () => {
    const result = await run('graphql-journey', QUICK);
    const { planned } = result.orders;
    expect(result.orders).toMatchObject({ accepted: planned, rejected: 0, failed: 0, unknown: 0 });
    expect(result.steps.map(({ name, count }) => [name, count])).toEqual([
      ['session', planned],
      ['cart', planned],
      ['payment', planned],
    ]);
    expect(result.think.count).toBe(planned);
    expect(result.books!.read!.rows).toBe(planned);
  });

  it.concurrent('csv-buyers: gives each order the next row of the file', async () => {
    const shop = await openShop(['--skus', 'sku-1,sku-2,sku-3'], folder);
    closers.push(shop.close);
    const result = await run('csv-buyers', [...QUICK, '--target', shop.url]);
    const { planned } = result.orders;
    expect(result.orders).toMatchObject({ accepted: planned, rejected: 0, failed: 0, unknown: 0 });
    const rows = (await (await fetch(`${shop.url}/orders`)).text()).trim().split('\n');
    const buyers = rows.map((row) => (JSON.parse(row) as { buyer: string }).buyer);
    const file = readFileSync(join(ROOT, 'profiles/csv-buyers.csv'), 'utf8').trim().split('\n').slice(1);
    const ids = file.map((line) => line.split(',')[0]!);
    expect(buyers.sort()).toEqual(Array.from({ length: planned }, (_, seq) => ids[seq % ids.length]!).sort());
  });
});
