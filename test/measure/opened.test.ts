import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Histogram, histogramShape } from '../../src/measure/histogram.ts';
import { Opened } from '../../src/measure/opened.ts';
import { openedHistograms } from '../../src/measure/opened-histograms.ts';

const SHAPE = histogramShape(10e6);
const cost = fc.record({
  worker: fc.nat(3),
  connectUs: fc.oneof(fc.double({ min: 0, max: 20e6, noNaN: true }), fc.constantFrom(Number.NaN, undefined)),
  tlsUs: fc.oneof(fc.double({ min: 0, max: 5e6, noNaN: true }), fc.constantFrom(Number.NaN, undefined)),
});

test('what the workers saw is, together and across threads, what one would have seen', () => {
  fc.assert(
    fc.property(fc.array(cost, { maxLength: 60 }), (costs) => {
      const one = new Opened(SHAPE);
      const workers = Array.from({ length: 4 }, () => new Opened(SHAPE));
      for (const { worker, connectUs, tlsUs } of costs) {
        one.record(connectUs, tlsUs);
        workers[worker]!.record(connectUs, tlsUs);
      }
      const all = openedHistograms(
        SHAPE,
        workers.map((worker) => structuredClone(worker.drain())),
      );
      const alone = openedHistograms(SHAPE, [one.drain(), one.drain()]);
      for (const of of ['connect', 'tls'] as const) {
        const brute = new Histogram(SHAPE);
        for (const cost of costs) {
          const us = of === 'connect' ? cost.connectUs : cost.tlsUs;
          if (us !== undefined && !Number.isNaN(us)) brute.record(us);
        }
        const exact = ({ count, sumUs, minUs, maxUs }: Histogram) => [count, sumUs, minUs, maxUs];
        for (const histogram of [all[of], alone[of]]) {
          expect([...histogram.buckets()]).toEqual([...brute.buckets()]);
          expect(exact(histogram)).toEqual(exact(brute));
        }
      }
    }),
    { seed: 5, numRuns: 100 },
  );
});
