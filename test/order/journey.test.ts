import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Answer, FAILURES, type Failure } from '../../src/order/answer.ts';
import { classifierOf, MAX_OUTCOMES, outcomesOf, ruleMistakes } from '../../src/order/classify.ts';
import { compileJourney, isPlain } from '../../src/order/journey.ts';
import type { ExtractSpec, OrderSpec, OutcomeRule, StepSpec } from '../../src/order/spec.ts';

function step(name: string, more: Partial<StepSpec> = {}): StepSpec {
  return { name, method: 'POST', path: `/${name}`, headers: [], body: { kind: 'none' }, ...more };
}

function orderOf(steps: StepSpec[], more: Partial<OrderSpec> = {}): OrderSpec {
  const identity = { runId: 'r', seed: 1, skus: [{ value: 's', weight: 1 }], quantity: [{ value: 1, weight: 1 }] };
  return { steps, identity, rules: [], ...more };
}

type Said = { status?: number; body?: string; headers?: [string, string][]; failure?: Failure; unsent?: boolean };

function answerOf({ status = 201, body = '', headers = [], failure, unsent = false }: Said = {}): Answer {
  const all = (name: string) => headers.filter(([each]) => each === name).map(([, value]) => value);
  return {
    sentUs: unsent ? Number.NaN : 1,
    doneUs: 2,
    failure,
    detail: '',
    status: failure ? 0 : status,
    headers: { get: (name) => (all(name).length > 0 ? all(name).join(', ') : undefined), all },
    body: new TextEncoder().encode(body),
    bodyTruncated: false,
  };
}

const json = (name: string, path: string, optional = false): ExtractSpec => ({
  name,
  from: { kind: 'json', path },
  optional,
});
const RULES: OutcomeRule[] = [
  { name: 'sold', class: 'accepted', status: [201] },
  { name: 'sold_out', class: 'rejected', status: [409], body: [['code', 'SOLD_OUT']] },
];
const THREE = orderOf([step('login'), step('cart'), step('pay')], { rules: RULES });

