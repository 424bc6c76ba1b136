import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { type CapacityFile, capacityFileOf } from '../../src/report/capacity-file.ts';
import { formatCapacityMarkdown } from '../../src/report/capacity-markdown.ts';
import type { CapacityRecord } from '../../src/report/capacity-record.ts';
import { CAPACITY_SCHEMA } from '../../src/report/capacity-schema.ts';
import { formatCapacityText } from '../../src/report/capacity-text.ts';
import { formatCapacityPage } from '../../src/report/html/capacity/page.ts';
import { plainPaint, widthOf } from '../../src/report/layout.ts';
import { golden } from '../support/golden.ts';
import { foundCapacity, limitedByGenerator, nothingKnown } from './capacities.ts';

const RECORDS: Record<string, () => CapacityRecord> = {
  found: foundCapacity,
  generator: limitedByGenerator,
  nothing: nothingKnown,
};
const validate = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true }).compile(CAPACITY_SCHEMA);
const asRead = (record: CapacityRecord): CapacityFile =>
  JSON.parse(JSON.stringify(capacityFileOf(record, ['profile.yaml', 'capacity.json'])));
const mistakesIn = (value: unknown): unknown[] => (validate(value) ? [] : (validate.errors ?? []));

describe('capacity.json', () => {
  it.each(Object.entries(RECORDS))('of a search that %s is what the schema says', (_, make) => {
    expect(mistakesIn(asRead(make()))).toEqual([]);
  });

  it('has no property that the schema does not name, nor lacks one, at any depth', () => {
    const file = asRead(foundCapacity());
    expect(mistakesIn({ ...file, extra: 1 })).not.toEqual([]);
    for (const name of Object.keys(file) as (keyof CapacityFile)[]) {
      const { [name]: value, ...without } = file;
      expect(mistakesIn(without), name).not.toEqual([]);
      const [first] = Array.isArray(value) ? value : [value];
      if (typeof first !== 'object' || first === null) continue;
      const bent = { ...first, extra: 1 };
      expect(mistakesIn({ ...file, [name]: Array.isArray(value) ? [bent] : bent }), name).not.toEqual([]);
    }
  });

  it('has null for what is not known, and no secret of the command', () => {
    const record = limitedByGenerator();
    const file = asRead({ ...record, run: { ...record.run, command: 'doorbuster capacity x --target http://a:b@h/' } });
    expect(file.bracket).toEqual({ heldPerS: 107, brokePerS: null, relativeWidth: null });
    expect(file.headroom.overPeak).toEqual({ low: 1.75, high: null });
    expect(file.loads.at(-1)).toMatchObject({ outcome: 'discarded', goodputPerS: null, p99Us: null });
    expect(file.run.command).not.toContain('a:b');
    expect(JSON.stringify(file)).not.toMatch(/undefined|NaN/);
  });

  it('is the published schema', () => {
    const text = JSON.stringify(CAPACITY_SCHEMA, null, 2);
    expect(golden('../../schema/capacity.schema.json', text)).toBe(text);
    expect(JSON.parse(readFileSync(new URL('../../schema/capacity.schema.json', import.meta.url), 'utf8'))).toEqual(
      JSON.parse(text),
    );
  });
});

describe('the summary of a search', () => {
  const textOf = (record: CapacityRecord, width: number) =>
    formatCapacityText(asRead(record), { paint: plainPaint, width, folder: 'reports/2026-11-23T04-05-54Z-capacity' });

  for (const [name, make] of Object.entries(RECORDS)) {
    for (const width of [60, 100]) {
      it(`that ${name}, in ${width} columns`, () => {
        const text = textOf(make(), width);
        expect(text).toBe(golden(`report/capacity-${name}-${width}.txt`, text));
        for (const line of text.split('\n')) expect(widthOf(line), line).toBeLessThanOrEqual(width);
        expect(text).not.toMatch(/NaN|undefined|null|Infinity/);
      });
    }
    it(`that ${name} is a step summary too`, () => {
      const text = formatCapacityMarkdown(asRead(make()));
      expect(text).toBe(golden(`report/capacity-${name}.md`, text.trimEnd()).concat('\n'));
    });
  }

  it('labels the number of the probe wherever it stands, and has none of its times', () => {
    const record = foundCapacity();
    for (const text of [textOf(record, 100), formatCapacityMarkdown(asRead(record))]) {
      for (const line of text.split('\n').filter((each) => each.includes('131/s'))) expect(line).toMatch(/closed loop/);
      expect(text).toContain('131/s');
    }
  });

  it('counts of a load the trials that told something, and says how long it was held', () => {
    const record = foundCapacity();
    const { trials, loads, bracket } = record.capacity;
    const held = loads.find(({ ratePerS }) => ratePerS === bracket.held)!;
    const like = trials.find(({ index }) => index === held.trials.at(-1))!;
    const spoilt = { ...like, index: 90, outcome: 'discarded' as const, durationUs: 300e6 };
    const long = { ...like, index: 91, durationUs: 60e6 };
    held.trials = [like.index, 90, 91];
    held.durationUs = like.durationUs + 60e6;
    trials.push(spoilt, long, { ...like, index: 92, outcome: 'broke', durationUs: 90e6 });
    for (const text of [textOf(record, 100), formatCapacityPage(asRead(record), { kind: 'files', css: '', js: '' })]) {
      expect(text.includes('2 in 1 m 20 s')).toBe(true);
      expect(text.replace(/\s+/g, ' ')).toMatch(/confirmed by a hold of 1 m(?! \d)/);
    }
    expect(formatCapacityMarkdown(asRead(record))).toMatch(/2 in 1 m 20 s/);
  });

  it('says why the bracket is no narrower, and not that it is narrow where nothing held', () => {
    const wordsOf = (changes: Parameters<typeof foundCapacity>[0]) => {
      const record = foundCapacity(changes);
      const file = asRead(record);
      const page = formatCapacityPage(file, { kind: 'files', css: '', js: '' });
      return [textOf(record, 100), formatCapacityMarkdown(file), page].map((text) => text.replace(/\s+/g, ' '));
    };
    for (const text of wordsOf({ limitedBy: 'shop', bracket: { held: undefined, broke: 105 }, confirmed: false })) {
      expect(text).toContain('no load held, however low');
      expect(text).not.toContain('as narrow as was asked');
    }
    for (const text of wordsOf({ limitedBy: 'shop' })) expect(text).toContain('as narrow as was asked');
    for (const text of wordsOf({ limitedBy: 'generator' })) expect(text).toContain('our connections were too few');
  });

  it('leaves out the loads farthest from the answer where there are too many', () => {
    const { capacity } = foundCapacity();
    const many = Array.from({ length: 40 }, (_, at) => ({ ...capacity.loads[0]!, ratePerS: 10 + at * 5 }));
    const text = textOf(foundCapacity({ loads: many, bracket: { held: 100, broke: 105 } }), 100);
    expect(text).toContain('and 26 more in capacity.json');
    expect(text).toMatch(/\n100\/s/);
    expect(text).not.toMatch(/\n *10\/s/);
  });
});
