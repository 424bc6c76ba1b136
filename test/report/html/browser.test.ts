// The report in a real browser: every look it has, every way to get around in it, and what a hostile target cannot do.
// What axe says of it is in accessible.test.ts.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LivePage } from '../../../src/commands/live.ts';
import { assetTexts, inlineAssets } from '../../../src/folder/page-assets.ts';
import { formatPage } from '../../../src/report/html/page.ts';
import { CHROMIUM } from '../../support/chromium.ts';
import { failing } from '../runs.ts';
import { everywhere, HOSTILE } from './hostile.ts';
import { inChromium, renewed, type Seen } from './in-chromium.ts';
import { liveRecord } from './live-run.ts';
import { pageOf, viewFor } from './pages.ts';

/** Jenkins' default: no scripts, no inline styles, no data. */
const STRICT = "sandbox; default-src 'none'; img-src 'self'; style-src 'self'";

describe.skipIf(CHROMIUM === undefined)('the report in Chromium', () => {
  const looking = inChromium();
  const { scratch, opened, openedAt, close } = looking;

  it('cuts nothing at the width of a small laptop', async () => {
    const seen = await opened('audited', { viewport: { width: 1024, height: 800 } });
    const cut = `[...document.querySelectorAll('.scroll, nav ul, .plot')]
      .filter((each) => each.checkVisibility() && each.scrollWidth > each.clientWidth + 1)
      .map((each) => each.getAttribute('aria-label'))`;
    expect(await seen.page.evaluate(cut)).toEqual([]);
    await close(seen);
  });

  it('shows every number and every picture without scripts', async () => {
    const seen = await opened('failing', { javaScriptEnabled: false });
    const text = await seen.page.innerText('main');
    for (const words of ['FAIL', '11,970', '403 ms', 'broken', 'Planned, fired and accepted', 'What broke']) {
      expect(text).toContain(words);
    }
    expect(await seen.page.locator('svg.chart:visible').count()).toBe(6);
    expect(await seen.page.locator('[data-controls]:visible, button:visible').count()).toBe(0);
    await seen.page.locator('summary').first().click();
    expect(await seen.page.locator('details[open] table:visible').count()).toBe(1);
    await close(seen);
  });

  it('prints the still pictures on white, whatever the theme', async () => {
    const seen = await opened('failing', { colorScheme: 'dark' });
    await seen.page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await seen.page.locator('.uplot:visible, nav:visible, .controls:visible').count()).toBe(0);
    expect(await seen.page.locator('svg.chart:visible').count()).toBe(6);
    const colours = await seen.page.evaluate(
      '(({ backgroundColor, color }) => [backgroundColor, color])(getComputedStyle(document.body))',
    );
    expect(colours).toEqual(['rgb(255, 255, 255)', 'rgb(27, 36, 48)']);
    const pdf = await seen.page.pdf({ format: 'A4', printBackground: true });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    await close(seen);
  });

  /** What the charts show: `whole`, or the words of the button that leads back to it. */
  const axisOf = (page: Page) =>
    page.evaluate("((shown) => (shown.hidden ? 'whole' : shown.textContent))(document.querySelector('#whole'))");

  it('zooms by a link, by the address, by dragging, and back', async () => {
    const seen = await opened('failing', {}, '#t=120-180');
    const { page } = seen;
    expect(await axisOf(page)).toBe('00:02–00:03 ✕');
    await page.click('#whole');
    expect(await axisOf(page)).toBe('whole');
    expect(new URL(page.url()).hash).toBe('');
    await page.click('.todo a[href="#t=120-180"]');
    await page.waitForFunction("document.querySelector('#whole').textContent.startsWith('00:02–00:03')");
    await page.click('#whole');
    const over = page.locator('#rate-chart .u-over');
    await over.scrollIntoViewIfNeeded();
    const box = (await over.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.75, box.y + 50, { steps: 4 });
    await page.mouse.up();
    expect(await axisOf(page)).toMatch(/^00:0[12].*–00:03/);
    const hash = new URL(page.url()).hash;
    expect(hash).toMatch(/^#t=1[12]\d(\.\d)?-1[78]\d(\.\d)?$/);
    await page.reload();
    expect(await axisOf(page)).toMatch(/^00:0[12].*–00:03/);
    expect(seen.errors).toEqual([]);
    await close(seen);
  });

  describe('on one page', () => {
    let seen: Seen;
    beforeAll(async () => {
      seen = await opened('failing');
    });
    afterAll(() => close(seen));

    it('moves the cursor of all charts over time together', async () => {
      const over = seen.page.locator('#rate-chart .u-over');
      await over.scrollIntoViewIfNeeded();
      await over.hover({ position: { x: 200, y: 50 } });
      const times = await Promise.all(
        ['rate', 'response', 'outcomes', 'backlog'].map((id) =>
          seen.page.locator(`#${id}-chart .u-legend .u-value`).first().textContent(),
        ),
      );
      expect(times[0]).toMatch(/^\d\d:\d\d/);
      for (const time of times) expect(time).toMatch(/^00:0[01]/);
    });

    it('switches between response and service, and between axes', async () => {
      await seen.page.goto(`${seen.page.url().split('#')[0]}#t=120-130`);
      const { page } = seen;
      const button = (name: string) => page.locator('.controls').getByRole('button', { name, exact: true });
      const drawn = () => page.locator('#response-chart canvas').screenshot();
      const pressed = (name: string) => button(name).getAttribute('aria-pressed');
      const response = await drawn();
      await button('Service').click();
      expect([await pressed('Response'), await pressed('Service')]).toEqual(['false', 'true']);
      const service = await drawn();
      expect(service.equals(response)).toBe(false);
      await button('Logarithmic').click();
      expect((await drawn()).equals(service)).toBe(false);
      expect(await pressed('Logarithmic')).toBe('false');
    });

    it('hides a line by its name, with the keyboard too, until it is asked for again', async () => {
      const drawn = () => seen.page.locator('#spectrum-chart canvas').screenshot();
      const name = seen.page.locator('#spectrum-chart').getByRole('button', { name: 'during hourly' });
      const whole = await drawn();
      await name.press('Enter');
      expect(await name.getAttribute('aria-pressed')).toBe('false');
      const without = await drawn();
      expect(without.equals(whole)).toBe(false);
      // Drawn anew in other colours, it is still hidden; other charts have kept theirs.
      await seen.page.click('#theme');
      await seen.page.click('#theme');
      expect(await name.getAttribute('aria-pressed')).toBe('false');
      expect(await seen.page.locator('.u-label[aria-pressed=false]').count()).toBe(1);
      await name.press(' ');
      expect(await name.getAttribute('aria-pressed')).toBe('true');
    });

    it('sorts tables by what the cells mean', async () => {
      const table = seen.page.locator('#outcomes table').last();
      const column = (at: number) => table.locator(`tbody tr > :nth-child(${at})`).allInnerTexts();
      await table.getByRole('button', { name: 'Orders' }).click();
      expect(await column(3)).toEqual(['5', '12', '13', '11,970']);
      await table.getByRole('button', { name: 'Orders' }).click();
      expect(await column(3)).toEqual(['11,970', '13', '12', '5']);
      expect(await table.locator('th[aria-sort]').getAttribute('aria-sort')).toBe('descending');
    });
  });

  it('is got around in with the keyboard alone', async () => {
    const seen = await opened('failing');
    const { page } = seen;
    const focus = (): Promise<string> =>
      page.evaluate(
        '((at) => `${at.tagName.toLowerCase()}.${at.className} ${at.textContent.slice(0, 30)}`)(document.activeElement)',
      );
    await page.keyboard.press('Tab');
    expect(await focus()).toMatch(/^a\.skip/);
    await page.keyboard.press('Enter');
    const visited: string[] = [];
    for (let presses = 0; presses < 120 && !visited.at(-1)?.startsWith('section.scroll 0'); presses++) {
      await page.keyboard.press('Tab');
      const at = await focus();
      if (at.startsWith('div.plot') && !visited.some((before) => before.startsWith('div.plot'))) {
        await page.keyboard.press('+');
        expect(await axisOf(page)).toBe('00:01–00:03 ✕');
        await page.keyboard.press('ArrowRight');
        expect(await axisOf(page)).toBe('00:01:30–00:03:30 ✕');
        await page.keyboard.press('Escape');
        expect(await axisOf(page)).toBe('whole');
      }
      visited.push(at);
    }
    for (const kind of ['a', 'section.scroll', 'button', 'div.plot', 'summary']) {
      expect(visited.some((at) => at.startsWith(kind))).toBe(true);
    }
    await close(seen);
  });

  it('has a theme of its own choice, even where nothing can be kept', async () => {
    const seen = await opened('passing', { colorScheme: 'light' });
    const background = () => seen.page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const light = await background();
    await seen.page.click('#theme');
    const dark = await background();
    expect(dark).not.toBe(light);
    await seen.page.reload();
    expect(await background()).toBe(dark);
    await close(seen);
    const context = await looking.browser.newContext();
    const page = await context.newPage();
    const html = readFileSync(join(scratch, 'passing.html'), 'utf8').replaceAll('&', '&amp;').replaceAll('"', '&quot;');
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.setContent(`<iframe sandbox="allow-scripts" srcdoc="${html}"></iframe>`);
    const frame = page.frames()[1]!;
    await frame.evaluate("document.querySelector('#theme').click()");
    expect(await frame.locator('.uplot').count()).toBe(5);
    expect(errors).toEqual([]);
    await context.close();
  });

  it('stays as it is looked at while a live page is renewed, and becomes the final report', async () => {
    const live = await LivePage.open();
    let drains = 0;
    live.onStop(() => drains++);
    live.tick(60e6, () => liveRecord(60));
    const seen = await openedAt(live.url, { viewport: { width: 1200, height: 700 } });
    const { page } = seen;
    await page.getByRole('button', { name: 'Logarithmic' }).click();
    await page.locator('#rate-chart').getByRole('button', { name: 'planned' }).click();
    await page.locator('#outcomes summary').first().click();
    const outcomes = page.locator('#outcomes table').last();
    await outcomes.getByRole('button', { name: 'Orders' }).click();
    const link = page.locator('#parts a', { hasText: '00:02' });
    await link.focus();
    // By whom a place in the page is known: scripts may not keep it, or it would not be the same.
    await page.evaluate("document.querySelectorAll('.uplot').forEach((plot) => (plot.kept = true))");
    const looks = `({
      focus: document.activeElement.textContent,
      open: [...document.querySelectorAll('details')].filter((each) => each.open).length,
      sorted: document.querySelector('#outcomes [aria-sort]').textContent,
      hidden: [...document.querySelectorAll('.u-label[aria-pressed=false]')].map((each) => each.textContent),
      axis: document.querySelector('[data-axis]').textContent,
      plots: [...document.querySelectorAll('.uplot')].filter((plot) => plot.kept).length,
      buttons: document.querySelectorAll('#outcomes th button button, .controls button').length,
    })`;
    const before = await page.evaluate(looks);
    const heightOf = async () => (await link.boundingBox())!.y;
    const height = await heightOf();
    expect(before).toMatchObject({
      focus: '00:02',
      open: 1,
      sorted: 'Orders',
      hidden: ['planned'],
      axis: 'linear',
      plots: 5,
      buttons: 3,
    });
    await renewed(page, live);
    // An outcome and a part are new: their charts are others, the rest are the same, and nothing moved before the eyes.
    expect(Math.abs((await heightOf()) - height)).toBeLessThan(3);
    expect(await page.evaluate(looks)).toEqual({ ...(before as object), plots: 3 });
    expect(await outcomes.locator('tbody tr > :nth-child(1)').allInnerTexts()).toEqual(['timeout', 'sold_out', 'sold']);
    await page.getByRole('button', { name: 'Stop the run' }).click();
    await page.getByRole('button', { name: 'Stopping…' }).waitFor();
    expect(drains).toBe(1);
    const final = join(scratch, 'final.html');
    writeFileSync(final, pageOf(failing()));
    const finished = live.finish(final);
    await page.locator('.banner-fail').waitFor();
    await finished;
    expect(await page.evaluate("document.querySelectorAll('#tools button').length")).toBe(2);
    expect(await page.title()).toMatch(/^FAIL/);
    expect(await page.locator('.uplot').count()).toBe(5);
    expect(seen.errors).toEqual([]);
    await close(seen);
  });

  describe('against a hostile target', () => {
    it.each(HOSTILE.map((text) => [text.slice(0, 40), text]))('%j runs nothing and breaks nothing', async (_, text) => {
      const hostile = formatPage(everywhere(viewFor(failing()), text), inlineAssets());
      writeFileSync(join(scratch, 'hostile.html'), hostile);
      const seen = await opened('hostile');
      const dialogs: string[] = [];
      seen.page.on('dialog', (dialog) => {
        dialogs.push(dialog.message());
        void dialog.dismiss();
      });
      expect(await seen.page.evaluate("'owned' in globalThis")).toBe(false);
      expect(await seen.page.locator('.uplot').count()).toBe(5);
      expect(await seen.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(1200);
      expect({ ...seen, page: 0, dialogs }).toEqual({ page: 0, errors: [], requests: [], dialogs: [] });
      await close(seen);
    });
  });

  describe('under a strict content-security policy', () => {
    const served = async (files: Record<string, string>, policy: string): Promise<Page> => {
      const context = await looking.browser.newContext({ viewport: { width: 1200, height: 900 } });
      // Answered here: nothing leaves this machine.
      await context.route('**/*', (route) => {
        const body = files[new URL(route.request().url()).pathname];
        const contentType = /\.(css|js)$/.exec(route.request().url());
        const type = { css: 'text/css', js: 'text/javascript' }[contentType?.[1] ?? ''] ?? 'text/html';
        return body === undefined
          ? route.abort()
          : route.fulfill({ body, contentType: type, headers: { 'content-security-policy': policy } });
      });
      const page = await context.newPage();
      await page.goto('http://127.0.0.1:9/report.html');
      return page;
    };
    const { css, js } = assetTexts();

    it('still reads well with nothing allowed', async () => {
      const page = await served({ '/report.html': pageOf(failing()) }, STRICT);
      const text = await page.innerText('main');
      for (const words of ['FAIL', '11,970', '403 ms', 'What broke']) expect(text).toContain(words);
      expect(await page.locator('svg.chart:visible').count()).toBe(6);
      expect(await page.evaluate("document.querySelectorAll('.uplot').length")).toBe(0);
      await page.context().close();
    });

    it('has its style sheet and its script from files, and hostile text still runs nothing', async () => {
      const view = everywhere(viewFor(failing()), HOSTILE[0]!);
      const page = await served(
        {
          '/report.html': formatPage(view, { kind: 'files', css: 'report.css', js: 'report.js' }),
          '/report.css': css,
          '/report.js': js,
        },
        "default-src 'none'; style-src 'self'; script-src 'self'",
      );
      expect(await page.locator('.uplot').count()).toBe(5);
      expect(await page.evaluate("getComputedStyle(document.querySelector('.verdict')).display")).toBe('flex');
      expect(await page.evaluate("'owned' in globalThis")).toBe(false);
      await page.context().close();
    });
  });
});
