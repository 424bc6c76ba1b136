import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Gate, SloResult } from '../../src/judge/spec.ts';
import { plainPaint, widthOf } from '../../src/report/layout.ts';
import type { RunRecord } from '../../src/report/record.ts';
import { partAt, verdictSentence } from '../../src/report/sentence.ts';
import { formatSummary, SUMMARY_LINES } from '../../src/report/text.ts';
import { golden } from '../support/golden.ts';
import { failing, interrupted, passing, unfit } from './runs.ts';

const FOLDER = 'reports/2026-11-23T04-05-54Z-mi-fan-fest';
const summary = (record: RunRecord, width = 80) => formatSummary(record, { paint: plainPaint, width, folder: FOLDER });

const runs = { passing: passing(), failing: failing(), interrupted: interrupted(), unfit: unfit() };

describe('formatSummary', () => {
  for (const [name, record] of Object.entries(runs)) {
    for (const width of [60, 80, 120]) {
      it(`shows a ${name} run in ${width} columns`, () => {
        expect(summary(record, width)).toBe(golden(`report/summary-${name}-${width}.txt`, summary(record, width)));
      });
    }
  }

  it('starts with the verdict and the sentence that says why', () => {
    const line = summary(runs.failing, 120).split('\n').slice(0, 2).join(' ');
    expect(line).toContain(
      'FAIL  11,970 of 12,000 orders were accepted in 4 m; p99 414 ms during hourly at 00:02 broke',
    );
    expect(line).toContain('in 1 of 4 minutes, and 2 more SLOs were broken.');
    expect(summary(runs.passing)).toMatch(/^✔ PASS {2}11,987 of 12,000 orders/);
    expect(summary(runs.unfit)).toMatch(/^! INVALID /);
    expect(summary(runs.interrupted)).toMatch(/^\? INCONCLUSIVE /);
  });

  it('writes ≠ where an identity does not hold', () => {
    const { evidence } = runs.passing;
    const orders = { ...evidence.orders, fired: evidence.orders.fired - 1 };
    const broken = summary({ ...runs.passing, evidence: { ...evidence, orders } });
    expect(broken).toContain('12,000 planned ≠ 11,999 fired');
    expect(broken).toContain('11,999 fired   ≠ 11,987 accepted');
    expect(summary(runs.passing)).not.toContain('≠');
  });

  it('prints no percentile that its orders cannot support', () => {
    const response = summary(runs.interrupted)
      .split('\n')
      .find((line) => line.startsWith('response'))!;
    expect(response.trim().split(/ {2,}/).slice(4, 6)).toEqual(['–', '–']);
  });

  it('says the same without colour', () => {
    const marked = formatSummary(runs.failing, {
      paint: (style, text) => `<${style}>${text}</>`,
      width: 80,
      folder: FOLDER,
    });
    expect(marked).toContain('<fail>');
    expect(marked.replace(/<\/?\w*>/g, '')).toBe(summary(runs.failing));
  });

  it('keeps to 25 lines and the width, whatever the run', () => {
    const slo = fc.record({
      text: fc.constantFrom(
        'p99 < 300ms',
        `p99 < 300ms during ${'x'.repeat(90)}`,
        'errors < 0.1% in every 1m',
        '米粉节 p50 < 1s',
      ),
      status: fc.constantFrom<SloResult['status']>('pass', 'fail', 'inconclusive', 'not-checked'),
    });
    const gate = fc.record({
      name: fc.constantFrom('dropped', 'lateness'),
      status: fc.constantFrom<Gate['status']>('ok', 'warn', 'void'),
      measured: fc.constantFrom('none', 'worker 1: \u001b[31mError\nat x', 'm'.repeat(200)),
      limit: fc.constant('none'),
      touched: fc.constantFrom(undefined, 0.25),
      advice: fc.constantFrom('', 'use 2 workers, '.repeat(20)),
    });
    const cases = fc.record({
      slo: fc.array(slo, { maxLength: 40 }),
      gates: fc.array(gate, { maxLength: 12 }),
      run: fc.constantFrom(...Object.values(runs)),
      width: fc.integer({ min: 60, max: 120 }),
    });
    const check = ({
      slo: slos,
      gates,
      run,
      width,
    }: {
      slo: { text: string; status: SloResult['status'] }[];
      gates: Gate[];
      run: RunRecord;
      width: number;
    }) => {
      const base = run.judgement.slo[0]!;
      const results = slos.map((each) => ({ ...base, ...each }));
      const text = summary({ ...run, judgement: { ...run.judgement, slo: results, gates } }, width);
      const lines = text.split('\n');
      expect(lines.length).toBeLessThanOrEqual(SUMMARY_LINES);
      for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(width);
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u.exec(text.replaceAll('\n', ''))?.[0] ?? /$^/);
      const named = results.filter((result) => text.includes(result.text.slice(0, 11))).length;
      if (results.length > 0 && named === 0) throw new Error('no SLO is shown');
      if (results.length > 12) expect(text).toMatch(/and \d+ more in result\.json/);
    };
    fc.assert(fc.property(cases, check), { seed: 20261123, numRuns: 60 });
  });

  it('shows what broke before what held when not all fits', () => {
    const [first] = runs.passing.judgement.slo;
    const slo = Array.from(
      { length: 30 },
      (_, index): SloResult => ({
        ...first!,
        text: `p99 < ${index}s`,
        status: index === 29 ? 'fail' : 'pass',
      }),
    );
    const text = summary({ ...runs.passing, judgement: { ...runs.passing.judgement, slo } });
    expect(text).toMatch(/✘ broken {2}p99 < 29s/);
    const shown = text.split('\n').filter((line) => /^[✔✘] (held|broken)/.test(line)).length;
    expect(text).toContain(`and ${30 - shown} more in result.json`);
  });
});

