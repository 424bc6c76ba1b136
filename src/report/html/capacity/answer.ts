// The answer first: how much the shop holds, what that is beside the profile, what broke, and whether it is enough.

import type { Verdict } from '../../../judge/spec.ts';
import { formatCount, formatCountOf, formatDuration, formatRate } from '../../../units.ts';
import type { CapacityFile } from '../../capacity-file.ts';
import {
  bracketWords,
  confirmedWords,
  LOAD_WORDS,
  limitedWords,
  rangeWords,
  rateOr,
  trialsText,
} from '../../capacity-words.ts';
import type { Html } from '../escape.ts';
import { html } from '../escape.ts';
import { facts, icon, mark, prose, section, table, VERDICT_ICONS } from '../parts.ts';
import { durationCell, rateCell, shareCell, stampText } from '../words.ts';

export function bannerOf(file: CapacityFile): Html {
  const { verdict, run, environment, budget, ending } = file;
  const word = verdict === null ? 'CAPACITY' : VERDICT_ICONS[verdict].word;
  const todo = [
    ...file.whatBroke.map(({ message }) => `Breaks by: ${message}.`),
    ...file.reasons.map(({ message }) => `${message}.`),
  ];
  return html`<header class="banner${verdict !== null && ` banner-${verdict}`}">
<p class="verdict">${verdict !== null && icon(verdict, 44)}<span>${word}</span></p>
<h1>Capacity of ${run.name}</h1>
<p class="sentence">${prose(file.says)}</p>
${todo.length > 0 && html`<div class="todo"><h2>What broke, and what is open</h2><ul>${[...new Set(todo)].slice(0, MOST_REASONS).map((text) => html`<li>${prose(text)}</li>`)}</ul></div>`}
${run.warnings.length > 0 && html`<ul class="notes">${run.warnings.map((text) => html`<li>${prose(text)}</li>`)}</ul>`}
${facts([
  ['Profile', run.profile],
  ['Target', run.target],
  ['Started', html`<time datetime="${run.startedAt}">${stampText(run.startedAt)}</time>`],
  [
    'Ended',
    html`<time datetime="${run.endedAt}">${stampText(run.endedAt)}</time>${ending !== 'complete' && `, interrupted (${ending})`}`,
  ],
  ['Spent', `${formatDuration(budget.spentUs)} of ${formatDuration(budget.us)}`],
  [
    'Orders',
    `${formatCount(budget.spentOrders)}${budget.orders === null ? '' : ` of at most ${formatCount(budget.orders)}`}`,
  ],
  ['Driver', `${run.driver} (${run.driverReason})`],
  ['Seed', String(run.seed)],
  ['Commit', environment.commit ?? 'none'],
  ['Doorbuster', `${environment.doorbuster} on Node ${environment.node}`],
])}
</header>
`;
}

const MOST_REASONS = 6;

type Tile = [name: string, figure: string, says: string];

export function answerSection(file: CapacityFile): Html {
  const { headroom, target, bracket, closedLoop, loads } = file;
  const held = loads.find(({ ratePerS }) => ratePerS === bracket.heldPerS);
  const tiles: Tile[] = [
    [
      'Holds',
      bracketWords(file),
      [limitedWords(file), confirmedWords(file)].filter((words) => words !== undefined).join('; '),
    ],
    ['Over the peak', rangeWords(headroom.overPeak), `of ${formatRate(target.peakPerS)}`],
    ['Over the mean', rangeWords(headroom.overMean), `of ${formatRate(target.meanPerS)}`],
    [
      'Goodput there',
      rateOr(held?.goodputPerS ?? null),
      held?.p99Us == null
        ? 'accepted within the limit'
        : `accepted within the limit, p99 ${formatDuration(held.p99Us)}`,
    ],
    [
      'Closed loop',
      closedLoop === null ? '–' : formatRate(closedLoop.perS),
      closedLoop === null
        ? 'not probed'
        : `came through ${formatCount(closedLoop.connections)} busy connections: no rate to plan with`,
    ],
  ];
  return section(
    'answer',
    'The answer',
    html`<ul class="tiles">${tiles.map(([name, shown, says]) => html`<li class="tile"><span class="name">${name}</span><strong>${shown}</strong><span class="quiet">${says}</span></li>`)}</ul>
${gates(file)}
${file.notes.length > 0 && html`<h3>What else to know</h3><ul>${file.notes.map((note) => html`<li>${prose(note)}</li>`)}</ul>`}`,
  );
}

