// A browser for the tests of one file: pages opened in it with what they complain of and ask for, and axe on them.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import type { LivePage } from '../../../src/commands/live.ts';
import { launch } from '../../support/chromium.ts';
import { liveRecord } from './live-run.ts';
import { pageOf, RUNS } from './pages.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export type Seen = { page: Page; errors: string[]; requests: string[] };

/** To be called in a `describe`, whose tests it opens the browser for. */
export function inChromium() {
  const scratch = mkdtempSync(join(tmpdir(), 'doorbuster-browser-'));
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  /** A run of `RUNS` by its name, or a page that a test wrote into `scratch`. */
  const opened = (name: string, options: BrowserContextOptions = {}, hash = ''): Promise<Seen> => {
    const make = RUNS[name];
    if (make !== undefined) writeFileSync(join(scratch, `${name}.html`), pageOf(make()));
    return openedAt(`${pathToFileURL(join(scratch, `${name}.html`))}`, options, hash);
  };
  const openedAt = async (url: string, options: BrowserContextOptions = {}, hash = ''): Promise<Seen> => {
    const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
    const page = await context.newPage();
    const seen: Seen = { page, errors: [], requests: [] };
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) seen.errors.push(message.text());
    });
    page.on('pageerror', (error) => seen.errors.push(error.message));
    page.on('request', (request) => {
      if (request.url().split('#')[0] !== url) seen.requests.push(request.url().slice(0, 200));
    });
    await page.goto(url + hash);
    return seen;
  };
  /** Of all rules, or of these. */
  const violationsOn = async (page: Page, rules: string[] = []): Promise<string[]> => {
    if (!(await page.evaluate<boolean>("'axe' in globalThis"))) await page.evaluate(AXE);
    type Found = { violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] };
    const only = rules.length > 0 ? `{ runOnly: ${JSON.stringify(rules)} }` : '{}';
    const { violations } = await page.evaluate<Found>(`axe.run(document, ${only})`);
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)} ${nodes[0]?.failureSummary}`);
  };
  const close = ({ page }: Seen) => page.context().close();
  return {
    scratch,
    opened,
    openedAt,
    violationsOn,
    close,
    get browser() {
      return browser;
    },
  };
}

/** A live page at which somebody looks becomes the one of 2:10. */
export async function renewed(page: Page, live: LivePage): Promise<void> {
  // It is made once the page listens.
  for (let made = false; !made; await page.evaluate('new Promise(requestAnimationFrame)')) {
    live.tick(130e6, () => {
      made = true;
      return liveRecord(130);
    });
  }
  await page.getByText('00:02:10 into 4 m').waitFor();
}
