import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderKeyOf } from '../../src/order/key.ts';
import type { OrderSpec } from '../../src/order/spec.ts';
import { compileOrder } from '../../src/order/template.ts';
import { orderTraces, TRACEPARENT_BYTES } from '../../src/order/trace.ts';

const seeded = { seed: 20261123, numRuns: 300 };
const seqs = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const runIds = fc.string({ minLength: 1, maxLength: 12 });

describe('the trace of an order', () => {
  it('is a traceparent as W3C writes it, its trace id the key of the order without dashes', () => {
    fc.assert(
      fc.property(runIds, seqs, fc.integer({ min: 0, max: 12 }), (runId, seq, step) => {
        const traces = orderTraces(runId);
        const parent = traces.parentOf(seq, step);
        const [, id, span] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/.exec(parent)!;
        expect(id).toBe(orderKeyOf(runId, seq).replaceAll('-', ''));
        expect([traces.idOf(seq), traces.spanOf(seq, step)]).toEqual([id, span]);
        expect(id).not.toBe('0'.repeat(32));
        expect(span).not.toBe('0'.repeat(16));
      }),
      seeded,
    );
  });

  it('leads back to its order, and to no other run', () => {
    fc.assert(
      fc.property(seqs, (seq) => {
        const traces = orderTraces('run-a');
        expect(traces.seqOf(traces.idOf(seq))).toBe(seq);
        expect(orderTraces('run-b').seqOf(traces.idOf(seq))).toBeUndefined();
      }),
      seeded,
    );
    expect(orderTraces('run-a').seqOf('nonsense')).toBeUndefined();
    expect(orderTraces('run-a').seqOf('')).toBeUndefined();
  });

  it('has a span of its own for each step of each order, and for each run', () => {
    const spans = new Set<string>();
    for (const runId of ['a', 'b'])
      for (let seq = 0; seq < 500; seq++)
        for (let step = 0; step < 4; step++) spans.add(orderTraces(runId).spanOf(seq, step));
    expect(spans.size).toBe(2 * 500 * 4);
  });

  it('writes the same bytes as it says, where it was told to, and nothing beside them', () => {
    const traces = orderTraces('r');
    const into = new Uint8Array(80).fill(7);
    expect(traces.writeParent({ seq: 5, step: 2 }, into, 10)).toBe(10 + TRACEPARENT_BYTES);
    expect(String.fromCharCode(...into.subarray(10, 10 + TRACEPARENT_BYTES))).toBe(traces.parentOf(5, 2));
    expect([into[9], into[10 + TRACEPARENT_BYTES]]).toEqual([7, 7]);
  });

  it('is what the requests of each step carry', () => {
    const step = (name: string) => ({
      name,
      method: 'POST',
      path: `/${name}`,
      headers: [
        ['traceparent', '{{trace.parent}}'],
        ['b3', '{{trace.id}}-{{trace.span}}-1'],
      ] as [string, string][],
      body: { kind: 'none' as const },
    });
    const identity = { runId: 'r9', seed: 1, skus: [{ value: 'a', weight: 1 }], quantity: [{ value: 1, weight: 1 }] };
    const order: OrderSpec = { steps: [step('cart'), step('pay')], identity, rules: [] };
    const traces = orderTraces('r9');
    for (const [index, template] of compileOrder(order).entries()) {
      for (const seq of [0, 1, 77, 2 ** 32 - 1]) {
        const { headers } = template.render({ seq });
        expect(headers.slice(0, 4)).toEqual([
          ...['traceparent', traces.parentOf(seq, index)],
          ...['b3', `${traces.idOf(seq)}-${traces.spanOf(seq, index)}-1`],
        ]);
        const wire = template.http1({ host: 'h', close: false });
        const into = new Uint8Array(wire.maxBytes);
        wire.prepare(into);
        const text = String.fromCharCode(...into.subarray(0, wire.patch(into, { seq })));
        expect(text).toContain(`\r\ntraceparent: ${traces.parentOf(seq, index)}\r\n`);
        expect(text).toContain(`\r\nb3: ${traces.idOf(seq)}-${traces.spanOf(seq, index)}-1\r\n`);
      }
    }
  });
});