describe('a journey', () => {
  it('of one step has exactly the outcomes of a plain order, and reads answers alike', () => {
    const order = orderOf([step('order')], { rules: RULES });
    const { outcomes, steps } = compileJourney(order);
    expect(outcomes).toEqual(outcomesOf(order));
    const plain = classifierOf(order);
    const answers = [
      ...[200, 201, 302, 404, 409, 429, 500].map((status) => answerOf({ status, body: '{"code":"SOLD_OUT"}' })),
      ...FAILURES.flatMap((failure) => [answerOf({ failure }), answerOf({ failure, unsent: true })]),
    ].filter(({ failure }) => failure !== 'cut');
    for (const answer of answers) expect(steps[0]!.classify(answer)).toBe(plain(answer));
    expect(isPlain(order)).toBe(true);
  });

  it.each([
    ['two steps', orderOf([step('a'), step('b')])],
    ['an extract', orderOf([step('a', { extract: [json('x', 'x')] })])],
    ['a condition', orderOf([step('a', { when: [{ variable: 'vars.x', match: '1', negated: false }] })])],
    ['a shopper', orderOf([step('a')], { shoppers: { replay: { share: 0.1, afterUs: 0 } } })],
    ['cookies', orderOf([step('a')], { cookies: true })],
    ['code', orderOf([step('a')], { journey: { url: 'file:///j.ts', hash: '', outcomes: [] } })],
  ])('with %s is not plain', (_, order) => {
    expect(isPlain(order)).toBe(false);
  });

  it('cannot have bought anything before the placing step, nor un-buy it behind: every failure of every step', () => {
    const order = { ...THREE, placedBy: 1 };
    const { outcomes, steps } = compileJourney(order);
    const of = (index: number, said: Said) => outcomes[steps[index]!.classify(answerOf(said))]!;
    expect(of(0, { failure: 'abandoned' })).toEqual({ name: 'not-sent', class: 'failed' });
    expect(of(1, { failure: 'abandoned' })).toEqual({ name: 'abandoned', class: 'unknown' });
    for (const failure of FAILURES.filter((each) => each !== 'cut')) {
      expect(of(0, { failure }).class, failure).toBe('failed');
      expect(of(1, { failure }).class, failure).toBe('unknown');
      expect(of(1, { failure, unsent: true }).class, failure).toBe('failed');
      expect(of(2, { failure }).class, failure).toBe('accepted');
    }
    expect(of(0, { failure: 'timeout' }).name).toBe('login: timeout');
    expect(of(1, { failure: 'timeout' }).name).toBe('timeout');
    expect(of(2, { failure: 'timeout' }).name).toBe('pay: timeout (bought)');
    expect(of(0, { status: 503 })).toEqual({ name: 'login: 5xx', class: 'failed' });
    expect(of(0, { failure: 'refused', unsent: true })).toEqual({ name: 'refused', class: 'failed' });
    expect(of(0, { status: 409, body: '{"code":"SOLD_OUT"}' })).toEqual({ name: 'sold_out', class: 'rejected' });
  });

  it('goes on after what its rules accept, and after nothing else', () => {
    const ruled = THREE.steps.map((each) => ({ ...each, rules: RULES }));
    const { steps, outcomes } = compileJourney({ ...THREE, steps: ruled, placedBy: 1 });
    for (const [index, one] of steps.entries()) {
      const goes = (said: Said) => one.goesOn(one.classify(answerOf(said)));
      expect(goes({ status: 201 })).toBe(true);
      for (const status of [200, 302, 404, 409, 500]) expect(goes({ status }), `${index} ${status}`).toBe(false);
      for (const failure of FAILURES.filter((each) => each !== 'cut')) expect(goes({ failure })).toBe(false);
    }
    expect(new Set(outcomes.map(({ name }) => name)).size).toBe(outcomes.length);
  });

  it("goes on by status where the order's rules are silent, but not at the placing step", () => {
    const { steps, outcomes } = compileJourney({ ...THREE, placedBy: 1 });
    const of = (index: number, said: Said) => {
      const outcome = steps[index]!.classify(answerOf(said));
      return [outcomes[outcome]!.name, steps[index]!.goesOn(outcome)];
    };
    expect([of(0, { status: 200 }), of(1, { status: 200 }), of(2, { status: 200 })]).toEqual([
      ['2xx', true],
      ['unmatched', false],
      ['2xx', true],
    ]);
    expect(of(0, { status: 302 })).toEqual(['login: redirect', false]);
    // A page is no JSON, and no rule of the purchase has to read it.
    expect(of(0, { status: 409, body: '<html>' })).toEqual(['409', false]);
    expect(of(1, { status: 409, body: '<html>' })).toEqual(['unreadable', false]);
  });

  it('gives every answer to every step exactly one outcome, of the class its place allows', () => {
    const names = fc.constantFrom('sold', 'taken', 'sold_out', 'lost', 'timeout', '2xx');
    const rule = fc.record({
      name: names,
      class: fc.constantFrom('accepted' as const, 'rejected' as const, 'failed' as const, 'unknown' as const),
      status: fc.subarray<number | string>([200, 201, 302, 409, '5xx'], { minLength: 1 }),
    });
    // Rules that contradict each other or a built-in outcome are refused before; here only sound ones.
    const rules = fc.array(rule, { maxLength: 3 }).filter((list) => ruleMistakes(list).length === 0);
    const steps = fc.array(fc.option(rules, { nil: undefined }), { minLength: 1, maxLength: 3 });
    const said: Said[] = [
      ...[100, 200, 201, 204, 302, 404, 409, 410, 429, 500, 599, 999].map((status) => ({ status })),
      ...FAILURES.filter((each) => each !== 'cut').flatMap((failure) => [{ failure }, { failure, unsent: true }]),
    ];
    fc.assert(
      fc.property(steps, rules, fc.nat(2), (own, shared, place) => {
        const all = own.map((list, index) => step(`s${index}`, list && { rules: list }));
        const placedBy = Math.min(place, all.length - 1);
        const { outcomes, steps: compiled } = compileJourney(orderOf(all, { rules: shared, placedBy }));
        expect(new Set(outcomes.map(({ name }) => name)).size).toBe(outcomes.length);
        for (const [index, one] of compiled.entries()) {
          const inherits = own[index] === undefined && index !== placedBy;
          const alone = { rules: own[index] ?? shared, ...(inherits ? { fallBack: true } : {}) };
          const plain = outcomesOf(alone);
          const classify = classifierOf(alone);
          for (const each of said) {
            const answer = answerOf(each);
            const meant = plain[classify(answer)]!;
            const at = one.classify(answer);
            expect(one.goesOn(at)).toBe(meant.class === 'accepted');
            const { name, class: given } = outcomes[at]!;
            if (index > placedBy) expect(given).toBe('accepted');
            else if (index < placedBy && meant.class === 'unknown') expect(given).toBe('failed');
            else expect(given).toBe(meant.class);
            const words = meant.name === 'abandoned' && index < placedBy ? 'not-sent' : meant.name;
            expect(name).toContain(words);
            expect(name.startsWith(`s${index}: `) || name === words).toBe(true);
          }
        }
      }),
      { seed: 20150408, numRuns: 150 },
    );
  });

  it('names an outcome after its step where the same word means something else there', () => {
    const login = step('login', { rules: [{ name: 'sold', class: 'failed', status: [403] }] });
    const { outcomes, steps } = compileJourney(orderOf([login, step('pay')], { rules: RULES }));
    expect(outcomes[steps[0]!.classify(answerOf({ status: 403 }))]).toEqual({ name: 'login: sold', class: 'failed' });
  });

  it('knows a cut connection only where shoppers leave', () => {
    const abandon = { share: 0.1, againUs: 0 };
    const { outcomes, steps } = compileJourney(orderOf([step('a')], { shoppers: { abandon } }));
    expect(outcomes[steps[0]!.classify(answerOf({ failure: 'cut' }))]).toEqual({ name: 'cut', class: 'unknown' });
    expect(compileJourney(orderOf([step('a')])).outcomes.some(({ name }) => name === 'cut')).toBe(false);
  });

  it('refuses more outcomes than can be told apart', () => {
    const many = Array.from({ length: 14 }, (_, i) => step(`step-${i}`));
    expect(() => compileJourney(orderOf(many))).toThrow(`at most ${MAX_OUTCOMES} distinct outcomes over all steps`);
  });
});

