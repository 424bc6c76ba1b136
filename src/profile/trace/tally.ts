// What becomes of the lines of a log or an export: used, not asked for, out of the range, not readable. Few lines that
// cannot be read are counted and said; more than a small share means that the file is not what the profile takes it for.

import { formatCount, formatCountOf, formatDuration, formatShare } from '../../units.ts';
import { type Binned, type Bins, MOST_BINS } from './bins.ts';
import { formatMoment } from './times.ts';

/** Of lines that cannot be read. */
const MOST_UNREADABLE = 0.01;
const MOST_EXAMPLES = 5;
const DAY_US = 86_400e6;
const MINUTE_US = 60e6;
const SECOND_US = 1e6;

/** A line that cannot be read. */
export type Example = { file: string; line: number; column: number; why: string };
type Seen = { us: number; offsetMin: number; file: string; line: number };

export class Tally {
  lines = 0;
  unreadable = 0;
  notAsked = 0;
  outside = 0;
  /** Of the times used: the longest of a minute and a second that all are whole ones of; 0 for finer ones. */
  grainUs = MINUTE_US;
  readonly examples: Example[] = [];
  readonly #bins: Bins;
  readonly #words: string;
  readonly #offsets = new Set<number>();
  #first: Seen | undefined;
  #last: Seen | undefined;

  /** `words`: of the profile, those that say how lines are read. */
  constructor(bins: Bins, words: string) {
    this.#bins = bins;
    this.#words = words;
  }

  refuse(example: Example): void {
    this.unreadable += 1;
    if (this.examples.length < MOST_EXAMPLES) this.examples.push(example);
  }

  /** A line that is asked for. */
  take(us: number, offsetMin: number, { file, line }: { file: string; line: number }): void {
    if (this.#first === undefined || us < this.#first.us) this.#first = { us, offsetMin, file, line };
    if (this.#last === undefined || us > this.#last.us) this.#last = { us, offsetMin, file, line };
    if (!this.#bins.add(us, offsetMin)) this.outside += 1;
    else {
      if (!this.#offsets.has(offsetMin)) this.#offsets.add(offsetMin);
      if (this.grainUs > 0 && us % this.grainUs !== 0) this.grainUs = us % SECOND_US === 0 ? SECOND_US : 0;
    }
  }

  /** Why these lines make no trace; undefined when they do. `name` of the file or files. */
  mistake(name: string): string | undefined {
    const { lines, unreadable } = this;
    const bins = this.#bins;
    if (lines === 0) return `${name} holds no line`;
    if (unreadable > MOST_UNREADABLE * lines) {
      return (
        `${formatCount(unreadable)} of ${formatCountOf(lines, 'line')} of ${name} (${formatShare(unreadable / lines)}) ` +
        `cannot be read, at most ${formatShare(MOST_UNREADABLE)} may be: say what they are with ${this.#words}, or take them out`
      );
    }
    if (bins.used === 0) {
      const way = this.#first
        ? `those asked for are from ${this.#span()}: move \`from\` and \`until\``
        : 'widen `only`';
      return `no line of ${name} is an order (${this.#linesText('')}): ${way}`;
    }
    if (bins.length > MOST_BINS) {
      const { file, line } = this.#first!;
      const end = this.#last!;
      return (
        `from ${this.#span()} (${file}:${line} and ${end.file}:${end.line}) are ${formatCount(bins.length)} bins of ` +
        `${formatDuration(bins.binUs)}, at most ${formatCount(MOST_BINS)} are possible: say \`from\` and \`until\`, or a wider \`bin\``
      );
    }
    return undefined;
  }

  /** Sentences of a plan, of lines that make a trace; `what` they were taken from, in words. */
  says(what: string, { counts, startUs }: Binned): string[] {
    const { binUs, used } = this.#bins;
    const endUs = startUs + counts.length * binUs;
    const { counts: most, at } = fullest(counts);
    const [first, last] = [this.#first!.offsetMin, this.#last!.offsetMin];
    const [example] = this.examples;
    const readable = example ? ` (the first is ${example.file}:${example.line}:${example.column}: ${example.why})` : '';
    const isOneDay = counts.length * binUs <= DAY_US;
    const peak = formatMoment(startUs + at * binUs, first);
    const offsets = [...this.#offsets].sort((a, b) => a - b);
    return [
      `${formatCountOf(used, 'order')} from ${what}`,
      `${formatMoment(startUs, first)} to ${formatMoment(endUs, last)}, ${formatCountOf(counts.length, 'bin')} of ` +
        `${formatDuration(binUs)}; the fullest, at ${isOneDay ? peak.slice(11, 19) : peak}, holds ${formatCount(most)}`,
      ...(offsets.length > 1
        ? [
            `its times have ${formatCountOf(offsets.length, 'offset')} from UTC: bins count time that passed, so no hour is doubled or missing where clocks changed`,
          ]
        : []),
      this.#linesText(readable),
    ];
  }

  #linesText(example: string): string {
    const { lines, unreadable, notAsked, outside } = this;
    const rest = [
      ...(notAsked > 0 ? [`${formatCount(notAsked)} not asked for`] : []),
      ...(outside > 0 ? [`${formatCount(outside)} out of the range`] : []),
      ...(unreadable > 0 ? [`${formatCount(unreadable)} not readable${example}`] : []),
    ];
    return `${formatCountOf(lines, 'line')}: ${[`${formatCount(this.#bins.used)} used`, ...rest].join(', ')}`;
  }

  #span(): string {
    const [first, last] = [this.#first!, this.#last!];
    return `${formatMoment(first.us, first.offsetMin)} to ${formatMoment(last.us, last.offsetMin)}`;
  }
}

/** The highest count and its bin; of equal ones the first. */
export function fullest(counts: readonly number[]): { counts: number; at: number } {
  let at = 0;
  for (let bin = 1; bin < counts.length; bin += 1) if (counts[bin]! > counts[at]!) at = bin;
  return { counts: counts[at] ?? 0, at };
}
