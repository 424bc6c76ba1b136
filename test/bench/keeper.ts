// What it costs an order of one exchange that a few orders of a run are kept one by one: the same desk with and without a
// keeper, in rounds that alternate within one process, nothing but the desk, the classifier and the recorder around it.

import { Recorder } from '../../src/measure/recorder.ts';
import { histogramShape } from '../../src/measure/shape.ts';
import type { Answer } from '../../src/order/answer.ts';
import { classifierOf, outcomesOf } from '../../src/order/classify.ts';
import { Keeper } from '../../src/run/keeper.ts';
import { plainDesk } from '../../src/run/plain-desk.ts';
import type { Row } from './row.ts';

const OUTCOMES = outcomesOf({ rules: [] });
const SHAPE = histogramShape(10e6);
const ORDERS = 200_000;
/** Pairs of rounds; the first ones warm up. */
const ROUNDS = 24;
const WARM = 4;
/** 1 % of the 6 µs of CPU that an order costs a worker. */
const MOST_NS = 60;

/** ns of CPU an order. */
function roundOf(keeper: Keeper | undefined, statusOf: (seq: number) => number): number {
  const recorder = new Recorder(0, OUTCOMES, SHAPE);
  let nowUs = 0;
  const orders = { outcomes: OUTCOMES, step: 'order', classify: classifierOf({ rules: [] }), soldOut: [] };
  const nothing = () => {};
  const driver = { name: 'wire' as const, fire: () => true, counters: COUNTERS, close: () => Promise.resolve() };
  const around = { driver: () => driver, changeInFlight: nothing, onTaken: nothing, onIdle: nothing };
  const desk = plainDesk(orders, { nowUs: () => nowUs, recorder, keeper, ...around });
  const attempt = { seq: 0, step: 0, dueUs: 0, firedUs: 0 };
  const answer: Answer = {
    ...{ sentUs: 0, doneUs: 0, failure: undefined, detail: '', status: 201, bodyTruncated: false },
    headers: { get: () => undefined },
    body: new Uint8Array(20),
  };
  const before = process.threadCpuUsage();
  for (let seq = 0; seq < ORDERS; seq++) {
    const dueUs = seq * 20;
    nowUs = dueUs + 5;
    desk.take(seq, dueUs);
    attempt.seq = seq;
    attempt.dueUs = dueUs;
    attempt.firedUs = nowUs;
    answer.sentUs = dueUs + 8;
    answer.doneUs = dueUs + 200 + ((Math.imul(seq, 0x9e37_79b1) >>> 0) % 5_000);
    answer.status = statusOf(seq);
    desk.onAnswer(attempt, answer);
    if (seq % 50_000 !== 49_999) continue;
    recorder.flush(dueUs);
    keeper?.drain();
  }
  const { user, system } = process.threadCpuUsage(before);
  return ((user + system) * 1e3) / ORDERS;
}

const COUNTERS = { open: 0, openMax: 0, opened: 0, waiting: 0, waitingMax: 0 };

function rowOf(name: string, statusOf: (seq: number) => number): Row {
  const more: number[] = [];
  const whole: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const without = roundOf(undefined, statusOf);
    const within = roundOf(new Keeper(OUTCOMES, 1), statusOf);
    if (round < WARM) continue;
    more.push(within - without);
    whole.push(within);
  }
  const value = median(more);
  const note = `more an order, of ${median(whole).toFixed(0)} ns in the desk; ≤ ${MOST_NS} ns`;
  return { name, value, unit: 'ns', note, ok: value <= MOST_NS };
}

export function keeperRows(): Row[] {
  return [
    rowOf('keeping single orders, all accepted', () => 201),
    rowOf('the same, 1 % unknown', (seq) => (seq % 100 === 0 ? 500 : 201)),
    rowOf('the same, all unknown', () => 500),
  ];
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
