// What the demo shop's process and its parent say to each other, over the channel of fork().

import type { ShopOptions } from './options.ts';

/** Parent → child, once. Closing the channel is the order to stop. */
export type ToChild = { kind: 'start'; options: ShopOptions };

/** Child → parent, once. */
export type FromChild = { kind: 'open'; url: string; port: number } | { kind: 'failed'; message: string };
