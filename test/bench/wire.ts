// The two halves of the wire driver that touch no socket: a request patched, an answer parsed, in ns of CPU time.
// `node test/bench/wire.ts` prints the rows.

import { Parser } from '../../src/drive/wire/parser.ts';
import { compileOrder } from '../../src/order/template.ts';
import { printRows } from './print.ts';
import type { Row } from './row.ts';
import { ORDER } from './wire-load.ts';

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

const ANSWER = Buffer.from(
  'HTTP/1.1 201 Created\r\ndate: Wed, 08 Apr 2015 10:00:00 GMT\r\ncontent-type: application/json\r\n' +
    'content-length: 18\r\nconnection: keep-alive\r\n\r\n{"orderId":"null"}',
);

function nsPer(once: (index: number) => number): number {
  const costs: number[] = [];
  let sink = 0;
  for (let round = 0; round < 9; round++) {
    const before = process.threadCpuUsage();
    for (let i = 0; i < 200_000; i++) sink += once(i);
    const { user, system } = process.threadCpuUsage(before);
    if (round > 1) costs.push((user + system) / 200);
  }
  if (sink < 0) throw new Error('unreachable: keeps the results alive');
  return median(costs);
}

export async function wireBench(): Promise<Row[]> {
  const parser = new Parser({ captureBytes: 16_384, maxBodyBytes: 1e6, maxHeadBytes: 65_536 });
  const parseNs = nsPer(() => {
    parser.begin(false);
    return parser.push(ANSWER, 0, ANSWER.length) + parser.head.status;
  });
  const request = compileOrder(ORDER)[0]!.http1({ host: '127.0.0.1:8080', close: false });
  const buffer = Buffer.alloc(request.maxBytes);
  request.prepare(buffer);
  return [
    {
      name: 'response parse',
      value: parseNs,
      unit: 'ns',
      note: `${ANSWER.length} bytes, 4 headers, in one piece`,
    },
    {
      name: 'template patch',
      value: nsPer((seq) => request.patch(buffer, { seq })),
      unit: 'ns',
      note: `identity included: key, buyer, sku into ${request.maxBytes} bytes`,
    },
  ];
}

if (import.meta.main) printRows(await wireBench());
