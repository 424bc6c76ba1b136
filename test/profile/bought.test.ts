// What orders say of sku and quantity otherwise than it is drawn for them, so that the audit does not count by the draw.

import { expect, it } from 'vitest';
import { minimal, planOf } from './parsing.ts';

const said = (order: string) => planOf(minimal(`order: ${order}\naudit: demo\n`)).books!.sentOtherwise;

it.each([
  [
    'nothing, where the draw is sent',
    '{ json: { sku: "{{sku}}", quantity: "{{quantity}}" }, quantity: { 1: 2, 2: 1 } }',
  ],
  ['nothing, where it stands in a list', '{ json: { items: [{ sku: "{{sku}}", qty: "{{quantity}}" }] } }'],
  ['nothing, where it is the only one there is', '{ json: { sku: shoe, quantity: 2 }, skus: [shoe], quantity: 2 }'],
  ['nothing, where nothing is said', '{ path: /buy/shoe, json: { buyer: "{{buyer.id}}" } }'],
])('%s', (_, order) => {
  expect(said(order)).toBeUndefined();
});

it.each([
  ['quantity', '{ json: { sku: "{{sku}}", quantity: 2 } }'],
  ['quantity', '{ json: { items: [{ sku: "{{sku}}", Qty: 1 }] }, quantity: { 1: 9, 2: 1 } }'],
  ['quantity', '{ form: { sku: "{{sku}}", quantity: "3" } }'],
  ['quantity', '[{ name: a, graphql: { query: "query ($quantity: Int!) { x }", variables: { quantity: 2 } } }]'],
  ['sku', '{ json: { sku: "item-{{choose(a: 1, b: 1)}}", quantity: "{{quantity}}" } }'],
])('%s, where %s', (name, order) => {
  expect(said(order)).toEqual([name]);
});
