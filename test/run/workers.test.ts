import { describe, expect, it } from 'vitest';
import { chooseWorkers } from '../../src/run/workers.ts';
import { planOf } from '../support/record.ts';

describe('the driver of a run', () => {
  const speaking = (http: '1.1' | '2') => planOf({ target: { ...planOf().target, http } });

  it('is wire for HTTP/1.1, undici for HTTP/2 and a proxy, and the one that was asked for, with the reason', () => {
    const chosen = [
      chooseWorkers(speaking('1.1'), {}),
      chooseWorkers(speaking('2'), {}),
      chooseWorkers(speaking('1.1'), { driver: 'undici' }),
      chooseWorkers(speaking('1.1'), { driver: 'wire', workers: 2 }),
      chooseWorkers(planOf({ target: { ...planOf().target, proxy: 'http://127.0.0.1:3128' } }), {}),
    ];
    expect(chosen.map(({ driver, driverReason }) => [driver, driverReason])).toEqual([
      ['wire', 'HTTP/1.1'],
      ['undici', 'HTTP/2'],
      ['undici', 'as asked'],
      ['wire', 'as asked'],
      ['undici', 'a proxy'],
    ]);
  });

  it('is never one that cannot speak what the target wants', () => {
    expect(() => chooseWorkers(speaking('2'), { driver: 'wire' })).toThrow(
      /HTTP\/1\.1 straight.*asks for HTTP\/2: leave the flag out/,
    );
  });
});
