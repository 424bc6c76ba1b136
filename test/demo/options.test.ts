import { describe, expect, test } from 'vitest';
import { parseServiceTime, parseShopOptions } from '../../src/demo/options.ts';
import { UserError } from '../../src/errors.ts';

function problemsOf(input: unknown): string[] {
  try {
    parseShopOptions(input);
  } catch (error) {
    if (error instanceof UserError) return error.problems.map((problem) => problem.message);
    throw error;
  }
  return [];
}

describe('shop options', () => {
  test('without any, the shop is believable: ten skus, a payment of some milliseconds, on loopback', () => {
    const options = parseShopOptions();
    expect(options.catalogue.map((item) => item.sku)).toEqual(Array.from({ length: 10 }, (_, i) => `sku-${i + 1}`));
    expect(options).toMatchObject({
      host: '127.0.0.1',
      port: 0,
      limit: null,
      service: { kind: 'lognormal', medianMs: 12, sigma: 0.5 },
      payments: 64,
      contention: null,
      declineShare: 0,
      db: ':memory:',
      nullTarget: false,
    });
  });

  test('one number goes for every sku, a record for those it names', () => {
    expect(parseShopOptions({ skus: ['a', 'b'], stock: 5, priceCents: { b: 70 } }).catalogue).toEqual([
      { sku: 'a', stock: 5, priceCents: 19_900 },
      { sku: 'b', stock: 5, priceCents: 70 },
    ]);
    expect(parseShopOptions({ stock: { phone: 0 } }).catalogue).toEqual([
      { sku: 'phone', stock: 0, priceCents: 19_900 },
    ]);
    expect(parseShopOptions({ skus: ['a'], stock: { constructor: 3 }, priceCents: { a: 5 } }).catalogue).toEqual([
      { sku: 'a', stock: 10_000_000, priceCents: 5 },
      { sku: 'constructor', stock: 3, priceCents: 19_900 },
    ]);
  });

  test('options survive the way to another process', () => {
    const options = parseShopOptions({ limit: 2, service: 'exponential:5ms', stock: { a: 1 } });
    expect(JSON.parse(JSON.stringify(options))).toEqual(options);
  });

  test('all mistakes come at once, each once', () => {
    const problems = problemsOf({
      stock: -1,
      payments: 0,
      declineShare: 2,
      service: 'slow',
      port: '80',
      stok: 1,
      limit: 0.5,
    });
    expect(problems).toHaveLength(7);
    for (const name of ['stock', 'payments', 'declineShare', 'service', 'port', 'stok', 'limit']) {
      expect(problems.filter((problem) => problem.startsWith(`Expected \`${name}\` to be`))).toHaveLength(1);
    }
    expect(problems.find((problem) => problem.includes('`port`'))).toContain('got "80" (string)');
  });

  test('mistakes are told in the names of who wrote the options', () => {
    expect(() => parseShopOptions({ priceCents: 1.5 }, (name) => `<${name}>`)).toThrow('Expected `<priceCents>` to be');
  });

  test.each([
    [null],
    [3],
    [{ skus: [] }],
    [{ skus: [''] }],
    [{ skus: 'a' }],
    [{ service: { kind: 'fixed' } }],
    [{ contention: '0.1' }],
    [{ contention: '0.1,2' }],
    [{ contention: { sigma: 0.1 } }],
    [{ contention: 0.1 }],
    [{ db: '' }],
    [{ nullTarget: 1 }],
    [{ bug: 'sell' }],
    [{ bug: ['oversell', 7] }],
    [{ bug: ['oversell', 'undersell'] }],
    [{ exportFault: 'cuts' }],
  ])('%j is refused', (input) => {
    expect(problemsOf(input)).toHaveLength(1);
  });
});

describe('bugs', () => {
  test('one, or several, each once', () => {
    expect(parseShopOptions().bugs).toEqual([]);
    expect(parseShopOptions({ bug: 'lost' }).bugs).toEqual(['lost']);
    expect(parseShopOptions({ bug: ['lost', 'price', 'lost'] }).bugs).toEqual(['lost', 'price']);
  });

  test('a misspelt one is guessed', () => {
    expect(problemsOf({ bug: 'overselll' })[0]).toMatch(
      /^Expected `bug` to be one of .* \(did you mean oversell\?\), got/,
    );
    expect(problemsOf({ bug: 'x' })[0]).toMatch(
      /^Expected `bug` to be one of stale-read, oversell, .* replay, got "x"/,
    );
  });
});

describe('service time as text', () => {
  test.each([
    ['none', { kind: 'none' }],
    ['fixed:20ms', { kind: 'fixed', ms: 20 }],
    ['fixed:1.5s', { kind: 'fixed', ms: 1500 }],
    ['lognormal:12ms,0.5', { kind: 'lognormal', medianMs: 12, sigma: 0.5 }],
    [' exponential : 800us ', { kind: 'exponential', meanMs: 0.8 }],
  ])('%s', (text, service) => {
    expect(parseServiceTime(text)).toEqual(service);
  });

  test.each(['', 'fixed', 'fixed:20', 'fixed:20ms,1', 'lognormal:12ms', 'gamma:1ms', 'lognormal:12ms,-1'])(
    '%j is none',
    (text) => {
      expect(parseServiceTime(text)).toBeUndefined();
    },
  );
});

describe('contention', () => {
  test('as text or as numbers', () => {
    expect(parseShopOptions({ contention: ' 0.05 , 0.001 ' }).contention).toEqual({ sigma: 0.05, kappa: 0.001 });
    expect(parseShopOptions({ contention: { sigma: 1, kappa: 0 } }).contention).toEqual({ sigma: 1, kappa: 0 });
  });

  test('a mistake names what is wrong with it', () => {
    expect(problemsOf({ contention: '0.1;0.2' })).toEqual([
      'Expected `contention` to be sigma and kappa, such as 0.05,0.001, got "0.1;0.2" (string)',
    ]);
    expect(problemsOf({ contention: '0.1,2' })).toEqual([
      'Expected `contention.kappa` to be a number from 0 to 1, got 2 (number)',
    ]);
  });
});
