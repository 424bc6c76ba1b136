// What of an answer may be shown. The secrets here are words that stand nowhere else, so finding one is a leak.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secretsOfRequest } from '../../src/profile/sent-secrets.ts';
import { shownBodyOf, shownHeader, shownText } from '../../src/profile/shown-answer.ts';

const seeded = { seed: 20261123, numRuns: 300 };
const none = { isCut: false, secrets: [] };
const bytes = (text: string) => new TextEncoder().encode(text);

describe('an answer as it may be shown', () => {
  it.each([
    ['{"orderId":"o-1","token":"SECRET"}', '{"orderId":"o-1","token":"***"}'],
    ['{"token" : "SECRET\\"SECRET", "n": 1}', '{"token" : "***", "n": 1}'],
    ['{"session":{"id":"SECRET","n":[1,"SECRET"]},"ok":true}', '{"session":"***","ok":true}'],
    ['{"accessToken":12345678,"left":2}', '{"accessToken":"***","left":2}'],
    ['{"authenticated":true,"password":null,"pin":""}', '{"authenticated":true,"password":null,"pin":""}'],
    ['{"a":{"secrets":["SECRET","SECRET"]}}', '{"a":{"secrets":"***"}}'],
    // Cut in the middle of it.
    ['{"a":1,"token":"SECR', '{"a":1,"token":"***"'],
    ['{"a":1,"token":{"x":"SECRET', '{"a":1,"token":"***"'],
    ['{"inner":"{\\"token\\":\\"SECRET\\",\\"n\\":1}"}', '{"inner":"{\\"token\\":***,\\"n\\":1}"}'],
    ['<order><id>7</id><token>SECRET</token></order>', '<order><id>7</id><token>***</token></order>'],
    ['<input name="csrf_token" value="SECRET">', '<input name="csrf_token" value="***">'],
    ["<meta content='SECRET' name='csrf-token'>", '<meta content="***" name=\'csrf-token\'>'],
    ['order=7&access_token=SECRET&n=1', 'order=7&access_token=***&n=1'],
    ['Authorization: Bearer SECRETSECRET', 'Authorization: ***'],
    ['please send Bearer SECRETSECRET next time', 'please send Bearer *** next time'],
    ['it was eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.SECRET', 'it was ***'],
    ['-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----', '***'],
    ['{"message":"author: Ann, design: 5","orderId":1}', '{"message":"author: Ann, design: 5","orderId":1}'],
  ])('%s', (said, shown) => {
    const text = shownText(said, none);
    expect(text).not.toContain('SECRET');
    expect(text).toBe(shown);
  });

  it('never lets a value that it was told of through, wherever it stands and however it is spelt', () => {
    const secret = fc.string({
      minLength: 6,
      maxLength: 24,
      unit: fc.constantFrom(...'abcXYZ019-_/+="\\ é'.split('')),
    });
    const around = fc.string({ maxLength: 60, unit: fc.constantFrom(...'{}[]":,<>=& abk\\\n'.split('')) });
    fc.assert(
      fc.property(secret, around, around, fc.integer({ min: 0, max: 2 }), (value, before, after, spelling) => {
        const written = [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)][spelling]!;
        // The text around it may spell it by chance.
        fc.pre(!(before + after).includes(value) && value.trim() === value);
        const shown = shownText(`${before}${written}${after}`, { isCut: false, secrets: [value] });
        return !shown.includes(written) || `${before}${after}`.includes(written);
      }),
      seeded,
    );
  });

  it('hides the beginning of a secret where the text was cut within it', () => {
    const shown = shownBodyOf(bytes('{"echo":"my-long-sec'), { isCut: true, secrets: ['my-long-secret-1'] });
    expect(shown).toBe('{"echo":"***');
  });

  it('says of bytes that are no text that they are none, and keeps a text with a stray control character', () => {
    expect(
      shownBodyOf(
        Uint8Array.from({ length: 300 }, (_, i) => i % 256),
        none,
      ),
    ).toBeUndefined();
    expect(shownBodyOf(bytes('<script>alert(1)</script>\u0000\u202e and more of it'), none)).toBe(
      '<script>alert(1)</script>\u0000\u202e and more of it',
    );
    expect(shownBodyOf(new Uint8Array(0), none)).toBe('');
    // A character of three bytes, cut after the second.
    expect(shownBodyOf(bytes('小米').subarray(0, 5), { isCut: true, secrets: [] })).toBe('小');
  });

  it('never throws and never takes long, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (body) => {
        shownBodyOf(body, { isCut: true, secrets: ['abcdef'] });
      }),
      seeded,
    );
    for (const unit of ['"', '<', '\\"', '"a":', 'a=', '<a name=', '{', 'eyJ', '-----BEGIN ']) {
      shownText(unit.repeat(4096 / unit.length), none);
    }
  });

  it('shows a header by its name', () => {
    expect(shownHeader('x-session-token', 'abc', none)).toBe('***');
    expect(shownHeader('location', '/orders/7?token=SECRET&n=1', none)).toBe('/orders/7?token=***&n=1');
    expect(shownHeader('content-type', 'application/json; charset=utf-8', none)).toBe(
      'application/json; charset=utf-8',
    );
  });
});

describe('what one request sends as a secret', () => {
  it('is found in its path, its headers, its JSON or its form, whoever made it', () => {
    const found = secretsOfRequest({
      path: '/pay?token=in%20path&n=1',
      headers: ['authorization', 'Bearer in-header', 'x-n', 'open', 'cookie', 'sid=in-cookie; theme=darkmode'],
      body: bytes('{"card":{"pin":"in-json","n":5},"passwords":["in-list"],"buyer":"ann"}'),
    });
    for (const each of ['in path', 'in-header', 'in-cookie', 'in-json', 'in-list']) expect(found).toContain(each);
    for (const each of ['open', 'ann', '1', '5']) expect(found).not.toContain(each);
    const form = secretsOfRequest({ path: '/', headers: [], body: bytes('password=in+form&buyer=ann') });
    expect(form).toEqual(['in form']);
  });
});
