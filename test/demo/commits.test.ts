import { expect, test } from 'vitest';
import { Commits } from '../../src/demo/commits.ts';

/** Notes when transactions begin and end. */
function notebook() {
  const notes: string[] = [];
  const transact = <T>(work: () => T): T => {
    notes.push('begin');
    const value = work();
    notes.push('commit');
    return value;
  };
  return { notes, commits: new Commits({ transact }) };
}

test('work of one tick shares one transaction, and is answered after its commit', async () => {
  const { notes, commits } = notebook();
  const asked = ['a', 'b', 'c'].map((name) =>
    commits.submit(() => notes.push(name)).then(() => notes.push(`${name} answered`)),
  );
  expect(notes).toEqual([]);
  await Promise.all(asked);
  expect(notes).toEqual(['begin', 'a', 'b', 'c', 'commit', 'a answered', 'b answered', 'c answered']);
});

test('work that comes later has its own transaction', async () => {
  const { notes, commits } = notebook();
  expect(await commits.submit(() => 1)).toBe(1);
  expect(await commits.submit(() => 2)).toBe(2);
  expect(notes).toEqual(['begin', 'commit', 'begin', 'commit']);
});

test('when a transaction fails, nothing in it is answered as done, and the next one works', async () => {
  const { notes, commits } = notebook();
  const broken = new Error('disk full');
  const both = await Promise.allSettled([
    commits.submit(() => 'first'),
    commits.submit(() => {
      throw broken;
    }),
  ]);
  expect(both).toEqual([
    { status: 'rejected', reason: broken },
    { status: 'rejected', reason: broken },
  ]);
  expect(notes).toEqual(['begin']);
  expect(await commits.submit(() => 'next')).toBe('next');
});
