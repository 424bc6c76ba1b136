import { describe, expect, it } from 'vitest';
import { judgeSlo } from '../../src/judge/judge-slo.ts';
import { recoveriesOf } from '../../src/judge/recovery.ts';
import { formatSlo, parseSlo } from '../../src/judge/slo.ts';
import type { Evidence, SloResult } from '../../src/judge/spec.ts';
import { stabilityOf } from '../../src/judge/stability.ts';
import { judge } from '../../src/judge/verdict.ts';
import type { Flow } from '../../src/measure/spec.ts';
import { verdictSentence } from '../../src/report/sentence.ts';
import { evidenceOf, steadyOrders } from '../support/evidence.ts';
import { recordOf } from '../support/record.ts';
import { type Queue, simulateQueue } from './simulated-queue.ts';

const CONTEXT = { parts: ['base', 'hourly'], place: 'slo' as const };
const parsed = (text: string, place: 'slo' | 'stop' = 'slo') => parseSlo(text, { ...CONTEXT, place });
const mistakeOf = (text: string, place?: 'slo' | 'stop'): string => {
  const result = parsed(text, place);
  return result.ok ? 'none' : result.mistake.message;
};

type Burst = { fromS: number; untilS: number };
/** Evidence of a simulated shop: what the judge reads of stability is the plan and the flows. */
function evidenceFrom(seed: number, queue: Queue, bursts: readonly Burst[] = [], reachedS = queue.seconds): Evidence {
  const { flows, planned } = simulateQueue(seed, queue);
  const base = evidenceOf(steadyOrders(1, 1), { slo: ['p99 < 300ms'] });
  const durationUs = queue.seconds * 1e6;
  return {
    ...base,
    durationUs,
    planned: Uint32Array.from(planned),
    phases: [
      { part: 'base', fromUs: 0, untilUs: durationUs },
      ...bursts.map(({ fromS, untilS }) => ({ part: 'hourly', fromUs: fromS * 1e6, untilUs: untilS * 1e6 })),
    ],
    timeline: { ...base.timeline, seconds: queue.seconds, flows: flows.slice(0, reachedS) },
    ending: reachedS === queue.seconds ? { kind: 'complete' } : { kind: 'stopped', text: 'x', atUs: reachedS * 1e6 },
  };
}
const judged = (text: string, evidence: Evidence): SloResult => {
  const slo = parsed(text);
  if (!slo.ok) throw new Error(slo.mistake.message);
  return judgeSlo(slo.slo, { text, place: undefined }, evidence);
};

const busy = (utilisation: number): Queue => ({
  seconds: 300,
  ratePerS: () => 49,
  mostPerS: 49,
  tills: 4,
  serviceS: (utilisation * 4) / 49,
});

describe('`backlog stable`', () => {
  it('holds for a shop that keeps up, breaks for one that does not, and says where', () => {
    expect(judged('backlog stable', evidenceFrom(1, busy(0.9)))).toMatchObject({
      status: 'pass',
      measured: 0,
      unit: 'count',
    });
    const broken = judged('backlog stable', evidenceFrom(2, busy(1.05)));
    expect(broken).toMatchObject({ status: 'fail', measured: 1, windows: { total: 1, failed: 1, undecided: 0 } });
    expect(broken.says).toMatch(
      /^the queue grew by [\d.]+\/s at 49\/s from 00:00 to 00:05: [\d,]+ orders more came than were answered$/,
    );
    expect(broken.worst).toMatchObject({ fromUs: 0, untilUs: 300e6 });
  });

  it('is not known of a run without a plateau, and open in one that ended early', () => {
    const ramp: Queue = { ...busy(0.1), seconds: 60, ratePerS: (atS) => atS * 4, mostPerS: 240 };
    expect(judged('backlog stable', evidenceFrom(3, ramp))).toMatchObject({
      status: 'inconclusive',
      measured: undefined,
    });
    expect(judged('backlog stable', evidenceFrom(4, busy(0.5), [], 200))).toMatchObject({
      status: 'inconclusive',
      measured: 0,
    });
  });
});

