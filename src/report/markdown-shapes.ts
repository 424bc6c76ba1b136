// The shapes of Markdown that the summary is put together from.

import { markdownText } from './foreign.ts';

/** A code span: HTML, because a backtick inside a Markdown span would end it. */
export function code(text: string): string {
  return `<code>${markdownText(text)}</code>`;
}

/** Cells are already escaped; the first column is text, the others are numbers unless told otherwise. */
export function table(header: readonly string[], rows: readonly string[][], textColumns = 1): string {
  const rule = header.map((_, column) => (column < textColumns ? '---' : '---:'));
  return [header, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
