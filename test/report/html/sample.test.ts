// The sample that the README shows: a real run's folder, whose page is what this version makes of it.
// `UPDATE_GOLDEN=1` makes the page anew; look at the difference.

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { inlineAssets } from '../../../src/folder/page-assets.ts';
import { readView } from '../../../src/folder/view.ts';
import { formatPage } from '../../../src/report/html/page.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SAMPLE = join(ROOT, 'reports/sample');

describe('the sample run', () => {
  it('has the page that is made of its files now', async () => {
    const page = formatPage(await readView(SAMPLE), inlineAssets());
    const path = join(SAMPLE, 'report.html');
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, page);
    expect(readFileSync(path, 'utf8') === page, 'make it anew with UPDATE_GOLDEN=1 and look at the difference').toBe(
      true,
    );
  });

  it('is small, and has every file that its page links', async () => {
    const names = readdirSync(SAMPLE);
    const { result } = await readView(SAMPLE);
    for (const name of result.files) expect(names).toContain(name);
    const bytes = names.reduce((sum, name) => sum + statSync(join(SAMPLE, name)).size, 0);
    expect(bytes).toBeLessThan(700_000);
  });

  it('is shown in the README', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    expect(readme).toMatch(/\[!\[[^\]]+\]\(reports\/sample\/report\.png\)\]\(reports\/sample\/report\.html\)/);
    expect(readFileSync(join(SAMPLE, 'report.png')).subarray(1, 4).toString()).toBe('PNG');
  });
});
