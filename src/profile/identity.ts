// Who buys what: `buyers`, `skus` and `quantity` of an order → the draws of its identity.

import type { IdentitySpec, Weighted } from '../order/spec.ts';
import { parseShare } from '../units.ts';
import type { Path } from './paths.ts';
import { countOf } from './scalars.ts';
import type { OrderMapInput } from './schema-order.ts';
import type { Section } from './section.ts';

/** Undefined when a mistake was told. `runId` is set by the run. */
export function planIdentity(
  { skus: written, quantity: many, buyers: who }: Pick<OrderMapInput, 'skus' | 'quantity' | 'buyers'>,
  seed: number,
  section: Section,
): IdentitySpec | undefined {
  const skus = skusOf(written, section);
  const quantity = quantitiesOf(many, section);
  if (!skus || !quantity) return undefined;
  return { runId: '', seed, ...buyersOf(who), skus, quantity };
}

function buyersOf(buyers: OrderMapInput['buyers']): Partial<Pick<IdentitySpec, 'buyers' | 'repeatShare'>> {
  if (buyers === undefined) return { buyers: undefined };
  if (typeof buyers !== 'object') return { buyers: countOf(buyers)! };
  return { buyers: countOf(buyers.count)!, repeatShare: parseShare(buyers.repeat)! };
}

function skusOf(skus: OrderMapInput['skus'], { complain }: Section): Weighted<string> | undefined {
  const path: Path = ['order', 'skus'];
  if (!isZipf(skus)) {
    if (Array.isArray(skus) || !Object.hasOwn(skus, 'zipf')) return weightsOf(skus, path, complain);
    const message = '`order.skus.of` is missing: how many skus share `zipf`, or which: `{ zipf: 1.1, of: 1000 }`';
    complain({ code: 'MISSING', message, path, focus: 'key' });
    return undefined;
  }
  const { zipf, of } = skus;
  const exponent = countOf(zipf)!;
  const values = Array.isArray(of)
    ? of.map(String)
    : Array.from({ length: countOf(of)! }, (_, index) => `sku-${index + 1}`);
  const seen = new Set<string>();
  for (const [index, value] of values.entries()) {
    if (!seen.has(value)) seen.add(value);
    else {
      const message = `\`${value}\` is there twice in \`order.skus.of\`: keep one`;
      complain({ code: 'DUPLICATE_KEY', message, path: [...path, 'of', index] });
      return undefined;
    }
  }
  if (values.length === 0) return weightsOf(values, [...path, 'of'], complain);
  return values.map((value, index) => ({ value, weight: (index + 1) ** -exponent }));
}

/** The schema tries this shape first. */
function isZipf(skus: OrderMapInput['skus']): skus is Extract<OrderMapInput['skus'], { zipf: unknown; of: unknown }> {
  return !Array.isArray(skus) && Object.hasOwn(skus, 'of') && Object.hasOwn(skus, 'zipf');
}

function weightsOf(
  choice: readonly (string | number)[] | Record<string, unknown>,
  path: Path,
  complain: Section['complain'],
): Weighted<string> | undefined {
  const weighted = Array.isArray(choice)
    ? choice.map((value) => ({ value: String(value), weight: 1 }))
    : Object.entries(choice).map(([value, weight]) => ({ value, weight: countOf(weight as number | string)! }));
  if (weighted.length > 0) return weighted;
  complain({ code: 'BAD_VALUE', message: `\`${path.join('.')}\` must hold at least one entry`, path });
  return undefined;
}

function quantitiesOf(quantity: OrderMapInput['quantity'], { complain }: Section): Weighted<number> | undefined {
  if (typeof quantity !== 'object') return [{ value: countOf(quantity)!, weight: 1 }];
  const path: Path = ['order', 'quantity'];
  const weighted = weightsOf(quantity, path, complain);
  let isSound = weighted !== undefined;
  for (const key of Object.keys(quantity)) {
    if (/^[1-9]\d{0,6}$/.test(key)) continue;
    isSound = false;
    const message = `\`${key}\` in \`order.quantity\` is no quantity: it must be a whole number from 1 up`;
    complain({ code: 'BAD_VALUE', message, path: [...path, key], focus: 'key' });
  }
  return isSound ? weighted!.map(({ value, weight }) => ({ value: Number(value), weight })) : undefined;
}
