// What an order brings along beside its identity: extracts, rows of feeders, extracts of setup, cookies, another body.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { buildFeeder } from '../../src/order/feeders.ts';
import type { BodySpec, IdentitySpec, OrderSpec, Sending, StepSpec } from '../../src/order/spec.ts';
import { alterationOf, compileOrder, compileStep, type Given } from '../../src/order/template.ts';
import { anyCharacter } from '../support/any-character.ts';

const RUNS = { seed: 20150408, numRuns: 300 };
const IDENTITY: IdentitySpec = {
  runId: 'run',
  seed: 7,
  skus: [{ value: 'phone', weight: 1 }],
  quantity: [{ value: 9, weight: 1 }],
};
const STEP: StepSpec = { name: 'pay', method: 'POST', path: '/pay', headers: [], body: { kind: 'none' } };
const utf8 = (bytes: Uint8Array | undefined) =>
  new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
const bodyOf = (body: BodySpec, given: Given, sending: Sending = { seq: 0 }) =>
  utf8(compileStep({ ...STEP, body }, IDENTITY, given).render(sending).body);

/** Whatever might break out of its place. */
const nasty = fc
  .array(
    fc.oneof(
      anyCharacter,
      fc.constantFrom('"', '\\', '\r\n', '\0', '\ud800', '😀', '%', '&', '=', '/', '?', '#', '{{', '}}'),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));
/** What a CSV or JSON reader can bring is well-formed. */
const cell = nasty.map((text) => text.toWellFormed());

describe('an extract', () => {
  it('reads back from every place it is written to, whatever it holds', () => {
    const step: StepSpec = {
      ...STEP,
      path: '/cart/{{vars.cart}}?t={{vars.token}}',
      headers: [['authorization', 'Bearer {{vars.token}}']],
      body: { kind: 'json', value: { cart: '{{vars.cart}}', both: '{{vars.token}}-{{vars.cart}}' } },
    };
    const form: BodySpec = { kind: 'form', fields: [['cart', '{{vars.cart}}']] };
    const given = { variables: ['token', 'cart'] };
    const template = compileStep(step, IDENTITY, given);
    fc.assert(
      fc.property(nasty, nasty, (token, cart) => {
        const sending = { seq: 3, vars: [token, cart] };
        const { path, headers, body } = template.render(sending);
        const match = /^\/cart\/([^/?&#]*)\?t=([^/?&#]*)$/.exec(path)!;
        expect(decodeURIComponent(match[1]!)).toBe(cart.toWellFormed());
        expect(decodeURIComponent(match[2]!)).toBe(token.toWellFormed());
        expect(template.pathOf(sending)).toBe(path);
        expect(headers[1]).toMatch(/^Bearer [\t\x20-\x7e\x80-\xff]*$/);
        expect(JSON.parse(utf8(body))).toEqual({ cart, both: `${token}-${cart}` });
        expect([...new URLSearchParams(bodyOf(form, given, sending))]).toEqual([['cart', cart.toWellFormed()]]);
      }),
      RUNS,
    );
  });

  it('that is not there yet, or longer than 4,096 characters, is empty', () => {
    const body: BodySpec = { kind: 'text', text: '<{{vars.token}}>' };
    const given = { variables: ['token'] };
    expect(bodyOf(body, given)).toBe('<>');
    expect(bodyOf(body, given, { seq: 0, vars: [] })).toBe('<>');
    expect(bodyOf(body, given, { seq: 0, vars: ['x'.repeat(4096)] })).toBe(`<${'x'.repeat(4096)}>`);
    expect(bodyOf(body, given, { seq: 0, vars: ['x'.repeat(4097)] })).toBe('<>');
  });

  it('leaves a rendered body what it was, however long the others are', () => {
    const template = compileStep({ ...STEP, body: { kind: 'json', value: '{{vars.x}}' } }, IDENTITY, {
      variables: ['x'],
    });
    const texts = Array.from({ length: 300 }, (_, seq) => String(seq).repeat((seq * 37) % 1000));
    const kept = texts.map((text, seq) => template.render({ seq, vars: [text] }).body);
    expect(kept.map(utf8)).toEqual(texts.map((text) => JSON.stringify(text)));
  });

  it('is for the steps behind the one that brings it', () => {
    const extract = (name: string) => [{ name, from: { kind: 'json' as const, path: name }, optional: false }];
    const text = (name: string): BodySpec => ({ kind: 'text', text: `{{vars.${name}}}` });
    const order = (bodies: [BodySpec, BodySpec]): OrderSpec => ({
      steps: [
        { ...STEP, body: bodies[0], extract: extract('token') },
        { ...STEP, body: bodies[1], extract: extract('cart') },
      ],
      identity: IDENTITY,
      rules: [],
    });
    const [, second] = compileOrder(order([{ kind: 'none' }, text('token')]));
    expect(utf8(second!.render({ seq: 0, vars: ['t', 'c'] }).body)).toBe('t');
    expect(() => compileOrder(order([text('token'), { kind: 'none' }]))).toThrow(UserError);
    expect(() => compileOrder(order([{ kind: 'none' }, text('cart')]))).toThrow(UserError);
  });
});

describe('a row of a feeder', () => {
  const rows = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 });

  it('is written in every place as the same text of setup would be', () => {
    fc.assert(
      fc.property(rows, fc.nat(20), (cells, seq) => {
        const feeder = buildFeeder({ name: 'f', columns: ['a', 'b'], order: 'circular', cells });
        const stepOf = (a: string, b: string): StepSpec => ({
          ...STEP,
          path: `/${a}?${b}`,
          headers: [['x', `${b}-${a}`]],
          body: { kind: 'json', value: [a, { [b]: a }] },
        });
        const [a, b] = cells[seq % cells.length]!;
        const given: Given = { feeders: [feeder], setup: { a, b } };
        const fed = compileStep(stepOf('{{f.a}}', '{{f.b}}'), IDENTITY, given).render({ seq });
        const told = compileStep(stepOf('{{setup.a}}', '{{setup.b}}'), IDENTITY, given).render({ seq });
        expect({ ...fed, body: utf8(fed.body) }).toEqual({ ...told, body: utf8(told.body) });
        const form = (text: string) => bodyOf({ kind: 'form', fields: [['f', text]] }, given, { seq });
        expect(form('{{f.a}}')).toBe(form('{{setup.a}}'));
      }),
      RUNS,
    );
  });
});

