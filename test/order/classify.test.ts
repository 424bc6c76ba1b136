import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { seriesCount } from '../../src/measure/spec.ts';
import { type Answer, FAILURES, type Failure } from '../../src/order/answer.ts';
import {
  classifierOf,
  MAX_OUTCOMES,
  outcomesOf,
  parsePath,
  ruleMistake,
  ruleMistakes,
} from '../../src/order/classify.ts';
import { valueAt } from '../../src/order/json-path.ts';
import type { OutcomeRule } from '../../src/order/spec.ts';

const RUNS = { seed: 20150408, numRuns: 2000 };
const encode = (text: string) => new TextEncoder().encode(text);

function answerOf(part: Partial<Answer> = {}): Answer {
  const none = { get: () => undefined };
  return {
    sentUs: 1,
    doneUs: 2,
    failure: undefined,
    detail: '',
    status: 201,
    headers: none,
    body: encode(''),
    bodyTruncated: false,
    ...part,
  };
}
/** The answer's outcome as `name:class`. */
function classify(rules: OutcomeRule[], answer: Answer): string {
  const outcome = outcomesOf({ rules })[classifierOf({ rules })(answer)]!;
  return `${outcome.name}:${outcome.class}`;
}
const sold: OutcomeRule = { name: 'sold', class: 'accepted', status: [201] };
const soldOut: OutcomeRule = { name: 'sold_out', class: 'rejected', status: [409], body: [['code', 'SOLD_OUT']] };

describe('without rules', () => {
  it.each([
    [200, '2xx:accepted'],
    [299, '2xx:accepted'],
    [302, 'redirect:unknown'],
    [400, '4xx:failed'],
    [404, '4xx:failed'],
    [409, '409:rejected'],
    [410, '410:rejected'],
    [422, '422:rejected'],
    [429, '429:rejected'],
    [500, '5xx:unknown'],
    [599, '5xx:unknown'],
    [100, 'other-status:unknown'],
    [0, 'other-status:unknown'],
    [999, 'other-status:unknown'],
    [Number.NaN, 'other-status:unknown'],
  ])('status %d is %s', (status, expected) => {
    expect(classify([], answerOf({ status }))).toBe(expected);
  });
});

