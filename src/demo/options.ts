// What a shop can be told: catalogue, limits, how long a payment takes, how many run at once. `ShopInput` is what a
// caller writes (all optional); `ShopOptions` is the same with every default filled, plain data that can be sent to
// another process.

import { type Problem, UserError } from '../errors.ts';
import { closest } from '../suggest.ts';
import { parseDuration } from '../units.ts';
import { BUG_NAMES, type BugName } from './bugs/names.ts';
import { type ExportFault, FAULT_NAMES } from './listing.ts';

/** How long one payment takes. */
export type ServiceTime =
  | { kind: 'none' }
  | { kind: 'fixed'; ms: number }
  | { kind: 'lognormal'; medianMs: number; sigma: number }
  | { kind: 'exponential'; meanMs: number };

/**
 * A payment that starts as one of n takes 1 + sigma·(n − 1) + kappa·n·(n − 1) times as long: the Universal Scalability Law
 * (Gunther), sigma for what they queue for inside, kappa for what each has to agree on with every other.
 */
export type Contention = { sigma: number; kappa: number };

export type CatalogueItem = { sku: string; stock: number; priceCents: number };

export type ShopOptions = {
  host: string;
  /** 0 = any free port. */
  port: number;
  catalogue: CatalogueItem[];
  /** Units one buyer may hold over all skus; null = no limit. */
  limit: number | null;
  service: ServiceTime;
  /** Payments at once; orders above it wait in line. Capacity = payments / mean service time, without contention. */
  payments: number;
  /** What payments cost each other; null = nothing. */
  contention: Contention | null;
  /** Share of payments that are declined, 0…1. */
  declineShare: number;
  /** `:memory:` or the path of an SQLite file. */
  db: string;
  /** Of service times and declined payments. */
  seed: number;
  /** Answers 201 to everything at once, with no books behind it: what a generator alone can do. */
  nullTarget: boolean;
  /** What it gets wrong, to prove an audit on; see bugs/names.ts. */
  bugs: BugName[];
  /** What GET /orders gets wrong, to prove an audit on; null = nothing. See listing.ts. */
  exportFault: ExportFault | null;
};

/**
 * `skus`, `stock` and `priceCents` make the catalogue: one number goes for every sku, a record names its skus (and adds
 * them to `skus`). `service` may be text: `none`, `fixed:20ms`, `lognormal:12ms,0.5` (median, sigma), `exponential:10ms`;
 * `contention` too: `0.05,0.001` (sigma, kappa).
 */
export type ShopInput = Partial<Omit<ShopOptions, 'catalogue' | 'service' | 'contention' | 'bugs'>> & {
  bug?: BugName | readonly BugName[];
  skus?: readonly string[];
  stock?: number | Record<string, number>;
  priceCents?: number | Record<string, number>;
  service?: ServiceTime | string;
  contention?: Contention | string | null;
};

const DEFAULT_SKUS = Array.from({ length: 10 }, (_, index) => `sku-${index + 1}`);
export const DEFAULT_STOCK = 10_000_000;
export const DEFAULT_PRICE_CENTS = 19_900;
const DEFAULT_SERVICE: ServiceTime = { kind: 'lognormal', medianMs: 12, sigma: 0.5 };
/** Keeps `quantity × price` and its sums exact in a double. */
export const MAX_AMOUNT = 1e9;
const MAX_SERVICE_MS = 600_000;

const KEYS = [
  'host',
  'port',
  'skus',
  'stock',
  'priceCents',
  'limit',
  'service',
  'payments',
  'contention',
  'declineShare',
  'db',
  'seed',
  'nullTarget',
  'bug',
  'exportFault',
] as const satisfies readonly (keyof ShopInput)[];

