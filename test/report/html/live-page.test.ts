// The page of a run that goes on, or that was ended early: what it has not reached is not drawn, for as zeros it would look
// like a shop that broke down.

import { describe, expect, it } from 'vitest';
import { inlineAssets } from '../../../src/folder/page-assets.ts';
import { formatPage } from '../../../src/report/html/page.ts';
import type { RunView } from '../../../src/report/html/view.ts';
import { steadyOrders } from '../../support/evidence.ts';
import { recordOf } from '../../support/record.ts';
import { failing, interrupted } from '../runs.ts';
import { LIVE_FOR_S, liveRecord } from './live-run.ts';
import { viewFor } from './pages.ts';

const { MAKERS } = await import(new URL('../../../src/report/html/client/kinds.js', import.meta.url).href);

const drawnIn = (page: string) =>
  JSON.parse(/<script type="application\/json" id="charts">(.*?)<\/script>/s.exec(page)![1]!);
const liveView = (untilS: number): RunView => ({
  ...viewFor(liveRecord(untilS)),
  live: { says: 'so far', token: '0' },
});
const CHOICE = { of: 'response', log: true, hidden: new Set() };
type Points = { filter?: (plot: object, line: number) => number[] };
type Columns = [number[], ...(number | null)[][]];
/** Of a chart as the script draws it: its times, and each line by its name. */
function linesOf(page: string, kind: string): { xs: number[]; lines: Record<string, (number | null)[]> } {
  const drawn = drawnIn(page);
  const { series, values } = MAKERS[kind](drawn, CHOICE);
  const [xs, ...columns] = values({ fromS: 0, untilS: drawn.seconds }) as Columns;
  return {
    xs,
    lines: Object.fromEntries(series.map(({ label }: { label: string }, at: number) => [label, columns[at]!])),
  };
}

/** How far to the right a still picture's line goes: 0 … 1 of the plot. */
function reachIn(page: string, section: string, path: string): number {
  const from = page.indexOf(`<section id="${section}"`);
  const d = new RegExp(`<path class="${path}" d="([^"]+)"`).exec(page.slice(from))![1]!;
  let [x, most] = [0, 0];
  for (const [, command, numbers] of d.matchAll(/([Ml])([^Ml]*)/g)) {
    const values = numbers!.match(/-?(?:\d+\.?\d*|\.\d+)/g)?.map(Number) ?? [];
    for (let at = 0; at + 1 < values.length; at += 2) {
      x = command === 'M' ? values[at]! : x + values[at]!;
      most = Math.max(most, x);
    }
  }
  return (most - 62) / (828 - 62);
}

