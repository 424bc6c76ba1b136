// result.json's part about single orders: the slowest, some of those that failed or may have been placed, and one answer
// of each outcome, as they were kept (measure/kept.ts), with names in place of numbers and a link to each order's trace.

import type { Kept, KeptAnswer, KeptOrder, KeptStep } from '../measure/kept.ts';
import { responseUsOf } from '../measure/kept.ts';
import type { TallyView } from '../measure/spec.ts';
import type { Outcome, OutcomeClass } from '../outcomes.ts';
import { withoutSecretsIn } from './foreign.ts';

/** Of so many outcomes at most there can be orders; more are left out. */
const MOST_FAILED = 200;

export type ResultStep = Omit<KeptStep, 'sentUs' | 'trace'> & { sentUs: number | null; trace: string | null };

/** Times µs; `dueUs` from the start of the run; `serviceUs` null: nothing of it was sent. `status` 0: no answer. */
export type ResultOrder = {
  seq: number;
  key: string;
  dueUs: number;
  outcome: string;
  class: OutcomeClass;
  responseUs: number;
  latenessUs: number;
  waitUs: number;
  serviceUs: number | null;
  thinkUs: number;
  status: number;
  detail: string;
  /** Null where the profile does not send it. `sent`: the header that placed the order; `url`: by `target.traceUrl`. */
  trace: { id: string; sent: string; url: string | null } | null;
  steps: ResultStep[];
};

export type ResultAnswer = Omit<KeptAnswer, 'outcome' | 'headers'> & {
  outcome: string;
  class: OutcomeClass;
  headers: { name: string; value: string }[];
};

/** `failed`: the first and some others of each outcome that is failed or unknown. */
export type ResultExamples = { slowest: ResultOrder[]; failed: ResultOrder[]; answers: ResultAnswer[] };

/** Undefined where nothing was kept of single orders. */
export function examplesOf(
  kept: Kept | undefined,
  { outcomes, total, traceUrl }: { outcomes: readonly Outcome[]; total: TallyView; traceUrl: string | undefined },
): ResultExamples | undefined {
  if (kept === undefined) return undefined;
  const orderOf = (order: KeptOrder): ResultOrder => withUrl(resultOrderOf(order, outcomes), traceUrl);
  return {
    slowest: kept.slowest.map(orderOf),
    failed: kept.bad.slice(0, MOST_FAILED).map(orderOf),
    // What answered a try of an order that then ended otherwise is no example of any order's end.
    answers: kept.answers
      .filter(({ outcome }) => total.countOfOutcome(outcome) > 0)
      .map(({ outcome, headers, ...answer }) =>
        withoutSecretsIn({
          ...answer,
          outcome: outcomes[outcome]!.name,
          class: outcomes[outcome]!.class,
          headers: headers.map(([name, value]) => ({ name, value })),
        }),
      ),
  };
}

function resultOrderOf(order: KeptOrder, outcomes: readonly Outcome[]): ResultOrder {
  const { seq, key, dueUs, outcome, latenessUs, waitUs, serviceUs, thinkUs, status, detail, trace, steps } = order;
  const { name, class: outcomeClass } = outcomes[outcome]!;
  return withoutSecretsIn({
    ...{ seq, key, dueUs },
    outcome: name,
    class: outcomeClass,
    responseUs: responseUsOf(order),
    ...{ latenessUs, waitUs, serviceUs: known(serviceUs), thinkUs, status, detail },
    trace: trace === '' ? null : { id: traceIdOf(order), sent: trace, url: null },
    steps: steps.map((step) => ({ ...step, sentUs: known(step.sentUs), trace: step.trace || null })),
  });
}

const known = (us: number): number | null => (Number.isNaN(us) ? null : us);

/** Of a whole `traceparent` its own, which code may have made; else that of the order, which is its key (order/trace.ts). */
function traceIdOf({ key, trace }: KeptOrder): string {
  return /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-/.exec(trace)?.[1] ?? key.replaceAll('-', '');
}

/** The address is the profile's own, checked when it was read, query and all. */
function withUrl(order: ResultOrder, traceUrl: string | undefined): ResultOrder {
  if (order.trace === null || traceUrl === undefined) return order;
  const values: Record<string, string> = { 'trace.id': order.trace.id, 'order.key': order.key };
  const url = traceUrl.replaceAll(/\{\{\s*([\w.]+)\s*\}\}/g, (whole, name: string) => values[name] ?? whole);
  return { ...order, trace: { ...order.trace, url } };
}
