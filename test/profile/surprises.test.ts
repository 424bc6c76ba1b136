// What YAML reads in another way than a person writes it, and placeholders with one brace: legal, and warned of.

import { describe, expect, it } from 'vitest';
import { minimal, parseText, parseValue, planOf } from './parsing.ts';

/** The warnings about one of the values of this order. */
const warningsOf = (more: string) =>
  planOf(minimal(more)).warnings.filter((line) => /without quotes|braces/.test(line));

describe('a value without quotes', () => {
  it('is said to be something else, where it goes out as JSON', () => {
    const written =
      '{ a: no, b: On, c: 01234, d: 1_000, e: 12345678901234567890, f: [YES], g: { h: -007, pin: 0123 } }';
    expect(warningsOf(`order: { json: ${written} }\n`)).toEqual([
      'order.json.a: `no` without quotes is text here: write `true` or `false`, or put it in quotes',
      'order.json.b: `On` without quotes is text here: write `true` or `false`, or put it in quotes',
      'order.json.c: `01234` without quotes is a number, and its leading zero is lost: put it in quotes',
      'order.json.d: `1_000` without quotes is text here, not a number: write it without `_`, or put it in quotes',
      'order.json.e: `12345678901234567890` without quotes is a number too large to be kept exactly: put it in quotes',
      'order.json.f[0]: `YES` without quotes is text here: write `true` or `false`, or put it in quotes',
      'order.json.g.h: `-007` without quotes is a number, and its leading zero is lost: put it in quotes',
      'order.json.g.pin: the value without quotes is a number, and its leading zero is lost: put it in quotes',
    ]);
  });

  it('is said to be spelt in another way, where it goes out or is compared as text', () => {
    const order = `order:
  skus: [007, 8]
  steps:
    - a: { path: /a, headers: { x: 1.10, y: [0x10, v1] }, extract: { kind: kind } }
    - b: { path: /b, form: { x: True, y: 1e3, z: 12 }, when: { vars.kind: 01 } }
`;
    expect(warningsOf(order)).toEqual([
      'order.skus[0]: `007` without quotes is a number and becomes `7`: put it in quotes',
      'order.steps[0].a.headers.x: `1.10` without quotes is a number and becomes `1.1`: put it in quotes',
      'order.steps[0].a.headers.y[0]: `0x10` without quotes is a number and becomes `16`: put it in quotes',
      'order.steps[1].b.form.x: `True` without quotes is a truth value and becomes `true`: put it in quotes',
      'order.steps[1].b.form.y: `1e3` without quotes is a number and becomes `1000`: put it in quotes',
      'order.steps[1].b.when["vars.kind"]: `01` without quotes is a number and becomes `1`: put it in quotes',
    ]);
  });

  it('is said to be no number at all', () => {
    expect(warningsOf('order: { json: { a: .inf, b: .nan, c: 1e999 } }\n')).toEqual([
      'order.json.a: `.inf` without quotes is no number that JSON knows and becomes `null`: put it in quotes',
      'order.json.b: `.nan` without quotes is no number that JSON knows and becomes `null`: put it in quotes',
      'order.json.c: `1e999` without quotes is no number that JSON knows and becomes `null`: put it in quotes',
    ]);
  });

  it('raises no eyebrow when it is what it looks like, has quotes, or comes from code', () => {
    const plain =
      '{ a: 12, b: true, c: 1.10, d: 2026-11-11, e: "no", f: \'01\', g: -3, h: 0, i: 0.5, j: 9007199254740991 }';
    expect(warningsOf(`order: { json: ${plain}, headers: { x: 1.1, y: true, z: "1.10" } }\n`)).toEqual([]);
    expect(warningsOf('order:\n  json: { a: &no "01", b: *no }\n')).toEqual([]);
    const value = { target: { url: 'demo' }, traffic: { rate: '1/s', for: '1m' }, order: { json: { a: 'no' } } };
    expect(parseValue(value)).toMatchObject({ plan: { warnings: [expect.stringContaining('slo is empty')] } });
  });

  it('quotes nothing of a secret', () => {
    const parsed = parseText(minimal('setup: [{ path: /a, headers: { x-door: 0123456 } }]\n'));
    expect(parsed).toMatchObject({
      plan: {
        warnings: ['setup[0].headers.x-door: the value without quotes is a number: put it in quotes'],
      },
    });
  });
});

describe('a pause before the first step', () => {
  it('is said to be in every response', () => {
    const steps = (think: string) =>
      `order: [a: { path: /a, text: x${think} }, b: { path: /b, text: x, think: 2s, headers: { idempotency-key: k } }]\n`;
    expect(planOf(minimal(steps(', think: 2s'))).warnings).toEqual([expect.stringContaining('order[0].a.think: ')]);
    expect(planOf(minimal(steps(''))).warnings).toEqual([]);
  });
});

describe('one brace where two were meant', () => {
  it('is warned of, where the name is one', () => {
    const files = { 'p.csv': 'id\n1\n' };
    const text = minimal(`feeders: { people: p.csv }
order:
  path: "/a/{people.id}/{id}/{people}"
  json: { a: "{ order.key }", b: "{buyer.id}", c: "{{sku}}", d: "{{{{sku}}}}", e: "{some.thing}", f: "{{people.id}}" }
`);
    expect(planOf(text, { files }).warnings.filter((line) => line.includes('braces'))).toEqual([
      'order.path holds `{people.id}`, which goes out as it stands: a placeholder has two braces, `{{people.id}}`',
      'order.json.a holds `{ order.key }`, which goes out as it stands: a placeholder has two braces, `{{order.key}}`',
      'order.json.b holds `{buyer.id}`, which goes out as it stands: a placeholder has two braces, `{{buyer.id}}`',
    ]);
  });
});
