import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Agenda } from '../../src/run/agenda.ts';

const seed = 6;
type Move = { put: number } | { take: true };
const aMove: fc.Arbitrary<Move> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ put: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.constant({ take: true as const }) },
);

describe('an agenda', () => {
  it('gives the first due first, and of those due together the first put in, as a sorted list would', () => {
    fc.assert(
      fc.property(fc.array(aMove, { maxLength: 200 }), (moves) => {
        const agenda = new Agenda<number>();
        const list: { dueUs: number; id: number }[] = [];
        moves.forEach((move, id) => {
          if ('put' in move) {
            agenda.put(move.put, id);
            list.push({ dueUs: move.put, id });
            list.sort((a, b) => a.dueUs - b.dueUs || a.id - b.id);
          } else expect(agenda.take()).toBe(list.shift()?.id);
          expect(agenda.nextUs).toBe(list[0]?.dueUs ?? Number.POSITIVE_INFINITY);
          expect(agenda.size).toBe(list.length);
        });
        expect(agenda.clear()).toEqual(list.map(({ id }) => id));
        expect(agenda.take()).toBeUndefined();
      }),
      { seed },
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses what would never come up: %d', (dueUs) => {
    expect(() => new Agenda().put(dueUs, 1)).toThrow(RangeError);
  });
});
