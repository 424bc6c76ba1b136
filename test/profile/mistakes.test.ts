// What a person sees for every kind of mistake. UPDATE_GOLDEN=1 writes the snippets anew: read the difference.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatProblems } from '../../src/report/problems.ts';
import { minimal, parseText, parseValue } from './parsing.ts';

const GOLDEN = new URL('../golden/profile-errors/', import.meta.url);
const head = 'target: { url: demo }\nslo: [p99 < 300ms]\n';
const rate = 'traffic: { rate: 10/s, for: 1m }\nslo: [p99 < 300ms]\n';
const shape = (parts: string) => `${head}traffic:\n  orders: 1000\n  over: 10m\n  shape:\n${parts}`;

type Case = string | { text: string; json?: true; context: Parameters<typeof parseText>[1] };

const CASES: Record<string, Case> = {
  empty: '',
  'bad-yaml': 'target:\n  url: [demo\ntraffic: {}\n',
  'unquoted-variable': `traffic: { rate: 1/s, for: 1m }\ntarget: { url: \${CHECKOUT_URL} }\n`,
  'bad-json': {
    text: '{\n\t"target": { "url": "demo" },\n\t"traffic": { "rate": "1/s", "for": "1m" },\n}',
    json: true,
    context: {},
  },
  'duplicate-key': `${minimal()}slo: [errors < 1%]\n`,
  'alias-loop': 'target: &a { url: *a }\n',
  'unknown-key': minimal('ordr: {}\nzzz: 1\n'),
  'key-elsewhere': `${minimal()}timeout: 10s\nrate: 49/s\n`,
  'missing-sections': 'name: lonely\n',
  'wrong-kinds': 'target: demo\ntraffic: [49/s]\nslo: p99 < 300ms\norder:\n',
  'needs-a-unit': `target: { url: demo, timeout: 10, capture: 4096 }\nslo: [p99 < 300]\ntraffic: { rate: 49, for: "600" }\n`,
  'bad-scalars':
    'target: { url: demo, timeout: soon, maxBody: 3 horses, http: 3, connection: keepalive }\ntraffic: { rate: fast, for: 0s }\n',
  'bad-counts': `target: { url: demo, connections: 0, queue: -1 }\norder: { buyers: 2.5, quantity: 0, skus: { a: 0 } }\n${rate}`,
  'bad-urls': `target: { url: localhost:3000 }\n${rate}`,
  userinfo: `target: { url: "https://user:pass@shop.example/" }\n${rate}`,
  'trace-url-kinds': `target: { url: demo, traceUrl: "javascript:alert('{{trace.id}}')" }\n${rate}`,
  'trace-url-host': `target: { url: demo, traceUrl: "https://{{order.key}}.example/t" }\n${rate}`,
  'trace-url-none': `target: { url: demo, traceUrl: "https://traces.example/trace" }\n${rate}`,
  'trace-url-unknown': `target: { url: demo, traceUrl: "https://traces.example/{{trace.ids}}" }\n${rate}`,
  'trace-url-secret': `target: { url: demo, traceUrl: "https://traces.example/{{trace.id}}?api_key=k1" }\n${rate}`,
  'proxy-secure': `target: { url: "https://shop.example", proxy: "https://proxy.example:3128" }\n${rate}`,
  'proxy-userinfo': `target: { url: "https://shop.example", proxy: "http://user:pass@proxy.example:3128" }\n${rate}`,
  'proxy-path': `target: { url: "https://shop.example", proxy: "http://proxy.example:3128/x" }\n${rate}`,
  'url-query': `target: { url: "https://shop.example/?a=1" }\n${rate}`,
  'tls-half': {
    text: `target: { url: "https://shop.example", tls: { cert: c.pem } }\n${rate}`,
    context: { files: { 'c.pem': 'PEM' } },
  },
  'unreadable-file': `target: { url: demo, tls: { ca: nowhere.pem } }\n${rate}`,
  'not-utf8': { text: minimal('order: { file: body.txt }\n'), context: { files: { 'body.txt': 'caf\uFFFD' } } },
  'unset-variable': minimal('order:\n  headers:\n    authorization: Bearer ${TOKEN}\n    x: ${1bad}\n'),
  'wrong-once-filled': {
    text: minimal('stop: ["errors > ${LIMIT} for 30s"]\norder: { path: "${ORDER_PATH}" }\n'),
    context: { env: { LIMIT: 'sesame', ORDER_PATH: 'opens{{it}}' } },
  },
  'part-words': shape('    - bse\n    - burts: { peak: 5x base }\n    - 12\n'),
  'part-settings': shape(
    '    - base\n    - burst: { peak: 12, decay: 3m, at: noon }\n    - flash: { peak: 5x bse, hold: 9s }\n',
  ),
  'two-parts-in-one': shape('    - base: 1/s\n      burst: { peak: 5/s, decay: 10s }\n    - {}\n'),
  'parts-exceed-total': shape('    - base\n    - steps: { each: 1m, levels: [100/s, 200/s] }\n'),
  'same-name': shape(
    '    - base\n    - burst: { peak: 3x base, decay: 10s }\n    - burst: { peak: 2x base, decay: 10s, at: 11m }\n',
  ),
  'no-base': `${head}traffic: { over: 1m, shape: [burst: { peak: 12x base, decay: 10s }] }\n`,
  capacity: minimal(
    'capacity:\n  budgt: 5m\n  max-orders: 5\n  trial: 2500ms\n  hold: 1s\n  settle: 3\n  slo:\n    - headrom >= 2x\n    - headroom < 2x\n    - headroom over maen >= 2x\n    - headroom >= 1.5\n    - headroom >=\n    - p99 < 300ms\n',
  ),
  'capacity-budget': minimal('capacity: { budget: 1m, trial: 20s, hold: 10s }\n'),
  'short-and-long': `${head}traffic: { rate: 49/s, over: 12h, orders: 3 }\n`,
  'nothing-to-send': `${head}traffic: { over: 12h }\n`,
  'trace-without-counts': shape('    - trace: { bin: 1m }\n'),
  'trace-file': {
    text: shape('    - trace: { bin: 1m, file: arrivals.csv }\n'),
    context: { files: { 'arrivals.csv': 'orders\n1\n2.5\n' } },
  },
  'trace-log-lines': {
    text: shape('    - trace: { log: { file: access.log, only: { path: /checkout } } }\n    - base\n'),
    context: { files: { 'access.log': '2025-11-28 10:00:00 POST /checkout 201\n'.repeat(9) } },
  },
  'trace-log-words': shape(
    '    - trace: { log: { file: access.log, from: 28.11.2025, zone: CET, format: nginx, only: { pth: /checkout } } }\n',
  ),
  'trace-times-column': {
    text: shape(
      '    - trace: { times: { file: orders.csv, column: ordered } }\n    - trace: { name: b, times: gone.csv }\n',
    ),
    context: { files: { 'orders.csv': 'id,ordered_at,total\n7,2025-11-28 10:00:00,19.90\n' } },
  },
  'trace-two-sources': shape('    - trace: { log: access.log, run: ../reports/last-night }\n'),
  'two-bodies': minimal('order:\n  json: { a: 1 }\n  form: { a: 1 }\n  text: a\n'),
  method: minimal('order: { method: post }\n'),
  headers: minimal('order:\n  headers: { "a b": x, Content-Length: 3, A: 1, a: 2, x: "one\\ntwo" }\n'),
  path: minimal('order: { path: checkout }\n'),
  placeholder: minimal(
    'order:\n  json: { who: "it is {{buyer.ids}}", key: "{{order.key" }\n  headers: { x: "{{env.NOPE}}" }\n',
  ),
  quantity: minimal('order: { quantity: { one: 1, 0: 2 }, skus: [] }\n'),
  'body-file': { text: minimal('order: { file: body.json }\n'), context: { files: { 'body.json': '{' } } },
  outcomes: minimal(
    'outcomes:\n  - sold: { status: 600, class: accepted }\n  - gone: { status: 410, class: rejcted }\n  - { a: { class: failed }, b: { class: failed } }\n',
  ),
  'outcome-rules': minimal(
    'outcomes:\n  - sold: { status: 201, body: { "a..b": 1 }, class: accepted }\n  - odd: { headers: { x: "/(/" }, class: rejected }\n',
  ),
  'outcome-names': minimal('outcomes:\n  - timeout: { status: 201, class: accepted }\n'),
  'none-accepted': minimal('outcomes:\n  - gone: { status: 410, class: rejected }\n'),
  'slo-words': `${rate.replace('slo: [p99 < 300ms]\n', '')}target: { url: demo }\nslo:\n  - p99 < 300ms during hourly\n  - errrors < 1%\n  - p99 < 300\n  - 12\nstop:\n  - errors > 20%\n`,
  steps: minimal(`order:
  - session: { path: /session, metod: POST }
  - { name: session, pth: /x, path: /x }
  - { path: /nameless }
  - thanks
  - cart: 12
  - a: { path: /a }
    b: { path: /b }
  - c: { json: {} }
  - d: { name: e, path: /d }
`),
  'steps-and-more': minimal(
    'order: { steps: [{ name: buy, path: /a }, pay: { path: /b, text: x }], path: /x, json: {}, places: bye }\n',
  ),
  extracts: minimal(`order:
  - session:
      path: /session
      extract: { token: data..token, "a b": x, sid: { cookie: s, header: y }, r: { regex: "/(/" }, g: { regex: "/x/g" }, n: { optional: true }, h: { header: "a b" }, ok: x }
  - pay: { path: /pay, text: x, extract: { ok: y } }
`),
  'extracts-of-no-body': minimal(`setup:
  - login: { path: /login, extract: { admin: token }, outcomes: [in: { status: [204, 205], class: accepted }] }
order:
  - a: { path: /a, extract: { t: t, r: { regex: "x=(.)" }, h: { header: x }, o: { json: o, optional: true } }, outcomes: [ok: { status: 204, class: accepted }, no: { status: 409, class: rejected }] }
  - b: { path: /b, text: x, extract: { u: u }, outcomes: [ok: { status: 204, class: accepted }, made: { status: 2xx, class: accepted }] }
`),
  'variables-of-steps': minimal(`order:
  - a: { path: "/{{vars.late}}/{{vars.own}}", extract: { token: t, own: o } }
  - b: { path: /b, when: { vars.tokn: 1, token: 2, vars.late: 3 }, unless: { vars.token: "/(/" } }
  - c: { path: "/{{vars.tokn}}", text: "{{vars.token}}", extract: { late: l } }
`),
  think: minimal(`order:
  - a: { path: /a, text: x, think: soon }
  - b: { path: /a, text: x, think: { from: 3s, until: 1s } }
  - c: { path: /a, text: x, think: { from: 3s } }
  - d: { path: /a, text: x, think: { median: 3s } }
  - e: { path: /a, text: x, think: { until: 3s, sigma: 1 } }
  - f: { path: /a, text: x, think: { median: 3s, sigma: 0 } }
`),
  graphql: minimal(`order:
  - a: { graphql: { variables: { x: 1 } } }
  - b: { graphql: { query: "{ a }", file: x.graphql } }
  - c: { graphql: { query: "{ a }", variables: { x: "{{vars.x}}" } }, json: {} }
  - d: { graphql: "{ a }" }
`),
  'rules-of-steps': minimal(
    'order: [a: { path: /a, outcomes: [no: { status: 409, class: rejected }] }, b: { path: /b }]\n',
  ),
  'two-classes': minimal(`outcomes: [sold: { status: 201, class: accepted }]
order:
  - a: { path: /a }
  - b: { path: /b, text: x, outcomes: [ok: { status: 200, class: accepted }, sold: { status: 402, class: rejected }] }
`),
  journey: minimal('order: { journey: ./order.py, path: /x, places: y }\n'),
  'journey-missing': minimal('order:\n  journey: ./nowhere.ts\n'),
  'journey-throws': {
    text: minimal('order:\n  journey: ./order.ts\nshoppers: { double-click: 5% }\n'),
    context: {
      files: { './order.ts': 'throw new Error("no config")' },
      modules: {
        './order.ts': () => {
          throw new Error('no config (profiles/order.ts:1:7)');
        },
      },
    },
  },
  'journey-shape': {
    text: minimal('order:\n  journey: ./order.ts\n'),
    context: {
      files: { './order.ts': '' },
      modules: {
        './order.ts': { stpes: ['cart'], steps: ['cart', 'my cart'], places: 'crt', outcomes: { sold: 'accepted' } },
      },
    },
  },
  feeders: {
    text: minimal(`feeders:
  dup: dup.csv
  ragged: ragged.csv
  short: { file: short.csv, order: once }
  gone: nowhere.csv
  odd: { file: short.txt }
  env: short.csv
  of: { file: short.csv, order: shuffled }
order: { json: { a: "{{short.idd}}", b: "{{dup.x}}", d: "{{shrt.id}}" } }
`),
    context: {
      files: {
        'dup.csv': 'id,id\n1,2\n',
        'ragged.csv': 'id,name\n1,a\n2\n',
        'short.csv': 'id\n1\n2\n',
        'short.txt': 'id\n1\n',
      },
    },
  },
  setup: minimal(`setup:
  - { path: /a, json: { x: "{{order.key}}", y: "{{setup.token}}" }, extract: { token: data } }
  - { path: /b, json: { x: "{{setup.token}}" }, extract: { token: data }, timeout: 5 }
  - login: { think: 2s }
teardown: [{ path: /c, json: { x: "{{setup.tokenn}}" }, extract: { z: data } }]
order: { headers: { authorization: "Bearer {{setup.tokn}}" } }
`),
  shoppers: minimal(`shoppers:
  double-click: { share: 120%, copies: 6 }
  doubleclick: 5%
  replay: { share: 5, after: soon }
  read-back: { share: 5%, path: /orders }
  retry: { times: 3, jitter: 2, on: [unknwn, sold_ot, accepted] }
outcomes:
  - sold: { status: 201, class: accepted }
  - sold_out: { status: 409, class: rejected }
`),
  'read-back': minimal(
    'audit: none\nshoppers: { double-click: { share: 5%, copies: { from: 4, until: 2 } }, read-back: { share: 5%, path: "/orders/{{vars.orderId}}" } }\n',
  ),
  audit: minimal(`outcomes: [sold: { status: 201, class: accepted }, sold_out: { status: 409, class: rejected }]
audit:
  stock: stock
  orders: { command: [node, export.js], page: p }
  fields: { key: k, id: k, status: st }
  reserved: [x]
  limit: 2
  prices: 12
  sold-out: [soldout, sold, 409, gone]
  throttled: [sold_outt]
  answer: { id: a..b }
`),
  'audit-words': minimal(`audit:
  shop: demos
  orders: { command: "node export.js" }
  fields: { id: orderId }
  confirmed: confirmed
  foreign: skip
  cart-holds: sometimes
`),
  'audit-sources': minimal(`audit: { orders: { path: /orders, file: x.csv }, stock: { items: data } }
`),
  'audit-pages': minimal(`audit:
  orders: { path: /orders, page: p, cursor: { parameter: c, next: x..y }, format: ndjson, items: a }
  fields: { key: "{{order.key}}" }
  confirmed: [a]
`),
  'audit-without-orders': minimal('audit: { fields: { key: k } }\n'),
  skus: minimal('order: { skus: { zipf: 1.1, of: [a, b, a] }, buyers: { repeat: 120% } }\n'),
  numbers: {
    text: minimal(`feeders: { people: people.csv }
order:
  - a: { path: "/a/{{number(people.age)}}", json: { a: "{{number(people.age)}}", b: "{{number(people.zip)}}" }, extract: { id: id } }
  - b: { path: /b, json: { a: "{{number(vars.id)}}", b: "nr {{number(vars.id)}}", c: "{{number(vars.idd)}}", d: "{{number(sku)}}" } }
`),
    context: { files: { 'people.csv': 'age,zip\n41,53111\n12,01067\n' } },
  },
  'query-placeholder': {
    text: minimal(`order:
  - a: { graphql: { query: "mutation { buy(sku: \\"{{sku}}\\") { id } }" } }
  - b: { graphql: { file: pay.graphql } }
`),
    context: { files: { 'pay.graphql': 'mutation { pay(key: "{{order.key}}") { id } }' } },
  },
  'nothing-to-alter': minimal('order: [a: { path: /a, json: {} }, b: { path: /b }]\nshoppers: { altered: 5% }\n'),
  'yaml-braces': minimal('order: { path: /a, json: { buyer: {{buyer.id}} } }\n'),
  'yaml-braces-in-a-path': minimal('order: [a: { path: /a/{{order.seq}} }]\n'),
  'yaml-escape': minimal('order: [a: { path: /a, extract: { id: { regex: "id=(\\d+)$" } } }]\n'),
  'yaml-tabs': minimal('order:\n\tpath: /checkout\n'),
  'yaml-reserved': minimal('order:\n  json: { at: @home }\n'),
  'yaml-colon': minimal('name: promotion: the second\n'),
  unindented: minimal(`outcomes:
  - sold:
    status: 201
    class: accepted
order:
  - session:
    path: /session
    extract: { token: token }
  - { name: pay, path: "/pay/{{vars.token}}", metod: POST }
  - name:
    path: /x
`),
  'other-words': minimal(`order:
  - POST /session
  - cart: { url: /cart, verb: POST, body: {}, capture: { id: id }, sleep: 2s }
  - pay: { path: /pay, query: "{ a }", places: true, extract: { a: { jsonpath: a }, b: { body: b }, c: { set-cookie: c } } }
  - end: { graphql: { mutation: "{ a }" } }
audit: { demo: true, sold_out: [], stock: { url: /stock } }
shoppers: { doubleClick: 5%, readBack: 1% }
`),
  'slips-in-an-order': minimal('order: { path: /buy, jsn: { a: 1 }, header: { b: c } }\n'),
  'steps-as-a-map': minimal(`order:
  cart: { path: /cart, extract: { id: id } }
  pay: { path: "/pay/{{vars.id}}" }
setup:
  login: { path: /login, extract: { token: token } }
  shelf: { path: /shelf }
teardown: [{ path: "/bye/{{setup.token}}" }]
`),
  'dollar-for-braces': minimal(
    'order: { path: "/b/${token}", json: { a: "${vars.token}", b: "${order.key}" }, headers: { x: "${a b}" } }\n',
  ),
  'places-to-take-from': minimal(`order:
  - a: { path: /a, extract: [{ id: $.data..id }] }
  - b: { path: "/b/{{vars.id}}", extract: { x: "data[*].id", y: "$['data'].id", z: $.data..id } }
`),
  'audit-elsewhere': minimal(`audit:
  stock: http://127.0.0.1:9/stock
  orders: { path: "https://shop.example/orders" }
  fields: { key: k }
`),
  'zipf-of-what': minimal('order: { skus: { zipf: 1.1, off: 100 }, buyers: { counts: 3, repeat: 5 } }\n'),
  'flags-in-the-profile': {
    text: minimal().replace('{ rate: 10/s, for: 1m }', '{ orders: 600, over: 1m, shape: [base] }'),
    context: {
      sets: [
        ['target.timeout', '10'],
        ['target.tiemout', '1s'],
        ['order[0]', 'x'],
        ['', 'x'],
        ['slo[5]', 'x'],
        ['slo', '['],
        ['slo.0', 'p99 < 1s'],
        ['traffic.shape.1.burst', '{}'],
      ],
      target: 'shop.example',
    },
  },
  'flags-of-the-traffic': { text: minimal(), context: { scale: '1', speed: 'fast', condense: '2' } },
  'condense-longer': { text: minimal(), context: { condense: '2m' } },
};

