// What a journey's module must look like, and what of a request that code makes reaches the wire.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeFormOf, defineJourney } from '../../src/order/code.ts';
import { codeHttp1, codeRequest, MAX_REQUEST_BYTES } from '../../src/order/code-request.ts';
import { compileJourney } from '../../src/order/journey.ts';
import type { OrderSpec } from '../../src/order/spec.ts';

const nothing = async () => {};

describe('a module', () => {
  it('names its steps, the one that places the order, and its own outcomes', () => {
    const form = codeFormOf(
      defineJourney({
        steps: ['cart', 'pay', 'receipt'],
        places: 'pay',
        outcomes: { sold_out: 'rejected', lost: 'unknown' },
        order: nothing,
      }),
    );
    expect(form).toEqual({
      steps: ['cart', 'pay', 'receipt'],
      placedBy: 1,
      outcomes: [
        { name: 'sold_out', class: 'rejected' },
        { name: 'lost', class: 'unknown' },
      ],
    });
    expect(codeFormOf({ steps: ['a', 'b'], order: nothing })).toMatchObject({ placedBy: 1, outcomes: [] });
  });

  it.each<[unknown, string[]]>([
    [undefined, ['it exports nothing by default']],
    [[], ['it exports a list by default']],
    [nothing, ['it exports a function by default: write `export default defineJourney({ steps, order })`']],
    [{ order: nothing }, ['got none']],
    [{ steps: [], order: nothing }, ['got 0 of them']],
    [{ steps: Array.from({ length: 11 }, (_, i) => `s${i}`), order: nothing }, ['1 to 10 steps', 'got 11']],
    [{ steps: ['a', 'a b', 7], order: nothing }, ['step "a b" must be a name', 'step 7 must be a name']],
    [{ steps: ['a', 'a'], order: nothing }, ['`a` is there twice']],
    [{ steps: ['cart', 'pay'], places: 'cert', order: nothing }, ['"cert"; did you mean `cart`?']],
    [{ steps: ['a'] }, ['`order` must be the function']],
    [{ stpes: ['a'], order: nothing }, ['no `stpes`; did you mean `steps`?', 'got none']],
    [{ steps: ['a'], outcomes: ['x'], order: nothing }, ['`outcomes` must be a map']],
    [{ steps: ['a'], outcomes: { x: 'accepted' }, order: nothing }, ['`shop.accepted(…)`']],
    [{ steps: ['a'], outcomes: { x: 'no', y: 1 }, order: nothing }, ['`x` must be', '`y` must be']],
  ])('is refused where it is wrong, with every mistake: %j', (exported, says) => {
    const form = codeFormOf(exported);
    if (!('mistakes' in form)) throw new Error('taken');
    for (const part of says) expect(form.mistakes.join('\n')).toContain(part);
  });

  it('gives the run its outcomes; one name of two classes is told apart', () => {
    const identity = { runId: 'r', seed: 1, skus: [{ value: 's', weight: 1 }], quantity: [{ value: 1, weight: 1 }] };
    const step = (name: string) => ({ name, method: 'POST', path: '/', headers: [], body: { kind: 'none' as const } });
    const order: OrderSpec = {
      steps: [step('cart'), step('pay')],
      identity,
      rules: [{ name: 'sold_out', class: 'failed', status: [409] }],
      journey: { url: 'file:///j.ts', hash: '', outcomes: [{ name: 'sold_out', class: 'rejected' }] },
    };
    const { outcomes, code, skipped } = compileJourney(order);
    const at = (index: number | undefined) => outcomes[index!];
    expect(at(code!.accepted)).toEqual({ name: 'accepted', class: 'accepted' });
    expect(at(code!.threw)).toEqual({ name: 'threw', class: 'failed' });
    expect(at(code!.threwAfter)).toEqual({ name: 'threw after placing', class: 'unknown' });
    expect(at(code!.named.get('sold_out'))).toEqual({ name: 'order: sold_out', class: 'rejected' });
    expect(at(skipped)).toEqual({ name: 'skipped', class: 'rejected' });
  });
});

describe('a request', () => {
  const made = { method: 'POST', path: '/pay', base: '/shop' };

  it('has the content-type of its body, unless it brings one', () => {
    const type = (request: Parameters<typeof codeRequest>[1]) => codeRequest(made, request).headers;
    expect(type({ json: {} })).toEqual(['content-type', 'application/json']);
    expect(type({ form: { a: 'b' } })).toEqual(['content-type', 'application/x-www-form-urlencoded']);
    expect(type({ text: 'a' })).toEqual(['content-type', 'text/plain; charset=utf-8']);
    expect(type({ json: {}, headers: { 'Content-Type': 'application/x' } })).toEqual(['Content-Type', 'application/x']);
    expect(codeRequest(made)).toEqual({ method: 'POST', path: '/shop/pay', headers: [], body: undefined });
  });

  it.each<[Partial<typeof made>, Parameters<typeof codeRequest>[1], string]>([
    [{ path: 'pay' }, {}, 'start with `/`'],
    [{ path: '/a\r\nb' }, {}, 'control character'],
    [{ method: 'PO ST' }, {}, 'an HTTP method'],
    [{}, { headers: { 'x y': '1' } }, 'not a header name'],
    [{}, { headers: { x: 'a\r\nb: c' } }, 'line break'],
    [{}, { headers: { 'Content-Length': '3' } }, 'set by the driver'],
    [{}, { json: 1, text: 'a' }, 'one body'],
    [{}, { text: 'x'.repeat(MAX_REQUEST_BYTES) }, 'too large'],
  ])('is refused where it cannot be sent: %j %j', (other, request, says) => {
    expect(() => codeRequest({ ...made, ...other }, request)).toThrow(says);
  });

  it('is one well-framed request of HTTP/1.1, whatever is in it, and fits the buffer', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 });
    fc.assert(
      fc.property(text, text, fc.option(fc.string({ maxLength: 3000 })), fc.boolean(), (path, header, body, close) => {
        const given = { headers: { 'x-a': header }, ...(body === null ? {} : { json: body }) };
        let request: ReturnType<typeof codeRequest>;
        try {
          request = codeRequest({ method: 'PUT', path: `/${path}`, base: '' }, given);
        } catch (error) {
          expect(`${path}${header}`).toMatch(/[\p{Cc}#]/u);
          expect(error).toBeInstanceOf(TypeError);
          return;
        }
        const framed = codeHttp1({ host: 'shop:1', close });
        const bytes = Buffer.alloc(framed.maxBytes);
        const length = framed.patch(bytes, { seq: 0, request });
        const whole = bytes.subarray(0, length);
        const end = whole.indexOf('\r\n\r\n');
        const lines = whole.subarray(0, end).toString('latin1').split('\r\n');
        expect(lines[0]).toMatch(/^PUT \/[\x21-\x7e]* HTTP\/1\.1$/);
        expect(new URL(`http://h${lines[0]!.split(' ')[1]}`).pathname).toBe(new URL(`http://h/${path}`).pathname);
        const sent = lines.find((line) => line.startsWith('x-a: '))!.slice(5);
        expect(Buffer.from(sent, 'latin1').toString('utf8')).toBe(header.toWellFormed());
        expect(lines.filter((line) => /^host: /.test(line))).toEqual(['host: shop:1']);
        expect(lines.includes('connection: close')).toBe(close);
        const rest = whole.subarray(end + 4);
        expect(lines).toContain(`content-length: ${rest.length}`);
        expect(rest.toString('utf8')).toBe(body === null ? '' : JSON.stringify(body));
      }),
      { seed: 20150408, numRuns: 300 },
    );
  });
});
