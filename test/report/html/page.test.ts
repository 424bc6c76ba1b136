// The page as text: valid, complete, the same twice, small, and deaf to whatever a target or a profile says.

import { HtmlValidate } from 'html-validate';
import { describe, expect, it } from 'vitest';
import { inlineAssets } from '../../../src/folder/page-assets.ts';
import { viewOf } from '../../../src/folder/view.ts';
import { judgeSlo } from '../../../src/judge/judge-slo.ts';
import { parseSlo } from '../../../src/judge/slo.ts';
import { capacityFileOf } from '../../../src/report/capacity-file.ts';
import { rangeWords } from '../../../src/report/capacity-words.ts';
import type { Column } from '../../../src/report/charts/spec.ts';
import { escapeText } from '../../../src/report/html/escape.ts';
import { formatPage } from '../../../src/report/html/page.ts';
import type { RunView } from '../../../src/report/html/view.ts';
import { knownCapacity } from '../../../src/report/known-capacity.ts';
import type { ResultSlo } from '../../../src/report/result.ts';
import { formatClock, formatCount, formatDuration } from '../../../src/units.ts';
import { longRun } from '../../support/long-run.ts';
import { foundCapacity } from '../capacities.ts';
import { crowded, failing } from '../runs.ts';
import { everywhere, HOSTILE } from './hostile.ts';
import { liveRecord } from './live-run.ts';
import { pageOf, RUNS, viewFor } from './pages.ts';

const validator = new HtmlValidate({
  extends: ['html-validate:recommended'],
  // The effective profile is shown as it is written.
  rules: { 'no-trailing-whitespace': 'off' },
});

async function mistakesIn(page: string): Promise<string[]> {
  const report = await validator.validateString(page);
  return report.results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message, line, column }) => `${line}:${column} ${ruleId}: ${message}`),
  );
}

const SECTIONS = [
  ...['slo', 'numbers', 'rate', 'response', 'heat', 'outcomes', 'spectrum', 'books', 'backlog', 'parts', 'orders'],
  ...['generator', 'comparison', 'reproduce', 'how'],
];

