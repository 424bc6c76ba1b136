// The page of a search for capacity: valid, complete, the same twice, and deaf to whatever a target or a profile says.

import { HtmlValidate } from 'html-validate';
import { describe, expect, it } from 'vitest';
import { asRead } from '../../../src/folder/capacity.ts';
import { inlineAssets } from '../../../src/folder/page-assets.ts';
import type { CapacityFile } from '../../../src/report/capacity-file.ts';
import { formatCapacityPage } from '../../../src/report/html/capacity/page.ts';
import { escapeText } from '../../../src/report/html/escape.ts';
import { formatRate } from '../../../src/units.ts';
import { foundCapacity, limitedByGenerator, nothingKnown } from '../capacities.ts';
import { everywhere, HOSTILE } from './hostile.ts';

const FILES = ['profile.yaml', 'summary.md', 'capacity.html', 'capacity.json'];
const ANSWERS: Record<string, CapacityFile> = {
  'found its limit': asRead(foundCapacity(), FILES),
  'was limited by the generator': asRead(limitedByGenerator(), FILES),
  'knows nothing': asRead(nothingKnown(), FILES),
};
const SECTIONS = ['answer', 'response', 'goodput', 'scaling', 'loads', 'trials', 'asked', 'reproduce', 'how'];
const validator = new HtmlValidate({ extends: ['html-validate:recommended'] });
const pageOf = (file: CapacityFile): string => formatCapacityPage(file, { kind: 'files', css: 'x.css', js: 'x.js' });

