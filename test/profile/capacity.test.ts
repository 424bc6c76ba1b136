import { describe, expect, it } from 'vitest';
import { formatHeadroom, parseHeadroom } from '../../src/profile/headroom.ts';
import { minimal, planOf } from './parsing.ts';

describe('`capacity:`', () => {
  it('has a default for everything', () => {
    expect(planOf(minimal()).capacity).toEqual({
      budgetUs: 600e6,
      maxOrders: undefined,
      trialUs: 15e6,
      holdUs: 60e6,
      settleUs: 3e6,
      slo: [],
    });
  });

  it('is taken as written, lines with their places', () => {
    const plan = planOf(
      minimal(
        'capacity:\n  budget: 5m\n  maxOrders: 50k\n  trial: 20s\n  hold: 90s\n  settle: 0s\n  slo:\n    - headroom >= 1.5x\n',
      ),
    );
    expect(plan.capacity).toEqual({
      budgetUs: 300e6,
      maxOrders: 50_000,
      trialUs: 20e6,
      holdUs: 90e6,
      settleUs: 0,
      slo: [{ text: 'headroom >= 1.5x', place: { file: 'profile.yaml', line: 11, column: 7 } }],
    });
    expect(plan.effectiveYaml).toContain('maxOrders: 50k');
  });

  it('says nothing of what a run is, so runs before and after it may be compared', () => {
    expect(planOf(minimal('capacity: { budget: 5m }\n')).profileHash).toBe(planOf(minimal()).profileHash);
  });
});

describe('a line of headroom', () => {
  it.each([
    ['headroom >= 1.5x', { over: 'peak', comparator: '>=', limit: 1.5 }],
    ['headroom over peak > 2x', { over: 'peak', comparator: '>', limit: 2 }],
    ['  headroom over mean>=2 x ', { over: 'mean', comparator: '>=', limit: 2 }],
  ])('%s', (text, line) => {
    const parsed = parseHeadroom(text);
    expect(parsed).toEqual({ ok: true, line });
    const again = parsed.ok ? parseHeadroom(formatHeadroom(parsed.line)) : undefined;
    expect(again).toEqual(parsed);
  });

  it.each([
    ['', 'SLO_EMPTY', '', 'this line is empty'],
    ['headroom', 'SLO_COMPARATOR', 'headroom', 'compares nothing'],
    ['headroom over', 'SLO_WORD', 'over', 'needs `peak` or `mean`'],
    ['headroom ovr mean >= 2x', 'SLO_WORD', 'ovr', 'did you mean `over`?'],
    ['headroom over >= 2x', 'SLO_WORD', 'over', 'needs `peak` or `mean`'],
    ['headroom <= 2x', 'SLO_COMPARATOR', '<=', 'headroom is never too much'],
    ['headroom >= 0x', 'SLO_SENSE', '0x', 'holds whatever happens'],
    ['headroom >= 2x soon', 'SLO_LIMIT', '2x soon', 'cannot read the limit'],
    ['headroom >= 60/s', 'SLO_LIMIT', '60/s', 'give a multiple'],
  ])('refuses `%s`', (text, code, under, message) => {
    const parsed = parseHeadroom(text);
    if (parsed.ok) throw new Error('it was taken');
    expect(parsed.mistake).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(text.slice(parsed.mistake.at, parsed.mistake.at + parsed.mistake.length)).toBe(under);
  });
});
