// Mistakes as a compiler prints them: where, what, and the source line with a caret under it. Strings only.

import type { Problem } from '../errors.ts';
import { visible } from './foreign.ts';
import { type Paint, plainPaint, widthOf } from './layout.ts';

/** Columns of a source line that are shown; longer lines are cut around the caret. */
const SHOWN_COLUMNS = 100;
/** Columns kept before the caret when the beginning of a line is cut. */
const BEFORE_CARET = 40;
const TAB = '  ';

/** One block per problem, a blank line between them, no newline at the end. `''` for none. */
export function formatProblems(problems: readonly Problem[], paint: Paint = plainPaint): string {
  return problems.map((problem) => formatProblem(problem, paint)).join('\n\n');
}

function formatProblem({ message, path, file, place, source, length }: Problem, paint: Paint): string {
  const error = `${paint('fail', 'error:')} ${paint('bold', visible(message))}`;
  if (!place && file === undefined) return error;
  // The export of a `.ts` profile has no lines: its path says where.
  if (!place) return [...[file, path].filter((at) => at).map((at) => visible(at!)), error].join(': ');
  const head = `${visible(place.file)}:${place.line}:${place.column}: ${error}`;
  if (source === undefined) return head;
  const { line, indent, caret } = underlined(source, place.column - 1, length ?? 1);
  const number = String(place.line);
  const gutter = (text: string) => paint('dim', `  ${text.padStart(number.length)} │`);
  // A space after the bar only where something follows: no line ends in blanks.
  const shown = line === '' ? gutter(number) : `${gutter(number)} ${line}`;
  return `${head}\n${shown}\n${gutter('')} ${' '.repeat(indent)}${paint('warn', '^'.repeat(caret))}`;
}

/** What a terminal shows for one character, and how wide it is. */
function pieceOf(character: string): { shown: string; columns: number } {
  const shown = character === '\t' ? TAB : visible(character);
  return { shown, columns: widthOf(shown) };
}

/** The line as shown, and in columns how far to indent the caret and how wide to draw it. `at` is in UTF-16 units. */
function underlined(source: string, at: number, length: number): { line: string; indent: number; caret: number } {
  let offset = 0;
  let column = 0;
  let fromColumn: number | undefined;
  let untilColumn = 0;
  const pieces: { shown: string; from: number; until: number }[] = [];
  for (const character of source.trimEnd()) {
    const { shown, columns } = pieceOf(character);
    if (offset >= at) fromColumn ??= column;
    pieces.push({ shown, from: column, until: column + columns });
    column += columns;
    offset += character.length;
    if (offset <= at + length) untilColumn = column;
  }
  fromColumn ??= column;
  const width = Math.max(1, untilColumn - fromColumn);
  if (column <= SHOWN_COLUMNS) {
    return { line: pieces.map(({ shown }) => shown).join(''), indent: fromColumn, caret: width };
  }
  const wantedStart = Math.min(fromColumn - BEFORE_CARET, column - SHOWN_COLUMNS);
  const start = pieces.find(({ from }) => from >= Math.max(0, wantedStart))?.from ?? 0;
  const kept = pieces.filter(({ from, until }) => from >= start && until <= start + SHOWN_COLUMNS);
  const before = start > 0 ? '…' : '';
  const end = kept.at(-1)?.until ?? start;
  const line = before + kept.map(({ shown }) => shown).join('') + (end < column ? '…' : '');
  return { line, indent: before.length + fromColumn - start, caret: Math.max(1, Math.min(width, end - fromColumn)) };
}
