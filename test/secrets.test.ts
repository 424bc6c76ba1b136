import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSecretAt, isSecretName, mayHoldSecret, withoutSecrets } from '../src/secrets.ts';

describe('a name', () => {
  it.each([
    'Authorization',
    'proxy-authorization',
    'x-auth',
    'oauth2',
    'X-Session',
    'sessionId',
    'sig',
    'card.pin',
    'PIN',
    'pin2',
    'signature',
    'cvv',
    'jwtToken',
    'apiKey',
    'API_KEY',
    'x-csrf-token',
    'set-cookie',
    'client_secret',
    'Passwords',
    'pwd',
    'privateKey',
  ])('%s is a secret', (name) => expect(isSecretName(name)).toBe(true));

  it.each(['author', 'design', 'shipping', 'spin', 'idempotency-key', 'keyboard', 'sku', 'compass', 'assign', 'path'])(
    '%s is none',
    (name) => expect(isSecretName(name)).toBe(false),
  );
});

describe('a place in a profile', () => {
  it('is secret by the names of what is sent or compared, not by those a person gives', () => {
    expect(isSecretAt(['order', 'headers', 'x-auth', 0])).toBe(true);
    expect(isSecretAt(['order', 'json', 'card', 'cvv'])).toBe(true);
    expect(isSecretAt(['outcomes', 0, 'sold', 'body', 'token'])).toBe(true);
    expect(isSecretAt(['outcomes', 0, 'auth_failed', 'status'])).toBe(false);
    const compared = (path: string) => isSecretAt(['order', 0, 'login', 'outcomes', 0, 'ok', 'body', path]);
    for (const path of ['data.startSession.__typename', 'session.state', 'tokens[0].kind']) {
      expect([path, compared(path)]).toEqual([path, false]);
    }
    for (const path of ['data.token', 'data.session.id', 'tokens[0]', 'data["session"]["value"]', 'a.sessionId']) {
      expect([path, compared(path)]).toEqual([path, true]);
    }
    expect(isSecretAt(['order', 'skus', 'session-ticket'])).toBe(false);
    expect(isSecretAt(['traffic', 'shape', 0, 'burst', 'token'])).toBe(false);
  });

  it('may hold one wherever a flag can write one', () => {
    const keys = (path: string) => path.split('.');
    for (const path of [
      'order',
      'order.path',
      'order.headers.x',
      'order.json.a',
      'target',
      'target.tls',
      'target.tls.key',
      'outcomes.0.sold.body.a',
      'ordr.headers.x-auth',
    ])
      expect([path, mayHoldSecret(keys(path))]).toEqual([path, true]);
    for (const path of [
      'order.quantity',
      'order.skus',
      'target.timeout',
      'target.tls.insecure',
      'traffic.orders',
      'slo.0',
      'outcomes.0.sold.status',
    ])
      expect([path, mayHoldSecret(keys(path))]).toEqual([path, false]);
  });
});

describe('a text without its secrets', () => {
  it('holds none of them, as they are or as JSON or a URL spells them, and is otherwise the same', () => {
    const secret = fc.string({ unit: fc.constantFrom('Q', '"', '/', '$', '(', '+', 'é', '\\'), minLength: 6 });
    const plain = fc.string({ unit: fc.constantFrom('a', ' ', '{', ','), maxLength: 9 });
    fc.assert(
      fc.property(secret, plain, plain, (hide, before, after) => {
        for (const spelt of [hide, JSON.stringify(hide).slice(1, -1), encodeURIComponent(hide)]) {
          expect(withoutSecrets(before + spelt + after, ['zzzzzz', hide])).toBe(`${before}***${after}`);
        }
      }),
      { seed: 20261123, numRuns: 200 },
    );
  });

  it('takes a short one for a secret only where it is a word', () => {
    expect(withoutSecrets('{"pin":123,"n":91234,"x":"123"}', ['123'])).toBe('{"pin":***,"n":91234,"x":"***"}');
    expect(withoutSecrets('abc', ['', 'b'])).toBe('abc');
  });

  it('hides the longest, and the beginning of one that was cut', () => {
    expect(withoutSecrets('Bearer sesame', ['sesame', 'Bearer sesame'])).toBe('***');
    expect(withoutSecrets('it is sesam', ['sesame'], true)).toBe('it is ***');
    expect(withoutSecrets('it is sesam', ['sesame'])).toBe('it is sesam');
  });
});
