import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { compileOrder } from '../../src/order/template.ts';
import { curveOf } from '../../src/traffic/curve.ts';
import { minimal, parseText, parseValue, planOf, problemsOf } from './parsing.ts';

const sketch = readFileSync(new URL('../fixtures/profiles/sketch.yaml', import.meta.url), 'utf8');

describe('the sketch of the design', () => {
  const plan = planOf(sketch);

  it('comes to the traffic it is known for', () => {
    const curve = curveOf(plan.traffic);
    expect(plan.traffic).toMatchObject({ orders: 2_100_000, durationUs: 43_200e6, arrivals: 'poisson', seed: 42 });
    expect(plan.traffic.basePerS).toBeCloseTo(30.7, 1);
    expect(curve.peak()).toEqual({ ratePerS: expect.closeTo(368.8, 0), atUs: 0 });
    expect(curve.area(plan.traffic.durationUs)).toBeCloseTo(2_100_000, 3);
    expect(plan.traffic.parts.map(({ name }) => name)).toEqual(['base', 'opening', 'hourly']);
  });

  it('keeps orders, rules and lines as written', () => {
    expect(plan.order.steps).toEqual([
      {
        name: 'order',
        method: 'POST',
        path: '/checkout',
        shownPath: '/checkout',
        headers: [['idempotency-key', '{{order.key}}']],
        body: { kind: 'json', value: { buyer: '{{buyer.id}}', sku: '{{sku}}', quantity: 1 } },
      },
    ]);
    expect(plan.order.identity).toMatchObject({ seed: 42, skus: [{ value: 'sku-1', weight: 1 }] });
    expect(plan.order.rules).toEqual([
      { name: 'sold', class: 'accepted', status: [201] },
      { name: 'sold_out', class: 'rejected', status: [409], body: [['code', 'SOLD_OUT']] },
    ]);
    expect(plan.slo).toHaveLength(6);
    expect(plan.slo[1]).toEqual({
      text: 'p99 < 300ms in every 1m',
      place: { file: 'profile.yaml', line: 25, column: 5 },
    });
    expect(plan.stop.map(({ text }) => text)).toEqual(['errors > 20% for 30s']);
    expect(plan.warnings).toEqual([]);
    // An SLO is about the books, and the target is the built-in shop, whose books are known.
    expect(plan.books).toMatchObject({ stock: { step: { path: '/stock' } }, orders: { step: { path: '/orders' } } });
    expect(planOf(sketch, { target: 'http://127.0.0.1:1' }).warnings).toEqual([
      expect.stringMatching(/oversold == 0.*NOT CHECKED/),
    ]);
  });

  it('is warned of repeats whose answers name nothing to compare', () => {
    const warnings = (shoppers: string, audit = '') =>
      planOf(`version: 1
target: { url: "http://127.0.0.1:1" }
traffic: { rate: 1/s, for: 3s }
order: { path: /o, json: { a: "{{order.key}}" } }
shoppers: { ${shoppers} }
${audit}
slo: [replay_mismatch == 0]
`).warnings.filter((line) => /replay_mismatch == 0.*NOT CHECKED.*audit\.answer\.id/.test(line)).length;
    expect(warnings('replay: 1%')).toBe(1);
    expect(warnings('replay: 1%', 'audit: { answer: { id: id } }')).toBe(0);
    expect(warnings('replay: 1%', 'audit: { answer: { total: sum } }')).toBe(0);
    expect(warnings('altered: 1%', 'audit: { answer: { total: sum } }')).toBe(1);
  });

  it('is frozen through and through, and can be cloned', () => {
    const isFrozen = (tree: unknown): boolean =>
      typeof tree !== 'object' || tree === null || (Object.isFrozen(tree) && Object.values(tree).every(isFrozen));
    expect(isFrozen(plan)).toBe(true);
    expect(structuredClone(plan)).toEqual(plan);
  });

  it('reads the same as JSON and as a value', () => {
    const value: unknown = parse(sketch);
    const asJson = parseText(JSON.stringify(value, null, '\t'), {}, 'json');
    const asValue = parseValue(value);
    for (const other of [asJson, asValue]) {
      expect(other).toMatchObject({ ok: true, plan: { traffic: plan.traffic, profileHash: plan.profileHash } });
    }
    expect(asJson.ok && asJson.plan.slo[0]!.place).toMatchObject({ file: 'profile.json', line: expect.any(Number) });
    expect(asValue.ok && asValue.plan.slo[0]!.place).toBeUndefined();
  });
});

