// The published JSON Schema (draft-07) of capacity.json, as data; tests hold it against what searches leave.

import { environment, slo } from './result-schema.ts';
import {
  amount,
  count,
  described,
  listOf,
  maybeAmount,
  maybeNumber,
  number,
  object,
  oneOf,
  orNull,
  type Schema,
  text,
} from './schema-shapes.ts';

const reason = object({ code: text, message: text });
const range = object({ low: maybeAmount, high: maybeAmount });
const rate = described(amount, 'Orders per second.');
const outcome = oneOf('held', 'broke', 'undecided', 'discarded');
const backlog = oneOf('stable', 'growing', 'cannot-tell');
const orNothing = (schema: Schema, description: string): Schema => described(orNull(schema), description);
const maybeText: Schema = { type: ['string', 'null'] };
const maybeLine: Schema = { type: ['integer', 'null'], minimum: 1, description: 'Line of the profile.' };

const load = object({
  ratePerS: rate,
  trials: described(listOf(count), 'Indices into trials.'),
  outcome,
  durationUs: described(amount, 'Measured time of its trials that were not discarded.'),
  brokeShare: described(amount, 'Share of that time in trials that broke.'),
  goodputPerS: described(maybeAmount, 'Accepted within the limit, per second.'),
  throughputPerS: described(maybeAmount, 'Ended, of any outcome, per second.'),
  inFlightMean: maybeAmount,
  meanUs: maybeAmount,
  p99Us: described(maybeAmount, 'Of several trials the worst: percentiles are never averaged.'),
  lossShare: described(maybeAmount, '(slower than the limit + failed + unknown + dropped) ÷ planned.'),
  lossInterval: described(range, '95 % interval of lossShare.'),
  backlog,
  says: text,
});

const orderNames = ['planned', 'fired', 'dropped', 'unreached', 'sent', 'accepted', 'rejected', 'failed', 'unknown'];
const timeNames = ['count', 'meanUs', 'p50Us', 'p90Us', 'p99Us', 'p999Us', 'maxUs'];
const each = (names: readonly string[], schema: Schema): Schema =>
  object(Object.fromEntries(names.map((name) => [name, schema])));

const trial = object({
  index: count,
  purpose: oneOf('bracket', 'bisect', 'repeat', 'confirm'),
  ratePerS: rate,
  durationUs: described(amount, 'Measured time.'),
  settleUs: described(amount, 'Before it, and not judged.'),
  seed: count,
  plannedPerS: amount,
  orders: described(each(orderNames, count), 'Of the orders due in the measured time.'),
  good: described(count, 'Accepted within the limit.'),
  goodputPerS: amount,
  throughputPerS: amount,
  response: orNothing(each(timeNames, maybeAmount), 'Of all orders due in the measured time.'),
  inFlightMean: amount,
  lossShare: amount,
  backlog,
  proportions: listOf(
    object({
      text: described(text, 'The line, or `loss`.'),
      bad: amount,
      of: amount,
      allowed: amount,
      clumping: described(amount, 'How many orders go bad together.'),
      interval: range,
    }),
  ),
  verdict: oneOf('pass', 'fail', 'inconclusive', 'invalid'),
  slo: listOf(slo),
  outcome,
  why: described(listOf(reason), 'The most telling first.'),
  spentUs: described(amount, 'Of the budget.'),
});

const gate = object({
  text: described(text, 'As written in the profile.'),
  line: maybeLine,
  status: oneOf('pass', 'fail', 'inconclusive'),
  over: oneOf('peak', 'mean'),
  limit: maybeAmount,
  measured: range,
  says: text,
});

const usl = object({
  lambda: described(amount, 'Throughput of one order alone, per second.'),
  sigma: described(amount, 'Contention.'),
  kappa: described(amount, 'Coherency.'),
  peak: orNothing(object({ perS: amount, inFlight: amount }), 'Highest throughput; null beyond untilN.'),
  r2: number,
  worstError: described(amount, 'Largest relative error of throughput.'),
  loads: count,
  fitted: described(object({ low: amount, high: amount }), 'Orders in flight it was fitted over.'),
  untilN: described(amount, 'It says nothing beyond so many in flight.'),
  says: text,
});

const knee = object({ ratePerS: rate, between: object({ low: rate, high: rate }), meanUs: amount, says: text });

const closedLoop = object({
  perS: described(amount, 'Answers per second with all connections busy: in closed loop, so with no due times.'),
  connections: count,
  durationUs: amount,
  answers: described({ type: 'object' }, 'By class of status.'),
});

export const CAPACITY_SCHEMA: Schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Doorbuster capacity.json',
  description: 'How much a shop can take. Times are µs, rates are orders per second, shares are 0…1.',
  ...object({
    schemaVersion: { const: 1 },
    kind: { const: 'capacity' },
    verdict: described({ enum: ['pass', 'fail', 'inconclusive', 'invalid', null] }, 'Null when nothing was asked.'),
    exitCode: count,
    says: described(text, 'The answer in one plain sentence.'),
    reasons: listOf(reason),
    notes: listOf(text),
    ending: oneOf('complete', 'SIGINT', 'SIGTERM'),
    bracket: object({
      heldPerS: described(maybeAmount, 'The highest load that held.'),
      brokePerS: described(maybeAmount, 'The lowest above it that broke.'),
      relativeWidth: described(maybeNumber, '(broke − held) ÷ broke'),
    }),
    limitedBy: described(
      oneOf('shop', 'generator', 'disturbed', 'stock', 'budget', 'noise', 'interrupted', 'cap'),
      'Why the bracket is no narrower; `shop`: it is as narrow as was asked, or no load held, however low.',
    ),
    confirmed: described(
      { type: 'boolean' },
      'A longer hold of heldPerS did not break, and all its trials together held.',
    ),
    whatBroke: described(listOf(reason), 'At brokePerS, the most telling first.'),
    target: described(object({ meanPerS: amount, peakPerS: amount }), "The profile's traffic."),
    headroom: described(object({ overMean: range, overPeak: range }), 'In multiples: by what held, by what broke.'),
    gate: described(listOf(gate), 'The lines of `capacity: slo:`.'),
    loads: described(listOf(load), 'Ascending by rate.'),
    trials: described(listOf(trial), 'In the order they were run.'),
    usl: orNothing(usl, 'Universal Scalability Law: X(N) = λN ÷ (1 + σ(N−1) + κN(N−1)).'),
    uslMissing: maybeText,
    knee: orNothing(knee, 'The load with the most goodput for its mean response.'),
    kneeMissing: maybeText,
    closedLoop: orNothing(closedLoop, 'What the closed-loop probe found.'),
    closedLoopSays: text,
    asked: described(
      object({
        lines: listOf(object({ text, written: text, line: maybeLine })),
        setAside: listOf(object({ text, why: text })),
        limitUs: maybeAmount,
        allowedLoss: amount,
      }),
      "What of the profile's SLOs was asked of each load, and what was not.",
    ),
    budget: object({ us: amount, spentUs: amount, orders: maybeAmount, spentOrders: count, ordersBeside: count }),
    environment,
    run: object({
      id: text,
      name: text,
      profile: text,
      profileHash: text,
      target: text,
      startedAt: text,
      endedAt: text,
      command: described(text, 'As typed; secrets taken out.'),
      seed: count,
      driver: text,
      driverReason: text,
      warnings: listOf(text),
    }),
    files: listOf(text),
  }),
};
