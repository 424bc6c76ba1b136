// oversold and undersold: the stock equation, sku by sku (METHOD §7). With the books: stock₀ = stock_end + reserved +
// Σ confirmed. Without them what the answers say: no more accepted than there was, nobody turned away while some was left.
// What another broken invariant explains (a lost order, a second one) is not held against the shop twice.

import { formatCount, formatCountOf } from '../units.ts';
import { exampleOf, type Findings, foundOf, notChecked } from './findings.ts';
import type { SkuUnits } from './row-book.ts';
import type { Example, Invariant, StockLevels } from './spec.ts';
import { noDemand, type Shelf, type SkuDemand, wronglyTurnedAway } from './stock-sums.ts';

export type Stock = {
  before: StockLevels | undefined;
  after: StockLevels | undefined;
  /** Rows of orders that only hold stock can be told from others. */
  hasReservedRows: boolean;
  /** Outcomes that mean sold out are named. */
  knowsSoldOut: boolean;
  /** Others buy here too: the equation has terms nobody knows. */
  isShared: boolean;
  demand: ReadonlyMap<string, SkuDemand>;
  /** Why units cannot be counted; and whether orders wanted something else than was drawn for them. */
  untold: string | undefined;
  isOtherwise: boolean;
};

const NO_UNITS: SkuUnits = { confirmed: 0, reserved: 0, twice: 0 };
const unitsText = (units: number): string => formatCountOf(units, 'unit');
const skusOf = (levels: StockLevels): string[] => Object.keys(levels).sort();

/** Why the stock cannot be judged; undefined: it can. */
function cannotTell({ before, isShared, untold }: Stock): string | undefined {
  if (before === undefined) return 'the stock before the run was not read';
  if (untold !== undefined) return untold;
  return isShared ? 'others buy here too, so what they took is not known' : undefined;
}

export function checkOversold(findings: Findings, stock: Stock): Invariant {
  const why = cannotTell(stock);
  if (why !== undefined || stock.before === undefined) return notChecked('oversold', why ?? '');
  const { book, hasRows, isWhole } = findings;
  const examples: Example[] = [];
  let [violations, units] = [0, 0];
  for (const sku of skusOf(stock.before)) {
    const level = stock.before[sku]!;
    const initial = level.available + (level.reserved ?? 0);
    const { confirmed, reserved, twice } = book.skus.get(sku) ?? NO_UNITS;
    const sold = hasRows ? confirmed : (stock.demand.get(sku)?.accepted ?? 0);
    units += sold;
    const after = isWhole ? stock.after?.[sku] : undefined;
    const held = stock.hasReservedRows ? reserved : (after?.reserved ?? 0);
    // Units that are sold and still there: a sale was not taken off the stock.
    const kept = hasRows && after !== undefined ? confirmed - twice + after.available + held - initial : 0;
    const over = Math.max(0, sold - initial, after !== undefined && after.available >= 0 ? kept : 0);
    if (over === 0) continue;
    violations += over;
    const by = hasRows ? 'confirmed' : 'accepted';
    const left = over > sold - initial && after !== undefined ? `, and ${formatCount(after.available)} are left` : '';
    examples.push({ sku, says: `\`${sku}\`: ${unitsText(sold)} ${by}, there were ${formatCount(initial)}${left}` });
  }
  const unnamed = unnamedSkus(findings, stock);
  if (violations === 0 && unnamed !== undefined) return notChecked('oversold', unnamed);
  if (violations === 0 && hasRows && !isWhole) {
    return notChecked('oversold', 'the books were not read whole: more may be sold in the rest');
  }
  const unexplained = violations === 0 ? goneUnexplained(findings, stock) : undefined;
  if (unexplained !== undefined) return notChecked('oversold', unexplained);
  const skus = formatCountOf(skusOf(stock.before).length, 'sku');
  const answers = hasRows ? 'confirmed' : 'accepted (the books were not read)';
  const says =
    violations > 0
      ? `${unitsText(violations)} more than there were, of ${formatCountOf(examples.length, 'sku')}`
      : `${unitsText(units)} of ${skus} ${answers}, never more than there were`;
  return foundOf('oversold', { violations, checked: units, says, examples });
}

/**
 * Where the books tell no quantity, an order counts as what was drawn for it. Units that went beyond that may have been sold
 * too, and then more than there were.
 */