describe('defaults', () => {
  it('fit the built-in shop', () => {
    const plan = planOf(minimal());
    expect(plan).toMatchObject({
      name: 'profile',
      target: { url: 'demo', demo: true, http: '1.1', connection: 'keep-alive', connections: 500, queue: 100_000 },
      traffic: { orders: 600, durationUs: 60e6, arrivals: 'poisson', basePerS: 10 },
    });
    expect(plan.target).toMatchObject({ timeoutUs: 10e6, connectTimeoutUs: 5e6, captureBytes: 65_536 });
    const { method, path, headers, body } = compileOrder(plan.order)[0]!.render({ seq: 7 });
    expect([method, path]).toEqual(['POST', '/checkout']);
    expect(headers).toEqual(expect.arrayContaining(['idempotency-key', 'content-type']));
    expect(JSON.parse(new TextDecoder().decode(body))).toEqual({
      buyer: expect.any(String),
      sku: 'sku-1',
      quantity: 1,
    });
    expect(plan.warnings).toEqual([]);
  });

  it('leave alone what was said: an order of another method has no body and no key', () => {
    const { order, warnings } = planOf(minimal('order: { method: GET, path: /stock }\n'));
    expect(order.steps[0]).toMatchObject({ headers: [], body: { kind: 'none' } });
    expect(warnings).toEqual([]);
    expect(planOf(minimal('order: { text: "" }\n')).order.steps[0]!.body).toEqual({ kind: 'none' });
  });

  it('take bodies from files', () => {
    const files = { 'a.json': '{"who":"{{buyer.id}}"}', 'a.xml': '<order>{{sku}}</order>' };
    const bodyOf = (file: string) => planOf(minimal(`order: { file: ${file} }\n`), { files }).order.steps[0]!.body;
    expect(bodyOf('a.json')).toEqual({ kind: 'json', value: { who: '{{buyer.id}}' } });
    expect(bodyOf('a.xml')).toEqual({ kind: 'text', text: '<order>{{sku}}</order>' });
  });

  it('read a trace from a file, and from the profile', () => {
    const trace = (source: string) =>
      `target: { url: demo }\nslo: [p99 < 1s]\ntraffic: { over: 3m, shape: [trace: { bin: 1m, ${source} }] }\n`;
    const files = { 'a.csv': '# a day\norders\n1\n\n20\r\n"300"\n' };
    const fromFile = planOf(trace('file: a.csv'), { files }).traffic;
    expect(fromFile.orders).toBe(321);
    expect(fromFile).toEqual(planOf(trace('counts: [1, 20, 300]')).traffic);
  });
});

