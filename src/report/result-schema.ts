// The published JSON Schema (draft-07) of result.json, as data. Written by hand because report/ knows no schema library;
// tests hold it against real results, property by property, and against schema/result.schema.json.

import { OUTCOME_CLASSES } from '../outcomes.ts';
import { RESULT_CAPACITY_SCHEMA } from './known-capacity.ts';
import { STABILITY_SCHEMA } from './result-stability.ts';
import { ATTEMPTS_SCHEMA, AUDIT_SCHEMA, BOOKS_SCHEMA } from './schema-books.ts';
import { EXAMPLES_SCHEMA } from './schema-kept.ts';
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

export type { Schema } from './schema-shapes.ts';

const window = { fromUs: amount, untilUs: amount };
const numbersOfTimes = {
  count,
  minUs: maybeAmount,
  meanUs: maybeAmount,
  p50Us: maybeAmount,
  p90Us: maybeAmount,
  p95Us: maybeAmount,
  p99Us: maybeAmount,
  p999Us: maybeAmount,
  p9999Us: maybeAmount,
  maxUs: maybeAmount,
};
const times = (description: string): Schema =>
  described(
    object({ ...numbersOfTimes, histogram: described(text, 'HdrHistogram V2, compressed, base64; unit 1 µs.') }),
    `${description} A number is null where there are no orders, a percentile where there are too few to say.`,
  );

const counts = { fired: count, dropped: count, accepted: count, rejected: count, failed: count, unknown: count };

const ending: Schema = {
  anyOf: [
    object({ kind: { const: 'complete' } }),
    object({ kind: { const: 'stopped' }, text, atUs: number }),
    object({ kind: { const: 'interrupted' }, signal: oneOf('SIGINT', 'SIGTERM', 'crash'), atUs: number }),
  ],
};

const incident: Schema = {
  anyOf: [
    object({ kind: oneOf('lost-worker', 'telemetry-gap', 'missing-tally'), worker: count, detail: text }),
    object({ kind: oneOf('no-socket', 'refused'), count, detail: text }),
    object({ kind: { const: 'late-start' }, worker: count, lateUs: amount }),
  ],
};

export const slo = object({
  text: described(text, 'As written in the profile.'),
  line: described({ type: ['integer', 'null'], minimum: 1 }, 'Line of the profile.'),
  status: oneOf('pass', 'fail', 'inconclusive', 'not-checked'),
  unit: described(oneOf('us', 'share', 'count', 'perS'), 'Of measured, interval, limit and worst.measured.'),
  measured: maybeNumber,
  interval: described(orNull(object({ low: number, high: number })), '95 % interval of measured.'),
  limit: maybeNumber,
  samples: described(count, 'Orders the judgement rests on.'),
  windows: orNull(object({ total: count, failed: count, undecided: count })),
  worst: orNull(object({ ...window, measured: number })),
  says: text,
});

const phase = object({
  name: described(text, 'A part of the traffic.'),
  windows: listOf(object(window)),
  orders: described(object({ planned: count, ...counts }), 'Orders due while the part was on.'),
  p50Us: maybeAmount,
  p99Us: maybeAmount,
  maxUs: maybeAmount,
});

const outcome = object({
  name: text,
  class: oneOf(...OUTCOME_CLASSES),
  shareOfDone: { type: ['number', 'null'], minimum: 0, maximum: 1 },
  ...numbersOfTimes,
});

const windows = object({
  everyUs: described(amount, 'Length of a window.'),
  rows: listOf(
    object({
      fromUs: amount,
      orders: described(count, 'Due in the window, and ended.'),
      accepted: count,
      errors: described(count, 'failed + unknown'),
      p50Us: maybeAmount,
      p90Us: maybeAmount,
      p99Us: maybeAmount,
    }),
  ),
});

const change = oneOf('same', 'worse', 'better', 'cannot-tell');
const comparison = object({
  baseline: described(text, 'Folder of the earlier run.'),
  found: {
    anyOf: [
      object({ comparable: { const: false }, why: listOf(object({ code: text, message: text })) }),
      object({
        comparable: { const: true },
        verdict: change,
        metrics: listOf(
          object(
            {
              metric: text,
              phase: described(text, 'A part of the traffic; not there for the whole run.'),
              unit: oneOf('us', 'share'),
              before: maybeAmount,
              after: maybeAmount,
              change: described(maybeNumber, 'Of times after ÷ before − 1, of shares after − before.'),
              interval: described(orNull(listOf(number)), '95 % interval of change: low, high.'),
              pairs: described(count, 'Windows that both runs could fill.'),
              verdict: change,
              says: text,
            },
            ['phase'],
          ),
        ),
        notes: listOf(text),
      }),
    ],
  },
});

