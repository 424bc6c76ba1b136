// Setup, books and teardown around a run, through the real command line against a scripted shop.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../src/report/result.ts';
import { cli, profileFile, scratchFolder, startCli, untilSaid } from '../support/cli.ts';
import { verdictOf } from '../support/noise.ts';
import { answerOf, type Script, type SeenRequest, scriptedServer } from '../support/scripted-server.ts';

const folder = scratchFolder();
const TOKEN = 'tok-7f3a9c';

/** A shop that keeps what it sold, lets only its admin in, and is wrong where it is told to. */
function shop(wrong: Partial<Record<string, (request: SeenRequest) => string | undefined>> = {}) {
  const sold: string[] = [];
  const log: string[] = [];
  const script: Script = (connection, request) => {
    const path = request.path.replace(/\?.*/, '');
    if (path !== '/checkout') log.push(`${request.method} ${request.path}`);
    const own = wrong[path]?.(request);
    if (own !== undefined) return connection.send(own);
    if (path === '/admin/login') return connection.send(answerOf(200, JSON.stringify({ token: TOKEN, user: 'root' })));
    const isAdmin = request.headers.authorization === `Bearer ${TOKEN}`;
    if (path === '/checkout') {
      sold.push(request.key);
      return connection.send(answerOf(201, JSON.stringify({ id: `id-${request.key}` })));
    }
    if (!isAdmin) return connection.send(answerOf(403, `who is ${request.headers.authorization}?`));
    if (path === '/stock') return connection.send(answerOf(200, JSON.stringify({ 'sku-1': 1000 - sold.length })));
    if (path === '/orders') {
      const rows = sold.map((key) => JSON.stringify({ key, id: `id-${key}` }));
      return connection.send(answerOf(200, `[${rows.join(',')}]`));
    }
    return connection.send(answerOf(204));
  };
  return { script, sold, log };
}

const AROUND = `setup:
  - login: { method: POST, path: /admin/login, json: { user: root, password: "\${ADMIN_PASSWORD}" }, extract: { token: token } }
  - reset: { method: POST, path: /admin/reset, headers: { authorization: "Bearer {{setup.token}}" } }
teardown:
  - logout: { method: POST, path: "/admin/logout?t={{setup.token}}", headers: { authorization: "Bearer {{setup.token}}" } }
order: { method: POST, path: /checkout, headers: { idempotency-key: "{{order.key}}", x-token: "{{setup.token}}" }, json: { n: 1 } }
audit:
  stock: { path: /stock, headers: { authorization: "Bearer {{setup.token}}" } }
  orders: { path: /orders, headers: { authorization: "Bearer {{setup.token}}" } }
  fields: { key: key, id: id }
  answer: { id: id }
  settle: 20s
  poll: 50ms
`;

async function runAgainst(name: string, { script }: ReturnType<typeof shop>, more = AROUND, command = 'run') {
  const server = await scriptedServer(script);
  const out = join(folder, name);
  const text = `target: { url: "${server.origin}", timeout: 2s }\ntraffic: { rate: 50/s, for: 1s }\nslo: [errors < 1%, lost == 0, oversold == 0]\n${more}`;
  const args = [command, profileFile(folder, `${name}.yaml`, text), ...(command === 'run' ? ['--out', out] : [])];
  const ended = await cli(args, { cwd: folder, env: { ADMIN_PASSWORD: 'open sesame' } });
  await server.close();
  const written =
    command === 'run' && isThere(out) ? readdirSync(out).map((file) => readFileSync(join(out, file), 'latin1')) : [];
  const result =
    written.length > 0 ? (JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result) : undefined;
  return { ...ended, result, written, requests: server.requests };
}

function isThere(path: string): boolean {
  try {
    return readdirSync(path).length > 0;
  } catch {
    return false;
  }
}

