// 8: the percentile spectrum on the axis of nines, where each step to the right is ten times rarer.

import { leastCountFor } from '../../../measure/summary.ts';
import { formatCountOf, formatDuration, formatShare } from '../../../units.ts';
import { TABLE_QUANTILES } from '../../charts/heat.ts';
import type { Spectrum } from '../../charts/spec.ts';
import type { Html } from '../escape.ts';
import { html } from '../escape.ts';
import { legend } from '../legend.ts';
import { overlaysOf } from '../overlays.ts';
import { figure, section, table } from '../parts.ts';
import type { Scale } from '../svg/axis.ts';
import { logScale } from '../svg/axis.ts';
import { frame, limitLine, line, PLOT } from '../svg/frame.ts';
import type { RunView } from '../view.ts';
import { countCell, durationCell } from '../words.ts';
import { limitsOf } from './response.ts';

export function spectrumSection(view: RunView): Html {
  const { response } = view.charts.spectra;
  const reads =
    'Read it as: at 99 % stands the time that 1 order in 100 exceeded, at 99.9 % 1 in 1,000; a line that turns up late is a rare but long wait. ' +
    'Each line ends at its slowest order, so one of few orders ends early.';
  const body =
    response.count === 0
      ? html`<p class="none">No order was answered, so there is no spectrum.</p>`
      : html`${figure({
          id: 'spectrum',
          chart: 'spectrum',
          reads,
          picture: picture(view),
          numbers: numbers(view),
        })}${baselineLine(view)}`;
  return section('spectrum', 'Percentile spectrum', body);
}

function baselineLine({ result: { comparison }, charts: { spectra } }: RunView): Html | undefined {
  if (spectra.baseline === undefined || comparison === null) return undefined;
  return html`<p class="quiet">The baseline is <code>${comparison.baseline}</code>, with ${formatCountOf(spectra.baseline.count, 'order')}; what changed is under <a href="#comparison">Comparison</a>.</p>`;
}

/** How many nines: 0.9 → 1, 0.999 → 3. */
const nines = (quantile: number): number => -Math.log10(1 - quantile);

function picture(view: RunView): Html {
  const { response } = view.charts.spectra;
  const drawn = overlaysOf(view.charts);
  const points = drawn.flatMap(({ spectrum }) => spectrum.points);
  const x = ninesScale(Math.max(1, ...points.map(([quantile]) => nines(quantile))));
  const limits = limitsOf(view);
  const heights = [...points.map(([, us]) => us).filter((us) => us > 0), ...limits.map(({ us }) => us)];
  const y = logScale(Math.min(...heights, 1e6), Math.max(...heights, 1), { from: PLOT.bottom, to: PLOT.top });
  // The whole run is drawn last, over its parts.
  const lines = [...drawn].reverse().map(({ ink, width, dashed, spectrum }) =>
    line(
      ink,
      spectrum.points.map(([quantile]) => x.at(nines(quantile))),
      spectrum.points.map(([, us]) => y.at(us)),
      { width, dashed },
    ),
  );
  const describes = `Percentile spectrum: response p50 ${formatDuration(pointAt(response, 0.5))}, slowest ${formatDuration(response.points.at(-1)![1])}.`;
  return html`${legend(drawn.map(({ ink, label, dashed }) => [ink, label, dashed]))}${frame(describes, x, y, [...lines, ...limits.map(({ us, text }) => limitLine(y.at(us), text))])}`;
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

function numbers({ charts }: RunView): Html {
  const all = overlaysOf(charts);
  const most = Math.max(...all.map(({ spectrum }) => spectrum.count));
  const rows = TABLE_QUANTILES.filter((quantile) => most >= leastCountFor(quantile)).map((quantile) => [
    { shows: formatShare(quantile), sort: quantile },
    ...all.map(({ spectrum }) =>
      durationCell(spectrum.count >= leastCountFor(quantile) ? pointAt(spectrum, quantile) : null),
    ),
  ]);
  return table(
    'Time that so many orders did not exceed; – where too few orders can say',
    [{ label: 'Share', kind: 'number' }, ...all.map(({ label }) => ({ label, kind: 'number' as const }))],
    [
      ...rows,
      [{ shows: 'slowest', sort: 1 }, ...all.map(({ spectrum }) => durationCell(spectrum.points.at(-1)?.[1]))],
      [{ shows: 'orders', sort: 2 }, ...all.map(({ spectrum }) => countCell(spectrum.count))],
    ],
  );
}