describe('a page of a run that goes on', () => {
  const page = formatPage(liveView(60), inlineAssets());

  it('draws the plan to its end, and what happened as far as all orders have ended', () => {
    const { xs, lines } = linesOf(page, 'rate');
    expect(lines.planned!.every((rate) => rate === 20)).toBe(true);
    expect(xs).toHaveLength(LIVE_FOR_S);
    for (const name of ['fired', 'accepted']) {
      expect(
        lines[name]!.slice(0, 59).every((rate) => rate !== null && rate > 0),
        name,
      ).toBe(true);
      expect(
        lines[name]!.slice(60).every((rate) => rate === null),
        name,
      ).toBe(true);
    }
    for (const kind of ['times', 'outcomes', 'inflight']) {
      const { xs: at, lines: each } = linesOf(page, kind);
      const late = Object.values(each).flatMap((values) => values.filter((_, row) => at[row]! > 60));
      expect(late.length, kind).toBeGreaterThan(0);
      expect(
        late.every((value) => value === null),
        kind,
      ).toBe(true);
    }
  });

  it('draws no more in the still pictures, and lists no more in the tables', () => {
    expect(reachIn(page, 'rate', 'ink-plan')).toBeGreaterThan(0.98);
    for (const [section, path] of [
      ['rate', 'ink-accepted'],
      ['rate', 'fill-fired ink-fired'],
      ['response', 'ink-p50'],
      ['outcomes', 'fill-accepted'],
      ['backlog', 'fill-inflight ink-inflight'],
    ] as const) {
      const reach = reachIn(page, section, path);
      expect(reach, path).toBeGreaterThan(0.2);
      expect(reach, path).toBeLessThan(60 / LIVE_FOR_S + 0.01);
    }
    const tables = page.slice(page.indexOf('<section id="rate"'));
    expect(/<th scope="row">00:03–00:03:05<\/th><td>100<\/td><td>–<\/td>/.test(tables)).toBe(true);
  });

  it('says of each limit how it stands so far, and of nothing that it ended', () => {
    const limits = page.slice(page.indexOf('<section id="slo"'), page.indexOf('<section id="numbers"'));
    expect(limits).toContain('so far, until 00:01');
    expect(limits).not.toContain('ended');
    expect(page).toContain('banner-running');
  });

  it('reaches further as the run does, to its end', () => {
    const { lines } = linesOf(formatPage(liveView(LIVE_FOR_S + 1), inlineAssets()), 'rate');
    expect(lines.accepted!.every((rate) => rate !== null && rate > 0)).toBe(true);
  });

  it('holds no order that is still under way against the generator', () => {
    const view = viewFor(failing());
    const gates = view.result.generator.gates.map((gate) =>
      gate.name === 'identities' ? { ...gate, status: 'void' as const, measured: 'fired 165 ≠ 160' } : gate,
    );
    const unfinished = { ...view, result: { ...view.result, generator: { ...view.result.generator, gates } } };
    expect(formatPage(unfinished, inlineAssets())).toContain('It distorted these numbers');
    const live = formatPage({ ...unfinished, live: { says: 'so far', token: '0' } }, inlineAssets());
    expect(live).not.toContain('fired 165 ≠ 160');
    expect(live).toContain('It did not distort these numbers');
  });
});

describe('a page of a run that was interrupted', () => {
  it('draws what it got to, with the answers that came after it', () => {
    const page = formatPage(viewFor(interrupted()), inlineAssets());
    const { xs, lines } = linesOf(page, 'rate');
    const known = (name: string) => lines[name]!.filter((rate) => rate !== null).length;
    expect(known('planned')).toBe(xs.length);
    // The last second was cut short: its orders are those of its length, not of a whole one.
    expect([known('fired'), known('accepted')]).toEqual([32, 32]);
    expect(lines.fired![31]).toBeCloseTo(1 / 0.4);
    expect(xs[30]).toBe(30.5);
    expect(reachIn(page, 'rate', 'ink-accepted')).toBeLessThan(0.55);
  });

  it('draws nothing due behind its end, and the answers that took long', () => {
    const orders = steadyOrders(10, 60, (dueUs, index) =>
      dueUs < 31.4e6 ? answeredAfter(index === 300 ? 9e6 : 20_000)(dueUs) : { fate: 'unreached' },
    );
    const ending = { kind: 'interrupted', signal: 'SIGINT', atUs: 31.4e6 } as const;
    const page = formatPage(viewFor(recordOf(orders, { durationUs: 60e6, ending })), inlineAssets());
    expect(endsIn(page)).toEqual({ planned: 60, fired: 32, accepted: 40, sold: 32, 'in flight': 40 });
    expect(reachIn(page, 'outcomes', 'fill-accepted')).toBeLessThan(32 / 60);
    expect(reachIn(page, 'backlog', 'fill-inflight ink-inflight')).toBeGreaterThan(39 / 60);
  });
});

const answeredAfter = (tookUs: number) => (dueUs: number) => ({
  firedUs: dueUs + 100,
  sentUs: dueUs + 140,
  doneUs: dueUs + tookUs,
});

/** Of each line of counts the second behind the last one that is drawn. */
function endsIn(page: string): Record<string, number> {
  const ends = ['rate', 'outcomes', 'inflight'].flatMap((kind) => {
    const { xs, lines } = linesOf(page, kind);
    return Object.entries(lines).map(([name, values]) => [
      name,
      Math.ceil(xs[values.findLastIndex((value) => value !== null)] ?? 0),
    ]);
  });
  return Object.fromEntries(ends);
}

