// What a person sees while a run goes on and when it has ended, on a real terminal and off it.

import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it, vi } from 'vitest';
import { EVENTS_SCHEMA } from '../../src/report/events-schema.ts';
import { cli, profileFile, scratchFolder } from '../support/cli.ts';
import { ESCAPE, HAS_PTY, onTerminal, screenOf } from '../support/pty.ts';

const folder = scratchFolder();
const profile = (name: string, url = 'demo', seconds = 1): string =>
  profileFile(
    folder,
    `${name}.yaml`,
    `version: 1
name: ${name}
target: { url: "${url}" }
traffic: { rate: 20/s, for: ${seconds}s }
slo: [errors < 1%, p50 < 1m]
`,
  );
/** PASS, or INVALID where the machine is too busy: the verdict is not the point here. */
const ENDED = [0, 4];
const SUMMARY = /\n(?:✔ PASS|! INVALID) [\s\S]*\norders /;
const COLOUR = new RegExp(`${ESCAPE}\\[\\d+m`);
const REDRAWN = new RegExp(`${ESCAPE}\\[(?:\\d*[AGK]|\\?25l)`);

/** Answers at once, until told to hold its answers back. */
async function holdingServer() {
  const held: (() => void)[] = [];
  let holding = false;
  const server = createServer((request, response) => {
    const answer = (): void => void response.writeHead(201).end('{}');
    request.resume().on('end', () => (holding ? held.push(answer) : answer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: () => {
      holding = true;
    },
    /** Orders that are held now. */
    held: () => held.length,
    release: () => {
      holding = false;
      for (const answer of held.splice(0)) answer();
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

if (!HAS_PTY) console.warn('tests on a terminal are skipped: they need `script` of util-linux and `stty`');

describe.skipIf(!HAS_PTY).concurrent('on a terminal', () => {
  it.each([
    [80, 24],
    [120, 14],
  ])('the first Ctrl-C is answered, and the answer stays (%i columns, %i rows)', async (columns, rows) => {
    const server = await holdingServer();
    const name = `interrupted-${columns}`;
    const args = ['run', profile(name, server.url, 30), '--out', join(folder, name)];
    const run = onTerminal(args, { cwd: folder, columns, rows });
    await run.untilShown(/of 600 fired · [1-9]/);
    server.hold();
    await vi.waitUntil(() => server.held() > 0, { timeout: 20_000 });
    run.type('\u0003');
    await run.untilShown(/\nStopping: no more orders are fired[\s\S]*stopping, \d+ answers? out[\s\S]*so far/);
    server.release();
    expect(await run.ended).toBe(130);
    const screen = run.screen().join('\n');
    expect(screen).toMatch(
      / driver \w+\s\(HTTP\/1\.1\),\sseed[\s\S]*\nStopping: no more orders[\s\S]*\n(?:\? INCONCLUSIVE|! INVALID) [\s\S]*\nfolder /,
    );
    // Nothing of the panel is left to contradict the summary, nor a second one from the time the answer came.
    expect(screen).not.toMatch(/of 600 fired|so far|in flight|█/);
    await server.close();
  });

  it('NO_COLOR leaves the panel and takes the colours', async () => {
    const environments: Record<string, string>[] = [{}, { NO_COLOR: '1' }];
    const runs = environments.map(async (env, index) => {
      const run = onTerminal(['run', profile(`colour-${index}`)], { cwd: folder, env });
      return { code: await run.ended, written: run.written(), screen: run.screen().join('\n') };
    });
    const [coloured, plain] = await Promise.all(runs);
    expect(coloured!.written).toMatch(COLOUR);
    expect(plain!.written).not.toMatch(COLOUR);
    expect(plain!.written).toMatch(REDRAWN);
    for (const { code, screen } of [coloured!, plain!]) {
      expect(ENDED).toContain(code);
      expect(screen).toMatch(SUMMARY);
    }
  });

  it('CI redraws nothing; --quiet says nothing', async () => {
    const ci = onTerminal(['run', profile('ci')], { cwd: folder, env: { CI: 'true' } });
    const out = join(folder, 'quiet-run');
    const quiet = onTerminal(['run', profile('quiet'), '--quiet', '--out', out], { cwd: folder });
    for (const { ended } of [ci, quiet]) expect(ENDED).toContain(await ended);
    expect(ci.written()).not.toMatch(REDRAWN);
    expect(ci.screen().join('\n')).toMatch(SUMMARY);
    expect(quiet.written()).toBe('');
    expect(existsSync(join(out, 'result.json'))).toBe(true);
  });
});

describe.concurrent('off a terminal', () => {
  it('no escape is ever written, and nothing to stdout', async () => {
    const { code, stdout, stderr } = await cli(['run', profile('pipe')], { cwd: folder, env: { CI: '' } });
    expect(ENDED).toContain(code);
    expect(stdout).toBe('');
    expect(stderr).not.toContain(ESCAPE);
    expect(stderr).toMatch(SUMMARY);
  });

  it('--quiet --json: events on stdout, nothing on stderr; and errors are still said', async () => {
    const { code, stdout, stderr } = await cli(['run', profile('events'), '--quiet', '--json'], { cwd: folder });
    expect(ENDED).toContain(code);
    expect(stderr).toBe('');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string });
    const valid = new Ajv({ strict: true, allowUnionTypes: true }).compile(EVENTS_SCHEMA);
    for (const line of lines) expect(valid(line), JSON.stringify(valid.errors)).toBe(true);
    const events = lines.map(({ event }) => event);
    expect(events[0]).toBe('start');
    expect(events.at(-1)).toBe('end');
    expect(events.slice(1, -1).every((event) => event === 'second')).toBe(true);
    expect(events.length).toBeGreaterThan(2);
    const wrong = await cli(['run', 'nowhere.yaml', '--quiet'], { cwd: folder });
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toMatch(/nowhere\.yaml: no such file/);
  });
});

describe('the screen of these tests', () => {
  it('moves, erases and overwrites as a terminal does', () => {
    expect(screenOf('one\r\ntwo\r\n\u001b[2K\u001b[1A\u001b[2K\u001b[Gthree\r\n')).toEqual(['one', 'three', '']);
    expect(screenOf('abcdef\u001b[3G\u001b[K\u001b[1mX\u001b[22m')).toEqual(['abX']);
  });
});
