import { describe, expect, it } from 'vitest';
import type { Answer } from '../../src/order/answer.ts';
import { answerFieldsOf } from '../../src/order/answer-fields.ts';

function answerOf(body: string, bodyTruncated = false): Answer {
  return {
    sentUs: 0,
    doneUs: 0,
    failure: undefined,
    detail: '',
    status: 201,
    headers: { get: () => undefined },
    body: new TextEncoder().encode(body),
    bodyTruncated,
  };
}
const fieldsOf = answerFieldsOf({ id: 'data.order.id', quantity: 'data.quantity', total: 'data.total' });

describe('what an accepted answer says', () => {
  it('is read at the paths of the profile', () => {
    const body = '{"data":{"order":{"id":"order-7"},"quantity":2,"total":"19.90"}}';
    expect(fieldsOf(answerOf(body))).toEqual({ id: 'order-7', quantity: 2, total: 19.9 });
    expect(fieldsOf(answerOf('{"data":{"order":{"id":7}}}')).id).toBe('7');
    // An id of 64 bits is held against the books digit by digit.
    expect(fieldsOf(answerOf('{"data":{"order":{"id":12345678901234567891}}}')).id).toBe('12345678901234567891');
  });

  it.each([
    '',
    'null',
    '[]',
    '{"data":',
    '{"data":{"order":{"id":""},"quantity":"two","total":null}}',
    '{"data":{"order":{"id":{}}}}',
  ])('is left out where it is not there: %s', (body) => {
    const { id, quantity, total } = fieldsOf(answerOf(body));
    expect([id, quantity, total]).toEqual([undefined, undefined, undefined]);
  });

  it('is not guessed from half a body, and no body is read when nothing is asked', () => {
    expect(fieldsOf(answerOf('{"data":{"order":{"id":"order-7"}}}', true))).toEqual({});
    const unread = {
      ...answerOf('{}'),
      get body(): Uint8Array {
        throw new Error('read');
      },
    };
    expect(answerFieldsOf(undefined)(unread)).toEqual({});
  });

  it('refuses what is no path', () => {
    expect(() => answerFieldsOf({ id: 'a..b' })).toThrow('`a..b` is not a JSON path');
  });
});
