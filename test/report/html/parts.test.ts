// Part by part what the page promises to hold, in its order: each number comes from the run itself.

import { describe, expect, it } from 'vitest';
import { escapeText } from '../../../src/report/html/escape.ts';
import { formatMeasure } from '../../../src/report/sentence.ts';
import { formatCount, formatDuration } from '../../../src/units.ts';
import { pageOf, RUNS, viewFor } from './pages.ts';

const record = RUNS.lossy!();
const page = pageOf(record);
const { result, charts } = viewFor(record);

/** From its first tag to that of the next section. */
function part(id: string, of = page): string {
  const from = of.indexOf(id === 'banner' ? '<header class="banner' : `<section id="${id}"`);
  const next = of.slice(from + 10).search(/<section id="\w+" aria-labelledby|<footer>/);
  return of.slice(from, from + 10 + next);
}
const textOf = (html: string): string => html.replace(/<svg[\s\S]*?<\/svg>|<[^>]*>/g, ' ').replace(/\s+/g, ' ');
function expectIn(id: string, words: readonly (string | number | null | undefined)[]): void {
  const text = textOf(part(id));
  for (const word of words) expect(text.includes(escapeText(String(word))), `${id}: ${word}`).toBe(true);
}

describe('the page holds', () => {
  it('1: the verdict, its sentence, and what run this was', () => {
    const { run, environment } = result;
    expectIn('banner', [
      'FAIL',
      run.name,
      run.profile,
      run.target,
      run.seed,
      environment.commit,
      environment.doorbuster,
    ]);
    expect(part('banner')).toContain(`<time datetime="${run.startedAt}">`);
    expect(part('banner')).toContain(`<time datetime="${run.endedAt}">`);
    expect(textOf(part('banner'))).toContain(escapeText(result.sentence.split('`')[0]!.trim()));
  });

  it('2: each limit verbatim, where it stands, what was measured, how near, and when it was worst', () => {
    for (const { text, measured, interval, unit, worst } of result.slo) {
      const row = part('slo')
        .split('<tr>')
        .find((each) => each.includes(`<code>${escapeText(text)}</code>`))!;
      if (measured !== null) expect(textOf(row)).toContain(formatMeasure(measured, unit));
      if (interval && interval.low !== interval.high) expect(textOf(row)).toContain(formatMeasure(interval.low, unit));
      if (worst) expect(row).toContain(`href="#t=${worst.fromUs / 1e6}-${worst.untilUs / 1e6}"`);
      if (measured !== null && unit !== 'count') expect(row).toContain('<svg class="margin');
    }
  });

  it('3: the numbers asked for first, and how they went', () => {
    const names = ['Accepted', 'Fired', 'p50', 'p99', 'p99.9', 'Slowest', 'Errors', 'Rejected', 'Oversold', 'Headroom'];
    expect([...part('numbers').matchAll(/<span class="name">([^<]+)/g)].map((match) => match[1])).toEqual(names);
    expectIn('numbers', [formatCount(result.orders.accepted), formatDuration(result.response.maxUs!)]);
    expect(part('numbers').match(/<svg class="spark"/g)!.length).toBeGreaterThanOrEqual(6);
  });

  it('4 to 8 and 10: pictures with a line on how to read them and a table of their numbers', () => {
    const figures = [...page.matchAll(/<figure id="(\w+)-chart"[\s\S]*?<\/figure>\n<details>[\s\S]*?<\/details>/g)];
    expect(figures.map((match) => match[1])).toEqual(['rate', 'response', 'heat', 'outcomes', 'spectrum', 'backlog']);
    for (const [figure] of figures) {
      expect(figure).toMatch(/<svg class="chart"[^>]* role="img" aria-label="[^"]{20,}"/);
      expect(figure).toMatch(/<figcaption>Read it as: /);
      expect(figure.split('<tbody>')[1]!.match(/<tr>/g)!.length).toBeGreaterThan(2);
    }
    for (const id of ['rate', 'response', 'outcomes', 'backlog']) {
      expect(part(id), id).toContain('class="band"');
      expect(part(id), id).toContain('>hourly</text>');
    }
    expect(part('response')).toContain('class="ink-limit"');
    expect(pageOf(RUNS.unfit!())).toContain('fill="url(#hatch)"');
  });

  it('7: each outcome with its count, its share, when it was first and last seen, and its p99', () => {
    for (const { name, count, firstS, lastS } of charts.outcomes.filter((each) => each.count > 0)) {
      expectIn('outcomes', [name, formatCount(count)]);
      expect(lastS).toBeGreaterThanOrEqual(firstS);
    }
    for (const label of ['Orders', 'Share', 'First', 'Last', 'p99'])
      expect(part('outcomes')).toContain(`>${label}</th>`);
  });

  it('9: the books, each invariant, and the first orders that break one', () => {
    for (const { name, violations, says } of result.audit) expectIn('books', [name, formatCount(violations), says]);
    const broken = result.audit.filter(({ examples }) => examples.length > 0);
    expect(broken.length).toBeGreaterThan(0);
    for (const { examples } of broken) expect(part('books')).toContain(escapeText(examples[0]!.says).slice(0, 60));
  });

  it('11: the parts, and the steps where an order has some', () => {
    for (const { name, orders, p99Us } of result.phases) {
      expectIn('parts', [name, formatCount(orders.planned), formatCount(orders.accepted)]);
      if (p99Us !== null) expectIn('parts', [formatDuration(p99Us)]);
    }
    const journey = textOf(part('parts', pageOf(RUNS.audited!())));
    for (const step of ['cart', 'checkout', 'pay']) expect(journey).toContain(step);
  });

  it('13: each check of the generator, each worker, and one line whether it distorted the numbers', () => {
    for (const { name } of result.generator.gates.filter((gate) => gate.name !== 'books'))
      expectIn('generator', [name]);
    for (const { worker } of result.generator.perWorker) expectIn('generator', [`worker ${worker}`]);
    expect(textOf(part('generator'))).toMatch(/It (?:distorted|did not distort) these numbers/);
  });

  it('15 and 16: how to run it again, and how to read it', () => {
    const { run } = result;
    expectIn('reproduce', [run.command, run.seed, run.profileHash, ...result.files]);
    const sources = [{ part: 'rush', says: ['1,042 orders from <last-year>.log', 'rescaled from 1,042 to 6,000'] }];
    const traced = textOf(part('reproduce', pageOf({ ...record, plan: { ...record.plan, sources } })));
    expect(traced).toContain('Where rush comes from: 1,042 orders from &lt;last-year&gt;.log rescaled from 1,042 to');
    expect(textOf(part('reproduce'))).not.toContain('comes from');
    expectIn('how', ['order', 'response', 'lateness', 'wait', 'service', 'INVALID']);
  });
});

describe('a verdict that is no PASS', () => {
  it.each(['unfit', 'unread'])('%s: each reason says what to do', (name) => {
    const { result: of } = viewFor(RUNS[name]!());
    const todo = /<div class="todo">[\s\S]*?<\/div>/.exec(pageOf(RUNS[name]!()))![0];
    const unfit = of.generator.gates.filter(({ status }) => status === 'void');
    expect([of.verdict, unfit.length > 0]).toEqual(['invalid', true]);
    for (const { name: gate } of unfit) {
      const item = todo.split('<li>').find((each) => each.startsWith(`<strong>${gate}</strong>`))!;
      expect(item, gate).toMatch(/What to do: .{10,}/);
    }
  });

  it.each(['interrupted', 'unreached', 'empty'])('%s: says what is open', (name) => {
    expect(pageOf(RUNS[name]!())).toMatch(/<div class="todo"><h2>What is open<\/h2><ul><li>/);
  });
});
