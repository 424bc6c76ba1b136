// One order goes to the shop; what the code costs is measured with its answers alone.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importJourney } from '../../src/commands/import-profile.ts';
import { parseSlo } from '../../src/judge/slo.ts';
import { parseProfile } from '../../src/profile/parse.ts';
import type { Plan } from '../../src/profile/plan.ts';
import { measureCode } from '../../src/run/code-cost.ts';
import { answerOf, type ScriptedServer, scriptedServer } from '../support/scripted-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'doorbuster-code-cost-'));
let server: ScriptedServer;

beforeAll(async () => {
  server = await scriptedServer((connection) => connection.send(answerOf(201, '{"token":"t"}')));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** `body`: of the async function of one order. */
function planOf(name: string, body: string): Plan {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, `export default { steps: ['cart', 'pay'], async order(order, shop) { ${body} } };\n`);
  const text = `version: 1\nname: ${name}\ntarget: { url: "${server.origin}" }\ntraffic: { rate: 5/s, for: 1s }\norder: { journey: ./${name}.mjs }\nslo: [errors < 1%]\n`;
  const parsed = parseProfile(
    { file: 'x.yaml', text, format: 'yaml' },
    {
      env: {},
      readFile: () => `${body}`,
      locate: () => pathToFileURL(file).href,
      importModule: importJourney,
      parseSlo,
    },
  );
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('; '));
  return parsed.plan;
}

const measure = async (name: string, body: string, orders = { warm: 50, measured: 300 }) => {
  const before = server.requests.length;
  const measured = await measureCode(planOf(name, body), { url: server.origin, runId: name, setup: {} }, orders);
  return { ...measured, sent: server.requests.length - before };
};

describe('what code costs', () => {
  it('is told by the answers to one order, its pauses left out', async () => {
    const { cost, trouble, outcome, sent } = await measure(
      'pays',
      "const { token } = (await shop.post('cart', '/cart')).json(); await shop.pause(20); await shop.post('pay', '/pay', { headers: { token } });",
    );
    expect([trouble, outcome, sent]).toEqual(['', 'accepted', 2]);
    expect(cost!.requests).toBeCloseTo(2, 1);
    expect(cost!.cpuUs).toBeGreaterThan(0);
  });

  it('is not told of code that throws, at once or later, or that asks for nothing', async () => {
    expect((await measure('throws', "throw new Error('no such price')")).trouble).toMatch(
      /the code threw .*no such price/,
    );
    const later = await measure(
      'later',
      "await shop.post('pay', '/pay'); if (order.seq > 100) throw new Error('late');",
    );
    expect(later).toMatchObject({ cost: undefined, sent: 1 });
    expect(later.trouble).toMatch(/given the same answers again, the code threw .*late/);
    expect((await measure('idle', 'return undefined;')).trouble).toContain('asked the shop for nothing');
  });

  it('is not told where later orders ask for what the first did not', async () => {
    const { trouble } = await measure(
      'other',
      "if (order.seq > 0) await shop.post('cart', '/cart'); await shop.post('pay', '/pay');",
    );
    expect(trouble).toBe('its first order did not ask for `cart`, and others do');
  });
});
