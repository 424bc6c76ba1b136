import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatSlo, parseSlo } from '../../src/judge/slo.ts';
import { AUDIT_SUBJECTS } from '../../src/judge/slo-metric.ts';
import type { Slo, SloContext } from '../../src/judge/spec.ts';

const SLO: SloContext = { parts: ['base', 'opening', 'hourly'], place: 'slo' };
const STOP: SloContext = { ...SLO, place: 'stop' };

function sloOf(text: string, context = SLO): Slo {
  const parsed = parseSlo(text, context);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.mistake.message}`);
  return parsed.slo;
}

function mistakeOf(text: string, context = SLO) {
  const parsed = parseSlo(text, context);
  if (parsed.ok) throw new Error(`Expected a mistake in \`${text}\``);
  const { code, message, at, length } = parsed.mistake;
  return { code, message, under: text.slice(at, at + length) };
}

describe('what a line means', () => {
  test.each([
    ['p99 < 300ms', { kind: 'percentile', p: 0.99, of: 'all' }, '<', { kind: 'duration', us: 300_000 }],
    ['p99.9 <= 1.5s', { kind: 'percentile', p: 0.999, of: 'all' }, '<=', { kind: 'duration', us: 1_500_000 }],
    ['p999 < 1m 30s', { kind: 'percentile', p: 0.999, of: 'all' }, '<', { kind: 'duration', us: 90e6 }],
    ['p9999<1s', { kind: 'percentile', p: 0.9999, of: 'all' }, '<', { kind: 'duration', us: 1e6 }],
    ['p50 of accepted < 20 ms', { kind: 'percentile', p: 0.5, of: 'accepted' }, '<', { kind: 'duration', us: 20_000 }],
    ['service p99 < 250ms', { kind: 'percentile', p: 0.99, of: 'service' }, '<', { kind: 'duration', us: 250_000 }],
    ['max of wait < 2s', { kind: 'max', p: 0, of: 'wait' }, '<', { kind: 'duration', us: 2e6 }],
    ['mean < 100ms', { kind: 'mean', p: 0, of: 'all' }, '<', { kind: 'duration', us: 100_000 }],
    ['errors < 0.1%', { kind: 'orders', of: 'errors' }, '<', { kind: 'share', share: 0.001 }],
    ['failed == 0', { kind: 'orders', of: 'failed' }, '==', { kind: 'count', count: 0 }],
    ['accepted >= 2.07M', { kind: 'orders', of: 'accepted' }, '>=', { kind: 'count', count: 2_070_000 }],
    ['achieved >= 45/s', { kind: 'orders', of: 'achieved' }, '>=', { kind: 'rate', perS: 45 }],
    ['accepted >= 99% of plan', { kind: 'orders', of: 'accepted' }, '>=', { kind: 'of-plan', share: 0.99 }],
    ['oversold == 0', { kind: 'audit', of: 'oversold' }, '==', { kind: 'count', count: 0 }],
  ])('%s', (text, metric, comparator, limit) => {
    expect(sloOf(text)).toEqual({ text, metric, comparator, limit });
  });

  test('clauses come in any order', () => {
    const both = { everyUs: 60e6, during: 'hourly' };
    expect(sloOf('p99 < 300ms in every 1m during hourly')).toMatchObject(both);
    expect(sloOf('p99 < 300ms during hourly in every 1m')).toMatchObject(both);
    expect(sloOf('errors > 20% for 1m 30s during opening', STOP)).toMatchObject({ forUs: 90e6, during: 'opening' });
  });
});