describe('extracts', () => {
  const read = (extract: ExtractSpec[], said: Said, placedBy = 1) => {
    const { outcomes, steps, variables } = compileJourney(orderOf([step('a', { extract }), step('b')], { placedBy }));
    const vars = variables.map(() => 'before');
    const answer = answerOf(said);
    steps[0]!.classify(answer);
    const lacks = steps[0]!.extract!(answer, vars);
    return { vars, lacks: lacks < 0 ? undefined : outcomes[lacks] };
  };

  it('find values in the body, in headers, in cookies and by pattern', () => {
    const said: Said = {
      body: '{"data":{"token":"t-1","n":7,"ok":false},"items":[{"id":"x"}]}',
      headers: [
        ['location', '/orders/9'],
        ['set-cookie', 'a=1; Expires=Fri, 27 Nov 2026 10:00:00 GMT'],
        ['set-cookie', 'session=s%20x; Path=/'],
      ],
    };
    const all: ExtractSpec[] = [
      json('token', 'data.token'),
      json('n', 'data.n'),
      json('ok', 'data.ok'),
      json('item', 'items[0].id'),
      { name: 'place', from: { kind: 'header', name: 'Location' }, optional: false },
      { name: 'session', from: { kind: 'cookie', name: 'session' }, optional: false },
      { name: 'group', from: { kind: 'regex', source: '"token":"t-(\\d+)"', flags: '' }, optional: false },
      { name: 'whole', from: { kind: 'regex', source: 't-\\d', flags: 'g' }, optional: false },
    ];
    expect(read(all, said).vars).toEqual(['t-1', '7', 'false', 'x', '/orders/9', 's%20x', '1', 't-1']);
  });

  it.each<[string, Said]>([
    ['nothing there', { body: '{}' }],
    ['no JSON', { body: '<html>' }],
    ['an object', { body: '{"x":{}}' }],
    ['null', { body: '{"x":null}' }],
    ['an empty text', { body: '{"x":""}' }],
    ['a text of 4,097 characters', { body: `{"x":"${'y'.repeat(4097)}"}` }],
  ])('end the order before it is placed when there is %s', (_, said) => {
    expect(read([json('x', 'x')], said).lacks).toEqual({ name: 'a: no x', class: 'failed' });
    expect(read([json('x', 'x', true)], said)).toEqual({ vars: [''], lacks: undefined });
  });

  it('at the placing step or behind it end the order as bought', () => {
    expect(read([json('x', 'x')], { body: '{}' }, 0).lacks).toEqual({ name: 'a: no x (bought)', class: 'accepted' });
    const steps = [step('a'), step('b', { extract: [json('x', 'x')] })];
    const { outcomes, steps: compiled } = compileJourney(orderOf(steps, { placedBy: 0 }));
    const answer = answerOf({ body: '{}' });
    compiled[1]!.classify(answer);
    expect(outcomes[compiled[1]!.extract!(answer, [''])]).toEqual({ name: 'b: no x (bought)', class: 'accepted' });
  });

  it('keep every digit of a number, and every letter of a header', () => {
    const bytes = (text: string) => String.fromCharCode(...new TextEncoder().encode(text));
    const all: ExtractSpec[] = [
      json('id', 'order.id'),
      json('less', 'order.less'),
      json('half', 'order.half'),
      { name: 'place', from: { kind: 'header', name: 'x' }, optional: false },
      { name: 'cookie', from: { kind: 'cookie', name: 'c' }, optional: false },
    ];
    const said: Said = {
      body: '{"order":{"id":12345678901234567891,"less":-9007199254740993,"half":0.5}}',
      headers: [
        ['x', bytes('Zoë “€”')],
        ['set-cookie', `c=${bytes('ü')}`],
      ],
    };
    expect(read(all, said).vars).toEqual(['12345678901234567891', '-9007199254740993', '0.5', 'Zoë “€”', 'ü']);
    expect(read([all[3]!], { headers: [['x', 'caf\xe9']] }).vars).toEqual(['café']);
  });

  it('parse no body that nobody asks for', () => {
    const header: ExtractSpec = { name: 'x', from: { kind: 'header', name: 'x' }, optional: false };
    const { steps } = compileJourney(orderOf([step('a', { extract: [header] }), step('b')]));
    const answer = Object.defineProperty(answerOf({ headers: [['x', '1']] }), 'body', {
      get: () => {
        throw new Error('the body was read');
      },
    });
    steps[0]!.classify(answer);
    expect(steps[0]!.extract!(answer, [''])).toBe(-1);
  });

  it('parse a body once for the rules and all extracts, and each answer anew', () => {
    const extract = [json('x', 'x'), json('y', 'y')];
    const rules: OutcomeRule[] = [{ name: 'ok', class: 'accepted', body: [['ok', true]] }];
    const { steps } = compileJourney(orderOf([step('a', { extract, rules }), step('b')]));
    let reads = 0;
    const counted = (body: string): Answer =>
      Object.defineProperty(answerOf(), 'body', {
        get: () => {
          reads++;
          return new TextEncoder().encode(body);
        },
      });
    for (const x of ['1', '2', '3']) {
      const vars = ['', ''];
      const answer = counted(`{"ok":true,"x":"${x}","y":"y${x}"}`);
      expect(steps[0]!.goesOn(steps[0]!.classify(answer))).toBe(true);
      expect(steps[0]!.extract!(answer, vars)).toBe(-1);
      expect(vars).toEqual([x, `y${x}`]);
    }
    expect(reads).toBe(3);
  });
});

