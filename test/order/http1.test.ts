// A compiled HTTP/1.1 request against one put together from `render`, the other way through the same template.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildFeeder } from '../../src/order/feeders.ts';
import type { IdentitySpec, Sending, StepSpec } from '../../src/order/spec.ts';
import { alterationOf, compileStep, type StepTemplate } from '../../src/order/template.ts';
import { anyCharacter } from '../support/any-character.ts';

const IDENTITY: IdentitySpec = {
  runId: 'run',
  seed: 7,
  skus: [
    { value: 'phone', weight: 2 },
    { value: 'tablet “10”', weight: 1 },
  ],
  quantity: [
    { value: 1, weight: 1 },
    { value: 9, weight: 1 },
  ],
};
const FRAMING = { host: 'shop.example:8080', close: false };

/** Bytes of each sending, patched into a buffer in which other orders have been before. */
function bytesOf(template: StepTemplate, sendings: readonly Sending[], framing = FRAMING): string[] {
  const request = template.http1(framing);
  // What stands beyond the request must not matter, nor be touched.
  const buffer = Buffer.alloc(request.maxBytes + 8, '~');
  request.prepare(buffer);
  return sendings.map((sending) => {
    const length = request.patch(buffer, sending);
    expect(length).toBeLessThanOrEqual(request.maxBytes);
    expect(buffer.toString('latin1', request.maxBytes)).toBe('~'.repeat(8));
    return buffer.toString('latin1', 0, length);
  });
}

type Message = { start: string; headers: [string, string][]; body: string };

function messageOf(bytes: string): Message {
  const end = bytes.indexOf('\r\n\r\n');
  const [start = '', ...lines] = bytes.slice(0, end).split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { start, headers, body: bytes.slice(end + 4) };
}

function expectedOf(template: StepTemplate, sending: Sending, framing = FRAMING): Message {
  const { method, path, headers, body } = template.render(sending);
  const own = Array.from({ length: headers.length / 2 }, (_, i): [string, string] => [
    headers[2 * i]!,
    headers[2 * i + 1]!.trim(),
  ]);
  const text = body ? Buffer.from(body).toString('latin1') : '';
  const hosted = own.some(([name]) => name.toLowerCase() === 'host');
  return {
    start: `${method} ${path} HTTP/1.1`,
    headers: [
      ...(hosted ? [] : [['host', framing.host] as [string, string]]),
      ...own,
      ...(framing.close ? [['connection', 'close'] as [string, string]] : []),
      ...(body || ['POST', 'PUT', 'PATCH'].includes(method)
        ? [['content-length', String(text.length)] as [string, string]]
        : []),
    ],
    body: text,
  };
}

const FEEDER = buildFeeder({
  name: 'buyers',
  columns: ['id', 'name'],
  order: 'circular',
  cells: [
    ['1', 'Zoë “Z” \r\n'],
    ['22', ''],
    ['333', 'a&b=c/d\u0000'],
  ],
});
const GIVEN = {
  feeders: [FEEDER],
  setup: { admin: 'a"\\\r\né' },
  variables: ['one', 'two'],
  alters: true,
  cookies: true,
};
const PLACEHOLDERS = [
  'buyers.id',
  'buyers.name',
  'setup.admin',
  'vars.one',
  'vars.two',
  'order.key',
  'order.seq',
  'order.id',
  'buyer.id',
  'sku',
  'quantity',
  'choose(a, bcd, é)',
];
const value = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 12 }),
  fc.constantFrom('', '\r\nx-evil: 1', '"}', '\ud800', 'é'.repeat(4096), '\u0001'.repeat(4096), 'x'.repeat(4097)),
);
const sending: fc.Arbitrary<Sending> = fc.record(
  {
    seq: fc.oneof(fc.nat(20), fc.constant(2 ** 32 - 1)),
    vars: fc.array(value, { maxLength: 3 }),
    cookie: fc.oneof(fc.constant(''), fc.stringMatching(/^[a-z]{1,9}=[\x21-\x3a\x3c-\x7e]{0,20}$/)),
    altered: fc.boolean(),
  },
  { requiredKeys: ['seq'] },
);
const text = fc
  .array(
    fc.oneof(fc.constantFrom(...PLACEHOLDERS.map((name) => `{{${name}}}`)), fc.constantFrom('a', '-x-', 'é', '1')),
    {
      maxLength: 4,
    },
  )
  .map((pieces) => pieces.join(''));
const body: fc.Arbitrary<StepSpec['body']> = fc.oneof(
  fc.constant({ kind: 'none' as const }),
  text.map((value) => ({ kind: 'text' as const, text: value })),
  text.map((value) => ({ kind: 'json' as const, value: { buyer: value, quantity: '{{quantity}}' } })),
  text.map((value) => ({ kind: 'form' as const, fields: [['f', value]] as [string, string][] })),
);
const step: fc.Arbitrary<StepSpec> = fc.record({
  name: fc.constant('checkout'),
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD'),
  path: text.map((value) => `/${value}`),
  headers: fc.array(fc.tuple(fc.constantFrom('x-a', 'X-B', 'Host', 'Cookie'), text), { maxLength: 3 }),
  body,
});

describe('http1', () => {
  it('writes what `render` says, for any step, order after order in one buffer', () => {
    const sendings = fc.array(sending, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(step, sendings, fc.boolean(), fc.boolean(), (spec, orders, close, alters) => {
        const template = compileStep(spec, IDENTITY, { ...GIVEN, alters: alters && alterationOf(spec) !== 'none' });
        const framing = { ...FRAMING, close };
        const messages = bytesOf(template, orders, framing).map(messageOf);
        expect(messages).toEqual(orders.map((order) => expectedOf(template, order, framing)));
      }),
      { seed: 20150408, numRuns: 300 },
    );
  });

  it('writes exactly this', () => {
    const template = compileStep(
      {
        name: 'checkout',
        method: 'POST',
        path: '/checkout',
        headers: [['Idempotency-Key', 'k']],
        body: { kind: 'text', text: '{{order.seq}}'.repeat(3) },
      },
      IDENTITY,
    );
    const head =
      'POST /checkout HTTP/1.1\r\nhost: shop.example:8080\r\nIdempotency-Key: k\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ';
    expect(bytesOf(template, [{ seq: 7 }, { seq: 1000 }, { seq: 42 }])).toEqual([
      `${head} 3\r\n\r\n777`,
      `${head}12\r\n\r\n100010001000`,
      `${head} 6\r\n\r\n424242`,
    ]);
  });

  it('leaves the framing to the driver', () => {
    const headers: [string, string][] = [
      ['Content-Length', '99'],
      ['transfer-encoding', 'chunked'],
      ['Connection', 'close'],
      ['x-a', 'b'],
    ];
    const template = compileStep({ name: 's', method: 'GET', path: '/', headers, body: { kind: 'none' } }, IDENTITY);
    expect(bytesOf(template, [{ seq: 0 }])).toEqual(['GET / HTTP/1.1\r\nhost: shop.example:8080\r\nx-a: b\r\n\r\n']);
  });
});
