// The shop's books in the verdict (METHOD §5, §7): an invariant that is broken is FAIL evidence, whether the profile has an
// SLO on it or not, and an audit that could not see all of the books voids the run, whatever the part it saw looked like.

import type { AuditResult, Invariant } from '../audit/spec.ts';
import type { AuditMetric, Gate, Reason, Slo, SloResult } from './spec.ts';

export const BOOKS_GATE = 'books';

export function bookGate(audit: AuditResult | undefined): Gate[] {
  if (audit === undefined) return [];
  const gate: Gate = {
    name: BOOKS_GATE,
    status: 'ok',
    measured: 'read whole',
    limit: 'every row read, and none that nobody can explain',
    touched: undefined,
    advice: '',
  };
  if (audit.incomplete !== '') {
    const advice = 'what they hold cannot be said: see that the export is whole, ours alone, and still when it is read';
    return [{ ...gate, status: 'void', measured: `audit incomplete: ${audit.incomplete}`, advice }];
  }
  return [audit.books === undefined ? { ...gate, measured: 'none were named', known: false } : gate];
}

/** The invariants that broke. */
export function brokenIn(audit: AuditResult | undefined): Invariant[] {
  return audit?.invariants.filter(({ status }) => status === 'fail') ?? [];
}

/** For those that the profile has no SLO on: they would be seen nowhere else. */
export function bookReasons(audit: AuditResult | undefined, slo: readonly Slo[]): Reason[] {
  const named = new Set(slo.map(({ metric }) => (metric.kind === 'audit' ? metric.of : '')));
  return brokenIn(audit)
    .filter(({ name }) => !named.has(name))
    .map(({ name, says }) => ({ code: 'audit-failed', message: `${name}: ${says}` }));
}

export type JudgedBooks = Pick<SloResult, 'status' | 'measured' | 'samples' | 'says'>;

/** An SLO on the books, which is always `== 0`. */
export function judgeBooks({ of }: AuditMetric, audit: AuditResult | undefined): JudgedBooks {
  const found = audit?.invariants.find(({ name }) => name === of);
  if (found === undefined) {
    const says = `the shop's books were not read, so \`${of}\` is not known`;
    return { status: 'not-checked', measured: undefined, samples: 0, says };
  }
  const { status, violations, checked, says } = found;
  return { status, measured: status === 'not-checked' ? undefined : violations, samples: checked, says };
}