describe('conditions and pauses', () => {
  it('hold by exact text or pattern, all together, or negated', () => {
    const when = [
      { variable: 'vars.kind', match: '/^mem/', negated: false },
      { variable: 'vars.stock', match: '0', negated: true },
    ];
    const login = step('login', { extract: [json('kind', 'k'), json('stock', 's')] });
    const { steps, skipped, outcomes } = compileJourney(orderOf([login, step('pay', { when })]));
    const holds = steps[1]!.holds!;
    expect(holds(['member', '3'])).toBe(true);
    expect(holds(['member', '0'])).toBe(false);
    expect(holds(['guest', '3'])).toBe(false);
    expect(outcomes[skipped]).toEqual({ name: 'skipped', class: 'rejected' });
  });

  it('are drawn from (seed, seq, step): in range, with the right middle, the same each time', () => {
    const thinks = [
      { kind: 'fixed', us: 2e6 } as const,
      { kind: 'uniform', fromUs: 1e6, untilUs: 3e6 } as const,
      { kind: 'lognormal', medianUs: 2e6, sigma: 0.5 } as const,
    ];
    const order = orderOf([step('a'), ...thinks.map((think, i) => step(`t${i}`, { think }))]);
    const all = compileJourney(order)
      .steps.slice(1)
      .map(({ thinkUs }) => Array.from({ length: 9_999 }, (_, seq) => thinkUs!(seq)));
    const again = compileJourney(order)
      .steps.slice(1)
      .map(({ thinkUs }) => Array.from({ length: 9_999 }, (_, seq) => thinkUs!(seq)));
    expect(again).toEqual(all);
    for (const [i, times] of all.entries()) {
      const sorted = [...times].sort((a, b) => a - b);
      expect(Math.abs(sorted[5_000]! - 2e6) / 2e6, `t${i}`).toBeLessThan(0.03);
      expect(times.every((us) => Number.isInteger(us) && us >= 0)).toBe(true);
    }
    expect(Math.min(...all[1]!)).toBeGreaterThanOrEqual(1e6);
    expect(Math.max(...all[1]!)).toBeLessThanOrEqual(3e6);
    const logs = all[2]!.map((us) => Math.log(us / 2e6));
    const sigma = Math.sqrt(logs.reduce((sum, x) => sum + x * x, 0) / logs.length);
    expect(sigma).toBeCloseTo(0.5, 1);
  });

  it('of two steps are not the same draw', () => {
    const think = { kind: 'uniform', fromUs: 0, untilUs: 1e6 } as const;
    const { steps } = compileJourney(orderOf([step('a'), step('b', { think }), step('c', { think })]));
    const seqs = Array.from({ length: 1_000 }, (_, seq) => seq);
    const same = seqs.filter((seq) => steps[1]!.thinkUs!(seq) === steps[2]!.thinkUs!(seq));
    expect(same.length).toBeLessThanOrEqual(3);
  });
});
