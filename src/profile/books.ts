// `audit:` → which books the shop keeps and how they are read. `shop: demo` starts from those of the built-in shop.

import type { BookFields, BooksSpec, OrdersSource, StockSource } from '../order/books.ts';
import type { AnswerFields, IdentitySpec, StepSpec } from '../order/spec.ts';
import type { Outcome } from '../outcomes.ts';
import { parseDuration } from '../units.ts';
import { checkAnswer, checkFields, checkNeeds, checkRefusals, checkStatuses } from './book-rules.ts';
import { sentOtherwise } from './bought.ts';
import { DEMO_BOOKS, DEMO_PRICE_CENTS } from './demo-books.ts';
import { checkJsonPath } from './extracts.ts';
import { formatOfName } from './feeder-rows.ts';
import { formatPath, type Path } from './paths.ts';
import { planRequest, type RequestInput } from './request.ts';
import { countOf } from './scalars.ts';
import type { AuditMapInput, BooksInput } from './schema-audit.ts';
import type { Section } from './section.ts';
import { withStepDefaults } from './steps.ts';
import { type Supplies, TemplateChecks } from './templates.ts';

export type AuditSeams = {
  section: Section;
  supplies: Supplies;
  identity: IdentitySpec | undefined;
  /** Of the order. */
  steps: readonly StepSpec[];
  /** All that an order can come to; undefined where the rules are wrong. */
  outcomes: readonly Outcome[] | undefined;
  /** The target is the built-in shop as it opens: its prices are known. */
  isDemo: boolean;
  /** Orders are placed by a GraphQL request, whose answers have another shape. */
  isGraphQl: boolean;
};
export type PlannedAudit = {
  books: BooksSpec;
  answer: AnswerFields | undefined;
  env: Record<string, string>;
  used: ReadonlySet<string>;
};

const SOLD_OUT = 'sold_out';

/** Undefined when a mistake was told. */
export function planAudit(given: BooksInput, seams: AuditSeams): PlannedAudit | undefined {
  const { section, supplies } = seams;
  const audit = withDemoBooks(given, seams.isGraphQl);
  const checks = new TemplateChecks(section, supplies);
  checks.enter({ vars: [], once: 'the reading of the books' });
  const place = { section, checks };
  const stock = audit.stock === undefined ? undefined : planStock(audit.stock, place);
  const orders = audit.orders === undefined ? undefined : planOrders(audit.orders, place);
  const isSound = [
    stock !== 'wrong',
    orders !== 'wrong',
    checkFields(audit, { format: orders === 'wrong' ? undefined : orders?.format, section }),
    checkStatuses(audit, section),
    checkNeeds(audit, section),
    checkAnswer(audit.answer, section),
    checkRefusals({ key: 'sold-out', names: audit['sold-out'] }, seams),
    checkRefusals({ key: 'throttled', names: audit.throttled }, seams),
  ].every(Boolean);
  if (!isSound || !checks.areSound || stock === 'wrong' || orders === 'wrong') return undefined;
  const prices = pricesOf(audit, audit.shop === 'demo' && seams.isDemo, seams);
  const otherwise = seams.identity ? sentOtherwise(seams.steps, seams.identity) : [];
  const books: BooksSpec = {
    ...(stock ? { stock } : {}),
    ...(orders ? { orders, fields: audit.fields as BookFields } : {}),
    confirmed: (audit.confirmed ?? []).map(String),
    reserved: (audit.reserved ?? []).map(String),
    soldOut: soldOutOf(audit, seams),
    ...(audit['cart-holds'] === undefined ? {} : { cartHolds: audit['cart-holds'] }),
    ...(audit.throttled === undefined ? {} : { throttled: audit.throttled.map(String) }),
    ...(audit.limit === undefined ? {} : { limit: countOf(audit.limit)! }),
    ...(prices ? { prices } : {}),
    ...(otherwise.length > 0 ? { sentOtherwise: otherwise } : {}),
    foreign: audit.foreign ?? 'refuse',
    settleUs: parseDuration(audit.settle ?? '30s')!,
    pollUs: parseDuration(audit.poll ?? '1s')!,
    timeoutUs: parseDuration(audit.timeout ?? '2m')!,
    maxRows: countOf(audit.rows ?? '10M')!,
  };
  return { books, answer: audit.answer, env: checks.env, used: checks.used };
}

