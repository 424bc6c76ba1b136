// What a run would have kept of a plain list of orders: through the worker's own keeper and what tells of it.

import type { Kept, KeptAnswer } from '../../src/measure/kept.ts';
import { KeptOfRun } from '../../src/measure/kept.ts';
import { orderKeyOf } from '../../src/order/key.ts';
import { orderTraces } from '../../src/order/trace.ts';
import type { Outcome } from '../../src/outcomes.ts';
import { Keeper } from '../../src/run/keeper.ts';
import type { Order } from './evidence.ts';

const RUN = 'r';
const SAID: Record<Outcome['class'], Pick<KeptAnswer, 'status' | 'failure' | 'detail' | 'body'>> = {
  accepted: { status: 201, failure: '', detail: '', body: '{"orderId":"order-1","session":"***","totalCents":19900}' },
  rejected: { status: 409, failure: '', detail: '', body: '{"error":"SOLD_OUT","message":"there is none left"}' },
  failed: { status: 0, failure: 'refused', detail: 'ECONNREFUSED', body: '' },
  unknown: { status: 0, failure: 'timeout', detail: '', body: '' },
};

/** `traced`: the orders carried their trace. */
export function keptOf(orders: readonly Order[], outcomes: readonly Outcome[], traced = false): Kept {
  const keeper = new Keeper(outcomes, 42);
  const answers = new Map<number, KeptAnswer>();
  orders.forEach((order, seq) => {
    if (order.fate !== undefined) return;
    const { dueUs, firedUs = dueUs, doneUs = firedUs, ends = 'accepted' } = order;
    const sentUs = order.sentUs === null ? Number.NaN : (order.sentUs ?? firedUs);
    const outcome = outcomes.findIndex((each) => each.class === ends);
    const said = SAID[ends];
    keeper.keepPlain({ seq, dueUs, firedUs }, { sentUs, doneUs, status: said.status, detail: said.detail }, outcome);
    const headers: KeptAnswer['headers'] = said.status > 0 ? [['content-type', 'application/json']] : [];
    if (!answers.has(outcome)) {
      answers.set(outcome, { outcome, seq, step: 'checkout', ...said, headers, isCut: false, isBinary: false });
    }
  });
  return toldOf(keeper, { outcomes, answers: [...answers.values()], traced });
}

/** As the main thread has it: with keys, and the trace header of each request where the orders carried one. */
export function toldOf(
  keeper: Keeper,
  { outcomes, answers, traced }: { outcomes: readonly Outcome[]; answers: KeptAnswer[]; traced: boolean },
): Kept {
  const traces = orderTraces(RUN);
  const run = new KeptOfRun(outcomes);
  const traceOf = (seq: number, step: number): string => (traced ? traces.parentOf(seq, step) : '');
  const orders = (keeper.drain()?.orders ?? []).map((order) => ({
    ...order,
    key: orderKeyOf(RUN, order.seq),
    trace: traceOf(order.seq, Math.max(0, order.steps.length - 1)),
    steps: order.steps.map((step, index) => ({ ...step, trace: traceOf(order.seq, index) })),
  }));
  run.take({ orders, answers });
  return run.kept;
}
