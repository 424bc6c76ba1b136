// reports/index.html: every run with its verdict and its key numbers, and how each profile went from run to run.

import { formatCountOf, formatDuration } from '../../units.ts';
import { rangeWords } from '../capacity-words.ts';
import type { History, ListedRun } from '../history.ts';
import type { HistoryRow } from '../history-row.ts';
import { headroomOver, sidesWords } from '../known-capacity.ts';
import { levelChangesOf, levelChangeText, seriesOf } from '../series.ts';
import type { Html } from './escape.ts';
import { html, trusted } from './escape.ts';
import { icon, mark, prose, section, table, VERDICT_ICONS } from './parts.ts';
import { logScale, px } from './svg/axis.ts';
import { countCell, durationCell, rateCell, shareCell, stampText } from './words.ts';

const MOST_TRENDS = 12;
/** Runs of a profile in its trend, the latest. */
const MOST_RUNS = 60;

/** By which a list of runs is told from other pages of that name. */
export const INDEX_TITLE = 'Runs · Doorbuster';

export function formatIndex(history: History, { css, js }: { css: string; js: string }): string {
  const { rows } = history;
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${INDEX_TITLE}</title>
${trusted('style', css)}
</head>
<body>
<nav aria-label="Contents"><span class="brand">Doorbuster</span><ul><li><a href="#runs">Runs</a></li><li><a href="#trends">Trends</a></li>${(history.capacities ?? []).length > 0 && html`<li><a href="#capacity">Capacity</a></li>`}</ul><div class="tools" id="tools"></div></nav>
<main id="main" tabindex="-1">
<header class="banner"><h1>Runs</h1><p class="sentence">${prose(summary(rows))}</p></header>
${runsSection(rows)}
${trendsSection(rows)}
${capacitySection(history)}
${otherSection(history)}
</main>
${js !== '' && trusted('script', js)}
</body>
</html>
`;
  return page.toString();
}

/** Searches for capacity; nothing where there were none. */
function capacitySection({ capacities = [] }: History): Html | undefined {
  if (capacities.length === 0) return undefined;
  const rows = capacities
    .slice(0, MOST_RUNS)
    .map(({ folder, startedAt, name, shop, verdict, bracket, target, complete }) => [
      {
        shows: html`<a class="when" href="${encodeURIComponent(folder)}/capacity.html">${stampText(startedAt).slice(0, 16)}</a>`,
        sort: startedAt,
      },
      name,
      shop,
      html`${verdict === null ? '–' : html`<span class="mark mark-${verdict}">${icon(verdict, 16)} ${VERDICT_ICONS[verdict].word}</span>`}${!complete && html`<br><span class="quiet">ended early</span>`}`,
      { shows: sidesWords(bracket.heldPerS, bracket.brokePerS), sort: bracket.heldPerS ?? 0 },
      {
        shows: rangeWords(headroomOver(target.peakPerS, bracket)),
        sort: headroomOver(target.peakPerS, bracket).low ?? 0,
      },
    ]);
  const columns = ['Started, UTC', 'Profile', 'Shop', 'Verdict'].map((label) => ({ label, kind: 'text' as const }));
  return section(
    'capacity',
    'Capacity',
    table(
      'The latest first',
      [...columns, ...['Holds', 'Over the peak'].map((label) => ({ label, kind: 'number' as const }))],
      rows,
    ),
  );
}

function otherSection({ older, unread, brokenLines }: History): Html | undefined {
  const notes = [
    ...(older > 0 ? [html`${older} older runs, not listed`] : []),
    ...unread.map(({ folder, why }) => html`<code>${folder}</code>: ${why}`),
    ...(brokenLines > 0 ? [html`${formatCountOf(brokenLines, 'line')} of history.jsonl cannot be read`] : []),
  ];
  if (notes.length === 0) return undefined;
  return section('other', 'What is not listed', html`<ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>`);
}

function summary(rows: readonly HistoryRow[]): string {
  const [latest] = rows;
  if (latest === undefined) return 'No runs yet: start one with doorbuster run.';
  const passed = rows.filter(({ verdict }) => verdict === 'pass').length;
  return `${passed} of ${rows.length} runs passed. The latest, ${latest.name}, ended with ${VERDICT_ICONS[latest.verdict].word}: ${latest.sentence}`;
}

const pageOf = ({ folder }: HistoryRow): string => `${encodeURIComponent(folder)}/report.html`;

const markOf = ({ verdict, complete }: HistoryRow): Html =>
  html`<span class="mark mark-${verdict}">${icon(verdict, 16)} ${VERDICT_ICONS[verdict].word}</span>${!complete && html`<br><span class="quiet">ended early</span>`}`;

/** A link to its report, as long as that is there. */
function startOf(row: ListedRun): Html {
  const when = stampText(row.startedAt).slice(0, 16);
  if (row.present) return html`<a class="when" href="${pageOf(row)}">${when}</a>`;
  return html`<span class="when">${when}</span><br><span class="quiet">report removed</span>`;
}

function runsSection(rows: readonly ListedRun[]): Html {
  if (rows.length === 0) return section('runs', 'Runs', html`<p class="none">There are none yet.</p>`);
  return section(
    'runs',
    'All runs',
    table(
      'The latest first',
      [
        { label: 'Started, UTC', kind: 'text' },
        { label: 'Profile', kind: 'text' },
        { label: 'Verdict', kind: 'text' },
        ...['Accepted', 'Planned', 'Rate', 'p50', 'p99', 'Errors'].map((label) => ({ label, kind: 'number' as const })),
      ],
      rows.map((row) => [
        { shows: startOf(row), sort: row.startedAt },
        row.name,
        markOf(row),
        countCell(row.accepted),
        countCell(row.planned),
        rateCell(row.ratePerS),
        durationCell(row.p50Us),
        durationCell(row.p99Us),
        shareCell(row.errors),
      ]),
    ),
  );
}

function trendsSection(rows: readonly HistoryRow[]): Html {
  const series = seriesOf(rows)
    .map((runs) => runs.slice(-MOST_RUNS))
    .filter((runs) => runs.filter(({ p99Us }) => p99Us !== null).length >= 2);
  if (series.length === 0) {
    return section(
      'trends',
      'Trends',
      html`<p class="none">A trend needs two runs of one profile, on one machine, with enough orders for a p99.</p>`,
    );
  }
  return section(
    'trends',
    'Trends',
    html`<p class="quiet">Read it as: p99 of response from run to run of the very same profile on one machine, on a logarithmic axis; a filled dot passed, a ring did not. Where the numbers went to another level for good, it says so: a reason to look, never a verdict.</p>
${series.slice(0, MOST_TRENDS).map(trend)}`,
  );
}

/** What changed for good, by what the runs say that were fit. */
function changeList(runs: readonly HistoryRow[]): Html | false {
  const changes = levelChangesOf(runs);
  return (
    changes.length > 0 &&
    html`<ul class="notes">${changes.map((change) => html`<li>${mark('inconclusive', 'level')} ${levelChangeText(change)}</li>`)}</ul>`
  );
}

const [WIDTH, TOP, BOTTOM, LEFT, RIGHT] = [860, 14, 106, 62, 840];

function trend(runs: readonly HistoryRow[]): Html {
  const known = runs.flatMap((row) => (row.p99Us === null || row.p99Us <= 0 ? [] : [{ row, us: row.p99Us }]));
  const times = known.map(({ us }) => us);
  const y = logScale(Math.min(...times), Math.max(...times), { from: BOTTOM, to: TOP });
  const x = (index: number) => LEFT + ((RIGHT - LEFT) * (index + 0.5)) / known.length;
  const grid = [y.ticks[0]!, y.ticks.at(-1)!].map(
    ({ value, label }) =>
      html`<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${px(y.at(value))}" y2="${px(y.at(value))}" stroke="#e3e7ee"/><text class="tick" x="${LEFT - 8}" y="${px(y.at(value) + 4)}" text-anchor="end" font-size="12" fill="#5b6472">${label}</text>`,
  );
  const points = known.map(({ us }, index) => `${px(x(index))},${px(y.at(us))}`).join(' ');
  const dots = known.map(
    ({ row, us }, index) =>
      html`<circle class="ink-fired${row.verdict === 'pass' && ' fill-fired'}" cx="${px(x(index))}" cy="${px(y.at(us))}" r="4" fill="${row.verdict === 'pass' ? '#1f5fbf' : '#ffffff'}" stroke="#1f5fbf" stroke-width="1.6"/>`,
  );
  const [first, last] = [known[0]!, known.at(-1)!];
  const says = `p99 of ${known.length} runs: ${formatDuration(first.us)} on ${stampText(first.row.startedAt)}, ${formatDuration(last.us)} on ${stampText(last.row.startedAt)}`;
  return html`<h3>${[last.row.name, last.row.adjustments].filter(Boolean).join(' ')}</h3>
<div class="plot" role="group" tabindex="0" aria-label="Trend; it scrolls sideways on a narrow screen"><svg class="chart" viewBox="0 0 ${WIDTH} 120" role="img" aria-label="${says}" font-family="system-ui, sans-serif" width="${WIDTH}" height="120">${grid}<polyline class="ink-fired" points="${points}" fill="none" stroke="#1f5fbf" stroke-width="1.2"/>${dots}</svg></div>
<p class="quiet">${says}; ${last.row.machine}.</p>
${changeList(runs)}`;
}
