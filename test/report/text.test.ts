import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeSlo } from '../../src/judge/judge-slo.ts';
import { parseSlo } from '../../src/judge/slo.ts';
import type { Gate, SloResult } from '../../src/judge/spec.ts';
import { histogramShape } from '../../src/measure/histogram.ts';
import { Opened } from '../../src/measure/opened.ts';
import { openedHistograms } from '../../src/measure/opened-histograms.ts';
import type { Adjustment } from '../../src/profile/plan.ts';
import { formatAnnouncement } from '../../src/report/announce.ts';
import { plainPaint, widthOf } from '../../src/report/layout.ts';
import { formatMarkdown } from '../../src/report/markdown.ts';
import type { RunRecord } from '../../src/report/record.ts';
import { resultOf } from '../../src/report/result.ts';
import { partAt, verdictSentence } from '../../src/report/sentence.ts';
import { formatSummary, SUMMARY_LINES } from '../../src/report/text.ts';
import type { Order } from '../support/evidence.ts';
import { steadyOrders } from '../support/evidence.ts';
import { golden } from '../support/golden.ts';
import { recordOf } from '../support/record.ts';
import { withAudit } from './audited.ts';
import { cleanAudit, cutAudit, lossyAudit } from './audits.ts';
import { crowded, failing, interrupted, passing, unfit } from './runs.ts';

const FOLDER = 'reports/2026-11-23T04-05-54Z-mi-fan-fest';
const summary = (record: RunRecord, width = 80) => formatSummary(record, { paint: plainPaint, width, folder: FOLDER });

const ADJUSTMENTS = (['scale', 'speed', 'condense'] as const).map((flag): Adjustment => {
  return {
    flag,
    value: '4m',
    says: 'something was changed',
    cannotShow: `what ${flag} hides: ${'leaks, '.repeat(12)}`,
  };
});
type Noted = { insecure?: boolean; warnings?: string[]; adjustments?: Adjustment[] };
const noted = (record: RunRecord, { insecure = false, warnings = [], adjustments = [] }: Noted): RunRecord => {
  const { plan, run } = record;
  const target = { ...plan.target, tls: { ...plan.target.tls, insecure } };
  return { ...record, plan: { ...plan, target, adjustments }, run: { ...run, warnings } };
};

const runs = { passing: passing(), failing: failing(), interrupted: interrupted(), unfit: unfit() };