describe.concurrent('a check', () => {
  it('sets up, finds its one order in the books, and tears down; and says none of the secrets', async () => {
    const honest = shop();
    honest.sold.push('somebody');
    const { code, stdout, stderr } = await runAgainst('check', honest, AROUND, 'check');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('✓ setup: 2 steps');
    expect(stdout).toContain('warning: 1 order was in the books before the run: the audit leaves it out\n');
    expect(stdout).toContain('✓ one order: POST /checkout → status 201');
    expect(stdout).toContain('✓ books: 2 orders, stock of 1 sku; this order is there, confirmed');
    expect(stdout).toContain('✓ teardown: 1 step');
    expect(stdout).not.toMatch(/tok-7f3a9c|open sesame/);
    expect(honest.log.at(-1)).toBe(`POST /admin/logout?t=${TOKEN}`);
  });

  it('fails where an accepted order is not in the books', async () => {
    const forgetful = shop({ '/checkout': () => answerOf(201, `{"id":"x","said":"${TOKEN}"}`) });
    const { code, stdout } = await runAgainst('check-lost', forgetful, AROUND, 'check');
    expect(code).toBe(99);
    expect(stdout).toContain('✗ books: 0 orders, stock of 1 sku; this order is not there');
    expect(stdout).toContain('"said":"***"');
  });

  it('sends nothing where the setup goes wrong', async () => {
    const { code, stderr, requests } = await runAgainst(
      'check-setup',
      shop({ '/admin/reset': () => answerOf(500) }),
      AROUND,
      'check',
    );
    expect(code).toBe(3);
    expect(stderr).toContain(
      'setup: step `reset` (POST /admin/reset) answered 500; no order was sent; the teardown was sent',
    );
    const logout = `/admin/logout?t=${TOKEN}`;
    expect(requests.map(({ path }) => path)).toEqual(['/admin/login', '/admin/reset', logout]);
  });
});

