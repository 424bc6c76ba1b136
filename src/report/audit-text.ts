// The audit in words, the same on the screen, in Markdown and wherever else a run is told: what broke, what held, what
// nobody could check, how the books were read, what became of unknown orders, and how often orders were sent.

import type { AuditResult, Invariant } from '../audit/spec.ts';
import { brokenIn } from '../judge/books.ts';
import { formatCount, formatCountOf } from '../units.ts';
import { visible } from './foreign.ts';
import type { TextOptions } from './layout.ts';
import { cut, fitting, padEnd, wrap } from './layout.ts';
import { perOrderOf } from './result-audit.ts';

/** False where there is nothing to tell: no books, no answer that showed anything, and every order was sent once. */
export function tellsAnything(audit: AuditResult | undefined): audit is AuditResult {
  return audit !== undefined && (checkedAnything(audit) || attemptsText(audit) !== '');
}

/** False where nobody could check anything: neither by books nor by answers. */
export function checkedAnything({ incomplete, books, invariants }: AuditResult): boolean {
  return incomplete !== '' || books !== undefined || invariants.some(({ status }) => status !== 'not-checked');
}

const namesOf = (all: readonly Invariant[]): string => all.map(({ name }) => name).join(', ');

/** `✘ lost 2 · ✔ 6 held · - 2 not checked: mispriced, unread`, ever shorter. */
export function standingWays({ invariants }: AuditResult): string[] {
  const of = (status: Invariant['status']) => invariants.filter((each) => each.status === status);
  const [broken, held, open] = [of('fail'), of('pass'), of('not-checked')];
  const parts = (openText: string): string =>
    [
      ...(broken.length > 0
        ? [`✘ ${broken.map(({ name, violations }) => `${name} ${formatCount(violations)}`).join(', ')}`]
        : []),
      ...(held.length > 0 ? [`✔ ${held.length} held`] : []),
      ...(open.length > 0 ? [`- ${open.length} not checked${openText}`] : []),
    ].join(' · ');
  return [parts(`: ${namesOf(open)}`), parts('')];
}

/** `11,971 rows; of 12 unknown orders 1 was placed, 11 were not`, ever shorter; none where no export was read. */
export function booksWays({ books, unknown, foreign }: AuditResult): string[] {
  if (books === undefined) return [];
  const rows = formatCountOf(books.rows, 'row');
  const others = foreign.rows > 0 ? `, ${formatCount(foreign.rows)} of them not ours` : '';
  if (unknown === undefined) return [rows + others, rows];
  const settled = unknownText(unknown);
  const short = `${rows}; ${formatCount(unknown.total)} unknown: ${formatCount(unknown.placed)} placed`;
  return [`${rows + others}; ${settled}`, `${rows}; ${settled}`, short, rows];
}

export function unknownText({ total, placed, notPlaced }: NonNullable<AuditResult['unknown']>): string {
  if (total === 0) return 'no order is unknown';
  const were = (count: number) => `${formatCount(count)} ${count === 1 ? 'was' : 'were'}`;
  return `of ${formatCountOf(total, 'unknown order')} ${were(placed)} placed, ${were(notPlaced)} not`;
}

/** Empty where each order was sent once. */
export function attemptsText(audit: AuditResult): string {
  const { orders, attempts } = audit.attempts;
  const perOrder = perOrderOf(audit);
  if (perOrder === undefined || attempts === orders) return '';
  return `${formatCount(attempts)} for ${formatCountOf(orders, 'order')}, ${perOrder.toFixed(2)} an order`;
}

/** Lines that belong together and are told whole or not at all; of lesser weight where there is no room for all. */
type Piece = { weight: number; lines: string[] };

/**
 * How the audit stands, what broke with the first order of each, what the books said and how often orders were sent: at
 * most `most` lines, of which the first is always there; where nobody checked anything, the last alone.
 */
export function auditLines(
  audit: AuditResult,
  { paint }: TextOptions,
  columns: [label: number, text: number],
  most: number,
): string[] {
  const [indent, room] = columns;
  const line = (label: string, text: string): string => padEnd(label, indent) + text;
  const first = line('audit', fitting(standingWays(audit), room));
  const isBroken = brokenIn(audit).length > 0 || audit.incomplete !== '';
  const painted = isBroken ? paint('fail', first.slice(0, indent)) + first.slice(indent) : first;
  const incomplete = `! incomplete: ${visible(audit.incomplete)}`;
  const [read, sent] = [booksWays(audit), attemptsText(audit)];
  const pieces: Piece[] = [
    { weight: 0, lines: checkedAnything(audit) ? [painted] : [] },
    { weight: 1, lines: audit.incomplete === '' ? [] : wrap(incomplete, room, 2).map((text) => line('', text)) },
    ...brokenIn(audit).flatMap(({ name, says, examples: [example] }): Piece[] => {
      const story =
        example === undefined ? [] : wrap(visible(example.says), room - 2).map((text) => line('', `  ${text}`));
      return [
        { weight: 2, lines: [line('', cut(`${name}: ${visible(says)}`, room))] },
        { weight: 4, lines: story },
      ];
    }),
    { weight: 3, lines: read.length === 0 ? [] : [line('books', fitting(read, room))] },
    { weight: 3, lines: sent === '' ? [] : [line('attempts', cut(sent, room))] },
  ];
  return chosen(pieces, most).flatMap(({ lines }) => lines);
}

/** Those that weigh most, in their order. */
function chosen(pieces: readonly Piece[], most: number): Piece[] {
  let left = most;
  const kept = new Set<Piece>();
  for (const piece of [...pieces].sort((a, b) => a.weight - b.weight)) {
    if (piece.lines.length > left) continue;
    left -= piece.lines.length;
    kept.add(piece);
  }
  return pieces.filter((piece) => kept.has(piece));
}
