// What an order costs before it is on its way and after it is back: nanoseconds per order on this machine.
// `node test/bench/order.ts` prints the rows.

import type { Answer } from '../../src/order/answer.ts';
import { classifierOf } from '../../src/order/classify.ts';
import { blankIdentity, identityOf } from '../../src/order/identity.ts';
import type { IdentitySpec, OutcomeRule, StepSpec } from '../../src/order/spec.ts';
import { compileStep } from '../../src/order/template.ts';

type Row = { name: string; value: number; unit: string; note: string };

const ROUNDS = 7;
const ROUND_MS = 60;

/** Median over rounds of the mean cost of `once` in a round; the first round warms up and does not count. */
function nsPer(once: (index: number) => number): number {
  const costs: number[] = [];
  let index = 0;
  let sink = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    const startMs = performance.now();
    let count = 0;
    while (performance.now() - startMs < ROUND_MS) {
      for (let i = 0; i < 1000; i++) sink ^= once(index++);
      count += 1000;
    }
    if (round > 0) costs.push(((performance.now() - startMs) * 1e6) / count);
  }
  if (sink === 0.5) throw new Error('unreachable: keeps the results alive');
  return costs.sort((a, b) => a - b)[ROUNDS >> 1]!;
}

const identity: IdentitySpec = {
  runId: 'bench',
  seed: 42,
  skus: [
    { value: 'phone-64', weight: 3 },
    { value: 'phone-128', weight: 1 },
  ],
  quantity: [{ value: 1, weight: 1 }],
};
const step: StepSpec = {
  name: 'checkout',
  method: 'POST',
  path: '/checkout',
  headers: [['idempotency-key', '{{order.key}}']],
  body: { kind: 'json', value: { buyer: '{{buyer.id}}', sku: '{{sku}}', quantity: '{{quantity}}' } },
};
const byStatus: OutcomeRule[] = [
  { name: 'sold', class: 'accepted', status: [201] },
  { name: 'sold_out', class: 'rejected', status: [409] },
];
const byBody: OutcomeRule[] = [
  byStatus[0]!,
  { name: 'sold_out', class: 'rejected', status: [409], body: [['code', 'SOLD_OUT']] },
];

function answerOf(status: number, body: string): Answer {
  return {
    sentUs: 1,
    doneUs: 2,
    failure: undefined,
    detail: '',
    status,
    headers: { get: () => undefined },
    body: new TextEncoder().encode(body),
    bodyTruncated: false,
  };
}

export async function orderBench(): Promise<Row[]> {
  const identify = identityOf(identity);
  const into = blankIdentity();
  const template = compileStep(step, identity);
  const buffer = new Uint8Array(template.body!.maxBytes);
  const sold = answerOf(201, '');
  const soldOut = answerOf(409, '{"code":"SOLD_OUT","message":"This item is sold out"}');
  const classifyStatus = classifierOf({ rules: byStatus });
  const classifyBody = classifierOf({ rules: byBody });
  const row = (name: string, value: number, note: string): Row => ({ name, value, unit: 'ns', note });
  return [
    row(
      'order: render',
      nsPer((seq) => template.render({ seq }).body!.length),
      'the default JSON order: key header, three values',
    ),
    row(
      'order: identityOf',
      nsPer((seq) => identify(seq, into).key.charCodeAt(35)),
      'key, buyer, one of two skus, quantity',
    ),
    row(
      'order: write body',
      nsPer(() => template.body!.write(buffer, 0, into)),
      'into a preallocated buffer, identity given',
    ),
    row(
      'order: classify by status',
      nsPer(() => classifyStatus(sold)),
      'two rules of status alone',
    ),
    row(
      'order: classify by body',
      nsPer(() => classifyBody(soldOut)),
      'status and one JSON path, 53-byte body',
    ),
  ];
}

if (import.meta.main) {
  for (const { name, value, unit, note } of await orderBench()) {
    console.log(`${name.padEnd(28)} ${value.toFixed(1).padStart(8)} ${unit}   ${note}`);
  }
}