describe('`recovers within … after …`', () => {
  /** A flash of twice what the shop can take: what piles up in it drains at what the shop has to spare. */
  const flash = (fromS: number, untilS: number, seconds: number): Queue => ({
    seconds,
    ratePerS: (atS) => (atS >= fromS && atS < untilS ? 200 : 50),
    mostPerS: 200,
    tills: 100,
    serviceS: 1,
  });
  const text = (limit: string) => `recovers within ${limit} after hourly`;

  it('measures within 10 % what a fluid queue predicts, and holds it to the limit', () => {
    const errors = [1, 2, 3, 4, 5].map((seed) => {
      const evidence = evidenceFrom(seed, flash(120, 180, 600), [{ fromS: 120, untilS: 180 }]);
      // 60 s of 100/s too many are 6,000 orders; 50/s to spare take 120 s to drain to 50 in flight and 3σ.
      const { measured } = judged(text('150s'), evidence);
      expect(judged(text('150s'), evidence).status).toBe('pass');
      expect(judged(text('100s'), evidence)).toMatchObject({
        status: 'fail',
        windows: { total: 1, failed: 1, undecided: 0 },
      });
      return measured! / 120e6 - 1;
    });
    for (const error of errors) expect(Math.abs(error)).toBeLessThan(0.1);
  });

  it('agrees with the simulation itself', () => {
    const { flows } = simulateQueue(9, flash(120, 150, 400));
    const found = recoveriesOf(flows, [{ part: 'x', fromUs: 120e6, untilUs: 150e6 }], 400e6)[0]!.found;
    const before = flows.slice(90, 120).map((flow: Flow) => flow.inFlight);
    const mean = before.reduce((sum, value) => sum + value, 0) / before.length;
    const truth = flows.findIndex(
      (flow, second) => second > found!.mostAtS && flow.inFlight <= mean + 3 * Math.sqrt(mean),
    );
    expect(Math.abs(found!.recoveredS! - truth)).toBeLessThanOrEqual(Math.max(2, 0.1 * (truth - 150)));
  });

  it('takes no lull in the middle of a burst for its end', () => {
    const { timeline, ...evidence } = evidenceFrom(15, flash(0, 0, 200), [{ fromS: 60, untilS: 120 }]);
    // Calm from 80 on, and a queue again from 110 to 140.
    const busyAt = (second: number) => (second >= 60 && second < 80 ? 900 : second >= 110 && second < 140 ? 500 : 50);
    const flows = (untilS: number) =>
      timeline.flows.map((flow) => ({ ...flow, inFlight: flow.second < untilS ? busyAt(flow.second) : 50 }));
    const told = (untilS: number) => {
      const run = { ...evidence, timeline: { ...timeline, flows: flows(untilS) } };
      return [stabilityOf(run).recoveries[0]!.atUs, judged(text('10s'), run).measured, judged(text('10s'), run).status];
    };
    expect(told(200)).toEqual([140e6, 20e6, 'fail']);
    expect(told(110)).toEqual([80e6, 0, 'pass']);
  });

  it('of a shop that never recovers is broken once the limit is over, and open before', () => {
    const stuck: Queue = { ...flash(60, 90, 200), tills: 50, ratePerS: (atS) => (atS >= 60 && atS < 90 ? 200 : 49) };
    const broken = judged(text('60s'), evidenceFrom(6, stuck, [{ fromS: 60, untilS: 90 }]));
    expect(broken).toMatchObject({ status: 'fail' });
    expect(broken.says).toMatch(/took at least 1 m 50 s until as few orders were in flight as before$/);
    expect(judged(text('10m'), evidenceFrom(6, stuck, [{ fromS: 60, untilS: 90 }])).status).toBe('inconclusive');
  });

  it('is not known of a burst with nothing before it, nor of a part that was not on', () => {
    expect(judged(text('30s'), evidenceFrom(7, flash(0, 30, 200), [{ fromS: 0, untilS: 30 }]))).toMatchObject({
      status: 'inconclusive',
      measured: undefined,
    });
    expect(judged(text('30s'), evidenceFrom(8, flash(0, 0, 100)))).toMatchObject({
      status: 'inconclusive',
      samples: 0,
    });
  });
});

