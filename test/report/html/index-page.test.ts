import { expect, it } from 'vitest';
import { formatIndex } from '../../../src/report/html/index-page.ts';
import { nightRow } from '../../support/history-rows.ts';

it('shows the latest sentence as its report does, what stands in backticks as code', () => {
  const latest = nightRow(2, {
    verdict: 'fail',
    sentence: 'p99 2 s at 00:02 broke `p99 < 1s & <b>` in 1 of 4 minutes.',
  });
  const rows = [latest, nightRow(1)].map((row) => ({ ...row, present: true }));
  const page = formatIndex({ rows, unread: [], older: 0, brokenLines: 0 }, { css: '', js: '' });
  expect(page).toContain(
    '<p class="sentence">1 of 2 runs passed. The latest, nightly, ended with FAIL: p99 2 s at 00:02 broke <code>p99 &lt; 1s &amp; &lt;b&gt;</code> in 1 of 4 minutes.</p>',
  );
});
