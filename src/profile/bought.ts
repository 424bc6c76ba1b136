// What an order's bodies say of sku and quantity in place of what is drawn for it: `quantity: 2` where one piece is drawn,
// or a column of a feeder. The audit must not count by the draw then.

import type { BooksSpec } from '../order/books.ts';
import type { IdentitySpec, StepSpec } from '../order/spec.ts';
import { placeholdersOf } from '../order/template.ts';
import { mapLeaves } from './paths.ts';

/** Members and form fields that say it, and the placeholder that says what is drawn. */
const SAID_BY = { sku: ['sku'], quantity: ['quantity', 'qty'] } as const;
const NAMES = ['sku', 'quantity'] as const;

/** Of the steps' bodies; code and texts cannot be looked into. */
export function sentOtherwise(
  steps: readonly Pick<StepSpec, 'body'>[],
  identity: Pick<IdentitySpec, 'skus' | 'quantity'>,
): NonNullable<BooksSpec['sentOtherwise']> {
  const drawn = { sku: identity.skus, quantity: identity.quantity };
  const found = new Set<(typeof NAMES)[number]>();
  const look = (member: string, leaf: unknown): void => {
    const name = NAMES.find((each) => (SAID_BY[each] as readonly string[]).includes(member.toLowerCase()));
    if (name === undefined || (typeof leaf !== 'string' && typeof leaf !== 'number')) return;
    const [only, ...others] = drawn[name];
    const isOnly = others.length === 0 && String(only?.value) === String(leaf);
    const isDrawn = placeholdersOf(String(leaf)).some((each) => each.name === name);
    if (!isOnly && !isDrawn) found.add(name);
  };
  for (const { body } of steps) {
    const value = body.kind === 'json' ? body.value : body.kind === 'graphql' ? body.variables : undefined;
    if (value !== undefined) mapLeaves(value, (leaf, path) => look(String(path.at(-1)), leaf));
    if (body.kind === 'form') for (const [name, text] of body.fields) look(name, text);
  }
  return [...found];
}
