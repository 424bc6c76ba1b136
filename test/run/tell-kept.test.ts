// What may be written down of what workers kept. The shop here echoes whatever it was sent, and adds secrets of its own.

import { describe, expect, it } from 'vitest';
import { buildFeeder } from '../../src/order/feeders.ts';
import { compileJourney } from '../../src/order/journey.ts';
import { orderKeyOf } from '../../src/order/key.ts';
import type { OrderSpec, StepSpec } from '../../src/order/spec.ts';
import { compileOrder } from '../../src/order/template.ts';
import { orderTraces } from '../../src/order/trace.ts';
import { KEPT_HEADER_CHARS, Keeper, type RawAnswer } from '../../src/run/keeper.ts';
import { KeptTeller } from '../../src/run/tell-kept.ts';

const identity = { runId: 'r7', seed: 1, skus: [{ value: 's', weight: 1 }], quantity: [{ value: 1, weight: 1 }] };
const pay: StepSpec = {
  name: 'pay',
  method: 'POST',
  path: '/pay?api_key={{env.API_KEY}}',
  headers: [
    // A harmless name: what the setup took is hidden whatever carries it, and so is an extract of a telling name.
    ['x-ref', '{{setup.login}} {{vars.sessionToken}}'],
    ['x-open', 'open-word'],
    ['cookie', 'sid={{buyers.sid}}'],
    ['traceparent', '{{trace.parent}}'],
  ],
  body: {
    kind: 'json',
    value: {
      card: { pin: '{{buyers.pin}}' },
      session: '{{vars.ticket}}',
      password: 'literal-secret',
      note: 'open-note',
    },
  },
};
const cart: StepSpec = {
  ...{ name: 'cart', method: 'POST', path: '/cart', headers: [], body: { kind: 'none' } },
  extract: [
    { name: 'ticket', from: { kind: 'json', path: 't' }, optional: false },
    { name: 'sessionToken', from: { kind: 'json', path: 's' }, optional: false },
  ],
};
const SECRETS = [
  'env-secret-1',
  'setup-secret-2',
  'cell-sid-3',
  'cell-pin-4',
  'session-5',
  'literal-secret',
  'flag-secret-7',
  'extract-secret-8',
];
const order: OrderSpec = {
  steps: [cart, pay],
  identity,
  rules: [],
  env: { API_KEY: SECRETS[0]! },
  setup: { login: SECRETS[1]! },
  feeders: [
    buildFeeder({ name: 'buyers', columns: ['sid', 'pin'], order: 'circular', cells: [[SECRETS[2]!, SECRETS[3]!]] }),
  ],
};
const journey = compileJourney(order);
const outcome = journey.outcomes.findIndex(({ name }) => name === '2xx');

function answered(
  body: string,
  headers: Record<string, string> = {},
  sent = { seq: 9, step: 1, vars: [SECRETS[4]!, SECRETS[7]!] },
) {
  const keeper = new Keeper(journey.outcomes, 1);
  keeper.keepAnswer(
    outcome,
    {
      ...{ status: 201, failure: undefined, detail: `detail ${SECRETS[1]}`, bodyTruncated: false },
      headers: { get: (name) => headers[name] },
      body: new TextEncoder().encode(body),
    },
    sent,
  );
  return keeper.drain()!.answers[0]!;
}

const tell = (raw: RawAnswer, secrets: readonly string[] | undefined = [SECRETS[6]!]) =>
  new KeptTeller(order, journey, secrets).tell({ orders: [], answers: [raw] }).answers;

