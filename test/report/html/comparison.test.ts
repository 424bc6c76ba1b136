// Section 14 of the page: this run at the end of those before it, in words, icon and colour.

import { describe, expect, it } from 'vitest';
import { passing } from '../runs.ts';
import { pageOf, RUNS } from './pages.ts';

/** The strip's cells as a reader without pictures has them. */
const cellsOf = (page: string): string[] => {
  const [, strip = ''] = /<ol class="strip">([\s\S]*?)<\/ol>/.exec(page) ?? [];
  return [...strip.matchAll(/<li[^>]*>([\s\S]*?)<\/li>/g)].map(([, cell = '']) =>
    cell
      .replaceAll(/<[^>]+>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  );
};

describe('the strip of the last runs', () => {
  const page = pageOf(RUNS.failing!());

  it('has each earlier run and this one, with verdict, p99 and accepted', () => {
    expect(cellsOf(page)).toEqual([
      'PASS 2026-11-01 02:17 p99 47.3 ms 11,987 of 12,000 accepted',
      'FAIL 2026-11-02 02:17 p99 47.3 ms 11,987 of 12,000 accepted',
      'INVALID 2026-11-03 02:17, ended early p99 47.3 ms 11,987 of 12,000 accepted',
      'INCONCLUSIVE 2026-11-04 02:17 p99 – 11,987 of 12,000 accepted',
      'FAIL this run p99 403 ms 11,970 of 12,000 accepted',
    ]);
    expect(page.match(/<li aria-current="true">/g)).toHaveLength(1);
    const strip = page.slice(page.indexOf('<ol class="strip">'));
    for (const kind of ['pass', 'fail', 'invalid', 'inconclusive']) expect(strip).toContain(`icon-${kind}`);
  });

  it('says that there is none before the first, and nothing where nobody looked', () => {
    expect(pageOf({ ...passing(), earlier: [] })).toContain('No earlier run of this profile on this machine');
    expect(cellsOf(pageOf(passing()))).toEqual([]);
    expect(pageOf(passing())).not.toContain('earlier run of this profile on');
  });
});
