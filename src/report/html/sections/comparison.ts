// 14: was it slower than the run before? What `compare` says, or that there was nothing to compare with; and how the last
// runs of this profile ended.

import type { Change } from '../../../judge/compare-spec.ts';
import { formatCount, formatDuration, formatShare } from '../../../units.ts';
import type { Html } from '../escape.ts';
import { html } from '../escape.ts';
import { icon, mark, section, table, VERDICT_ICONS } from '../parts.ts';
import type { RunView } from '../view.ts';
import { durationText, stampText } from '../words.ts';

const MARKS: Record<Change, Html> = {
  same: mark('pass', 'the same'),
  better: mark('pass', 'better'),
  worse: mark('fail', 'worse'),
  'cannot-tell': mark('inconclusive', 'cannot tell'),
};

export function comparisonSection({ result, live }: RunView): Html {
  // While the run goes on there is no verdict to put beside the others.
  return section(
    'comparison',
    'Comparison',
    html`${comparisonPart(result.comparison)}${live === undefined && lastRuns(result)}`,
  );
}

function comparisonPart(comparison: RunView['result']['comparison']): Html {
  if (comparison === null) {
    return html`<p class="none">This run was compared with no other: no baseline was named (<code>--baseline RUNDIR</code>).</p>`;
  }
  const { baseline, found } = comparison;
  return found.comparable
    ? html`<p class="lead">${MARKS[found.verdict]} as in <code>${baseline}</code>.</p>
${found.notes.length > 0 && html`<ul class="notes">${found.notes.map((note) => html`<li>${note}</li>`)}</ul>`}
${metricsTable(found.metrics)}`
    : html`<p>It cannot be compared with <code>${baseline}</code>:</p><ul>${found.why.map(({ message }) => html`<li>${message}</li>`)}</ul>`;
}

/** This run at the end of those before it: verdict, p99, accepted. */
function lastRuns({ earlier, ...result }: RunView['result']): Html | false {
  if (earlier === undefined) return false;
  if (earlier.length === 0) {
    return html`<p class="none">No earlier run of this profile on this machine is known here.</p>`;
  }
  const { verdict, run, orders, response, ending } = result;
  const { startedAt } = run;
  const { planned, accepted } = orders;
  const own = { verdict, startedAt, planned, accepted, p99Us: response.p99Us, complete: ending.kind === 'complete' };
  const cells = [...earlier, own].map((each, index) => {
    const isOwn = index === earlier.length;
    return html`<li${isOwn && html` aria-current="true"`}><span class="mark mark-${each.verdict}">${icon(each.verdict, 16)} ${VERDICT_ICONS[each.verdict].word}</span>
<span class="quiet">${isOwn ? 'this run' : stampText(each.startedAt).slice(0, 16)}${!each.complete && ', ended early'}</span>
<span>p99 ${durationText(each.p99Us)}</span>
<span class="quiet">${formatCount(each.accepted)} of ${formatCount(each.planned)} accepted</span></li>
`;
  });
  return html`<h3>The last runs of this profile on this machine</h3>
<ol class="strip">${cells}</ol>`;
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