describe('verdictSentence', () => {
  it('names the SLO that cannot be judged, or why nothing can', () => {
    expect(verdictSentence(runs.interrupted)).toBe(
      '62 of 120 orders were accepted in 31.4 s, when the run was interrupted; too little evidence to judge `p99 < 300ms` and 1 more SLO.',
    );
    const none = { ...runs.passing.judgement, verdict: 'inconclusive' as const, slo: [] };
    const reasons = [{ code: 'no-slo', message: 'the profile has no `slo:`' }];
    expect(verdictSentence({ ...runs.passing, judgement: { ...none, reasons } })).toMatch(
      /; the profile has no `slo:`\.$/,
    );
  });

  it('says which condition stopped the run', () => {
    const evidence = {
      ...runs.failing.evidence,
      ending: { kind: 'stopped', text: 'errors > 20% for 30s', atUs: 90e6 },
    } as const;
    expect(verdictSentence({ ...runs.failing, evidence })).toMatch(
      /^11,970 of 12,000 orders were accepted in 1 m 30 s, when `errors > 20% for 30s` stopped the run; p99/,
    );
  });
});

describe('partAt', () => {
  const { evidence } = runs.failing;
  const phases = [
    { part: 'base', fromUs: 0, untilUs: evidence.durationUs },
    { part: 'hourly', fromUs: 60.4e6, untilUs: 90.2e6 },
    { part: 'flash', fromUs: 70e6, untilUs: 80e6 },
  ];
  const at = (fromS: number, untilS: number) => partAt({ ...evidence, phases }, fromS * 1e6, untilS * 1e6);

  it('names the part that a window lies in, the latest of several', () => {
    expect(at(85, 90)).toBe(' during hourly at 00:01');
    expect(at(71, 72)).toBe(' during flash at 00:01:10');
    expect(at(78, 82)).toBe(' during hourly at 00:01');
    expect(at(60, 91)).toBe(' during hourly at 00:01');
  });

  it('blames no part for a window that reaches beyond it, nor the base for anything', () => {
    for (const [from, until] of [
      [0, 240],
      [0, 60],
      [55, 65],
      [85, 95],
      [60, 120],
    ] as const)
      expect(at(from, until)).toBe('');
  });
});