describe('warnings', () => {
  const cases: [name: string, text: string, warning: RegExp][] = [
    ['no slo', 'target: { url: demo }\ntraffic: { rate: 1/s, for: 1m }\n', /slo is empty.*INCONCLUSIVE/],
    ['no idempotency key', minimal('order: { headers: {} }\n'), /idempotency-key/],
    ['any certificate', minimal().replace('url: demo', 'url: "https://x", tls: { insecure: true }'), /ANY certificate/],
    ['tls without https', minimal().replace('url: demo', 'url: "http://x", tls: { servername: y }'), /no effect/],
    ['a body of a GET', minimal('order: { method: GET, json: { a: 1 } }\n'), /order\.json: many servers ignore/],
    [
      'unreachable rules',
      minimal('outcomes: [a: { class: accepted }, b: { status: 409, class: rejected }]\n'),
      /`a` matches/,
    ],
  ];
  it('tells how many orders of a trace lie behind the end of the run', () => {
    const warningsOf = (over: string, counts: string) =>
      planOf(
        `target: { url: demo }\nslo: [p99 < 1s]\ntraffic: { over: ${over}, shape: [base: 1/s, trace: { from: 1m, bin: 1m, counts: ${counts} }] }\n`,
      ).warnings;
    expect(warningsOf('2m30s', '[100, 20, 3000]')).toEqual([
      'traffic.shape[1].trace ends at 4 m, after the run: 3,010 of its 3,120 orders are left out; make `over` 4 m, or shorten the trace',
    ]);
    expect(warningsOf('4m', '[100, 20, 3000]')).toEqual([]);
    expect(warningsOf('2m30s', '[100, 0, 0]')).toEqual([]);
    expect(warningsOf('3m', '[100, 20, 1]')[0]).toContain('1 of its 121 orders is left out');
  });

  it('tells what of a ramp or of steps lies behind the end of the run, and of neither when they fit', () => {
    const warningsOf = (part: string) =>
      planOf(`target: { url: demo }\nslo: [p99 < 1s]\ntraffic: { over: 2m, shape: [base: 1/s, ${part}] }\n`).warnings;
    expect(warningsOf('ramp: { from: 1m, until: 5m, start: 10/s, end: 50/s }')).toEqual([
      'traffic.shape[1].ramp ends at 5 m, after the run: it gets to 20/s, not to 50/s; make `over` 5 m, or shorten the ramp',
    ]);
    expect(warningsOf('steps: { from: 30s, each: 1m, levels: [1/s, 2/s, 3/s] }')).toEqual([
      'traffic.shape[1].steps ends at 3 m 30 s, after the run: 1 of its 3 levels has its full time; make `over` 3 m 30 s, or shorten the steps',
    ]);
    for (const part of [
      'ramp: { from: 1m, until: 2m, start: 10/s, end: 50/s }',
      'ramp: { from: 1m, start: 10/s, end: 50/s }',
      'steps: { from: 1m, each: 20.1s, levels: [1/s, 2/s] }',
      'steps: { each: 1m, levels: [1/s, 2/s] }',
      'steps: { each: 0.1s, levels: [1/s, 2/s] }',
    ]) {
      expect(warningsOf(part), part).toEqual([]);
    }
  });

  it.each(cases)('tells of %s', (_name, text, warning) => {
    expect(planOf(text).warnings).toEqual([expect.stringMatching(warning)]);
  });
});

