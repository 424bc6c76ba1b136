import { describe, expect, it } from 'vitest';
import { orderRows } from '../../src/report/plan-orders.ts';
import { minimal, planOf } from '../profile/parsing.ts';

const rowsOf = (more: string, context = {}) => orderRows(planOf(minimal(more), context));

describe('what `plan` says of the orders', () => {
  it('is one row for one request', () => {
    // The built-in shop's books go without saying.
    expect(rowsOf('').filter(([label]) => label !== 'books')).toEqual([['order', 'POST /checkout']]);
  });

  it('tells steps, setup, feeders, habits and books, each under its label once', () => {
    const profile = `setup:
  - { path: /open, method: POST }
  - login: { path: /login, json: { user: admin } }
teardown: [{ path: /close, method: POST }]
feeders: { people: { file: p.csv, order: random } }
order:
  steps:
    - cart: { path: "/cart?b={{people.id}}", extract: { kind: kind } }
    - gift: { path: /gift, think: { from: 1s, until: 2s }, when: { vars.kind: member } }
    - pay: { path: /pay, json: {}, think: 3s }
    - thanks: { path: /thanks, think: { median: 400ms, sigma: 1 } }
  places: pay
shoppers:
  double-click: { share: 5%, copies: { from: 2, until: 4 }, within: 20ms }
  replay: 1%
  altered: 0.5%
  abandon: 2%
  read-back: { share: 3%, path: "/orders/{{vars.orderId}}" }
  retry: { times: 1 }
audit: { shop: demo, limit: 2 }
`;
    expect(rowsOf(profile, { files: { 'p.csv': 'id\n1\n2\n' } })).toEqual([
      ['setup', 'setup-1: POST /open'],
      ['', 'login: POST /login'],
      ['order', 'cart: GET /cart?b={{people.id}}'],
      ['', 'gift: GET /gift, after 1 s to 2 s, only when its conditions hold'],
      ['', 'pay: POST /pay, after 3 s, places the order'],
      ['', 'thanks: GET /thanks, after about 400 ms'],
      ['feeders', 'people: 2 rows, random'],
      ['shoppers', '5 % click 2 to 4 times within 20 ms'],
      ['', '1 % replay 1 s after the answer'],
      ['', '0.5 % send the key again with another body'],
      ['', '2 % cut the connection and ask again 1 s later'],
      ['', '3 % read their order back'],
      ['', 'all retry up to 1 time after unknown'],
      ['books', 'stock from GET /stock, orders from GET /orders (ndjson), at most 2 units a buyer'],
      ['teardown', 'teardown-1: POST /close'],
    ]);
  });

  it('names no file and no program of the books, which a variable may have filled in', () => {
    const env = { BOOKS: 'sesame' };
    const fields = 'fields: { key: key }';
    const file = rowsOf(`audit: { orders: { file: "\${BOOKS}", format: csv }, ${fields} }\n`, { env });
    expect(file.at(-1)).toEqual(['books', 'orders from a file (csv)']);
    const program = rowsOf(`audit: { orders: { command: ["\${BOOKS}"], format: ndjson }, ${fields} }\n`, { env });
    expect(program.at(-1)).toEqual(['books', 'orders from a program (ndjson)']);
  });

  it('says that code makes the order', () => {
    const modules = { './buy.ts': { steps: ['cart', 'pay', 'receipt'], places: 'pay', order: async () => {} } };
    expect(rowsOf('order: { journey: ./buy.ts }\n', { files: { './buy.ts': '' }, modules })[0]).toEqual([
      'order',
      'the code of ./buy.ts: cart, pay (places the order), receipt',
    ]);
  });
});
