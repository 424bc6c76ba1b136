// Nothing that is put into a page gets out of its place.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeText, html, jsonScript, pathData, trusted } from '../../../src/report/html/escape.ts';
import { anyCharacter } from '../../support/any-character.ts';

const HOSTILE = [
  '</script><script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '<!--<script>',
  ']]>',
  '\u0000\u0001\u001b[31m',
  '\u202eevil\u2066\u200b\ufeff',
  '\u2028\u2029',
  '\ud800 lone',
  '&lt;b&gt; &amp;',
];
const anything = fc.oneof(fc.string({ unit: anyCharacter, maxLength: 80 }), fc.constantFrom(...HOSTILE));

/** What a browser makes of escaped text. */
const unescaped = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

describe('html', () => {
  it('holds every string as text or as a quoted attribute, without losing what can be seen', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const escaped = escapeText(text);
        expect(escaped).not.toMatch(/[<>"']/);
        expect(escaped).not.toMatch(/&(?!(?:lt|gt|quot|amp|#39);)/);
        expect(escaped).not.toMatch(/[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?![\n\t])\p{Cc}/u);
        const seen = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu, '');
        if (seen === text) expect(unescaped(escaped)).toBe(text);
      }),
      { seed: 20261123, numRuns: 500 },
    );
  });

  it('escapes strings, keeps Html, joins lists and leaves out what is not there', () => {
    const inner = html`<b>${'<'}</b>`;
    const page = html`<p title="${'"'}">${inner}${[1, inner, null]}${undefined}${false}${0}</p>`;
    expect(String(page)).toBe('<p title="&quot;"><b>&lt;</b>1<b>&lt;</b>0</p>');
  });

  it('cuts what is longer than anyone reads, and says how long it was', () => {
    const text = escapeText('x'.repeat(1_000_000));
    expect(text.length).toBeLessThan(2_100);
    expect(text).toContain('… (1000000 characters)');
  });
});

describe('jsonScript', () => {
  it('comes back as it went in, and cannot end its element', () => {
    fc.assert(
      fc.property(fc.jsonValue(), anything, (value, text) => {
        const script = String(jsonScript('charts', [value, text]));
        const inside = /^<script type="application\/json" id="charts">([\s\S]*)<\/script>$/.exec(script)![1]!;
        for (const mark of ['<', '>', '&', '\u2028', '\u2029', '\u0000']) expect(inside).not.toContain(mark);
        expect(JSON.parse(inside)).toEqual(JSON.parse(JSON.stringify([value, text])));
      }),
      { seed: 20261123, numRuns: 500 },
    );
  });
});

describe('the other doors', () => {
  it('pathData takes commands and numbers only', () => {
    expect(String(pathData('M1 2l.3-4h5V6Z'))).toBe('M1 2l.3-4h5V6Z');
    expect(() => pathData('M1 2"/><script>')).toThrow('Expected the data of a path');
  });

  it('trusted refuses what would end its element', () => {
    expect(() => trusted('script', 'x = "</script>"')).toThrow('Expected a script without markup');
    expect(() => trusted('style', 'a{}<!--')).toThrow('Expected a style');
  });
});
