import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/errors.ts';
import { compareRuns } from '../../src/judge/compare.ts';
import { comparisonSentence, withComparison } from '../../src/judge/regression.ts';
import type { Judgement } from '../../src/judge/spec.ts';
import { simulatedRun } from './simulated-runs.ts';

const judgement = (verdict: Judgement['verdict']): Judgement => ({
  verdict,
  exitCode: EXIT[verdict],
  reasons: [{ code: 'held', message: 'all held' }],
  slo: [],
  gates: [],
  stability: { plateaus: [], recoveries: [] },
});
const before = simulatedRun(21);
const slower = compareRuns(before, simulatedRun(22, { slower: 1.4 }));

describe('withComparison', () => {
  it('ends a run that passed and is slower with 6, and says why', () => {
    const judged = withComparison(judgement('pass'), slower);
    expect([judged.verdict, judged.exitCode]).toEqual(['pass', EXIT.regression]);
    expect(judged.reasons[1]).toMatchObject({ code: 'regression', message: expect.stringMatching(/^p50: .* slower$/) });
  });

  it('keeps the graver exit codes', () => {
    for (const verdict of ['fail', 'invalid', 'inconclusive'] as const) {
      expect(withComparison(judgement(verdict), slower).exitCode).toBe(EXIT[verdict]);
    }
  });

  it('changes nothing for the same, the faster, and what cannot be compared', () => {
    const others = [
      compareRuns(before, before),
      compareRuns(before, simulatedRun(23, { slower: 0.7 })),
      compareRuns(before, { ...before, machine: 'two' }),
    ];
    for (const found of others) expect(withComparison(judgement('pass'), found)).toEqual(judgement('pass'));
  });
});

describe('comparisonSentence', () => {
  it('says what changed, by how much, and what cannot be told', () => {
    expect(comparisonSentence(slower)).toMatch(/^worse than the baseline: p50 \+\d.* %, slower, p90 \+/);
    expect(comparisonSentence(compareRuns(before, simulatedRun(24, { slower: 0.7 })))).toMatch(
      /^better than the baseline: p50 −/,
    );
    expect(comparisonSentence(compareRuns(before, before))).toBe(
      'the same as the baseline: p50 +0 %, p90 +0 %, p99 +0 %',
    );
    expect(comparisonSentence(compareRuns(before, { ...before, driver: 'undici' }))).toMatch(
      /^not compared: the driver differs/,
    );
  });
});