function goneUnexplained({ book, hasRows }: Findings, { before, after, demand }: Stock): string | undefined {
  if (!hasRows || book.drawnRows === 0) return undefined;
  for (const sku of skusOf(before ?? {})) {
    const [start, end] = [before![sku]!, after?.[sku]];
    if (end === undefined) continue;
    const { confirmed, reserved } = book.skus.get(sku) ?? NO_UNITS;
    const { lost, loose } = demand.get(sku) ?? noDemand();
    const fell = start.available + (start.reserved ?? 0) - end.available;
    const gone = fell - confirmed - Math.max(reserved, end.reserved ?? 0) - lost - loose;
    if (gone <= 0) continue;
    const went = `${unitsText(gone)} of \`${sku}\` went that the books do not explain`;
    return `${went}: orders may buy more than is drawn for them, which \`audit.fields.quantity\` would tell`;
  }
  return undefined;
}

/** A sku that was sold and that the stock does not name. */
function unnamedSkus({ book, hasRows }: Findings, { before, demand }: Stock): string | undefined {
  const sold = hasRows
    ? [...book.skus].filter(([, { confirmed }]) => confirmed > 0).map(([sku]) => sku)
    : [...demand].filter(([, { accepted }]) => accepted > 0).map(([sku]) => sku);
  const unnamed = sold.filter((sku) => before !== undefined && !Object.hasOwn(before, sku)).sort();
  const [first] = unnamed;
  if (first === undefined) return undefined;
  const more = unnamed.length === 1 ? '' : ` and ${formatCount(unnamed.length - 1)} more`;
  return `\`${first}\`${more} was sold, and the stock names no such sku`;
}

/**
 * Of one sku: on the shelf at the end · gone without a sale · held at the end by no order in the books · the same, but it may
 * be that carts hold them which were not bought, or orders that the books do not tell.
 */
type Left = { onShelf: number; vanished: number; stuck: number; doubtful: number };

function leftOf(sku: string, { book, hasRows }: Findings, stock: Stock): Left {
  const before = stock.before![sku]!;
  const after = stock.after?.[sku];
  const onShelf = Math.max(0, after?.available ?? 0);
  if (!hasRows || after === undefined) return { onShelf, vanished: 0, stuck: 0, doubtful: 0 };
  const { confirmed, reserved } = book.skus.get(sku) ?? NO_UNITS;
  const { lost, loose } = stock.demand.get(sku) ?? noDemand();
  const heldBefore = before.reserved ?? 0;
  const held = after.reserved ?? reserved;
  const missing = Math.max(0, before.available + heldBefore - after.available - held - confirmed - lost);
  const unclaimed = Math.max(0, held - reserved - heldBefore);
  // Where the shop does not say how much is reserved, a unit that is nowhere may be in somebody's cart.
  const inCarts = after.reserved === undefined ? loose : 0;
  const isKnown = after.reserved !== undefined || stock.hasReservedRows;
  const vanished = isKnown ? Math.max(0, missing - inCarts) : 0;
  const stuck = stock.hasReservedRows ? Math.max(0, unclaimed - loose) : 0;
  return { onShelf, vanished, stuck, doubtful: missing - vanished + unclaimed - stuck };
}

