// Single orders of whole runs through the real command line, against a shop that echoes what it was sent, breaks off, and
// says whatever could hurt a page: what is left of it in the run folder. (npm run test:faults)

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize } from 'node:v8';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readFrames } from '../../src/folder/frames.ts';
import { readResult } from '../../src/folder/read.ts';
import { rebuildRun } from '../../src/folder/rebuild.ts';
import { orderTraces } from '../../src/order/trace.ts';
import { cli, profileFile, scratchFolder, startCli } from '../support/cli.ts';
import { answerOf, type SeenRequest, scriptedServer } from '../support/scripted-server.ts';

const folder = scratchFolder();
/** Each stands nowhere but where a secret goes. */
const SECRETS = {
  env: 'env-7f3a9c-secret',
  setup: 'setup-51b0e4-secret',
  cell: 'cell-c0ffee-secret',
  literal: 'literal-99aa-secret',
  own: 'own-fresh-session',
};
const HURTS = '<script>window.owned=1</script>"\'><svg onload=alert(1)>\u0000\u202e</script><!--';

/** 1 in 10 is sold out, 1 in 25 is never answered; every answer echoes the request. */
function shop(request: SeenRequest, nth: number): string | undefined {
  if (request.path.startsWith('/login')) return answerOf(200, JSON.stringify({ token: SECRETS.setup }));
  const echo = JSON.stringify({ said: HURTS, path: request.path, headers: request.headers, body: request.body });
  const body = `{"session":"${SECRETS.own}","echo":${echo}}`;
  const headers = { 'x-request-id': `${HURTS.replace('\u0000', '')}${'y'.repeat(9_000)}`, server: SECRETS.env };
  if (nth % 25 === 7) return undefined;
  // What is more than a byte goes out as its UTF-8.
  const bytes = Buffer.from(body).toString('latin1');
  return answerOf(nth % 10 === 3 ? 409 : 201, bytes, {
    ...headers,
    'x-request-id': Buffer.from(headers['x-request-id']).toString('latin1'),
  });
}

const PROFILE = (url: string, more = '') => `version: 1
name: single
target: { url: "${url}", timeout: 700ms, traceUrl: "https://traces.example/t/{{trace.id}}" }
traffic: { rate: 100/s, for: 2s, arrivals: even }
setup:
  - login: { method: POST, path: /login, json: { user: root }, extract: { token: token } }
feeders: { people: { file: people.csv } }
order:
  path: "/checkout?access_token=\${SHOP_SECRET}"
  headers:
    idempotency-key: "{{order.key}}"
    traceparent: "{{trace.parent}}"
    authorization: "Bearer {{setup.token}}"
  json: { buyer: "{{buyer.id}}", card: { pin: "{{people.word}}" }, password: ${SECRETS.literal} }
slo: [errors < 50%]
${more}`;

async function run(name: string, flags: readonly string[] = []) {
  let nth = 0;
  const server = await scriptedServer((connection, request) => {
    const said = shop(request, nth++);
    if (said !== undefined) connection.send(said);
  });
  writeFileSync(join(folder, 'people.csv'), `word\n${SECRETS.cell}\n`);
  const out = join(folder, name);
  const file = profileFile(folder, `${name}.yaml`, PROFILE(server.origin));
  const started = startCli(['run', file, '--out', out, '--json', ...flags], {
    cwd: folder,
    env: { SHOP_SECRET: SECRETS.env },
  });
  return { server, out, started };
}

/** Everything in the folder as text, the journal taken apart. */
function textsIn(out: string): { name: string; text: string }[] {
  return readdirSync(out).map((name) => {
    const bytes = readFileSync(join(out, name));
    if (name !== 'run.journal') return { name, text: bytes.toString('utf8') };
    const frames = readFrames(bytes).frames.map(({ content }) => deserialize(inflateRawSync(content)) as unknown);
    return { name, text: JSON.stringify(frames) };
  });
}

describe.concurrent('single orders of a run', () => {
  it.each(['wire', 'undici'])(
    'are in its files as the shop saw them, without one secret and without a mark that hurts (%s)',
    async (driver) => {
      const { server, out, started } = await run(`echo-${driver}`, ['--driver', driver, '--workers', '2']);
      const { stderr } = await started.ended;
      await server.close();
      const { examples, orders, run: story, response } = await readResult(out);
      expect([stderr.includes('internal'), orders.fired]).toEqual([false, 200]);
      const { slowest, failed, answers } = examples!;

      // The slowest waited for an answer that never came.
      expect([slowest.length, slowest[0]!.responseUs]).toEqual([20, response.maxUs]);
      expect(slowest.slice(0, 8).every(({ outcome }) => outcome === 'timeout')).toBe(true);
      expect(failed.length).toBeGreaterThanOrEqual(4);
      expect(answers.map(({ outcome }) => outcome).sort()).toEqual(['2xx', '409', 'timeout']);

      // The very headers that the shop saw, and they lead back to their orders.
      const traces = orderTraces(story.id);
      const seen = new Map(server.requests.map((request) => [request.key, request.headers.traceparent]));
      for (const { seq, key, trace } of [...slowest, ...failed]) {
        expect(trace!.sent).toBe(seen.get(key));
        expect([traces.seqOf(trace!.id), trace!.url]).toEqual([seq, `https://traces.example/t/${trace!.id}`]);
      }

      const files = textsIn(out);
      expect(files.map(({ name }) => name)).toContain('run.journal');
      for (const { name, text } of files) {
        for (const secret of Object.values(SECRETS)) expect(text.includes(secret), `${secret} in ${name}`).toBe(false);
      }
      const sold = answers.find(({ outcome }) => outcome === '2xx')!;
      expect(sold.body).toContain('"session":"***"');
      expect(sold.body).toContain('<script>window.owned=1</script>');
      const page = files.find(({ name }) => name === 'report.html')!.text;
      expect(page).not.toMatch(/<script>window|<svg onload/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
      expect(page).not.toMatch(/[\u0000\u202e]/);
      expect(page).toContain('&lt;script&gt;window.owned=1');
      // Made again from the files, it is the same page.
      rmSync(join(out, 'report.html'));
      expect((await cli(['report', out], { cwd: folder })).code).toBe(0);
      expect(readFileSync(join(out, 'report.html'), 'utf8')).toBe(page);
    },
  );

  it('are in the report of one that was killed, up to its last second', async () => {
    const { server, out, started } = await run('killed');
    while (server.requests.length < 170) await new Promise((resolve) => setTimeout(resolve, 20));
    started.child.kill('SIGKILL');
    await started.ended;
    await server.close();
    const { record } = await rebuildRun(out);
    const { slowest, answers } = record.evidence.kept!;
    expect(slowest.length).toBeGreaterThan(10);
    expect(answers.length).toBeGreaterThan(1);
    expect((await cli(['report', out], { cwd: folder })).code).toBe(0);
    const { examples } = await readResult(out);
    expect(examples!.slowest.map(({ seq }) => seq)).toEqual(slowest.map(({ seq }) => seq));
    for (const { name, text } of textsIn(out)) {
      for (const secret of Object.values(SECRETS)) expect(text.includes(secret), `${secret} in ${name}`).toBe(false);
    }
  });
});
