// The audit once more, slowly and from its definitions: maps of everything, no bits, no hashes, no sums carried along. It
// says how many violations of each invariant a world holds, and nothing of words.

import type { InvariantName } from '../../src/audit/spec.ts';
import { booksOf, identityAt, keyOf, type Row, type Told, type World } from './world.ts';

type Full = { row: Row; key: string; sku: string; quantity: number; buyer: string; seq?: number; beside?: number };
type Count = Record<InvariantName, number>;

/** What is sold under keys of ours, the same order listed twice left out; `whole`: nothing is wrong with the export. */
function readRows(world: World) {
  const holder = new Map<string, number>();
  const confirmed: Full[] = [];
  const shared = new Set<number>();
  let [reserved, whole] = [[] as Full[], true];
  for (const row of world.rows ?? []) {
    const seq = 'seq' in row ? row.seq : undefined;
    const beside = 'beside' in row ? row.beside : undefined;
    const owner = seq ?? beside;
    if (owner === undefined) {
      if (booksOf(world).foreign === 'refuse') whole = false;
      continue;
    }
    const own = identityAt(world, owner);
    const full: Full = {
      row,
      key: keyOf(world, row),
      sku: row.sku ?? own.sku,
      quantity: row.quantity ?? own.quantity,
      buyer: row.buyer ?? own.buyer,
      ...(seq === undefined ? { beside } : { seq }),
    };
    if (row.status === 'reserved') reserved = [...reserved, full];
    if (row.status !== 'confirmed') continue;
    if (seq !== undefined && row.id !== undefined) {
      const first = holder.get(row.id);
      if (first === seq) {
        whole = false;
        continue;
      }
      if (first === undefined) holder.set(row.id, seq);
      else shared.add(seq);
    }
    confirmed.push(full);
  }
  return { confirmed, reserved, shared, whole };
}

export type TwinResult = {
  whole: boolean;
  count: Count;
  placed: number;
  notPlaced: number;
  confirmed: number;
};

