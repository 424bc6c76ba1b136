// A setup that goes wrong half-way leaves nothing open behind it.

import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Interrupts } from '../../src/commands/interrupts.ts';
import { driveSurge } from '../../src/commands/surge.ts';
import { terminalOf } from '../../src/commands/terminal.ts';
import { UserError } from '../../src/errors.ts';
import type { ControlStep } from '../../src/order/books.ts';
import type { Plan } from '../../src/profile/plan.ts';
import { answerOf, scriptedServer } from '../support/scripted-server.ts';

const signals = new EventEmitter();
const interrupt = () => void signals.emit('SIGINT', 'SIGINT');

const stepOf = (name: string, path = `/${name}`): ControlStep => ({
  ...{ name, method: 'POST', path, headers: [['x-order', '{{order.key}}']], body: { kind: 'none' }, timeoutUs: 5e6 },
});
const taking = (name: string, variable: string): ControlStep => ({
  ...stepOf(name),
  extract: [{ name: variable, from: { kind: 'json', path: variable }, optional: false }],
});

/** What was sent when these steps are set up, of which `wrong` are refused, and what was said; `on`: at a request of this path. */
async function setUp(setup: ControlStep[], wrong: string, on: Record<string, () => void> = {}) {
  const server = await scriptedServer((connection, { path }) => {
    on[path]?.();
    // Nothing is answered to whom a signal came to.
    if (!(path in on)) connection.send(answerOf(path === wrong ? 500 : 200, '{"token":"tok-7f3a9c"}'));
  });
  const teardown = [stepOf('close', '/close?t={{setup.token}}'), stepOf('bye', '/bye?c={{setup.cart}}'), stepOf('end')];
  const identity = { runId: '', seed: 1, skus: [{ value: 's', weight: 1 }], quantity: [{ value: 1, weight: 1 }] };
  // There are no orders in it: whatever fires them falls over it.
  const plan = {
    setup,
    teardown,
    order: { identity },
    target: { timeoutUs: 5e6, connectTimeoutUs: 5e6, tls: {} },
    file: 'x.yaml',
  } as unknown as Plan;
  const said: string[] = [];
  const terminal = { ...terminalOf({ quiet: true }), say: (text: string) => void said.push(text.trim()), width: 200 };
  const interrupts = new Interrupts(terminal, signals as unknown as NodeJS.Process);
  interrupts.duringStart();
  const error: Error = await driveSurge(
    { plan, secrets: [], runId: 'r', url: server.origin, interrupts, calibration: undefined },
    {},
    terminal,
  ).catch((thrown) => thrown);
  interrupts.close();
  await server.close();
  const exitCode = error instanceof UserError ? error.exitCode : undefined;
  return { says: error.message, exitCode, said, sent: server.requests.map(({ path }) => path) };
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

describe('Ctrl-C', () => {
  it('leaves the teardown of a setup that went wrong, which is not begun again', async () => {
    const { says, exitCode, said, sent } = await setUp([taking('login', 'token'), stepOf('fill')], '/fill', {
      '/close?t=tok-7f3a9c': interrupt,
    });
    expect(sent).toEqual(['/login', '/fill', '/close?t=tok-7f3a9c']);
    expect(said).toEqual(['Stopping: the teardown is not sent to its end.']);
    expect([exitCode, says]).toEqual([
      3,
      expect.stringMatching(/`fill` \(POST \/fill\) answered 500: .*`close`.* given up/),
    ]);
  });

  it('in a setup tears down once what may have begun, as far as can be', async () => {
    const { says, exitCode, sent } = await setUp([taking('login', 'token')], '', { '/login': interrupt });
    expect(sent).toEqual(['/login', '/end']);
    expect([exitCode, says]).toEqual([
      130,
      'SIGINT came before the first order: none was sent, and there is no run folder; the teardown was sent, without `close`, `bye`',
    ]);
  });
});

it('what goes wrong behind the setup does not leave it standing', async () => {
  const { exitCode, sent } = await setUp([taking('login', 'token'), stepOf('fill')], '');
  expect(exitCode).toBeUndefined();
  expect(sent).toEqual(['/login', '/fill', '/close?t=tok-7f3a9c', '/end']);
});
