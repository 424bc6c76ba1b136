// One rush on a shop, with everything in it that any bug needs (scarce stock, buyers who order again, double clicks,
// declined payments, replays, orders read back), and a reckoning that knows only what an outsider sees: the answers, the
// export, the stock.

import type { Shop } from '../../src/demo/shop.ts';
import type { Wrong } from '../../src/demo/truth.ts';
import type { StoppedTime } from './stopped-time.ts';
import { buy, call, exported, type Reply } from './support.ts';

export const RUSH = {
  stock: { scarce: 20, plenty: 10_000 },
  priceCents: 1000,
  limit: 3,
  service: 'exponential:10ms',
  payments: 16,
  declineShare: 0.3,
} as const;

const WAVES = 3;
const ORDERS = 60;
const BUYERS = 20;
const COPIED_EVERY = 5;

type Wish = { key: string; buyer: string; sku: string; quantity: number };
/** `first` also for the copies of a double click: nobody knows which came first. */
type Heard = Wish & { why: 'first' | 'replay' | 'read'; status: number; code: unknown; id: unknown; total: unknown };
export type Seen = {
  heard: Heard[];
  rows: Record<string, unknown>[];
  stock: Record<string, { initial: number; available: number; reserved: number }>;
};

const wishOf = (wave: number, i: number): Wish => ({
  key: `key-${wave}-${i}`,
  buyer: `buyer-${i % BUYERS}`,
  sku: i % 2 === 0 ? 'scarce' : 'plenty',
  quantity: 1 + (i % 3 === 0 ? 1 : 0),
});

const heardOf = (wish: Wish, why: Heard['why'], { status, body }: Reply): Heard => ({
  ...wish,
  why,
  status,
  code: body.code,
  id: body.orderId,
  total: body.totalCents,
});

async function atTheTill(shop: Shop): Promise<number> {
  const { paying, waiting } = (await call(`${shop.url}/health`)).body;
  return Number(paying) + Number(waiting);
}

/** All orders of a wave stand in the shop before the first payment ends. */
async function sendWave(shop: Shop, time: StoppedTime, wave: number): Promise<Heard[]> {
  const wishes = Array.from({ length: ORDERS }, (_, i) => wishOf(wave, i));
  const sent = wishes.flatMap((wish, i) => (i % COPIED_EVERY === 0 ? [wish, wish] : [wish]));
  let answered = 0;
  const answers = sent.map(async (wish) => {
    const reply = await buy(shop, wish.key, wish);
    answered++;
    return heardOf(wish, 'first', reply);
  });
  while (answered + (await atTheTill(shop)) < sent.length);
  while ((await atTheTill(shop)) > 0) await time.step();
  const heard = await Promise.all(answers);
  // Time stands still: whatever is behind now is read as it is.
  for (const answer of heard.filter((one) => one.status === 201)) {
    heard.push({ ...answer, why: 'read', status: (await call(`${shop.url}/orders/${answer.id}`)).status });
  }
  for (const wish of wishes) heard.push(heardOf(wish, 'replay', await buy(shop, wish.key, wish)));
  return heard;
}

export async function rush(shop: Shop, time: StoppedTime): Promise<Seen> {
  const heard: Heard[] = [];
  for (let wave = 0; wave < WAVES; wave++) heard.push(...(await sendWave(shop, time, wave)));
  while (await time.step());
  const stock = (await call(`${shop.url}/stock`)).body as Seen['stock'];
  return { heard, rows: await exported(shop), stock };
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
const unitsOf = (rows: Seen['rows']): number => sum(rows.map((row) => Number(row.quantity)));
const DEFINITE = (answer: Heard): boolean => answer.code !== 'IN_FLIGHT';

function perKey(seen: Seen, isWrong: (answers: Heard[], rows: Seen['rows']) => boolean): number {
  const keys = [...new Set(seen.heard.map((answer) => answer.key))];
  return keys.filter((key) =>
    isWrong(
      seen.heard.filter((answer) => answer.key === key),
      seen.rows.filter((row) => row.key === key),
    ),
  ).length;
}

function perSku(seen: Seen, of: (sku: string, rows: Seen['rows']) => number): number {
  return sum(
    Object.keys(seen.stock).map((sku) =>
      of(
        sku,
        seen.rows.filter((row) => row.sku === sku),
      ),
    ),
  );
}

/** Units for the stock and the limit, orders for the rest. */
export function reckon(seen: Seen): Record<Wrong, number> {
  const confirmed = { ...seen, rows: seen.rows.filter((row) => row.status === 'confirmed') };
  const said = (answers: Heard[], why: Heard['why']) => answers.filter((answer) => answer.why === why);
  const ids = (answers: Heard[]) => answers.filter((answer) => answer.status === 201).map((answer) => answer.id);
  const buyers = [...new Set(seen.heard.map((answer) => answer.buyer))];
  return {
    oversold: perSku(confirmed, (sku, rows) => Math.max(0, unitsOf(rows) - seen.stock[sku]!.initial)),
    undersold: perSku(seen, (sku, rows) => {
      const wasTurnedAway = seen.heard.some((answer) => answer.sku === sku && answer.code === 'SOLD_OUT');
      const held = unitsOf(rows.filter((row) => row.status === 'reserved'));
      return wasTurnedAway ? seen.stock[sku]!.reserved - held : 0;
    }),
    lost: perKey(confirmed, (answers, rows) => ids(said(answers, 'first')).length > 0 && rows.length === 0),
    duplicated: perKey(confirmed, (_, rows) => rows.length > 1),
    phantom: perKey(confirmed, (answers, rows) => {
      const first = said(answers, 'first').filter(DEFINITE);
      return first.every((answer) => answer.status !== 201) && rows.length > 0;
    }),
    over_limit: sum(
      buyers.map((buyer) => Math.max(0, unitsOf(confirmed.rows.filter((row) => row.buyer === buyer)) - RUSH.limit)),
    ),
    mispriced: perKey(confirmed, (_, rows) =>
      rows.some((row) => row.totalCents !== Number(row.quantity) * RUSH.priceCents),
    ),
    replay_mismatch: perKey(seen, (answers) => {
      const first = said(answers, 'first').filter(DEFINITE);
      return said(answers, 'replay').some(
        (replay) => !first.some((answer) => answer.status === replay.status && answer.id === replay.id),
      );
    }),
    unread: perKey(seen, (answers) => said(answers, 'read').some((answer) => answer.status !== 200)),
  };
}