describe('with rules', () => {
  it('a 2xx or 3xx that no rule names may be a purchase or not; other statuses keep their defaults', () => {
    for (const status of [200, 302, 100, 700]) expect(classify([sold], answerOf({ status }))).toBe('unmatched:unknown');
    expect(classify([sold], answerOf({ status: 429 }))).toBe('429:rejected');
    expect(classify([sold], answerOf({ status: 404 }))).toBe('4xx:failed');
    expect(classify([sold], answerOf({ status: 503 }))).toBe('5xx:unknown');
  });

  it('a body that cannot be read leaves its rule unmatched, and the answer unreadable unless another rule matches', () => {
    const any409: OutcomeRule = { name: 'no', class: 'rejected', status: ['4xx'] };
    const json = encode('{"code":"SOLD_OUT"}');
    expect(classify([sold, soldOut], answerOf({ status: 409, body: json }))).toBe('sold_out:rejected');
    expect(classify([sold, soldOut], answerOf({ status: 409, body: encode('{"code":"LIMIT"}') }))).toBe('409:rejected');
    const unreadable: Partial<Answer>[] = [
      { body: encode('<html>') },
      { body: encode('') },
      { body: json, bodyTruncated: true },
    ];
    for (const part of unreadable) {
      expect(classify([sold, soldOut], answerOf({ status: 409, ...part }))).toBe('unreadable:unknown');
      expect(classify([soldOut, any409], answerOf({ status: 409, ...part }))).toBe('no:rejected');
    }
  });

  it('reads the body only where a rule that can still match asks for it, and once', () => {
    let reads = 0;
    const reading = (part: Partial<Answer>): Answer =>
      Object.defineProperty(answerOf(part), 'body', {
        get: () => {
          reads++;
          return encode('{}');
        },
      });
    const withHeader: OutcomeRule = {
      name: 'h',
      class: 'rejected',
      status: [410],
      headers: [['x', '1']],
      body: [['a', 1]],
    };
    const limit: OutcomeRule = { ...soldOut, name: 'limit', body: [['code', 'LIMIT']] };
    const classifier = classifierOf({ rules: [sold, soldOut, limit, withHeader] });
    for (const status of [201, 404, 410, 500]) classifier(reading({ status }));
    expect(reads).toBe(0);
    classifier(reading({ status: 409 }));
    expect(reads).toBe(1);
  });

  it('matches headers by exact text or by regular expression, whatever the spelling of the name', () => {
    const headers = { get: (name: string) => ({ 'x-result': 'Sold', location: '/orders/17' })[name] };
    const rule = (name: string, match: string): OutcomeRule => ({
      name: 'yes',
      class: 'accepted',
      headers: [[name, match]],
    });
    const matches = (name: string, match: string) =>
      classify([rule(name, match)], answerOf({ headers })) === 'yes:accepted';
    expect(matches('X-Result', 'Sold')).toBe(true);
    expect(matches('x-result', 'sold')).toBe(false);
    expect(matches('x-result', 'Sol')).toBe(false);
    expect(matches('x-result', '/^sol/i')).toBe(true);
    expect(matches('location', '/^\\/orders\\/\\d+$/')).toBe(true);
    expect(matches('x-missing', '/.*/')).toBe(false);
  });

  it('looks at own members of the body only', () => {
    const at = (path: string, value: string | number | boolean | null, body: string) =>
      classify([{ name: 'yes', class: 'accepted', body: [[path, value]] }], answerOf({ body: encode(body) })) ===
      'yes:accepted';
    expect(at('__proto__.a', 1, '{"__proto__":{"a":1}}')).toBe(true);
    expect(at('a', 1, '{"__proto__":{"a":1}}')).toBe(false);
    expect(at('__proto__.__proto__', null, '{}')).toBe(false);
    expect(at('length', 2, '[1,2]')).toBe(false);
    expect(at('a.length', 2, '{"a":"xy"}')).toBe(false);
    expect(at('[0]', 1, '{"0":1}')).toBe(false);
    expect(at('0', 1, '[1]')).toBe(true);
    expect(at('a', null, '{}')).toBe(false);
    expect(at('a', null, '{"a":null}')).toBe(true);
    expect(at('a', 1, '{"a":"1"}')).toBe(false);
    expect(at('$', 'ok', '\ufeff"ok"')).toBe(true);
  });

  it('never throws, whatever the bytes', () => {
    const rules: OutcomeRule[] = [soldOut, { name: 'x', class: 'accepted', body: [['[0][0].a', 1]] }];
    const classifier = classifierOf({ rules });
    const { length } = outcomesOf({ rules });
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.json().map(encode));
    fc.assert(
      fc.property(bytes, fc.integer({ min: -1, max: 1000 }), (body, status) => {
        const index = classifier(answerOf({ body, status }));
        expect(Number.isInteger(index) && index >= 0 && index < length).toBe(true);
      }),
      RUNS,
    );
    for (const deep of ['['.repeat(100_000), '['.repeat(100_000) + ']'.repeat(100_000), '{"a":'.repeat(100_000)]) {
      expect(() => classifier(answerOf({ body: encode(deep) }))).not.toThrow();
    }
  });
});

