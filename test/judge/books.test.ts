import { describe, expect, test } from 'vitest';
import type { AuditResult } from '../../src/audit/spec.ts';
import { INVARIANTS } from '../../src/audit/spec.ts';
import { parseSlo } from '../../src/judge/slo.ts';
import { AUDIT_SUBJECTS } from '../../src/judge/slo-metric.ts';
import type { Ending, Incident } from '../../src/judge/spec.ts';
import { judge } from '../../src/judge/verdict.ts';
import { cleanAudit, cutAudit, lossyAudit } from '../report/audits.ts';
import { evidenceOf, steadyOrders } from '../support/evidence.ts';

const sound = steadyOrders(100, 20);
const judged = (
  audit: AuditResult | undefined,
  slo: string[],
  more: { incidents?: Incident[]; ending?: Ending } = {},
) => {
  const evidence = { ...evidenceOf(sound, { slo, ...more }), ...(audit ? { audit } : {}) };
  const judgement = judge(evidence);
  return { ...judgement, codes: judgement.reasons.map(({ code }) => code) };
};

describe('an SLO on the books', () => {
  test('may be written of every invariant the audit knows', () => {
    expect([...AUDIT_SUBJECTS]).toEqual([...INVARIANTS]);
    for (const name of INVARIANTS) {
      expect(parseSlo(`${name} == 0`, { parts: [], place: 'slo' })).toMatchObject({ ok: true });
    }
  });

  test('holds, breaks or is not checked as the audit found, with its count and its words', () => {
    const { slo, verdict, codes } = judged(lossyAudit(), ['oversold == 0', 'lost == 0', 'mispriced == 0']);
    expect(slo).toMatchObject([
      { status: 'pass', measured: 0, samples: 11_970, says: 'no sku sold more than its stock' },
      { status: 'fail', measured: 2, samples: 11_970, says: '2 of 11,970 accepted orders are not in the books' },
      { status: 'not-checked', measured: undefined, samples: 0, says: 'the export has no totals' },
    ]);
    expect([verdict, codes]).toEqual(['fail', ['slo-failed', 'slo-not-checked']]);
  });

  test('that held lets the run pass; one that nobody checked keeps it open', () => {
    expect(judged(cleanAudit(), ['oversold == 0', 'lost == 0'])).toMatchObject({ verdict: 'pass', exitCode: 0 });
    expect(judged(cleanAudit(), ['mispriced == 0'])).toMatchObject({ verdict: 'inconclusive', exitCode: 5 });
    expect(judged(undefined, ['lost == 0']).slo).toMatchObject([
      { status: 'not-checked', says: "the shop's books were not read, so `lost` is not known" },
    ]);
  });
});

describe('the books', () => {
  test('fail a run whose profile has no SLO on what they break', () => {
    const { verdict, reasons, exitCode } = judged(lossyAudit(), ['errors == 0']);
    expect([verdict, exitCode]).toEqual(['fail', 99]);
    expect(reasons).toEqual([
      { code: 'audit-failed', message: 'lost: 2 of 11,970 accepted orders are not in the books' },
    ]);
  });

  test('void a run when they were not read whole, and never pass it', () => {
    const { verdict, gates, exitCode, codes } = judged(cutAudit(), ['errors == 0']);
    expect([verdict, exitCode, codes]).toEqual(['invalid', 4, ['books']]);
    expect(gates.find(({ name }) => name === 'books')).toMatchObject({
      status: 'void',
      measured: 'audit incomplete: the export broke off after 5,000 rows',
    });
  });

  test('show what they break in a run that is void for another reason', () => {
    const incidents: Incident[] = [{ kind: 'lost-worker', worker: 1, detail: 'exit code 9' }];
    const { verdict, codes } = judged(lossyAudit(), ['errors == 0'], { incidents });
    expect(verdict).toBe('invalid');
    expect(codes.at(-1)).toBe('audit-failed');
  });

  test('are no check of a run that reads none', () => {
    expect(judged(undefined, ['errors == 0']).gates.map(({ name }) => name)).not.toContain('books');
    const answersOnly = { ...cleanAudit(), books: undefined };
    expect(judged(answersOnly, ['errors == 0']).gates.at(-1)).toMatchObject({
      name: 'books',
      status: 'ok',
      known: false,
    });
  });
});