describe('what is wrong with a line, and where', () => {
  test.each([
    ['', 'SLO_EMPTY', '', 'p99 < 300ms'],
    ['p99 300ms', 'SLO_COMPARATOR', 'p99 300ms', 'compares nothing'],
    ['p99 < 300', 'SLO_UNIT', '300', 'needs a unit, e.g. `300ms`'],
    ['p99 <', 'SLO_LIMIT', '<', 'needs a limit'],
    ['p99 < soon', 'SLO_LIMIT', 'soon', 'give a duration'],
    ['p99 < 1%', 'SLO_UNIT', '1%', 'is a time'],
    ['errors < 300ms', 'SLO_UNIT', '300ms', 'counts orders'],
    ['errors < 0.1', 'SLO_UNIT', '0.1', 'write `0.1%`'],
    ['errors < 101%', 'SLO_UNIT', '101%', 'more than all'],
    ['p100 < 1s', 'SLO_PERCENTILE', 'p100', 'write `max`'],
    ['p0 < 1s', 'SLO_PERCENTILE', 'p0', 'from `p50` to `p99.999`'],
    ['p99.9999 < 1s', 'SLO_PERCENTILE', 'p99.9999', 'from `p50` to `p99.999`'],
    ['p500 < 1s', 'SLO_PERCENTILE', 'p500', 'from `p50`'],
    ['erors < 1%', 'SLO_METRIC', 'erors', 'did you mean `errors`?'],
    ['errorrate < 1%', 'SLO_METRIC', 'errorrate', 'did you mean `errors`?'],
    ['Avg < 1s', 'SLO_METRIC', 'Avg', 'did you mean `mean`?'],
    ['constructor < 1s', 'SLO_METRIC', 'constructor', '`constructor`; known:'],
    ['acepted >= 1', 'SLO_METRIC', 'acepted', 'did you mean `accepted`?'],
    ['< 5ms', 'SLO_METRIC', '< 5ms'.slice(0, 1), 'starts with what is measured'],
    ['p99 of acepted < 1s', 'SLO_OF', 'acepted', 'did you mean `accepted`?'],
    ['p99 of errors < 1s', 'SLO_OF', 'errors', '`of failed` or `of unknown`'],
    ['errors of accepted < 1', 'SLO_OF', 'accepted', 'counts orders'],
    ['p99 of < 1s', 'SLO_OF', 'of', 'needs a word'],
    ['p99 max < 1s', 'SLO_WORD', 'max', 'did not expect'],
    ['p99 != 300ms', 'SLO_COMPARATOR', '!=', 'known: `<`'],
    ['p99 =< 300ms', 'SLO_COMPARATOR', '=<', 'write `<=`'],
    ['p99 ≤ 300ms', 'SLO_COMPARATOR', '≤', 'write `<=`'],
    ['p99 == 300ms', 'SLO_SENSE', 'p99 == 300ms', 'never exactly equal'],
    ['p99 > 300ms', 'SLO_SENSE', 'p99 > 300ms', 'under `stop:`'],
    ['errors >= 1%', 'SLO_SENSE', 'errors >= 1%', 'what must hold'],
    ['errors < 0', 'SLO_SENSE', 'errors < 0', 'write `== 0`'],
    ['p99 < 0ms', 'SLO_SENSE', 'p99 < 0ms', 'more than 0'],
    ['accepted >= 0', 'SLO_SENSE', 'accepted >= 0', 'whatever happens'],
    ['p99 < 300ms during hurly', 'SLO_PART', 'hurly', 'did you mean `hourly`?'],
    ['p99 < 300ms during', 'SLO_PART', 'during', 'needs a part'],
    ['p99 < 300ms evry 1m', 'SLO_WORD', 'evry', 'did you mean `in every`?'],
    ['p99 < 300ms in 1m', 'SLO_CLAUSE', 'in', '`every`'],
    ['p99 < 300ms in every', 'SLO_CLAUSE', 'e', 'needs a duration'],
    ['p99 < 300ms in every 500ms', 'SLO_CLAUSE', '500ms', 'whole seconds'],
    ['p99 < 1s in every 1m in every 2m', 'SLO_CLAUSE', 'in', 'twice'],
    ['p99 < 300ms for 30s', 'SLO_SENSE', 'p99 < 300ms for 30s', 'belongs under `stop:`'],
    ['oversold < 3', 'SLO_UNIT', '3', '`oversold == 0`'],
    ['oversold <= 0', 'SLO_SENSE', 'oversold <= 0', '`oversold == 0`'],
    ['lost == 0 in every 1m', 'SLO_SENSE', 'lost == 0 in every 1m', 'whole run'],
  ])('%s', (text, code, under, words) => {
    const found = mistakeOf(text);
    expect(found).toMatchObject({ code, under });
    expect(found.message).toContain(words);
    expect(found.message).not.toContain('\n');
  });

  test.each([
    ['errors > 20%', 'needs a time it must last'],
    ['errors < 20% for 30s', 'too bad'],
    ['p99 < 2s for 30s', 'too bad'],
    ['errors > 20% in every 1m for 30s', '`in every` belongs under `slo:`'],
    ['oversold == 0 for 30s', 'after the run'],
  ])('under stop: %s', (text, words) => {
    expect(mistakeOf(text, STOP).message).toContain(words);
  });

  test('no text makes the parser throw, and a mistake lies within it', () => {
    const word = fc.constantFrom(
      'p99',
      'of',
      '<',
      '300ms',
      'in',
      'every',
      'during',
      'for',
      'base',
      '5%',
      'plan',
      'errors',
      '1m',
      '=',
      'x',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(word, { maxLength: 9 }).map((words) => words.join(' ')),
    );
    fc.assert(
      fc.property(text, fc.constantFrom(SLO, STOP), (line, context) => {
        const parsed = parseSlo(line, context);
        if (parsed.ok) return;
        expect(parsed.mistake.at).toBeGreaterThanOrEqual(0);
        expect(parsed.mistake.at).toBeLessThanOrEqual(line.length);
        expect(parsed.mistake.length).toBeGreaterThan(0);
      }),
      { seed: 11, numRuns: 500 },
    );
  });
});

