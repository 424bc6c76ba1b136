// Whatever is done to a profile's text, the parser answers: a plan, or problems that stand inside the file.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseText } from './parsing.ts';

const sketch = readFileSync(new URL('../fixtures/profiles/sketch.yaml', import.meta.url), 'utf8');

function expectPlacesInside(text: string, format: 'yaml' | 'json' = 'yaml'): void {
  const parsed = parseText(text, {}, format);
  if (parsed.ok) return;
  expect(parsed.problems.length).toBeGreaterThan(0);
  const lines = text.split('\n');
  for (const { place, source, length, message } of parsed.problems) {
    expect(message).not.toBe('');
    expect(message).not.toContain('\n');
    expect(place!.line).toBeGreaterThanOrEqual(1);
    expect(place!.line).toBeLessThanOrEqual(lines.length);
    const line = lines[place!.line - 1]!.replace(/\r$/, '');
    expect(source).toBe(line);
    expect(place!.column).toBeGreaterThanOrEqual(1);
    expect(place!.column - 1 + length!).toBeLessThanOrEqual(Math.max(1, line.length + 1));
  }
}

describe('a damaged profile', () => {
  it('is told about inside its text, for any deleted character', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: sketch.length - 1 }), (at) => {
        expectPlacesInside(sketch.slice(0, at) + sketch.slice(at + 1));
      }),
      { seed: 20150408, numRuns: 150 },
    );
  });

  it('is told about inside its text, for any piece replaced by another, with either kind of line end', () => {
    const position = fc.nat({ max: sketch.length });
    const junk = fc.constantFrom(
      '',
      '\n',
      '\t',
      ': ',
      '- ',
      '{',
      ']',
      '"',
      '${',
      '{{',
      '&a ',
      '*a',
      '!x ',
      '#',
      '\u{1f4f1}',
      '-1',
      'null',
    );
    fc.assert(
      fc.property(position, position, junk, fc.boolean(), (a, b, piece, isCrlf) => {
        const [from, until] = a < b ? [a, Math.min(b, a + 30)] : [b, Math.min(a, b + 30)];
        const text = sketch.slice(0, from) + piece + sketch.slice(until);
        expectPlacesInside(isCrlf ? text.replaceAll('\n', '\r\n') : text);
      }),
      { seed: 20150408, numRuns: 120 },
    );
  });

  it('never throws, whatever the value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expectPlacesInside(JSON.stringify(value), 'json');
        expectPlacesInside(
          JSON.stringify({ target: value, traffic: value, order: value, outcomes: value, slo: value }),
          'json',
        );
        const inner = {
          order: { headers: value, json: value, form: value, skus: value },
          outcomes: [value],
          stop: [value],
        };
        expectPlacesInside(
          JSON.stringify({ target: { url: 'demo', tls: value }, traffic: { shape: [value] }, ...inner }),
          'json',
        );
      }),
      { seed: 20150408, numRuns: 60 },
    );
  });

  it('is told about even when it nests without end', () => {
    expectPlacesInside('['.repeat(3000));
    expectPlacesInside(`[${'['.repeat(3000)}${']'.repeat(3000)}]`, 'json');
    expectPlacesInside(
      `target: { url: demo }\ntraffic: { rate: 1/s, for: 1m }\norder:\n  json: ${'['.repeat(3000)}${']'.repeat(3000)}\n`,
    );
    const bomb = [
      'a: &a [x, x]',
      ...[...'bcdefghi'].map((name, i) => `${name}: &${name} [${`*${'abcdefgh'[i]}, `.repeat(9)}]`),
    ];
    expectPlacesInside(`${bomb.join('\n')}\n`);
  });

  it('reaches no prototype', () => {
    expectPlacesInside('__proto__: { target: { url: demo } }\nconstructor: 1\n');
    const parsed = parseText(
      'target: { url: demo }\ntraffic: { rate: 1/s, for: 1m }\norder: { json: { __proto__: { a: 1 } } }\n',
    );
    expect(parsed.ok && JSON.stringify(parsed.plan.order.steps[0]!.body)).toContain('"__proto__":{"a":1}');
    expect(({} as { a?: number }).a).toBeUndefined();
    const sets: [string, string][] = [
      ['__proto__.polluted', '1'],
      ['order.constructor.prototype.polluted', '1'],
    ];
    expect(parseText(sketch, { sets }).ok).toBe(false);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});
