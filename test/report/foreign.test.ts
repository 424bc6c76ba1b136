import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCommand, markdownText, redactCommand, visible, withoutUrlSecrets } from '../../src/report/foreign.ts';
import { anyCharacter } from '../support/any-character.ts';

const seeded = { seed: 20261123, numRuns: 300 };
const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '\u001b',
      '\n',
      '\r',
      '\u202e',
      '\u2066',
      '\u200b',
      '\u0007',
      '|',
      '`',
      '<',
      '&',
      '\\',
      '[',
      'a',
      '小',
    ),
    anyCharacter,
  ),
});

describe('visible', () => {
  it('leaves nothing that moves a cursor, breaks a line or turns the text', () => {
    fc.assert(
      fc.property(hostile, (text) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(visible(text))),
      seeded,
    );
  });
  it('leaves what is seen as it is, and names what is not', () => {
    expect(visible('mi-fan-fest 小米 < 1 %')).toBe('mi-fan-fest 小米 < 1 %');
    expect(visible('a\u001b[2J\u202eb')).toBe('a\\u001b[2J\\u202eb');
  });
});

describe('markdownText', () => {
  it('lets no mark through, so that a cell stays a cell and text stays text', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const out = markdownText(text);
        return !/[|`<>[\]*_~@\n\r\\]/.test(out) && !/&(?!(?:amp|lt|gt|#\d+);)/.test(out);
      }),
      seeded,
    );
  });
  it('makes no link, mention or emoji, and leaves clock times readable', () => {
    expect(markdownText('at 14:00 see https://x.y www.x.y :tada: @ann #1')).toBe(
      'at 14:00 see https&#58;//x.y www&#46;x.y &#58;tada&#58; &#64;ann &#35;1',
    );
  });
  it('comes back as the same text in a browser', () => {
    const shownBy = (html: string) =>
      html
        .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&amp;', '&');
    fc.assert(
      fc.property(hostile, (text) => shownBy(markdownText(text)) === visible(text)),
      seeded,
    );
  });
});

describe('withoutUrlSecrets', () => {
  const part = fc.string({ unit: fc.constantFrom('a', 'Z', '9', '-', '.', '_', '%40', ':', '/', '@'), maxLength: 12 });
  it('takes out user info, query and fragment, whatever they are made of', () => {
    fc.assert(
      fc.property(part, part, part, (before, after, query) => {
        const url = `https://u${before}SECRET${after}@shop.example/p?q=SECRET${query}#SECRET`;
        return !withoutUrlSecrets(`see ${url} now`).includes('SECRET');
      }),
      seeded,
    );
  });
  it('keeps the rest', () => {
    expect(withoutUrlSecrets('see http://u:p@127.0.0.1:80/a/b?x=1, then demo')).toBe(
      'see http://127.0.0.1:80/a/b then demo',
    );
    expect(withoutUrlSecrets('plain https://shop.example:8443/api')).toBe('plain https://shop.example:8443/api');
    expect(withoutUrlSecrets('a@b and 3 / 4?')).toBe('a@b and 3 / 4?');
  });
});

describe('redactCommand', () => {
  it.each([
    ['--set order.headers.authorization=Bearer_x', '--set order.headers.authorization=***'],
    ["--set 'order.headers.authorization=Bearer x y' --seed 7", '--set order.headers.authorization=*** --seed 7'],
    ['--set="target.tls.key=x y" --quiet', '--set=target.tls.key=*** --quiet'],
    ["--set order.json.card='4111 1111'", '--set order.json.card=***'],
    ["--set 'order.headers.x=it'\\''s' --yes", '--set order.headers.x=*** --yes'],
    ['--set order.headers.x=Bearer s3cret word --yes', '--set order.headers.x=*** --yes'],
    [
      "--set 'order.path=/pay?t=x' --set outcomes[0].sold.body.pin=12",
      '--set order.path=*** --set outcomes[0].sold.body.pin=***',
    ],
    ['--set traffic.orders=100 --workers 2', '--set traffic.orders=100 --workers 2'],
    ["--target 'http://a:b@h:1/x?t=1' --yes", "--target 'http://h:1/x' --yes"],
  ])('%s', (typed, shown) => expect(redactCommand(`doorbuster run p ${typed}`)).toBe(`doorbuster run p ${shown}`));
});

describe('formatCommand', () => {
  it('hides the value of a secret setting and nothing beside it', () => {
    const words = ['run', '--set', 'order.headers.authorization=Bearer a b', 'my file.yaml', '--set=traffic.seed=7'];
    expect(formatCommand(words)).toBe("run --set order.headers.authorization=*** 'my file.yaml' --set=traffic.seed=7");
    expect(formatCommand(['--set=target.tls.key=x y', '--target', 'http://u:p@h/?t=1', "it's"])).toBe(
      "--set=target.tls.key=*** --target http://h/ 'it'\\''s'",
    );
  });

  it('leaves nothing for redactCommand to do, and neither lets a secret through', () => {
    const word = fc.oneof(
      fc.constantFrom(
        'run',
        '--set',
        '--yes',
        'p.yaml',
        '--target',
        'order.json.card=SECRET and SECRET',
        '--set=order.headers.x=SECRET',
      ),
      fc.constantFrom('https://u:SECRET@h/p?x=SECRET', 'traffic.seed=7', 'a b'),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (words) => {
        // A value without its `--set` is no setting.
        const line = words.flatMap((each) =>
          each.startsWith('order.') ? ['--set', each] : each === '--set' ? [] : [each],
        );
        const shown = formatCommand(line);
        expect(redactCommand(shown)).toBe(shown);
        expect(shown).not.toContain('SECRET');
        expect(redactCommand(line.join(' '))).not.toContain('SECRET');
      }),
      { seed: 20261123, numRuns: 300 },
    );
  });
});
