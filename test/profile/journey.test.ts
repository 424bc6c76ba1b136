// Orders of several steps: what a list of them comes to, what each may name, and what is legal but probably not meant.

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { compileJourney } from '../../src/order/journey.ts';
import { compileOrder } from '../../src/order/template.ts';
import { STEP_KEYS } from '../../src/profile/schema-order.ts';
import { STEP_WORDS } from '../../src/secrets.ts';
import { minimal, parseValue, planOf, problemsOf } from './parsing.ts';

const steps = `order:
  - session: { method: POST, path: /session, json: { buyer: "{{buyer.id}}" }, extract: { token: token, kind: { json: kind, optional: true } } }
  - { name: gift, path: /gift, when: { vars.kind: /gold|silver/i }, unless: { vars.token: none }, think: { from: 1s, until: 3s } }
  - pay:
      path: /pay
      headers: { authorization: "Bearer {{vars.token}}", idempotency-key: "{{order.key}}" }
      json: { sku: "{{sku}}" }
      think: 2s
      outcomes: [paid: { status: 201, class: accepted }, broke: { status: 402, class: rejected }]
`;

describe('a list of steps', () => {
  const { order, warnings } = planOf(minimal(steps));

  it('comes to steps in their order, the last of which places the order', () => {
    expect(warnings).toEqual([]);
    expect(order.placedBy).toBe(2);
    expect(order.steps.map(({ name, method, path }) => [name, method, path])).toEqual([
      ['session', 'POST', '/session'],
      ['gift', 'GET', '/gift'],
      ['pay', 'POST', '/pay'],
    ]);
    const [session, gift, pay] = order.steps;
    expect(session!.extract).toEqual([
      { name: 'token', from: { kind: 'json', path: 'token' }, optional: false },
      { name: 'kind', from: { kind: 'json', path: 'kind' }, optional: true },
    ]);
    expect(gift).toMatchObject({
      body: { kind: 'none' },
      think: { kind: 'uniform', fromUs: 1e6, untilUs: 3e6 },
      when: [
        { variable: 'kind', match: '/gold|silver/i', negated: false },
        { variable: 'token', match: 'none', negated: true },
      ],
    });
    expect(pay).toMatchObject({ think: { kind: 'fixed', us: 2e6 }, rules: [{ name: 'paid' }, { name: 'broke' }] });
    expect(session!.rules ?? pay!.extract ?? pay!.when).toBeUndefined();
  });

  it('can be compiled and filled', () => {
    const journey = compileJourney(order);
    expect(journey.variables).toEqual(['token', 'kind']);
    expect(journey.steps[1]!.holds!(['x', 'Silver'])).toBe(true);
    expect(journey.steps[1]!.holds!(['none', 'gold'])).toBe(false);
    const { headers } = compileOrder(order)[2]!.render({ seq: 3, vars: ['abc', ''] });
    expect(headers).toEqual(expect.arrayContaining(['authorization', 'Bearer abc']));
  });

  it('is the same with the names as fields, and below `steps`', () => {
    const named = steps.replace('- session: {', '- { name: session,').replace(/- pay:\n {6}/, '- name: pay\n    ');
    const rows = named.replaceAll('\n      ', '\n    ');
    const below = steps
      .replace('order:\n', 'order:\n  steps:\n')
      .replaceAll('\n  -', '\n    -')
      .replaceAll('\n      ', '\n        ');
    expect(planOf(minimal(rows)).order).toEqual(order);
    expect(planOf(minimal(below.replaceAll('        -', '    -'))).order).toEqual(order);
    const value = parse(minimal(steps));
    expect(parseValue(value)).toMatchObject({ ok: true, plan: { order } });
  });

  it('keeps the words that secrets know a step by', () => {
    expect([...new Set(STEP_KEYS)].sort()).toEqual([...STEP_WORDS].sort());
  });
});

