// What code threw, told without what nobody may see.

import { describe, expect, it } from 'vitest';
import { ThrownErrors } from '../../src/run/thrown.ts';

const SECRET = 'hunter2-and-a-long-tail';

function told(error: unknown): string {
  const thrown = new ThrownErrors('file:///journey.ts', [SECRET]);
  thrown.add(error, 0);
  return thrown.list[0]!.says;
}

function placed(message: string): Error {
  const error = new Error(message);
  error.stack = `Error: ${message}\n    at order (file:///journey.ts:3:9)`;
  return error;
}

describe('what code threw', () => {
  it('holds no secret, nor half of one where its words are cut', () => {
    for (let length = 250; length < 320; length++) {
      const says = told(placed(`${'x'.repeat(length)} ${SECRET}`));
      expect(says, `${length} letters before it`).not.toContain('hunt');
      expect(says).toMatch(/ ?\(journey\.ts:3:9\)$/);
    }
    expect(told(`no: ${SECRET}`)).toBe('it threw no: ***');
  });

  it('is one error for each place, and where there is none, for each words', () => {
    const thrown = new ThrownErrors('file:///journey.ts', []);
    for (const [seq, error] of [placed('a'), placed('b'), new Error('c'), new Error('d'), new Error('d')].entries()) {
      thrown.add(error, seq);
    }
    expect(thrown.list).toEqual([
      { says: 'Error: a (journey.ts:3:9)', count: 2, seq: 0 },
      { says: 'Error: d', count: 2, seq: 3 },
      { says: 'Error: c', count: 1, seq: 2 },
    ]);
  });
});
