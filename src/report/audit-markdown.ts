// The audit in summary.md: every invariant in a line, the orders that broke one with their story, and what became of the
// orders whose answer never came.

import type { Invariant } from '../audit/spec.ts';
import { brokenIn } from '../judge/books.ts';
import { formatCount } from '../units.ts';
import { attemptsText, booksWays, checkedAnything, tellsAnything } from './audit-text.ts';
import { markdownText } from './foreign.ts';
import { code, table } from './markdown-shapes.ts';
import type { RunRecord } from './record.ts';

const STATUSES: Record<Invariant['status'], string> = {
  pass: '✅ held',
  fail: '❌ broken',
  'not-checked': '➖ not checked',
};
/** Of each invariant; all of them are in result.json. */
const SHOWN = 5;

/** Empty where nobody looked at any books, and every order was sent once. */
export function auditSection({ evidence: { audit } }: RunRecord): string {
  if (!tellsAnything(audit)) return '';
  const rows = audit.invariants.map(({ name, status, violations, says }) => [
    STATUSES[status],
    code(name),
    markdownText(says),
    status === 'not-checked' ? '–' : formatCount(violations),
  ]);
  const [[read], sent] = [booksWays(audit), attemptsText(audit)];
  return [
    ...(audit.incomplete === '' ? [] : [`⚠️ **Audit incomplete:** ${markdownText(audit.incomplete)}`]),
    checkedAnything(audit) ? table(['Audit', 'Invariant', '', 'Violations'], rows, 3) : '',
    ...brokenIn(audit).map(storiesOf),
    ...(read === undefined ? [] : [`Books: ${markdownText(read)}.`]),
    ...(sent === '' ? [] : [`Attempts: ${sent}.`]),
  ]
    .filter((section) => section !== '')
    .join('\n\n');
}

function storiesOf({ name, examples }: Invariant): string {
  const shown = examples.slice(0, SHOWN).map(({ says }) => `- ${markdownText(says)}`);
  const more = examples.length - shown.length;
  const lines = more > 0 ? [...shown, `- and ${formatCount(more)} more in result.json`] : shown;
  return lines.length === 0 ? '' : [`First of ${code(name)}:`, '', ...lines].join('\n');
}
