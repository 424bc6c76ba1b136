// The runs whose reports the golden files show: one of each verdict, small, and made of plain orders. The gates are
// written out here, so that the files change when the reports do and not whenever the judge words a check anew.

import type { Gate } from '../../src/judge/spec.ts';
import { exitCodeOf, verdictOf } from '../../src/judge/verdict.ts';
import type { RunRecord } from '../../src/report/record.ts';
import type { Order } from '../support/evidence.ts';
import { steadyOrders } from '../support/evidence.ts';
import type { RecordOptions } from '../support/record.ts';
import { recordOf } from '../support/record.ts';

/** Service times with a tail, spread by a fixed multiplicative hash: 8 ms … about 60 ms. */
const serviceUs = (index: number): number => {
  const u = ((index * 2_654_435_761) % 4_294_967_296) / 4_294_967_296;
  return Math.round(8_000 - 9_000 * Math.log(1 - u * 0.997));
};

const answered = (dueUs: number, index: number): Partial<Order> => {
  const firedUs = dueUs + 120 + (index % 7) * 15;
  const sentUs = firedUs + 40;
  const ends = index % 997 === 3 ? 'rejected' : 'accepted';
  return { firedUs, sentUs, doneUs: sentUs + serviceUs(index), ends };
};

const SLO = ['p99 < 300ms', 'p99 < 300ms in every 1m', 'p99 < 800ms during hourly', 'errors < 0.1%'];
const PHASES = (durationUs: number) => [
  { part: 'base', fromUs: 0, untilUs: durationUs },
  { part: 'hourly', fromUs: 120e6, untilUs: 190e6 },
];
const FOR_S = 240;

const ok = (name: string): Gate => ({
  name,
  status: 'ok',
  measured: 'none',
  limit: 'none',
  touched: undefined,
  advice: '',
});
const FIT = ['dropped', 'identities', 'pace', 'lateness', 'lost workers', 'sockets'].map(ok);

/** Made once for all tests of a file, which leave it as it is; `fresh` makes another. */
export function once(fresh: () => RunRecord): (() => RunRecord) & { fresh: () => RunRecord } {
  let made: RunRecord | undefined;
  const get = () => {
    made ??= fresh();
    return made;
  };
  return Object.assign(get, { fresh });
}

const run = (orders: Order[], options: RecordOptions = {}, gates: Gate[] = FIT): RunRecord => {
  const record = recordOf(orders, { slo: SLO, durationUs: FOR_S * 1e6, phases: PHASES(FOR_S * 1e6), ...options });
  const { ending } = record.evidence;
  const verdict = verdictOf(record.judgement.slo, gates, ending);
  return { ...record, judgement: { ...record.judgement, gates, verdict, exitCode: exitCodeOf(verdict, ending) } };
};

export const passing = once(() => run(steadyOrders(50, FOR_S, answered)));

/** The shop slows down during the flash, and gives up on a few. */
export const failing = once(() =>
  run(
    steadyOrders(50, FOR_S, (dueUs, index) => {
      const order = answered(dueUs, index);
      if (dueUs < 120e6 || dueUs > 132e6) return order;
      const ends = index % 50 === 0 ? 'unknown' : index % 120 === 1 ? 'failed' : 'accepted';
      return { ...order, doneUs: order.doneUs! + 380_000, ends, ...(ends === 'failed' ? { sentUs: null } : {}) };
    }),
    { slo: [...SLO, 'oversold == 0', 'accepted >= 99% of plan in every 1m'] },
  ),
);

/** Too few orders for a p99, and Ctrl-C on top. */
export const interrupted = once(() =>
  run(
    steadyOrders(2, 60, (dueUs, index) => (dueUs < 31.4e6 ? answered(dueUs, index) : { fate: 'unreached' })),
    {
      durationUs: 60e6,
      phases: [{ part: 'base', fromUs: 0, untilUs: 60e6 }],
      slo: ['p99 < 300ms', 'errors < 0.1%'],
      ending: { kind: 'interrupted', signal: 'SIGINT', atUs: 31.4e6 },
    },
  ),
);

const UNFIT: Gate[] = [
  {
    name: 'dropped',
    status: 'void',
    measured: '30 orders found the queue full',
    limit: 'none',
    touched: 0.0025,
    advice: 'raise `target.connections` or `target.queue`: shoppers that were never sent cannot be judged',
  },
  {
    name: 'pace',
    status: 'void',
    measured: '48 of 240 seconds off plan, at worst 45 for 50 in second 0',
    limit: '1 + 1 % a second; void in more than 5 % of the seconds',
    touched: 0.2,
    advice: 'use more workers, or a machine with less else to do',
  },
  {
    name: 'lateness',
    status: 'void',
    measured: 'p99 70 ms, p99.9 70 ms',
    limit: 'p99 ≤ 6 ms, p99.9 ≤ 30 ms',
    touched: 0.2,
    advice: 'use more workers, a machine with less else to do, or a lower rate',
  },
  ...FIT.slice(4),
];

/** A generator that stalls and drops. */
export const unfit = once(() =>
  run(
    steadyOrders(50, FOR_S, (dueUs, index) => {
      if (index % 400 === 7) return { fate: 'dropped' };
      const late = dueUs % 10e6 < 2e6 ? 70_000 : 100;
      return { firedUs: dueUs + late, sentUs: dueUs + late + 30, doneUs: dueUs + late + serviceUs(index) };
    }),
    {
      plan: {
        adjustments: [
          {
            flag: 'condense',
            value: '4m',
            says: '12 h were condensed to 4 m; rates and bursts are as planned',
            cannotShow: 'what takes hours to appear: leaks, expiring sessions, log rotation',
          },
        ],
      },
    },
    UNFIT,
  ),
);

/**
 * A shop that answers 80 orders a second, one after the other: a burst of 100/s piles up, and is worked off. In the last
 * minute and a half it answers 49 of the 50 that come, and nobody asked for anything but few errors.
 */
export const crowded = once(() => {
  let freeUs = 0;
  const queued = (dueUs: number): Partial<Order> => {
    const tookUs = 1e6 / (dueUs < 150e6 ? 80 : 48.5);
    freeUs = Math.max(freeUs, dueUs + 100) + tookUs;
    return { firedUs: dueUs + 100, sentUs: dueUs + 140, doneUs: Math.round(freeUs + 20_000) };
  };
  const orders = [
    ...steadyOrders(50, 60, queued),
    ...steadyOrders(100, 30, queued, 60),
    ...steadyOrders(50, 150, queued, 90),
  ];
  const phases = [
    { part: 'base', fromUs: 0, untilUs: FOR_S * 1e6 },
    { part: 'hourly', fromUs: 60e6, untilUs: 90e6 },
  ];
  return run(orders, { slo: ['errors < 0.1%'], phases });
});
