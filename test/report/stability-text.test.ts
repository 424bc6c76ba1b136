import { describe, expect, it } from 'vitest';
import type { BurstRecovery, PlateauStability } from '../../src/judge/spec.ts';
import { plainPaint, widthOf } from '../../src/report/layout.ts';
import { formatMarkdown } from '../../src/report/markdown.ts';
import { resultStability } from '../../src/report/result-stability.ts';
import { verdictSentence } from '../../src/report/sentence.ts';
import { backlogSentence, recoverySentence } from '../../src/report/stability-text.ts';
import { formatSummary, SUMMARY_LINES } from '../../src/report/text.ts';
import { formatRate } from '../../src/units.ts';
import { crowded, failing, passing } from './runs.ts';

const burst = (fromS: number, changes: Partial<BurstRecovery>): BurstRecovery => ({
  part: 'hourly',
  fromUs: fromS * 1e6,
  untilUs: (fromS + 60) * 1e6,
  status: 'recovered',
  before: 10,
  most: 100,
  mostAtUs: fromS * 1e6,
  atUs: (fromS + 60) * 1e6,
  tookUs: 0,
  says: '',
  ...changes,
});
const NEVER = { status: 'not-within-the-run', atUs: null, tookUs: null } as const;
const sentence = (...recoveries: BurstRecovery[]) => recoverySentence({ plateaus: [], recoveries });

describe('a run whose limits held while its queue grew', () => {
  const record = crowded();

  it('passes, and says so in the same breath', () => {
    expect(record.judgement.verdict).toBe('pass');
    const { slopePerS, ratePerS } = record.judgement.stability.plateaus.find(({ backlog }) => backlog === 'growing')!;
    expect(slopePerS).not.toBeCloseTo(ratePerS, 0);
    expect(verdictSentence(record)).toMatch(/; the SLO held, errors were 0 %, but the queue grew by /);
    expect(verdictSentence(record)).toContain(`the queue grew by ${formatRate(slopePerS!)} from 00:01:42.`);
    expect(record.judgement.reasons.map(({ code }) => code)).toEqual(['held', 'backlog-growing']);
  });

  it('has a line for the queue and one for the burst, in a summary that fits its terminal', () => {
    for (const width of [60, 80, 120]) {
      const lines = formatSummary(record, { paint: plainPaint, width, folder: 'x' }).split('\n');
      const at = lines.findIndex((line) => line.startsWith('stability'));
      expect(lines[at]).toMatch(/^stability {2}the queue grew by [\d.]+\/s at [\d.]+\/s/);
      expect(lines[at + 1]).toMatch(/^ {11}the shop recovered from hourly at 00:01/);
      expect(lines.length).toBeLessThanOrEqual(SUMMARY_LINES);
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
    }
    const markdown = formatMarkdown(record);
    expect(markdown).toContain('⚠️ **Backlog:** the queue grew by');
    expect(markdown).toContain('**Bursts:** the shop recovered from hourly at 00:01');
  });

  it('says nothing where there is nothing to say', () => {
    for (const quiet of [passing(), failing()]) {
      expect(verdictSentence(quiet)).not.toContain('queue');
      expect(formatSummary(quiet, { paint: plainPaint, width: 80 })).not.toContain('stability');
      expect(formatMarkdown(quiet)).not.toMatch(/\*\*(Backlog|Bursts)/);
    }
  });
});

describe('the bursts in a sentence', () => {
  it('are named by the one that took longest, or by one that was never got over', () => {
    expect(sentence()).toBe('');
    expect(sentence(burst(60, {}), burst(3600, {}))).toBe('');
    expect(sentence(burst(60, { status: 'cannot-tell', tookUs: null, atUs: null }))).toBe('');
    expect(sentence(burst(60, { tookUs: 34e6 }))).toBe('the shop recovered from hourly at 00:01 34 s after its end');
    expect(sentence(burst(60, { tookUs: 3e6 }), burst(3600, { tookUs: 34e6 }), burst(7200, {}))).toBe(
      'the shop recovered from hourly at 01:00 34 s after its end; the other 2 bursts took no longer',
    );
    expect(sentence(burst(60, { tookUs: 34e6 }), burst(3600, { tookUs: 34e6 }))).toMatch(
      /; the other burst took no longer$/,
    );
    expect(sentence(burst(60, { tookUs: 3e6 }), burst(3600, NEVER))).toBe(
      'the shop did not recover from hourly at 01:00 within the run; from 1 other burst it did',
    );
    expect(sentence(burst(60, NEVER))).toBe('the shop did not recover from hourly at 00:01 within the run');
  });
});

const plateau = (fromS: number, changes: Partial<PlateauStability>): PlateauStability => ({
  fromUs: fromS * 1e6,
  untilUs: (fromS + 60) * 1e6,
  ratePerS: 50,
  backlog: 'stable',
  slopePerS: 0,
  says: `of ${fromS}`,
  ...changes,
});

describe('queues', () => {
  it('are named by the one that grew fastest', () => {
    const plateaus = [
      plateau(0, { backlog: 'growing', slopePerS: 1 }),
      plateau(60, { backlog: 'growing', slopePerS: 3, part: 'hourly' }),
      plateau(120, {}),
      plateau(180, { backlog: 'growing', slopePerS: 2 }),
    ];
    expect(backlogSentence({ plateaus, recoveries: [] })).toBe('of 60, during hourly; it grew on 2 other plateaus too');
    expect(backlogSentence({ plateaus: plateaus.slice(2, 3), recoveries: [] })).toBe('');
  });

  it('are kept bounded, those that tell most first, and in order of time', () => {
    const plateaus = Array.from({ length: 500 }, (_, at) =>
      plateau(at * 60, { backlog: at === 450 ? 'growing' : 'stable' }),
    );
    const recoveries = Array.from({ length: 300 }, (_, at) => burst(at * 120, at > 290 ? NEVER : {}));
    const kept = resultStability({ plateaus, recoveries });
    expect([kept.plateaus.length, kept.plateausInAll, kept.recoveries.length, kept.recoveriesInAll]).toEqual([
      100, 500, 100, 300,
    ]);
    expect(kept.plateaus.filter(({ backlog }) => backlog === 'growing')).toHaveLength(1);
    expect(kept.recoveries.filter(({ status }) => status === 'not-within-the-run')).toHaveLength(9);
    const starts = kept.plateaus.map(({ fromUs }) => fromUs);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
  });
});
