import { describe, expect, it } from 'vitest';
import { chooseWorkers } from '../../src/run/workers.ts';
import { planOf } from '../support/record.ts';

describe('the driver of a run', () => {
  const speaking = (http: '1.1' | '2') => planOf({ target: { ...planOf().target, http } });

  it('is wire for HTTP/1.1, undici for HTTP/2, and the one that was asked for, with the reason', () => {
    const chosen = [
      chooseWorkers(speaking('1.1'), {}),
      chooseWorkers(speaking('2'), {}),
      chooseWorkers(speaking('1.1'), { driver: 'undici' }),
      chooseWorkers(speaking('1.1'), { driver: 'wire', workers: 2 }),
    ];
    expect(chosen.map(({ driver, driverReason }) => [driver, driverReason])).toEqual([
      ['wire', 'HTTP/1.1'],
      ['undici', 'HTTP/2'],
      ['undici', 'as asked'],
      ['wire', 'as asked'],
    ]);
  });

  it('is never one that cannot speak what the target wants', () => {
    expect(() => chooseWorkers(speaking('2'), { driver: 'wire' })).toThrow(/HTTP\/1\.1 only.*leave the flag out/);
  });
});