function shown(value: unknown): string {
  return `${typeof value === 'string' ? `"${value}"` : JSON.stringify(value)} (${value === null ? 'null' : typeof value})`;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `priceCents`, `service.ms` → what the person calls it. */
export type NameOf = (option: string) => string;

/** Collects every mistake and hands back a usable value each time, so that one bad option does not hide the next. */
class Checker {
  readonly problems: Problem[] = [];
  readonly #nameOf: NameOf;

  constructor(nameOf: NameOf) {
    this.#nameOf = nameOf;
  }

  mistake(name: string, rule: string, value: unknown): void {
    this.problems.push({
      code: 'SHOP_OPTION',
      message: `Expected \`${this.#nameOf(name)}\` to be ${rule}, got ${shown(value)}`,
      path: name,
    });
  }

  number(name: string, value: unknown, range: { min: number; max: number; whole: boolean }): number {
    const fits =
      typeof value === 'number' &&
      value >= range.min &&
      value <= range.max &&
      (!range.whole || Number.isInteger(value));
    if (fits) return value;
    this.mistake(name, `a ${range.whole ? 'whole ' : ''}number from ${range.min} to ${range.max}`, value);
    return range.min;
  }

  text(name: string, value: unknown): string {
    if (typeof value === 'string' && value !== '') return value;
    this.mistake(name, 'a text that is not empty', value);
    return '';
  }
}

/** `none`, `fixed:20ms`, `lognormal:12ms,0.5`, `exponential:10ms`; undefined where the text is none of these. */
export function parseServiceTime(text: string): ServiceTime | undefined {
  if (text.trim() === 'none') return { kind: 'none' };
  const match = /^\s*(fixed|lognormal|exponential)\s*:\s*([^,]+?)\s*(?:,\s*(\d+(?:\.\d+)?))?\s*$/.exec(text);
  if (!match) return undefined;
  const us = parseDuration(match[2]!);
  if (us === undefined || (match[1] === 'lognormal') !== (match[3] !== undefined)) return undefined;
  const ms = us / 1e3;
  if (match[1] === 'fixed') return { kind: 'fixed', ms };
  if (match[1] === 'exponential') return { kind: 'exponential', meanMs: ms };
  return { kind: 'lognormal', medianMs: ms, sigma: Number(match[3]) };
}

function checkService(check: Checker, value: unknown): ServiceTime {
  const service = typeof value === 'string' ? parseServiceTime(value) : value;
  const ms = { min: 0, max: MAX_SERVICE_MS, whole: false };
  if (isRecord(service)) {
    if (service.kind === 'none') return { kind: 'none' };
    if (service.kind === 'fixed') return { kind: 'fixed', ms: check.number('service.ms', service.ms, ms) };
    if (service.kind === 'exponential') {
      return { kind: 'exponential', meanMs: check.number('service.meanMs', service.meanMs, ms) };
    }
    if (service.kind === 'lognormal') {
      return {
        kind: 'lognormal',
        medianMs: check.number('service.medianMs', service.medianMs, ms),
        sigma: check.number('service.sigma', service.sigma, { min: 0, max: 3, whole: false }),
      };
    }
  }
  check.mistake('service', 'one of none, fixed:20ms, lognormal:12ms,0.5 or exponential:10ms', value);
  return { kind: 'none' };
}

/** `0.05,0.001`: sigma and kappa; undefined where the text is not that. */
export function parseContention(text: string): Contention | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*,\s*(\d+(?:\.\d+)?)\s*$/.exec(text);
  return match ? { sigma: Number(match[1]), kappa: Number(match[2]) } : undefined;
}

function checkContention(check: Checker, value: unknown): Contention | null {
  if (value === null) return null;
  const contention = typeof value === 'string' ? parseContention(value) : value;
  if (!isRecord(contention)) {
    check.mistake('contention', 'sigma and kappa, such as 0.05,0.001', value);
    return null;
  }
  const share = { min: 0, max: 1, whole: false };
  return {
    sigma: check.number('contention.sigma', contention.sigma, share),
    kappa: check.number('contention.kappa', contention.kappa, share),
  };
}

function checkSkus(check: Checker, input: Record<string, unknown>): string[] {
  const named = [input.stock, input.priceCents].flatMap((value) => (isRecord(value) ? Object.keys(value) : []));
  const listed = input.skus ?? (isRecord(input.stock) ? [] : DEFAULT_SKUS);
  if (!Array.isArray(listed) || (listed.length === 0 && named.length === 0)) {
    check.mistake('skus', 'a list of at least one sku', listed);
    return [];
  }
  for (const sku of listed) check.text('skus', sku);
  return [...new Set([...listed, ...named])];
}

