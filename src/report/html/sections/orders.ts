// 12: single orders that are worth a look. A run keeps no order by itself but those of the audit; what can be said of the
// slowest and the failed ones is when they were due.

import { formatClock, formatCount, formatDuration } from '../../../units.ts';
import type { Html } from '../escape.ts';
import { html } from '../escape.ts';
import { section, table, timeLink } from '../parts.ts';
import { valuesOf } from '../svg/time.ts';
import type { RunView } from '../view.ts';
import { countCell, durationCell, spanText } from '../words.ts';
import { exampleItem } from './books.ts';

const SHOWN = 10;

export function ordersSection(view: RunView): Html {
  return section(
    'orders',
    'Slowest and failed orders',
    html`<p class="quiet">Single orders are not kept (a run may have millions): these are the stretches that the slowest and the failed ones were due in.</p>
${slowest(view)}${failed(view)}${unknown(view)}`,
  );
}

function slowest({ charts }: RunView): Html {
  const { times } = charts;
  const maxima = valuesOf(times, times.response.max);
  const counts = valuesOf(times, times.response.count);
  const rows = maxima
    .map((us, row) => ({ us, fromS: row * times.everyS, count: counts[row] }))
    .filter(({ us }) => us !== null)
    .sort((a, b) => b.us! - a.us!)
    .slice(0, SHOWN)
    .map(({ us, fromS, count }) => {
      const untilS = Math.min(fromS + times.everyS, times.untilS);
      return [
        { shows: timeLink(fromS, untilS, spanText(fromS, untilS)), sort: fromS },
        durationCell(us),
        countCell(count),
      ];
    });
  if (rows.length === 0) return html`<p class="none">No order was answered.</p>`;
  return table(
    `Slowest response of each ${formatDuration(times.everyS * 1e6)}`,
    [
      { label: 'Due', kind: 'text' },
      { label: 'slowest', kind: 'number' },
      { label: 'of orders', kind: 'number' },
    ],
    rows,
  );
}

function failed({ charts }: RunView): Html {
  const bad = charts.outcomes.filter(({ class: of, count }) => count > 0 && (of === 'failed' || of === 'unknown'));
  if (bad.length === 0) return html`<p>No order failed, and of none the outcome is unknown.</p>`;
  return html`<ul>${bad.map(
    ({ name, class: of, count, firstS, lastS }) =>
      html`<li><code>${name}</code> (${of}): ${formatCount(count)}, due from ${timeLink(firstS, firstS + 1, formatClock(firstS * 1e6))} to ${timeLink(lastS, lastS + 1, formatClock(lastS * 1e6))}</li>`,
  )}</ul>`;
}

/** The first orders whose answer never came, and what the books say of them. */
function unknown({ result: { books } }: RunView): Html | undefined {
  const examples = books?.unknown?.examples ?? [];
  if (examples.length === 0) return undefined;
  return html`<h3>Orders whose answer never came</h3><ol class="examples">${examples.map(exampleItem)}</ol>`;
}