function gates({ gate }: CapacityFile): Html {
  if (gate.length === 0) {
    return html`<p class="quiet">Nothing was asked of the answer. A line under <code>capacity: slo:</code>, such as <code>headroom &gt;= 1.5x</code>, makes this search a check that a nightly job can gate on.</p>`;
  }
  return table(
    'What was asked of the answer',
    [
      { label: 'Line', kind: 'text' },
      { label: 'Status', kind: 'text' },
      { label: 'Measured', kind: 'text' },
      { label: 'Why', kind: 'text' },
    ],
    gate.map(({ text, line, status, measured, says }) => [
      html`<code>${text}</code>${line !== null && html` <span class="quiet">line ${line}</span>`}`,
      mark(status),
      rangeWords(measured),
      html`<span class="says">${prose(says)}</span>`,
    ]),
  );
}

const OUTCOMES: Record<CapacityFile['loads'][number]['outcome'], Verdict> = {
  held: 'pass',
  broke: 'fail',
  undecided: 'inconclusive',
  discarded: 'invalid',
};

const outcomeMark = (outcome: keyof typeof OUTCOMES): Html =>
  html`<span class="mark mark-${OUTCOMES[outcome]}">${icon(OUTCOMES[outcome], 16)} ${LOAD_WORDS[outcome].word}</span>`;

export function loadsSection({ loads, trials }: CapacityFile): Html {
  if (loads.length === 0) return section('loads', 'Every load', html`<p class="none">No load was tried.</p>`);
  const number = (label: string) => ({ label, kind: 'number' as const });
  const body = table(
    'All trials of a load together',
    [
      number('Load'),
      { label: 'Came to', kind: 'text' },
      { label: 'Trials', kind: 'text' },
      ...['Goodput', 'p99', 'Lost'].map(number),
      { label: 'Why', kind: 'text' },
    ],
    loads.map((load) => [
      { shows: formatRate(load.ratePerS), sort: load.ratePerS },
      outcomeMark(load.outcome),
      trialsText(load, trials),
      rateCell(load.goodputPerS),
      durationCell(load.p99Us),
      shareCell(load.lossShare),
      html`<span class="says">${prose(load.says)}</span>`,
    ]),
  );
  return section('loads', 'Every load', body);
}

const PURPOSES = { bracket: 'look', bisect: 'narrow', repeat: 'once more, longer', confirm: 'confirm' } as const;

export function trialsSection({ trials }: CapacityFile): Html {
  if (trials.length === 0) return section('trials', 'Every trial', html`<p class="none">No trial was made.</p>`);
  const number = (label: string) => ({ label, kind: 'number' as const });
  const rows = trials.map((trial) => [
    { shows: String(trial.index + 1), sort: trial.index },
    { shows: formatRate(trial.ratePerS), sort: trial.ratePerS },
    formatDuration(trial.durationUs),
    PURPOSES[trial.purpose],
    outcomeMark(trial.outcome),
    formatCount(trial.orders.planned),
    formatCount(trial.orders.accepted),
    formatCount(trial.orders.rejected),
    formatCount(trial.orders.failed + trial.orders.unknown),
    durationCell(trial.response?.p50Us),
    durationCell(trial.response?.p99Us),
    durationCell(trial.response?.maxUs),
    html`<span class="says">${prose(trial.why.map(({ message }) => message).join('; '))}</span>`,
  ]);
  const body = table(
    'In the order they were run',
    [
      number('Trial'),
      number('Load'),
      number('For'),
      { label: 'To', kind: 'text' },
      { label: 'Came to', kind: 'text' },
      ...['planned', 'accepted', 'rejected', 'errors', 'p50', 'p99', 'max'].map(number),
      { label: 'Why', kind: 'text' },
    ],
    rows,
  );
  return section(
    'trials',
    'Every trial',
    html`<p>${formatCountOf(trials.length, 'trial')}, each with a constant Poisson load, orders of its own and a settling time that is not counted.</p>
<details><summary>All of them</summary>${body}</details>`,
  );
}

export function askedSection({ asked, closedLoop, closedLoopSays, budget }: CapacityFile): Html {
  return section(
    'asked',
    'What was asked of each load',
    html`<ul>${asked.lines.map(({ text, written }) => html`<li><code>${text}</code>${written !== text && html` <span class="quiet">from <code>${written}</code></span>`}</li>`)}<li>that the queue does not grow</li></ul>
${asked.setAside.length > 0 && html`<h3>Not asked</h3><ul>${asked.setAside.map(({ text, why }) => html`<li><code>${text}</code>: ${prose(why)}</li>`)}</ul>`}
<h3>The closed-loop probe</h3>
<p>${prose(closedLoopSays)}.</p>
${closedLoop !== null && html`<p class="quiet">In closed loop a slow shop is asked less, so this is where to look and no answer. Its own times are not read: they have no due time to count from.</p>`}
<p class="quiet">${formatCountOf(budget.ordersBeside, 'order')} went out beside the trials: by the probe, and to see whether the shop had come to rest.</p>`,
  );
}
