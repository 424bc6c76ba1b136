// What answers alone show (replay_mismatch, unread), and what single rows do (over_limit, mispriced).

import type { BooksSpec } from '../order/books.ts';
import { formatCount, formatCountOf } from '../units.ts';
import type { BuyerUnits } from './buyer-units.ts';
import type { OrderFindings } from './check-orders.ts';
import { exampleOf, type Findings, foundOf, notChecked } from './findings.ts';
import { untoldOf, whyUntold as whyUnitsUntold } from './own-orders.ts';
import type { AnswerTally, Example, Invariant, TroubleKind } from './spec.ts';
import { MAX_EXAMPLES } from './spec.ts';

const SAYS: Record<TroubleKind, string> = {
  'two-ids': 'a repeat was accepted under another id',
  'no-replay': 'its replay was not accepted',
  'altered-accepted': 'another body under the same key was taken',
  'not-found': 'asked for, it was not there',
  'other-answer': 'a repeat was answered with another quantity or total',
};

/** Orders that answers named two ids for. */
export function twoIdsOf({ troubles, troubled, replays, ids }: AnswerTally) {
  const seqs = troubled.filter(({ kind }) => kind === 'two-ids').map(({ seq }) => seq);
  return { seqs, count: troubles['two-ids'], compared: ids > 0 ? replays : 0 };
}

/**
 * Orders with a repeat that was not answered as the first was, and what was wrong. Two ids for one key, or another body
 * taken, are two orders when the books hold two (`duplicated`); when they hold one, the answer was wrong. Without the books
 * to tell, two ids are `duplicated`.
 */
export function wrongRepeats(
  { book, hasRows, isWhole }: Findings,
  { troubled }: AnswerTally,
): Map<number, TroubleKind> {
  const wrong = new Map<number, TroubleKind>();
  for (const { seq, kind } of troubled) {
    if (kind === 'not-found' || (kind === 'two-ids' && !(hasRows && isWhole))) continue;
    if ((kind === 'two-ids' || kind === 'altered-accepted') && book.isDuplicated(seq)) continue;
    if (!wrong.has(seq)) wrong.set(seq, kind);
  }
  return wrong;
}

/** Of troubles beyond those kept one by one only the number is known; an order with two kinds of them counts twice. */
function untoldRepeats({ troubles, troubled }: AnswerTally): number {
  const kept = troubled.filter(({ kind }) => kind !== 'not-found' && kind !== 'two-ids').length;
  return troubles['no-replay'] + troubles['altered-accepted'] + troubles['other-answer'] - kept;
}

function whyUntold(untold: number): string {
  const were =
    untold === 1 ? 'repeat was accepted by an answer that names' : 'repeats were accepted by answers that name';
  return `${formatCount(untold)} ${were} no order id, so nobody knows whether the first result was told again or another order was taken: \`audit.answer.id\` says where the id stands`;
}

type WrongRepeats = { repeats: ReadonlyMap<number, TroubleKind>; mistold: OrderFindings['mistold'] };

export function checkReplays(findings: Findings, { repeats, mistold }: WrongRepeats, answers: AnswerTally): Invariant {
  const { replays, altered, untold } = answers;
  const isMistold = findings.isWhole ? mistold : { count: 0, seqs: [] };
  const violations = repeats.size + isMistold.count + untoldRepeats(answers);
  const checked = replays + altered;
  if (violations === 0 && untold > 0) return notChecked('replay_mismatch', whyUntold(untold));
  if (checked === 0 && violations === 0) {
    return notChecked(
      'replay_mismatch',
      'no repeat of an accepted order was answered, so there was nothing to compare',
    );
  }
  const what = [
    ...(replays > 0 ? [formatCountOf(replays, 'repeat')] : []),
    ...(altered > 0 ? [`${formatCount(altered)} with another body`] : []),
  ].join(' and ');
  const says =
    violations > 0
      ? `${formatCountOf(violations, 'order')} ${violations === 1 ? 'has a repeat' : 'have a repeat'} that was not answered as the first was, of ${what}`
      : `${what}: each was answered as the first was${altered > 0 ? ', or refused' : ''}`;
  const examples = [
    ...[...repeats].map(([seq, kind]): [number, string] => [seq, SAYS[kind]]),
    ...isMistold.seqs.map((seq): [number, string] => [seq, 'the id it was answered is not that in the books']),
  ]
    .sort(([a], [b]) => a - b)
    .slice(0, MAX_EXAMPLES)
    .map(([seq, wrong]) => exampleOf(findings, seq, wrong));
  return foundOf('replay_mismatch', { violations, checked, says, examples });
}

