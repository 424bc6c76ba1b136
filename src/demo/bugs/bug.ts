// What a bug is: it replaces rules of the books (rules.ts) or steps of a sale (sale.ts), calls those it replaced where it
// still does the right thing, and notes in the truth what it does wrong, at the place of the deed.

import type { DatabaseSync } from 'node:sqlite';
import type { Books } from '../books.ts';
import type { Delay } from '../payments.ts';
import type { Rules } from '../rules.ts';
import type { Steps } from '../sale.ts';
import type { Truth } from '../truth.ts';

export type Tools = {
  books: Books;
  truth: Truth;
  /** How time passes in the shop. */
  delay: Delay;
  /** Of a payment, ms. */
  meanServiceMs: number;
};

export type Bug = {
  rules?(rules: Rules, db: DatabaseSync): Partial<Rules>;
  steps?(steps: Steps): Partial<Steps>;
  /** The shop is reset: what the bug remembers of its orders is void. */
  forget?(): void;
};

export type MakeBug = (tools: Tools) => Bug;