function checkCatalogue(check: Checker, input: Record<string, unknown>): CatalogueItem[] {
  const range = { min: 0, max: MAX_AMOUNT, whole: true };
  const amountOf = (name: 'stock' | 'priceCents', sku: string, fallback: number): number => {
    const value = input[name];
    if (!isRecord(value)) return check.number(name, value ?? fallback, range);
    return Object.hasOwn(value, sku) ? check.number(`${name}.${sku}`, value[sku], range) : fallback;
  };
  return checkSkus(check, input).map((sku) => ({
    sku,
    stock: amountOf('stock', sku, DEFAULT_STOCK),
    priceCents: amountOf('priceCents', sku, DEFAULT_PRICE_CENTS),
  }));
}

/** One of the names, or the mistake with the name most likely meant. */
function checkName<T extends string>(check: Checker, option: string, value: unknown, known: readonly T[]): T {
  if ((known as readonly unknown[]).includes(value)) return value as T;
  const meant = typeof value === 'string' ? closest(value, known) : undefined;
  check.mistake(option, `one of ${known.join(', ')}${meant ? ` (did you mean ${meant}?)` : ''}`, value);
  return known[0]!;
}

function checkBugs(check: Checker, value: unknown): BugName[] {
  const listed: unknown[] = Array.isArray(value) ? value : [value];
  const bugs = listed.map((name) => checkName(check, 'bug', name, BUG_NAMES));
  if (bugs.includes('oversell') && bugs.includes('undersell')) {
    check.mistake('bug', 'oversell or undersell: without reservations there are none that could leak', listed);
  }
  return [...new Set(bugs)];
}

/** Fills the defaults. Throws one UserError (`SHOP_OPTION`) that lists every mistake, in the names of who wrote them. */
export function parseShopOptions(input: unknown = {}, nameOf: NameOf = (name) => name): ShopOptions {
  const check = new Checker(nameOf);
  if (!isRecord(input)) check.mistake('options', 'an object', input);
  const given = isRecord(input) ? input : {};
  for (const key of Object.keys(given)) {
    if (!(KEYS as readonly string[]).includes(key)) check.mistake(key, `one of ${KEYS.join(', ')}`, given[key]);
  }
  if (given.nullTarget !== undefined && typeof given.nullTarget !== 'boolean') {
    check.mistake('nullTarget', 'true or false', given.nullTarget);
  }
  const limit = given.limit ?? null;
  const exportFault = given.exportFault ?? null;
  const options: ShopOptions = {
    host: check.text('host', given.host ?? '127.0.0.1'),
    port: check.number('port', given.port ?? 0, { min: 0, max: 65_535, whole: true }),
    catalogue: checkCatalogue(check, given),
    limit: limit === null ? null : check.number('limit', limit, { min: 1, max: MAX_AMOUNT, whole: true }),
    service: checkService(check, given.service ?? DEFAULT_SERVICE),
    payments: check.number('payments', given.payments ?? 64, { min: 1, max: 1_000_000, whole: true }),
    contention: checkContention(check, given.contention ?? null),
    declineShare: check.number('declineShare', given.declineShare ?? 0, { min: 0, max: 1, whole: false }),
    db: check.text('db', given.db ?? ':memory:'),
    seed: check.number('seed', given.seed ?? 1, { min: 0, max: 2 ** 32 - 1, whole: true }),
    nullTarget: given.nullTarget === true,
    bugs: checkBugs(check, given.bug ?? []),
    exportFault: exportFault === null ? null : checkName(check, 'exportFault', exportFault, FAULT_NAMES),
  };
  // A bad `stock: -1` is one mistake, not one per sku.
  const problems = check.problems.filter(
    (problem, index, all) => all.findIndex((other) => other.message === problem.message) === index,
  );
  if (problems.length > 0) throw new UserError(problems);
  return options;
}