describe('a step', () => {
  const plan = (more: string, context = {}) => planOf(minimal(`order:\n${more}`), context);

  it('gets its method from its body, a GraphQL path, and the order’s key where it places', () => {
    const { order } = plan(
      '  - a: { path: /a }\n  - b: { path: /b, form: { x: 1 } }\n  - c: { graphql: { query: "{ x }" } }\n',
    );
    expect(order.steps.map(({ method, path, headers }) => [method, path, headers])).toEqual([
      ['GET', '/a', []],
      ['POST', '/b', []],
      ['POST', '/graphql', [['idempotency-key', '{{order.key}}']]],
    ]);
  });

  it('is chosen to place the order by name', () => {
    const { order } = plan('  places: b\n  steps: [a: { path: /a }, b: { path: /b, text: x }, c: { path: /c }]\n');
    expect(order.placedBy).toBe(1);
    expect(order.steps[1]!.headers).toEqual([['idempotency-key', '{{order.key}}']]);
  });

  it('sends what headers stand beside the steps, its own before them', () => {
    const { order } = plan(
      '  headers: { accept: a/b, User-Agent: app }\n  steps: [a: { path: /a }, b: { path: /b, headers: { Accept: c/d } }]\n',
    );
    expect(order.steps.map(({ headers }) => headers)).toEqual([
      [
        ['accept', 'a/b'],
        ['User-Agent', 'app'],
      ],
      [
        ['User-Agent', 'app'],
        ['Accept', 'c/d'],
      ],
    ]);
  });

  it('takes what it needs from anywhere in an answer', () => {
    const { order } = plan(
      '  - a: { path: /a, extract: { h: { header: X-Id }, c: { cookie: Sid }, r: { regex: "/id=(\\\\d+)/i" }, s: { regex: "id=." } } }\n' +
        '  - b: { path: "/{{vars.h}}/{{vars.c}}/{{vars.r}}/{{vars.s}}", text: x }\n',
    );
    expect(order.steps[0]!.extract!.map(({ from }) => from)).toEqual([
      { kind: 'header', name: 'x-id' },
      { kind: 'cookie', name: 'Sid' },
      { kind: 'regex', source: 'id=(\\d+)', flags: 'i' },
      { kind: 'regex', source: 'id=.', flags: '' },
    ]);
  });

  it('thinks for a time that is fixed, even or lognormal', () => {
    const thinks = ['2s', '{ until: 3s }', '{ median: 2s, sigma: 0.5 }'].map(
      (think) => plan(`  - a: { path: /a, text: x, think: ${think} }\n`).order.steps[0]!.think,
    );
    expect(thinks).toEqual([
      { kind: 'fixed', us: 2e6 },
      { kind: 'uniform', fromUs: 0, untilUs: 3e6 },
      { kind: 'lognormal', medianUs: 2e6, sigma: 0.5 },
    ]);
  });

  it('may be a GraphQL request from a file', () => {
    const files = { 'pay.graphql': 'mutation Pay($q: Int!) { pay(quantity: $q) { __typename } }' };
    const { order, warnings } = plan(
      '  - pay: { graphql: { file: pay.graphql, variables: { q: "{{quantity}}", key: "{{order.key}}" }, operationName: Pay } }\n',
      { files },
    );
    expect(order.steps[0]!.body).toEqual({
      kind: 'graphql',
      query: files['pay.graphql'],
      variables: { q: '{{quantity}}', key: '{{order.key}}' },
      operationName: 'Pay',
    });
    expect(warnings).toEqual([
      expect.stringMatching(/order\[0\]\.pay\.graphql\.variables\.key: the query names no `\$key`/),
    ]);
    const { body } = compileOrder(order)[0]!.render({ seq: 0 });
    expect(JSON.parse(new TextDecoder().decode(body))).toMatchObject({ variables: { q: 1 }, operationName: 'Pay' });
  });
});

