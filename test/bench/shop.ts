// What the built-in shop can take, and whether its knee is where its options say. Closed loop over raw sockets, so that
// the client costs little and the shop's own process is what is measured. About 8 seconds.

import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { parseShopOptions, type ShopInput } from '../../src/demo/options.ts';
import { startDemo } from '../../src/demo/process.ts';
import { capacityPerS } from '../../src/demo/service.ts';

export type Figure = { name: string; value: number; unit: string; note: string };

const CONNECTIONS = 64;
const WARM_UP_MS = 500;
const MEASURE_MS = 1500;

type Load = { answered: number; accepted: number };

function requestBytes(seq: number): string {
  const body = `{"buyer":"buyer-${seq}","sku":"sku-${1 + (seq % 10)}","quantity":1}`;
  return `POST /checkout HTTP/1.1\r\nhost: bench\r\nidempotency-key: ${String(seq).padStart(36, '0')}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

/** One connection that sends its next order as soon as the last is answered. Small answers come in one chunk. */
function shopper(port: number, nextSeq: () => number, load: Load): Socket {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  socket.setEncoding('latin1');
  const order = () => socket.write(requestBytes(nextSeq()));
  socket.on('connect', order);
  socket.on('data', (text: string) => {
    if (!text.endsWith('}')) throw new Error(`Expected a whole answer in one chunk, got ${text}`);
    load.answered += 1;
    if (text.startsWith('HTTP/1.1 201')) load.accepted += 1;
    order();
  });
  socket.on('error', () => {});
  return socket;
}

/** User and system CPU time of a process, ms (Linux: fields 14 and 15 of /proc/PID/stat, ticks of 10 ms). NaN elsewhere. */
function cpuMs(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return Number.NaN;
  }
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

async function measure(options: ShopInput, connections = CONNECTIONS): Promise<{ perS: number; cpuUs: number }> {
  const demo = await startDemo(options);
  const load: Load = { answered: 0, accepted: 0 };
  let seq = 0;
  const sockets = Array.from({ length: connections }, () => shopper(demo.port, () => seq++, load));
  try {
    await pause(WARM_UP_MS);
    const from = { ...load, atMs: performance.now(), cpuMs: cpuMs(demo.pid) };
    await pause(MEASURE_MS);
    const answered = load.answered - from.answered;
    if (load.accepted !== load.answered) throw new Error(`Expected only accepted orders, got ${JSON.stringify(load)}`);
    return {
      perS: (answered * 1000) / (performance.now() - from.atMs),
      cpuUs: ((cpuMs(demo.pid) - from.cpuMs) * 1000) / answered,
    };
  } finally {
    for (const socket of sockets) socket.destroy();
    await demo.stop();
  }
}

export async function shopBench(): Promise<Figure[]> {
  const bare = await measure({ service: 'none' });
  const paid = await measure({}, 256);
  const knee = await measure({ service: 'fixed:10ms', payments: 8 });
  const nothing = await measure({ nullTarget: true });
  const per = `${CONNECTIONS} connections, closed loop`;
  return [
    { name: 'shop: orders, payments take no time', value: bare.perS, unit: '/s', note: per },
    {
      name: 'shop: CPU per order',
      value: bare.cpuUs,
      unit: 'µs',
      note: `one core takes ${Math.round(1e6 / bare.cpuUs)}/s`,
    },
    {
      name: 'shop: orders, default payments',
      value: paid.perS,
      unit: '/s',
      note: `lognormal 12 ms, 64 at once: by the formula ${Math.round(capacityPerS(parseShopOptions()))}/s`,
    },
    { name: 'shop: knee of 8 payments of 10 ms', value: knee.perS, unit: '/s', note: 'by the formula 800/s' },
    {
      name: 'shop: null target',
      value: nothing.perS,
      unit: '/s',
      note: `${Math.round(nothing.cpuUs)} µs CPU per answer`,
    },
  ];
}
