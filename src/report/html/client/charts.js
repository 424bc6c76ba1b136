// The charts over time and the spectrum, drawn by uPlot in place of the page's still pictures. Where single seconds are
// known (drawn.detail) and nothing else is shown, they are drawn.

import { colour, drawBands, drawGrowths, drawLimits, drawMoments, drawStretches } from './drawing.js';
import { clockText, countText, durationText, ninesText, rateText } from './format.js';
import { unpack } from './unpack.js';

/** @typedef {ReturnType<typeof import('../drawn.ts').drawnFrom>} Drawn */
/** @typedef {import('uplot').Options} Options */
/** @typedef {import('uplot').Series} Series */
/** @typedef {(number | null)[]} Values */
/** @typedef {import('./zoom.js').Zoom} Zoom */
/** @typedef {{ fromS: number, untilS: number, everyS: number }} Rows */
/** @typedef {{ series: Series[], values: (span: { fromS: number, untilS: number }) => [xs: number[], ...Values[]], limits?: { us: number, text: string }[], log?: boolean, whole?: boolean, axis: (value: number) => string, top?: number, queue?: boolean }} Chart */
/** `hidden`: lines that are not drawn, as `FIGURE NAME`. @typedef {{ of: 'response' | 'service', log: boolean, hidden: Set<string> }} Choice */

/** @param {Rows} rows */
const countOf = ({ fromS, untilS, everyS }) => Math.max(0, Math.ceil((untilS - fromS) / everyS));

/**
 * The middle of each row.
 * @param {Rows} rows
 */
const middles = (rows) =>
  Array.from({ length: countOf(rows) }, (_, row) => {
    const from = rows.fromS + row * rows.everyS;
    return (from + Math.min(from + rows.everyS, rows.untilS)) / 2;
  });

/**
 * @param {Rows} rows
 * @param {string | number | null | undefined} packed
 * @returns {Values} orders per second
 */
const perSecond = (rows, packed) =>
  unpack(packed ?? 0, countOf(rows)).map((count, row) => {
    const from = rows.fromS + row * rows.everyS;
    return (count ?? 0) / Math.max(1, Math.min(rows.everyS, rows.untilS - from));
  });

/**
 * The rows that show this span best.
 * @param {Drawn} drawn
 * @param {{ fromS: number, untilS: number }} span
 */
const levelFor = (drawn, { fromS, untilS }) =>
  drawn.detail.find(({ flow }) => flow.fromS <= fromS && untilS <= flow.untilS) ?? drawn;

/**
 * @param {string} label
 * @param {string} ink
 * @param {(value: number | null) => string} format
 * @param {Partial<Series>} [more]
 * @returns {Series}
 */
const lineOf = (label, ink, format, more = {}) => ({
  label,
  stroke: () => colour(ink),
  width: 1.6,
  points: { show: false },
  value: (_, value, __, row) => (row === null ? '' : format(value)),
  ...more,
});

/**
 * @param {string} ink
 * @param {string} alpha two hexadecimal digits
 */
const fillOf = (ink, alpha) => () => `${colour(ink)}${alpha}`;

/**
 * @param {Drawn} drawn
 * @returns {Chart}
 */
function rateChart(drawn) {
  return {
    series: [
      lineOf('fired', 'accent', rateText, { fill: fillOf('accent', '22') }),
      lineOf('planned', 'plan', rateText, { dash: [5, 4] }),
      lineOf('accepted', 'accepted', rateText, { width: 2 }),
    ],
    axis: rateText,
    values: (span) => {
      const { flow } = levelFor(drawn, span);
      const { fired, planned, accepted } = flow.columns;
      return [middles(flow), perSecond(flow, fired), perSecond(flow, planned), perSecond(flow, accepted)];
    },
  };
}

/**
 * @param {Drawn} drawn
 * @returns {Chart}
 */
function inFlightChart(drawn) {
  return {
    series: [lineOf('in flight', 'accent', countText, { fill: fillOf('accent', '22') })],
    axis: countText,
    whole: true,
    queue: true,
    values: (span) => {
      const { flow } = levelFor(drawn, span);
      return [middles(flow), unpack(flow.columns.inFlight ?? 0, countOf(flow))];
    },
  };
}