describe('a step that is probably not meant', () => {
  const warningsOf = (list: string) => planOf(minimal(`order:\n${list}`)).warnings;
  const pay = '  - pay: { path: "/pay/{{vars.token}}", text: x }\n';

  it('takes what nobody reads', () => {
    expect(warningsOf(`  - a: { path: /a, extract: { token: t, more: m } }\n${pay}`)).toEqual([
      'order[0].a.extract.more is read by no step after `a`',
    ]);
    expect(warningsOf('  - pay: { path: /pay, text: x, extract: { id: id } }\n')).toEqual([
      'order[0].pay.extract.id is read by no step after `pay`, and it is the last',
    ]);
  });

  it('takes what is read only by a condition or by read-back, which is enough', () => {
    const read = '  - pay: { path: /pay, text: x, extract: { at: at }, when: { vars.t: a } }\n';
    const more = 'shoppers: { read-back: { share: 1%, path: "/{{vars.at}}" } }\n';
    expect(warningsOf(`  - a: { path: /a, extract: { t: t } }\n${read}${more}`)).toEqual([]);
  });

  it('is passed over, and another needs what it takes', () => {
    const login = (more: string) =>
      `  - a: { path: /a, extract: { kind: k } }\n  - login: { path: /l, when: { vars.kind: member }, extract: { token: ${more} } }\n`;
    expect(warningsOf(login('t') + pay)).toEqual([
      expect.stringMatching(/token stays empty .* step `login`, and step `pay`/),
    ]);
    expect(warningsOf(login('{ json: t, optional: true }') + pay)).toEqual([]);
    expect(warningsOf(login('t') + pay.replace(', text', ', when: { vars.kind: member }, text'))).toEqual([]);
  });

  it('places an order without asking for anything, or without a key', () => {
    expect(warningsOf('  - pay: { path: /pay }\n')).toEqual([
      expect.stringMatching(/`pay` places the order with a GET/),
    ]);
    expect(warningsOf('  - pay: { path: /pay, text: x, headers: { a: b } }\n')).toEqual([
      expect.stringMatching(/order\[0\]\.pay\.headers holds no `idempotency-key`/),
    ]);
    expect(warningsOf('  - pay: { path: /pay, json: { key: "{{order.key}}" }, headers: { a: b } }\n')).toEqual([]);
  });
});

describe('setup and teardown', () => {
  const text = minimal(`setup:
  - login: { path: /login, json: { user: admin }, extract: { session: { cookie: sid } } }
  - { method: POST, path: /reset, headers: { x-admin: "{{setup.session}}" }, timeout: 5s, outcomes: [ok: { status: 204, class: accepted }] }
teardown:
  - { method: DELETE, path: "/session?of={{setup.session}}&by={{env.USER}}" }
order: { headers: { x-admin: "{{setup.session}}", idempotency-key: "{{order.key}}" } }
`);

  it('are steps that are sent once', () => {
    const { setup, teardown, order, warnings } = planOf(text, { env: { USER: 'me', OTHER: 'x' } });
    expect(warnings).toEqual([]);
    expect(setup.map(({ name, method, path, timeoutUs }) => [name, method, path, timeoutUs])).toEqual([
      ['login', 'POST', '/login', 30e6],
      ['setup-2', 'POST', '/reset', 5e6],
    ]);
    expect(setup[1]!.rules).toEqual([{ name: 'ok', class: 'accepted', status: [204] }]);
    expect(teardown).toMatchObject([{ name: 'teardown-1', method: 'DELETE' }]);
    expect(order.env).toEqual({ USER: 'me' });
  });

  it('tell what nobody reads', () => {
    const { warnings } = planOf(minimal('setup: [{ path: /a, extract: { session: s } }]\n'));
    expect(warnings).toEqual(['setup extracts `session`, which nothing reads']);
  });

  it('let the steps behind name what was taken, also where a step is wrong elsewhere', () => {
    const wrong = text
      .replace('user: admin', 'user: "{{order.kee}}"')
      .replace('extract: { session', 'extrat: 1, extract: { session');
    expect(problemsOf(wrong, { env: { USER: 'x' } }).map(({ code }) => code)).toEqual(['NO_ORDER_HERE', 'UNKNOWN_KEY']);
  });
});