describe('formatSummary', () => {
  for (const [name, record] of Object.entries(runs)) {
    for (const width of [60, 80, 120]) {
      it(`shows a ${name} run in ${width} columns`, () => {
        expect(summary(record, width)).toBe(golden(`report/summary-${name}-${width}.txt`, summary(record, width)));
      });
    }
  }

  it('gives a line that a check does not need to one that needs it', () => {
    const gate = (name: string, advice: string): Gate => {
      return { name, status: 'void', measured: 'none', limit: 'all', touched: undefined, advice };
    };
    const advice = 'raise `target.connections` or `target.queue`, for these are shoppers that were never even sent';
    const gates = [gate('dropped', advice), ...['a', 'b', 'c', 'd'].map((name) => gate(name, ''))];
    const judgement = { ...runs.passing.judgement, gates, verdict: 'invalid' as const };
    const text = summary({ ...runs.passing, judgement }, 80);
    expect(text.split('\n').length).toBeLessThanOrEqual(SUMMARY_LINES);
    expect(text.replaceAll(/\s+/g, ' ')).toContain('that were never even sent.');
  });

  it('starts with the verdict and the sentence that says why', () => {
    const line = summary(runs.failing, 120).split('\n').slice(0, 2).join(' ');
    expect(line).toContain(
      'FAIL  11,970 of 12,000 orders were accepted in 4 m; p99 414 ms at 00:02 during hourly broke',
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
      insecure: fc.boolean(),
      warnings: fc.array(fc.constantFrom('short', 'a warning of many words, '.repeat(9)), { maxLength: 4 }),
      adjustments: fc.subarray(ADJUSTMENTS),
      audit: fc.constantFrom(undefined, cleanAudit(), lossyAudit(), cutAudit()),
    });
    type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;
    const check = ({ slo: slos, gates, run, width, insecure, warnings, adjustments, audit }: Case) => {
      const base = run.judgement.slo[0]!;
      const results = slos.map((each) => ({ ...base, ...each }));
      const record = noted(run, { insecure, warnings, adjustments });
      const judged = { ...record, judgement: { ...run.judgement, slo: results, gates } };
      const text = summary(audit === undefined ? judged : withAudit(judged, audit), width);
      expect(text.includes('\naudit ')).toBe(audit !== undefined);
      expect(text.includes('INSECURE')).toBe(insecure);
      expect(text).toContain('\nfolder     ');
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

describe('what must be known beside the numbers', () => {
  const warning = 'the `limit` outcome never matches: `sold_out` above it does';
  const told = noted(runs.passing, { insecure: true, warnings: [warning], adjustments: ADJUSTMENTS.slice(2) });

  it('is said below the verdict, and above the folder', () => {
    for (const width of [60, 80, 120]) {
      const text = summary(told, width).replaceAll(/\n {2,}/g, ' ');
      expect(text).toMatch(
        /^✔ PASS[\s\S]*\nINSECURE {3}the target's certificate was NOT checked: anyone may have answered\n\n/,
      );
      expect(text).toContain('\nwarning    the `limit` outcome never matches');
      // At 60 columns one line is left, and the adjustment needs it as well.
      if (width > 60) expect(text).toContain(`\nwarning    ${warning}\nfolder`);
    }
    expect(summary(runs.passing)).not.toMatch(/INSECURE|warning/);
  });

  it('is painted as loudly', () => {
    const marked = formatSummary(told, { paint: (style, text) => `<${style}>${text}</>`, width: 80 });
    expect(marked).toContain('<fail>INSECURE</>');
    expect(marked).toContain('<warn>warning</>');
  });

  it('is in the Markdown before the first table', () => {
    const [head] = formatMarkdown(told).split('\n| ');
    expect(head).toContain("**🔓 INSECURE: the target's certificate was NOT checked");
    expect(head).toContain('⚠️ **Warning:** the &#96;limit&#96; outcome');
    expect(formatMarkdown(runs.passing)).not.toMatch(/INSECURE|Warning/);
  });

  it('is that answers were given up, with how long they had been waited for', () => {
    const outcomes = [
      { name: 'sold', class: 'accepted' },
      { name: 'abandoned', class: 'unknown' },
      { name: 'not-sent', class: 'failed' },
    ] as const;
    const ends = ['accepted', 'unknown', 'failed'] as const;
    const givenUp = (unsent: number) =>
      recordOf(
        steadyOrders(10, 2, (dueUs, k) => {
          const outcome = k < 15 ? 0 : k < 20 - unsent ? 1 : 2;
          const sent = outcome === 2 ? { sentUs: null } : {};
          return { ends: ends[outcome]!, doneUs: k < 15 ? dueUs + 1_000 : 3e6, ...sent };
        }),
        { outcomes, ending: { kind: 'interrupted', signal: 'SIGINT', atUs: 2e6 } },
      );
    const says = 'given up   5 answers not waited for: they are among the times with the up to 1.45 s waited by then';
    for (const unsent of [0, 2, 5]) expect(summary(givenUp(unsent), 120)).toContain(says);
    expect(formatMarkdown(givenUp(1))).toContain('**Given up:** 5 answers not waited for');
    expect(summary(runs.interrupted, 120)).not.toContain('given up');
  });

  it('is whole where lines are free', () => {
    const text = summary(told, 80);
    expect(text.match(/leaks,/g)).toHaveLength(12);
    expect(text).not.toContain('…');
    expect(text.split('\n').length).toBeLessThanOrEqual(SUMMARY_LINES);
  });
});

describe('what it took to open connections', () => {
  const openedOf = (tls: number) => {
    const shape = histogramShape(10e6);
    const opened = new Opened(shape);
    for (let k = 0; k < 400; k++) opened.record(1_000 + k, k < tls ? 30_000 : Number.NaN);
    return openedHistograms(shape, [opened.drain()]);
  };
  const withOpened = (tls: number, connection: 'fresh' | 'keep-alive' = 'keep-alive') => {
    const { evidence, plan, ...record } = passing();
    const target = { ...plan.target, connection };
    return { ...record, plan: { ...plan, target }, evidence: { ...evidence, opened: openedOf(tls) } };
  };

  it('stands below what the shop took where it was a handshake, or one for every order', () => {
    const text = summary(withOpened(400), 80);
    expect(text).toMatch(/\nservice .*\nwait .*\n {2}connect {2,}400 .*\n {2}TLS {2,}400 +30 ms/);
    expect(summary(withOpened(400), 120)).toMatch(/\nwait .* for a connection\n.* of that, TCP\n.* of that, TLS\n/);
    for (const line of text.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(80);
    expect(summary(withOpened(0, 'fresh'), 80)).toMatch(/\n {2}connect {2,}400 .*\noutcomes/);
    expect(summary(withOpened(0), 80)).not.toMatch(/connect/);
    expect(text.split('\n').length).toBeLessThanOrEqual(SUMMARY_LINES);
  });

  it('is in result.json and in the Markdown', () => {
    const { connect, tls } = resultOf(withOpened(3));
    expect(connect).toMatchObject({ count: 400, minUs: 1_000, maxUs: 1_399 });
    expect(tls).toMatchObject({ count: 3, minUs: 30_000, p99Us: null });
    expect(formatMarkdown(withOpened(400))).toMatch(/\| wait: connect \| 1\.2 ms[\s\S]*\| wait: TLS \| 30 ms/);
    expect(resultOf(passing()).connect).toMatchObject({ count: 0, p50Us: null });
    expect(formatMarkdown(passing())).not.toContain('wait: ');
  });
});

describe('formatAnnouncement', () => {
  it.each([60, 80, 120])('fits %i columns', (width) => {
    const record = noted(runs.unfit, {
      insecure: true,
      warnings: ['many words '.repeat(20)],
      adjustments: ADJUSTMENTS,
    });
    const run = { ...record.run, workersReason: 'peak 389/s, 5,000/s per worker with the undici driver, by default' };
    const plan = { ...record.plan, name: 'the festival of '.repeat(9) };
    const text = formatAnnouncement(plan, run, 389, { paint: plainPaint, width });
    for (const line of text.split('\n')) expect(widthOf(line), line).toBeLessThanOrEqual(width);
    expect(text.replaceAll('\n', ' ')).toContain('by default), driver undici (as asked), seed 42');
  });

  it('knows one order from many', () => {
    const { plan, run } = runs.passing;
    const one = { ...plan, traffic: { ...plan.traffic, orders: 1 } };
    expect(formatAnnouncement(one, run, 0.1, { paint: plainPaint, width: 120 })).toContain(': 1 order in 10 s');
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

  it('says when a limit was broken at its worst, not when the part began', () => {
    const broken = (slo: string, phases = runs.failing.evidence.phases) => {
      const orders = steadyOrders(50, 240, (dueUs) => ({
        doneUs: dueUs + (Math.floor(dueUs / 1e6) === 137 ? 2e6 : 20_000),
      }));
      return verdictSentence(recordOf(orders, { slo: [slo], phases }));
    };
    expect(broken('max < 1s in every 1s')).toContain('; max 2 s at 00:02:17 during hourly broke `max');
    expect(broken('max < 1s in every 1s', [])).toContain('; max 2 s at 00:02:17 broke `max');
    expect(broken('max < 1s')).toContain('; max 2 s broke `max < 1s`.');
  });

  it('says from when on a queue grew, and of a recovery only how long it took', () => {
    const broken = (text: string) => {
      const parsed = parseSlo(text, { parts: ['hourly'], place: 'slo' });
      if (!parsed.ok) throw new Error(parsed.mistake.message);
      const slo = [judgeSlo(parsed.slo, { text, place: undefined }, crowded().evidence)];
      return verdictSentence({ ...crowded(), judgement: { ...crowded().judgement, verdict: 'fail', slo } });
    };
    expect(broken('backlog stable')).toMatch(/; a queue that grew from 00:01:42 broke `backlog stable`/);
    expect(broken('recovers within 5s after hourly')).toMatch(/; a recovery of [\d.]+ s broke `recovers within 5s/);
  });

  it('says which condition stopped the run', () => {
    const evidence = {
      ...runs.failing.evidence,
      ending: { kind: 'stopped', text: 'errors > 20% for 30s', atUs: 90e6 },
    } as const;
    expect(verdictSentence({ ...runs.failing, evidence })).toMatch(
      /^11,970 of 12,000 orders were accepted in 1 m 30 s and the [^,]+ after, when `errors > 20% for 30s` stopped the run; p99/,
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
  const at = (fromS: number, untilS: number) =>
    partAt({ ...evidence, phases }, { fromUs: fromS * 1e6, untilUs: untilS * 1e6 });

  it('names the part that a window lies in, the latest of several', () => {
    expect(at(85, 90)).toBe(' during hourly');
    expect(at(71, 72)).toBe(' during flash');
    expect(at(78, 82)).toBe(' during hourly');
    expect(at(60, 91)).toBe(' during hourly');
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

describe('orders that are too few for a percentile', () => {
  const few = (doneUs: number, slo: string[] = ['p99 < 1s'], many = 74) =>
    recordOf(
      steadyOrders(many, 1, (dueUs) => ({ doneUs: dueUs + doneUs })),
      { slo },
    );

  it('are said to be too few, and what they were seen to do', () => {
    const slow = few(1.5e6);
    expect(slow.judgement.slo[0]).toMatchObject({ status: 'fail', measured: undefined, samples: 74 });
    for (const text of [summary(slow), formatMarkdown(slow)]) {
      expect(text).toContain('74 of 74 orders took 1 s or longer');
      expect(text).not.toContain('no data');
      expect(text).toContain('too few');
    }
    expect(verdictSentence(slow)).toMatch(
      /^74 of 74 orders were accepted in 1 s and the 2 s after; 74 of 74 orders took 1 s or longer, which broke `p99 < 1s`\.$/,
    );
  });

  it('and how many it takes, whole or not at all', () => {
    const open = few(20_000, ['p99 < 300ms'], 247);
    const [slo] = open.judgement.slo.map((each) => ({ ...each, text: `${each.text} during a-part-with-a-long-name` }));
    const text = (width: number) => summary({ ...open, judgement: { ...open.judgement, slo: [slo!] } }, width);
    expect(text(120)).toContain('too few  it takes 368 orders to tell p99');
    expect(text(80)).toMatch(/too few {2}0 of 247 slow$/m);
  });

  it('are no data only where there are none', () => {
    const none = few(0, ['p99 of failed < 1s']);
    expect(summary(none)).toMatch(/\? open {4}p99 of failed < 1s {2}no data/);
  });
});

describe('the grammar of the sentence', () => {
  const because = (slo: string, ends: (index: number) => Order['ends'] = () => 'accepted', forS = 10) =>
    verdictSentence(
      recordOf(
        steadyOrders(40, forS, (dueUs, index) => ({ doneUs: dueUs + 20_000, ends: ends(index) })),
        { slo: [slo] },
      ),
    ).replace(/^.*; /, '');

  it('fits what was measured', () => {
    expect(because('errors < 1%')).toBe('the SLO held, errors were 0 %.');
    expect(because('accepted >= 99% of plan')).toBe('the SLO held, 100 % of plan were accepted.');
    expect(because('p99 < 1s')).toBe('the SLO held, p99 was 20 ms.');
    const failing = (index: number) => (index < 1 ? 'failed' : 'accepted');
    expect(because('errors == 0', failing)).toBe('1 error broke `errors == 0`.');
    expect(because('errors < 0.1%', failing)).toBe('0.25 % errors broke `errors < 0.1%`.');
    expect(because('accepted >= 99% of plan', (index) => (index % 2 ? 'unknown' : 'accepted'))).toBe(
      '50 % of plan accepted broke `accepted >= 99% of plan`.',
    );
  });

  it('knows one from many', () => {
    expect(verdictSentence(recordOf([{ dueUs: 0 }], { slo: ['errors < 1%'] }))).toMatch(
      /^1 of 1 order was accepted in 1 s;/,
    );
    const slow = (forS: number) => because('p99 < 1ms in every 1s', undefined, forS);
    expect(slow(1)).toBe('p99 20 ms at 00:00 broke `p99 < 1ms in every 1s` in the only second there was.');
    expect(slow(2)).toBe('p99 20 ms at 00:00 broke `p99 < 1ms in every 1s` in 2 of 2 seconds.');
  });
});
