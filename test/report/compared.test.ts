// Which runs may be compared by their times: unfit is the generator, not what the shop's books were like.

import { describe, expect, it } from 'vitest';
import { compareRuns } from '../../src/judge/compare.ts';
import { comparedRunOf } from '../../src/report/compared.ts';
import { type Result, resultOf } from '../../src/report/result.ts';
import { passing, unfit } from './runs.ts';

const gate = (name: string): Result['generator']['gates'][number] => ({
  name,
  status: 'void',
  measured: '',
  limit: '',
  advice: '',
  touched: null,
  known: true,
  byWorker: [],
});
const voidedBy = (name: string): Result => {
  const result = resultOf(passing());
  const { generator } = result;
  return { ...result, verdict: 'invalid', generator: { ...generator, gates: [...generator.gates, gate(name)] } };
};

describe('comparedRunOf', () => {
  it('is comparable when only its books could not be read whole', () => {
    const run = comparedRunOf(voidedBy('books'));
    expect(run.unfit).toEqual([]);
    expect(compareRuns(run, comparedRunOf(resultOf(passing()))).comparable).toBe(true);
  });

  it('names what made a generator unfit', () => {
    expect(comparedRunOf(voidedBy('pace')).unfit).toEqual(['pace']);
    expect(comparedRunOf(resultOf(unfit())).unfit).not.toEqual([]);
    const found = compareRuns(comparedRunOf(resultOf(passing())), comparedRunOf(voidedBy('pace')));
    expect(found).toMatchObject({ comparable: false, why: [{ message: expect.stringContaining('not fit (pace)') }] });
  });
});
