import { describe, expect, it } from 'vitest';
import { isSecretAt, isSecretName, mayHoldSecret } from '../src/secrets.ts';

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