describe('a page of a run that is over', () => {
  const pageWith = (lastTookUs: number): string => {
    const orders = steadyOrders(10, 60, (dueUs, index) => answeredAfter(index === 599 ? lastTookUs : 20_000)(dueUs));
    return formatPage(viewFor(recordOf(orders, { durationUs: 60e6 })), inlineAssets());
  };

  it('draws no collapse where the last answers came just after the plan, and lists them', () => {
    const page = pageWith(400_000);
    expect(drawnIn(page).seconds).toBe(61);
    expect(endsIn(page)).toEqual({ planned: 60, fired: 60, accepted: 60, sold: 60, 'in flight': 60 });
    for (const path of ['ink-plan', 'ink-accepted', 'fill-fired ink-fired']) {
      expect(reachIn(page, 'rate', path), path).toBeLessThan(60 / 61);
    }
    expect(page).toMatch(/<th scope="row">00:01–00:01:01<\/th><td>0<\/td><td>0<\/td><td>1<\/td>/);
  });

  it('counts a last second that is no whole one by its length', () => {
    const orders = steadyOrders(10, 7.5, (dueUs) => answeredAfter(20_000)(dueUs));
    const page = formatPage(viewFor(recordOf(orders, { durationUs: 7.5e6 })), inlineAssets());
    const { lines } = linesOf(page, 'rate');
    for (const name of ['planned', 'fired', 'accepted']) expect(lines[name], name).toEqual(Array(8).fill(10));
    expect(linesOf(page, 'outcomes').lines.sold).toEqual(Array(8).fill(10));
  });

  it('draws what has no neighbour as dots: a run of one row, an answer between gaps', () => {
    const page = formatPage(
      viewFor(recordOf(steadyOrders(40, 1, answeredAfter(20_000)), { durationUs: 1e6 })),
      inlineAssets(),
    );
    const dotsOf = (kind: string, columns?: (number | null)[][]) => {
      const { series, values } = MAKERS[kind](drawnIn(page), CHOICE);
      const data = columns ?? values({ fromS: 0, untilS: 1 });
      return series.map(({ points }: { points: Points }, at: number) => points.filter?.({ data }, at + 1) ?? []);
    };
    expect(dotsOf('rate')).toEqual([[0], [0], [0]]);
    expect(dotsOf('inflight')).toEqual([[0]]);
    expect(dotsOf('outcomes')[0]).toEqual([0]);
    const [p50, p90, p99] = dotsOf('times', [[], [7, null, 8, 9, null, 3], [1, 2, 3, 4, 5, 6], [null, null, 7, null]]);
    expect([p50, p90, p99]).toEqual([[0, 5], [], [2]]);
    // Of a spectrum the points of each line stand between those of others.
    expect(dotsOf('spectrum').flat()).toEqual([]);
  });

  it.each([
    [7.19, 7],
    [7.21, 8],
  ])('draws of %s s so many rows: a last second that is too short to say is none', (forS, rows) => {
    const orders = steadyOrders(100, forS, answeredAfter(1_000));
    const page = formatPage(viewFor(recordOf(orders, { durationUs: forS * 1e6 })), inlineAssets());
    for (const name of ['planned', 'fired', 'accepted']) {
      const rates = linesOf(page, 'rate').lines[name]!.filter((rate) => rate !== null);
      expect(rates, name).toHaveLength(rows);
      for (const rate of rates) expect(rate, name).toBeCloseTo(100);
    }
    const reach = reachIn(page, 'rate', 'ink-accepted');
    expect(reach).toBeCloseTo((rows === 7 ? 6.5 : (7 + forS) / 2) / 8, 2);
  });

  it('draws answers that came long after it, but no orders', () => {
    const page = pageWith(5_500_000);
    expect(endsIn(page)).toEqual({ planned: 60, fired: 60, accepted: 66, sold: 60, 'in flight': 66 });
    expect(reachIn(page, 'rate', 'fill-fired ink-fired')).toBeLessThan(60 / 66);
    expect(reachIn(page, 'rate', 'ink-accepted')).toBeGreaterThan(65 / 66);
  });
});