const QUANTILES = /** @type {const} */ ([
  ['p50', 'p50'],
  ['p90', 'p90'],
  ['p99', 'p99'],
  ['p999', 'p99.9'],
  ['max', 'max'],
]);

/**
 * Of a second with too few orders for a percentile, that of the longer row it lies in.
 *
 * @param {Drawn} drawn
 * @param {Drawn['times']} times
 * @param {'response' | 'service'} of
 * @param {(typeof QUANTILES)[number][0]} name
 */
function valuesAt(drawn, times, of, name) {
  const own = unpack(times[of][name], countOf(times));
  if (times.everyS === drawn.times.everyS || own.some((us) => us !== null)) return own;
  const longer = unpack(drawn.times[of][name], countOf(drawn.times));
  return own.map((_, row) => longer[Math.floor((times.fromS + row) / drawn.times.everyS)] ?? null);
}

/**
 * @param {Drawn} drawn
 * @param {Choice} choice
 * @returns {Chart}
 */
function timesChart(drawn, choice) {
  return {
    series: QUANTILES.map(([name, label]) =>
      lineOf(label, name, durationText, { width: name === 'p99' ? 2.2 : 1.4, points: { show: undefined } }),
    ),
    axis: durationText,
    log: choice.log,
    limits: choice.of === 'response' ? drawn.limits : [],
    values: (span) => {
      const { times } = levelFor(drawn, span);
      const xs = middles(times);
      const above = (/** @type {number | null} */ us) => (us === 0 ? 1 : us);
      return [xs, ...QUANTILES.map(([name]) => valuesAt(drawn, times, choice.of, name).map(above))];
    },
  };
}

/**
 * Stacked: each line is the sum of those below it, drawn from the highest down.
 *
 * @param {Drawn} drawn
 * @returns {Chart}
 */
function outcomesChart(drawn) {
  const { byOutcome } = drawn;
  const order = ['accepted', 'rejected', 'failed', 'unknown'];
  const sorted = [...byOutcome.of].sort((a, b) => order.indexOf(a.class) - order.indexOf(b.class));
  const own = sorted.map(({ counts }) => perSecond(byOutcome, counts));
  const sums = own.map(
    (_, layer) =>
      own[0]?.map((_, row) => own.slice(0, layer + 1).reduce((sum, each) => sum + (each[row] ?? 0), 0)) ?? [],
  );
  const seen = new Map();
  const layers = sorted.map((outcome, layer) => {
    const nth = seen.get(outcome.class) ?? 0;
    seen.set(outcome.class, nth + 1);
    return {
      ...outcome,
      own: own[layer] ?? [],
      sum: sums[layer] ?? [],
      alpha: ['ff', 'b0', '80', '58', '40', '30', '28', '20'][nth] ?? '20',
    };
  });
  layers.reverse();
  return {
    series: layers.map(({ name, class: ink, own: values, alpha }) =>
      lineOf(name, ink, rateText, {
        fill: fillOf(ink, alpha),
        width: 1,
        value: (_, __, ___, row) => (row === null ? '' : rateText(values[row])),
      }),
    ),
    axis: rateText,
    values: () => [middles(byOutcome), ...layers.map(({ sum }) => sum)],
  };
}

/**
 * @param {Drawn} drawn
 * @returns {Chart}
 */
function spectrumChart({ spectra, limits }) {
  const nines = (/** @type {number} */ quantile) => Math.round(-Math.log10(1 - quantile) * 1e4) / 1e4;
  const xs = [...new Set(spectra.flatMap(({ points }) => points.map(([quantile = 0]) => nines(quantile))))].sort(
    (a, b) => a - b,
  );
  const columns = spectra.map(({ points }) => {
    const at = new Map(points.map(([quantile = 0, us = 0]) => [nines(quantile), Math.max(1, us)]));
    return xs.map((x) => at.get(x) ?? null);
  });
  return {
    series: spectra.map(({ name, ink, width, dashed }) =>
      lineOf(name, ink, durationText, { spanGaps: true, width, ...(dashed ? { dash: [6, 4] } : {}) }),
    ),
    axis: durationText,
    log: true,
    limits,
    top: xs.at(-1) ?? 1,
    values: () => [xs, ...columns],
  };
}

