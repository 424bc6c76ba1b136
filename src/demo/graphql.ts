// POST /graphql {query, variables, operationName?}: the journey as GraphQL shops have it. Every answer has status 200. What
// the business says no to is a member of a union, told by its `__typename`; what was asked wrongly is in `errors`.
//
//   mutation { startSession(buyer: "ada") { token buyer } }                       + Set-Cookie; later Authorization: Bearer
//   mutation { addItemToCart(sku: "sku-1", quantity: 1) { __typename … } }        Cart | OutOfStock | LimitReached | UnknownSku
//   mutation { payCart(cartId: "cart-7", key: "k", price: 19900) { __typename … } }    Order | PaymentDeclined | OutOfStock |
//     LimitReached | PriceChanged | PaymentInProgress | KeyReused | ShopReset; without `key`, an Idempotency-Key header
//
// Arguments may also stand within `input: {…}`.

import type { IncomingMessage } from 'node:http';
import type { OrderStatus } from './books.ts';
import { keyOf, orderIdOf, REFUSALS, replyOf, textField } from './checkout.ts';
import { argumentsOf, type Operation, readOperations, SyntaxTrouble } from './graphql-text.ts';
import { Refused, type Reply, readJson } from './http.ts';
import {
  addToCart,
  type Fields,
  isSold,
  type Journey,
  payCart,
  sessionCookie,
  startSession,
  tokenOf,
} from './journey.ts';
import type { Sale } from './sale.ts';

type Typed = { __typename: string };
type Answer = { value: Typed | string; headers?: Record<string, string> };
/** `fields`: the arguments. */
type Field = (journey: Journey, request: IncomingMessage, fields: Fields) => Answer | Promise<Answer>;

const NO: Record<Exclude<OrderStatus, 'reserved' | 'confirmed'>, string> = {
  declined: 'PaymentDeclined',
  sold_out: 'OutOfStock',
  limit: 'LimitReached',
  price_changed: 'PriceChanged',
  unknown_sku: 'UnknownSku',
};
const UNTOLD: Record<Exclude<Sale['kind'], 'told'>, string> = {
  in_flight: 'PaymentInProgress',
  reused: 'KeyReused',
  reset: 'ShopReset',
};

/** The code and message that plain HTTP has for the same. */
const no = (typename: string, reply: Reply): Typed => ({ __typename: typename, ...reply.body });

function paidOf(sale: Sale): Typed {
  if (sale.kind !== 'told') return no(UNTOLD[sale.kind], replyOf(sale));
  const { row, isReplay } = sale;
  if (!isSold(row)) return no(NO[row.status as keyof typeof NO], replyOf(sale));
  const { id, key, buyer, sku, quantity, totalCents } = row;
  const order = { orderId: orderIdOf(id), key, buyer, sku, quantity, totalCents, isReplay };
  return { __typename: 'Order', ...order };
}

const FIELDS: Record<string, Field> = {
  __typename: () => ({ value: 'Query' }),
  startSession: (journey, _request, fields) => {
    const session = startSession(journey, fields);
    return {
      value: { __typename: 'Session', ...session },
      headers: { 'set-cookie': sessionCookie(session.token) },
    };
  },
  addItemToCart: (journey, request, fields) => {
    const added = addToCart(journey, tokenOf(request.headers), fields);
    if (added.kind === 'refused') return { value: no(NO[added.status], REFUSALS[added.status]) };
    const { id, sku, quantity } = added.cart;
    return { value: { __typename: 'Cart', ...{ cartId: id, sku, quantity, totalCents: added.totalCents } } };
  },
  payCart: async (journey, request, fields) => {
    const key = keyOf(fields.key ?? request.headers['idempotency-key']);
    const payment = { token: tokenOf(request.headers), cartId: textField(fields, 'cartId'), key, fields };
    return { value: paidOf(await payCart(journey, payment)) };
  },
};

/** Documents as they were read; a journey sends the same few for ever. */
const MAX_READ = 100;
const read = new Map<string, Operation[]>();

function operationsOf(query: string): Operation[] {
  const known = read.get(query);
  if (known) return known;
  const operations = readOperations(query);
  if (read.size >= MAX_READ) read.clear();
  read.set(query, operations);
  return operations;
}

function operationOf({ query, operationName = null }: Fields): Operation {
  if (typeof query !== 'string') throw new Refused(200, 'BAD_REQUEST', 'Expected `query` to be a text');
  const operations = operationsOf(query);
  const named = operations.filter((operation) => operationName === null || operation.name === operationName);
  if (named.length === 1) return named[0]!;
  const what = operationName === null ? 'one operation, or `operationName`' : `an operation ${String(operationName)}`;
  throw new Refused(200, 'OPERATION_RESOLUTION_FAILURE', `Expected ${what}`);
}

async function answerOf(request: IncomingMessage, journey: Journey): Promise<Reply> {
  const body = await readJson(request);
  const operation = operationOf(body);
  const field = Object.hasOwn(FIELDS, operation.field) ? FIELDS[operation.field] : undefined;
  if (!field) {
    const known = Object.keys(FIELDS).slice(1).join(', ');
    throw new Refused(200, 'GRAPHQL_VALIDATION_FAILED', `Expected one of ${known}, got ${operation.field}`);
  }
  const { input, ...others } = argumentsOf(operation, (body.variables ?? {}) as Fields);
  const { value, headers } = await field(journey, request, { ...(input as Fields | undefined), ...others });
  return { status: 200, body: { data: { [operation.answersAs]: value } }, headers };
}

export async function graphql(request: IncomingMessage, journey: Journey): Promise<Reply> {
  try {
    return await answerOf(request, journey);
  } catch (error) {
    const [code, message] = troubleOf(error);
    return { status: 200, body: { errors: [{ message, extensions: { code } }], data: null } };
  }
}

function troubleOf(error: unknown): [code: string, message: string] {
  if (error instanceof SyntaxTrouble) return ['GRAPHQL_PARSE_FAILED', `Syntax error: ${error.message}`];
  if (error instanceof Refused) {
    const { code } = error.reply.body as { code: string };
    return [code, error.message];
  }
  return ['INTERNAL', String(error)];
}