/** What is written beside `shop: demo` goes before. */
function withDemoBooks(given: BooksInput, isGraphQl: boolean): AuditMapInput {
  const written: AuditMapInput = given === 'demo' ? { shop: 'demo' } : given;
  if (written.shop === undefined) return written;
  const { answer, ...books } = DEMO_BOOKS;
  return { ...books, ...(isGraphQl ? {} : { answer }), ...written };
}

type Place = { section: Section; checks: TemplateChecks };

/** A request of the control plane. `isShort`: it is written as its path alone. */
function askFor(
  name: 'stock' | 'orders',
  request: RequestInput & { path: string },
  { section, checks, isShort }: Place & { isShort: boolean },
) {
  const path: Path = ['audit', name];
  const ask = withStepDefaults(request, { isPlacing: false, hasShared: false });
  const planned = planRequest(
    { ...ask, path: request.path },
    { path, pathAt: isShort ? path : undefined, section, checks },
  );
  return planned && { name, ...planned };
}

function planStock(written: NonNullable<AuditMapInput['stock']>, place: Place): StockSource | 'wrong' {
  const path: Path = ['audit', 'stock'];
  const { section } = place;
  const stock = typeof written === 'string' ? { path: written } : written;
  if (isElsewhere(stock.path)) return elsewhere(typeof written === 'string' ? path : [...path, 'path'], section);
  if (stock.path === undefined && stock.graphql === undefined) return missing('`audit.stock.path`', path, section);
  const step = askFor(
    'stock',
    { ...stock, path: stock.path ?? '/graphql' },
    { ...place, isShort: typeof written === 'string' },
  );
  const { items = '$', sku, available, reserved } = stock;
  const paths = { items, sku, available, reserved };
  const areSound = Object.entries(paths).map(
    ([key, value]) => value === undefined || checkJsonPath(value, [...path, key], section),
  );
  if (!step || !areSound.every(Boolean)) return 'wrong';
  return {
    step,
    items,
    ...(sku === undefined ? {} : { sku }),
    ...(available === undefined ? {} : { available }),
    ...(reserved === undefined ? {} : { reserved }),
  };
}

const isElsewhere = (written: string | undefined) => /^https?:\/\//i.test(written ?? '');

function elsewhere(path: Path, { complain }: Section): 'wrong' {
  const message = `\`${formatPath(path)}\` is read from \`target.url\`: write the path alone, such as \`/${String(path[1])}\``;
  complain({ code: 'BAD_VALUE', message, path });
  return 'wrong';
}

function missing(what: string, path: Path, { complain }: Section): 'wrong' {
  complain({
    code: 'MISSING',
    message: `${what} is missing: it must be a path such as \`/stock\``,
    path,
    focus: 'key',
  });
  return 'wrong';
}

type OrdersMap = Exclude<NonNullable<AuditMapInput['orders']>, string>;

