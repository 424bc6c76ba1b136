// 7: how the orders ended, over time and in all.

import type { OutcomeClass } from '../../../outcomes.ts';
import { formatCount, formatRate } from '../../../units.ts';
import { cellOf } from '../../charts/rows.ts';
import type { Html } from '../escape.ts';
import { html } from '../escape.ts';
import { legend } from '../legend.ts';
import { figure, section, table } from '../parts.ts';
import { clockScale, linearScale } from '../svg/axis.ts';
import type { Ink } from '../svg/frame.ts';
import { area, frame, hatching, PLOT, shading } from '../svg/frame.ts';
import { bandsOf, endsOf, middles, perSecond, rowsUntil, seenRows } from '../svg/time.ts';
import type { RunView } from '../view.ts';
import { clockCell, countCell, durationCell, shareCell, spanText } from '../words.ts';
import { answersList, answersOf, beginningOf } from './answers.ts';
import { joined, MOST_TABLE_ROWS } from './rate.ts';

const CLASSES: OutcomeClass[] = ['accepted', 'rejected', 'failed', 'unknown'];

export function outcomesSection(view: RunView): Html {
  const ended = endedBy(view);
  const reads =
    'Read it as: the height is all orders due in that second, the colours how they ended, whenever that was. Anything but the lowest colour is an order that was not taken.';
  return section(
    'outcomes',
    'Outcomes',
    html`${figure({ id: 'outcomes', chart: 'outcomes', reads, picture: picture(view), numbers: numbers(view) })}
<h3>Each outcome</h3>
${outcomesTable(view)}
${
  ended.length > 0
    ? answersList(
        view,
        ended.map(({ name }) => name),
      )
    : html`<p class="quiet">No order ended.</p>`
}`,
  );
}

/** Classes from the bottom up; outcomes of one class share its colour. */
function picture(view: RunView): Html {
  const { charts } = view;
  const byOutcome = rowsUntil(view, charts.byOutcome, endsOf(view).fired);
  const x = clockScale(charts.seconds, { from: PLOT.left, to: PLOT.right });
  const xs = middles(byOutcome, x);
  const layers: { ink: Ink; heights: number[] }[] = CLASSES.map((ink) => {
    const members = byOutcome.of.filter(({ index }) => (charts.outcomes[index]?.class ?? 'unknown') === ink);
    const rates = members.map(({ counts }) => perSecond(byOutcome, counts));
    return { ink, heights: xs.map((_, row) => rates.reduce((sum, rate) => sum + rate[row]!, 0)) };
  });
  const tops = xs.map((_, row) => layers.reduce((sum, { heights }) => sum + heights[row]!, 0));
  const y = linearScale(Math.max(0, ...tops), { from: PLOT.bottom, to: PLOT.top }, formatRate);
  let below = xs.map(() => 0);
  const areas = layers
    .filter(({ heights }) => heights.some((height) => height > 0))
    .map(({ ink, heights }) => {
      below = below.map((height, row) => height + heights[row]!);
      return area(ink, xs, below.map(y.at));
    })
    .reverse();
  const { orders } = view.result;
  const describes = `Outcomes over the run: ${CLASSES.map((name) => `${formatCount(orders[name])} ${name}`).join(', ')}.`;
  return html`${legend(CLASSES.map((name) => [name, name]))}${frame(describes, x, y, [shading(bandsOf(view), x), ...areas, hatching(charts.stretches, x)])}`;
}

function numbers(view: RunView): Html {
  const { charts } = view;
  const byOutcome = seenRows(view, charts.byOutcome);
  const names = byOutcome.of.map(({ index }) => charts.outcomes[index]?.name ?? 'others');
  const rows = joined(byOutcome, MOST_TABLE_ROWS).map(({ fromS, untilS, members }) => [
    spanText(fromS, untilS),
    ...byOutcome.of.map(({ counts }) => countCell(members.reduce((sum, row) => sum + (cellOf(counts, row) ?? 0), 0))),
  ]);
  return table(
    'Outcomes of the orders due in each stretch',
    [{ label: 'Time', kind: 'text' }, ...names.map((label) => ({ label, kind: 'number' as const }))],
    rows,
  );
}

/** Outcomes that there were orders of, the most frequent first. */
function endedBy({ charts }: RunView): RunView['charts']['outcomes'] {
  return charts.outcomes.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
}

function outcomesTable(view: RunView): Html {
  const { fired } = view.result.orders;
  const answers = answersOf(view);
  const rows = endedBy(view).map(({ name, class: outcomeClass, count, firstS, lastS, p99Us }) => [
    name,
    html`<span class="class class-${outcomeClass}">${outcomeClass}</span>`,
    countCell(count),
    shareCell(fired > 0 ? count / fired : null),
    clockCell(firstS),
    clockCell(lastS),
    durationCell(p99Us),
    beginningOf(answers.get(name)),
  ]);
  return table(
    'Outcomes, the most frequent first',
    [
      { label: 'Outcome', kind: 'text' },
      { label: 'Class', kind: 'text' },
      ...['Orders', 'Share', 'First', 'Last', 'p99'].map((label) => ({ label, kind: 'number' as const })),
      { label: 'Example', kind: 'text' },
    ],
    rows,
  );
}