describe('an answer on its way out of a run', () => {
  it('has none of what the order sent as a secret, wherever that came from, and keeps the rest', () => {
    const echo = compileOrder(order)[1]!.render({ seq: 9, vars: [SECRETS[4]!, SECRETS[7]!] });
    const said = `${echo.path} ${echo.headers.join(' | ')} ${new TextDecoder().decode(echo.body)} ${SECRETS[6]}`;
    for (const secret of SECRETS) expect(said).toContain(secret);
    const [shown] = tell(answered(said, { location: `/next?x=${SECRETS[4]}`, 'x-request-id': `id ${SECRETS[0]}` }));
    const text = JSON.stringify(shown);
    for (const secret of SECRETS) expect(text).not.toContain(secret);
    expect(text).toContain('open-word');
    expect(text).toContain('open-note');
    expect(shown).toMatchObject({ outcome, seq: 9, step: 'pay', status: 201, isCut: false, isBinary: false });
  });

  it('has none of a secret of which a cut left only the beginning', () => {
    const [shown] = tell(answered(`${'x'.repeat(4096 - 10)}${SECRETS[1]}`));
    expect([shown!.isCut, shown!.body.endsWith('x***')]).toEqual([true, true]);
    const long = `${'y'.repeat(KEPT_HEADER_CHARS - 8)}${SECRETS[1]}${'z'.repeat(1e6)}`;
    const [headed] = tell(answered('', { server: long }));
    expect(headed!.headers).toEqual([['server', `${'y'.repeat(KEPT_HEADER_CHARS - 8)}***…`]]);
  });

  it('never shows a cookie that the shop sets, nor a header that nobody asked for', () => {
    const [shown] = tell(answered('{}', { 'set-cookie': 'sid=abc', 'x-internal': 'abc', 'content-type': 'a/b' }));
    expect(shown!.headers).toEqual([['content-type', 'a/b']]);
  });

  it('is not told at all where nobody says what is secret', () => {
    expect(tell(answered('{}')).length).toBe(1);
    expect(new KeptTeller(order, journey, undefined).tell({ orders: [], answers: [answered('{}')] }).answers).toEqual(
      [],
    );
  });
});

describe('an order on its way out of a run', () => {
  const step = (name: string) => ({
    ...{ step: name, why: 'first' as const, firedUs: 1, doneUs: 3, sentUs: 2, thinkUs: 0, latenessUs: 0 },
    ...{ status: 200, outcome: '2xx' },
  });
  const path = { dueUs: 0, atUs: 9, latenessUs: 0, waitUs: 1, serviceUs: 8, thinkUs: 0 };
  const tellOrder = (deeds: ReturnType<typeof step>[], spec = order) => {
    const keeper = new Keeper(journey.outcomes, 1);
    keeper.keepJourney({ seq: 9, path, deeds }, outcome, { detail: '' });
    return new KeptTeller(spec, compileJourney(spec), []).tell(keeper.drain()!).orders[0]!;
  };

  it('has its key, and the very trace header that its requests carried', () => {
    const told = tellOrder([step('cart'), step('pay')]);
    const sent = compileOrder(order)[1]!.render({ seq: 9 }).headers;
    expect(told.key).toBe(orderKeyOf('r7', 9));
    expect(told.trace).toBe(sent[sent.indexOf('traceparent') + 1]);
    expect(told.trace).toBe(orderTraces('r7').parentOf(9, 1));
    expect(told.steps.map(({ trace }) => trace)).toEqual(['', told.trace]);
  });

  it('has no trace where it was never placed, or none is sent, or part of it is not known any more', () => {
    expect(tellOrder([step('cart')]).trace).toBe('');
    const unsent = tellOrder([step('cart'), { ...step('pay'), sentUs: Number.NaN }]);
    expect([unsent.trace, unsent.steps[1]!.trace]).toEqual(['', '']);
    const without = (headers: [string, string][]) => ({ ...order, steps: [cart, { ...pay, headers }] });
    expect(tellOrder([step('cart'), step('pay')], without([])).trace).toBe('');
    const odd: [string, string][] = [['traceparent', '{{trace.parent}}{{vars.ticket}}']];
    expect(tellOrder([step('cart'), step('pay')], without(odd)).trace).toBe('');
    const b3: [string, string][] = [['b3', '{{trace.id}}-{{trace.span}}-1']];
    expect(tellOrder([step('cart'), step('pay')], without(b3)).trace).toMatch(/^[0-9a-f]{32}-[0-9a-f]{16}-1$/);
  });
});