describe.each(Object.entries(ANSWERS))('the page of a search that %s', (_, file) => {
  it('is valid, whole, the same twice, and needs nothing but itself', async () => {
    const page = formatCapacityPage(file, inlineAssets());
    const { results } = await validator.validateString(pageOf(file));
    expect(
      results.flatMap(({ messages }) => messages.map(({ line, ruleId, message }) => [line, ruleId, message])),
    ).toEqual([]);
    expect([...page.matchAll(/<section id="(\w+)"/g)].map((match) => match[1])).toEqual(SECTIONS);
    expect(formatCapacityPage(structuredClone(file), inlineAssets())).toBe(page);
    const body = page.replace(/<(script|style)[\s\S]*?<\/\1>/g, '');
    expect(body).not.toMatch(/\sstyle="|\son[a-z]+="|(?:src|href)="(?:https?:)?\/\/|url\((?!#)/);
    expect(body).not.toMatch(/NaN|undefined|Infinity|\[object|>null/);
    expect(page.length).toBeLessThan(200_000);
  });

  it('has its answer, every load and every trial as text', () => {
    const page = pageOf(file);
    expect(page).toContain(escapeText(file.says.split('`')[0]!));
    for (const { ratePerS, says } of file.loads) {
      expect(page).toContain(`>${formatRate(ratePerS)}</th>`);
      expect(page).toContain(escapeText(says.split('`')[0]!));
    }
    const trials = /<section id="trials"[\s\S]*?<section id="asked"/.exec(page)![0];
    expect(trials.match(/<tr>/g)?.length ?? 0).toBe(file.trials.length === 0 ? 0 : file.trials.length + 1);
  });
});

describe('the pictures of a search', () => {
  const pictures = (file: CapacityFile) => pageOf(file).match(/<svg class="chart"[\s\S]*?<\/svg>/g) ?? [];
  /** Where a rate stands across the first picture. */
  const found = ANSWERS['found its limit']!;

  it('are drawn where there is something to draw, and say why where there is not', () => {
    expect(pictures(found)).toHaveLength(3);
    expect(pictures(ANSWERS['was limited by the generator']!)).toHaveLength(2);
    expect(pictures(ANSWERS['knows nothing']!)).toHaveLength(0);
    expect(pageOf(ANSWERS['knows nothing']!)).toContain('It takes two loads');
    expect(pageOf(ANSWERS['was limited by the generator']!)).toContain(
      'No Universal Scalability Law is shown: it takes 6 loads',
    );
  });

  it('have a mark for each load that tells something: dots held, crosses broke', () => {
    const [response] = pictures(found);
    const held = found.loads.filter(({ outcome }) => outcome === 'held').length;
    const broke = found.loads.filter(({ outcome }) => outcome === 'broke').length;
    expect(response!.match(/<circle class="ink-p99 fill-p99"/g)).toHaveLength(held);
    expect(response!.match(/<path class="ink-p99" d="M[\d. ]+L[\d. ]+M/g)).toHaveLength(broke);
  });

  it('shade the bracket from what held to what broke, on the very scale of the loads', () => {
    const [response] = pictures(found);
    const [, left, width] = /<rect class="fill-rejected" x="([\d.]+)" y="14" width="([\d.]+)"/.exec(response!)!;
    const dots = [...response!.matchAll(/<circle class="ink-p99 fill-p99" cx="([\d.]+)"/g)].map(([, cx]) => Number(cx));
    expect(Number(left)).toBeCloseTo(Math.max(...dots), 0);
    const crosses = [...response!.matchAll(/<path class="ink-p99" d="M([\d.]+) [\d.]+L[\d. ]+M/g)].map(
      ([, x]) => Number(x) + 4,
    );
    expect(Number(left) + Number(width)).toBeCloseTo(Math.min(...crosses), 0);
    const { broke } = { broke: { ...found, bracket: { ...found.bracket, brokePerS: null } } };
    expect(pictures(broke)[0]).toContain('at least this');
    const { below } = { below: { ...found, bracket: { ...found.bracket, heldPerS: null } } };
    expect(pictures(below)[0]).toContain('below this');
  });

  it('leave room on the right of the highest rate for its name, and for a band where nothing broke', () => {
    const most = Math.max(...found.loads.map(({ ratePerS }) => ratePerS));
    for (const perS of [most, 30, 100, 250].filter((each) => each >= most)) {
      const target = { ...found.target, meanPerS: perS, peakPerS: perS };
      const bracket = { ...found.bracket, heldPerS: perS, brokePerS: null };
      for (const picture of pictures({ ...found, target, bracket }).slice(0, 2)) {
        const [, name] = /<text class="tick" x="([\d.]+)"[^>]*>the profile</.exec(picture)!;
        expect(Number(name)).toBeLessThan(828 - 60);
        const [, width] = /<rect class="fill-rejected"[^>]* width="([\d.]+)"/.exec(picture)!;
        expect(Number(width)).toBeGreaterThan(60);
      }
    }
  });

  it('dot the law from where the loads end to where it says nothing any more', () => {
    const usl = pictures(found)[2]!;
    expect(usl.match(/stroke-dasharray="5 4"/g)).toHaveLength(1);
    const dotted = /d="M([\d.]+)[^"]*"[^>]*stroke-dasharray="5 4"/.exec(usl)!;
    const [, from] = /<text class="tick" x="([\d.]+)"[^>]*>extrapolated from here on/.exec(usl)!;
    expect(Number(dotted[1])).toBeCloseTo(Number(from) - 4, 0);
    const within = [...usl.matchAll(/<circle class="ink-fired fill-fired" cx="([\d.]+)"/g)].map(([, cx]) => Number(cx));
    expect(Number(dotted[1])).toBeGreaterThan(Math.max(...within) - 20);
  });
});

describe('a hostile target', () => {
  it.each(HOSTILE.map((text) => [JSON.stringify(text.slice(0, 30)), text]))('%s stays text', (_, text) => {
    const keep = new Set(['outcome', 'purpose', 'over', 'limitedBy', 'ending', 'backlog']);
    const file = everywhere(ANSWERS['found its limit']!, text);
    const restored = restore(file, ANSWERS['found its limit']!, keep) as CapacityFile;
    const page = pageOf(restored).replace('<script src="x.js"></script>', '');
    expect(page).not.toMatch(/<script|<svg onload|<!--/);
    expect(page.length).toBeLessThan(400_000);
  });
});

/** Words of fixed sets as they were. */
function restore(value: unknown, original: unknown, keep: ReadonlySet<string>, key = ''): unknown {
  if (typeof value === 'string') return keep.has(key) ? original : value;
  if (Array.isArray(value)) return value.map((each, at) => restore(each, (original as unknown[])[at], keep, key));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      restore(each, (original as Record<string, unknown>)[name], keep, name),
    ]),
  );
}