const generator = object(
  {
    driver: text,
    driverReason: described(text, 'Why that one: the version of HTTP, or as asked.'),
    workers: count,
    workersReason: text,
    clamped: described(count, 'Times above the range of the histograms, counted at its end.'),
    cpuUs: maybeAmount,
    rssBytes: maybeAmount,
    gates: listOf(
      object({
        name: text,
        status: oneOf('ok', 'warn', 'void'),
        measured: text,
        limit: text,
        touched: described(maybeAmount, 'Share of the run touched, 0…1.'),
        advice: text,
        known: described({ type: 'boolean' }, 'False where this run or this machine did not say.'),
        byWorker: listOf(object({ worker: count, measured: text })),
      }),
    ),
    incidents: listOf(incident),
    perWorker: listOf(
      object({
        worker: count,
        fired: count,
        dropped: count,
        openMax: count,
        waitingMax: count,
        opened: count,
        cpuUs: maybeAmount,
        worstBusyShare: described(
          maybeAmount,
          'Of its event loop, of the busiest 5 s; waiting for due times excluded.',
        ),
        gcShare: maybeAmount,
        gcMaxUs: maybeAmount,
        connections: described(maybeAmount, 'Its cap on connections.'),
        queued: described(maybeAmount, 'Orders that found all of them taken.'),
        latenessP99Us: maybeAmount,
        latenessMaxUs: maybeAmount,
      }),
    ),
    machine: described(
      orNull(object({ stealShare: amount, worstSteal: amount, involuntary: maybeAmount })),
      'Shares of the CPU given to others, over the run and in the worst second; involuntary context switches.',
    ),
    witness: described(
      orNull(object({ sent: count, answered: count })),
      'Orders of a separate process, counted nowhere else; null without --witness.',
    ),
    noiseFloor: described(
      orNull(object({ p50Us: amount, p99Us: amount })),
      'Response of a target that does nothing, on this machine, by `doorbuster calibrate`.',
    ),
    code: described(
      object({
        cpuUsPerOrder: described(
          maybeAmount,
          'At most, of the workers: polling left out as far as it can be told apart. Null with few orders.',
        ),
        thrown: listOf(object({ says: text, count, seq: described(count, 'The first order that threw it.') })),
      }),
      'Of orders made by code: what they cost, and what they threw, the most frequent first.',
    ),
  },
  ['code'],
);

export const environment = object({
  doorbuster: text,
  node: text,
  platform: text,
  cpu: text,
  cores: count,
  memoryBytes: amount,
  commit: { type: ['string', 'null'] },
});

const instant: Schema = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$' };
const run = object({
  id: text,
  name: text,
  profile: described(text, 'The profile file as given.'),
  profileHash: text,
  target: described(text, 'Without user info, query and fragment.'),
  startedAt: instant,
  endedAt: instant,
  durationUs: described(amount, 'Of the plan.'),
  command: described(text, 'As typed; secrets taken out.'),
  seed: { type: 'integer' },
  warnings: listOf(text),
});

export const RESULT_SCHEMA: Schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Doorbuster result.json',
  description: 'What one run found. Times are µs, rates are per second, shares are 0…1.',
  ...object(
    {
      schemaVersion: { const: 1 },
      verdict: oneOf('pass', 'fail', 'inconclusive', 'invalid'),
      exitCode: count,
      sentence: described(text, 'The verdict in one plain sentence.'),
      reasons: listOf(object({ code: text, message: text })),
      ending,
      orders: object({ planned: count, unreached: count, sent: count, ...counts }),
      response: times(
        'done − due: what the shopper feels; orders that were given up, with what they had waited by then.',
      ),
      service: times('done − sent: what the shop took.'),
      wait: times('sent − fired: waiting for a free connection, connecting, TLS.'),
      connect: times('Part of wait, once for each connection that an order waited for: look-up of the name and TCP.'),
      tls: times('Part of wait, once for each connection that an order waited for: the TLS handshake.'),
      think: times("The shoppers' own pauses, inside the response."),
      steps: described(
        listOf(object({ name: text, ...numbersOfTimes, histogram: text })),
        'Service of each step; empty where an order is one request.',
      ),
      lateness: times('fired − due: what the generator did wrong.'),
      rate: described(
        object({ plannedMean: amount, plannedPeak: amount, firedMean: amount, acceptedMean: amount }),
        'plannedMean is of the plan; firedMean and acceptedMean are of what happened in the time the run lasted: answers after its end count in orders alone.',
      ),
      slo: listOf(slo),
      phases: listOf(phase),
      outcomes: listOf(outcome),
      audit: described(AUDIT_SCHEMA, 'What must hold between the answers and the books of the shop.'),
      books: BOOKS_SCHEMA,
      attempts: ATTEMPTS_SCHEMA,
      stability: STABILITY_SCHEMA,
      capacity: RESULT_CAPACITY_SCHEMA,
      windows: described(windows, 'Equal stretches of the plan that the run got through, for comparisons.'),
      comparison: described(orNull(comparison), 'With the run of --baseline.'),
      earlier: described(
        listOf(
          object({
            id: text,
            startedAt: instant,
            verdict: oneOf('pass', 'fail', 'inconclusive', 'invalid'),
            complete: { type: 'boolean' },
            planned: count,
            accepted: count,
            p99Us: maybeAmount,
          }),
        ),
        'Runs of the same profile on the same machine before this one, in order of time.',
      ),
      adjustments: listOf(
        object({ flag: oneOf('scale', 'speed', 'condense'), value: text, says: text, cannotShow: text }),
      ),
      sources: described(
        listOf(object({ part: text, says: listOf(text) })),
        'Of each trace: what was read, which lines were used and left out, and whether it was rescaled, a sentence each.',
      ),
      generator,
      environment,
      run,
      files: described(listOf(text), 'What the run folder holds, this file among them.'),
      examples: EXAMPLES_SCHEMA,
    },
    ['stability', 'capacity', 'examples', 'earlier', 'sources'],
  ),
};