export function checkUndersold(findings: Findings, stock: Stock): Invariant {
  const why = cannotTell(stock) ?? cannotTellWhatIsLeft(findings, stock) ?? cannotTellWhatWasWanted(findings, stock);
  if (why !== undefined || stock.before === undefined) return notChecked('undersold', why ?? '');
  const lefts = new Map(skusOf(stock.before).map((sku) => [sku, leftOf(sku, findings, stock)]));
  const wrong = wronglyTurnedAway(findings, shelfOf(lefts, stock));
  const found = [...lefts].map(([sku, left]) =>
    underOf(sku, left, stock.demand.get(sku) ?? noDemand(), wrong.get(sku)?.units ?? 0),
  );
  const broken = found.filter(({ units }) => units > 0);
  const violations = broken.reduce((sum, { units }) => sum + units, 0);
  const turnedAway = [...stock.demand.values()].reduce((sum, demand) => sum + demand.turnedAway, 0);
  const orders = `${formatCountOf(turnedAway, 'order')} ${turnedAway === 1 ? 'was' : 'were'} turned away for lack of stock`;
  const doubtful = [...wrong].find(([, { isDoubtful }]) => isDoubtful)?.[0];
  if (violations === 0 && doubtful !== undefined) {
    const left = unitsText(lefts.get(doubtful)!.onShelf);
    const says = `${left} of \`${doubtful}\` left at the end may have come back after the last shopper was turned away`;
    return notChecked('undersold', says);
  }
  const inCart =
    violations > 0 ? undefined : [...lefts].find(([sku, left]) => mayHaveServed(left, stock.demand.get(sku)));
  if (inCart !== undefined) {
    const [sku, { doubtful: units }] = inCart;
    const says = `${unitsText(units)} of \`${sku}\` were neither sold nor for sale at the end: carts that were not bought may hold them, or orders that the books do not show as reserved`;
    return notChecked('undersold', says);
  }
  const says =
    violations > 0
      ? `${unitsText(violations)} of ${formatCountOf(broken.length, 'sku')} left unsold, while ${orders}`
      : turnedAway === 0
        ? 'nobody was turned away for lack of stock'
        : `${orders}, none of them while there was enough`;
  const orderExamples = [...wrong].flatMap(([sku, { seqs }]) =>
    seqs.slice(0, 3).map((seq) => exampleOf(findings, seq, `\`${sku}\` was there all the time`)),
  );
  const examples = [...broken.map(({ sku, says: text }) => ({ sku, says: text })), ...orderExamples];
  return foundOf('undersold', { violations, checked: turnedAway, says, examples });
}

/** Somebody was turned away for whom there would have been enough. */
function mayHaveServed({ onShelf, doubtful }: Left, demand: SkuDemand | undefined): boolean {
  return doubtful > 0 && demand !== undefined && demand.turnedAway > 0 && demand.smallest <= onShelf + doubtful;
}

/** The skus of which some is left and shoppers were turned away. */
function shelfOf(lefts: ReadonlyMap<string, Left>, stock: Stock): Map<string, Shelf> {
  const shelf = new Map<string, Shelf>();
  for (const [sku, { onShelf }] of lefts) {
    const demand = stock.demand.get(sku);
    if (onShelf === 0 || demand === undefined || demand.turnedAway === 0) continue;
    shelf.set(sku, { left: onShelf, loose: demand.loose + demand.lost, demand });
  }
  return shelf;
}

function cannotTellWhatIsLeft({ hasRows, isWhole }: Findings, { after, knowsSoldOut }: Stock): string | undefined {
  if (after === undefined) return 'the stock after the run was not read';
  if (!knowsSoldOut) return 'the profile does not name the outcomes that mean sold out';
  return hasRows && !isWhole ? 'the books were not read whole' : undefined;
}

/** Who got nothing wanted what was drawn for him, unless the profile or the books show that orders send something else. */
function cannotTellWhatWasWanted(findings: Findings, stock: Stock): string | undefined {
  const { before, demand, isOtherwise } = stock;
  const unnamed = unnamedSkus(findings, stock);
  if (unnamed !== undefined || demand.size === 0) return unnamed;
  if (isOtherwise || findings.book.otherwise > 0) {
    return 'orders buy another sku or quantity than is drawn for them, so what those who got nothing wanted is not known: `order.skus` and `order.quantity` draw what is sent as `{{sku}}` and `{{quantity}}`';
  }
  const refused = [...demand].find(([sku, { turnedAway }]) => turnedAway > 0 && !Object.hasOwn(before ?? {}, sku))?.[0];
  return refused === undefined ? undefined : `\`${refused}\` was sold out, and the stock names no such sku`;
}

function underOf(
  sku: string,
  { onShelf, vanished, stuck }: Left,
  demand: SkuDemand,
  shelf: number,
): { sku: string; units: number; says: string } {
  const isMissed = demand.turnedAway > 0 && demand.smallest <= onShelf + stuck;
  const held = isMissed ? stuck : 0;
  const parts = [
    ...(vanished > 0 ? [`${unitsText(vanished)} neither sold, reserved nor in stock`] : []),
    ...(held > 0 ? [`${unitsText(held)} reserved at the end for no order in the books`] : []),
    ...(shelf > 0 ? [`${unitsText(shelf)} left in stock that shoppers were refused`] : []),
  ];
  return { sku, units: vanished + held + shelf, says: `\`${sku}\`: ${parts.join(', ')}` };
}
