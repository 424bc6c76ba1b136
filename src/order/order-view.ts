// What the function of a journey is told of its order: who buys what, its rows of the feeders, what the setup took.

import type { JourneyOrder } from './code.ts';
import { cellOf, rowsOf } from './feeders.ts';
import { blankIdentity, identityOf } from './identity.ts';
import type { OrderSpec } from './spec.ts';
import { orderTraces } from './trace.ts';

/** Made anew for each order: the function may keep it. */
export function orderViewOf({ identity, feeders = [], setup = {} }: OrderSpec): (seq: number) => JourneyOrder {
  const identify = identityOf(identity);
  const traces = orderTraces(identity.runId);
  const known = new Map(
    feeders.map((feeder, index) => [feeder.name, { feeder, rowOf: rowsOf(feeder, identity.seed, index) }]),
  );
  const taken = Object.freeze({ ...setup });
  const rowAt = (seq: number, name: string): Record<string, string> => {
    const found = known.get(name);
    if (!found) {
      const names = [...known.keys()].map((each) => `\`${each}\``).join(', ') || 'it has none';
      throw new TypeError(`\`${name}\` is no feeder of the profile: ${names}`);
    }
    const { feeder, rowOf } = found;
    const row = rowOf(seq);
    return Object.fromEntries(
      feeder.columns.map((column, index) => [column, row < 0 ? '' : cellOf(feeder, row, index)]),
    );
  };
  return (seq) => {
    const { key, buyer, sku, quantity } = identify(seq, blankIdentity());
    return {
      ...{ seq, key, buyer, sku, quantity },
      // Most code sends none.
      get traceparent() {
        return traces.parentOf(seq, 0);
      },
      row: (feeder) => rowAt(seq, feeder),
      setup: taken,
    };
  };
}
