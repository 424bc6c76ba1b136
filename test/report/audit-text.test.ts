import { describe, expect, it } from 'vitest';
import type { AuditResult } from '../../src/audit/spec.ts';
import { INVARIANTS } from '../../src/audit/spec.ts';
import { standingWays, unknownText } from '../../src/report/audit-text.ts';
import { plainPaint, widthOf } from '../../src/report/layout.ts';
import { formatMarkdown } from '../../src/report/markdown.ts';
import type { RunRecord } from '../../src/report/record.ts';
import { resultOf } from '../../src/report/result.ts';
import { verdictSentence } from '../../src/report/sentence.ts';
import { formatSummary, SUMMARY_LINES } from '../../src/report/text.ts';
import { golden } from '../support/golden.ts';
import { asJourney, withAudit } from './audited.ts';
import { cleanAudit, cutAudit, lossyAudit } from './audits.ts';
import { pageOf } from './html/pages.ts';
import { passing, unfit } from './runs.ts';

const summary = (record: RunRecord, width = 80) =>
  formatSummary(record, { paint: plainPaint, width, folder: 'reports/2026-11-23T04-05-54Z-mi-fan-fest' });

const runs = {
  clean: withAudit(passing(), cleanAudit()),
  lossy: withAudit(passing(), lossyAudit()),
  cut: withAudit(passing(), cutAudit()),
};

describe('the audit on the screen', () => {
  for (const [name, record] of Object.entries(runs)) {
    for (const width of [60, 80, 120]) {
      it(`of a ${name} run in ${width} columns`, () => {
        const text = summary(record, width);
        expect(text).toBe(golden(`report/summary-audit-${name}-${width}.txt`, text));
        const lines = text.split('\n');
        expect(lines.length).toBeLessThanOrEqual(SUMMARY_LINES);
        for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(width);
      });
    }
  }

  it('says what broke with its count, the first order of it, and what became of unknown orders', () => {
    const text = summary(runs.lossy, 120);
    expect(text).toContain('\naudit      ✘ lost 2 · ✔ 1 held · - 7 not checked\n');
    expect(summary(runs.clean, 120)).toMatch(/\naudit {6}✔ 2 held · - 7 not checked: duplicated, .*, unread\n/);
    expect(text).toContain('lost: 2 of 11,970 accepted orders are not in the books');
    expect(text).toContain('order #17, key c0ffee00-0000-8000-8000-000000000017: due 00:00:03.200, `sold` at');
    expect(text).toContain('\nbooks      11,971 rows; of 12 unknown orders 1 was placed, 11 were not\n');
    expect(text).toContain('\nattempts   13,200 for 12,000 orders, 1.10 an order\n');
  });

  it('is not there where nobody looked at any books, nor where no answer showed anything', () => {
    const nothing: AuditResult = {
      ...cleanAudit(),
      books: undefined,
      invariants: cleanAudit().invariants.map((each) => ({ ...each, status: 'not-checked' })),
      attempts: { orders: 12_000, attempts: 12_000 },
    };
    for (const record of [passing(), withAudit(passing(), nothing)]) {
      expect(summary(record)).not.toMatch(/\n(audit|attempts) /);
      expect(formatMarkdown(record)).not.toMatch(/\| Audit|Attempts/);
    }
    // Orders that shoppers sent again load the shop whether anybody looks at its books or not.
    const again = withAudit(passing(), { ...nothing, attempts: { orders: 10, attempts: 30 } });
    expect(summary(again)).toContain('\nattempts   30 for 10 orders, 3.00 an order\n');
    expect(summary(again)).not.toContain('\naudit ');
    expect(formatMarkdown(again)).toContain('Attempts: 30 for 10 orders, 3.00 an order.');
    expect(formatMarkdown(again)).not.toContain('| Audit');
    const page = pageOf(again);
    expect(page).toContain('30 attempts were made for 10 orders, 3.00 an order.');
  });

  it('keeps to 25 lines when all is broken, in a run that is unfit, with steps', () => {
    const broken: AuditResult = {
      ...lossyAudit(),
      incomplete: 'the books say they have 12,000 orders, and gave 11,000; '.repeat(6),
      invariants: INVARIANTS.map((name) => ({ ...lossyAudit().invariants[1]!, name })),
    };
    for (const width of [60, 80, 120]) {
      const steps = ['cart', 'address', 'payment', 'a step with a long name'];
      const lines = summary(withAudit(asJourney(unfit(), steps), broken), width).split('\n');
      expect(lines.length).toBeLessThanOrEqual(SUMMARY_LINES);
      expect(lines.some((line) => line.startsWith('audit '))).toBe(true);
      expect(lines.some((line) => line.startsWith('folder '))).toBe(true);
      for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(width);
    }
  });

  it('takes control characters out of what the shop said', () => {
    const audit = lossyAudit();
    const dirty = audit.invariants.map((each) =>
      each.name === 'lost' ? { ...each, examples: [{ says: 'order `\u001b[31mx\u202e`' }], says: 'a\u0007b' } : each,
    );
    const record = withAudit(passing(), { ...audit, invariants: dirty });
    for (const text of [summary(record), formatMarkdown(record), verdictSentence(record)]) {
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });
});

describe('the verdict sentence of an audited run', () => {
  it('names the invariant and what the books show', () => {
    expect(verdictSentence(runs.lossy)).toMatch(
      /accepted in 4 m; lost 2 in the audit: 2 of 11,970 accepted orders are not in the books\.$/,
    );
  });

  it('does not blame the generator for books that were not read whole', () => {
    expect(verdictSentence(runs.cut)).toMatch(
      /^The shop's books were not read whole, so this run proves nothing \(audit incomplete: the export broke off after 5,000 rows\); /,
    );
    expect(summary(runs.cut)).toContain('generator  fit: all 6 checks held');
  });

  it('shows what broke in a run that is void for another reason', () => {
    expect(verdictSentence(withAudit(unfit(), lossyAudit()))).toMatch(
      /^The generator was not fit.*\); all the same lost 2 in the audit: 2 of 11,970 .*; [\d,]+ of [\d,]+ orders/,
    );
  });
});

