// The percentile spectrum and what lies over it: parts of the traffic, and the run that this one is held against.

import { describe, expect, it } from 'vitest';
import { heldAgainst } from '../../../src/commands/compare.ts';
import type { RunRecord } from '../../../src/report/record.ts';
import { failing, passing } from '../runs.ts';
import { pageOf, viewFor } from './pages.ts';

describe('the percentile spectrum', () => {
  const baselineOf = (record: RunRecord): RunRecord =>
    heldAgainst(record, { folder: 'runs/monday', result: viewFor(passing()).result }, {});
  const spectrumIn = (page: string) =>
    page.slice(page.indexOf('<section id="spectrum"'), page.indexOf('<section id="books"'));

  it('has each part and the baseline as lines of their own, in the picture, in the table and for the script', () => {
    const record = baselineOf(failing());
    const page = pageOf(record);
    const section = spectrumIn(page);
    const labels = ['response', 'service', 'baseline', 'during hourly'];
    expect([...section.matchAll(/<li><svg.*?<\/svg> ([^<]+)<\/li>/g)].map((match) => match[1])).toEqual(labels);
    expect([...section.matchAll(/<th scope="col"[^>]*>([^<]+)</g)].map((match) => match[1])).toEqual([
      'Share',
      ...labels,
    ]);
    expect(section).toMatch(/class="ink-plan" d="[^"]+"[^>]*stroke-dasharray/);
    expect(section).toContain('<code>runs/monday</code>');
    const drawn = JSON.parse(/<script type="application\/json" id="charts">(.*?)<\/script>/s.exec(page)![1]!);
    expect(drawn.spectra.map(({ name }: { name: string }) => name)).toEqual(labels);
    expect(spectrumIn(pageOf(failing()))).not.toContain('baseline');
  });

  it('is that of the orders themselves: of a part, those due in it; of the baseline, those of its run', () => {
    const { charts } = viewFor(baselineOf(failing()));
    const { timeline } = failing().evidence;
    const hourly = timeline.tally(120, 190).histogram({ of: 'response' });
    const other = passing().evidence.timeline.total().histogram({ of: 'response' });
    const pairs = [
      [charts.spectra.parts.find(({ name }) => name === 'hourly')!, hourly],
      [charts.spectra.baseline!, other],
    ] as const;
    for (const [{ count, points }, histogram] of pairs) {
      expect(count).toBe(histogram.count);
      expect(points.at(-1)).toEqual([1 - 1 / (2 * count), histogram.maxUs]);
      for (const [quantile, us] of points.slice(0, -1)) {
        expect(Math.abs(us - histogram.percentile(quantile))).toBeLessThanOrEqual(us / 100);
      }
    }
  });

  it('is drawn without a baseline whose numbers cannot be read', () => {
    const record = { ...baselineOf(failing()), baselineResponse: { histogram: 'nonsense', maxUs: 1 } };
    expect(viewFor(record).charts.spectra.baseline).toBeUndefined();
  });
});
