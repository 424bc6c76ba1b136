import fc from 'fast-check';
import { expect, test } from 'vitest';
import { histogramShape } from '../../src/measure/histogram.ts';
import { Opened } from '../../src/measure/opened.ts';

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
      const all = new Opened(SHAPE);
      for (const worker of workers) all.add(structuredClone(worker.times));
      for (const of of ['connect', 'tls'] as const) {
        expect([...all[of].buckets()]).toEqual([...one[of].buckets()]);
        const exact = ({ count, sumUs, minUs, maxUs }: (typeof one)['tls']) => [count, sumUs, minUs, maxUs];
        expect(exact(all[of])).toEqual(exact(one[of]));
      }
      const known = costs.filter(({ connectUs }) => connectUs !== undefined && !Number.isNaN(connectUs));
      expect(one.connect.count).toBe(known.length);
    }),
    { seed: 5, numRuns: 100 },
  );
});