describe('variables', () => {
  it('are filled in after parsing, so a value is never structure', () => {
    const context = { env: { SHOP: 'https://shop.example/base/', NAME: 'a: {b}\n# c', N: '7', EMPTY: '' } };
    const plan = planOf(
      minimal(
        'name: ${NAME}\norder: { headers: { a: "$${N}", b: "${N}", c: "${EMPTY:-x}${EMPTY}" }, buyers: 7 }\n',
      ).replace('url: demo', 'url: "${SHOP}", connections: "${N}"'),
      context,
    );
    expect(plan.name).toBe('a: {b}\n# c');
    expect(plan.target).toMatchObject({ url: 'https://shop.example/base', connections: 7 });
    expect(plan.order.steps[0]!.headers).toEqual([
      ['a', '${N}'],
      ['b', '7'],
      ['c', 'x'],
    ]);
  });

  it('become numbers only where nothing is lost and no quotes ask for text', () => {
    const json = (text: string) => {
      const { body } = planOf(minimal(`order:\n  json:\n    a: ${text}\n`), { env: { A: '12', B: '0012' } }).order
        .steps[0]!;
      return body.kind === 'json' ? (body.value as { a: unknown }).a : undefined;
    };
    expect([json('${A}'), json('"${A}"'), json('${B}'), json('${C:-true}')]).toEqual([12, '12', '0012', true]);
  });

  it('never show what they hold, whatever is wrong with it', () => {
    const secret = 'sesame{{opens';
    const places = [
      'target:\n  url: "${S}"\n',
      'target:\n  url: demo\n  timeout: ${S}\n  connections: ${S}\n  http: ${S}\n  capture: ${S}\n',
      'target:\n  url: https://x\n  tls: { ca: "${S}", insecure: "${S}" }\n',
      'target: {url: demo}\norder: { method: "${S}", path: "${S}", buyers: "${S}", file: "${S}", headers: { authorization: "${S}" } }\n',
      'target: {url: demo}\norder: { json: { a: ["${S}"] }, skus: { a: "${S}" }, quantity: "${S}" }\n',
      'target: {url: demo}\noutcomes: [a: { status: "${S}", class: "${S}", headers: { x: "/(${S}/" } }]\n',
      'target: {url: demo}\noutcomes: [a: { class: accepted, headers: { x: "/(${S}/" } }]\n',
      'target: {url: demo}\nslo: ["${S}", "p99 < ${S}", "p99 < 3s during ${S}"]\nstop: ["${S}"]\n',
      'target: {url: demo}\nname: 3\norder: "${S}"\nslo: "${S}"\n',
    ];
    for (const place of places) {
      for (const traffic of [
        'traffic: { rate: 1/s, for: 1m }\n',
        'traffic: { over: "${S}", shape: ["${S}", burst: { peak: "${S}", decay: "${S}" }, trace: { bin: 1s, file: "${S}" }] }\n',
      ]) {
        const problems = problemsOf(place + traffic, { env: { S: secret } });
        expect(problems.length).toBeGreaterThan(0);
        expect(JSON.stringify(problems)).not.toContain('sesame');
      }
    }
  });
});

describe('flags', () => {
  it('write into the profile before it is checked', () => {
    const plan = planOf(sketch, {
      target: 'http://127.0.0.1:3000',
      seed: 7,
      sets: [
        ['target.timeout', '2s'],
        ['traffic.shape[1].burst.peak', '8x base'],
        ['order.headers["x-trace"]', '12'],
        ['slo[6]', 'failed == 0'],
      ],
    });
    expect(plan.target).toMatchObject({ url: 'http://127.0.0.1:3000', timeoutUs: 2e6 });
    expect(plan.traffic.seed).toBe(7);
    expect(plan.order.identity.seed).toBe(7);
    expect(curveOf(plan.traffic).peak().ratePerS / plan.traffic.basePerS).toBeCloseTo(8, 6);
    expect(plan.order.steps[0]!.headers.at(-1)).toEqual(['x-trace', '12']);
    expect(plan.slo.at(-1)).toEqual({ text: 'failed == 0', place: expect.anything() });
    expect(parse(plan.effectiveYaml)).toMatchObject({ target: { url: 'http://127.0.0.1:3000', timeout: '2s' } });
  });

  it('spare a variable that they make needless', () => {
    const text = minimal().replace('demo', '"${CHECKOUT_URL}"');
    expect(problemsOf(text)).toHaveLength(1);
    expect(planOf(text, { target: 'demo' }).target.demo).toBe(true);
  });

  it('scale, condense and speed up, and say so', () => {
    const plan = planOf(sketch, { scale: '10%', condense: '6h', speed: '60x' });
    expect(plan.adjustments.map(({ flag, value }) => [flag, value])).toEqual([
      ['scale', '10%'],
      ['condense', '6h'],
      ['speed', '60x'],
    ]);
    expect(plan.traffic.durationUs).toBeCloseTo(360e6, 0);
    expect(curveOf(plan.traffic).peak().ratePerS).toBeCloseTo(368.8 * 0.1 * 60, -1);
    for (const { says, cannotShow } of plan.adjustments) expect(says && cannotShow).not.toBe('');
    expect(plan.adjustments.map(({ says }) => says)).toEqual([
      expect.stringMatching(/^210,000 of /),
      expect.stringMatching(/^after --scale: 12 h condensed to 6 h /),
      'after --scale and --condense: 6 h pass in 6 m: time runs 60 times as fast, and every rate is 60 times as high',
    ]);
    expect(plan.effectiveYaml).toContain('# --condense 6h: ');
  });
});