describe.concurrent('a run', () => {
  it('sets up, reads the books before and after, tears down, and no secret of it is left anywhere', async () => {
    const honest = shop();
    const { result, stdout, stderr, written, requests } = await runAgainst('whole', honest);
    expect(['pass 0', 'noise']).toContain(verdictOf(result!));
    expect(honest.log.slice(0, 4)).toEqual(['POST /admin/login', 'POST /admin/reset', 'GET /stock', 'GET /orders']);
    expect(honest.log.at(-1)).toBe(`POST /admin/logout?t=${TOKEN}`);
    expect(requests.find(({ path }) => path === '/checkout')!.headers['x-token']).toBe(TOKEN);
    const lost = result!.audit.find(({ name }) => name === 'lost')!;
    expect(lost).toMatchObject({ status: 'pass', checked: 50 });
    expect(written.length).toBeGreaterThan(5);
    for (const text of [...written, stdout, stderr]) expect(text).not.toMatch(/tok-7f3a9c|open sesame/);
  });

  it.each([
    [
      'a step that is refused',
      { '/admin/login': () => answerOf(401, `no: ${'open sesame'}`) },
      /setup: step `login` \(POST \/admin\/login\) answered 401: no: \*\*\*; no order was sent/,
    ],
    [
      'an extract that is not there',
      { '/admin/login': () => answerOf(200, '{"tokens":[]}') },
      /answered 200 without the `token` that it should extract: \{"tokens":\[\]\}/,
    ],
    [
      'a stock that cannot be read',
      { '/stock': () => answerOf(503, `down, ${TOKEN}`) },
      /audit.stock: the stock could not be read: step `stock` \(GET \/stock\) answered 503: down, \*\*\*; no order/,
    ],
    [
      'orders that cannot be read',
      { '/orders': () => answerOf(200, 'nothing') },
      /audit.orders: .*not JSON.*; no order was sent/,
    ],
  ])('stops before the first order at %s', async (name, wrong, says) => {
    const { code, stderr, written, requests } = await runAgainst(name.replaceAll(' ', '-'), shop(wrong));
    expect(code).toBe(3);
    expect(stderr).toMatch(says);
    expect(stderr).not.toContain(TOKEN);
    expect(written).toEqual([]);
    expect(requests.some(({ path }) => path === '/checkout')).toBe(false);
  });

  it('takes what its own rules accept for a setup that went well, and nothing else', async () => {
    const more = (status: number) =>
      `setup: [{ name: reset, method: POST, path: /admin/reset, outcomes: [{ done: { status: ${status}, class: accepted } }] }]\n`;
    const answers = { '/admin/reset': () => answerOf(409, 'empty already') };
    const good = await runAgainst('accepted', shop(answers), `${more(409)}slo: [errors < 1%]\n`.replace(/slo.*/, ''));
    expect(good.stderr).not.toContain('setup:');
    const bad = await runAgainst('unmatched', shop(answers), more(200));
    expect(bad.code).toBe(3);
    expect(bad.stderr).toMatch(
      /setup: step `reset` \(POST \/admin\/reset\) answered 409, which counts as `\S+`: empty already/,
    );
  });

  it('that cannot tear down says so and keeps its verdict', async () => {
    const { stderr, result } = await runAgainst(
      'no-teardown',
      shop({ '/admin/logout': () => answerOf(500, `bye ${TOKEN}`) }),
    );
    expect(['pass 0', 'noise']).toContain(verdictOf(result!));
    expect(stderr).toContain(
      'warning: teardown: step `logout` (POST /admin/logout?t={{setup.token}}) answered 500: bye ***',
    );
    expect(JSON.stringify(result)).not.toContain(TOKEN);
  });

  it('leaves out the orders that were in the books before, whoever bought them', async () => {
    const old = shop();
    old.sold.push('somebody-1', 'somebody-2');
    const { stderr, result } = await runAgainst('not-empty', old);
    expect(['pass 0', 'noise']).toContain(verdictOf(result!));
    expect(stderr).toContain('2 orders were in the books before the run: the audit leaves them out\n');
    expect(result!.books!.read).toMatchObject({ rows: 50 });
    expect(result!.books!.foreign.rows).toBe(0);
  });

  it('does not pass when somebody else buys meanwhile', async () => {
    const busy = shop();
    const script: Script = (connection, request) => {
      if (request.path === '/checkout' && busy.sold.length === 10) busy.sold.push('a-stranger');
      busy.script(connection, request);
    };
    const { code, result } = await runAgainst('stranger', { ...busy, script });
    expect([code, result!.verdict]).toEqual([4, 'invalid']);
    expect(result!.books!.incomplete).toContain('a-stranger');
    expect(JSON.stringify(result!.reasons)).toContain('audit incomplete');
  });

  it('shows no secret that a malformed export holds', async () => {
    let orders = 0;
    const wrong = { '/orders': () => (orders++ === 0 ? undefined : answerOf(200, `[{"secret":"${TOKEN}"}]`)) };
    const { code, stderr, result } = await runAgainst('malformed', shop(wrong));
    expect([code, result!.verdict]).toEqual([4, 'invalid']);
    expect(result!.books!.incomplete).toContain('{"secret":"***"}');
    expect(JSON.stringify(result) + stderr).not.toContain(TOKEN);
  });

  it('can be told to leave books that never come to rest, and still tears down and writes what it knows', async () => {
    let readings = 0;
    const restless = shop({
      '/orders': () =>
        readings++ === 0 ? undefined : answerOf(200, `[${'{"key":"k","id":"i"},'.repeat(readings)}{}]`),
    });
    const server = await scriptedServer(restless.script);
    const out = join(folder, 'left');
    const text = `target: { url: "${server.origin}", timeout: 2s }\ntraffic: { rate: 20/s, for: 1s }\nslo: [lost == 0]\n${AROUND.replace('settle: 1s', 'settle: 10m')}`;
    const args = ['run', profileFile(folder, 'left.yaml', text), '--out', out];
    const started = startCli(args, { cwd: folder, env: { ADMIN_PASSWORD: 'open sesame' } });
    await untilSaid(started, 'reading the books of the shop');
    started.child.kill('SIGINT');
    const { code, stderr } = await started.ended;
    await server.close();
    expect(code, stderr).toBe(4);
    expect(stderr).toContain('Stopping: the books are not read to their end.');
    const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
    expect(result.books!.incomplete).toContain('the reading was interrupted');
    expect(restless.log.at(-1)).toBe(`POST /admin/logout?t=${TOKEN}`);
  });

  it('without books still holds the answers against each other', async () => {
    const more = 'shoppers: { replay: { share: 100%, after: 0ms } }\naudit: { answer: { id: id } }\n';
    let replies = 0;
    const two = { '/checkout': () => answerOf(201, `{"id":"id-${replies++}"}`) };
    const { result } = await runAgainst('two-ids', shop(two), more);
    expect(['fail 99', 'noise']).toContain(verdictOf(result!));
    const broken = result!.audit.filter(({ status }) => status === 'fail').map(({ name }) => name);
    expect(broken).toEqual(['duplicated']);
  });
});