const MAKERS = {
  rate: rateChart,
  times: timesChart,
  outcomes: outcomesChart,
  inflight: inFlightChart,
  spectrum: spectrumChart,
};

/**
 * Draws into a figure, and again whenever the span changes. @returns how to draw it anew, with other colours or choices, and how to let go of it
 *
 * @param {HTMLElement} figure
 * @param {Drawn} drawn
 * @param {{ zoom: Zoom, choice: Choice }} shared
 */
export function drawChart(figure, drawn, { zoom, choice }) {
  const maker = MAKERS[/** @type {keyof typeof MAKERS} */ (figure.dataset.chart)];
  const holder = figure.querySelector('.plot');
  if (!maker || !(holder instanceof HTMLElement) || !holder.querySelector('svg.chart')) return undefined;
  const overTime = maker !== spectrumChart;
  /** @type {import('uplot') | undefined} */
  let plot;
  let quiet = false;
  const plotted = () => (plot?.series.length ?? 1) - 1;
  const draw = () => {
    plot?.destroy();
    const chart = maker(drawn, choice);
    quiet = true;
    plot = new uPlot(
      optionsOf(chart, { drawn, zoom, overTime, holder, isQuiet: () => quiet }),
      chart.values(zoom.span),
      holder,
    );
    if (maker !== outcomesChart) makeNamesToggle(plot, figure.id, choice.hidden);
    plot.root.setAttribute('role', 'group');
    plot.root.setAttribute('aria-label', holder.querySelector('svg.chart')?.getAttribute('aria-label') ?? 'chart');
    quiet = false;
  };
  draw();
  figure.classList.add('enhanced');
  if (maker !== outcomesChart && plotted() > 1) addHint(figure);
  if (overTime) {
    zoom.listenToKeys(holder);
    zoom.watchers.push((span) => {
      if (!plot) return;
      quiet = true;
      plot.batch(() => {
        plot?.setData(maker(drawn, choice).values(span), false);
        plot?.setScale('x', { min: span.fromS, max: span.untilS });
      });
      quiet = false;
    });
  }
  const resized = new ResizeObserver(() => plot?.setSize({ width: widthOf(holder), height: HEIGHT }));
  resized.observe(holder);
  const drop = () => {
    resized.disconnect();
    plot?.destroy();
    plot = undefined;
  };
  return { draw, drop };
}

/**
 * The name of a line hides it and shows it again, with the keyboard too.
 *
 * @param {import('uplot')} plot
 * @param {string} figure
 * @param {Set<string>} hidden
 */
function makeNamesToggle(plot, figure, hidden) {
  const names = [...plot.root.querySelectorAll('.u-series .u-label')];
  plot.series.forEach((series, index) => {
    const name = names[index];
    if (index === 0 || !(name instanceof HTMLElement)) return;
    const key = `${figure} ${series.label}`;
    name.tabIndex = 0;
    name.setAttribute('role', 'button');
    const label = () => name.setAttribute('aria-pressed', String(series.show));
    if (hidden.has(key)) plot.setSeries(index, { show: false });
    label();
    // uPlot's own click is on the cell around it.
    name.parentElement?.addEventListener('click', () => {
      if (series.show) hidden.delete(key);
      else hidden.add(key);
      label();
    });
    name.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      name.click();
    });
  });
}

/** @param {HTMLElement} figure */
function addHint(figure) {
  const caption = figure.querySelector('figcaption');
  if (!caption || caption.querySelector('.hint')) return;
  const hint = document.createElement('span');
  hint.className = 'hint';
  hint.textContent = ' Choose a name below the chart to hide its line.';
  caption.append(hint);
}

const HEIGHT = 280;
/** Steps of an axis of counts. */
const WHOLE = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map((each) => each * 10 ** power)).flat();

/** @param {HTMLElement} holder */
const widthOf = (holder) => Math.max(280, Math.floor(holder.clientWidth));

/**
 * @param {Chart} chart
 * @param {{ drawn: Drawn, zoom: Zoom, overTime: boolean, holder: HTMLElement, isQuiet: () => boolean }} around
 * @returns {Options}
 */