describe('an order made by code', () => {
  const text = minimal('order: { journey: ./order.ts, skus: [a, b] }\n');
  const code = {
    steps: ['cart', 'pay', 'receipt'],
    places: 'pay',
    outcomes: { gone: 'rejected' },
    order: async () => {},
  };
  const files = { './order.ts': 'one text' };

  it('is a module beside the profile, which names its steps and outcomes', () => {
    const { order, warnings } = planOf(text, { files, modules: { './order.ts': code } });
    expect(order).toMatchObject({
      journey: { url: 'file:///somewhere/./order.ts', outcomes: [{ name: 'gone', class: 'rejected' }] },
      identity: { skus: [{ value: 'a' }, { value: 'b' }] },
      placedBy: 1,
    });
    expect(order.steps.map(({ name }) => name)).toEqual(['cart', 'pay', 'receipt']);
    expect(compileJourney(order).code!.named.has('gone')).toBe(true);
    expect(warnings).toEqual([]);
  });

  it('is another plan when its text is another', () => {
    const hash = (body: string) =>
      planOf(text, { files: { './order.ts': body }, modules: { './order.ts': code } }).profileHash;
    expect(hash('one text')).toBe(hash('one text'));
    expect(hash('one text')).not.toBe(hash('another'));
  });

  it('can be told apart from other mistakes, all at once', () => {
    const wrong = minimal(
      'order: { journey: ./order.ts, path: /x }\nshoppers: { replay: 10% }\noutcomes: [a: { status: 1, class: failed }]\n',
    );
    const problems = problemsOf(wrong, { files, modules: { './order.ts': { ...code, places: 'p' } } });
    expect(problems.map(({ path }) => path).sort()).toEqual([
      'order.journey',
      'order.path',
      'outcomes[0].a.status',
      'shoppers',
    ]);
  });
});

describe('the effective profile of a journey', () => {
  const more = `setup: [login: { path: /l, extract: { s: { cookie: sid } } }]
teardown: [{ path: "/x/{{setup.s}}" }]
feeders: { people: people.csv }
shoppers: { double-click: 5%, altered: { share: 1%, after: 2s }, retry: { times: 2 }, read-back: { share: 1%, path: "/orders/{{vars.orderId}}" } }
audit: { shop: demo, limit: 2 }
`;
  const files = { 'people.csv': 'id,name\n1,a\n2,b\n' };
  const text = minimal(more + steps.replace('{{buyer.id}}', '{{people.id}}'));
  const plan = planOf(text, { files });

  it('is a profile, and comes to the same plan', () => {
    const again = planOf(plan.effectiveYaml, { files });
    expect(again.order).toEqual(plan.order);
    expect(again).toMatchObject({
      setup: plan.setup,
      teardown: plan.teardown,
      books: plan.books,
      profileHash: plan.profileHash,
    });
    expect(planOf(again.effectiveYaml, { files }).effectiveYaml).toBe(again.effectiveYaml);
  });

  it('shows what a step gets by default', () => {
    const shown = parse(plan.effectiveYaml) as { order: Record<string, unknown>[] };
    expect(shown.order[1]).toMatchObject({ name: 'gift', method: 'GET' });
    expect(shown.order[2]).toMatchObject({ pay: { method: 'POST' } });
  });

  it('has a hash that knows every new field', () => {
    const sets: [string, string][] = [
      ['order[0].session.extract.token', 'tok'],
      ['order[1].think', '1s'],
      ['order[1].when', '{ vars.kind: x }'],
      ['order[2].pay.outcomes[1].broke.status', '403'],
      ['setup[0].login.path', '/m'],
      ['teardown[0].path', '/y/{{setup.s}}'],
      ['feeders.people', '{ file: people.csv, order: random }'],
      ['shoppers.double-click', '6%'],
      ['shoppers.retry.times', '3'],
      ['audit.limit', '3'],
    ];
    const hashes = [plan.profileHash, ...sets.map((set) => planOf(text, { files, sets: [set] }).profileHash)];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(planOf(text, { files: { 'people.csv': 'id,name\n3,c\n4,d\n' } }).profileHash).toBe(plan.profileHash);
  });
});
