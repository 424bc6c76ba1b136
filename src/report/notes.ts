// What a reader must know beside the numbers: that nobody checked who answered, what an adjusted run cannot show, and
// what the profile was warned of. Said before the run, on the screen after it, and in every page about it.

import type { Plan } from '../profile/plan.ts';
import { visible } from './foreign.ts';
import type { Style, TextOptions } from './layout.ts';
import { padEnd, wrap } from './layout.ts';
import type { RunRecord } from './record.ts';

/** `label`: as the summary has it, at the start of a line. */
export type Note = { label: 'INSECURE' | 'adjusted' | 'warning'; style: Style; text: string };

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
export function notesOf({ plan, run }: RunRecord): Note[] {
  return [
    ...plan.adjustments.map(({ flag, value, cannotShow }): Note => {
      return {
        label: 'adjusted',
        style: 'warn',
        text: `--${flag} ${visible(value)}: cannot show ${visible(cannotShow)}`,
      };
    }),
    ...run.warnings.map((warning): Note => ({ label: 'warning', style: 'warn', text: visible(warning) })),
  ];
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