describe('cookies', () => {
  const headersOf = (headers: [string, string][], sending: Sending) =>
    compileStep({ ...STEP, headers }, IDENTITY, { cookies: true }).render(sending).headers;

  it('have a line of their own, which is not there without them', () => {
    expect(headersOf([['a', 'b']], { seq: 0, cookie: 'session=1; x=2' })).toEqual([
      'a',
      'b',
      'cookie',
      'session=1; x=2',
    ]);
    expect(headersOf([['a', 'b']], { seq: 0, cookie: '' })).toEqual(['a', 'b']);
    expect(headersOf([['a', 'b']], { seq: 0 })).toEqual(['a', 'b']);
  });

  it("join the step's own", () => {
    expect(headersOf([['Cookie', 'own=1']], { seq: 0, cookie: 'x=2' })).toEqual(['Cookie', 'own=1; x=2']);
    expect(headersOf([['Cookie', 'own=1']], { seq: 0 })).toEqual(['Cookie', 'own=1']);
  });

  it('are not sent by an order that keeps none', () => {
    const { headers } = compileStep({ ...STEP, headers: [['cookie', 'own=1']] }, IDENTITY).render({
      seq: 0,
      cookie: 'x=2',
    });
    expect(headers).toEqual(['cookie', 'own=1']);
  });
});

describe('an altered request', () => {
  const json = (value: unknown): BodySpec => ({ kind: 'json', value });
  const form = (fields: [string, string][]): BodySpec => ({ kind: 'form', fields });
  const graphql = (variables?: unknown): BodySpec => ({ kind: 'graphql', query: '{a}', variables });

  it.each<[string, BodySpec, string, string]>([
    ['quantity', json({ q: '{{quantity}}', qty: 1 }), '{"q":9,"qty":1}', '{"q":10,"qty":1}'],
    ['quantity', { kind: 'text', text: '{{quantity}}' }, '9', '10'],
    ['quantity', form([['q', '{{quantity}}']]), 'q=9', 'q=10'],
    [
      'number',
      json({ lines: [{ sku: 'a', Quantity: 1 }], n: 3 }),
      '{"lines":[{"sku":"a","Quantity":1}],"n":3}',
      '{"lines":[{"sku":"a","Quantity":2}],"n":3}',
    ],
    ['number', json({ qty: 99 }), '{"qty":99}', '{"qty":100}'],
    ['member', json({ qty: 'many' }), '{"qty":"many"}', '{"qty":"many","altered":true}'],
    ['member', json({}), '{}', '{"altered":true}'],
    ['member', form([['sku', 'a']]), 'sku=a', 'sku=a&altered=true'],
    ['member', form([]), '', 'altered=true'],
    ['number', graphql({ qty: 1 }), '{"query":"{a}","variables":{"qty":1}}', '{"query":"{a}","variables":{"qty":2}}'],
    ['member', graphql(), '{"query":"{a}","variables":{}}', '{"query":"{a}","variables":{"altered":true}}'],
  ])('differs by its %s in %j', (alteration, body, plain, altered) => {
    expect(alterationOf({ ...STEP, body })).toBe(alteration);
    const given = { alters: true };
    expect(bodyOf(body, given)).toBe(plain);
    expect(bodyOf(body, given, { seq: 0, altered: true })).toBe(altered);
    expect(bodyOf(body, given, { seq: 1, altered: false })).toBe(plain);
    // Where nobody alters, nothing is made for it.
    expect(bodyOf(body, {}, { seq: 0, altered: true })).toBe(plain);
  });

  it('keeps its key and says the quantity alike everywhere', () => {
    const step: StepSpec = { ...STEP, path: '/{{quantity}}', headers: [['k', '{{order.key}}']], body: json([]) };
    const { render } = compileStep(step, IDENTITY, { alters: true });
    const { path, headers } = render({ seq: 5, altered: true });
    expect([path, headers[1]]).toEqual(['/10', render({ seq: 5 }).headers[1]]);
    expect(render({ seq: 5 }).path).toBe('/9');
  });

  it.each<BodySpec>([{ kind: 'none' }, { kind: 'text', text: '<order/>' }, json([1]), json('x')])(
    'is refused where there is nothing to alter: %j',
    (body) => {
      expect(alterationOf({ ...STEP, body })).toBe('none');
      expect(() => compileStep({ ...STEP, body }, IDENTITY, { alters: true })).toThrow('write `{{quantity}}` in it');
    },
  );

  it('is the placing step alone', () => {
    const spec: OrderSpec = {
      steps: [STEP, { ...STEP, body: json({ q: '{{quantity}}' }) }, { ...STEP, body: json({ q: '{{quantity}}' }) }],
      placedBy: 1,
      identity: IDENTITY,
      rules: [],
      shoppers: { altered: { share: 1, afterUs: 0 } },
    };
    const bodies = compileOrder(spec).map(({ render }) => utf8(render({ seq: 0, altered: true }).body));
    expect(bodies).toEqual(['', '{"q":10}', '{"q":9}']);
  });
});

