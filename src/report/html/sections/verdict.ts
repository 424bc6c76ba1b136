// 1: will it hold? The verdict in a word and a sentence, what follows from it, and what run this was.

import { formatDuration } from '../../../units.ts';
import type { Html } from '../escape.ts';
import { html } from '../escape.ts';
import { facts, icon, prose, timeLink, VERDICT_ICONS } from '../parts.ts';
import type { RunView } from '../view.ts';
import { mostOf, whereToLook } from '../where.ts';
import { spanText, stampText } from '../words.ts';

/** A clock. */
const RUNNING_ICON = html`<svg class="icon icon-running" viewBox="0 0 24 24" width="44" height="44" aria-hidden="true"><circle cx="12" cy="12" r="11" fill="#1f5fbf"/><path d="M12 6v6l4 2.5" fill="none" stroke="#ffffff" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;

export function verdictSection(view: RunView): Html {
  const { result, charts, live } = view;
  const { run, environment } = result;
  const { verdict } = result;
  return html`<header class="banner banner-${live === undefined ? verdict : 'running'}">
<p class="verdict">${live === undefined ? icon(verdict, 44) : RUNNING_ICON}<span>${live === undefined ? VERDICT_ICONS[verdict].word : 'RUNNING'}</span></p>
<h1>${run.name}</h1>
<p class="sentence">${prose(live?.says ?? result.sentence)}</p>
${live === undefined && consequences(view)}
${charts.notes.length > 0 && html`<ul class="notes">${charts.notes.map(({ label, text }) => html`<li><strong>${label}</strong> ${text}</li>`)}</ul>`}
${facts([
  ['Profile', run.profile],
  ['Target', run.target],
  ['Started', html`<time datetime="${run.startedAt}">${stampText(run.startedAt)}</time>`],
  live !== undefined
    ? ['Ended', 'not yet']
    : ['Ended', html`<time datetime="${run.endedAt}">${stampText(run.endedAt)}</time>${endedHow(view)}`],
  ['Planned', formatDuration(run.durationUs)],
  ['Seed', String(run.seed)],
  ['Commit', environment.commit ?? 'none'],
  ['Doorbuster', `${environment.doorbuster} on Node ${environment.node}`],
])}
</header>
`;
}

function endedHow({ result: { ending } }: RunView): string | undefined {
  if (ending.kind === 'stopped') return `, stopped by ${ending.text}`;
  return ending.kind === 'interrupted' ? `, interrupted (${ending.signal})` : undefined;
}

/** For each verdict but PASS: what broke or is missing, and what to do. */
function consequences(view: RunView): Html | undefined {
  const { result } = view;
  const items =
    result.verdict === 'invalid'
      ? [...unfit(view), ...forgotten(view)]
      : result.verdict === 'fail'
        ? broken(view)
        : open(view);
  if (result.verdict === 'pass' || items.length === 0) return undefined;
  const title = {
    invalid: 'Why not, and what to do',
    fail: 'What broke, and where to look',
    inconclusive: 'What is open',
    pass: '',
  };
  return html`<div class="todo"><h2>${title[result.verdict]}</h2><ul>${items}</ul></div>`;
}

function unfit({ result }: RunView): Html[] {
  return result.generator.gates
    .filter(({ status }) => status === 'void')
    .map(
      ({ name, measured, limit, advice }) =>
        html`<li><strong>${name}</strong>: ${prose(measured)} (limit: ${limit}).${advice !== '' && html` <span class="do">What to do: ${prose(advice)}.</span>`}</li>`,
    );
}

/** A broken invariant that no SLO speaks of is evidence all the same. */
function forgotten({ result }: RunView): Html[] {
  return result.audit
    .filter(({ name, status }) => status === 'fail' && !result.slo.some(({ text }) => text.startsWith(name)))
    .map(
      ({ name, says }) =>
        html`<li><strong>${name}</strong>: ${prose(says)}. <span class="do"><a href="#books">See the books</a>.</span></li>`,
    );
}

function broken(view: RunView): Html[] {
  const slos = view.result.slo
    .filter(({ status }) => status === 'fail')
    .map((slo) => {
      const at = slo.worst ? { fromS: slo.worst.fromUs / 1e6, untilS: slo.worst.untilUs / 1e6 } : mostOf(view, slo);
      return html`<li><code>${slo.text}</code>: ${linked(slo.says, at)} <span class="do">${whereToLook(view, slo)}</span></li>`;
    });
  return [...slos, ...forgotten(view)];
}

/** The sentence, with the time it tells as a link, or with one behind it. */
function linked(says: string, at: { fromS: number; untilS: number } | undefined): Html {
  if (at === undefined) return html`${prose(says)}.`;
  const span = spanText(at.fromS, at.untilS);
  const link = timeLink(at.fromS, at.untilS, span);
  const [before, after] = says.split(span, 2);
  return after === undefined ? html`${prose(says)}. Worst: ${link}.` : html`${prose(before!)}${link}${prose(after)}.`;
}

function open({ result }: RunView): Html[] {
  const slos = result.slo.filter(({ status }) => status === 'inconclusive');
  const reasons = result.reasons.filter(({ message }) => !slos.some(({ says }) => message.includes(says)));
  return [
    ...slos.map(({ text, says }) => html`<li><code>${text}</code>: ${prose(says)}.</li>`),
    ...reasons.map(({ message }) => html`<li>${prose(message)}</li>`),
  ];
}
