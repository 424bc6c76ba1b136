// The charts over time and the spectrum, drawn by uPlot in place of the page's still pictures.

import { colour, drawBands, drawGrowths, drawLimits, drawMoments, drawStretches } from './drawing.js';
import { clockText, ninesText } from './format.js';
import { MAKERS } from './kinds.js';
import { addHint, makeNamesToggle } from './names.js';

/** @typedef {import('./kinds.js').Drawn} Drawn */
/** @typedef {import('./kinds.js').Choice} Choice */
/** @typedef {import('./kinds.js').Chart} Chart */
/** @typedef {import('uplot').Options} Options */
/** @typedef {import('./zoom.js').Zoom} Zoom */

/**
 * Draws into a figure, and again whenever the span changes. @returns how to draw it anew, with other colours or choices, how
 * to show newer rows, and how to let go of it
 *
 * @param {HTMLElement} figure
 * @param {Drawn} first
 * @param {{ zoom: Zoom, choice: Choice }} shared
 */
export function drawChart(figure, first, { zoom, choice }) {
  const maker = MAKERS[/** @type {keyof typeof MAKERS} */ (figure.dataset.chart)];
  const holder = figure.querySelector('.plot');
  if (!maker || !(holder instanceof HTMLElement) || !holder.querySelector('svg.chart')) return undefined;
  const overTime = maker !== MAKERS.spectrum;
  /** @type {import('uplot') | undefined} */
  let plot;
  let quiet = false;
  let drawn = first;
  const plotted = () => (plot?.series.length ?? 1) - 1;
  const draw = () => {
    plot?.destroy();
    const chart = maker(drawn, choice);
    quiet = true;
    plot = new uPlot(
      optionsOf(chart, { drawn: () => drawn, zoom, overTime, holder, isQuiet: () => quiet }),
      chart.values(zoom.span),
      holder,
    );
    if (maker !== MAKERS.outcomes) makeNamesToggle(plot, figure.id, choice.hidden);
    plot.root.setAttribute('role', 'group');
    plot.root.setAttribute('aria-label', holder.querySelector('svg.chart')?.getAttribute('aria-label') ?? 'chart');
    quiet = false;
  };
  const show = (/** @type {{ fromS: number, untilS: number }} */ span) => {
    quiet = true;
    plot?.batch(() => {
      plot?.setData(maker(drawn, choice).values(span), false);
      plot?.setScale('x', { min: span.fromS, max: span.untilS });
    });
    quiet = false;
  };
  /** Newer rows; those over time are shown when the zoom tells so. @param {Drawn} newer */
  const update = (newer) => {
    drawn = newer;
    const { series, values } = maker(drawn, choice);
    const isSame =
      series.length === plotted() && series.every(({ label }, at) => plot?.series[at + 1]?.label === label);
    if (!isSame) draw();
    else if (!overTime) plot?.setData(values(zoom.span));
  };
  draw();
  figure.classList.add('enhanced');
  if (maker !== MAKERS.outcomes && plotted() > 1) addHint(figure);
  if (overTime) {
    zoom.listenToKeys(holder);
    zoom.watchers.push(show);
  }
  const resized = new ResizeObserver(() => plot?.setSize({ width: widthOf(holder), height: HEIGHT }));
  resized.observe(holder);
  const drop = () => {
    resized.disconnect();
    zoom.watchers = zoom.watchers.filter((each) => each !== show);
    plot?.destroy();
    plot = undefined;
  };
  return { draw, update, drop };
}

const HEIGHT = 280;
/** Steps of an axis of counts. */
const WHOLE = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map((each) => each * 10 ** power)).flat();

/** @param {HTMLElement} holder */
const widthOf = (holder) => Math.max(280, Math.floor(holder.clientWidth));

/**
 * @param {Chart} chart
 * @param {{ drawn: () => Drawn, zoom: Zoom, overTime: boolean, holder: HTMLElement, isQuiet: () => boolean }} around
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
        range: (plot) =>
          overTime ? [zoom.span.fromS, zoom.span.untilS] : [0, Math.max(1, Number(plot.data?.[0]?.at(-1) ?? 1))],
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
      drawClear: [(plot) => overTime && drawBands(plot, drawn()), (plot) => chart.queue && drawGrowths(plot, drawn())],
      draw: [
        (plot) => chart.limits && drawLimits(plot, chart.limits),
        (plot) => chart.queue && drawMoments(plot, drawn()),
        (plot) => overTime && drawStretches(plot, drawn()),
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