describe('against a straightforward interpreter', () => {
  const status = fc.constantFrom(100, 200, 201, 204, 302, 404, 409, 422, 500, 503, 700);
  const value = fc.constantFrom('A', 'B', 1, 2, true, false, null);
  const step = fc.constantFrom<string | number>('a', 'b', 'length', 0, 1);
  const steps = fc.array(step, { minLength: 1, maxLength: 3 });
  const pathText = (of: (string | number)[]) =>
    of.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
  const headerName = fc.constantFrom('x', 'y');
  const header = fc.constantFrom('A', 'AB', '/^A/', '/b$/i');
  const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
  const rule = fc.record({
    name: fc.constantFrom('r0', 'r1', 'r2', 'r3'),
    status: optional(
      fc.array(
        fc.oneof(
          status.filter((code) => code < 600),
          fc.constantFrom('2xx', '4xx', '5XX'),
        ),
        { minLength: 1, maxLength: 2 },
      ),
    ),
    headers: optional(fc.array(fc.tuple(headerName, header), { maxLength: 2 })),
    body: optional(fc.array(fc.tuple(steps, value), { maxLength: 2 })),
  });
  const tree = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      value,
      fc.dictionary(fc.constantFrom('a', 'b'), tie('node')),
      fc.array(tie('node'), { maxLength: 2 }),
    ),
  })).node;
  const body = fc.oneof(
    { weight: 4, arbitrary: tree.map((node) => JSON.stringify(node)) },
    { weight: 1, arbitrary: fc.constantFrom('', '{', 'nope') },
  );

  function isJson(text: string): boolean {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  }
  function lookUp(node: unknown, of: (string | number)[]): unknown {
    const [first, ...rest] = of;
    if (first === undefined) return node;
    if (typeof first === 'number') return Array.isArray(node) ? lookUp(node[first], rest) : undefined;
    if (node === null || typeof node !== 'object' || Array.isArray(node)) return undefined;
    return lookUp(new Map(Object.entries(node)).get(first), rest);
  }

  it('gives the same outcome for any rules and any answer', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 4 }),
        status,
        fc.dictionary(headerName, fc.constantFrom('A', 'AB', 'b')),
        body,
        fc.integer({ min: 0, max: 9 }).map((dice) => dice === 0),
        (drafts, code, headers, text, bodyTruncated) => {
          const rules = drafts.map(
            (draft): OutcomeRule => ({
              ...draft,
              class: 'accepted',
              body: draft.body?.map(([of, equals]) => [pathText(of), equals]),
            }),
          );
          let expected: string | undefined;
          let unread = false;
          for (const draft of drafts) {
            const statusFits =
              draft.status?.some((one) => (typeof one === 'number' ? one === code : String(code)[0] === one[0])) ??
              true;
            const headersFit = (draft.headers ?? []).every(([name, match]) => {
              const actual = headers[name];
              if (actual === undefined) return false;
              if (match === '/^A/') return actual.startsWith('A');
              if (match === '/b$/i') return actual.toLowerCase().endsWith('b');
              return actual === match;
            });
            if (!statusFits || !headersFit) continue;
            if (draft.body?.length && (bodyTruncated || !isJson(text))) unread = true;
            else if ((draft.body ?? []).every(([of, equals]) => lookUp(JSON.parse(text), of) === equals)) {
              expected = draft.name;
              break;
            }
          }
          expected ??= unread ? 'unreadable' : undefined;
          if (expected === undefined) {
            const family = { 2: '2xx', 3: 'redirect', 4: '4xx', 5: '5xx' }[Math.floor(code / 100)] ?? 'other-status';
            if ([409, 422].includes(code)) expected = String(code);
            else expected = rules.length > 0 && !['4xx', '5xx'].includes(family) ? 'unmatched' : family;
          }
          seen.add(expected);
          const answer = answerOf({
            status: code,
            headers: { get: (name) => headers[name] },
            body: encode(text),
            bodyTruncated,
          });
          expect(classify(rules, answer).split(':')[0]).toBe(expected);
        },
      ),
      RUNS,
    );
    // The property has met every kind of end.
    expect([...seen].sort()).toEqual(
      [
        'r0',
        'r1',
        'r2',
        'r3',
        'unmatched',
        'unreadable',
        '2xx',
        '4xx',
        '5xx',
        '409',
        '422',
        'redirect',
        'other-status',
      ].sort(),
    );
  });
});

describe('failures', () => {
  const afterWrite = new Set<Failure>(['timeout', 'reset', 'reset-on-reuse', 'unreadable', 'too-large', 'abandoned']);

  it.each(FAILURES.filter((failure) => failure !== 'cut'))(
    '%s is failed before the first byte was written and unknown after',
    (failure) => {
      const before = classify([sold], answerOf({ failure, status: 0, sentUs: Number.NaN }));
      const after = classify([sold], answerOf({ failure, status: 0, sentUs: 5 }));
      expect(before).toBe(afterWrite.has(failure) ? 'not-sent:failed' : `${failure}:failed`);
      expect(after).toBe(afterWrite.has(failure) ? `${failure}:unknown` : 'reset:unknown');
    },
  );

  it('are not for rules, whatever status the answer still carries', () => {
    const anything: OutcomeRule = { name: 'all', class: 'accepted' };
    expect(classify([anything], answerOf({ failure: 'reset', status: 201 }))).toBe('reset:unknown');
    expect(classify([anything], answerOf({ status: 500 }))).toBe('all:accepted');
  });
});

describe('the list of outcomes', () => {
  it('starts with the rules, shares names, and leaves out what the rules make impossible', () => {
    const no: OutcomeRule = { name: 'no', class: 'rejected', status: [409] };
    const names = outcomesOf({ rules: [sold, no, { ...no, status: [410, '5xx'] }] }).map(({ name }) => name);
    expect(names.slice(0, 3)).toEqual(['sold', 'no', 'unmatched']);
    expect(names).not.toContain('409');
    expect(names).not.toContain('5xx');
    expect(names).toContain('422');
    expect(new Set(names).size).toBe(names.length);
  });

  it('fits the series of a cell, or is a mistake', () => {
    const rulesOf = (count: number) =>
      Array.from({ length: count }, (_, index): OutcomeRule => ({ ...sold, name: `n${index}` }));
    const builtIn = outcomesOf({ rules: rulesOf(1) }).length - 1;
    const room = MAX_OUTCOMES - builtIn;
    expect(room).toBeGreaterThanOrEqual(9);
    expect(outcomesOf({ rules: rulesOf(room) })).toHaveLength(MAX_OUTCOMES);
    expect(seriesCount(MAX_OUTCOMES)).toBeLessThan(256 - 12);
    expect(() => outcomesOf({ rules: rulesOf(room + 1) })).toThrow(UserError);
    expect(ruleMistakes(rulesOf(room + 1))).toMatchObject([{ code: 'RULES_TOO_MANY', rule: room }]);
  });
});

