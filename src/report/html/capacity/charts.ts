// The pictures of a search for capacity: response and goodput against load, and the Universal Scalability Law where it
// fits. They need no script; their numbers are in a table below each.

import { throughputOf } from '../../../judge/capacity/usl.ts';
import { formatCount, formatDuration, formatRate } from '../../../units.ts';
import type { CapacityFile, CapacityLoad, CapacityUsl } from '../../capacity-file.ts';
import { flightOr, LOAD_WORDS } from '../../capacity-words.ts';
import type { Html } from '../escape.ts';
import { html } from '../escape.ts';
import { legend } from '../legend.ts';
import { type Cell, figure, section, table } from '../parts.ts';
import { linearScale, logScale, type Scale } from '../svg/axis.ts';
import { frame, type Ink, limitLine, line, PLOT } from '../svg/frame.ts';
import { durationCell, rateCell, shareCell } from '../words.ts';
import { bracketBand, kneeBand, type Spot, spots, wanted, words } from './marks.ts';

const SHAPES = 'A dot is a load that held, a cross one that broke, a ring one that is undecided.';
const X = { from: PLOT.left, to: PLOT.right };
const Y = { from: PLOT.bottom, to: PLOT.top };

type Known = CapacityLoad & { meanUs: number; p99Us: number; goodputPerS: number; throughputPerS: number };

/** Of a load whose trials were all discarded nothing is drawn: nothing of it is the shop's. */
const knownOf = ({ loads }: CapacityFile): Known[] =>
  loads.filter(
    (load): load is Known =>
      load.outcome !== 'discarded' && load.meanUs !== null && load.p99Us !== null && load.goodputPerS !== null,
  );

/** Of the highest rate: room on its right for its name, and for what is beyond it where nothing broke. */
const ROOM = 1.1;

const rateScale = ({ target }: CapacityFile, loads: readonly Known[]): Scale =>
  linearScale(ROOM * Math.max(target.peakPerS, ...loads.map(({ ratePerS }) => ratePerS)), X, formatRate);

const spotsOf = (loads: readonly Known[], x: Scale, yOf: (load: Known) => number): Spot[] =>
  loads.map((load) => ({ x: x.at(load.ratePerS), y: yOf(load), outcome: load.outcome }));

const joined = (ink: Ink, all: readonly Spot[], dashed = false): Html =>
  html`${line(
    ink,
    all.map(({ x }) => x),
    all.map(({ y }) => y),
    { dashed, width: 1.3 },
  )}${spots(ink, all)}`;

const LEAST_LOADS = 2;

export function responseSection(file: CapacityFile): Html {
  const loads = knownOf(file);
  if (loads.length < LEAST_LOADS) return nothing('response', 'Response against load');
  const reads = `Read it as: how long orders took at each constant load (across: orders per second), on a logarithmic axis. ${SHAPES} The yellow band is where the capacity lies; ${file.knee === null ? '' : 'the blue one is the knee, where more load begins to cost more time than it brings; '}dashed are the profile's own mean and peak. Above the capacity times grow for as long as one looks.`;
  const picture = html`${legend([
    ['p99', 'p99'],
    ['accepted', 'mean'],
  ])}${responsePicture(file, loads)}`;
  const table = loadTable(file, 'Response at each load', [
    ['Mean', ({ meanUs }) => durationCell(meanUs)],
    ['p99', ({ p99Us }) => durationCell(p99Us)],
    ['In flight', ({ inFlightMean }) => flightOr(inFlightMean)],
  ]);
  const knee = html`<p class="quiet">${file.knee === null ? `No knee is named: ${file.kneeMissing ?? 'it was not looked for'}.` : `Knee: ${file.knee.says}.`}</p>`;
  return section(
    'response',
    'Response against load',
    html`${figure({ id: 'response', reads, picture, numbers: table })}${knee}`,
  );
}

function responsePicture(file: CapacityFile, loads: readonly Known[]): Html {
  const limit = file.asked.limitUs;
  const all = [...loads.flatMap(({ meanUs, p99Us }) => [meanUs, p99Us]), ...(limit === null ? [] : [limit])].filter(
    (us) => us > 0,
  );
  const x = rateScale(file, loads);
  const y = logScale(Math.min(...all), Math.max(...all), Y);
  const layers = [
    kneeBand(file, x),
    bracketBand(file, x),
    wanted(file, x),
    joined(
      'accepted',
      spotsOf(loads, x, ({ meanUs }) => y.at(meanUs)),
      true,
    ),
    joined(
      'p99',
      spotsOf(loads, x, ({ p99Us }) => y.at(p99Us)),
    ),
    limit !== null && limitLine(y.at(limit), `limit ${formatDuration(limit)}`),
  ];
  const [first, last] = [loads[0]!, loads.at(-1)!];
  const describes = `Response against load: p99 from ${formatDuration(first.p99Us)} at ${formatRate(first.ratePerS)} to ${formatDuration(last.p99Us)} at ${formatRate(last.ratePerS)}.`;
  return frame(describes, x, y, layers);
}

