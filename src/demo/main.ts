// `doorbuster shop`: the shop in the foreground, until Ctrl-C.

import { userError } from '../errors.ts';
import { formatCount, formatDuration, formatRate } from '../units.ts';
import { EXPORT_FAULTS } from './listing.ts';
import { type NameOf, parseShopOptions, type ShopInput, type ShopOptions } from './options.ts';
import { quietSqlite } from './quiet.ts';
import { meanServiceMs, peakOf } from './service.ts';

/** What the shop says when its doors open: where it is, what it can take, and lines to paste. */
export function formatWelcome(url: string, options: ShopOptions): string {
  if (options.nullTarget) return `Null target open at ${url}: answers 201 to everything at once.\n`;
  const [first] = options.catalogue;
  const order = JSON.stringify({ buyer: 'ada', sku: first?.sku, quantity: 1 });
  const { bugs, exportFault } = options;
  const wrongs = bugs.length > 0 ? [`It gets wrong: ${bugs.join(', ')}; GET /truth says how often.`] : [];
  if (exportFault) wrongs.push(`Its export is not to be trusted: ${EXPORT_FAULTS[exportFault]}.`);
  return [
    `Shop open at ${url} (Ctrl-C closes it)`,
    `${formatCount(options.catalogue.length)} skus, ${formatCount(first?.stock ?? 0)} of ${first?.sku}; ${kneeText(options)}.`,
    ...wrongs,
    '',
    `curl -X POST ${url}/checkout -H 'content-type: application/json' -H 'idempotency-key: order-1' -d '${order}'`,
    `curl ${url}/stock`,
    `curl '${url}/orders?limit=10'`,
    `curl ${url}/orders/order-1`,
    `curl -X POST ${url}/reset -d '{"stock": 1000, "limit": 2}'`,
    `curl -X POST ${url}/freeze -d '{"ms": 2000}'`,
    '',
  ].join('\n');
}

function kneeText(options: ShopOptions): string {
  const meanMs = meanServiceMs(options.service);
  if (meanMs === 0) return 'payments take no time';
  const { running, perS } = peakOf(options);
  const till = `${formatCount(options.payments)} payments at once of ${formatDuration(meanMs * 1e3)} on average`;
  if (options.contention === null) return `${till}, so about ${formatRate(perS)}`;
  return `${till} when one runs alone, longer the more run: about ${formatRate(perS)} at most, with ${formatCount(running)} at once`;
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    const signals = ['SIGINT', 'SIGTERM'] as const;
    const done = () => {
      // From here on a second Ctrl-C ends the process the hard way.
      for (const signal of signals) process.off(signal, done);
      resolve();
    };
    for (const signal of signals) process.on(signal, done);
  });
}

/** Runs the shop until SIGINT or SIGTERM, then closes it. UserError: wrong options, or a port that cannot be had (SHOP_OPEN). */
export async function runShop(input: ShopInput, nameOf?: NameOf): Promise<void> {
  const options = parseShopOptions(input, nameOf);
  quietSqlite();
  const { startShop } = await import('./shop.ts');
  const shop = await startShop(options).catch((error: NodeJS.ErrnoException) => {
    const message = `The shop cannot open on ${options.host}:${options.port} with db ${options.db}: ${error.message}`;
    throw userError('SHOP_OPEN', message, { cause: error });
  });
  const closed = signalled();
  process.stdout.write(formatWelcome(shop.url, options));
  await closed;
  await shop.close();
}
