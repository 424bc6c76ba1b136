// Which buyer has which cookies: one who comes back has hers again. Orders are dealt out to workers by their number, and no
// worker knows of another's, so with several she has a jar in each, as if she came with as many devices.

import { type CookieJar, cookieJar } from './cookies.ts';
import { drawsOf } from './identity.ts';
import { cookieSiteOf } from './set-cookie.ts';
import type { OrderSpec } from './spec.ts';

/** Buyers of a run whose cookies are kept until they come back; who was there longest ago is forgotten first. */
export const MAX_JARS = 20_000;

export type Jars = {
  /** Of the buyer of an order. */
  of(seq: number): CookieJar;
};

/** undefined: the order keeps no cookies. `url`: of the target. */
export function jarsFor(order: OrderSpec, { url, workers }: { url: string; workers: number }): Jars | undefined {
  if (!order.cookies) return undefined;
  const site = cookieSiteOf(url, hostOf(order));
  const { buyerOf } = drawsOf(order.identity);
  // Those from there on come once, and their jar goes with them.
  const { buyers = 0 } = order.identity;
  const most = Math.ceil(MAX_JARS / workers);
  const kept = new Map<number, CookieJar>();
  return {
    of(seq) {
      const buyer = buyerOf(seq);
      if (buyer >= buyers) return cookieJar(site);
      const jar = kept.get(buyer) ?? cookieJar(site);
      kept.delete(buyer);
      kept.set(buyer, jar);
      if (kept.size > most) kept.delete(kept.keys().next().value!);
      return jar;
    },
  };
}

/** What the steps say themselves, where they are sent to an address in place of the shop's name. */
function hostOf({ steps }: OrderSpec): string | undefined {
  const named = steps.flatMap(({ headers }) => headers.filter(([name]) => name.toLowerCase() === 'host'));
  return named.map(([, value]) => value).find((value) => !value.includes('{{'));
}
