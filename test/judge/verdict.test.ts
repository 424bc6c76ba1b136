import { describe, expect, test } from 'vitest';
import { EXIT } from '../../src/errors.ts';
import type { Ending, Gate, SloResult, Verdict } from '../../src/judge/spec.ts';
import { exitCodeOf, judge, verdictOf } from '../../src/judge/verdict.ts';
import { evidenceOf, steadyOrders } from '../support/evidence.ts';

const sound = steadyOrders(100, 20);
const COMPLETE: Ending = { kind: 'complete' };
const gate = (status: Gate['status']) => ({ status }) as Gate;
const slo = (status: SloResult['status']) => ({ status }) as SloResult;

test('INVALID before FAIL before INCONCLUSIVE before PASS', () => {
  const gates = ['ok', 'warn', 'void'] as const;
  const statuses = ['pass', 'inconclusive', 'not-checked', 'fail'] as const;
  for (const fit of gates) {
    for (const one of statuses) {
      for (const other of statuses) {
        const both = [one, other] as string[];
        const open = both.includes('inconclusive') || both.includes('not-checked');
        const expected: Verdict =
          fit === 'void' ? 'invalid' : both.includes('fail') ? 'fail' : open ? 'inconclusive' : 'pass';
        expect([fit, one, other, verdictOf([slo(one), slo(other)], [gate('ok'), gate(fit)], COMPLETE)]).toEqual([
          fit,
          one,
          other,
          expected,
        ]);
      }
    }
  }
});

test('every verdict has its exit code, and a signal its own', () => {
  for (const verdict of ['pass', 'fail', 'inconclusive', 'invalid'] as const) {
    expect(exitCodeOf(verdict, COMPLETE)).toBe(EXIT[verdict]);
    expect(exitCodeOf(verdict, { kind: 'stopped', text: '', atUs: 1 })).toBe(EXIT[verdict]);
    expect(exitCodeOf(verdict, { kind: 'interrupted', signal: 'SIGINT', atUs: 1 })).toBe(130);
    expect(exitCodeOf(verdict, { kind: 'interrupted', signal: 'SIGTERM', atUs: 1 })).toBe(143);
  }
});

describe('judge', () => {
  test('PASS says how many held and how many were accepted', () => {
    expect(judge(evidenceOf(sound, { slo: ['p99 < 300ms', 'errors == 0'] }))).toMatchObject({
      verdict: 'pass',
      exitCode: 0,
      reasons: [{ code: 'held', message: 'all 2 SLOs held; 2,000 of 2,000 orders were accepted' }],
    });
  });

  test('FAIL names the line, the number and where', () => {
    const orders = steadyOrders(1000, 20, (dueUs) => ({
      doneUs: dueUs + (dueUs >= 9e6 && dueUs < 10e6 ? 412_000 : 20_000),
    }));
    expect(judge(evidenceOf(orders, { slo: ['p50 < 300ms', 'p99 < 300ms in every 1s'] }))).toMatchObject({
      verdict: 'fail',
      exitCode: 99,
      reasons: [
        {
          code: 'slo-failed',
          message: '`p99 < 300ms in every 1s`: broke in 1 of 20 windows of 1 s, worst 412 ms at 00:00:09–00:00:10',
        },
      ],
    });
  });

  test('a run without SLOs, with unread books, or with a line nobody can read, is INCONCLUSIVE', () => {
    const codesOf = (lines: string[]) => {
      const { verdict, exitCode, reasons } = judge(evidenceOf(sound, { slo: lines }));
      return [verdict, exitCode, reasons.map((reason) => reason.code)];
    };
    expect(codesOf([])).toEqual(['inconclusive', 5, ['no-slo']]);
    expect(codesOf(['errors == 0', 'oversold == 0'])).toEqual(['inconclusive', 5, ['slo-not-checked']]);
    expect(codesOf(['errors == 0', 'p99 < 1s during nowhere'])).toEqual(['inconclusive', 5, ['slo-inconclusive']]);
  });

  test('a run that did not reach its end never passes, and says why', () => {
    const orders = [...steadyOrders(100, 10), ...steadyOrders(100, 10, () => ({ fate: 'unreached' }), 10)];
    const phases = [{ part: 'opening', fromUs: 0, untilUs: 5e6 }];
    const ending: Ending = { kind: 'stopped', text: 'errors > 20% for 30s', atUs: 10e6 };
    const early = judge(evidenceOf(orders, { slo: ['errors == 0 during opening'], phases, ending }));
    expect(early.slo[0]?.status).toBe('pass');
    expect(early).toMatchObject({ verdict: 'inconclusive', exitCode: 5, reasons: [{ code: 'stopped' }] });
    const broken = judge(evidenceOf(orders, { slo: ['max < 1ms'], phases, ending }));
    expect(broken).toMatchObject({ verdict: 'fail', exitCode: 99 });
    const interrupted = judge(
      evidenceOf(orders, { slo: ['max < 1ms'], ending: { kind: 'interrupted', signal: 'SIGTERM', atUs: 10e6 } }),
    );
    expect(interrupted).toMatchObject({ verdict: 'fail', exitCode: 143 });
  });

  test('an INVALID run still shows what broke', () => {
    const incidents = [{ kind: 'lost-worker', worker: 0, detail: 'exited' }] as const;
    const { verdict, reasons } = judge(evidenceOf(sound, { slo: ['max < 1ms'], incidents }));
    expect(verdict).toBe('invalid');
    expect(reasons.map((reason) => reason.code)).toEqual(['workers', 'slo-failed']);
  });

  test('a run in which nothing was planned or fired passes nothing', () => {
    expect(judge(evidenceOf([], { slo: ['p99 < 1s', 'errors == 0'] })).verdict).toBe('inconclusive');
  });
});
