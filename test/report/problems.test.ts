import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/errors.ts';
import { widthOf } from '../../src/report/layout.ts';
import { formatProblems } from '../../src/report/problems.ts';

function problem(source: string, column: number, length = 1): Problem {
  return { code: 'X', message: 'wrong', place: { file: 'p.yaml', line: 12, column }, source, length };
}

/** What stands above the caret. */
function underlined(text: string): string {
  const [, source, caret] = text.split('\n');
  const from = caret!.indexOf('^');
  const until = caret!.lastIndexOf('^') + 1;
  let column = 0;
  let above = '';
  for (const character of source!) {
    if (column >= from && column < until) above += character;
    column += widthOf(character);
  }
  return above;
}

describe('formatProblems', () => {
  it('prints place, message, line and caret', () => {
    expect(formatProblems([problem('  timeout: 10', 12, 2)])).toBe(
      'p.yaml:12:12: error: wrong\n  12 │   timeout: 10\n     │            ^^',
    );
  });

  it('prints what it has: a message alone, a place alone, nothing', () => {
    const { source: _source, ...bare } = problem('', 1);
    expect(formatProblems([{ code: 'X', message: 'wrong' }, bare])).toBe('error: wrong\n\np.yaml:12:1: error: wrong');
    expect(formatProblems([])).toBe('');
  });

  it('says the file and the path of what has no place in a text', () => {
    const value: Problem = { code: 'X', message: 'wrong', file: 'p.ts', path: 'target.timeout' };
    expect(formatProblems([value, { ...value, path: '' }, { ...value, file: undefined }])).toBe(
      'p.ts: target.timeout: error: wrong\n\np.ts: error: wrong\n\nerror: wrong',
    );
  });

  it('paints without moving anything', () => {
    const painted = formatProblems([problem('a: b', 4)], (style, text) => `<${style}>${text}</${style}>`);
    expect(painted.replace(/<[^>]*>/g, '')).toBe(formatProblems([problem('a: b', 4)]));
    expect(painted).toContain('<fail>error:</fail> <bold>wrong</bold>');
  });

  it.each([
    ['a tab', '\tx: "a"', 5, 3, '"a"'],
    ['wide characters', '名前: x', 5, 1, 'x'],
    ['a surrogate pair', '📱📱: x', 7, 1, 'x'],
    ['a wide character itself', 'a: 名前', 4, 2, '名前'],
    ['a combining mark', 'e\u0301e\u0301: x', 7, 1, 'x'],
  ])('keeps the caret in place after %s', (_name, source, column, length, above) => {
    expect(underlined(formatProblems([problem(source, column, length)]))).toBe(above);
  });

  it('makes control characters visible, in the line and in the message', () => {
    const shown = formatProblems([{ ...problem('a: \u001b[31mred', 4, 9), message: 'got `\u202e`' }]);
    expect(shown.includes('\u001b') || shown.includes('\u202e')).toBe(false);
    expect(shown).toContain('\\u001b[31mred');
    expect(underlined(shown)).toBe('\\u001b[31mred');
  });

  it('cuts a long line around the caret', () => {
    const source = `${'a'.repeat(300)}HERE${'b'.repeat(300)}`;
    const shown = formatProblems([problem(source, 301, 4)]);
    expect(underlined(shown)).toBe('HERE');
    expect(shown.split('\n')[1]).toMatch(/^ {2}12 │ …a+HEREb+…$/);
    for (const line of shown.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(110);
  });

  it('points at what it was told to, whatever the line', () => {
    const character = fc.constantFrom('a', ' ', '\t', '名', '📱', '\u0007', '\u200b', 'é');
    fc.assert(
      fc.property(fc.array(character, { maxLength: 150 }), fc.array(character, { maxLength: 150 }), (before, after) => {
        const source = `${before.join('')}X${after.join('')}`;
        const shown = formatProblems([problem(source, before.join('').length + 1)]);
        expect(underlined(shown)).toContain('X');
        expect(shown.split('\n')).toHaveLength(3);
      }),
      { seed: 12, numRuns: 300 },
    );
  });
});
