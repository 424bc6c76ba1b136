// Each bug on the same rush: what an outsider reckons is what the shop knows, the bug breaks its own invariant, and no other.

import { describe, expect, test } from 'vitest';
import { BUG_NAMES, type BugName } from '../../src/demo/bugs/names.ts';
import type { Account, Wrong } from '../../src/demo/truth.ts';
import { RUSH, reckon, rush } from './rush.ts';
import { stoppedTime } from './stopped-time.ts';
import { call, openShop, post } from './support.ts';

const BREAKS: Record<BugName, Wrong> = {
  'stale-read': 'unread',
  oversell: 'oversold',
  duplicate: 'duplicated',
  limit: 'over_limit',
  undersell: 'undersold',
  price: 'mispriced',
  lost: 'lost',
  phantom: 'phantom',
  replay: 'replay_mismatch',
};

async function rushOn(bug: readonly BugName[]) {
  const time = stoppedTime();
  const shop = await openShop({ ...RUSH, bug }, { delay: time.delay });
  const seen = await rush(shop, time);
  const truth = (await call(`${shop.url}/truth`)).body as Record<Wrong, Account>;
  // The limit is reckoned in units: which of a buyer's orders was the one too many, nobody outside can say.
  const known = Object.fromEntries(
    Object.entries(truth).map(([wrong, { units, count }]) => [wrong, wrong === 'over_limit' ? units : count]),
  );
  return { shop, seen, truth, known };
}

describe('a bug that is on', () => {
  test.each(BUG_NAMES)('%s breaks its own invariant and no other, as often as the shop knows', async (bug) => {
    const { shop, seen, truth, known } = await rushOn([bug]);
    const reckoned = reckon(seen);
    expect(known).toEqual(reckoned);
    expect(Object.keys(reckoned).filter((wrong) => reckoned[wrong as Wrong] > 0)).toEqual([BREAKS[bug]]);
    for (const [sku, { initial, available, reserved }] of Object.entries(seen.stock)) {
      const sold = seen.rows.filter((row) => row.sku === sku && row.status === 'confirmed');
      const units = sold.reduce((total, row) => total + Number(row.quantity), 0);
      expect({ sku, units: available + reserved + units }).toEqual({ sku, units: initial });
    }
    const account = truth[BREAKS[bug]];
    expect(account.keys).toHaveLength(Math.min(account.orders, 20));
    for (const key of account.keys) expect(key).toMatch(/^key-\d-\d+$/);
    await post(`${shop.url}/reset`, {});
    const after = Object.values((await call(`${shop.url}/truth`)).body) as Account[];
    expect(after.map(({ orders, units, times, keys }) => [orders, units, times, keys])).toEqual(
      after.map(() => [0, 0, 0, []]),
    );
  });

  // Not duplicate with lost: a key is free again while its order waits to be written, so a replay is one more order.
  test.each([
    [['limit', 'price', 'lost', 'replay', 'oversell', 'stale-read']],
    [['duplicate', 'undersell', 'phantom']],
  ] satisfies [BugName[]][])('%j at once each show', async (bugs) => {
    const { known } = await rushOn(bugs);
    const silent = bugs.filter((bug) => known[BREAKS[bug]] === 0);
    expect(silent).toEqual([]);
  });
});

test('without bugs the same rush shows nothing', async () => {
  const { seen, known } = await rushOn([]);
  expect(known).toEqual(reckon(seen));
  expect(new Set(Object.values(known))).toEqual(new Set([0]));
  // It was a rush: sold out, over the limit, declined, in flight, and sold.
  const codes = new Set(seen.heard.map((answer) => answer.code ?? answer.status));
  expect(codes).toEqual(new Set(['SOLD_OUT', 'LIMIT', 'DECLINED', 'IN_FLIGHT', 201, 200]));
});
