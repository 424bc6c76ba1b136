import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { Histogram } from '../../src/measure/histogram.ts';
import { capacityFileOf } from '../../src/report/capacity-file.ts';
import { EVENTS_SCHEMA } from '../../src/report/events-schema.ts';
import { HISTORY_SCHEMA } from '../../src/report/history-row.ts';
import { knownCapacity } from '../../src/report/known-capacity.ts';
import type { RunRecord } from '../../src/report/record.ts';
import { resultOf } from '../../src/report/result.ts';
import { RESULT_SCHEMA } from '../../src/report/result-schema.ts';
import { evidenceOf, steadyOrders } from '../support/evidence.ts';
import { golden } from '../support/golden.ts';
import { recordOf } from '../support/record.ts';
import { cleanAudit, cutAudit, lossyAudit } from './audits.ts';
import { foundCapacity } from './capacities.ts';
import { crowded, failing, interrupted, passing, unfit } from './runs.ts';

const validate = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true }).compile(RESULT_SCHEMA);
const valid = (value: unknown) => (validate(value) ? [] : validate.errors);
const asRead = (record: RunRecord) => JSON.parse(JSON.stringify(resultOf(record, ['run.hlog', 'result.json'])));

const everything = (): RunRecord => {
  const record = unfit();
  const incidents = [
    { kind: 'lost-worker', worker: 1, detail: 'connect to http://ann:s3cret@shop/x?token=t failed' },
    { kind: 'telemetry-gap', worker: 0, detail: 'silent for 7 s' },
    { kind: 'missing-tally', worker: 0, detail: 'interval 3' },
    { kind: 'no-socket', count: 2, detail: 'EMFILE' },
    { kind: 'late-start', worker: 0, lateUs: 12 },
  ] as const;
  const ending = { kind: 'stopped', text: 'errors > 20% for 30s', atUs: 3e6 } as const;
  return { ...record, evidence: { ...record.evidence, incidents, ending, audit: lossyAudit() } };
};

const runs = {
  passing: passing(),
  failing: failing(),
  interrupted: interrupted(),
  unfit: unfit(),
  everything: everything(),
};

