// The few pieces that every section of the page is made of: sections, tables, figures, marks.

import type { SloStatus, Verdict } from '../../judge/spec.ts';
import type { Html, Slot } from './escape.ts';
import { html } from './escape.ts';

/** `sort`: what the column is sorted by, where the text does not say it. */
export type Cell = Slot | { shows: Slot; sort: number | string };
export type Column = { label: string; kind: 'text' | 'number' };

export function section(id: string, title: string, body: Slot): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${body}
</section>
`;
}

/** Scrolls sideways by itself on a narrow screen, by keyboard too. Without rows, a sentence says so. */
export function table(caption: string, columns: readonly Column[], rows: readonly (readonly Cell[])[]): Html {
  if (rows.length === 0) return html`<p class="none">Nothing to list.</p>`;
  const numeric = columns.map(({ kind }) => kind === 'number');
  // Most tables are a name and numbers: a class for all of it spares one for each cell.
  const plain = columns.length > 1 && !numeric[0] && numeric.slice(1).every(Boolean);
  return html`<section class="scroll" aria-label="${caption}" tabindex="0"><table${plain && html` class="nums"`}><caption>${caption}</caption>
<thead><tr>${columns.map(({ label, kind }) => html`<th scope="col"${!plain && kind === 'number' && html` class="n"`}>${label}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>${row.map((cell, index) => tableCell(cell, index, !plain && numeric[index]!))}</tr>
`,
  )}</tbody></table></section>`;
}

function tableCell(cell: Cell, index: number, numeric: boolean): Html {
  const known = cell !== null && typeof cell === 'object' && 'shows' in cell;
  const { shows, sort } = known ? cell : { shows: cell as Slot, sort: undefined };
  const key = sort !== undefined && html` data-sort="${sort}"`;
  if (index === 0) return html`<th scope="row"${numeric && html` class="n"`}${key}>${shows}</th>`;
  return html`<td${numeric && html` class="n"`}${key}>${shows}</td>`;
}

/** `chart`: what the page's script draws in place of the picture; left out where the picture is all there is. */
export type Figure = { id: string; reads: Slot; picture: Slot; numbers: Slot; chart?: string; controls?: Slot };

/** A picture, a line on how to read it, and its numbers folded away below. */
export function figure({ id, reads, picture, numbers, chart, controls }: Figure): Html {
  return html`<figure id="${id}-chart"${chart !== undefined && html` data-chart="${chart}"`}>
${controls}<div class="plot" role="group" tabindex="0" aria-label="Chart; it scrolls sideways on a narrow screen">${picture}</div>
<figcaption>${reads}</figcaption>
</figure>
<details><summary>The numbers of this chart</summary>${numbers}</details>`;
}

export const VERDICT_ICONS: Record<Verdict, { word: string; path: string }> = {
  pass: { word: 'PASS', path: 'M6 12.5l4 4 8-9' },
  fail: { word: 'FAIL', path: 'M7 7l10 10M17 7L7 17' },
  inconclusive: { word: 'INCONCLUSIVE', path: 'M9 9.5a3 3 0 1 1 4.2 2.7c-.8.4-1.2 1-1.2 1.8M12 17.2v.1' },
  invalid: { word: 'INVALID', path: 'M12 6.5v7M12 17v.1' },
};

const INK_OF: Record<Verdict, string> = {
  pass: '#17734a',
  fail: '#b3261e',
  inconclusive: '#8a5a00',
  invalid: '#6d28a8',
};

export function icon(kind: Verdict, size = 24): Html {
  return html`<svg class="icon icon-${kind}" viewBox="0 0 24 24" width="${size}" height="${size}" aria-hidden="true"><circle cx="12" cy="12" r="11" fill="${INK_OF[kind]}"/><path d="${VERDICT_ICONS[kind].path}" fill="none" stroke="#ffffff" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
}

const MARKS: Record<SloStatus, { kind: Verdict; word: string }> = {
  pass: { kind: 'pass', word: 'held' },
  fail: { kind: 'fail', word: 'broken' },
  inconclusive: { kind: 'inconclusive', word: 'open' },
  'not-checked': { kind: 'inconclusive', word: 'not checked' },
};

/** Icon, word and colour: any one of them is enough. */
export function mark(status: SloStatus, word: string = MARKS[status].word): Html {
  const { kind } = MARKS[status];
  return html`<span class="mark mark-${kind}">${icon(kind, 16)} ${word}</span>`;
}

/** A sentence of the judge: what stands in backticks is code. */
export function prose(text: string): Html {
  return html`${text.split('`').map((piece, index) => (index % 2 === 1 ? html`<code>${piece}</code>` : piece))}`;
}

/** A link that zooms every chart to these seconds, and without scripts leads to the charts. */
export function timeLink(fromS: number, untilS: number, text: Slot): Html {
  return html`<a href="#t=${fromS}-${untilS}">${text}</a>`;
}

export const facts = (rows: readonly (readonly [term: string, value: Slot])[]): Html =>
  html`<dl class="facts">${rows.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
