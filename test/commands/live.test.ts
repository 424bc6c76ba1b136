// `run --live`: the report of a run that goes on, its stop button, and who may press it.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LivePage } from '../../src/commands/live.ts';
import { failing, passing } from '../report/runs.ts';

const scratch = mkdtempSync(join(tmpdir(), 'doorbuster-live-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

type Answer = { status: number; text: string };
const ask = (live: LivePage, path: string, options: { method?: string; headers?: Record<string, string> } = {}) =>
  new Promise<Answer>((resolve, reject) => {
    const sent = request(new URL(path, live.url), options, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.end();
  });

/** An open page: what it is told, in order. */
const listen = (live: LivePage) =>
  new Promise<{ told: string[]; until: (count: number) => Promise<void> }>((resolve, reject) => {
    const told: string[] = [];
    let wake = () => {};
    const until = async (count: number) => {
      while (told.length < count) await new Promise<void>((again) => (wake = again));
    };
    request(new URL('/events', live.url), (response) => {
      response.on('data', (chunk: Buffer) => {
        told.push(...[...String(chunk).matchAll(/^event: (\w+)$/gm)].map((match) => match[1]!));
        wake();
      });
      response.on('error', () => {});
      resolve({ told, until });
    })
      .on('error', reject)
      .end();
  });

describe('the live page', () => {
  it('shows the run so far, tells open pages of newer ones, and becomes the final report', async () => {
    const live = await LivePage.open();
    expect((await ask(live, '/')).text).toContain('about to start');
    const record = failing();
    live.tick(31e6, () => record);
    const page = await ask(live, '/');
    expect(page.text).toContain('RUNNING');
    expect(page.text).toContain('11,970 of 12,000 orders were accepted so far, 00:00:31 into 4 m.');
    expect(page.text).not.toContain('What broke');
    const open = await listen(live);
    live.tick(32e6, () => record);
    await open.until(1);
    const final = join(scratch, 'report.html');
    writeFileSync(final, 'the final report');
    const finished = live.finish(final);
    await open.until(2);
    expect(open.told).toEqual(['page', 'end']);
    expect((await ask(live, '/')).text).toBe(readFileSync(final, 'utf8'));
    await finished;
    await expect(ask(live, '/')).rejects.toThrow();
  });

  it('is made for nobody who does not look, and not more often than once a second', async () => {
    const live = await LivePage.open();
    let made = 0;
    const record = passing();
    const make = () => {
      made++;
      return record;
    };
    live.tick(1e6, make);
    for (let second = 2; second < 10; second++) live.tick(second * 1e6, make);
    expect(made).toBe(1);
    await listen(live);
    live.tick(60e6, make);
    live.tick(60.5e6, make);
    expect(made).toBe(2);
    await live.close();
  });

  it('is stopped by its own button only', async () => {
    const live = await LivePage.open();
    let stops = 0;
    live.onStop(() => stops++);
    live.tick(1e6, passing);
    const token = /data-live="(\w+)"/.exec((await ask(live, '/')).text)![1]!;
    const post = (headers: Record<string, string>) => ask(live, '/stop', { method: 'POST', headers });
    expect((await post({})).status).toBe(403);
    expect((await post({ 'x-doorbuster': 'guessed' })).status).toBe(403);
    expect((await post({ 'x-doorbuster': token, host: 'evil.example' })).status).toBe(403);
    expect((await ask(live, '/', { headers: { host: 'evil.example:80' } })).status).toBe(403);
    expect(stops).toBe(0);
    expect((await post({ 'x-doorbuster': token })).status).toBe(204);
    expect(stops).toBe(1);
    await live.close();
  });
});
