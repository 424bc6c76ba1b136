// What is said of orders made by code beside the numbers.

import { describe, expect, it } from 'vitest';
import type { CodeEvidence, Evidence } from '../../src/judge/spec.ts';
import { codeNotes } from '../../src/report/notes.ts';

const notes = (code: CodeEvidence | undefined, workers = 1) =>
  codeNotes({ code } as Evidence, workers).map(({ style, text }) => [style, text]);

describe('the notes of code', () => {
  it('are none where no code makes the orders', () => {
    expect(notes(undefined)).toEqual([]);
    expect(notes({ thrown: [], cpuUsPerOrder: undefined })).toEqual([]);
  });

  it('say what it cost, and what that leaves room for', () => {
    const code = { thrown: [], cpuUsPerOrder: 150 };
    const says = 'an order of code costs at most 150 µs of CPU, with what polling cannot be told apart from it: ';
    expect(notes(code)).toEqual([['pass', `${says}one worker does 4,000/s or more with ease`]]);
    expect(notes(code, 2)).toEqual([['pass', `${says}2 workers do 8,000/s or more with ease`]]);
  });

  it('name the most frequent errors, and say that there were more', () => {
    const thrown = [7, 5, 2, 1, 1].map((count, index) => ({ says: `Error: ${index}\u0007`, count, seq: index }));
    const told = notes({ thrown, cpuUsPerOrder: undefined });
    expect(told.map(([style]) => style)).toEqual(['fail', 'fail', 'fail', 'fail']);
    expect(told[0]![1]).toContain("the journey's code threw in 7 orders, first in order 0: Error: 0");
    expect(told[0]![1]).not.toContain('\u0007');
    expect(told[3]![1]).toBe('it threw at 2 more places');
    expect(notes({ thrown: thrown.slice(4), cpuUsPerOrder: undefined })[0]![1]).toContain('threw in order 4: ');
  });
});
