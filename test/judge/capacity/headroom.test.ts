import { describe, expect, it } from 'vitest';
import { headroomOver, judgeHeadroom } from '../../../src/judge/capacity/headroom.ts';
import { pretend, sharp, trialWith } from './pretended.ts';

const TARGET = { meanPerS: 50, peakPerS: 100 };
const judged = (text: string, held: number | undefined, broke: number | undefined) => {
  const bracket = { held, broke };
  const headroom = { overMean: headroomOver(50, bracket), overPeak: headroomOver(100, bracket) };
  return judgeHeadroom({ text, place: undefined }, { bracket, target: TARGET, headroom });
};

describe('`headroom >= 1.5x`', () => {
  it.each([
    [150, 160, 'pass'],
    [149, 160, 'inconclusive'],
    [140, 151, 'inconclusive'],
    [140, 150, 'fail'],
    [140, 149, 'fail'],
    [200, undefined, 'pass'],
    [140, undefined, 'inconclusive'],
    [undefined, 140, 'fail'],
    [undefined, 160, 'inconclusive'],
    [undefined, undefined, 'inconclusive'],
  ])('held %s, broke %s: %s', (held, broke, status) => {
    expect(judged('headroom >= 1.5x', held, broke).status).toBe(status);
  });

  it('is over the peak unless it says the mean, and says what was needed', () => {
    expect(judged('headroom over mean >= 3x', 150, 160)).toMatchObject({
      status: 'pass',
      over: 'mean',
      limit: 3,
      measured: { low: 3, high: 3.2 },
      says: '3x to 3.2x the mean; 3x the mean is 150/s, and 150/s held while 160/s broke',
    });
    expect(judged('headroom > 1.5x', 150, 160).status).toBe('inconclusive');
    expect(judged('headroom > 1.5x', 140, 150).status).toBe('fail');
    expect(judged('headroom >= 1.5x', undefined, 140).says).toBe(
      'below 1.4x the peak; 1.5x the peak is 150/s, and no load held below 140/s',
    );
  });

  it('a line that cannot be read is never a pass', () => {
    expect(judged('headroom < 1.5x', 500, 600)).toMatchObject({ status: 'inconclusive' });
  });
});

describe('the verdict of a search', () => {
  const gate = (...texts: string[]) => texts.map((text) => ({ text, place: undefined }));
  const verdict = (...texts: string[]) => {
    const { verdict: found, exitCode, reasons } = pretend(sharp(330), { target: TARGET, gate: gate(...texts) });
    return { verdict: found, exitCode, codes: reasons.map(({ code }) => code) };
  };

  it('is that of its lines, the worst first', () => {
    expect(verdict('headroom >= 2x')).toEqual({ verdict: 'pass', exitCode: 0, codes: [] });
    expect(verdict('headroom >= 5x')).toEqual({ verdict: 'fail', exitCode: 99, codes: ['headroom-fail'] });
    expect(verdict('headroom >= 2x', 'headroom >= 3.29x')).toEqual({
      verdict: 'inconclusive',
      exitCode: 5,
      codes: ['headroom-inconclusive'],
    });
    expect(verdict('headroom >= 3.29x', 'headroom over mean >= 10x')).toMatchObject({ verdict: 'fail', exitCode: 99 });
  });

  it('is none where nothing was asked, and there is an answer', () => {
    expect(verdict()).toEqual({ verdict: undefined, exitCode: 0, codes: [] });
  });
});

describe('the answer', () => {
  it('says the bracket, the headroom and what broke in one sentence', () => {
    const answer = pretend(sharp(330), { target: TARGET });
    const { held, broke } = answer.bracket;
    expect(answer.says).toBe(
      `The shop holds ${Math.round(held!)}/s, ${(held! / 100).toPrecision(3)}x to ${(broke! / 100).toPrecision(3)}x the peak, and breaks at ${Math.round(broke!)}/s: 0.5.`,
    );
    expect(answer.whatBroke).toEqual([{ code: 'broke', message: '0.5' }]);
    expect(answer.headroom.overMean.low).toBeCloseTo(held! / 50, 12);
    expect(answer.relativeWidth).toBeCloseTo((broke! - held!) / broke!, 12);
  });

  it('adds the trials of a load up, and never averages percentiles', () => {
    const { loads, trials } = pretend(sharp(330), { target: TARGET });
    const held = loads.findLast(({ outcome }) => outcome === 'held')!;
    expect(held.trials.length).toBe(2);
    const own = trials.filter(({ ratePerS }) => ratePerS === held.ratePerS);
    expect(held.durationUs).toBe(own.reduce((sum, trial) => sum + trial.durationUs, 0));
    expect(held.p99Us).toBe(Math.max(...own.map(({ response }) => response!.p99Us)));
    expect(loads.map(({ ratePerS }) => ratePerS)).toEqual(
      [...new Set(trials.map(({ ratePerS }) => ratePerS))].sort((a, b) => a - b),
    );
  });

  it('tells that a load held of which many orders were turned away, and how many were sold', () => {
    const notesOf = (share: number) =>
      pretend(
        (request) => {
          const trial = sharp(330)(request);
          const rejected = Math.round(share * trial.orders.planned);
          return { ...trial, orders: { ...trial.orders, rejected }, goodputPerS: (1 - share) * request.ratePerS };
        },
        { target: TARGET },
      ).notes;
    expect(notesOf(0.6)[0]).toBe(
      'at 322/s the shop turned 60 % of the orders away, which no line limits: it held, and sold 129/s; `accepted >= 99%` under `slo:` asks for sales',
    );
    expect(notesOf(0.005).join()).not.toContain('turned');
  });

  it('is the noise where a load below what broke stays open, and the shop only where none does', () => {
    const below = (share: number) =>
      pretend((request) => trialWith(request, request.ratePerS > 40 ? 0.5 : share), {
        target: TARGET,
        budget: { us: 36_000e6 },
      });
    const open = below(0.0098);
    expect(open).toMatchObject({ bracket: { held: undefined, broke: expect.any(Number) }, limitedBy: 'noise' });
    expect(below(0.5)).toMatchObject({ bracket: { held: undefined }, limitedBy: 'shop' });
  });

  it('tells what was set aside and what stayed open', () => {
    const soft = pretend((request) => trialWith(request, Math.min(0.5, 0.01 * (request.ratePerS / 300) ** 3)), {
      target: TARGET,
      asked: { lines: [], limitUs: undefined, allowedLoss: 0.01, setAside: [{ text: 'x', why: 'of y' }] },
    });
    expect(soft.notes).toContain('`x` was not asked: of y');
    expect(soft.notes.join('\n')).toMatch(/between holding and breaking, undecided: \d+\/s \([\d.]+ % lost\)/);
  });
});