describe('the audit in Markdown', () => {
  it('has a line for each invariant, and the first orders of what broke', () => {
    const text = formatMarkdown(runs.lossy);
    expect(text).toBe(`${golden('report/summary-audit-lossy.md', text.trimEnd())}\n`);
    for (const name of INVARIANTS) expect(text).toContain(`<code>${name.replace('_', '&#95;')}</code>`);
    expect(formatMarkdown(runs.cut)).toContain('⚠️ **Audit incomplete:** the export broke off');
  });
});

describe('words for unknown orders', () => {
  it('know one from many and none', () => {
    const say = (placed: number, notPlaced: number) =>
      unknownText({ total: placed + notPlaced, placed, notPlaced, examples: [] });
    expect(say(0, 0)).toBe('no order is unknown');
    expect(say(1, 0)).toBe('of 1 unknown order 1 was placed, 0 were not');
    expect(say(2, 1)).toBe('of 3 unknown orders 2 were placed, 1 was not');
    expect(standingWays(cleanAudit())[1]).toBe('✔ 2 held · - 7 not checked');
  });
});

describe('a journey', () => {
  const record = asJourney(passing(), ['cart', 'address', 'payment']);

  it('shows what each step took and how long the shoppers paused', () => {
    expect(summary(record, 120)).toMatch(
      /\nservice .*\n {2}cart .* 4\.\d+ ms .* of that\n {2}address .*\n {2}payment .*\nthink .* 250 ms .* the shopper's own pauses\n/,
    );
    expect(formatMarkdown(record)).toMatch(/\| service: address \| .*\n\| service: payment \| .*\n\| think \| 250 ms/);
  });

  it('of one step, without a pause, says no more than a plain order', () => {
    const text = summary(asJourney(passing(), ['buy'], 0), 120);
    expect(text).not.toMatch(/\n {2}buy |\nthink /);
    expect(formatMarkdown(asJourney(passing(), ['buy'], 0))).not.toMatch(/service: buy|\| think/);
  });

  it('has them in result.json', () => {
    const { steps, think } = resultOf(record);
    expect(steps.map(({ name, count }) => [name, count])).toEqual([
      ['cart', 12_000],
      ['address', 12_000],
      ['payment', 12_000],
    ]);
    expect(think).toMatchObject({ count: 12_000, minUs: 250_000, maxUs: 250_000 });
    expect(resultOf(passing())).toMatchObject({ steps: [], think: { count: 0 } });
  });
});
