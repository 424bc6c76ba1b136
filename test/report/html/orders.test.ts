// Sections 7 and 12 of the page: single orders, and one answer of each outcome.

import { describe, expect, it } from 'vitest';
import { inlineAssets } from '../../../src/folder/page-assets.ts';
import { formatPage } from '../../../src/report/html/page.ts';
import type { RunView } from '../../../src/report/html/view.ts';
import { formatClock, formatCount, formatDuration } from '../../../src/units.ts';
import { failing, passing } from '../runs.ts';
import { RUNS, viewFor } from './pages.ts';

function sectionOf(view: RunView, id: 'outcomes' | 'orders'): string {
  const page = formatPage(view, inlineAssets());
  const from = page.indexOf(`<section id="${id}"`);
  return page.slice(from, page.indexOf('<section id=', from + 10));
}
const rowsOf = (html: string) => [...html.matchAll(/<tr><th scope="row".*?<\/tr>/gs)].map(([row]) => row);

describe('slowest and failed orders', () => {
  it('shows each with when it was due, where its time went and how it ended', () => {
    const view = viewFor(failing());
    const { slowest, failed } = view.result.examples!;
    expect([slowest.length, failed.length]).toEqual([20, 10]);
    expect(slowest[0]!.responseUs).toBe(view.result.response.maxUs);
    const rows = rowsOf(sectionOf(view, 'orders'));
    expect(rows.length).toBe(30);
    for (const [index, order] of [...slowest, ...failed].entries()) {
      const { seq, key, dueUs, responseUs, waitUs, serviceUs, outcome } = order;
      const row = rows[index]!;
      const dueS = Math.floor(dueUs / 1e6);
      expect(row).toContain(`${formatCount(seq)} <code class="key">${key}</code>`);
      expect(row).toContain(`<a href="#t=${dueS}-${dueS + 1}">${formatClock(dueUs)}</a>`);
      for (const us of [responseUs, waitUs]) expect(row).toContain(formatDuration(us));
      expect(row).toContain(serviceUs === null ? '>–</td>' : formatDuration(serviceUs));
      expect(row).toContain(`<code>${outcome}</code>`);
    }
    // Without a trace of any, there is no column for it.
    expect(sectionOf(view, 'orders')).not.toContain('Trace');
  });

  it('leads to the trace of an order, and tells its requests', () => {
    const view = viewFor(RUNS.audited!());
    const [first] = view.result.examples!.slowest;
    const row = rowsOf(sectionOf(view, 'orders'))[0]!;
    const id = first!.key.replaceAll('-', '');
    expect(row).toContain(
      `<a href="https://traces.example/search?trace=${id}#${first!.key}" rel="noopener noreferrer">open</a>`,
    );
    expect(row).toContain('3 requests');
    expect(row).toContain('after a pause of 250 ms');
    expect(first!.trace!.sent).toBe(first!.steps.at(-1)!.trace);
  });

  it.each(['javascript:alert(1)', ' javascript:alert(1)', 'data:text/html,x', '//evil.example', 'vbscript:x', null])(
    'makes no link of %j, whoever wrote it into the run folder',
    (url) => {
      const view = viewFor(RUNS.audited!());
      for (const order of view.result.examples!.slowest) order.trace = { ...order.trace!, url };
      const section = sectionOf(view, 'orders');
      expect(section).not.toMatch(/rel="noopener|javascript:|evil|data:text/);
      expect(section).toContain(view.result.examples!.slowest[0]!.trace!.id);
    },
  );

  it('says of a run of an older Doorbuster that it kept none, and shows when the slowest were due', () => {
    const view = viewFor(failing());
    delete view.result.examples;
    expect(sectionOf(view, 'orders')).toContain('before single orders were kept');
    expect(rowsOf(sectionOf(view, 'orders')).length).toBe(10);
    expect(sectionOf(view, 'outcomes')).toContain('before answers were kept');
  });

  it('tells the one second in which orders of an outcome were due, or the first and the last', () => {
    const view = viewFor(failing());
    const [timeout] = view.charts.outcomes.filter(({ class: of }) => of === 'unknown');
    expect(sectionOf(view, 'orders')).toMatch(
      /timeout<\/code> \(unknown\): 12, due from <a[^>]*>00:02<\/a> to <a[^>]*>00:02:11</,
    );
    timeout!.lastS = timeout!.firstS;
    expect(sectionOf(view, 'orders')).toMatch(/timeout<\/code> \(unknown\): 12, due at <a[^>]*>00:02<\/a><\/li>/);
  });

  it('says so where there are none', () => {
    const view = viewFor(RUNS.empty!());
    expect(view.result.examples).toEqual({ slowest: [], failed: [], answers: [] });
    expect(sectionOf(view, 'orders')).toContain('No order ended.');
    expect(sectionOf(view, 'outcomes')).toContain('No order ended.');
  });
});

describe('one answer of each outcome', () => {
  it('stands in the table, and whole below it', () => {
    const section = sectionOf(viewFor(failing()), 'outcomes');
    expect(section).toContain('201 <code>{&quot;orderId&quot;:&quot;order-1&quot;');
    expect(section).toContain('refused (ECONNREFUSED)');
    const shown = [...section.matchAll(/<details class="answer">.*?<\/details>/gs)].map(([each]) => each);
    expect(shown.length).toBe(2);
    expect(shown[0]).toContain('content-type:</span> application/json');
    expect(shown[0]).toContain('&quot;session&quot;:&quot;***&quot;');
    expect(shown[1]).toContain('409');
  });

  it('is left out where no order ended so: it answered a try of one that then ended otherwise', () => {
    const record = passing();
    const [answer] = record.evidence.kept!.answers;
    const answers = [...record.evidence.kept!.answers, { ...answer!, outcome: 3 }];
    const { examples } = viewFor({
      ...record,
      evidence: { ...record.evidence, kept: { ...record.evidence.kept!, answers } },
    }).result;
    expect(examples!.answers.map(({ outcome }) => outcome)).toEqual(['sold', 'sold_out']);
  });

  it('is cut to what a page can bear, and says of bytes that they are no text', () => {
    const view = viewFor(failing());
    const [sold, out] = view.result.examples!.answers;
    sold!.body = '\u0000'.repeat(4096);
    Object.assign(out!, { body: '', isBinary: true });
    const section = sectionOf(view, 'outcomes');
    expect(section).toContain('A body that is no text.');
    expect(section.match(/\\u0000/g)!.length).toBeLessThan(1_300);
    expect(section).toContain('\\u0000…</pre>');
  });
});
