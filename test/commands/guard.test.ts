import { describe, expect, it } from 'vitest';
import { guardHost, isLoopback } from '../../src/commands/guard.ts';
import { planOf } from '../support/record.ts';

describe('a host that is not this machine', () => {
  const plan = (url: string, proxy: string, allow: string[] = []) =>
    planOf({ target: { ...planOf().target, url, shown: url, proxy, allow } });

  it('is one behind a proxy here, and a proxy elsewhere', async () => {
    const [here, there] = ['http://127.0.0.1:80', 'http://shop.example'];
    await expect(guardHost(plan(there, here), 1, {}, undefined)).rejects.toThrow(/allow: \[shop\.example\]/);
    await expect(guardHost(plan(here, 'http://proxy.example:3128'), 1, {}, undefined)).rejects.toThrow(
      /through the proxy http:\/\/proxy\.example:3128 .*allow: \[proxy\.example\]/,
    );
    await guardHost(plan(there, 'http://proxy.example:3128', ['shop.example', 'proxy.example']), 1, {}, undefined);
    await guardHost(plan(here, here), 1, {}, undefined);
  });
});

describe('what counts as this machine', () => {
  it.each([
    'http://localhost',
    'http://shop.localhost:8080',
    'http://127.0.0.1',
    'http://127.255.255.254',
    'http://127.1',
    'http://0x7f000001',
    'http://[::1]',
    'http://[::ffff:127.0.0.1]',
    'http://[0:0:0:0:0:0:0:1]',
  ])('%s does', (url) => {
    expect(isLoopback(new URL(url).hostname)).toBe(true);
  });

  it.each([
    'http://shop.example',
    'http://localhost.example',
    'http://notlocalhost',
    'http://127.0.0.1.example',
    'http://10.0.0.1',
    'http://0.0.0.0',
    'http://126.255.255.255',
    'http://128.0.0.1',
    'http://[::ffff:7.240.0.1]',
    'http://[::ffff:128.0.0.1]',
    'http://[::ffff:7f]',
    'http://[::2]',
    'http://[::]',
  ])('%s does not', (url) => {
    expect(isLoopback(new URL(url).hostname)).toBe(false);
  });
});
