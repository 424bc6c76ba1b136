// Laying text out in columns of a terminal: how wide a string is, padding, cutting, wrapping. Columns, not characters:
// a Chinese character takes two, a combining accent none.

/** Styles a line may ask for; what they look like (or that they look like nothing) is the caller's. */
export type Style = 'bold' | 'dim' | 'pass' | 'fail' | 'warn' | 'accent';

/** Paints a piece of text. Never changes its width; nothing is ever said by colour alone. */
export type Paint = (style: Style, text: string) => string;

export type TextOptions = { paint: Paint /** Columns. */; width: number };

/** No colour: files, CI logs, NO_COLOR. */
export const plainPaint: Paint = (_style, text) => text;

const NARROW = 60;

/** Columns to lay out for: the given width, at least 60 and at most 120 (longer lines are hard to read). */
export function columnsOf(width: number): number {
  return Number.isFinite(width) ? Math.min(120, Math.max(NARROW, Math.floor(width))) : 80;
}

const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const DOUBLE_WIDTH =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]$/u;

function columnsOfCharacter(character: string): number {
  if (NO_WIDTH.test(character)) return 0;
  return DOUBLE_WIDTH.test(character) ? 2 : 1;
}

/** Columns that an unpainted text takes. */
export function widthOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOfCharacter(character);
  return columns;
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}

export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - widthOf(text))) + text;
}

/** `2,100`, `00:14`, `0.1%`, `300 ms`, `48.6/s`: what says something else once its end is missing. */
const NUMBER = /\d[\d.,:]*(?: ?(?:(?:µs|ms|min|s|m|h|d|x)(?![\p{L}\d])|%)|\/s)?/gu;

/** At most `columns` wide; what does not fit ends in `…`. Never ends inside a number or between it and its unit. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let end = 0;
  let used = 0;
  for (const character of text) {
    used += columnsOfCharacter(character);
    if (used > columns - 1) break;
    end += character.length;
  }
  for (const { 0: number, index } of text.matchAll(NUMBER)) {
    if (index < end && end < index + number.length) end = index;
  }
  return `${text.slice(0, end).trimEnd()}…`;
}

const GLUE = '\u00a0';

/** Code in backticks and a number with its unit stay together, unless that alone would fill a line. */
function glued(text: string, columns: number): string {
  const short = (piece: string) => (widthOf(piece) <= columns / 2 ? piece.replaceAll(' ', GLUE) : piece);
  return text.replace(/`[^`]*`/g, short).replace(/(?<=\d) (?=(?:µs|ms|s|m|h|d|%)(?![\p{L}\p{N}]))/gu, GLUE);
}

/** Lines of at most `columns`, broken at spaces; a single longer word is cut. At most `most` lines, the last cut with `…`. */
export function wrap(text: string, columns: number, most = Infinity): string[] {
  const lines: string[] = [];
  let line: string | undefined;
  for (const word of glued(text, columns).split(' ')) {
    const joined: string = line === undefined ? word : `${line} ${word}`;
    if (line !== undefined && widthOf(joined) > columns) {
      lines.push(line);
      line = word;
    } else line = joined;
  }
  lines.push(line ?? '');
  const kept = lines.length > most ? [...lines.slice(0, most - 1), lines.slice(most - 1).join(' ')] : lines;
  return kept.map((each) => cut(each.replaceAll(GLUE, ' '), columns).trimEnd());
}

/** How many lines each of several texts gets: one, and `spare` more dealt out one by one to those that need more. */
export function dealt(needs: readonly number[], spare: number): number[] {
  const most = needs.map(() => 1);
  for (let left = spare; left > 0; left--) {
    const [next] = [...most.keys()].filter((at) => most[at]! < needs[at]!).sort((a, b) => most[a]! - most[b]!);
    if (next === undefined) break;
    most[next]!++;
  }
  return most;
}

/** The first of several ways to say something that fits, the last one cut if none does. Longest first. */
export function fitting(ways: readonly string[], columns: number): string {
  return ways.find((way) => widthOf(way) <= columns) ?? cut(ways.at(-1) ?? '', columns);
}

/** Pieces joined by ` · ` while they fit into `columns`; when some do not, the last says how many were left out. */
export function joinFitting(pieces: readonly string[], columns: number, leftOut: (count: number) => string): string {
  for (let kept = pieces.length; kept > 0; kept -= 1) {
    const missing = pieces.length - kept;
    const shown = [...pieces.slice(0, kept), ...(missing > 0 ? [leftOut(missing)] : [])].join(' · ');
    if (widthOf(shown) <= columns) return shown;
  }
  return cut(pieces.length === 0 ? '' : `${pieces[0]} · ${leftOut(pieces.length - 1)}`, columns);
}

/** Columns of the label that starts a line of the summary. */
export const LABEL = 11;

export function labelled(label: string, text: string): string {
  return padEnd(label, LABEL) + text;
}
