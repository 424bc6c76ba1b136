// 8: the percentile spectrum on the axis of nines, where each step to the right is ten times rarer.

import { leastCountFor } from '../../../measure/summary.ts';
import { formatDuration, formatShare } from '../../../units.ts';
import { TABLE_QUANTILES } from '../../charts/heat.ts';
import type { Spectrum } from '../../charts/spec.ts';
import type { Html } from '../escape.ts';
import { html } from '../escape.ts';
import { legend } from '../legend.ts';
import { figure, section, table } from '../parts.ts';
import type { Scale } from '../svg/axis.ts';
import { logScale } from '../svg/axis.ts';
import type { Ink } from '../svg/frame.ts';
import { frame, limitLine, line, PLOT } from '../svg/frame.ts';
import type { RunView } from '../view.ts';
import { durationCell } from '../words.ts';
import { limitsOf } from './response.ts';

/** Parts are told apart by these; more parts than that are in the table only. */
const PART_INKS: Ink[] = ['accepted', 'rejected', 'unknown', 'failed'];

export function spectrumSection(view: RunView): Html {
  const { response } = view.charts.spectra;
  const reads =
    'Read it as: at 99 % stands the time that 1 order in 100 exceeded, at 99.9 % 1 in 1,000; a line that turns up late is a rare but long wait.';
  const body =
    response.count === 0
      ? html`<p class="none">No order was answered, so there is no spectrum.</p>`
      : figure({ id: 'spectrum', chart: 'spectrum', reads, picture: picture(view), numbers: numbers(view) });
  return section('spectrum', 'Percentile spectrum', body);
}

/** How many nines: 0.9 → 1, 0.999 → 3. */
const nines = (quantile: number): number => -Math.log10(1 - quantile);

function picture(view: RunView): Html {
  const { response, service, parts } = view.charts.spectra;
  const drawn: [Ink, Spectrum][] = [
    ['max', response],
    ['p90', service],
    ...parts.slice(0, PART_INKS.length).map((part, index): [Ink, Spectrum] => [PART_INKS[index]!, part]),
  ];
  const all = drawn.flatMap(([, { points }]) => points.map(([, us]) => us)).filter((us) => us > 0);
  const most = Math.max(1, ...drawn.flatMap(([, { points }]) => points.map(([quantile]) => nines(quantile))));
  const x = ninesScale(most);
  const limits = limitsOf(view);
  const heights = [...all, ...limits.map(({ us }) => us)];
  const y = logScale(Math.min(...heights, 1e6), Math.max(...heights, 1), { from: PLOT.bottom, to: PLOT.top });
  const lines = drawn.map(([ink, { points }]) =>
    line(
      ink,
      points.map(([quantile]) => x.at(nines(quantile))),
      points.map(([, us]) => y.at(us)),
      { width: ink === 'max' ? 2.2 : 1.5 },
    ),
  );
  const describes = `Percentile spectrum: response p50 ${formatDuration(pointAt(response, 0.5))}, slowest ${formatDuration(response.points.at(-1)![1])}.`;
  return html`${legend(drawn.map(([ink, { name }], index) => [ink, index < 2 ? name : `during ${name}`]))}${frame(describes, x, y, [...lines, ...limits.map(({ us, text }) => limitLine(y.at(us), text))])}`;
}

function ninesScale(most: number): Scale {
  const at = (value: number) => PLOT.left + (PLOT.right - PLOT.left) * (value / most);
  const ticks = Array.from({ length: Math.floor(most) + 1 }, (_, value) => ({ value, label: ninesLabel(value) }));
  return { at, ticks, low: 0, high: most };
}

const ninesLabel = (count: number): string =>
  count < 2 ? `${count * 90} %` : `99${count === 2 ? '' : `.${'9'.repeat(count - 2)}`} %`;

const pointAt = ({ points }: Spectrum, quantile: number): number =>
  (points.find(([each]) => each >= quantile) ?? points.at(-1)!)[1];

function numbers(view: RunView): Html {
  const { response, service, parts } = view.charts.spectra;
  const all = [response, service, ...parts];
  const rows = TABLE_QUANTILES.filter((quantile) => response.count >= leastCountFor(quantile)).map((quantile) => [
    { shows: formatShare(quantile), sort: quantile },
    ...all.map((each) => durationCell(each.count >= leastCountFor(quantile) ? pointAt(each, quantile) : null)),
  ]);
  return table(
    'Time that so many orders did not exceed',
    [{ label: 'Share', kind: 'number' }, ...all.map(({ name }) => ({ label: name, kind: 'number' as const }))],
    [...rows, [{ shows: 'slowest', sort: 1 }, ...all.map(({ points }) => durationCell(points.at(-1)?.[1]))]],
  );
}
