// lost, duplicated, phantom, and an id that is not the one the answer named: every order of the plan against its rows, in
// one pass over the bytes of both. Also how the books settle what was unknown, and whether the truth lies between what was
// accepted and what may have been.

import { formatCount, formatCountOf } from '../units.ts';
import { exampleOf, type Findings, foundOf, notChecked } from './findings.ts';
import type { AuditResult, Invariant } from './spec.ts';
import { MAX_EXAMPLES } from './spec.ts';

/** How many, and the first of them. */
type Listed = { count: number; seqs: number[] };
const nobody = (): Listed => ({ count: 0, seqs: [] });
const list = (listed: Listed, seq: number): void => {
  listed.count++;
  if (listed.seqs.length < MAX_EXAMPLES) listed.seqs.push(seq);
};

export type OrderFindings = {
  accepted: number;
  /** Accepted, and not confirmed. */
  missing: Listed;
  /** Accepted once, and in the books under another id than the answer named. */
  renamed: Listed;
  /** The same of orders sent several times, and not known to be wrong yet: a repeat was told a wrong id, for the order is there. */
  mistold: Listed;
  compared: number;
  duplicated: Listed;
  phantom: Listed;
  /** Told no, or never sent. */
  refused: number;
  placed: Listed;
  notPlaced: Listed;
  /** Orders that the books confirm. */
  confirmed: number;
};

/** `repeats`: orders with a repeat that answers alone show to be wrong. Without rows there is nothing to hold them against. */
export function readOrders(
  { ledger, book, hasRows }: Pick<Findings, 'ledger' | 'book' | 'hasRows'>,
  repeats: ReadonlyMap<number, unknown>,
): OrderFindings {
  const found: OrderFindings = {
    accepted: 0,
    missing: nobody(),
    renamed: nobody(),
    mistold: nobody(),
    compared: 0,
    duplicated: nobody(),
    phantom: nobody(),
    refused: 0,
    placed: nobody(),
    notPlaced: nobody(),
    confirmed: 0,
  };
  if (!hasRows) return found;
  for (let seq = 0; seq < ledger.orders; seq++) {
    const isThere = book.isConfirmed(seq);
    if (isThere) found.confirmed++;
    if (book.isDuplicated(seq)) list(found.duplicated, seq);
    switch (ledger.classOf(seq)) {
      case 'accepted':
        found.accepted++;
        if (!isThere) list(found.missing, seq);
        else if (book.hasId(seq) && ledger.idPrintOf(seq) !== 0) {
          found.compared++;
          if (book.hasSameId(seq)) break;
          if (!ledger.isRepeated(seq)) list(found.renamed, seq);
          else if (!repeats.has(seq) && !book.isDuplicated(seq)) list(found.mistold, seq);
        }
        break;
      case 'unknown':
        list(isThere ? found.placed : found.notPlaced, seq);
        break;
      default:
        found.refused++;
        if (isThere) list(found.phantom, seq);
    }
  }
  return found;
}

export function checkLost(findings: Findings, found: OrderFindings): Invariant {
  const { book, hasRows, isWhole } = findings;
  if (!hasRows) return notChecked('lost', 'the orders in the books were not read');
  if (!isWhole) return notChecked('lost', 'the books were not read whole: what is missing may be in the rest');
  const { accepted, missing, renamed, compared } = found;
  if (accepted === 0) return notChecked('lost', 'no order was accepted, so there was none to lose');
  const violations = missing.count + renamed.count;
  const ids = compared > 0 ? `, ${formatCount(compared)} under the id that was answered` : '';
  const parts = [
    ...(missing.count > 0
      ? [`${formatCount(missing.count)} ${missing.count === 1 ? 'is' : 'are'} not confirmed in the books`]
      : []),
    ...(renamed.count > 0
      ? [
          `${formatCount(renamed.count)} ${renamed.count === 1 ? 'stands' : 'stand'} there under another id than was answered`,
        ]
      : []),
  ];
  const says =
    violations === 0
      ? `all ${formatCountOf(accepted, 'accepted order')} are in the books${ids}`
      : `of ${formatCountOf(accepted, 'accepted order')}, ${parts.join(' and ')}`;
  const ids20 = book.ids.of(new Set(renamed.seqs));
  const wrongOf = (seq: number): string => {
    if (book.isConfirmed(seq)) return `in the books as ${shownIds(ids20.get(seq))}`;
    if (book.isReserved(seq)) return 'only reserved in the books';
    return book.isOther(seq) ? 'in the books, not confirmed' : 'not in the books';
  };
  const seqs = [...missing.seqs, ...renamed.seqs].sort((a, b) => a - b);
  const examples = seqs.slice(0, MAX_EXAMPLES).map((seq) => exampleOf(findings, seq, wrongOf(seq)));
  return foundOf('lost', { violations, checked: accepted, says, examples });
}

