// One answer of each outcome, as the shop gave it: below the table of outcomes, folded, and its beginning in the table.

import { formatCount } from '../../../units.ts';
import type { ResultAnswer } from '../../result-kept.ts';
import type { Html } from '../escape.ts';
import { html } from '../escape.ts';
import type { RunView } from '../view.ts';
import { cutTo } from './books.ts';

/** Answers on the page, and characters of each and of its beginning. */
const MOST_ANSWERS = 24;
const MOST_BODY = 1_200;
const MOST_BEGINNING = 48;
const MOST_DETAIL = 160;
const MOST_WORD = 80;
const MOST_VALUE = 260;

/** By the name of its outcome. */
export function answersOf({ result }: RunView): ReadonlyMap<string, ResultAnswer> {
  return new Map((result.examples?.answers ?? []).map((answer) => [answer.outcome, answer]));
}

/** What it said, in a few words. */
export function beginningOf(answer: ResultAnswer | undefined): Html | string {
  if (answer === undefined) return '–';
  const { body, isBinary, isCut } = answer;
  const line = body
    .slice(0, 4 * MOST_BEGINNING)
    .replace(/\s+/g, ' ')
    .trim();
  const shown = line.length > MOST_BEGINNING ? `${line.slice(0, MOST_BEGINNING)}…` : line;
  const said = isBinary ? 'no text' : shown === '' ? (isCut ? '…' : '') : html`<code>${shown}</code>`;
  return html`<span class="example">${headOf(answer)}${said !== '' && html` ${said}`}</span>`;
}

/** A number where something was answered; else why nothing was. */
function headOf({ status, failure, detail }: ResultAnswer): string {
  if (status > 0) return String(status);
  return cutTo(detail === '' ? failure : `${failure} (${detail})`, MOST_DETAIL);
}

/** `names`: outcomes in the order in which they are shown. */
export function answersList(view: RunView, names: readonly string[]): Html {
  const { examples } = view.result;
  if (examples === undefined) {
    return html`<p class="quiet">This run was made before answers were kept as examples.</p>`;
  }
  const known = answersOf(view);
  // What was never answered has nothing to show beside the table.
  const answers = names.flatMap((name) => known.get(name) ?? []).filter(({ status }) => status > 0);
  if (answers.length === 0) return html`<p class="quiet">No answer was kept as an example.</p>`;
  const left = answers.length - MOST_ANSWERS;
  return html`<h3>One answer of each</h3>
<p class="quiet">As the shop gave it to one of the first such orders, secrets taken out: what the profile sends as one, what its setup took, and what the answer itself calls one.</p>
${answers.slice(0, MOST_ANSWERS).map((answer) => answerItem(answer, view.result.steps.length > 0))}${left > 0 && html`<p class="quiet">${formatCount(left)} more ${left === 1 ? 'is' : 'are'} in result.json, under examples.</p>`}`;
}

function answerItem(answer: ResultAnswer, hasSteps: boolean): Html {
  const { outcome, class: of, seq, step, headers, body, isCut, isBinary } = answer;
  const shown = body.slice(0, MOST_BODY);
  const rest = isCut || shown.length < body.length;
  const text = isBinary ? 'A body that is no text.' : shown === '' && !rest ? 'No body.' : undefined;
  const lines = headers.map(
    ({ name, value }) => html`<span class="quiet">${cutTo(name, MOST_WORD)}:</span> ${cutTo(value, MOST_VALUE)}\n`,
  );
  const whole = html`${lines}${headers.length > 0 && body !== '' && '\n'}${shown}${rest && '…'}`;
  return html`<details class="answer"><summary><code>${cutTo(outcome, MOST_WORD)}</code> <span class="class class-${of}">${of}</span> · ${headOf(answer)} · order ${formatCount(seq)}${hasSteps && `, ${cutTo(step, MOST_WORD)}`}</summary>
${(headers.length > 0 || body !== '') && html`<pre>${whole}</pre>`}${text !== undefined && html`<p class="quiet">${text}</p>`}</details>
`;
}
