import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTemplate } from '../../src/order/placeholders.ts';
import { checkTemplate, placeholdersOf } from '../../src/order/template.ts';
import { closest } from '../../src/suggest.ts';

const RUNS = { seed: 20150408, numRuns: 500 };

describe('placeholders', () => {
  it('are found where they stand, with their arguments, right or wrong', () => {
    expect(placeholdersOf('a {{sku}} {{ choose(a: 3, "}}": 1) }} {{env.HOME}} {{nope}}')).toEqual([
      { name: 'sku', args: '', at: 2, length: 7 },
      { name: 'choose', args: 'a: 3, "}}": 1', at: 10, length: 27 },
      { name: 'env.HOME', args: '', at: 38, length: 12 },
      { name: 'nope', args: '', at: 51, length: 8 },
    ]);
  });

  it('leave every other text as it is, with each `{{` of it written `{{{{`', () => {
    const text = fc.string({ unit: fc.constantFrom('{', '}', 'a', '"', ' '), maxLength: 12 });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const escapeBraces = (plain: string) => plain.replaceAll('{{', '{{{{');
        const { pieces, mistakes } = parseTemplate(`${escapeBraces(before)}{{sku}}${escapeBraces(after)}`);
        expect(mistakes).toEqual([]);
        const meant = pieces.map((piece) => ('literal' in piece ? piece.literal : `<${piece.placeholder.name}>`));
        expect(meant.join('')).toBe(`${before}<sku>${after}`);
      }),
      RUNS,
    );
  });

  it('read weights, quoted values, and a weight left out as 1', () => {
    const choicesOf = (text: string) => {
      const [piece] = parseTemplate(text).pieces;
      return piece && 'placeholder' in piece && piece.placeholder.name === 'choose' ? piece.placeholder.choices : [];
    };
    expect(choicesOf(`{{choose(red: 3, "a, b: (c)" : .5,'it"s', light blue)}}`)).toEqual([
      { value: 'red', weight: 3 },
      { value: 'a, b: (c)', weight: 0.5 },
      { value: 'it"s', weight: 1 },
      { value: 'light blue', weight: 1 },
    ]);
    expect(choicesOf('{{choose("")}}')).toEqual([{ value: '', weight: 1 }]);
  });

  it.each([
    ['{{order.kye}}', 'UNKNOWN_PLACEHOLDER', 'Unknown placeholder `{{order.kye}}`; did you mean `{{order.key}}`?'],
    ['{{ SKU }}', 'UNKNOWN_PLACEHOLDER', 'Unknown placeholder `{{SKU}}`; did you mean `{{sku}}`?'],
    [
      '{{colour}}',
      'UNKNOWN_PLACEHOLDER',
      'Unknown placeholder `{{colour}}`: known are order.key, order.seq, order.id,',
    ],
    ['{{chose(a: 1)}}', 'UNKNOWN_PLACEHOLDER', 'did you mean `{{choose(a: 3, b: 1)}}`?'],
    ['{{}}', 'UNKNOWN_PLACEHOLDER', '`{{}}` is not a placeholder: expected a name'],
    ['{{env.}}', 'UNKNOWN_PLACEHOLDER', '`{{env.}}` is not a placeholder'],
    ['{{env.a-b}}', 'UNKNOWN_PLACEHOLDER', '`{{env.a-b}}` is not a placeholder'],
    ['{{sku', 'UNCLOSED_PLACEHOLDER', 'write `{{{{` for a literal `{{`'],
    ['{{sku}', 'UNCLOSED_PLACEHOLDER', 'no `}}` closes'],
    ['{{quantity(3)}}', 'PLACEHOLDER_ARGUMENTS', '`{{quantity}}` takes no arguments, got `(3)`'],
    ['{{choose}}', 'PLACEHOLDER_ARGUMENTS', 'expected `choose(a: 3, b: 1)`'],
    ['{{choose(a: 0)}}', 'PLACEHOLDER_ARGUMENTS', 'the weight of `a` to be a number > 0, got `0`'],
    ['{{choose(a: x)}}', 'PLACEHOLDER_ARGUMENTS', 'the weight of `a` to be a number > 0, got `x`'],
    ['{{choose(a: 1,)}}', 'PLACEHOLDER_ARGUMENTS', 'values with weights, separated by commas'],
  ])('%s is a mistake that says what to do', (text, code, message) => {
    const mistake = checkTemplate(`ok {{sku}} ${text}`)!;
    expect(mistake).toMatchObject({ code, at: 11 });
    expect(mistake.message).toContain(message);
    expect(mistake.at + mistake.length).toBeLessThanOrEqual(11 + text.length);
  });

  it('tells an unset variable only where the variables are given', () => {
    expect(checkTemplate('{{env.TOKEN}}')).toBeUndefined();
    expect(checkTemplate('{{env.TOKEN}}', { TOKEN: '' })).toBeUndefined();
    expect(checkTemplate('{{env.toString}}', {})).toMatchObject({ code: 'UNSET_VARIABLE', at: 0, length: 16 });
  });

  it('never throw and place every mistake inside the text', () => {
    const soup = fc.array(
      fc.constantFrom('{{', '}}', '{', '}', 'sku', 'choose(', ')', '"', "'", ':', ',', ' ', 'env.X'),
    );
    fc.assert(
      fc.property(soup, (parts) => {
        const text = parts.join('');
        for (const { at, length } of [...parseTemplate(text).mistakes, ...placeholdersOf(text)]) {
          expect(text.slice(at, at + 2)).toBe('{{');
          expect(at + length).toBeLessThanOrEqual(text.length);
        }
      }),
      RUNS,
    );
  });
});

describe('closest', () => {
  it('suggests the nearest name, and nothing when nothing is near', () => {
    expect(closest('quantiy', ['sku', 'quantity'])).toBe('quantity');
    expect(closest('order.sku', ['order.seq', 'order.key'])).toBe('order.seq');
    expect(closest('colour', ['sku', 'quantity', 'order.key'])).toBeUndefined();
  });
});
