// What `check` says of a target, through the real command line.

import { describe, expect, it } from 'vitest';
import { cli, profileFile, scratchFolder } from '../support/cli.ts';
import { answerOf, type Script, scriptedServer } from '../support/scripted-server.ts';

const folder = scratchFolder();

async function checkAgainst(name: string, script: Script, more = '', env: Record<string, string> = {}) {
  const server = await scriptedServer(script);
  const text = `target: { url: "${server.origin}", timeout: 300ms, capture: 512B }
traffic: { rate: 50/s, for: 2s }
slo: [errors < 1%]
${more}`;
  const ended = await cli(['check', profileFile(folder, `${name}.yaml`, text)], { cwd: folder, env });
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
      { APITOK: 'open "sesame" 4', MORE: 'sesame-5' },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(requests[0]!.path).toContain('sesame');
    expect(requests[0]!.headers['x-more']).toBe('sesame-5');
    expect(stdout).toContain('POST /pay?api_key=***&t=${APITOK} → status 201');
    expect(stdout).toContain('"you":"said"');
    expect(stdout).not.toMatch(/sesa/);
  });

  it('says what a target that hangs did, and no empty parentheses', async () => {
    const { code, stdout } = await checkAgainst('hangs', () => {});
    expect(code).toBe(99);
    expect(stdout).toMatch(/POST \/checkout → timeout in \d/);
    expect(stdout).not.toContain('()');
  });

  it('asks for one order where it sends one', async () => {
    const text = 'target: { url: http://shop.example }\ntraffic: { rate: 50/s, for: 2s }\nslo: [errors < 1%]\n';
    const file = profileFile(folder, 'remote.yaml', text);
    const { code, stderr } = await cli(['check', file], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toContain('http://shop.example: one order would go to a host that is not this machine');
  });
});
