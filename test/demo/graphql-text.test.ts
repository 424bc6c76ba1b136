import { describe, expect, test } from 'vitest';
import { argumentsOf, readOperations, SyntaxTrouble } from '../../src/demo/graphql-text.ts';

const PAY = `
  # what a shop's front end sends
  mutation Pay($cart: ID!, $prices: [Int!] = [1, 2], $key: String = "a{b(" ) @live(if: true) {
    paid: payCart(cartId: $cart, key: $key, price: 199_0, total: -1.5e2) { __typename ... on Order { orderId lines(first: 3) { sku } } ...Rest }
    other { id }
  }
  fragment Rest on Order @client { ...More totalCents }
`.replace('199_0', '1990');

describe('a GraphQL document', () => {
  test('gives the first field of an operation, its alias and its arguments', () => {
    const [pay, ...others] = readOperations(PAY);
    expect(others).toEqual([]);
    expect(pay).toMatchObject({ name: 'Pay', field: 'payCart', answersAs: 'paid' });
    expect(argumentsOf(pay!, { cart: 'cart-1', key: 'k' })).toEqual({
      cartId: 'cart-1',
      key: 'k',
      price: 1990,
      total: -150,
    });
  });

  test('may hold several operations, the short form, and literals of every kind', () => {
    const text = `{ a } query B { b } mutation C { c(s: "x \\"\\u00e4\\" } #", l: [1, true, RED, null], o: {in: {x: $v}}, b: """a "b" c""") }`;
    const operations = readOperations(text);
    expect(operations.map(({ name, field, answersAs }) => [name, field, answersAs])).toEqual([
      [undefined, 'a', 'a'],
      ['B', 'b', 'b'],
      ['C', 'c', 'c'],
    ]);
    expect(argumentsOf(operations[2]!, { v: { deep: 1 } })).toEqual({
      s: 'x "ä" } #',
      l: [1, true, 'RED', null],
      o: { in: { x: { deep: 1 } } },
      b: 'a "b" c',
    });
  });

  test.each([
    '{',
    '{ a(b: 1',
    '{ a(b 1) }',
    '{ a(b: ) }',
    '{ a { b }',
    'mutation',
    'subscription { a }',
    'buy { a }',
    '{ 7 }',
    '{ a(b: "open) }',
    '{ a ; }',
    '} a {',
    '{ }',
  ])('%s is a syntax error', (text) => {
    expect(() => readOperations(text)).toThrow(SyntaxTrouble);
  });

  test('nothing at all is no operation', () => {
    expect(readOperations(' \n# hello\n,')).toEqual([]);
  });
});