describe('a GraphQL body', () => {
  it('is JSON with the query as it is written and typed variables', () => {
    const query = 'mutation Add($n: Int!) {\n  add(n: $n) { ... on Cart { id } }\n}';
    const body: BodySpec = {
      kind: 'graphql',
      query,
      operationName: 'Add',
      variables: { n: '{{quantity}}', who: ['{{buyer.id}}'] },
    };
    const step = compileStep({ ...STEP, body }, IDENTITY).render({ seq: 1 });
    expect(step.headers).toEqual(['content-type', 'application/json']);
    expect(JSON.parse(utf8(step.body))).toEqual({
      query,
      operationName: 'Add',
      variables: { n: 9, who: [expect.stringMatching(/^buyer-\d+$/)] },
    });
  });

  it('takes placeholders in its variables alone', () => {
    const bodyWith = (query: string, variables?: unknown): BodySpec => ({ kind: 'graphql', query, variables });
    expect(() => bodyOf(bodyWith('{ a(sku: "{{sku}}") }'), {})).toThrow('give it the placeholder under `variables`');
    expect(() => bodyOf(bodyWith('{ a }', ['x']), {})).toThrow('Expected `variables` to be a map');
  });
});

describe('the request of read-back', () => {
  it('asks with the headers of the placing step but those of its key and body', () => {
    const spec: OrderSpec = {
      steps: [
        {
          ...STEP,
          headers: [
            ['Idempotency-Key', '{{order.key}}'],
            ['Content-Type', 'x/y'],
            ['authorization', 'Bearer {{env.T}}'],
          ],
          body: { kind: 'text', text: 'x' },
        },
      ],
      identity: IDENTITY,
      rules: [],
      env: { T: 't' },
      shoppers: { readBack: { share: 1, afterUs: 0, path: '/orders/{{vars.orderId}}' } },
    };
    const templates = compileOrder(spec);
    expect(templates).toHaveLength(2);
    expect(templates[1]!.render({ seq: 0, vars: ['o/1'] })).toEqual({
      method: 'GET',
      path: '/orders/o%2F1',
      headers: ['authorization', 'Bearer t'],
      body: undefined,
    });
  });
});

describe('an order made by code', () => {
  it('is sent as it comes', () => {
    const journey = { url: 'file:///order.ts', hash: '', outcomes: [] };
    const [template] = compileOrder({ steps: [STEP], identity: IDENTITY, rules: [], journey });
    const request = { method: 'PUT', path: '/x', headers: ['a', 'b'], body: undefined };
    expect(template!.render({ seq: 0, request })).toBe(request);
    const bytes = new Uint8Array(1000);
    const length = template!.http1({ host: 'h', close: false }).patch(bytes, { seq: 0, request });
    expect(Buffer.from(bytes.subarray(0, length)).toString('latin1')).toBe(
      'PUT /x HTTP/1.1\r\na: b\r\nhost: h\r\ncontent-length: 0\r\n\r\n',
    );
  });
});
