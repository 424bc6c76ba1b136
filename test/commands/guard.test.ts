import { describe, expect, it } from 'vitest';
import { isLoopback } from '../../src/commands/guard.ts';

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
