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
    expect(formatMarkdown(record)).toContain(', 1 worker, driver undici (as asked), seed 42.');
    expect(formatMarkdown(record)).not.toContain('Noise floor');
    const generator = { ...record.generator, noiseFloor: { p50Us: 210, p99Us: 900 } };
    expect(formatMarkdown({ ...record, generator })).toContain(
      'Noise floor of this machine (response of a target that does nothing): p50 210 µs, p99 900 µs.',
    );
  });

  it('has every check of the generator, with its value, its limit, what of the run it touched, and each worker', () => {
    const { judgement, ...record } = unfit();
    const gates = judgement.gates.map((gate, i) =>
      i === 0
        ? { ...gate, known: false, byWorker: [3, 7].map((worker) => ({ worker, measured: `m${worker}` })) }
        : gate,
    );
    const text = formatMarkdown({ ...record, judgement: { ...judgement, gates } });
    const [, rows = ''] = /<details>[\s\S]*?--- \|\n([\s\S]*?)\n\n<\/details>/.exec(text) ?? [];
    const cells = rows.split('\n').map((row) =>
      row
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    );
    expect(cells.map(([, name]) => name)).toEqual(gates.map((gate) => gate.name));
    const late = cells.find(([, name]) => name === 'lateness')!;
    const gate = gates.find(({ name }) => name === 'lateness')!;
    expect(late[0]).toBe('⚠️ unfit');
    expect(Number.parseFloat(late[4]!)).toBeCloseTo(100 * gate.touched!, 0);
    expect(cells[0]).toMatchObject({ 0: 'unknown', 5: '3: m3<br>7: m7' });
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
