// What each chart draws: its lines, its axis, and its values for a stretch of the run. Where single seconds are known
// (drawn.detail) and nothing else is shown, they are drawn.

import { colour } from './drawing.js';
import { countText, durationText, rateText } from './format.js';
import { unpack } from './unpack.js';

/** @typedef {ReturnType<typeof import('../drawn.ts').drawnFrom>} Drawn */
/** @typedef {import('uplot').Series} Series */
/** @typedef {(number | null)[]} Values */
/** @typedef {{ fromS: number, untilS: number, everyS: number }} Rows */
/** @typedef {{ series: Series[], values: (span: { fromS: number, untilS: number }) => [xs: number[], ...Values[]], limits?: { us: number, text: string }[], log?: boolean, whole?: boolean, axis: (value: number) => string, queue?: boolean }} Chart */
/** `hidden`: lines that are not drawn, as `FIGURE NAME`. @typedef {{ of: 'response' | 'service', log: boolean, hidden: Set<string> }} Choice */

/** @param {Rows} rows */
const countOf = ({ fromS, untilS, everyS }) => Math.max(0, Math.ceil((untilS - fromS) / everyS));

/**
 * How many of the rows there are until a second: what the run has not reached is not drawn, nor what is behind its end
 * (svg/time.ts).
 *
 * @param {Drawn} drawn
 * @param {Rows} rows
 * @param {number} endS
 */
const seenOf = ({ live }, { fromS, untilS, everyS }, endS) => {
  if (endS >= untilS) return countOf({ fromS, untilS, everyS });
  return Math.max(0, live ? Math.floor((endS - fromS) / everyS) : Math.ceil((endS - fromS) / everyS));
};

/**
 * @param {Drawn} drawn
 * @param {Rows} rows
 * @param {Values} values
 * @param {number} [endS]
 */
const onlySeen = (drawn, rows, values, endS = drawn.seenS) => {
  const seen = seenOf(drawn, rows, endS);
  return values.map((value, row) => (row < seen ? value : null));
};

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
 * @param {number} [endS] behind it there is nothing: a row that it lies in is shorter
 * @returns {Values} orders per second
 */
const perSecond = (rows, packed, endS = rows.untilS) =>
  unpack(packed ?? 0, countOf(rows)).map((count, row) => {
    const from = rows.fromS + row * rows.everyS;
    const until = Math.min(rows.untilS, endS);
    return (count ?? 0) / Math.max(0.2, Math.min(rows.everyS, until - from));
  });

/**
 * The rows that show this span best.
 * @param {Drawn} drawn
 * @param {{ fromS: number, untilS: number }} span
 */
const levelFor = (drawn, { fromS, untilS }) =>
  drawn.detail.find(({ flow }) => flow.fromS <= fromS && untilS <= flow.untilS) ?? drawn;

/**
 * Values between gaps: no line leads there, so each is a dot, or a run of one row would show nothing.
 *
 * @param {import('uplot')} plot
 * @param {number} line
 */
function loneOf(plot, line) {
  const values = plot.data[line] ?? [];
  const isKnown = (/** @type {number} */ row) => (values[row] ?? null) !== null;
  return [...values.keys()].filter((row) => isKnown(row) && !isKnown(row - 1) && !isKnown(row + 1));
}

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
  points: { show: false, filter: loneOf, fill: () => colour(ink) },
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
      const { ends, live } = drawn;
      /** Of a run that goes on only rows that are over are drawn. */
      const until = (/** @type {string | number | null | undefined} */ packed, /** @type {number} */ endS) =>
        onlySeen(drawn, flow, perSecond(flow, packed, live ? undefined : endS), endS);
      return [middles(flow), until(fired, ends.fired), until(planned, ends.plan), until(accepted, ends.answers)];
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
      const inFlight = unpack(flow.columns.inFlight ?? 0, countOf(flow));
      return [middles(flow), onlySeen(drawn, flow, inFlight, drawn.ends.answers)];
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
    series: QUANTILES.map(([name, label]) => lineOf(label, name, durationText, { width: name === 'p99' ? 2.2 : 1.4 })),
    axis: durationText,
    log: choice.log,
    limits: choice.of === 'response' ? drawn.limits : [],
    values: (span) => {
      const { times } = levelFor(drawn, span);
      const xs = middles(times);
      const above = (/** @type {number | null} */ us) => (us === 0 ? 1 : us);
      return [
        xs,
        ...QUANTILES.map(([name]) => onlySeen(drawn, times, valuesAt(drawn, times, choice.of, name).map(above))),
      ];
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
  const own = sorted.map(({ counts }) => perSecond(byOutcome, counts, drawn.live ? undefined : drawn.ends.fired));
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
      sum: sums[layer] ?? [],
      alpha: ['ff', 'b0', '80', '58', '40', '30', '28', '20'][nth] ?? '20',
    };
  });
  layers.reverse();
  return {
    series: layers.map(({ name, class: ink, alpha }) =>
      lineOf(name, ink, rateText, {
        fill: fillOf(ink, alpha),
        width: 1,
        value: (plot, sum, at, row) =>
          row === null || sum === null ? '' : rateText(sum - (plot.data[at + 1]?.[row] ?? 0)),
      }),
    ),
    axis: rateText,
    values: () => [middles(byOutcome), ...layers.map(({ sum }) => onlySeen(drawn, byOutcome, sum, drawn.ends.fired))],
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
      lineOf(name, ink, durationText, {
        spanGaps: true,
        points: { show: false },
        width,
        ...(dashed ? { dash: [6, 4] } : {}),
      }),
    ),
    axis: durationText,
    log: true,
    limits,
    values: () => [xs, ...columns],
  };
}

export const MAKERS = {
  rate: rateChart,
  times: timesChart,
  outcomes: outcomesChart,
  inflight: inFlightChart,
  spectrum: spectrumChart,
};