/** What the books do not hold either is lost, and not held against the shop twice. */
export function checkUnread(findings: Findings, { readBacks, troubles, troubled }: AnswerTally): Invariant {
  const { book, hasRows, isWhole } = findings;
  const notFound = troubled.filter(({ kind }) => kind === 'not-found').map(({ seq }) => seq);
  const seqs = hasRows && isWhole ? notFound.filter(book.isConfirmed) : notFound;
  const violations = troubles['not-found'] - (notFound.length - seqs.length);
  if (readBacks === 0 && violations === 0) {
    return notChecked('unread', 'no accepted order was asked for');
  }
  const asked = formatCountOf(readBacks, 'accepted order');
  const says =
    violations > 0
      ? `of ${asked} that ${readBacks === 1 ? 'was' : 'were'} asked for, ${formatCount(violations)} ${violations === 1 ? 'was' : 'were'} not there`
      : notFound.length > 0
        ? `of ${asked} that ${readBacks === 1 ? 'was' : 'were'} asked for, only lost ones were not there`
        : `${readBacks === 1 ? 'the' : 'all'} ${asked} that ${readBacks === 1 ? 'was asked for was' : 'were asked for were'} there`;
  const examples = seqs.slice(0, MAX_EXAMPLES).map((seq) => exampleOf(findings, seq, SAYS['not-found']));
  return foundOf('unread', { violations, checked: readBacks, says, examples });
}

/** What buyers bought beside the run counts too; undefined: it is known. */
function whyOthersUntold({ others: { untold, late } }: BuyerUnits): string | undefined {
  const ordersOf = (count: number): string =>
    `${formatCountOf(count, 'order')} that ${count === 1 ? 'is' : 'are'} none of this run`;
  if (untold > 0) {
    return `${ordersOf(untold)} may be of the same buyers: whose they are and how many units, \`audit.fields.buyer\` and \`audit.fields.quantity\` would tell`;
  }
  if (late === 0) return undefined;
  return `${ordersOf(late)} came behind orders of it, of buyers who then had too much: let the export list the oldest first, or empty the books in \`setup:\``;
}

/** Wrong by itself, whatever else was read. */
export function checkLimit(findings: Findings, books: BooksSpec | undefined): Invariant {
  const { book, hasRows, isWhole } = findings;
  if (books?.limit === undefined) return notChecked('over_limit', 'the profile names no limit a buyer has');
  if (!hasRows) return notChecked('over_limit', 'the orders in the books were not read');
  const untold = untoldOf(books, true).includes('quantity') ? whyUnitsUntold(books, true) : undefined;
  if (untold !== undefined) return notChecked('over_limit', untold);
  const { count, shown } = book.overLimit;
  const limit = formatCountOf(books.limit, 'unit');
  if (count === 0 && !isWhole) return notChecked('over_limit', 'the books were not read whole');
  if (count === 0 && book.buyers.left > 0) {
    return notChecked(
      'over_limit',
      `${formatCountOf(book.buyers.left, 'row')} had a buyer that found no room to be kept`,
    );
  }
  const untoldOthers = count === 0 ? whyOthersUntold(book.buyers) : undefined;
  if (untoldOthers !== undefined) return notChecked('over_limit', untoldOthers);
  if (book.confirmedRows === 0) return notChecked('over_limit', 'the books hold no confirmed order');
  const says =
    count > 0
      ? `${formatCountOf(count, 'order')} beyond the ${limit} a buyer may have`
      : `no buyer has more than ${limit}, over ${formatCountOf(book.confirmedRows, 'confirmed order')}`;
  const examples = shown.map((row) => rowExample(findings, row));
  return foundOf('over_limit', { violations: count, checked: book.confirmedRows, says, examples });
}

export function checkPrices(findings: Findings): Invariant {
  const { book, hasRows, isWhole } = findings;
  if (!hasRows) return notChecked('mispriced', 'the orders in the books were not read');
  const { priced, answered } = book;
  const { count, shown } = book.mispriced;
  const checked = Math.max(priced, answered);
  if (checked === 0) {
    return notChecked('mispriced', 'no total in the books could be held against a price or an answer');
  }
  if (count === 0 && !isWhole) return notChecked('mispriced', 'the books were not read whole');
  const against = [
    ...(priced > 0 ? [`${formatCount(priced)} against quantity × price`] : []),
    ...(answered > 0 ? [`${formatCount(answered)} against the answer`] : []),
  ].join(', ');
  const says =
    count > 0
      ? `${formatCountOf(count, 'order')} charged wrongly (totals held ${against})`
      : `all totals are right (${against})`;
  const examples = shown.map((row) => rowExample(findings, row));
  return foundOf('mispriced', { violations: count, checked, says, examples });
}

function rowExample(findings: Findings, { seq, key, says }: { seq?: number; key: string; says: string }): Example {
  return seq === undefined ? { key, says: `key ${key}: ${says}` } : exampleOf(findings, seq, says);
}