function messageOf(given: Case): string {
  const { text, json, context } = typeof given === 'string' ? { text: given, json: undefined, context: {} } : given;
  const parsed = parseText(text, context, json ? 'json' : 'yaml');
  return parsed.ok ? 'no problem\n' : `${formatProblems(parsed.problems)}\n`;
}

describe('mistakes in a profile', () => {
  mkdirSync(GOLDEN, { recursive: true });
  for (const [name, given] of Object.entries(CASES)) {
    it(`tells ${name}`, () => {
      const file = new URL(`${name}.txt`, GOLDEN);
      const message = messageOf(given);
      expect(message).not.toBe('no problem\n');
      if (process.env.UPDATE_GOLDEN) writeFileSync(file, message);
      expect(message).toBe(readFileSync(file, 'utf8'));
    });
  }

  it('has no golden file without its case', () => {
    expect(
      readdirSync(GOLDEN)
        .map((file) => file.replace('.txt', ''))
        .sort(),
    ).toEqual(Object.keys(CASES).sort());
  });

  it('tells the mistakes of a value by path', () => {
    const when = new Map();
    const parsed = parseValue({
      target: { url: 'demo', timeout: 10 },
      traffic: { rate: '1/s', for: '1m', seed: when },
    });
    expect(parsed.ok ? [] : new Set(parsed.problems.map(({ file }) => file))).toEqual(new Set(['shop.profile.ts']));
    expect(parsed.ok ? [] : parsed.problems.map(({ path, place, message }) => ({ path, place, message }))).toEqual([
      {
        path: 'traffic.seed',
        place: undefined,
        message: '`traffic.seed` is an object of a class: a profile is plain data',
      },
      { path: 'target.timeout', place: undefined, message: '`target.timeout` needs a unit: `10s`, `10ms`' },
      expect.objectContaining({ path: 'traffic.seed' }),
    ]);
    const loop: Record<string, unknown> = {};
    loop.target = loop;
    expect(parseValue(loop)).toMatchObject({ ok: false, problems: [{ code: 'NOT_DATA', path: 'target' }] });
    const whole = parseValue(() => ({}));
    expect(whole.ok ? [] : whole.problems.map(({ message }) => message)).toEqual([
      'the profile is a function: export plain data, such as `defineProfile({ … })`',
    ]);
  });
});
