import { describe, expect, it } from 'vitest';
import { askedOf } from '../../../src/judge/capacity/asked.ts';

const asked = (...texts: string[]) =>
  askedOf(
    texts.map((text) => ({ text, place: undefined })),
    ['base', 'hourly'],
  );
const textsOf = (...texts: string[]) => asked(...texts).lines.map(({ text }) => text);

describe('the lines asked of a constant load', () => {
  it.each([
    'p99 < 300ms',
    'p50 of accepted < 100ms',
    'service p99 < 250ms',
    'max < 2s',
    'mean < 100ms',
    'errors < 0.1%',
    'failed == 0',
    'accepted >= 99% of plan',
    'rejected < 5%',
    'oversold == 0',
  ])('%s is', (text) => {
    expect(textsOf(text)).toEqual([text]);
    expect(asked(text).setAside).toEqual([]);
  });

  it('`in every` is asked of the whole trial, and the same thing once', () => {
    expect(textsOf('p99 < 300ms', 'p99 < 300ms in every 1m', 'errors < 1% in every 10s')).toEqual([
      'p99 < 300ms',
      'errors < 1%',
    ]);
    expect(asked('p99 < 300ms in every 1m').lines[0]!.from.text).toBe('p99 < 300ms in every 1m');
  });

  it.each([
    ['p99 < 800ms during hourly', 'a trial is one constant load, without `hourly`'],
    ['recovers within 30s after hourly', 'without `hourly` to recover from'],
    ['achieved >= 99% of plan', 'what the generator sent'],
    ['accepted >= 45/s', 'a rate of its own'],
    ['errors < 100', 'a number of its own'],
    ['rejected >= 1%', 'does not ask for more orders to be served'],
    ['p99 < 800ms during hurly', 'no part of the traffic is called `hurly`'],
  ])('%s is set aside, and why', (text, why) => {
    expect(asked(text)).toMatchObject({ lines: [], setAside: [{ text, why: expect.stringContaining(why) }] });
  });

  it('a stable backlog is asked for anyway', () => {
    expect(asked('backlog stable')).toMatchObject({ lines: [], setAside: [] });
  });

  it.each([
    [['p99 < 300ms', 'p50 < 100ms'], 300_000, 0.01],
    [['p99 < 300ms', 'p99 of accepted < 200ms'], 200_000, 0.01],
    [['p99.9 < 1s', 'p99 < 300ms', 'errors < 0.1%'], 1e6, 0.002],
    [['p99 < 300ms', 'errors < 5%', 'errors < 2%'], 300_000, 0.03],
    [['p99 < 300ms', 'failed < 1%', 'unknown < 2%'], 300_000, 0.04],
    [['p99 < 300ms', 'accepted >= 99% of plan'], 300_000, 0.02],
    [['max < 2s', 'p95 < 1s'], 1e6, 0.05],
    [['max < 2s'], 2e6, 0],
    [['service p99 < 300ms', 'errors < 1%'], undefined, 0.01],
    [['mean < 100ms'], undefined, 0.005],
    [['oversold == 0'], undefined, 0.005],
  ] as const)('%j: orders slower than %s µs are lost, and %s may be', (texts, limitUs, allowedLoss) => {
    const found = asked(...texts);
    expect(found.limitUs).toBe(limitUs);
    expect(found.allowedLoss).toBeCloseTo(allowedLoss, 12);
  });
});
