// A setup that goes wrong half-way leaves nothing open behind it.

import { describe, expect, it } from 'vitest';
import { Around } from '../../src/commands/around.ts';
import type { ControlStep } from '../../src/order/books.ts';
import type { Plan } from '../../src/profile/plan.ts';
import { answerOf, scriptedServer } from '../support/scripted-server.ts';

const stepOf = (name: string, path = `/${name}`): ControlStep => ({
  ...{ name, method: 'POST', path, headers: [], body: { kind: 'none' }, timeoutUs: 5e6 },
});
const taking = (name: string, variable: string): ControlStep => ({
  ...stepOf(name),
  extract: [{ name: variable, from: { kind: 'json', path: variable }, optional: false }],
});

/** What was sent when these steps are set up, of which `wrong` are refused, and what was said. */
async function setUp(setup: ControlStep[], wrong: string, leave?: AbortSignal) {
  const server = await scriptedServer((connection, { path }) =>
    connection.send(answerOf(path === wrong ? 500 : 200, '{"token":"tok-7f3a9c"}')),
  );
  const teardown = [stepOf('close', '/close?t={{setup.token}}'), stepOf('bye', '/bye?c={{setup.cart}}'), stepOf('end')];
  const identity = { runId: '', seed: 1, skus: [{ value: 's', weight: 1 }], quantity: [{ value: 1, weight: 1 }] };
  const plan = {
    setup,
    teardown,
    order: { identity },
    target: { timeoutUs: 5e6, connectTimeoutUs: 5e6, tls: {} },
    file: 'x.yaml',
  } as unknown as Plan;
  const around = new Around({
    plan,
    secrets: [],
    runId: 'r',
    url: server.origin,
    giveUp: new AbortController().signal,
  });
  const says = await around.before(leave).then(
    () => 'nothing',
    (error: Error) => error.message,
  );
  await around.close();
  await server.close();
  return { says, sent: server.requests.map(({ path }) => path) };
}

describe('a setup that goes wrong', () => {
  it('half-way is torn down as far as can be, and says so', async () => {
    const { says, sent } = await setUp([taking('login', 'token'), taking('fill', 'cart')], '/fill');
    expect(sent).toEqual(['/login', '/fill', '/close?t=tok-7f3a9c', '/end']);
    expect(says).toContain('setup: step `fill` (POST /fill) answered 500');
    expect(says).toContain('no order was sent; the teardown was sent, without `bye`');
    expect(says).not.toContain('tok-7f3a9c');
  });

  it('at its first step has begun nothing', async () => {
    const { says, sent } = await setUp([taking('login', 'token')], '/login');
    expect(sent).toEqual(['/login']);
    expect(says).not.toContain('teardown');
  });

  it('and cannot be torn down says that too', async () => {
    const { says, sent } = await setUp([stepOf('open'), stepOf('end')], '/end');
    expect(sent).toEqual(['/open', '/end', '/end']);
    expect(says).toContain(
      '; the teardown was sent, without `close`, `bye`; teardown: step `end` (POST /end) answered 500',
    );
  });
});
