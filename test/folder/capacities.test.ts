import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HtmlValidate } from 'html-validate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capacitiesIn, capacityOf } from '../../src/folder/capacities.ts';
import { CAPACITY_FILE, writeCapacity } from '../../src/folder/capacity.ts';
import { readHistory } from '../../src/folder/history.ts';
import { formatHistory } from '../../src/report/history.ts';
import { formatIndex } from '../../src/report/html/index-page.ts';
import { plainPaint } from '../../src/report/layout.ts';
import { foundCapacity, limitedByGenerator, nothingKnown } from '../report/capacities.ts';

const root = mkdtempSync(join(tmpdir(), 'doorbuster-capacities-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const onDay = (record: ReturnType<typeof foundCapacity>, day: number) => ({
  ...record,
  run: { ...record.run, startedAtMs: Date.UTC(2026, 10, day, 4, 5, 54) },
});

beforeAll(async () => {
  await writeCapacity({ path: join(root, 'a-first') }, onDay(foundCapacity(), 21));
  await writeCapacity({ path: join(root, 'b-second') }, onDay(limitedByGenerator(), 22));
  await writeCapacity({ path: join(root, 'c-third') }, onDay(nothingKnown(), 23));
  const other = onDay(foundCapacity(), 24);
  await writeCapacity({ path: join(root, 'd-other') }, { ...other, plan: { ...other.plan, profileHash: 'other' } });
  mkdirSync(join(root, 'e-torn'));
  writeFileSync(join(root, 'e-torn', CAPACITY_FILE), '{');
  writeFileSync(join(root, 'notes.txt'), '');
});

const which = () => {
  const { plan } = foundCapacity();
  return { profileHash: plan.profileHash, shop: plan.target.shown };
};

describe('searches for capacity among the folders', () => {
  it('are listed, the latest first, and those that cannot be read with why', async () => {
    const { found, unread } = await capacitiesIn(root);
    expect(found.map(({ folder, complete }) => [folder, complete])).toEqual([
      ['d-other', true],
      ['c-third', false],
      ['b-second', true],
      ['a-first', true],
    ]);
    expect(unread).toMatchObject([{ folder: 'e-torn', why: expect.stringContaining('is not JSON') }]);
    expect(await capacitiesIn(join(root, 'none'))).toEqual({ found: [], unread: [] });
  });

  it('give a run the latest that knows anything of its profile and its shop', async () => {
    expect(await capacityOf(root, which())).toMatchObject({ folder: 'b-second', bracket: { heldPerS: 107 } });
    expect(await capacityOf(root, { ...which(), shop: 'http://elsewhere' })).toBeUndefined();
    expect(await capacityOf(root, { ...which(), profileHash: 'none' })).toBeUndefined();
  });

  it('stand in the list of runs, as text and as a page', async () => {
    const history = await readHistory(root);
    const lines = formatHistory(history, { paint: plainPaint, width: 120 }).split('\n');
    const at = lines.indexOf('capacity');
    expect(lines.slice(at + 1)).toEqual([
      '2026-11-24 04:05  mi-fan-fest  109/s to 110/s, 1.77x to 1.8x the peak  d-other',
      '2026-11-23 04:05  mi-fan-fest  not known  c-third',
      '2026-11-22 04:05  mi-fan-fest  at least 107/s, at least 1.75x the peak  b-second',
      '2026-11-21 04:05  mi-fan-fest  109/s to 110/s, 1.77x to 1.8x the peak  a-first',
    ]);
    const page = formatIndex(history, { css: '', js: '' });
    expect(page).toContain('<a class="when" href="b-second/capacity.html">2026-11-22 04:05</a>');
    expect(page.match(/1\.77x to 1\.8x/g)).toHaveLength(2);
    expect(page).toContain('<code>e-torn</code>');
    const { results } = await new HtmlValidate({ extends: ['html-validate:recommended'] }).validateString(page);
    expect(results.flatMap(({ messages }) => messages.map(({ message }) => message))).toEqual([]);
  });
});