export function goodputSection(file: CapacityFile): Html {
  const loads = knownOf(file);
  if (loads.length < LEAST_LOADS) return nothing('goodput', 'Goodput against load');
  const reads = `Read it as: of the orders offered per second (across, and the dashed line), how many ended at all (throughput) and how many were accepted within the limit (goodput). ${SHAPES} Where goodput leaves the dashed line, more load is no more sales.`;
  const x = rateScale(file, loads);
  const most = Math.max(
    ...loads.flatMap(({ goodputPerS, throughputPerS, ratePerS }) => [goodputPerS, throughputPerS, ratePerS]),
  );
  const y = linearScale(most, Y, formatRate);
  const end = Math.min(x.high, y.high);
  const best = loads.reduce((a, b) => (b.goodputPerS > a.goodputPerS ? b : a));
  const layers = [
    bracketBand(file, x),
    wanted(file, x),
    line('plan', [x.at(0), x.at(end)], [y.at(0), y.at(end)], { dashed: true }),
    joined(
      'fired',
      spotsOf(loads, x, ({ throughputPerS }) => y.at(throughputPerS)),
      true,
    ),
    joined(
      'accepted',
      spotsOf(loads, x, ({ goodputPerS }) => y.at(goodputPerS)),
    ),
  ];
  const describes = `Goodput against load: highest at ${formatRate(best.ratePerS)}, with ${formatRate(best.goodputPerS)} accepted within the limit.`;
  const picture = html`${legend([
    ['accepted', 'goodput'],
    ['fired', 'throughput'],
    ['plan', 'offered'],
  ])}${frame(describes, x, y, layers)}`;
  const numbers = loadTable(file, 'Goodput at each load', [
    ['Goodput', ({ goodputPerS }) => rateCell(goodputPerS)],
    ['Throughput', ({ throughputPerS }) => rateCell(throughputPerS)],
    ['Lost', ({ lossShare }) => shareCell(lossShare)],
  ]);
  return section('goodput', 'Goodput against load', figure({ id: 'goodput', reads, picture, numbers }));
}

export function scalingSection(file: CapacityFile): Html {
  const { usl } = file;
  if (usl === null) {
    const why = file.uslMissing ?? 'it was not looked for';
    return section(
      'scaling',
      'How it scales',
      html`<p class="quiet">No Universal Scalability Law is shown: ${why}.</p>`,
    );
  }
  const reads =
    'Read it as: throughput over the orders in flight at once, with the Universal Scalability Law fitted to the loads whose queue did not grow. The line is drawn where there are loads, dotted where it is an extrapolation, and ends where it says nothing any more.';
  const numbers = table(
    'Throughput and orders in flight of the loads it was fitted to',
    [
      { label: 'Load', kind: 'number' },
      ...['In flight', 'Throughput', 'By the law'].map((label) => ({ label, kind: 'number' as const })),
    ],
    fittedTo(file).map(({ ratePerS, n, perS }) => [
      rateCell(ratePerS),
      flightOr(n),
      rateCell(perS),
      rateCell(throughputOf(usl, n)),
    ]),
  );
  return section(
    'scaling',
    'How it scales',
    html`<p>${sentenceCase(usl.says)}.</p>
${figure({ id: 'scaling', reads, picture: uslPicture(file, usl), numbers })}
<p class="quiet">Contention σ ${usl.sigma.toPrecision(3)}, coherency κ ${usl.kappa.toPrecision(3)}, one order alone λ ${formatRate(usl.lambda)}; R² ${usl.r2.toFixed(3)} over ${usl.loads} loads.</p>`,
  );
}

const sentenceCase = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const fittedTo = ({ loads }: CapacityFile) =>
  loads.flatMap(({ ratePerS, outcome, backlog, inFlightMean: n, throughputPerS: perS }) =>
    outcome !== 'discarded' && backlog === 'stable' && n !== null && perS !== null && n > 0
      ? [{ ratePerS, n, perS, outcome }]
      : [],
  );

const CURVE_POINTS = 60;

function uslPicture(file: CapacityFile, usl: CapacityUsl): Html {
  const points = fittedTo(file);
  const curve = (low: number, high: number) =>
    Array.from({ length: CURVE_POINTS + 1 }, (_, at) => low + ((high - low) * at) / CURVE_POINTS).map((n) => ({
      n,
      perS: throughputOf(usl, n),
    }));
  const { low, high } = usl.fitted;
  const [within, beyond] = [curve(low, high), curve(high, usl.untilN)];
  const x = linearScale(usl.untilN, X, (n) => formatCount(n));
  const y = linearScale(Math.max(...[...points, ...within, ...beyond].map(({ perS }) => perS)), Y, formatRate);
  const drawn = (all: readonly { n: number; perS: number }[], dashed: boolean) =>
    line(
      'p99',
      all.map(({ n }) => x.at(n)),
      all.map(({ perS }) => y.at(perS)),
      { dashed },
    );
  const layers = [
    drawn(within, false),
    drawn(beyond, true),
    words(x.at(high) + 4, PLOT.bottom - 8, 'extrapolated from here on'),
    spots(
      'fired',
      points.map(({ n, perS, outcome }) => ({ x: x.at(n), y: y.at(perS), outcome })),
    ),
    usl.peak !== null &&
      words(x.at(usl.peak.inFlight), y.at(usl.peak.perS) - 8, `highest: ${formatRate(usl.peak.perS)}`, 'middle'),
  ];
  const top = usl.peak === null ? 'with no highest throughput in sight' : `highest at ${formatRate(usl.peak.perS)}`;
  return frame(`Throughput over orders in flight, ${top}.`, x, y, layers);
}

type Columns = readonly (readonly [label: string, cell: (load: CapacityLoad) => Cell])[];

function loadTable({ loads }: CapacityFile, caption: string, columns: Columns): Html {
  return table(
    caption,
    [
      { label: 'Load', kind: 'number' },
      { label: 'Came to', kind: 'text' },
      ...columns.map(([label]) => ({ label, kind: 'number' as const })),
    ],
    loads.map((load) => [
      { shows: formatRate(load.ratePerS), sort: load.ratePerS },
      LOAD_WORDS[load.outcome].word,
      ...columns.map(([, cell]) => cell(load)),
    ]),
  );
}

const nothing = (id: string, title: string): Html =>
  section(id, title, html`<p class="none">It takes two loads whose trials tell something to draw this.</p>`);
