// Every checker of the audit proven on the built-in shop (METHOD §7): with one bug switched on the run FAILs and names
// exactly the invariant that it breaks, with the count that the shop itself noted; with it off the same run names none.
// Shop and run are the real command line.

import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { InvariantName } from '../../src/audit/spec.ts';
import type { BugName } from '../../src/demo/bugs/names.ts';
import { profileFile, scratchFolder } from '../support/cli.ts';
import { verdictOf } from '../support/noise.ts';
import { brokenOf, openShop, runOn } from '../support/shop-run.ts';

const folder = scratchFolder();

type Proof = {
  bug: BugName;
  breaks: InvariantName;
  /** Flags of the shop, bug apart, that let the bug show. */
  shop: string[];
  traffic: string;
  /** More of the profile. */
  more?: string;
  audit?: string;
};

const PROOFS: Proof[] = [
  {
    bug: 'oversell',
    breaks: 'oversold',
    shop: ['--stock', '150', '--service', 'fixed:50ms'],
    traffic: '{ rate: 150/s, for: 2s }',
  },
  { bug: 'lost', breaks: 'lost', shop: [], traffic: '{ rate: 150/s, for: 2s }' },
  {
    bug: 'duplicate',
    breaks: 'duplicated',
    shop: ['--service', 'fixed:60ms'],
    traffic: '{ rate: 100/s, for: 2s }',
    more: 'shoppers: { double-click: { share: 20%, copies: { from: 2, until: 3 }, within: 20ms } }',
  },
  {
    bug: 'phantom',
    breaks: 'phantom',
    shop: ['--service', 'exponential:10ms'],
    traffic: '{ rate: 100/s, for: 2s }',
  },
  {
    bug: 'undersell',
    breaks: 'undersold',
    shop: ['--stock', '120', '--decline', '10%', '--service', 'fixed:5ms'],
    traffic: '{ rate: 120/s, for: 2s }',
  },
  {
    bug: 'limit',
    breaks: 'over_limit',
    shop: ['--limit', '2', '--service', 'fixed:60ms'],
    traffic: '{ rate: 150/s, for: 2s }',
    audit: 'limit: 2, ',
  },
  { bug: 'price', breaks: 'mispriced', shop: [], traffic: '{ rate: 150/s, for: 2s }' },
  {
    bug: 'replay',
    breaks: 'replay_mismatch',
    shop: [],
    traffic: '{ rate: 150/s, for: 2s }',
    more: 'shoppers: { replay: { share: 30%, after: 200ms } }',
  },
  {
    bug: 'stale-read',
    breaks: 'unread',
    shop: [],
    traffic: '{ rate: 150/s, for: 2s }',
    more: 'shoppers: { read-back: { share: 30%, after: 0ms, path: "/orders/{{vars.orderId}}" } }',
  },
];

const OUTCOMES = `outcomes:
  - sold: { status: 201, class: accepted }
  - sold_out: { status: 409, body: { code: SOLD_OUT }, class: rejected }
  - limit: { status: 409, body: { code: LIMIT }, class: rejected }
  - paying: { status: 409, body: { code: IN_FLIGHT }, class: rejected }
  - declined: { status: 402, class: rejected }
`;

function profileOf({ bug, breaks, traffic, more = '', audit = '' }: Proof, url: string): string {
  const buyers = bug === 'limit' ? 'buyers: 60, ' : '';
  return `target: { url: "${url}", timeout: 5s }
traffic: ${traffic}
order: { ${buyers}skus: [sku-1], quantity: 1 }
${OUTCOMES}${more}
audit: { shop: demo, prices: 19900, ${audit}settle: 10s, poll: 300ms }
slo: [errors < 5%, ${breaks} == 0]
`;
}

const closers: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(closers.map((close) => close())));

async function prove(proof: Proof, isOn: boolean) {
  const shop = await openShop([...proof.shop, '--skus', 'sku-1', ...(isOn ? ['--bug', proof.bug] : [])], folder);
  closers.push(shop.close);
  const name = `${proof.bug}-${isOn ? 'on' : 'off'}`;
  const { result, stderr } = await runOn(
    profileFile(folder, `${name}.yaml`, profileOf(proof, shop.url)),
    join(folder, name),
  );
  const truth = await shop.truth();
  await shop.close();
  return { result, stderr, truth };
}

describe.concurrent.each(PROOFS)('a shop that can get wrong: $bug', (proof) => {
  it.concurrent(`breaks ${proof.breaks} alone, as often as the shop knows`, async () => {
    const { result, stderr, truth } = await prove(proof, true);
    const { count } = truth[proof.breaks];
    expect(count, stderr).toBeGreaterThan(0);
    expect(result.books!.incomplete).toBe('');
    expect(brokenOf(result)).toEqual({ [proof.breaks]: count });
    expect(['fail 99', 'noise']).toContain(verdictOf(result));
    expect(result.reasons.map(({ message }) => message).join('\n')).toContain(`${proof.breaks} == 0`);
    expect(result.slo.find(({ text }) => text === `${proof.breaks} == 0`)).toMatchObject({
      status: 'fail',
      measured: count,
    });
  });

  it.concurrent('breaks nothing when it does not', async () => {
    const { result, stderr } = await prove(proof, false);
    expect(result.books!.incomplete).toBe('');
    expect(brokenOf(result), stderr).toEqual({});
    expect(['pass 0', 'noise'], stderr).toContain(verdictOf(result));
    expect(result.slo.map(({ status }) => status)).toEqual(['pass', 'pass']);
    expect(result.audit.find(({ name }) => name === proof.breaks)!.status).toBe('pass');
  });
});
