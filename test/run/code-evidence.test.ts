// What two workers say of their code, together.

import { describe, expect, it } from 'vitest';
import { codeEvidenceOf } from '../../src/run/code-evidence.ts';

describe('what the reports say of code', () => {
  it('is the errors of all workers, and the cost of an order without polling', () => {
    const one = { thrown: [{ says: 'a', count: 2, seq: 6 }], fired: 900, cpuUs: 300_000, spunUs: 100_000 };
    const thrown = [
      { says: 'b', count: 4, seq: 1 },
      { says: 'a', count: 3, seq: 3 },
    ];
    const other = { thrown, fired: 1_100, cpuUs: 500_000, spunUs: 200_000 };
    expect(codeEvidenceOf([one, undefined, other])).toEqual({
      thrown: [
        { says: 'a', count: 5, seq: 3 },
        { says: 'b', count: 4, seq: 1 },
      ],
      cpuUsPerOrder: 250,
    });
    expect(codeEvidenceOf([{ ...one, cpuUs: undefined }, other]).cpuUsPerOrder).toBeUndefined();
    expect(codeEvidenceOf([one]).cpuUsPerOrder).toBeUndefined();
    expect(codeEvidenceOf([undefined])).toEqual({ thrown: [], cpuUsPerOrder: undefined });
  });
});