export function twinOf(world: World): TwinResult {
  const books = booksOf(world);
  const hasRows = world.rows !== undefined;
  const { confirmed, reserved, shared, whole } = readRows(world);
  const rowsOf = (seq: number): Full[] => confirmed.filter((full) => full.seq === seq);
  const isThere = (seq: number): boolean => rowsOf(seq).length > 0;
  const isTwice = (seq: number): boolean => rowsOf(seq).length > 1 || shared.has(seq);
  const orders = [...world.told.entries()];
  const having = (test: (told: Told, seq: number) => boolean): number[] =>
    orders.filter(([seq, told]) => test(told, seq)).map(([seq]) => seq);

  const isOtherId = (told: Told, seq: number): boolean => {
    const ids = rowsOf(seq).flatMap(({ row }) => (row.id === undefined ? [] : [row.id]));
    return told.class === 'accepted' && told.id !== undefined && ids.length > 0 && !ids.includes(told.id);
  };
  const wrongRepeat = ({ troubles = [] }: Told, seq: number): boolean =>
    troubles.includes('no-replay') ||
    troubles.includes('other-answer') ||
    (troubles.includes('altered-accepted') && !isTwice(seq)) ||
    (troubles.includes('two-ids') && hasRows && whole && !isTwice(seq));

  const lost = having(
    (told, seq) => told.class === 'accepted' && (!isThere(seq) || (told.repeated !== true && isOtherId(told, seq))),
  ).length;
  const mistold = having(
    (told, seq) => told.repeated === true && isOtherId(told, seq) && !isTwice(seq) && !wrongRepeat(told, seq),
  ).length;
  const besideTwice = new Set(
    confirmed
      .filter(({ beside, key }) => beside !== undefined && confirmed.filter((other) => other.key === key).length > 1)
      .map(({ key }) => key),
  ).size;
  const toldTwo =
    hasRows && whole ? [] : having(({ troubles = [] }, seq) => troubles.includes('two-ids') && !isTwice(seq));

  return {
    whole,
    placed: having((told, seq) => told.class === 'unknown' && isThere(seq)).length,
    notPlaced: having((told, seq) => told.class === 'unknown' && !isThere(seq)).length,
    confirmed: having((_, seq) => isThere(seq)).length,
    count: {
      oversold: oversoldIn(world, confirmed, reserved, hasRows && whole),
      lost,
      duplicated: having((_, seq) => isTwice(seq)).length + besideTwice + toldTwo.length,
      phantom: having((told, seq) => (told.class === 'rejected' || told.class === 'failed') && isThere(seq)).length,
      undersold: undersoldIn(world, confirmed, reserved),
      over_limit: overLimitIn(confirmed, books.limit),
      mispriced: mispricedIn(world, confirmed),
      replay_mismatch: having(wrongRepeat).length + (whole ? mistold : 0),
      unread: having(
        ({ troubles = [] }, seq) => troubles.includes('not-found') && (!(hasRows && whole) || isThere(seq)),
      ).length,
    },
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
const units = (all: readonly Full[], sku: string): number =>
  sum(all.filter((full) => full.sku === sku).map(({ quantity }) => quantity));

function secondRows(confirmed: readonly Full[]): Full[] {
  return confirmed.filter(({ key }, at) => confirmed.findIndex((other) => other.key === key) !== at);
}

function unitsTold(world: World, sku: string, test: (told: Told, seq: number) => boolean): number {
  return sum(
    [...world.told.entries()]
      .filter(([seq, told]) => test(told, seq))
      .map(([seq]) => identityAt(world, seq))
      .filter((identity) => identity.sku === sku)
      .map(({ quantity }) => quantity),
  );
}

function oversoldIn(world: World, confirmed: Full[], reserved: Full[], knowsAfter: boolean): number {
  return sum(
    Object.entries(world.before ?? {}).map(([sku, before]) => {
      const there = before.available + (before.reserved ?? 0);
      const sold = world.rows ? units(confirmed, sku) : unitsTold(world, sku, (told) => told.class === 'accepted');
      const after = world.after?.[sku];
      const more = Math.max(0, sold - there);
      if (!knowsAfter || !after || after.available < 0) return more;
      // Sold once, and still there.
      return Math.max(more, sold - units(secondRows(confirmed), sku) + units(reserved, sku) + after.available - there);
    }),
  );
}

function overLimitIn(confirmed: readonly Full[], limit: number | undefined): number {
  const over = new Set<string>();
  if (limit === undefined) return 0;
  confirmed.forEach(({ buyer }, at) => {
    const held = sum(
      confirmed
        .slice(0, at + 1)
        .filter((one) => one.buyer === buyer)
        .map(({ quantity }) => quantity),
    );
    // Of the witness every row counts; of an order of the plan, the order.
    if (held > limit) over.add(confirmed[at]!.seq === undefined ? `row ${at}` : confirmed[at]!.key);
  });
  return over.size;
}

function mispricedIn(world: World, confirmed: readonly Full[]): number {
  const { prices = {} } = booksOf(world);
  const firstOf = (full: Full): boolean => confirmed.find(({ key }) => key === full.key) === full;
  const wrong = confirmed.filter((full) => {
    const { row, sku, quantity, seq } = full;
    if (row.total === undefined || (seq === undefined && !firstOf(full))) return false;
    const price = Object.hasOwn(prices, sku) ? prices[sku] : undefined;
    const told = seq === undefined ? undefined : world.told[seq];
    const isAltered = told?.troubles?.includes('altered-accepted') ?? false;
    return (
      (price !== undefined && Math.abs(row.total - price * quantity) > 1e-6) ||
      (told?.total !== undefined && !isAltered && told.total !== row.total)
    );
  });
  return new Set(wrong.map(({ key }) => key)).size;
}

const cameToNothing = (one: Told): boolean =>
  one.class === 'failed' || (one.class === 'rejected' && one.soldOutAtUs === undefined);

function undersoldIn(world: World, confirmed: readonly Full[], reserved: readonly Full[]): number {
  const { rows, told } = world;
  const isThere = (seq: number): boolean => confirmed.some((full) => full.seq === seq);
  const isLoose = (one: Told, seq: number): boolean =>
    (one.class === 'unknown' || (world.hasCart === true && cameToNothing(one))) && !isThere(seq);
  return sum(
    Object.entries(world.before ?? {}).map(([sku, before]) => {
      const after = world.after?.[sku] ?? { available: 0 };
      const loose = unitsTold(world, sku, isLoose);
      const lost = rows ? unitsTold(world, sku, (one, seq) => one.class === 'accepted' && !isThere(seq)) : 0;
      const soldOut = [...told.entries()]
        .map(([seq, one]) => ({ ...identityAt(world, seq), sentUs: one.soldOutAtUs, is: one.class === 'rejected' }))
        .filter((one) => one.is && one.sentUs !== undefined && one.sku === sku);
      const onShelf = Math.max(0, after.available);
      const heldBefore = before.reserved ?? 0;
      const held = after.reserved ?? units(reserved, sku);
      const gone = before.available + heldBefore - after.available - held - units(confirmed, sku) - lost;
      const vanished = rows ? Math.max(0, gone - (after.reserved === undefined ? loose : 0)) : 0;
      const isStuck = held - units(reserved, sku) - Math.min(heldBefore, held) - loose;
      const stuck = rows ? Math.max(0, isStuck) : 0;
      const isMissed = soldOut.some(({ quantity }) => quantity <= onShelf + stuck);
      const proven = soldOut.map(({ sentUs, quantity }) => {
        const back = unitsTold(world, sku, (one) => one.refusedAtUs !== undefined && one.refusedAtUs >= sentUs!);
        return { quantity, units: onShelf - loose - lost - back };
      });
      const wrong = proven.filter((one) => one.quantity <= one.units);
      const shelf = Math.min(Math.max(0, ...wrong.map((one) => one.units)), sum(wrong.map(({ quantity }) => quantity)));
      return vanished + (isMissed ? stuck : 0) + shelf;
    }),
  );
}
