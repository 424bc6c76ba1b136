// What the checks have in common: an invariant that held, broke or could not be looked at, and the words for an order that
// broke it. `says` never holds what the shop wrote, but in backticks; who prints it makes it harmless.

import type { RowBook } from './row-book.ts';
import type { Deed, Example, Invariant, InvariantName, LedgerView } from './spec.ts';
import { MAX_EXAMPLES } from './spec.ts';

/** Everything the checks read once the rows are in. */
export type Findings = {
  ledger: LedgerView;
  book: RowBook;
  /** Were there books to read at all; was every row of them read? Only then does a row that is not there mean something. */
  hasRows: boolean;
  isWhole: boolean;
  dueUsOf: (seq: number) => number | undefined;
  /** The outcome of an order, where the run leaves no doubt which of its class it was. */
  outcomeOf: (seq: number) => string | undefined;
};

export function notChecked(name: InvariantName, why: string): Invariant {
  return { name, status: 'not-checked', violations: 0, checked: 0, says: why, examples: [] };
}

export type Found = { violations: number; checked: number; says: string; examples?: Example[] };

/** `whole` false: what was not found may be in the part that was not read, so nothing is passed. */
export function foundOf(name: InvariantName, { violations, checked, says, examples = [] }: Found): Invariant {
  const status = violations > 0 ? 'fail' : 'pass';
  return { name, status, violations, checked, says, examples: examples.slice(0, MAX_EXAMPLES) };
}

/** `00:00:03.214` */
export function formatMoment(us: number): string {
  const ms = Math.floor(us / 1e3);
  const two = (n: number): string => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, Math.floor(ms / 1e3) % 60];
  return `${two(h)}:${two(m)}:${two(s)}.${String(ms % 1e3).padStart(3, '0')}`;
}

const WORDS: Record<Deed['why'], string> = {
  first: 'sent',
  copy: 'clicked again',
  retry: 'retried',
  replay: 'replayed',
  altered: 'sent with another body',
  'read-back': 'asked for',
};

/** `accepted at 00:00:03.412 as \`order-12\`` */
function deedText({ why, doneUs, outcome, id }: Deed, isOnly: boolean): string {
  const named = id === undefined ? '' : ` as \`${id}\``;
  return `${isOnly ? '' : `${WORDS[why]}: `}\`${outcome}\` at ${formatMoment(doneUs)}${named}`;
}

/** Of an order without a story what its bits tell: how often it was sent and what that came to, not when. */
function pastOf({ ledger, outcomeOf }: Findings, seq: number): string {
  const outcomeClass = ledger.classOf(seq);
  const name = outcomeOf(seq);
  const end = name === undefined || name === outcomeClass ? outcomeClass : `${outcomeClass} (\`${name}\`)`;
  if (outcomeClass === 'failed') return end;
  const when = outcomeClass === 'unknown' ? '' : ', when is not kept';
  const times = { once: outcomeClass === 'accepted' ? 'sent once' : 'not repeated', several: 'sent more than once' };
  const sendings = ledger.sendingsOf(seq);
  return `${sendings === undefined ? '' : `${times[sendings]}, `}${end}${when}`;
}

/** One order that broke an invariant: what is known of it, and `wrong`, what the books or a repeat say. */
export function exampleOf(findings: Findings, seq: number, wrong: string): Example {
  const { ledger, book, dueUsOf } = findings;
  const key = book.own.keyOf(seq);
  const story = ledger.storyOf(seq);
  const dueUs = story?.dueUs ?? dueUsOf(seq);
  const due = dueUs === undefined ? '' : ` due ${formatMoment(dueUs)},`;
  const deeds = story?.deeds ?? [];
  const past =
    deeds.length > 0 ? deeds.map((deed) => deedText(deed, deeds.length === 1)).join(', ') : pastOf(findings, seq);
  return { seq, key, says: `order #${seq}, key ${key}:${due} ${past}; ${wrong}`, ...(story ? { story } : {}) };
}