describe('result.json', () => {
  for (const [name, record] of Object.entries(runs)) {
    it(`of a ${name} run is what the schema says`, () => expect(valid(asRead(record))).toEqual([]));
  }

  it('of a run without a single order, and with an SLO that cannot be read, is too', () => {
    const record = recordOf([], { durationUs: 5e6, slo: ['p99 < 300 bananas'] });
    const result = asRead(record);
    expect(valid(result)).toEqual([]);
    expect(result.response).toMatchObject({ count: 0, minUs: null, meanUs: null, p50Us: null, maxUs: null });
    expect(result.slo[0]).toMatchObject({ measured: null, limit: null, status: 'inconclusive' });
  });

  it('has no property that the schema does not name, nor lacks one', () => {
    const result = asRead(runs.failing);
    // An older Doorbuster did not write it.
    const optional = Object.keys(result).filter((name) => !RESULT_SCHEMA.required?.includes(name));
    expect(optional).toEqual(expect.arrayContaining(['stability', 'examples']));
    for (const name of RESULT_SCHEMA.required!) {
      const { [name]: _, ...without } = result;
      expect(valid(without), name).not.toEqual([]);
    }
    const sections = Object.entries<unknown>(result).filter(
      ([, value]) => typeof value === 'object' && !Array.isArray(value),
    );
    expect(sections.length).toBeGreaterThan(8);
    for (const [name, value] of sections)
      expect(valid({ ...result, [name]: { ...(value as object), extra: 1 } }), name).not.toEqual([]);
    for (const list of ['slo', 'phases', 'outcomes', 'reasons']) {
      expect(valid({ ...result, [list]: [{ ...result[list][0], extra: 1 }] }), list).not.toEqual([]);
    }
  });

  it('has the headroom over its own rates where a search for capacity is known, and says nothing where none is', () => {
    const file = capacityFileOf(foundCapacity());
    const result = asRead({ ...crowded(), capacity: knownCapacity('some-folder', file) });
    expect(result.rate.plannedPeak).toBeGreaterThan(1.5 * result.rate.plannedMean);
    expect(valid(result)).toEqual([]);
    const { heldPerS, brokePerS } = file.bracket;
    const { plannedPeak, plannedMean } = result.rate;
    expect(result.capacity).toMatchObject({
      folder: 'some-folder',
      heldPerS,
      overPeak: { low: heldPerS! / plannedPeak, high: brokePerS! / plannedPeak },
      overMean: { low: heldPerS! / plannedMean, high: brokePerS! / plannedMean },
    });
    expect(asRead(runs.failing)).not.toHaveProperty('capacity');
  });

  it('has the audit: what broke and its story, how the books were read, what unknown orders became, and attempts', () => {
    const { audit, books, attempts } = asRead(runs.everything);
    const lost = audit.find(({ name }: { name: string }) => name === 'lost');
    expect(lost).toMatchObject({ status: 'fail', violations: 2, checked: 11_970 });
    expect(lost.examples[0]).toMatchObject({ seq: 17, sku: null });
    expect(lost.examples[0].story.deeds).toMatchObject([{ why: 'first', status: 201, id: 'order-17' }]);
    expect(books).toMatchObject({
      incomplete: '',
      read: { rows: 11_971, claimed: null, polls: [11_970, 11_971, 11_971] },
      unknown: { total: 12, placed: 1, notPlaced: 11 },
      truth: { holds: true },
    });
    expect(attempts).toEqual({ orders: 12_000, attempts: 13_200, perOrder: 1.1 });
    expect(asRead(runs.passing)).toMatchObject({ audit: [], books: null, attempts: null });
    const { evidence, ...record } = runs.passing;
    const unread = { ...cutAudit(), books: undefined, unknown: undefined, truth: undefined };
    for (const one of [cleanAudit(), unread]) {
      expect(valid(asRead({ ...record, evidence: { ...evidence, audit: one } }))).toEqual([]);
    }
  });

  it('is part of schema/events.schema.json, which is published too', () => {
    const text = JSON.stringify(EVENTS_SCHEMA, null, 2);
    expect(golden('../../schema/events.schema.json', text)).toBe(text);
  });

  it('has a schema of a line of history.jsonl beside it', () => {
    const text = JSON.stringify(HISTORY_SCHEMA, null, 2);
    expect(golden('../../schema/history.schema.json', text)).toBe(text);
  });

  it('says where its traces came from, and nothing where there are none', () => {
    const sources = [
      { part: 'rush', says: ['1,042 orders from last-year.log', 'rescaled from 1,042 to 6,000 orders'] },
    ];
    const result = asRead(recordOf(steadyOrders(10, 2), { plan: { sources } }));
    expect(valid(result)).toEqual([]);
    expect(result.sources).toEqual(sources);
    expect(asRead(runs.passing)).not.toHaveProperty('sources');
  });

  it('is published as schema/result.schema.json', () => {
    const text = `${JSON.stringify(RESULT_SCHEMA, null, 2)}\n`;
    const path = new URL('../../schema/result.schema.json', import.meta.url);
    expect(golden('../../schema/result.schema.json', text.trimEnd())).toBe(text.trimEnd());
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('says how many orders, and from which numbers its rates come', () => {
    const { orders, rate, schemaVersion, verdict, exitCode } = resultOf(runs.interrupted);
    expect({ schemaVersion, verdict, exitCode }).toEqual({ schemaVersion: 1, verdict: 'inconclusive', exitCode: 130 });
    expect(orders).toMatchObject({ planned: 120, fired: 63, dropped: 0, unreached: 57, accepted: 62, rejected: 1 });
    expect(rate.plannedMean).toBe(2);
    expect(rate.plannedPeak).toBe(2);
    expect(rate.firedMean).toBeCloseTo(63 / 31.4, 9);
    expect(rate.acceptedMean).toBeCloseTo(62 / 31.4, 9);
  });

  it('gives null for a percentile of too few orders', () => {
    const { response } = resultOf(runs.interrupted);
    expect(response.p50Us).toBeGreaterThan(8_000);
    expect(response).toMatchObject({ count: 63, p99Us: null, p999Us: null, p9999Us: null });
    expect(resultOf(runs.passing).response.p9999Us).toBeNull();
    expect(resultOf(runs.passing).response.p999Us).toBeGreaterThan(0);
  });

  it('carries histograms that decode to the same counts', () => {
    const { response } = resultOf(runs.failing);
    const decoded = Histogram.decode(response.histogram);
    expect(decoded.count).toBe(12_000);
    const truth = runs.failing.evidence.timeline.total().histogram({ of: 'response' });
    expect([...decoded.buckets()]).toEqual([...truth.buckets()]);
  });

  it('counts the orders of each phase once, though its windows overlap', () => {
    const orders = steadyOrders(10, 30);
    const phases = [
      { part: 'base', fromUs: 0, untilUs: 30e6 },
      { part: 'flash', fromUs: 5e6, untilUs: 10.5e6 },
      { part: 'flash', fromUs: 8e6, untilUs: 12e6 },
      { part: 'flash', fromUs: 20e6, untilUs: 21e6 },
    ];
    const [base, flash] = resultOf(recordOf(orders, { phases })).phases;
    expect(base).toMatchObject({ name: 'base', orders: { planned: 300, fired: 300, accepted: 300 } });
    const within = orders.filter(({ dueUs }) => (dueUs >= 5e6 && dueUs < 12e6) || (dueUs >= 20e6 && dueUs < 21e6));
    expect(flash?.orders).toMatchObject({ planned: within.length, fired: within.length });
    expect(flash?.windows).toHaveLength(3);
    expect(flash?.maxUs).toBe(20_000);
  });

  it('counts the order due in the very last instant into the phase that ends with the run', () => {
    const orders = [...steadyOrders(10, 10), { dueUs: 10e6, doneUs: 10e6 + 5 }];
    const record = recordOf(orders, { durationUs: 10e6, phases: [{ part: 'base', fromUs: 0, untilUs: 10e6 }] });
    expect(resultOf(record).phases[0]?.orders).toMatchObject({ planned: 101, fired: 101 });
  });

  it('holds no secret of the target, the command, or an error', () => {
    const record = recordOf(steadyOrders(10, 10), {
      run: {
        command:
          "doorbuster run p.yaml --target 'https://ann:s3cret@shop.example/x?token=s3cret' --set 'order.headers.x=Bearer s3cret' --set traffic.seed=7",
        warnings: ['http://ann:s3cret@shop.example/ is not loopback'],
      },
      incidents: [{ kind: 'lost-worker', worker: 0, detail: 'at wss://u:s3cret@h/?k=s3cret' }],
    });
    const text = JSON.stringify(resultOf(record));
    expect(text).not.toContain('s3cret');
    expect(resultOf(record).run.command).toContain('traffic.seed=7');
    expect(resultOf(record).run.target).toBe('https://shop.example/api');
  });

  it('needs the real timeline and says so', () => {
    const evidence = evidenceOf(steadyOrders(10, 10));
    expect(() => resultOf({ ...runs.passing, evidence })).toThrow(TypeError);
  });
});
