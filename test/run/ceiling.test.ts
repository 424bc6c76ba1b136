import { describe, expect, it } from 'vitest';
import { planAt } from '../../src/commands/calibrate.ts';
import type { ProbeLevel } from '../../src/drive/autocannon.ts';
import { ceilingOf, whyNoProbe } from '../../src/run/ceiling.ts';

const level = (connections: number, perS: number, more: Partial<ProbeLevel> = {}): ProbeLevel => ({
  connections,
  answers: perS,
  statuses: { '2xx': perS },
  countedUs: 1e6,
  answersPerS: perS,
  sent: perS + connections,
  errors: 0,
  trouble: '',
  busy: 0.2,
  ...more,
});

describe('the ceiling of a closed-loop probe', () => {
  it('is the level at which most came through, and says that it is closed-loop', () => {
    const found = ceilingOf([level(4, 500), level(16, 900), level(64, 700)]);
    expect(found).toMatchObject({ isCeiling: true, sent: 504 + 916 + 764 });
    expect(found.probe).toEqual({
      closedLoopPerS: 900,
      connections: 16,
      durationUs: 1e6,
      answers: { '2xx': 900 },
      says: 'closed loop, by autocannon: 900/s came through at most, with 16 at once',
    });
    expect(found.says).toBe(found.probe!.says);
  });

  it('is none where the probe itself set the pace, and says so', () => {
    const found = ceilingOf([level(16, 27_000, { busy: 0.95 })]);
    expect(found).toMatchObject({ isCeiling: false, probe: { closedLoopPerS: 27_000 } });
    expect(found.says).toContain('the probe itself was at its limit');
  });

  it('is none where refusals came through, and says so', () => {
    const found = ceilingOf([level(16, 5_000, { statuses: { '2xx': 1_000, '4xx': 4_000 } })]);
    expect(found.isCeiling).toBe(false);
    expect(found.says).toContain('only 20 % of the answers were 2xx');
  });

  it('is none where each connection had few answers, and says so', () => {
    expect(ceilingOf([level(16, 160)]).isCeiling).toBe(true);
    const found = ceilingOf([level(16, 159)]);
    expect(found.isCeiling).toBe(false);
    expect(found.says).toContain('too few orders were allowed, or answered');
  });

  it('says why nothing was found', () => {
    expect(ceilingOf([])).toMatchObject({ probe: undefined, sent: 0, says: expect.stringContaining('orders allowed') });
    const refused = level(16, 0, { statuses: {}, sent: 16, trouble: 'connect ECONNREFUSED 127.0.0.1:1' });
    expect(ceilingOf([refused])).toMatchObject({ probe: undefined, isCeiling: false, sent: 16 });
    expect(ceilingOf([refused]).says).toContain('ECONNREFUSED');
  });
});

describe('what cannot be probed', () => {
  const url = 'http://127.0.0.1:1';
  const plan = planAt(url, 10, 1);

  it('an order of several steps, and what autocannon cannot do', () => {
    expect(whyNoProbe(plan, url)).toBeUndefined();
    const [step] = plan.order.steps;
    const journey = { ...plan, order: { ...plan.order, steps: [step!, step!] } };
    expect(whyNoProbe(journey, url)).toContain('more than one plain exchange');
    expect(whyNoProbe({ ...plan, target: { ...plan.target, http: '2' } }, url)).toContain('HTTP/2');
  });
});
