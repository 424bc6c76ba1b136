// Which books the shop keeps and how they are read, as data: what `audit:` of a profile says (METHOD §7). Here, because
// the profile writes it, the audit judges by it and the reader of the books follows it, and all three may import order.

import type { StepSpec, TemplateText } from './spec.ts';

/** Names of the columns or JSON paths of one row of the export; `key` is the order key that was sent. */
export type BookFields = {
  key: string;
  id?: string;
  buyer?: string;
  sku?: string;
  quantity?: string;
  total?: string;
  status?: string;
};

/** How a list of orders comes over HTTP. `items`: JSON path to the array (`$`: the answer itself). */
export type Paging =
  | { kind: 'none' }
  /** The next page's query parameter is the cursor that the last answer holds at `next`; no or a null cursor ends it. */
  | { kind: 'cursor'; parameter: string; next: string }
  /** `?parameter=first`, one more each time, until a page is empty. */
  | { kind: 'page'; parameter: string; first: number };

/** Where the orders export comes from. `count`: JSON path, or `header:NAME`, of the number of rows it says it has. */
export type OrdersSource =
  | { kind: 'http'; step: StepSpec; format: 'json' | 'ndjson' | 'csv'; items: string; paging: Paging; count?: string }
  | { kind: 'file'; path: string; format: 'json' | 'ndjson' | 'csv' }
  /** Run without a shell. */
  | { kind: 'command'; argv: string[]; format: 'json' | 'ndjson' | 'csv'; timeoutUs: number };

/** Stock per sku: an answer whose `items` is a map sku → level or a list of rows that name their sku. */
export type StockSource = {
  step: StepSpec;
  items: string;
  /** JSON path within a row of a list; undefined: a map by sku. */
  sku?: string;
  /** JSON path within a level; undefined: the level is the number itself. */
  available?: string;
  reserved?: string;
};

/** The outcome that asks to slow down, where the profile names no other. */
export const THROTTLED: readonly string[] = ['throttled'];

export type BooksSpec = {
  stock?: StockSource;
  orders?: OrdersSource;
  fields?: BookFields;
  /** Statuses of a row that count as a confirmed order, as those that only hold stock; every row is confirmed where there is no status field. */
  confirmed: string[];
  reserved: string[];
  /** Names of outcomes that say there was none left, so that turning away is known from a lack of stock. */
  soldOut: string[];
  /** Names of outcomes that ask to slow down: a repeat that is told so says nothing. Default: THROTTLED. */
  throttled?: string[];
  /** False: what is in a cart is still for sale, until it is bought. Left out: it may be held, for nobody knows how long. */
  cartHolds?: boolean;
  /** Units one buyer may hold; undefined: not checked. */
  limit?: number;
  /** Price of one unit by sku, in the unit of `fields.total`; undefined: only held against what the answers said. */
  prices?: Record<string, number>;
  /** What orders name in their bodies otherwise than it is drawn for them: known only where the books tell it. */
  sentOtherwise?: ('sku' | 'quantity')[];
  /** Rows whose key is no key of this run: other people buy here too, or nobody else does and the export is not to be trusted. */
  foreign: 'refuse' | 'ignore';
  /** The books are read once two counts so far apart are equal; again while accepted orders are missing; given up after `settleUs`. */
  settleUs: number;
  pollUs: number;
  /** One read of the export may take so long, and hold so many rows. */
  timeoutUs: number;
  maxRows: number;
};

/** A step of `setup:`, `teardown:` or the books: sent once, by the control plane, never by the driver. */
export type ControlStep = StepSpec & { timeoutUs: number };

export type { TemplateText };
