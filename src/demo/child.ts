// Entry of the demo shop's own process (process.ts forks it). It lives exactly as long as the channel to its parent: when
// the parent ends, even by kill -9, the channel closes and the shop goes with it.

import type { FromChild, ToChild } from './messages.ts';
import { quietSqlite } from './quiet.ts';

/** The parent may be gone by now; `disconnect` says so too. */
const tell = (message: FromChild, done = () => {}): void => {
  process.send?.(message, done);
};

async function open(message: ToChild): Promise<void> {
  quietSqlite();
  const { startShop } = await import('./shop.ts');
  const shop = await startShop(message.options);
  process.on('disconnect', () => {
    void shop.close().finally(() => process.exit(0));
  });
  tell({ kind: 'open', url: shop.url, port: shop.port });
}

if (!process.connected) process.exit(0);
const leave = (): never => process.exit(0);
process.once('disconnect', leave);
process.once('message', (message: ToChild) => {
  open(message)
    .then(() => process.off('disconnect', leave))
    .catch((error: Error) => {
      tell({ kind: 'failed', message: error.message }, () => process.exit(1));
    });
});
