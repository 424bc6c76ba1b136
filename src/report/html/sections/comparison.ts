// 14: was it slower than the run before? What `compare` says, or that there was nothing to compare with.

import type { Change } from '../../../judge/compare-spec.ts';
import { formatDuration, formatShare } from '../../../units.ts';
import type { Html } from '../escape.ts';
import { html } from '../escape.ts';
import { mark, section, table } from '../parts.ts';
import type { RunView } from '../view.ts';

const MARKS: Record<Change, Html> = {
  same: mark('pass', 'the same'),
  better: mark('pass', 'better'),
  worse: mark('fail', 'worse'),
  'cannot-tell': mark('inconclusive', 'cannot tell'),
};

export function comparisonSection({ result: { comparison } }: RunView): Html {
  if (comparison === null) {
    return section(
      'comparison',
      'Comparison',
      html`<p class="none">This run was compared with no other: no baseline was named (<code>--baseline RUNDIR</code>).</p>`,
    );
  }
  const { baseline, found } = comparison;
  const body = found.comparable
    ? html`<p class="lead">${MARKS[found.verdict]} as in <code>${baseline}</code>.</p>
${found.notes.length > 0 && html`<ul class="notes">${found.notes.map((note) => html`<li>${note}</li>`)}</ul>`}
${metricsTable(found.metrics)}`
    : html`<p>It cannot be compared with <code>${baseline}</code>:</p><ul>${found.why.map(({ message }) => html`<li>${message}</li>`)}</ul>`;
  return section('comparison', 'Comparison', body);
}

type Metrics = Extract<NonNullable<RunView['result']['comparison']>['found'], { comparable: true }>['metrics'];

function metricsTable(metrics: Metrics): Html {
  const rows = metrics.map(({ metric, phase, unit, before, after, change, interval, verdict, says }) => {
    const value = (number: number | null) =>
      number === null ? '–' : unit === 'us' ? formatDuration(number) : formatShare(number);
    const moved = (number: number) => `${number > 0 ? '+' : number < 0 ? '−' : ''}${formatShare(Math.abs(number))}`;
    return [
      MARKS[verdict],
      phase === undefined || phase === null ? metric : `${metric} during ${phase}`,
      value(before),
      value(after),
      change === null ? '–' : moved(change),
      interval === null ? '–' : `${moved(interval[0])} to ${moved(interval[1])}`,
      says,
    ];
  });
  return table(
    'Change against the baseline, window by window',
    [
      { label: 'Verdict', kind: 'text' },
      { label: 'Metric', kind: 'text' },
      ...['Before', 'After', 'Change', '95 % interval'].map((label) => ({ label, kind: 'number' as const })),
      { label: 'In words', kind: 'text' },
    ],
    rows,
  );
}