describe('the stability of a run', () => {
  const bursts = [{ fromS: 120, untilS: 180 }];
  const flash: Queue = {
    seconds: 600,
    ratePerS: (atS) => (atS >= 120 && atS < 180 ? 200 : 50),
    mostPerS: 200,
    tills: 100,
    serviceS: 1,
  };

  it('has the numbers of the SLOs, without one', () => {
    const evidence = evidenceFrom(11, flash, bursts);
    const { plateaus, recoveries } = stabilityOf(evidence);
    const { measured } = judged('recovers within 150s after hourly', evidence);
    expect(recoveries).toMatchObject([
      { part: 'hourly', fromUs: 120e6, untilUs: 180e6, status: 'recovered', tookUs: measured },
    ]);
    expect(recoveries[0]!.atUs! - 180e6).toBe(measured);
    const growing = plateaus.filter(({ backlog }) => backlog === 'growing');
    expect(judged('backlog stable', evidence).measured).toBe(growing.length);
    expect(growing).toMatchObject([{ part: 'hourly' }]);
    expect(judge(evidence).stability).toEqual({ plateaus, recoveries });
  });

  it('says what cannot be told, and why', () => {
    const early = stabilityOf(evidenceFrom(12, flash, [{ fromS: 2, untilS: 30 }, ...bursts], 184));
    expect(early.recoveries.map(({ status, says }) => [status, says])).toEqual([
      ['cannot-tell', 'less than 5 s of the run came before it to compare with'],
      ['cannot-tell', 'the run ended too soon after it to tell'],
    ]);
    const later = stabilityOf(evidenceFrom(12, flash, bursts, 240));
    expect(later.recoveries).toMatchObject([
      { status: 'not-within-the-run', tookUs: null, says: 'not within the 1 m of the run that came after it' },
    ]);
    expect(later.plateaus.at(-1)).toMatchObject({ untilUs: 240e6 });
    const hardly = stabilityOf(evidenceFrom(13, busy(0.5), [], 20));
    expect(hardly.plateaus).toMatchObject([{ backlog: 'cannot-tell', fromUs: 0, untilUs: 20e6 }]);
    expect(stabilityOf(evidenceFrom(13, busy(0.5), [], 0))).toEqual({ plateaus: [], recoveries: [] });
  });

  it('takes no emptying after the last order for a recovery', () => {
    const { evidence } = { evidence: evidenceFrom(14, { ...flash, seconds: 200 }, bursts) };
    const { flows } = evidence.timeline;
    const drained = Array.from({ length: 60 }, (_, index) => ({ ...flows.at(-1)!, second: 200 + index, inFlight: 0 }));
    const longer = { ...evidence, timeline: { ...evidence.timeline, flows: [...flows, ...drained] } };
    expect(stabilityOf(longer).recoveries).toMatchObject([{ status: 'not-within-the-run' }]);
    expect(judged('recovers within 10s after hourly', longer).status).toBe('fail');
    expect(judged('recovers within 10m after hourly', longer).status).toBe('inconclusive');
  });

  it('is a reason to read on where no SLO asks for it, and no second one where one does', () => {
    const codes = (slo: string[]) => {
      const evidence = evidenceFrom(2, busy(1.05));
      return judge({ ...evidence, slo: slo.map((text) => ({ text, place: undefined })) }).reasons.filter(
        ({ message }) => message.includes('the queue grew'),
      );
    };
    expect(codes([]).map(({ code }) => code)).toEqual(['backlog-growing']);
    expect(codes(['backlog stable']).map(({ code }) => code)).toEqual(['slo-failed']);
  });
});

