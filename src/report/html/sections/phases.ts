// 11: the parts of the traffic, and the steps of an order where it has several.

import { formatClock } from '../../../units.ts';
import type { Html } from '../escape.ts';
import { html } from '../escape.ts';
import { section, table, timeLink } from '../parts.ts';
import type { RunView } from '../view.ts';
import { countCell, durationCell } from '../words.ts';

const MOST_WINDOWS = 3;

export function phasesSection(view: RunView): Html {
  return section('parts', 'Parts and steps', html`${partsTable(view)}${stepsTable(view)}`);
}

function partsTable({ result }: RunView): Html {
  const rows = result.phases.map(({ name, windows, orders, p50Us, p99Us, maxUs }) => [
    name,
    html`${windows.slice(0, MOST_WINDOWS).map(({ fromUs, untilUs }, index) => html`${index > 0 && ', '}${timeLink(Math.floor(fromUs / 1e6), Math.ceil(untilUs / 1e6), formatClock(fromUs))}`)}${windows.length > MOST_WINDOWS && html` and ${windows.length - MOST_WINDOWS} more`}`,
    countCell(orders.planned),
    countCell(orders.fired),
    countCell(orders.accepted),
    countCell(orders.rejected),
    countCell(orders.failed + orders.unknown),
    durationCell(p50Us),
    durationCell(p99Us),
    durationCell(maxUs),
  ]);
  return table(
    'Orders due while each part was on, whatever else was on too',
    [
      { label: 'Part', kind: 'text' },
      { label: 'Starts', kind: 'text' },
      ...['planned', 'fired', 'accepted', 'rejected', 'errors', 'p50', 'p99', 'max'].map((label) => ({
        label,
        kind: 'number' as const,
      })),
    ],
    rows,
  );
}

function stepsTable({ result: { steps, think } }: RunView): Html {
  if (steps.length === 0) {
    return html`<p class="quiet">An order of this profile is one exchange, so there are no steps to compare.</p>`;
  }
  const names = ['p50Us', 'p90Us', 'p99Us', 'p999Us', 'maxUs'] as const;
  const rows = [...steps, ...(think.count > 0 ? [{ ...think, name: 'pauses of the shopper' }] : [])];
  return table(
    'Service of each step of an order',
    [
      { label: 'Step', kind: 'text' },
      ...['exchanges', 'p50', 'p90', 'p99', 'p99.9', 'max'].map((label) => ({ label, kind: 'number' as const })),
    ],
    rows.map((row) => [row.name, countCell(row.count), ...names.map((name) => durationCell(row[name]))]),
  );
}
