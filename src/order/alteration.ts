// The same key with another body: what an altered request says differently. A shop that takes it for the same order, or
// for a second one, breaks the contract of its idempotency key (METHOD §7).

import type { Item } from './segments.ts';

/** Members of a JSON body that hold the quantity where no `{{quantity}}` is written. */
const QUANTITY_NAMES = ['quantity', 'qty'];

/**
 * How an altered request differs (same key, another body). `quantity`: one more wherever `{{quantity}}` is written;
 * else `number`: one more in a number of the JSON body that is called quantity or qty; else `member`: a member or form field
 * `altered` more, which a shop that compares only what it knows may rightly overlook. `none`: there is nothing to alter.
 */
export type Alteration = 'quantity' | 'number' | 'member' | 'none';

type Alterable = { wire: string; altered: string };

/** A number of a JSON body that is the quantity, by its name; undefined when the member is none. */
export function quantityItems(name: string, member: unknown): Item[] | undefined {
  if (!QUANTITY_NAMES.includes(name.toLowerCase()) || !Number.isSafeInteger(member)) return undefined;
  return [{ wire: String(member), altered: String((member as number) + 1) }];
}

/** Behind the members of a JSON object. */
export function alteredMember(isFirst: boolean): Item[] {
  return [{ wire: '', altered: `${isFirst ? '' : ','}"altered":true` }];
}

/** Behind the fields of a form. */
export function alteredField(isFirst: boolean): Item {
  return { wire: '', altered: `${isFirst ? '' : '&'}altered=true` };
}

const isAlterable = (item: Item): item is Alterable => 'altered' in item;
const writesQuantity = (item: Item) => 'placeholder' in item && item.placeholder.name === 'quantity';

/** Leaves of the ways of altering a request the best alone, and says which. `others`: its path and headers. */
export function settleAlteration(
  others: readonly Item[],
  body: Item[] | undefined,
): { alteration: Alteration; body: Item[] | undefined } {
  const items = body ?? [];
  const keep = (isKept: (item: Alterable) => boolean): Item[] | undefined =>
    body?.map((item) => (isAlterable(item) && !isKept(item) ? { wire: item.wire } : item));
  if ([...others, ...items].some(writesQuantity)) return { alteration: 'quantity', body: keep(() => false) };
  const isNumber = ({ wire }: Alterable) => wire !== '';
  const ways = items.filter(isAlterable);
  if (ways.some(isNumber)) return { alteration: 'number', body: keep(isNumber) };
  return { alteration: ways.length > 0 ? 'member' : 'none', body };
}