describe('mistakes in rules', () => {
  it.each<[string, Partial<OutcomeRule>, string]>([
    [
      'RULE_STATUS',
      { status: [99] },
      'Expected `status` of outcome `sold` to be a status code 100 … 599 or a class such as `2xx`, got `99` (number)',
    ],
    ['RULE_STATUS', { status: ['201'] }, 'got `201` (string)'],
    ['RULE_STATUS', { status: ['6xx'] }, 'got `6xx` (string)'],
    ['RULE_STATUS', { status: [] }, 'can never match'],
    ['RULE_PATTERN', { headers: [['x', '/(/']] }, 'Header `x` of outcome `sold`'],
    ['RULE_HEADER', { headers: [['x y', '1']] }, '`x y` in outcome `sold` is not a header name'],
    ['RULE_PATH', { body: [['a..b', 1]] }, 'got `a..b`'],
    [
      'RULE_VALUE',
      { body: [['a', {} as never]] },
      'Expected `a` of outcome `sold` to be a text, a number, true, false or null, got object',
    ],
    ['RULE_NAME', { name: ' ' }, 'An outcome needs a name'],
    ['RULE_NAME', { name: 'timeout' }, '`timeout` is a built-in outcome of class unknown'],
    ['RULE_NAME', { name: 'abandoned', class: 'unknown' }, 'whose answer was not waited for'],
    ['RULE_NAME', { name: 'not-sent', class: 'failed' }, 'whose answer was not waited for'],
  ])('%s %o', (code, part, message) => {
    const rule = { ...sold, ...part };
    const [mistake, ...more] = ruleMistakes([rule]);
    expect(more).toEqual([]);
    expect(mistake).toMatchObject({ code, rule: 0 });
    expect(mistake!.message).toContain(message);
    if (!('name' in part) || part.name === ' ') expect(ruleMistake(rule)).toBe(mistake!.message);
    expect(() => classifierOf({ rules: [rule] })).toThrow(message);
  });

  it('are told all at once, and one name has one class', () => {
    expect(
      ruleMistakes([sold, { ...sold, status: [1], body: [['', 1]] }]).map(({ rule, field }) => `${rule} ${field}`),
    ).toEqual(['1 status', '1 body']);
    expect(ruleMistakes([sold, { ...soldOut, name: 'sold' }])).toMatchObject([{ code: 'RULE_NAME', rule: 1 }]);
    expect(ruleMistakes([sold, { ...soldOut, name: 'sold', class: 'accepted' }])).toEqual([]);
    expect(ruleMistake(sold)).toBeUndefined();
  });
});

describe('parsePath', () => {
  it.each<[string, (string | number)[] | undefined]>([
    ['code', ['code']],
    ['data.items[0].code', ['data', 'items', 0, 'code']],
    ['[1][2]', [1, 2]],
    ['a["b.c"][\'d"\']', ['a', 'b.c', 'd"']],
    ['$', []],
    ['$.a[0]', ['a', 0]],
    ['$[0]', [0]],
    ['a.0', ['a', '0']],
    ['a b.c-d', ['a b', 'c-d']],
    ...['', '.', '.a', 'a.', 'a..b', 'a[', 'a[x]', 'a[-1]', 'a[0]b', 'a]b', 'a.[0]', '$a', '$$', 'a["b]'].map(
      (text) => [text, undefined] as [string, undefined],
    ),
  ])('%s', (text, steps) => {
    expect(parsePath(text)).toEqual(steps);
  });

  it('finds what the path leads to, in any document', () => {
    const paths = (node: unknown): (string | number)[][] =>
      typeof node === 'object' && node !== null
        ? [
            [],
            ...Object.entries(node).flatMap(([key, child]) =>
              paths(child).map((rest) => [Array.isArray(node) ? Number(key) : key, ...rest]),
            ),
          ]
        : [[]];
    const at = (node: unknown, steps: (string | number)[]): unknown =>
      steps.reduce((value, step) => Object.entries(value as object).find(([key]) => key === String(step))![1], node);
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (document) => {
        const node: unknown = JSON.parse(JSON.stringify(document));
        for (const steps of paths(node)) {
          if (steps.some((step) => typeof step === 'string' && step.includes('"') && step.includes("'"))) continue;
          const quote = (step: string) => (step.includes('"') ? `'${step}'` : `"${step}"`);
          const text = `$${steps.map((step) => `[${typeof step === 'number' ? step : quote(step)}]`).join('')}`;
          expect(parsePath(text)).toEqual(steps);
          expect(valueAt(node, steps)).toEqual(at(node, steps));
        }
      }),
      { ...RUNS, numRuns: 200 },
    );
  });
});
