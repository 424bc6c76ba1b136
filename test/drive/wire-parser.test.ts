// Where an answer ends and what it says, whatever pieces its bytes come in.

import { describe, expect, it } from 'vitest';
import { Parser, type ParserLimits } from '../../src/drive/wire/parser.ts';
import { chunkedAnswerOf } from '../support/scripted-server.ts';

const LIMITS: ParserLimits = { captureBytes: 1000, maxBodyBytes: 2000, maxHeadBytes: 600 };

type Read = {
  status: number;
  body: string;
  shop: string | undefined;
  failure: string | undefined;
  persistent: boolean;
  /** Bytes behind the answer. */
  surplus: number;
};

/** As a connection reads: every piece in the same buffer, overwritten by the next, and once more when all is read. */
function read(
  text: string,
  sizes: readonly number[],
  options: { toHead?: boolean; closes?: boolean } = {},
  parser = new Parser(LIMITS),
): Read {
  const bytes = Buffer.from(text, 'latin1');
  const shared = Buffer.alloc(bytes.length + 1);
  parser.begin(options.toHead ?? false);
  let at = 0;
  let consumed = 0;
  for (const size of [...sizes, bytes.length]) {
    if (at >= bytes.length || parser.done || parser.failure) break;
    const piece = bytes.subarray(at, at + size);
    shared.fill('#').set(piece);
    consumed += parser.push(shared, 0, piece.length);
    at += piece.length;
  }
  if (options.closes && !parser.done && !parser.failure) parser.end();
  const { done, failure, head, capture } = parser;
  return {
    status: done ? head.status : 0,
    body: done ? Buffer.from(capture.bytes).toString('latin1') : '',
    shop: done ? head.get('x-shop') : undefined,
    failure: failure ?? (done ? undefined : 'unfinished'),
    persistent: parser.persistent,
    surplus: done ? bytes.length - consumed : 0,
  };
}

/** Whole, byte by byte, and in two pieces split everywhere. */
function everySplit(text: string): number[][] {
  const halves = Array.from({ length: text.length }, (_, at) => [at + 1]);
  return [[], Array(text.length).fill(1), Array(Math.ceil(text.length / 3)).fill(3), ...halves];
}

const answer = (headers: string, body = '', start = 'HTTP/1.1 200 OK'): string => `${start}\r\n${headers}\r\n${body}`;
const whole = { status: 200, body: 'whole', shop: undefined, failure: undefined, persistent: true, surplus: 0 };