describe('the effective profile', () => {
  const secretive = `
target: { url: "\${SHOP:-demo}" }
traffic: { rate: 10/s, for: 1m }
slo: [p99 < 300ms]
order:
  path: /checkout?api_key=abc123&x=1
  headers:
    Authorization: Bearer abc123
    cookie: "\${COOKIE:-abc123}"
    x-api-key: "Token \${KEY}"
    x-csrf-token: ["abc123", "{{order.key}}"]
    idempotency-key: "{{order.key}}"
  json: { sku: a, client_secret: abc123, Passwords: { a: [abc123, 123456] } }
`;
  const plan = planOf(secretive, { env: { KEY: 'sesame' } });

  it('shows no secret, neither a literal nor a variable', () => {
    expect(plan.effectiveYaml).not.toMatch(/abc123|123456|sesame/);
    const shown = parse(plan.effectiveYaml) as { order: Record<string, unknown>; target: { url: string } };
    expect(shown.target.url).toBe('${SHOP:-demo}');
    expect(shown.order).toMatchObject({
      path: '/checkout?api_key=***&x=1',
      headers: {
        Authorization: '***',
        cookie: '${COOKIE:-***}',
        'x-api-key': 'Token ${KEY}',
        'x-csrf-token': ['***', '{{order.key}}'],
        'idempotency-key': '{{order.key}}',
      },
      json: { sku: 'a', client_secret: '***', Passwords: { a: ['***', '***'] } },
    });
    expect(plan.order.steps[0]!.headers).toContainEqual(['x-api-key', 'Token sesame']);
  });

  it('is a profile, and comes to the same plan', () => {
    const again = planOf(planOf(sketch).effectiveYaml);
    expect(again.traffic).toEqual(planOf(sketch).traffic);
    expect(again.profileHash).toBe(planOf(sketch).profileHash);
  });

  it('hides the line of a mistake that holds a literal secret', () => {
    const [problem] = problemsOf(minimal('order: { headers: { authorization: "abc123 {{nope}}" } }\n'));
    expect(problem).toMatchObject({ code: 'UNKNOWN_PLACEHOLDER', place: { line: 4 } });
    expect(JSON.stringify(problem)).not.toContain('abc123');
    expect(JSON.stringify(problemsOf(minimal().replace('demo', '"http://me:abc123@x"')))).not.toContain('abc123');
  });
});

describe('the hash of a profile', () => {
  const hashOf = (text: string, context = {}) => planOf(text, context).profileHash;

  it('is the same for the same load and demands', () => {
    const same = [
      hashOf(sketch),
      hashOf(sketch.replace(/#.*/g, '').replace('over: 12h', 'over: 720m')),
      hashOf(sketch, { seed: 1 }),
      hashOf(sketch, { target: 'http://127.0.0.1:1' }),
      hashOf(sketch, { sets: [['order.headers.authorization', 'one']] }),
      hashOf(sketch, { sets: [['order.headers.authorization', 'two']] }),
    ];
    expect(same[0]).toMatch(/^[0-9a-f]{26}$/);
    expect(new Set(same.slice(0, 4)).size).toBe(1);
    expect(same[4]).toBe(same[5]);
  });

  it('is another for any other load or demand', () => {
    const changes: [string, string][] = [
      ['traffic.orders', '2.2M'],
      ['traffic.arrivals', 'even'],
      ['traffic.shape[2].flash.hold', '91s'],
      ['order.path', '/pay'],
      ['order.json.extra', '1'],
      ['order.quantity', '2'],
      ['outcomes[0].sold.status', '200'],
      ['slo[0]', 'p99 < 301ms'],
      ['target.connections', '10'],
      ['name', 'other'],
    ];
    const hashes = [
      hashOf(sketch),
      ...changes.map((set) => hashOf(sketch, { sets: [set] })),
      hashOf(sketch, { scale: '1%' }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