describe.each(Object.entries(RUNS))('the page of a run that is %s', (_, make) => {
  it('is valid HTML with every section in its order', async () => {
    const page = pageOf(make());
    expect(await mistakesIn(page)).toEqual([]);
    expect([...page.matchAll(/<section id="(\w+)"/g)].map((match) => match[1])).toEqual(SECTIONS);
  });

  it('is the same whenever it is made', () => {
    expect(pageOf(make.fresh()) === pageOf(make())).toBe(true);
  });

  it('says the verdict first, needs nothing from anywhere, and has no inline style or handler', () => {
    const record = make();
    const page = pageOf(record);
    const text = page
      .slice(page.indexOf('<main'))
      .replace(/<svg[\s\S]*?<\/svg>/g, '')
      .replace(/<[^>]*>/g, ' ');
    expect(text.trim().split(/\s+/)[0]).toBe(record.judgement.verdict.toUpperCase());
    const body = page
      .replace(/<(script|style)[\s\S]*?<\/\1>/g, '')
      // Where the profile says that traces are looked up: a link, that nothing follows by itself.
      .replace(/<a href="https:\/\/traces\.example\/[^"]*" rel="noopener noreferrer">/g, '<a>');
    expect(body).not.toMatch(/\sstyle="|\son[a-z]+="|(?:src|href)="(?:https?:)?\/\/|url\((?!#)/);
    expect(body).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });
});

describe('the page', () => {
  it('is valid HTML while the run goes on too', async () => {
    const live = { says: 'so far', token: '0' };
    expect(await mistakesIn(formatPage({ ...viewFor(liveRecord(130)), live }, inlineAssets()))).toEqual([]);
  });

  it('has the numbers of the run as text, without any script', () => {
    const record = failing();
    const { result } = viewFor(record);
    const page = pageOf(record).replace(/<(script|style)[\s\S]*?<\/\1>/g, '');
    const numbers = [
      ...Object.values(result.orders).map(formatCount),
      ...(['p50Us', 'p90Us', 'p99Us', 'p999Us', 'maxUs'] as const).map((name) =>
        formatDuration(result.response[name]!),
      ),
      ...result.slo.map(({ says }) => says.slice(0, 20)),
      result.run.profileHash,
    ];
    for (const number of numbers) expect(page.includes(escapeText(number)), number).toBe(true);
  });

  it('differs when the assets are files, by nothing but where they are', () => {
    const record = failing();
    const inline = pageOf(record);
    const files = pageOf(record, { kind: 'files', css: 'report.css', js: 'report.js' });
    expect(files).toContain('<link rel="stylesheet" href="report.css">');
    expect(files).not.toContain('<style>');
    const main = (page: string) => page.slice(page.indexOf('<main'), page.indexOf('</main>'));
    expect(main(files)).toBe(main(inline));
  });
});

describe('backlog and recovery', () => {
  const view = viewFor(crowded());
  const sectionOf = (shown: typeof view) =>
    /<section id="backlog"[\s\S]*?<section id="parts"/.exec(formatPage(shown, inlineAssets()))![0];

  it('has each plateau, and the very recovery that an SLO and result.json have', () => {
    const { plateaus, recoveries } = view.result.stability!;
    const page = sectionOf(view);
    expect(plateaus.filter(({ backlog }) => backlog === 'growing').length).toBe(1);
    expect(page).toContain('On 1 of ');
    for (const { fromUs, untilUs } of plateaus) expect(page).toContain(`href="#t=${fromUs / 1e6}-${untilUs / 1e6}"`);
    const took = formatDuration(recoveries[0]!.tookUs!);
    const { measured } = judgedRecovery();
    expect(recoveries[0]!.tookUs).toBe(measured);
    expect(page).toContain(`>${took}</td>`);
    expect(page).toContain(`back after ${took}</text>`);
    expect(page).toContain('>growing</text>');
  });

  const judgedRecovery = () => {
    const parsed = parseSlo('recovers within 60s after hourly', { parts: ['hourly'], place: 'slo' });
    if (!parsed.ok) throw new Error(parsed.mistake.message);
    return judgeSlo(parsed.slo, { text: '', place: undefined }, crowded().evidence);
  };

  it('has the headroom where a search for capacity is known, and how to find it where none is', () => {
    const capacity = knownCapacity('2026 x/y', capacityFileOf(foundCapacity()));
    const known = viewFor({ ...crowded(), capacity });
    const { overPeak } = known.result.capacity!;
    const page = sectionOf(known);
    expect(page).toContain(`${rangeWords(overPeak)} this run&#39;s peak`);
    expect(page).toContain('href="../2026%20x/y/capacity.html"');
    const tiles = (shown: typeof view) =>
      /<section id="numbers"[\s\S]*?<\/section>/.exec(formatPage(shown, inlineAssets()))![0];
    expect(tiles(known)).toContain(`<strong>${rangeWords(overPeak)}</strong>`);
    expect(tiles(view)).toContain('unknown: run <code>doorbuster capacity</code>');
    expect(sectionOf(view)).toContain('Unknown: run <code>doorbuster capacity</code>');
  });

  it('says so of a run of an older Doorbuster', () => {
    const { stability: _, ...older } = view.result;
    expect(sectionOf({ ...view, result: older })).toContain('did not yet look');
  });
});

describe('a broken limit', () => {
  const told = (text: string, change: (view: ReturnType<typeof viewFor>) => void = () => {}) => {
    const view = viewFor(failing());
    view.result.slo = [{ ...view.result.slo.find(({ status }) => status === 'fail')!, text, worst: null }];
    change(view);
    return /<div class="todo">.*?<\/div>/s.exec(formatPage(view, inlineAssets()))![0];
  };

  it('on the whole run says when it was worst and where to look, though p99 cannot be told', () => {
    const few = told('p99 < 300ms', ({ result: { response, service } }) => {
      response.p99Us = response.p95Us = service.p99Us = null;
      service.p90Us = response.p90Us! / 2;
    });
    expect(few).toMatch(/Worst: <a href="#t=\d+-\d+">/);
    expect(few).toContain('of a p90 of');
  });

  it('of windows leads to the worst from where its sentence names it, once', () => {
    const banner = told('p99 < 300ms in every 1m', ({ result: { slo } }) => {
      slo[0]!.worst = { fromUs: 120e6, untilUs: 180e6, measured: 414_000 };
      slo[0]!.says = 'broke in 1 of 4 windows of 1 m, worst 414 ms at 00:02–00:03; 1 had too few orders to say';
    });
    expect(banner).toContain('414 ms at <a href="#t=120-180">00:02–00:03</a>; 1 had too few orders to say.');
    expect(banner).not.toContain('Worst:');
  });

  it('of one part says when it was worst in that part', () => {
    // Slow from 120 s to 132 s, which is in `hourly`; before it and after it the slowest are elsewhere.
    const [, from, until] = /Worst: <a href="#t=(\d+)-(\d+)">/.exec(told('p99 < 20ms during hourly'))!.map(Number);
    expect([from! >= 120, until! <= 190, from! < until!]).toEqual([true, true, true]);
    const errors = told('errors < 0.01% during hourly', ({ result: { slo } }) => {
      slo[0]!.unit = 'share';
    });
    expect(errors).toMatch(/Worst: <a href="#t=1[23]\d-1[23]\d">/);
  });

  it('of what was fired says when most was missing', () => {
    const achieved = told('achieved >= 99.99% of plan', ({ charts: { flow }, result: { slo } }) => {
      const fired = Array.from({ length: flow.untilS }, (_, second) => (second === 77 ? 12 : 50));
      flow.columns.fired = fired;
      slo[0]!.unit = 'share';
    });
    expect(achieved).toContain('<a href="#t=77-78">');
  });

  it('of the books leads to the books, and to no outcome', () => {
    const books = told('oversold == 0', ({ result: { slo } }) => {
      slo[0]!.unit = 'count';
    });
    expect(books).toContain('Look at the books');
    expect(books).not.toContain('#t=');
  });
});

describe('the worst of a limit that has no windows', () => {
  const view = viewFor(failing());
  const worstOf = (text: string, unit: ResultSlo['unit'], change: (view: RunView) => void = () => {}) => {
    const fresh = structuredClone(view);
    fresh.result.slo = [{ ...view.result.slo[0]!, text, unit, worst: null }];
    change(fresh);
    const limits = /<section id="slo"[\s\S]*?<\/tbody>/.exec(formatPage(fresh, inlineAssets()))![0];
    return limits
      .slice(limits.lastIndexOf('<td>'))
      .replaceAll(/<[^>]*>/g, ' ')
      .trim();
  };
  const { times } = view.charts;
  const slowest = formatClock([times.response.max].flat().indexOf(view.result.response.maxUs) * times.everyS * 1e6);

  it('is when the slowest order was due, in the part that it speaks of', () => {
    expect(worstOf('p99 < 300ms', 'us')).toMatch(new RegExp(`^${slowest}–00:02:\\d\\d +the slowest order$`));
    const apart = ({ charts: { times } }: RunView) => {
      times.service.max = Array.from({ length: 24 }, (_, row) => (row === 3 ? 9e6 : 1e3));
    };
    expect(view.charts.times.everyS).toBe(10);
    expect(worstOf('service p99 < 300ms', 'us', apart)).toMatch(/^00:00:30–00:00:40 +the slowest order$/);
    expect(worstOf('p99 < 300ms', 'us', apart)).toMatch(new RegExp(`^${slowest}–`));
    expect(worstOf('max < 300ms during hourly', 'us')).toMatch(/^00:02(:\d\d)?–.* the slowest order$/);
  });

  it('is when most orders counted against it, and nothing where none did', () => {
    expect(worstOf('errors < 0.1%', 'share')).toMatch(/^00:02(:\d\d)?–.* most errors$/);
    expect(worstOf('accepted >= 99% of plan', 'share')).toMatch(/^00:02(:\d\d)?–.* most not accepted$/);
    expect(worstOf('dropped == 0', 'count')).toBe('–');
    const dropping = ({ charts: { flow } }: RunView) => {
      flow.columns.dropped = Array.from({ length: flow.untilS }, (_, second) => (second === 33 ? 2 : 0));
    };
    expect(worstOf('dropped == 0', 'count', dropping)).toMatch(/^00:00:33–00:00:34 +most dropped$/);
    expect(worstOf('achieved >= 99% of plan', 'share')).toBe('–');
    expect(worstOf('p99 of accepted < 300ms', 'us')).toBe('–');
    expect(worstOf('oversold == 0', 'count')).toBe('–');
  });
});

describe('a hostile target', () => {
  it.each(HOSTILE.map((text) => [text.slice(0, 30), text]))('%j stays text wherever it is', async (_, text) => {
    const view = viewFor(failing());
    const hostile = formatPage(everywhere(view, text), inlineAssets());
    expect(await mistakesIn(hostile)).toEqual([]);
    expect(hostile.replaceAll(/\s/g, '')).not.toMatch(/<script>window|<svgonload|owned\(\)>/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(hostile).not.toMatch(/[\u0000\u2028\u202e\u2066\u200b]/);
    expect(hostile.length).toBeLessThan(600_000);
    // A canvas and a legend escape nothing: what the script draws is spelled out before it gets there.
    const drawn = JSON.parse(/<script type="application\/json" id="charts">(.*?)<\/script>/s.exec(hostile)![1]!);
    const labels = [...drawn.byOutcome.of, ...drawn.spectra].map(({ name }: { name: string }) => name);
    expect(labels.length).toBeGreaterThan(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(labels.join('')).not.toMatch(/[\u0000\u2028\u202e\u2066\u200b]/);
  });
});

describe('a run folder', () => {
  it('is named by its own files only', () => {
    const { result } = viewOf(failing(), ['result.json', '"><b>.txt']);
    const page = formatPage({ ...viewFor(failing()), result }, inlineAssets());
    expect(page).toContain('href="%22%3E%3Cb%3E.txt"');
  });
});

describe('the page of 12 hours at 49 orders a second', () => {
  const record = longRun(12);
  const view = viewFor(record);
  const page = formatPage(view, inlineAssets());

  it('is no larger than a mail takes', async () => {
    expect(record.evidence.orders.fired).toBeGreaterThan(2_000_000);
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(400_000);
    expect(await mistakesIn(page)).toEqual([]);
  });

  it('has lost no extreme, and has the single seconds of the worst minute', () => {
    const { charts, result } = view;
    const { timeline } = record.evidence;
    const most = (name: 'fired' | 'inFlight') => Math.max(...timeline.flows.map((flow) => flow[name]));
    const highest = (column: Column) => Math.max(...[column].flat().map((value) => value ?? 0));
    expect(highest(charts.times.response.max)).toBe(result.response.maxUs);
    expect(highest(charts.flow.columns.firedMax)).toBe(most('fired'));
    expect(highest(charts.flow.columns.inFlight)).toBe(most('inFlight'));
    const sum = (column: Column) => [column].flat().reduce<number>((total, value) => total + (value ?? 0), 0);
    for (const name of ['fired', 'accepted', 'rejected', 'failed', 'unknown'] as const) {
      expect(sum(charts.flow.columns[name])).toBe(result.orders[name]);
    }
    const worst = result.slo.find(({ status, worst: window }) => status === 'fail' && window !== null)!.worst!;
    const [fromS, untilS] = [worst.fromUs / 1e6, worst.untilUs / 1e6];
    const detail = charts.detail.find(({ flow }) => flow.fromS <= fromS && untilS <= flow.untilS)!;
    expect(detail.flow.everyS).toBe(1);
    const at = (second: number) => [detail.flow.columns.fired].flat()[second - detail.flow.fromS];
    for (let second = fromS; second < untilS; second++) expect(at(second)).toBe(timeline.flows[second]!.fired);
  });
});
