// What opening a connection took, apart from all else that an order waits for (METHOD §2): TCP with the name look-up, and
// TLS. Only of connections that an order had to wait for; those opened beforehand cost no shopper anything. µs.

import { Histogram } from './histogram.ts';
import type { Shape } from './shape.ts';

/** A histogram as plain data, to go from thread to thread: buckets in use, their counts, and the exact numbers beside. */
export type Times = {
  buckets: number[];
  counts: number[];
  exact: [count: number, sumUs: number, minUs: number, maxUs: number];
};

export type OpenedTimes = { connect: Times; tls: Times };

export class Opened {
  readonly connect: Histogram;
  readonly tls: Histogram;

  constructor(shape: Shape) {
    this.connect = new Histogram(shape);
    this.tls = new Histogram(shape);
  }

  /** `tlsUs` is NaN without TLS. Nothing is added where no connection was opened (`connectUs` NaN or undefined). */
  record(connectUs: number | undefined, tlsUs: number | undefined): void {
    if (connectUs !== undefined && connectUs >= 0) this.connect.record(connectUs);
    if (tlsUs !== undefined && tlsUs >= 0) this.tls.record(tlsUs);
  }

  get times(): OpenedTimes {
    return { connect: timesOf(this.connect), tls: timesOf(this.tls) };
  }

  add({ connect, tls }: OpenedTimes): void {
    addTimes(this.connect, connect);
    addTimes(this.tls, tls);
  }
}

function timesOf(histogram: Histogram): Times {
  const buckets: number[] = [];
  const counts: number[] = [];
  for (let bucket = 0; bucket < histogram.shape.length; bucket++) {
    const count = histogram.countAt(bucket);
    if (count === 0) continue;
    buckets.push(bucket);
    counts.push(count);
  }
  const { count, sumUs, minUs, maxUs } = histogram;
  return { buckets, counts, exact: [count, sumUs, minUs, maxUs] };
}

function addTimes(histogram: Histogram, { buckets, counts, exact }: Times): void {
  for (const [i, bucket] of buckets.entries()) histogram.recordAt(bucket, counts[i]!);
  if (exact[0] > 0) histogram.carry(...exact);
}
