// The lamps of the live panel: how each limit stands so far. A run that goes on has proved nothing yet, so the judge
// calls nearly every limit open; an operator needs to know which of them hold so far and which cannot be told.

import { holds } from '../judge/reading.ts';
import { parseSlo } from '../judge/slo.ts';
import type { SloResult } from '../judge/spec.ts';
import { visible } from './foreign.ts';
import type { Style, TextOptions } from './layout.ts';
import { cut, padEnd, widthOf } from './layout.ts';
import { measureText } from './sentence.ts';

/** held, broken: that will not change. holds: the number so far keeps the limit. open: it does not, or there is none. */
export type LampState = 'held' | 'broken' | 'holds' | 'open' | 'unread';

/** `says`: how it stands with the number it stands at, `holds, 41.2 ms`. */
export type Lamp = { text: string; state: LampState; says: string };

/** @param slo judged on what has ended so far; @param parts names of the traffic's parts, which its text may speak of */
export function lampOf(slo: SloResult, parts: readonly string[]): Lamp {
  const lamp = (state: LampState, says: string): Lamp => ({ text: slo.text, state, says });
  const valued = (word: string): string => (slo.measured === undefined ? word : `${word}, ${measureText(slo)}`);
  if (slo.status === 'pass') return lamp('held', valued('held'));
  if (slo.status === 'fail') return lamp('broken', valued('broken'));
  if (slo.status === 'not-checked') return lamp('unread', 'not checked');
  if (slo.windows?.total === 0) return lamp('open', 'no window yet');
  if (slo.measured === undefined) return lamp('open', slo.samples === 0 ? 'no orders yet' : 'too few orders');
  const parsed = parseSlo(slo.text, { parts, place: 'slo' });
  if (parsed.ok && holds(slo.measured, parsed.slo.comparator, slo.limit)) return lamp('holds', valued('holds'));
  // A count on its way up to its limit is short of it; of a percentile more orders have to tell.
  return lamp('open', valued(slo.unit === 'count' ? 'not yet' : 'too close'));
}

const MARKS: Record<LampState, { mark: string; style: Style; urgency: number }> = {
  broken: { mark: '✘', style: 'fail', urgency: 0 },
  open: { mark: '?', style: 'warn', urgency: 1 },
  holds: { mark: '·', style: 'accent', urgency: 2 },
  held: { mark: '✔', style: 'pass', urgency: 3 },
  unread: { mark: '-', style: 'dim', urgency: 4 },
};
const MOST_LAMPS = 6;
/** Room for what a lamp says, whatever the number is at the moment: `too close, 312 ms`. */
const SAYS = 17;

/**
 * The lamps in lines of `columns`, two a line where they fit, at most `most` lines; broken ones first when not all are
 * shown. As many lines from one second to the next: how they are laid out depends on the limits' texts alone.
 */
export function lampLines(lamps: readonly Lamp[], { paint }: TextOptions, columns: number, most: number): string[] {
  const widest = Math.max(0, ...lamps.map(({ text }) => widthOf(visible(text))));
  const half = Math.floor(columns / 2);
  const perLine = widest + SAYS + 4 < half ? 2 : 1;
  const slots = Math.min(MOST_LAMPS, most * perLine);
  const shown = lamps.length <= slots ? lamps : byUrgency(lamps).slice(0, Math.max(Math.min(1, slots), slots - 1));
  const room = perLine === 2 ? half : columns;
  const textWidth = Math.min(widest, room - SAYS - 4);
  const cells = shown.map(({ text, state, says }) => {
    const { mark, style } = MARKS[state];
    const rest = cut(`${padEnd(cut(visible(text), textWidth), textWidth)}  ${says}`, room - 2);
    return { painted: `${paint(style, mark)} ${rest}`, width: 2 + widthOf(rest) };
  });
  const missing = lamps.length - shown.length;
  if (missing > 0 && slots > 1) cells.push({ painted: paint('dim', `and ${missing} more`), width: 0 });
  return Array.from({ length: Math.ceil(cells.length / perLine) }, (_, line) => {
    const [left, right] = cells.slice(line * perLine, (line + 1) * perLine);
    return right === undefined ? left!.painted : left!.painted + ' '.repeat(half - left!.width) + right.painted;
  });
}

function byUrgency(lamps: readonly Lamp[]): Lamp[] {
  return [...lamps].sort((a, b) => MARKS[a.state].urgency - MARKS[b.state].urgency);
}