function planOrders(written: NonNullable<AuditMapInput['orders']>, place: Place): OrdersSource | 'wrong' {
  const path: Path = ['audit', 'orders'];
  const { section } = place;
  const { complain } = section;
  const orders: OrdersMap =
    typeof written !== 'string' ? written : written.startsWith('/') ? { path: written } : { file: written };
  for (const key of ['path', 'file'] as const) {
    if (isElsewhere(orders[key])) return elsewhere(typeof written === 'string' ? path : [...path, key], section);
  }
  const sources = (['path', 'graphql', 'file', 'command'] as const).filter(
    (key) => orders[key] !== undefined && key !== 'graphql',
  );
  const source = sources[0] ?? (orders.graphql === undefined ? undefined : 'path');
  if (source === undefined || sources.length > 1) {
    const rule = source ? 'comes from one place: keep one of' : 'needs one of';
    const message = `\`audit.orders\` ${rule} \`path\`, \`file\`, \`command\``;
    complain({ code: source ? 'CLASH' : 'MISSING', message, path, focus: 'key' });
    return 'wrong';
  }
  if (source === 'path') return planExport(orders, typeof written === 'string', place);
  const overHttp = ['method', 'headers', 'json', 'graphql', 'items', 'page', 'cursor', 'count'] as const;
  const idle = overHttp.filter((key) => orders[key] !== undefined);
  for (const key of idle) {
    const message = `\`audit.orders.${key}\` goes with \`path\`, and the orders come from a ${source}: drop it`;
    complain({ code: 'CLASH', message, path: [...path, key], focus: 'key' });
  }
  const format = orders.format ?? (source === 'file' ? formatOfName(orders.file!) : undefined);
  if (format === undefined) {
    const rule = source === 'file' ? 'the end of the file’s name does not tell it' : 'a command does not tell it';
    const message = `\`audit.orders.format\` is missing: ${rule}; say \`format: csv\`, \`json\` or \`ndjson\``;
    complain({ code: 'MISSING', message, path, focus: 'key' });
  }
  if (format === undefined || idle.length > 0) return 'wrong';
  if (source === 'file') return { kind: 'file', path: orders.file!, format };
  return { kind: 'command', argv: orders.command!.map(String), format, timeoutUs: 120e6 };
}

function planExport(orders: OrdersMap, isShort: boolean, place: Place): OrdersSource | 'wrong' {
  const path: Path = ['audit', 'orders'];
  const { section } = place;
  const asked = { ...orders, file: undefined, path: orders.path ?? '/graphql' };
  const step = askFor('orders', asked, { ...place, isShort });
  const { format = 'json', items = '$', page, cursor, count } = orders;
  const refuse = (key: string, message: string) => {
    section.complain({ code: 'CLASH', message, path: [...path, key], focus: 'key' });
    return false;
  };
  const areSound = [
    checkJsonPath(items, [...path, 'items'], section),
    page === undefined ||
      cursor === undefined ||
      refuse('cursor', '`audit.orders` is paged by `page` or by `cursor`, not both'),
    cursor === undefined || checkJsonPath(cursor.next, [...path, 'cursor', 'next'], section),
    count === undefined || count.startsWith('header:') || checkJsonPath(count, [...path, 'count'], section),
    orders.items === undefined ||
      format === 'json' ||
      refuse('items', `\`audit.orders.items\` is for \`format: json\`, and the format is ${format}: drop it`),
    cursor === undefined ||
      format === 'json' ||
      refuse('cursor', `\`audit.orders.cursor\` reads the next cursor from a JSON answer, and the format is ${format}`),
  ];
  if (!step || !areSound.every(Boolean)) return 'wrong';
  const paging =
    cursor !== undefined
      ? { kind: 'cursor' as const, ...cursor }
      : page === undefined
        ? { kind: 'none' as const }
        : { kind: 'page' as const, ...pageOf(page) };
  return { kind: 'http', step, format, items, paging, ...(count === undefined ? {} : { count }) };
}

function pageOf(page: NonNullable<OrdersMap['page']>): { parameter: string; first: number } {
  return typeof page === 'string'
    ? { parameter: page, first: 1 }
    : { parameter: page.parameter, first: countOf(page.first)! };
}

function soldOutOf(audit: AuditMapInput, { outcomes }: AuditSeams): string[] {
  if (audit['sold-out'] !== undefined) return audit['sold-out'].map(String);
  return outcomes?.some((each) => each.name === SOLD_OUT && each.class === 'rejected') ? [SOLD_OUT] : [];
}

function pricesOf(
  { prices, fields }: AuditMapInput,
  areDemos: boolean,
  { identity }: AuditSeams,
): Record<string, number> | undefined {
  const each =
    typeof prices === 'number'
      ? prices
      : prices === undefined && areDemos && fields?.total
        ? DEMO_PRICE_CENTS
        : undefined;
  if (each === undefined) return typeof prices === 'object' ? prices : undefined;
  return Object.fromEntries((identity?.skus ?? []).map(({ value }) => [value, each]));
}
