import { describe, expect, it } from 'vitest';
import { formatMarkdown } from '../../src/report/markdown.ts';
import { steadyOrders } from '../support/evidence.ts';
import { golden } from '../support/golden.ts';
import { planOf, recordOf } from '../support/record.ts';
import { failing, interrupted, passing, unfit } from './runs.ts';

describe('formatMarkdown', () => {
  for (const [name, record] of Object.entries({
    passing: passing(),
    failing: failing(),
    interrupted: interrupted(),
    unfit: unfit(),
  })) {
    it(`shows a ${name} run`, () => {
      const text = formatMarkdown(record);
      expect(text.trimEnd()).toBe(golden(`report/summary-${name}.md`, text.trimEnd()));
    });
  }

  it('has tables whose rows all have the columns of their head', () => {
    const rows = formatMarkdown(failing())
      .split('\n\n')
      .filter((section) => section.startsWith('|'));
    expect(rows.length).toBeGreaterThan(3);
    for (const table of rows) {
      const widths = table.split('\n').map((row) => row.split('|').length);
      expect(new Set(widths).size, table).toBe(1);
    }
  });

  it('says which driver it was, and how far the machine itself is to be heard', () => {
    const record = passing();
    expect(formatMarkdown(record)).toContain(', 1 worker, driver undici, seed 42.');
    expect(formatMarkdown(record)).not.toContain('Noise floor');
    const generator = { ...record.generator, noiseFloor: { p50Us: 210, p99Us: 900 } };
    expect(formatMarkdown({ ...record, generator })).toContain(
      'Noise floor of this machine (response of a target that does nothing): p50 210 µs, p99 900 µs.',
    );
  });

  it('keeps every foreign string text', () => {
    const evil = 'x|`<script>alert(1)</script>`\n# owned ![i](http://evil/) \u202e@team';
    const record = recordOf(steadyOrders(10, 10), {
      outcomes: [{ name: evil, class: 'accepted' }],
      slo: ['p50 < 1s'],
      plan: { name: evil, target: { ...planOf().target, shown: evil } },
      run: { command: `doorbuster run '${evil}'`, id: evil },
    });
    const [slo] = record.judgement.slo;
    const text = formatMarkdown({ ...record, judgement: { ...record.judgement, slo: [{ ...slo!, text: evil }] } });
    expect(text).not.toContain('<script');
    expect(text).not.toContain('\u202e');
    expect(text).not.toContain('![');
    expect(text).not.toContain('@team');
    expect(text).not.toMatch(/^# owned/m);
    expect(text.match(/alert/g)!.length).toBeGreaterThanOrEqual(6);
  });
});
