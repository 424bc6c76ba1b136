// What `check` says of a target, through the real command line.

import { describe, expect, it } from 'vitest';
import { cli, profileFile, scratchFolder } from '../support/cli.ts';
import { answerOf, type Script, scriptedServer } from '../support/scripted-server.ts';

const folder = scratchFolder();

type Setting = { env?: Record<string, string>; timeout?: string };

async function checkAgainst(name: string, script: Script, more = '', { env, timeout = '10s' }: Setting = {}) {
  const server = await scriptedServer(script);
  const text = `target: { url: "${server.origin}", timeout: ${timeout}, capture: 512B }
traffic: { rate: 50/s, for: 2s }
slo: [errors < 1%]
${more}`;
  const ended = await cli(['check', profileFile(folder, `${name}.yaml`, text)], {
    cwd: folder,
    ...(env ? { env } : {}),
  });
  await server.close();
  return { ...ended, requests: server.requests };
}

describe.concurrent('check', () => {
  it('prints no secret that the shop sends back, nor the value of a variable in the path', async () => {
    const { code, stdout, stderr, requests } = await checkAgainst(
      'echo',
      (connection, { path, headers, body }) =>
        connection.send(answerOf(201, JSON.stringify({ you: 'said', path, headers, body, pad: 'x'.repeat(300) }))),
      `order:
  path: /pay?api_key=sesame-1&t=\${APITOK}
  headers: { authorization: Bearer sesame-2, x-more: "\${MORE}" }
  json: { card: { pin: "sesame-3" }, buyer: "{{buyer.id}}" }
`,
      { env: { APITOK: 'open "sesame" 4', MORE: 'sesame-5' } },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(requests[0]!.path).toContain('sesame');
    expect(requests[0]!.headers['x-more']).toBe('sesame-5');
    expect(stdout).toContain('POST /pay?api_key=***&t=${APITOK} → status 201');
    expect(stdout).toContain('"you":"said"');
    expect(stdout).not.toMatch(/sesa/);
  });

  it('says what a target that hangs did, and no empty parentheses', async () => {
    const { code, stdout } = await checkAgainst('hangs', () => {}, '', { timeout: '300ms' });
    expect(code).toBe(99);
    expect(stdout).toMatch(/POST \/checkout → timeout in \d/);
    expect(stdout).not.toContain('()');
  });

  const JOURNEY = `order:
  cookies: true
  steps:
    - session: { path: /session, extract: { token: token, tier: tier } }
    - gift: { path: /gift, when: { vars.tier: gold } }
    - cart: { path: "/cart?t={{vars.token}}", extract: { cart: cart.id } }
    - pay: { path: "/pay/{{vars.cart}}", json: { key: "{{order.key}}" } }
`;
  const SESSION = answerOf(200, '{"token":"sesame-7","tier":"blue"}', { 'set-cookie': 'sid=s1; Path=/' });

  it('walks the steps of one order with its cookies, and passes over those that it does not take', async () => {
    const { code, stdout, requests } = await checkAgainst(
      'walks',
      (connection, { path }) => {
        const answer = path.startsWith('/cart') ? '{"cart":{"id":17}}' : '{"ok":true}';
        connection.send(path === '/session' ? SESSION : answerOf(200, answer));
      },
      JOURNEY,
    );
    expect(code).toBe(0);
    expect(requests.map(({ path, headers }) => [path, headers.cookie])).toEqual([
      ['/session', undefined],
      ['/cart?t=sesame-7', 'sid=s1'],
      ['/pay/17', 'sid=s1'],
    ]);
    const lines = stdout.split('\n').slice(2).join('\n');
    expect(lines.replace(/ in [\d.]+ \S+/g, '')).toBe(`✓ one order of 3 requests:
  session → status 200
  cart → status 200
  pay → status 200
  counts as accepted (outcome \`2xx\`)
  {"ok":true}
`);
  });

  it('shows the answer that an extract was not found in, but no session of the order', async () => {
    const { code, stdout, requests } = await checkAgainst(
      'lacks',
      (connection, { path }) =>
        connection.send(path === '/session' ? SESSION : answerOf(200, '{"cart":{"nr":17},"for":"sesame-7"}')),
      JOURNEY,
    );
    expect(code).toBe(99);
    expect(requests.length).toBe(2);
    expect(stdout).toContain('counts as failed (outcome `cart: no cart`)\n  {"cart":{"nr":17},"for":"***"}\n');
  });

  it('tells an answer that is too long to be read', async () => {
    const long = answerOf(200, JSON.stringify({ pad: 'x'.repeat(600), token: 't', tier: 'blue' }));
    const { code, stdout } = await checkAgainst('long', (connection) => connection.send(long), JOURNEY);
    expect(code).toBe(99);
    expect(stdout).toContain('longer than `target.capture` (512 bytes): no JSON is read from it\n');
    expect(stdout).toContain('outcome `session: no token`');
  });

  it('asks for one order where it sends one', async () => {
    const text = 'target: { url: http://shop.example }\ntraffic: { rate: 50/s, for: 2s }\nslo: [errors < 1%]\n';
    const file = profileFile(folder, 'remote.yaml', text);
    const { code, stderr } = await cli(['check', file], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toContain('http://shop.example: one order would go to a host that is not this machine');
  });
});