const ANSWERS: [
  name: string,
  text: string,
  expected: Partial<Read>,
  options?: { toHead?: boolean; closes?: boolean },
][] = [
  ['a length', answer('content-length: 5\r\nX-Shop: a\r\n', 'whole'), { shop: 'a' }],
  ['a length in odd spelling', answer('CONTENT-LENGTH:\t 0005 \r\n', 'whole'), {}],
  [
    'repeated headers',
    answer('x-shop: a\r\ncontent-length: 5\r\nX-SHOP:  b, c \r\nx-shopping: d\r\nx-shop:\r\n', 'whole'),
    { shop: 'a, b, c, ' },
  ],
  ['chunks', chunkedAnswerOf(200, 'whole', 2), {}],
  [
    'chunks with extensions and trailers',
    answer(
      'x-shop: a\r\ntransfer-encoding: gzip,\tChunked \r\n',
      '1;x\r\nw\r\n004;y="z\t;"\r\nhole\r\n0;end\r\nx-shop: t\r\nx-b: \r\n\r\n',
    ),
    { shop: 'a' },
  ],
  ['the end of the connection', answer('x-shop: a\r\n', 'whole'), { shop: 'a', persistent: false }, { closes: true }],
  ['an unknown coding', answer('transfer-encoding: gzip\r\n', 'whole'), { persistent: false }, { closes: true }],
  ['no body at all', answer('content-length: 0\r\n'), { body: '' }],
  ['204', answer('x-shop: a\r\n', '', 'HTTP/1.1 204 No Content'), { status: 204, body: '', shop: 'a' }],
  [
    '304 that names a length',
    answer('content-length: 5\r\n', '', 'HTTP/1.1 304 Not Modified'),
    { status: 304, body: '' },
  ],
  ['HEAD that names chunks', answer('transfer-encoding: chunked\r\n'), { body: '' }, { toHead: true }],
  [
    'interim answers',
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nx-shop: early\r\ncontent-length: 9\r\nconnection: close\r\n\r\n${answer('content-length: 5\r\n', 'whole')}`,
    {},
  ],
  ['close', answer('connection: x, Close\r\ncontent-length: 5\r\n', 'whole'), { persistent: false }],
  ['not close', answer('connection: closed\r\ncontent-length: 5\r\n', 'whole'), {}],
  ['HTTP/1.0', answer('content-length: 5\r\n', 'whole', 'HTTP/1.0 200 OK'), { persistent: false }],
  ['HTTP/1.0 kept alive', answer('connection: Keep-Alive\r\ncontent-length: 5\r\n', 'whole', 'HTTP/1.0 200 OK'), {}],
  ['no reason', answer('content-length: 5\r\n', 'whole', 'HTTP/1.1 200'), {}],
  [
    'a reason in another script',
    answer('x-shop: \xe4\xff\r\ncontent-length: 5\r\n', 'whole', 'HTTP/1.1 200 \xe4\t!'),
    { shop: '\xe4\xff' },
  ],
];

describe('parser', () => {
  it.each(ANSWERS)('reads %s, split anywhere', (_name, text, expected, options) => {
    for (const sizes of everySplit(text))
      expect([sizes, read(text, sizes, options)]).toEqual([sizes, { ...whole, ...expected }]);
  });

  it.each(ANSWERS.filter(([, , , options]) => !options?.closes))(
    'is not done with %s a byte early, and leaves what follows',
    (_name, text, _expected, options) => {
      for (let length = 0; length < text.length; length++) {
        expect(read(text.slice(0, length), [], options).failure).toBe('unfinished');
        expect(read(text.slice(0, length), [], { ...options, closes: true }).failure).toBe('reset');
      }
      expect(read(`${text}HTTP/1.1 500`, [], options)).toMatchObject({ failure: undefined, surplus: 12 });
    },
  );

  it.each<[name: string, text: string]>([
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['another version', answer('', '', 'HTTP/2.0 200 OK')],
    ['a status of two digits', answer('', '', 'HTTP/1.1 20 OK')],
    ['a status of four digits', answer('', '', 'HTTP/1.1 2000 OK')],
    ['a status below 100', answer('', '', 'HTTP/1.1 099 OK')],
    ['a change of protocol', answer('upgrade: x\r\n', '', 'HTTP/1.1 101 Switching Protocols')],
    ['an empty line first', `\r\n${answer('content-length: 0\r\n')}`],
    ['a bare line feed', answer('x-a: b\nx-c: d\r\n')],
    ['a bare carriage return', answer('x-a: b\rc\r\n')],
    ['a NUL', answer('x-a: \0\r\n')],
    ['a folded line', answer('x-a: b\r\n c\r\n')],
    ['a folded first line', answer(' x-a: b\r\n')],
    ['a space before the colon', answer('x-a : b\r\n')],
    ['no colon', answer('content-length: 5\r\nx-a\r\n')],
    ['no name', answer(': b\r\n')],
    ['two lengths', answer('content-length: 5\r\ncontent-length: 6\r\n')],
    ['one length twice', answer('content-length: 5\r\ncontent-length: 5\r\n')],
    ['a list of lengths', answer('content-length: 5, 5\r\n')],
    ['a signed length', answer('content-length: +5\r\n')],
    ['a hexadecimal length', answer('content-length: 0x5\r\n')],
    ['an empty length', answer('content-length: \r\n')],
    ['a length beyond exact numbers', answer('content-length: 9007199254740993\r\n')],
    ['a length and chunks', answer('content-length: 5\r\ntransfer-encoding: chunked\r\n')],
    ['chunks and a length', answer('transfer-encoding: chunked\r\ncontent-length: 5\r\n')],
    ['two codings in two lines', answer('transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n')],
    ...[
      ['no chunk size', '\r\n'],
      ['a chunk size with a sign', '-1\r\n'],
      ['a chunk size behind a space', ' 5\r\nwhole\r\n'],
      ['a space behind a chunk size', '5 \r\nwhole\r\n'],
      ['a chunk size too long', '00000000000001\r\n'],
      ['a chunk size without a line feed', '5\rwhole'],
      ['a bare line feed in an extension', '5;a\nwhole'],
      ['a chunk longer than its size', '4\r\nwhole\r\n'],
      ['a chunk shorter than its size', '6\r\nwhole\r\n'],
      ['a broken trailer', '0\r\nx-a\r\n\r\n'],
      ['a folded trailer', '0\r\n x-a: b\r\n\r\n'],
    ].map(([name = '', body]): [string, string] => [name, answer('transfer-encoding: chunked\r\n', body)]),
  ])('refuses %s, split anywhere', (_name, text) => {
    // Once more bytes come than are needed to tell.
    const more = `${text}\r\n\r\n`;
    for (const sizes of everySplit(more)) expect([sizes, read(more, sizes).failure]).toEqual([sizes, 'unreadable']);
  });

  it.each([
    ['one long line', `HTTP/1.1 200 OK\r\nx-a: ${'a'.repeat(900)}`],
    ['many lines', `HTTP/1.1 200 OK\r\n${'x-a: b\r\n'.repeat(200)}`],
    ['many interim heads', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(200)],
    ['a chunk extension', answer('transfer-encoding: chunked\r\n', `5;${'a'.repeat(900)}`)],
    ['many chunk extensions', answer('transfer-encoding: chunked\r\n', '1;aaaaaaaa\r\nx\r\n'.repeat(200))],
    ['a trailer', answer('transfer-encoding: chunked\r\n', `0\r\nx-a: ${'a'.repeat(900)}`)],
    ['a body of known length', answer('content-length: 2001\r\n', 'a'.repeat(2001))],
    ['a body without one', answer('', 'a'.repeat(2001))],
    ['chunks', chunkedAnswerOf(200, 'a'.repeat(2001), 100)],
  ])('gives up on too much: %s', (_name, text) => {
    for (const sizes of [[], Array(text.length).fill(1), Array(text.length).fill(7)]) {
      expect(read(text, sizes).failure).toBe('too-large');
    }
  });

  it('takes a head and a body of exactly the limits', () => {
    const bare = answer('content-length: 2000\r\nx-a: \r\n').length;
    const text = answer(`content-length: 2000\r\nx-a: ${'a'.repeat(LIMITS.maxHeadBytes - bare)}\r\n`, 'b'.repeat(2000));
    for (const sizes of [[], [1], [bare], Array(text.length).fill(1)]) {
      expect(read(text, sizes)).toMatchObject({ status: 200, body: 'b'.repeat(1000), failure: undefined });
    }
  });

  it('keeps a head that came in pieces while a trailer comes in pieces', () => {
    const text = answer(
      'x-shop: a\r\ntransfer-encoding: chunked\r\n',
      '5\r\nwhole\r\n0\r\nx-shop: trailer\r\nx-b: c\r\n\r\n',
    );
    for (let first = 1; first < text.length; first++) {
      for (let second = 1; first + second < text.length; second++) {
        expect([first, second, read(text, [first, second])]).toEqual([first, second, { ...whole, shop: 'a' }]);
      }
    }
  });

  it('carries nothing from one answer into the next', () => {
    const parser = new Parser(LIMITS);
    for (const [, text, expected, options] of [...ANSWERS, ...ANSWERS.toReversed()]) {
      read(answer('connection: close\r\ncontent-length: 900\r\n', 'cut off'), [20, 30], { closes: true }, parser);
      expect(read(text, [10, 1, 40], options, parser)).toEqual({ ...whole, ...expected });
    }
  });

  it('shows the last answer until a byte of the next has come', () => {
    const parser = new Parser(LIMITS);
    read(answer('x-shop: a\r\ncontent-length: 5\r\n', 'whole'), [30], {}, parser);
    parser.begin(false);
    expect([parser.head.get('x-shop'), Buffer.from(parser.capture.bytes).toString()]).toEqual(['a', 'whole']);
  });
});
