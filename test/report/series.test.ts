// What belongs together in a history, and where it went to another level.

import { describe, expect, it } from 'vitest';
import {
  driftOfRows,
  earlierOf,
  freshChangesOf,
  levelChangesOf,
  levelChangeText,
  seriesOf,
} from '../../src/report/series.ts';
import { nightRow, nightsOf } from '../support/history-rows.ts';

const STILL = [41, 40, 42, 41, 39, 40, 42, 41, 40, 41];
const SLOWER = [52, 51, 53, 52, 51];

describe('seriesOf', () => {
  it('keeps profile, adjustments, driver and machine apart, the latest series first', () => {
    const rows = [
      nightRow(1),
      nightRow(4),
      nightRow(2, { machine: 'another' }),
      nightRow(3, { profileHash: 'x' }),
      nightRow(5, { adjustments: '--scale 1%' }),
      nightRow(6, { driver: 'wire' }),
    ];
    const ids = seriesOf(rows).map((series) => series.map(({ id }) => id));
    expect(ids).toEqual([['run-6'], ['run-5'], ['run-1', 'run-4'], ['run-3'], ['run-2']]);
    expect(earlierOf(rows, nightRow(4)).map(({ id }) => id)).toEqual(['run-1']);
    expect(earlierOf(rows, nightRow(1))).toEqual([]);
  });
});

describe('levelChangesOf', () => {
  it('finds none among nights that only vary', () => {
    expect(levelChangesOf(nightsOf([...STILL, ...STILL, ...STILL]))).toEqual([]);
  });

  it('finds the night from which on a build was slower, and says so in a line', () => {
    const rows = nightsOf([...STILL, ...SLOWER]);
    const changes = levelChangesOf([...rows].reverse());
    expect(changes.map(({ name, first, runs }) => [name, first.id, runs])).toEqual([
      ['p50', 'run-11', 5],
      ['p90', 'run-11', 5],
      ['p99', 'run-11', 5],
    ]);
    expect(levelChangeText(changes[2]!)).toBe(
      'p99 went from 40.7 ms to 51.8 ms (+27.3 %, slower) with the run of 2026-11-11 02:17: 5 runs at the new level',
    );
    expect(freshChangesOf(rows)).toEqual(changes);
  });

  it('is no news after a week, nor once the level has changed again', () => {
    const old = nightsOf([...STILL, ...SLOWER, ...SLOWER]);
    expect(levelChangesOf(old)).toHaveLength(3);
    expect(freshChangesOf(old)).toEqual([]);
    const gone = nightsOf([...STILL, ...SLOWER, ...STILL.map((ms) => ms + 40)]);
    expect(levelChangesOf(gone).map(({ runs }) => runs)).toContain(5);
    expect(freshChangesOf(gone)).toEqual([]);
    const back = levelChangesOf(nightsOf([...STILL, ...SLOWER, ...SLOWER, ...STILL]));
    expect(back.map(({ name, first }) => [name, first.id]).filter(([name]) => name === 'p99')).toEqual([
      ['p99', 'run-11'],
      ['p99', 'run-21'],
    ]);
    expect(levelChangeText(back[0]!)).toMatch(/: for 10 runs$/);
    expect(levelChangeText(back.at(-1)!)).toMatch(/−21.4 %, faster/);
  });

  it('leaves out runs that were unfit or cut short', () => {
    for (const out of [{ fit: false }, { complete: false }]) {
      const rows = nightsOf([...STILL, ...SLOWER]).map((row, at) => (at >= 10 ? { ...row, ...out } : row));
      expect(levelChangesOf(rows)).toEqual([]);
      expect(driftOfRows(rows)?.nights).toBe(10);
    }
  });

  it('says nothing of times that differ by less than anybody would feel', () => {
    expect(levelChangesOf(nightsOf([...STILL, ...SLOWER].map((ms) => ms / 20)))).toEqual([]);
    // Certain, and 4 ms, but that is 2 %.
    expect(levelChangesOf(nightsOf([...STILL, ...SLOWER].map((ms) => 200 + (ms > 45 ? 4 : 0) + ms / 1e3)))).toEqual([]);
  });

  it('tells errors by the share', () => {
    const rows = nightsOf([...STILL, ...STILL]).map((row, at) => ({ ...row, errors: at >= 12 ? 0.01 + at * 1e-5 : 0 }));
    const [change] = levelChangesOf(rows);
    expect(levelChangeText(change!)).toMatch(/^errors went from 0 % to 1.02 % \(\+1.02 points, more\)/);
  });
});