const seconds = fc.integer({ min: 1, max: 90_000 }).map((s) => s * 1e6);
const duration = fc.integer({ min: 1, max: 7_200_000_000 }).map((us) => ({ kind: 'duration' as const, us }));
const share = fc.integer({ min: 1, max: 999_999 }).map((millionths) => Number(`${millionths / 1e4}`) / 100);
const orderLimit = fc.oneof(
  share.map((value) => ({ kind: 'share' as const, share: value })),
  share.map((value) => ({ kind: 'of-plan' as const, share: value })),
  fc.integer({ min: 1, max: 2e9 }).map((count) => ({ kind: 'count' as const, count })),
  fc.double({ min: 0.001, max: 1e6, noNaN: true }).map((perS) => ({ kind: 'rate' as const, perS })),
);
const of = fc.constantFrom('all', 'accepted', 'rejected', 'failed', 'unknown', 'service', 'wait');
const times = fc.oneof(
  fc.record({
    kind: fc.constant('percentile'),
    p: fc.integer({ min: 50_000, max: 99_999 }).map((p) => Number(`0.${p}`)),
    of,
  }),
  fc.record({ kind: fc.constantFrom('max', 'mean'), p: fc.constant(0), of }),
);
const clauses = fc.record(
  { everyUs: seconds, during: fc.constantFrom('base', 'opening', 'hourly') },
  { requiredKeys: [] },
);
const anySlo = fc.oneof(
  fc.record({ metric: times, comparator: fc.constantFrom('<', '<='), limit: duration, clauses }),
  fc.record({
    metric: fc.record({ kind: fc.constant('orders'), of: fc.constantFrom('errors', 'dropped', 'unknown') }),
    comparator: fc.constantFrom('<', '<='),
    limit: orderLimit,
    clauses,
  }),
  fc.record({
    metric: fc.record({ kind: fc.constant('orders'), of: fc.constantFrom('accepted', 'achieved', 'rejected') }),
    comparator: fc.constantFrom('<', '<=', '>', '>='),
    limit: orderLimit,
    clauses,
  }),
  fc.record({
    metric: fc.record({ kind: fc.constant('audit'), of: fc.constantFrom(...AUDIT_SUBJECTS) }),
    comparator: fc.constant('=='),
    limit: fc.constant({ kind: 'count' as const, count: 0 }),
    clauses: fc.constant({}),
  }),
);

test('what is formatted parses back to the same SLO', () => {
  fc.assert(
    fc.property(anySlo, ({ clauses: extra, ...core }) => {
      const slo = { ...core, ...extra } as Omit<Slo, 'text'>;
      const text = formatSlo({ ...slo, text: '' });
      expect(sloOf(text)).toEqual({ ...slo, text });
    }),
    { seed: 12, numRuns: 500 },
  );
});
