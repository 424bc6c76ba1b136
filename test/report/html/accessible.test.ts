// Every page by the rules of accessibility (axe), light and dark, wide and narrow: minutes of Chromium on a busy machine.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LivePage } from '../../../src/commands/live.ts';
import { asRead } from '../../../src/folder/capacity.ts';
import { assetTexts, inlineAssets } from '../../../src/folder/page-assets.ts';
import { historyRow } from '../../../src/report/history-row.ts';
import { formatCapacityPage } from '../../../src/report/html/capacity/page.ts';
import { formatIndex } from '../../../src/report/html/index-page.ts';
import { CHROMIUM } from '../../support/chromium.ts';
import { foundCapacity } from '../capacities.ts';
import { HOSTILE } from './hostile.ts';
import { inChromium, renewed } from './in-chromium.ts';
import { liveRecord } from './live-run.ts';
import { RUNS, viewFor } from './pages.ts';

const RUNS_LISTED = ['failing', 'passing', 'interrupted'];

describe.skipIf(CHROMIUM === undefined)('a page that people open', () => {
  const { scratch, opened, openedAt, violationsOn, close } = inChromium();

  // `failing` is `lossy` without its books; it is looked at on a phone.
  it.each(['unfit', 'empty', 'audited', 'lossy'])(
    'is quiet, alone and accessible, light and dark: a run that is %s',
    async (name) => {
      const seen = await opened(name, { colorScheme: 'light' });
      expect(await violationsOn(seen.page)).toEqual([]);
      await seen.page.emulateMedia({ colorScheme: 'dark' });
      // Structure is as it was; colours are not.
      expect(await violationsOn(seen.page, ['color-contrast'])).toEqual([]);
      expect(seen).toMatchObject({ errors: [], requests: [] });
      await close(seen);
    },
  );

  it('is so for the list of runs too', async () => {
    const history = {
      rows: RUNS_LISTED.map((name, index) => ({
        ...historyRow(`2026-11-2${index}T04-05-54Z-run`, viewFor(RUNS[name]!()).result),
        id: String(index),
        present: index > 0,
        startedAt: `2026-11-2${index}T04:05:54.000Z`,
      })),
      unread: [{ folder: 'x', why: HOSTILE[0]! }],
      older: 3,
      brokenLines: 1,
    };
    writeFileSync(join(scratch, 'index.html'), formatIndex(history, assetTexts()));
    const seen = await opened('index', { viewport: { width: 390, height: 844 } });
    expect(await violationsOn(seen.page)).toEqual([]);
    expect(await seen.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    await seen.page.getByRole('button', { name: 'p99' }).click();
    expect(await seen.page.locator('tbody tr > :nth-child(8)').allInnerTexts()).toEqual(['–', '47.3 ms', '403 ms']);
    expect(seen).toMatchObject({ errors: [], requests: [] });
    await close(seen);
  });

  it('is so for the page of a search for capacity', async () => {
    writeFileSync(join(scratch, 'capacity.html'), formatCapacityPage(asRead(foundCapacity(), []), inlineAssets()));
    const seen = await opened('capacity', { viewport: { width: 390, height: 844 }, colorScheme: 'light' });
    expect(await violationsOn(seen.page)).toEqual([]);
    expect(await seen.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    await seen.page.emulateMedia({ colorScheme: 'dark' });
    expect(await violationsOn(seen.page, ['color-contrast'])).toEqual([]);
    await seen.page.emulateMedia({ media: 'print' });
    expect(await seen.page.locator('svg.chart:visible').count()).toBe(3);
    expect(seen).toMatchObject({ errors: [], requests: [] });
    await close(seen);
  });

  it('fits a phone, where tables scroll by themselves', async () => {
    const seen = await opened('failing', { viewport: { width: 390, height: 844 } });
    expect(await seen.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    expect(await violationsOn(seen.page)).toEqual([]);
    await close(seen);
  });

  it('is so while a run goes on, looked at and renewed', async () => {
    const live = await LivePage.open();
    live.tick(60e6, () => liveRecord(60));
    const seen = await openedAt(live.url, { viewport: { width: 1200, height: 700 } });
    const { page } = seen;
    await page.locator('#rate-chart').getByRole('button', { name: 'planned' }).click();
    await page.locator('#outcomes summary').first().click();
    await page.locator('#outcomes table').last().getByRole('button', { name: 'Orders' }).click();
    await renewed(page, live);
    expect(await violationsOn(page)).toEqual([]);
    await live.close();
    await close(seen);
  });
});
