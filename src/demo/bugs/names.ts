// The bugs by name, with what each is, for --help. The order is that in which they are put on: a later one wraps those
// before it, so the replica of stale-read stands closest to the books and sees what they really hold.

export const BUGS = {
  'stale-read': 'GET /orders/{id} and /stock come from a replica that lags behind under load',
  oversell: 'stock is looked at before the payment and written after it, without the condition',
  duplicate: 'a key is remembered only once its payment has ended',
  limit: 'the limit per buyer is looked at before the payment and counted after it (needs --limit)',
  undersell: 'a declined payment never gives its units back (needs --decline)',
  price: 'while the price cache is refilled, the card is charged the list price',
  lost: 'the answer goes out before the write, and the write queue keeps one order per slot',
  phantom: 'a payment that takes too long is answered 402, and goes through all the same',
  replay: 'answers are kept in a small cache; a later repeat gets another order id',
} as const;

export type BugName = keyof typeof BUGS;
export const BUG_NAMES = Object.keys(BUGS) as BugName[];