function optionsOf(chart, { drawn, zoom, overTime, holder, isQuiet }) {
  const grid = { stroke: () => colour('line'), width: 1 };
  const ticks = { stroke: () => colour('line'), width: 1, size: 4 };
  const axis = { stroke: () => colour('quiet'), font: '12px system-ui, sans-serif', grid, ticks };
  const clocks = (/** @type {unknown} */ _, /** @type {number[]} */ splits) => splits.map(clockText);
  return {
    width: widthOf(holder),
    height: HEIGHT,
    // Half of the last clock on the axis.
    padding: [null, overTime ? 28 : null, null, null],
    series: [
      {
        label: overTime ? 'time' : 'share',
        value: (_, x) => (x === null ? '' : overTime ? clockText(x) : ninesText(x)),
      },
      ...chart.series,
    ],
    scales: {
      x: {
        time: false,
        range: () => (overTime ? [zoom.span.fromS, zoom.span.untilS] : [0, Math.max(1, chart.top ?? 1)]),
      },
      y: chart.log
        ? { distr: 3, log: 10, range: (_, low, high) => logRange(low, high, chart.limits ?? []) }
        : { range: (_, __, high) => [0, Math.max(high ?? 0, ...(chart.limits ?? []).map(({ us }) => us), 1) * 1.08] },
    },
    axes: [
      {
        ...axis,
        size: 34,
        grid: { show: false },
        space: 70,
        ...(overTime
          ? {
              incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400],
              values: clocks,
            }
          : { incrs: [1], values: (_, splits) => splits.map(ninesText) }),
      },
      {
        ...axis,
        size: 66,
        // uPlot would leave all but powers of ten without a label.
        ...(chart.whole ? { incrs: WHOLE } : {}),
        ...(chart.log ? { splits: (_, __, low, high) => logSplits(low, high), filter: (_, splits) => splits } : {}),
        values: (_, splits) => splits.map((value) => (value === null ? '' : chart.axis(value))),
      },
    ],
    cursor: {
      drag: { x: overTime, y: false, setScale: false },
      ...(overTime
        ? {
            sync: {
              key: 'time',
              setSeries: false,
              filters: { pub: (event) => event === 'mousemove' || event === 'mouseleave' },
            },
          }
        : {}),
      bind: {
        dblclick: () => () => {
          zoom.reset();
          return null;
        },
      },
    },
    legend: { live: true, markers: { width: 0, fill: inkOf } },
    hooks: {
      drawClear: [(plot) => overTime && drawBands(plot, drawn), (plot) => chart.queue && drawGrowths(plot, drawn)],
      draw: [
        (plot) => chart.limits && drawLimits(plot, chart.limits),
        (plot) => chart.queue && drawMoments(plot, drawn),
        (plot) => overTime && drawStretches(plot, drawn),
      ],
      setSelect: [
        (plot) => {
          if (isQuiet() || !overTime || plot.select.width < 4) return;
          const { left, width } = plot.select;
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          zoom.show(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'));
        },
      ],
    },
  };
}

/**
 * @param {import('uplot')} plot
 * @param {number} index
 */
function inkOf(plot, index) {
  const stroke = plot.series[index]?.stroke;
  return typeof stroke === 'function' ? /** @type {string} */ (stroke(plot, index)) : 'transparent';
}

/**
 * Round values within: fewer in each power of ten the more there are of those.
 *
 * @param {number} low
 * @param {number} high
 */
function logSplits(low, high) {
  const decades = Math.log10(high / low);
  const marks = decades > 3.2 ? [1] : decades > 1.6 ? [1, 3] : [1, 2, 5];
  const all = Array.from({ length: 14 }, (_, power) => marks.map((mark) => mark * 10 ** power)).flat();
  return all.filter((value) => value >= low && value <= high);
}

/**
 * Whole decades would waste half of the chart.
 *
 * @param {number | null} low
 * @param {number | null} high
 * @param {{ us: number }[]} limits
 * @returns {[number, number]}
 */
function logRange(low, high, limits) {
  const all = [low, high, ...limits.map(({ us }) => us)].filter((value) => value !== null && value > 0);
  if (all.length === 0) return [1e3, 1e6];
  return [Math.min(.../** @type {number[]} */ (all)) / 1.5, Math.max(.../** @type {number[]} */ (all)) * 1.5];
}