describe('bursts close together', () => {
  // 10 s of 100/s too many, of which 50/s are worked off: at the second burst half of it is still there.
  const bursts = [120, 140, 160].map((fromS) => ({ fromS, untilS: fromS + 10 }));
  const queue: Queue = {
    seconds: 400,
    ratePerS: (atS) => (bursts.some(({ fromS, untilS }) => atS >= fromS && atS < untilS) ? 200 : 50),
    mostPerS: 200,
    tills: 100,
    serviceS: 1,
  };

  it('are all held against the level before the first, whose queue is no level to come back to', () => {
    const { recoveries } = stabilityOf(evidenceFrom(31, queue, [...bursts].reverse()));
    for (const { before } of recoveries) expect(before).toBeLessThan(60);
    // Of the 30 s before the second the first third was calm, and is what it is held against.
    expect(recoveries[1]!.before).not.toBe(recoveries[0]!.before);
    expect(stabilityOf(evidenceFrom(31, queue, bursts, 185)).recoveries[2]!.before).toBe(recoveries[2]!.before);
    // Of the 30 s before the third none was calm.
    expect(recoveries[2]!.before).toBe(recoveries[1]!.before);
    // 1,000 left and 1,000 more, at 50/s.
    expect(Math.abs(recoveries[2]!.tookUs! / 40e6 - 1)).toBeLessThan(0.15);
  });

  it('nor are the seconds of one that nothing was there to compare with', () => {
    const early = [
      { fromS: 2, untilS: 40 },
      { fromS: 45, untilS: 50 },
    ];
    const evidence = evidenceFrom(34, { ...queue, ratePerS: (atS) => (atS >= 2 && atS < 40 ? 200 : 50) }, early);
    const calm = evidence.timeline.flows.slice(40, 45).map(({ inFlight }) => inFlight);
    expect(stabilityOf(evidence).recoveries[1]!.before).toBe(calm.reduce((sum, count) => sum + count, 0) / 5);
  });

  it('but against what was before each where the first was got over', () => {
    const apart = [120, 200].map((fromS) => ({ fromS, untilS: fromS + 10 }));
    const [first, second] = stabilityOf(
      evidenceFrom(
        32,
        { ...queue, ratePerS: (atS) => (apart.some((each) => atS >= each.fromS && atS < each.untilS) ? 200 : 50) },
        apart,
      ),
    ).recoveries;
    expect(second!.before).not.toBe(first!.before);
    expect(Math.abs(second!.tookUs! / 20e6 - 1)).toBeLessThan(0.3);
  });

  it('and one that is part of another that goes on, against what is on with it', () => {
    const both = [
      { fromS: 60, untilS: 300 },
      { fromS: 150, untilS: 160 },
    ];
    const level: Queue = {
      ...queue,
      ratePerS: (atS) => (atS >= 150 && atS < 160 ? 200 : atS >= 60 && atS < 300 ? 80 : 40),
    };
    const [, inner] = stabilityOf(evidenceFrom(33, level, both)).recoveries;
    expect(inner!.before).toBeGreaterThan(65);
    expect(inner!.status).toBe('recovered');
  });
});

