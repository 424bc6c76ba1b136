// `{{number(…)}}`: what an answer or a feeder brought goes out as a number, digit by digit, or as null. Never as broken JSON.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UserError } from '../../src/errors.ts';
import { buildFeeder } from '../../src/order/feeders.ts';
import type { BodySpec, IdentitySpec, StepSpec } from '../../src/order/spec.ts';
import {
  checkTemplate,
  compileStep,
  type Given,
  isJsonNumber,
  numberMistake,
  placeholdersOf,
} from '../../src/order/template.ts';
import { anyCharacter } from '../support/any-character.ts';

const IDENTITY: IdentitySpec = {
  runId: 'run',
  seed: 7,
  skus: [{ value: 'phone', weight: 1 }],
  quantity: [{ value: 9, weight: 1 }],
};
const STEP: StepSpec = { name: 'pay', method: 'POST', path: '/pay', headers: [], body: { kind: 'none' } };
const VALUE = { cart: '{{number(vars.cart)}}', list: ['{{ number( vars.cart ) }}'] };

/** The body of order 0, rendered; and the same bytes as a driver writes them. */
function bodyOf(body: BodySpec, given: Given, vars: string[] = []): string {
  const template = compileStep({ ...STEP, body }, IDENTITY, given);
  const rendered = new TextDecoder().decode(template.render({ seq: 0, vars }).body);
  const framed = template.http1({ host: 'shop', close: false });
  const into = new Uint8Array(framed.maxBytes);
  framed.prepare(into);
  const bytes = new TextDecoder().decode(into.subarray(0, framed.patch(into, { seq: 0, vars })));
  expect(bytes.slice(bytes.indexOf('\r\n\r\n') + 4)).toBe(rendered);
  return rendered;
}

describe('a number', () => {
  it('keeps every digit, also those that a double has no room for', () => {
    for (const text of ['17', '0', '-3', '1.50', '12345678901234567890', '0.1e-7', '6E+2']) {
      expect(bodyOf({ kind: 'json', value: VALUE }, { variables: ['cart'] }, [text])).toBe(
        `{"cart":${text},"list":[${text}]}`,
      );
    }
  });

  it('is null where the text is none, whatever it holds', () => {
    const given = { variables: ['cart'] };
    const texts = fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.constantFrom('', '01', '+1', '.5', '1.', 'NaN', 'Infinity', '0x10', '1,2', '1 ', '1}', '"', '9'.repeat(65)),
      fc.double().map(String),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const { cart } = JSON.parse(bodyOf({ kind: 'json', value: VALUE }, given, [text])) as { cart: unknown };
        expect([text, cart]).toEqual([text, isJsonNumber(text) ? JSON.parse(text) : null]);
      }),
      { seed: 8, numRuns: 300 },
    );
  });

  it('comes from a cell, a variable of the environment or setup, and stands in GraphQL variables', () => {
    const people = buildFeeder({ name: 'people', order: 'circular', columns: ['age'], cells: [['41']] });
    const given = { feeders: [people], env: { SHOP: '7' }, setup: { shelf: 'x' } };
    const variables = { a: '{{number(people.age)}}', b: '{{number(env.SHOP)}}', c: '{{number(setup.shelf)}}' };
    expect(bodyOf({ kind: 'graphql', query: '{ a }', variables }, given)).toBe(
      '{"query":"{ a }","variables":{"a":41,"b":7,"c":null}}',
    );
  });

  it('is alone in its text, and in a JSON body', () => {
    const given = { variables: ['cart'] };
    const said = (step: Partial<StepSpec>): string[] => {
      try {
        compileStep({ ...STEP, ...step }, IDENTITY, given);
        return [];
      } catch (error) {
        return (error as UserError).problems.map(({ code, message }) => `${code} ${message}`);
      }
    };
    const elsewhere =
      'NUMBER_PLACE `{{number(vars.cart)}}` belongs into a JSON body; elsewhere everything is text: write `{{vars.cart}}`';
    const text = '{{number(vars.cart)}}';
    expect(said({ path: `/cart/${text}` })).toEqual([elsewhere]);
    expect(said({ headers: [['x-cart', text]] })).toEqual([elsewhere]);
    expect(said({ body: { kind: 'text', text } })).toEqual([elsewhere]);
    expect(said({ body: { kind: 'form', fields: [['cart', text]] } })).toEqual([elsewhere]);
    expect(said({ body: { kind: 'json', value: { [text]: 1 } } })).toEqual([elsewhere]);
    expect(said({ body: { kind: 'json', value: `no. ${text}` } })).toEqual([
      'NUMBER_PLACE `{{number(vars.cart)}}` must be all of its text: write `{{vars.cart}}`',
    ]);
    expect(said({ body: { kind: 'json', value: text } })).toEqual([]);
  });

  it('names what it takes, and is told what it cannot take', () => {
    expect(placeholdersOf('{{number(vars.cart)}}')).toEqual([{ name: 'vars.cart', args: '', at: 0, length: 21 }]);
    const scope = { vars: ['cart'], feeders: { people: ['age'] } };
    expect(checkTemplate('{{number(vars.cart)}}', scope)).toBeUndefined();
    expect(checkTemplate('{{number(vars.crt)}}', scope)).toMatchObject({ suggestion: '{{vars.cart}}' });
    expect(checkTemplate('{{number(people.agee)}}', scope)).toMatchObject({ code: 'UNKNOWN_COLUMN' });
    for (const text of ['{{number(quantity)}}', '{{number(choose)}}', '{{number(choose(1: 2))}}', '{{number}}']) {
      expect([text, checkTemplate(text, scope)?.message]).toEqual([text, expect.any(String)]);
    }
    expect(checkTemplate('{{number(quantity)}}', scope)?.message).toContain('what an order itself brings needs none');
    expect(checkTemplate('{{numbr(vars.cart)}}', scope)).toMatchObject({ suggestion: '{{number(vars.NAME)}}' });
    expect(numberMistake('a {{sku}}', false)).toBeUndefined();
  });
});
