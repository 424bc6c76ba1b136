// What a reader must know beside the numbers: that nobody checked who answered, what an adjusted run cannot show, and
// what the profile was warned of. Said before the run, on the screen after it, and in every page about it.

import { ROOM_SHARE } from '../judge/calibration.ts';
import { comparisonSentence } from '../judge/regression.ts';
import type { Evidence } from '../judge/spec.ts';
import { GIVEN_UP } from '../outcomes.ts';
import type { Plan } from '../profile/plan.ts';
import { formatCountOf, formatDuration, formatRate } from '../units.ts';
import { visible } from './foreign.ts';
import type { Style, TextOptions } from './layout.ts';
import { padEnd, wrap } from './layout.ts';
import type { RunRecord } from './record.ts';

/** `label`: as the summary has it, at the start of a line. */
export type Note = {
  label: 'INSECURE' | 'adjusted' | 'given up' | 'code' | 'baseline' | 'warning';
  style: Style;
  text: string;
};

/** Undefined where the certificate was checked like any other. */
export function insecureNote({ target }: Pick<Plan, 'target'>): Note | undefined {
  if (!target.tls.insecure) return undefined;
  return {
    label: 'INSECURE',
    style: 'fail',
    text: "the target's certificate was NOT checked: anyone may have answered",
  };
}

/** In the order of their weight. */
export function notesOf({ plan, run, evidence, comparison }: RunRecord): Note[] {
  return [
    ...baselineNote(comparison),
    ...plan.adjustments.map(({ flag, value, cannotShow }): Note => {
      return {
        label: 'adjusted',
        style: 'warn',
        text: `--${flag} ${visible(value)}: cannot show ${visible(cannotShow)}`,
      };
    }),
    ...givenUpNote(evidence),
    ...codeNotes(evidence, run.workers),
    ...run.warnings.map((warning): Note => ({ label: 'warning', style: 'warn', text: visible(warning) })),
  ];
}

/** What the comparison with an earlier run found, in one sentence; none without a baseline. */
export function baselineNote(comparison: RunRecord['comparison']): Note[] {
  if (comparison === undefined) return [];
  const { baseline, found } = comparison;
  const verdict = found.comparable ? found.verdict : 'cannot-tell';
  const style = ({ worse: 'fail', better: 'pass', same: 'pass', 'cannot-tell': 'warn' } as const)[verdict];
  return [{ label: 'baseline', style, text: `${visible(comparisonSentence(found))} (${visible(baseline)})` }];
}

/**
 * Orders whose answer the run itself did not wait for are no errors, and nobody knows what they would have taken. They
 * stay among the times with what they had waited, as timeouts do: left out, a shop that hangs would look quick.
 */
export function givenUpNote({ timeline }: Evidence): Note[] {
  const total = timeline.total();
  const given = total.outcomes
    .flatMap(({ name }, outcome) => (GIVEN_UP.includes(name) ? [total.histogram({ of: 'response', outcome })] : []))
    .filter(({ count }) => count > 0);
  if (given.length === 0) return [];
  const count = given.reduce((sum, each) => sum + each.count, 0);
  const longest = formatDuration(Math.max(...given.map((each) => each.maxUs)));
  const text =
    `${formatCountOf(count, 'answer')} not waited for: ${count === 1 ? 'it is' : 'they are'} among the times with ` +
    `the up to ${longest} waited by then, so the times shown are the least they can be`;
  return [{ label: 'given up', style: 'warn', text }];
}

/** Errors that are told one by one. */
const MOST_THROWN = 3;

/** What the code of a journey threw, and what it cost: more than steps do, and by how much only the code can show. */
export function codeNotes({ code }: Evidence, workers: number): Note[] {
  if (code === undefined) return [];
  const { thrown, cpuUsPerOrder } = code;
  const told = thrown.slice(0, MOST_THROWN).map(({ says, count, seq }): Note => {
    const first = count === 1 ? `order ${seq}` : `${formatCountOf(count, 'order')}, first in order ${seq}`;
    return { label: 'code', style: 'fail', text: `the journey's code threw in ${first}: ${visible(says)}` };
  });
  if (thrown.length > MOST_THROWN) {
    const text = `it threw at ${thrown.length - MOST_THROWN} more places`;
    told.push({ label: 'code', style: 'fail', text });
  }
  if (cpuUsPerOrder === undefined) return told;
  const easyPerS = (ROOM_SHARE * 1e6 * workers) / cpuUsPerOrder;
  const who = workers === 1 ? 'one worker does' : `${workers} workers do`;
  const text =
    `an order of code costs at most ${formatDuration(cpuUsPerOrder)} of CPU, with what polling cannot be told apart from ` +
    `it: ${who} ${formatRate(easyPerS)} or more with ease`;
  return [...told, { label: 'code', style: 'pass', text }];
}

/** A label and its text beside it, in at most `most` lines; the label alone is painted, and not repeated. */
export function noteLines(
  note: Note,
  { paint }: TextOptions,
  columns: [label: number, text: number],
  most = Infinity,
): string[] {
  const [first, ...rest] = wrap(note.text, columns[1], most);
  const label = paint(note.style, note.label) + padEnd('', columns[0] - note.label.length);
  return [label + first!, ...rest.map((line) => ' '.repeat(columns[0]) + line)];
}