describe('the recovery of many bursts', () => {
  /** How often times of bursts and orders in flight are looked at, with a burst of a second in every `everyS`. */
  const looksAt = (bursts: number, everyS: number): number => {
    let looks = 0;
    const seen = <T extends object>(of: T): T =>
      new Proxy(of, {
        get: (target, name) => {
          looks++;
          return Reflect.get(target, name);
        },
      });
    const nothing = { fired: 0, dropped: 0, accepted: 0, rejected: 0, failed: 0, unknown: 0 };
    const flows = Array.from({ length: bursts * everyS }, (_, second) =>
      seen({ ...nothing, second, inFlight: second % everyS === 1 ? 40 : 5 }),
    );
    const phases = Array.from({ length: bursts }, (_, index) => {
      const fromUs = (index * everyS + 1) * 1e6;
      return seen({ part: 'x', fromUs, untilUs: fromUs + 1e6 });
    });
    const found = recoveriesOf(flows, phases, bursts * everyS * 1e6);
    // The level is known from the third one on; ten calm seconds are there where more than that lie in between.
    expect(found.slice(3, -1).every((each) => (each.found!.recoveredS === null) === everyS < 11)).toBe(true);
    return looks;
  };

  it.each([9, 20])('takes twice as long for twice as many, one in %d s', (everyS) => {
    expect(looksAt(600, everyS) / looksAt(300, everyS)).toBeLessThan(2.3);
  });
});

describe('recovery against what a fluid queue predicts', () => {
  // So many too many for so long, worked off by what the shop has to spare: (peak − capacity) · length ÷ (capacity − base).
  it.each([
    { peak: 200, tills: 100, lengthS: 60 },
    { peak: 150, tills: 75, lengthS: 60 },
    { peak: 300, tills: 120, lengthS: 30 },
    { peak: 120, tills: 80, lengthS: 90 },
  ])('is within 10 % at a peak of $peak/s on $tills tills for $lengthS s', ({ peak, tills, lengthS }) => {
    const [fromS, untilS] = [120, 120 + lengthS];
    const queue: Queue = {
      seconds: 600,
      ratePerS: (atS) => (atS >= fromS && atS < untilS ? peak : 50),
      mostPerS: peak,
      tills,
      serviceS: 1,
    };
    const predicted = ((peak - tills) * lengthS) / (tills - 50);
    const errors = [21, 22, 23].map((seed) => {
      const [found] = stabilityOf(evidenceFrom(seed, queue, [{ fromS, untilS }])).recoveries;
      return Math.abs(found!.tookUs! / 1e6 / predicted - 1);
    });
    for (const error of errors) expect(error).toBeLessThan(0.1);
  });
});

describe('the grammar of stability', () => {
  it.each(['backlog stable', 'recovers within 30s after hourly', 'recovers within 1m after base'])(
    'reads and writes %s',
    (text) => {
      const result = parsed(text);
      expect(result.ok && formatSlo(result.slo)).toBe(text);
    },
  );

  it.each([
    ['backlog', 'all that can be said of the backlog is `backlog stable`'],
    ['backlog < 5', 'all that can be said of the backlog is `backlog stable`'],
    ['recovers', 'a recovery is written `recovers within 30s after PART`, got `recovers`'],
    [
      'recovers within 30 after hourly',
      'a recovery is written `recovers within 30s after PART`, got `recovers within 30 after hourly`',
    ],
    ['recovers within 30s', 'a recovery is written `recovers within 30s after PART`, got `recovers within 30s`'],
    [
      'recovers within 30s after hurly',
      'no part of the traffic is called `hurly`; did you mean `hourly`?; parts: `base`, `hourly`',
    ],
    ['recovers within 30s after hourly soon', 'did not expect `soon` behind `recovers within 30s after PART`'],
    ['backlg stable', 'unknown metric'],
  ])('refuses %s', (text, message) =>
    expect(mistakeOf(text)).toContain(message === 'unknown metric' ? 'compares nothing' : message),
  );

  it('belongs under slo', () => {
    expect(mistakeOf('backlog stable', 'stop')).toBe(
      '`backlog stable` is known only after the run: it goes under `slo:`',
    );
  });
});

describe('the sentence', () => {
  it('says stability in words', () => {
    const record = recordOf(steadyOrders(20, 60), { durationUs: 60e6, slo: ['backlog stable'] });
    expect(verdictSentence(record)).toMatch(/; the SLO held, no queue grew\.$|cannot be trusted/);
  });
});