const shownIds = (ids: readonly string[] | undefined): string =>
  ids === undefined ? 'another id' : ids.map((id) => `\`${id}\``).join(' and ');

/** `twoIds`: orders whose answers named two ids; without the books to tell, each may be two orders. */
export function checkDuplicated(
  findings: Findings,
  { duplicated }: OrderFindings,
  twoIds: { seqs: readonly number[]; count: number; compared: number },
): Invariant {
  const { book, hasRows, isWhole } = findings;
  const isOpen = !hasRows || !isWhole;
  // What the rows already show is not counted a second time.
  const toldTwo = isOpen ? twoIds.seqs.filter((seq) => !book.isDuplicated(seq)) : [];
  const untold = isOpen ? twoIds.count - twoIds.seqs.length : 0;
  const violations = duplicated.count + book.twiceBeside.count + toldTwo.length + untold;
  if (violations === 0 && isOpen) {
    if (hasRows) return notChecked('duplicated', 'the books were not read whole: a second order may be in the rest');
    if (twoIds.compared === 0)
      return notChecked('duplicated', 'the orders in the books were not read, and no answer to a repeat named an id');
    const says = `by the answers alone: ${formatCountOf(twoIds.compared, 'repeat')} named one id an order; the books were not read`;
    return foundOf('duplicated', { violations, checked: twoIds.compared, says });
  }
  if (violations === 0 && book.confirmedRows === 0)
    return notChecked('duplicated', 'the books hold no confirmed order');
  const ids = book.ids.of(new Set(duplicated.seqs));
  const wrongOf = (seq: number): string => {
    const shared = book.ids.shared.get(seq);
    if (shared !== undefined) return `its id ${shared}`;
    const named = ids.get(seq);
    return `in the books more than once${named === undefined ? '' : `, as ${shownIds(named)}`}`;
  };
  const inBooks = duplicated.count + book.twiceBeside.count;
  const parts = [
    ...(inBooks > 0 || !isOpen
      ? [`${formatCountOf(inBooks, 'order')} ${inBooks === 1 ? 'is' : 'are'} in the books more than once`]
      : []),
    ...(toldTwo.length + untold > 0
      ? [
          `${formatCountOf(toldTwo.length + untold, 'order')} ${toldTwo.length + untold === 1 ? 'was' : 'were'} accepted under two ids`,
        ]
      : []),
  ];
  const says =
    violations === 0
      ? `none of ${formatCountOf(book.confirmedRows, 'confirmed row')} is a second order under one key or one id`
      : parts.join(', ');
  const examples = [
    ...duplicated.seqs.map((seq) => exampleOf(findings, seq, wrongOf(seq))),
    ...book.twiceBeside.shown,
    ...toldTwo.slice(0, MAX_EXAMPLES).map((seq) => exampleOf(findings, seq, 'accepted under two ids')),
  ];
  return foundOf('duplicated', { violations, checked: hasRows ? book.confirmedRows : twoIds.compared, says, examples });
}

export function checkPhantom(findings: Findings, { phantom, refused }: OrderFindings): Invariant {
  const { hasRows, isWhole } = findings;
  if (!hasRows) return notChecked('phantom', 'the orders in the books were not read');
  if (phantom.count === 0 && !isWhole) {
    return notChecked('phantom', 'the books were not read whole: one may be in the rest');
  }
  const told = formatCountOf(refused, 'order');
  const says =
    phantom.count > 0
      ? `of ${told} that ${refused === 1 ? 'was' : 'were'} told no or not sent, ${formatCount(phantom.count)} ${phantom.count === 1 ? 'is' : 'are'} in the books as confirmed`
      : refused === 0
        ? 'nobody was told no'
        : `none of ${told} that ${refused === 1 ? 'was' : 'were'} told no or not sent is confirmed in the books`;
  const examples = phantom.seqs.map((seq) => exampleOf(findings, seq, 'confirmed in the books'));
  return foundOf('phantom', { violations: phantom.count, checked: refused, says, examples });
}

/** What the books say of orders whose answer never came; undefined where they were not read whole. */
export function settleUnknown(findings: Findings, found: OrderFindings): Pick<AuditResult, 'unknown' | 'truth'> {
  if (!findings.hasRows || !findings.isWhole) return { unknown: undefined, truth: undefined };
  const { placed, notPlaced, accepted, confirmed } = found;
  const total = placed.count + notPlaced.count;
  const isPlaced = new Set(placed.seqs);
  const examples = [...placed.seqs, ...notPlaced.seqs]
    .sort((a, b) => a - b)
    .slice(0, MAX_EXAMPLES)
    .map((seq) => exampleOf(findings, seq, isPlaced.has(seq) ? 'placed: confirmed in the books' : 'not placed'));
  return {
    unknown: { total, placed: placed.count, notPlaced: notPlaced.count, examples },
    truth: { accepted, confirmed, unknown: total, holds: accepted <= confirmed && confirmed <= accepted + total },
  };
}
