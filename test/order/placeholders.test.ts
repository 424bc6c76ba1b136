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
    expect(checkTemplate('{{env.TOKEN}}', { env: { TOKEN: '' } })).toBeUndefined();
    expect(checkTemplate('{{env.toString}}', { env: {} })).toMatchObject({ code: 'UNSET_VARIABLE', at: 0, length: 16 });
  });

  const SCOPE = {
    vars: ['token', 'cart'],
    setup: ['admin'],
    feeders: { buyers: ['id', 'first name'], coupons: ['code'] },
  };

  it('name extracts, setup and cells of feeders, where these are in scope', () => {
    const { pieces, mistakes } = parseTemplate(
      '{{vars.token}}{{ setup.admin }}{{buyers.id}}{{buyers.first name}}{{coupons.code}}',
      SCOPE,
    );
    expect(mistakes).toEqual([]);
    expect(pieces.map((piece) => ('placeholder' in piece ? piece.placeholder : piece))).toEqual([
      { name: 'vars', variable: 'token' },
      { name: 'setup', variable: 'admin' },
      { name: 'feeder', feeder: 'buyers', column: 'id' },
      { name: 'feeder', feeder: 'buyers', column: 'first name' },
      { name: 'feeder', feeder: 'coupons', column: 'code' },
    ]);
  });

  it.each([
    ['{{vars.tokn}}', 'UNKNOWN_EXTRACT', '`token`, `cart`; did you mean `{{vars.token}}`?'],
    ['{{setup.token}}', 'UNKNOWN_SETUP', 'known of `setup`: `admin`; did you mean `{{vars.token}}`?'],
    ['{{vars.to.ken}}', 'UNKNOWN_PLACEHOLDER', '`{{vars.to.ken}}` is not a placeholder'],
    [
      '{{buyers.idd}}',
      'UNKNOWN_COLUMN',
      'has no column `idd`: it has `id`, `first name`; did you mean `{{buyers.id}}`?',
    ],
    ['{{buyer.first name}}', 'UNKNOWN_PLACEHOLDER', 'did you mean `{{buyers.first name}}`?'],
    ['{{coupon.code}}', 'UNKNOWN_PLACEHOLDER', 'did you mean `{{coupons.code}}`?'],
    ['{{toString.x}}', 'UNKNOWN_PLACEHOLDER', 'setup.NAME, buyers.COLUMN, coupons.COLUMN'],
    ['{{buyers}}', 'UNKNOWN_PLACEHOLDER', '`{{buyers}}` is not a placeholder'],
    ['{{vars.token(1)}}', 'PLACEHOLDER_ARGUMENTS', '`{{vars.token}}` takes no arguments'],
  ])('%s names nothing in scope, and says what does', (text, code, message) => {
    const mistake = checkTemplate(text, SCOPE)!;
    expect(mistake).toMatchObject({ code, at: 0, length: text.length });
    expect(mistake.message).toContain(message);
  });

  it('know of no extracts, setup or feeders unless told', () => {
    expect(checkTemplate('{{vars.x}}')?.message).toBe(
      '`{{vars.x}}` names no extract: the steps before this one extract nothing',
    );
    expect(checkTemplate('{{setup.x}}')?.message).toBe('`{{setup.x}}` names no extract: `setup` extracts nothing');
    expect(checkTemplate('{{buyers.id}}')?.code).toBe('UNKNOWN_PLACEHOLDER');
  });

  it('never throw and place every mistake inside the text', () => {
    const soup = fc.array(
      fc.constantFrom(
        '{{',
        '}}',
        '{',
        '}',
        'sku',
        'choose(',
        ')',
        '"',
        "'",
        ':',
        ',',
        ' ',
        'env.X',
        'vars.',
        'token',
        'buyers.',
      ),
    );
    fc.assert(
      fc.property(soup, (parts) => {
        const text = parts.join('');
        for (const { at, length } of [...parseTemplate(text, SCOPE).mistakes, ...placeholdersOf(text)]) {
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
