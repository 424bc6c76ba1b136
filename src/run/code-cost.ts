// What one order that code makes costs the generator beside its requests: the function itself, its promises, the copies of its
// answers. One order is sent to the shop; its answers are then given to many more, in this thread and without a socket, as
// fast as it can, and the CPU they take is counted. So the function runs as it will, and the shop notices one order.

import type { Attempt, Driver, DriverCounters } from '../drive/driver.ts';
import { DRIVERS } from '../drive/drivers.ts';
import type { CodeCost } from '../judge/calibration.ts';
import { Recorder } from '../measure/recorder.ts';
import { histogramShape } from '../measure/shape.ts';
import type { Answer } from '../order/answer.ts';
import type { JourneyCode } from '../order/code.ts';
import { jarsFor } from '../order/cookie-jars.ts';
import { compileJourney, type Journey } from '../order/journey.ts';
import type { OrderSpec } from '../order/spec.ts';
import { compileOrder } from '../order/template.ts';
import { OUTCOME_CLASSES, type OutcomeClass } from '../outcomes.ts';
import type { Plan } from '../profile/plan.ts';
import { Agenda } from './agenda.ts';
import { monotonicUs } from './clock.ts';
import { CodeDesk, pausesOf } from './code-desk.ts';
import type { CodeOrder } from './code-order.ts';
import { importJourneyModule } from './journey-module.ts';
import { driverOptionsOf, orderFor } from './shares.ts';
import { chooseWorkers } from './workers.ts';

/** In flight together: what waits behind one another is seldom more. */
const TOGETHER = 32;
/** By the first it is compiled. Each ends after so long as well, µs of real time, if it has some orders by then. */
const ORDERS = { warm: 3_000, measured: 12_000 };
const LONGEST_US = { warm: 1e6, measured: 3e6 };
const LEAST_ORDERS = 200;
/** A function that asks for nothing and does not return for so long awaits something that is not the shop. */
const STUCK_US = 2e6;
const FLUSH_ORDERS = 2_000;

/** `url`: of the target; `setup`: what the setup took from its answers. */
export type CodeRun = { url: string; runId: string; setup: Record<string, string> };

/** `trouble`: why nothing can be said; '' when there is a cost. */
export type CodeMeasured = { cost: CodeCost | undefined; outcome: OutcomeClass; trouble: string };

/** Sends one order of the plan. Only for plans whose orders code makes. `orders`: that are made up behind it. */
export async function measureCode(plan: Plan, run: CodeRun, orders = ORDERS): Promise<CodeMeasured> {
  const order = orderFor(plan, run);
  const made = { order, journey: compileJourney(order), url: run.url, timeoutUs: plan.target.timeoutUs };
  const first = await sendOne(plan, made);
  const nothing = { cost: undefined, outcome: first.outcome };
  if (first.thrown !== '') return { ...nothing, trouble: `the code threw ${first.thrown}` };
  if (first.answers.size === 0) return { ...nothing, trouble: 'its first order asked the shop for nothing' };
  const replayed = await replay(made, first.answers, orders);
  return { outcome: first.outcome, ...replayed };
}

type Made = { order: OrderSpec; journey: Journey; url: string; timeoutUs: number };
type Open = { desk: CodeDesk; agenda: Agenda<CodeOrder | undefined>; recorder: Recorder; ended: () => number };

/** A desk of its own, over any driver and clock. `patienceUs`: Infinity where the clock is not the real one. */
function openDesk(
  { order, journey, url, timeoutUs }: Made,
  seams: { nowUs: () => number; driver: () => Driver; patienceUs: number; onEnded?: () => void },
): Open {
  const agenda = new Agenda<CodeOrder | undefined>();
  const recorder = new Recorder(0, journey.outcomes, histogramShape(timeoutUs), journey.steps.length);
  let ended = 0;
  const code = importJourneyModule(order.journey!.url) as JourneyCode;
  const desk = new CodeDesk(
    { code, journey, order },
    {
      ...seams,
      recorder,
      agenda,
      soldOut: [],
      jars: jarsFor(order, { url, workers: 1 }),
      unixMs: Date.now,
      changeInFlight: (_atUs, by) => {
        if (by > 0) return;
        ended++;
        seams.onEnded?.();
      },
      onTaken: () => {},
      onIdle: () => {},
      wake: () => {},
    },
  );
  return { desk, agenda, recorder, ended: () => ended };
}

type First = { answers: ReadonlyMap<number, Answer>; outcome: OutcomeClass; thrown: string };

/** One order, really sent, and the last answer to each of its steps. */
async function sendOne(plan: Plan, made: Made): Promise<First> {
  const { order, url } = made;
  const answers = new Map<number, Answer>();
  const startUs = monotonicUs();
  const nowUs = (): number => monotonicUs() - startUs;
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  let open: Open | undefined;
  const driver = DRIVERS[chooseWorkers(plan, {}).driver](driverOptionsOf(plan.target, url, 1), {
    templates: compileOrder(order),
    nowUs,
    onAnswer: (attempt, answer) => {
      if (answer.failure === undefined) answers.set(attempt.step, copyOf(answer));
      open!.desk.onAnswer(attempt, answer);
    },
  });
  await driver.ready?.();
  open = openDesk(made, { nowUs, driver: () => driver, patienceUs: made.timeoutUs, onEnded: resolve });
  const pauses = pausesOf(open.agenda, open.desk);
  const clock = setInterval(() => {
    while (pauses.nextUs <= nowUs()) pauses.fire();
  }, 1);
  try {
    open.desk.take(0, nowUs());
    await ended;
  } finally {
    clearInterval(clock);
    await driver.close();
  }
  const thrown = open.desk.thrown[0]?.says ?? '';
  return { answers, outcome: classOf(open.recorder), thrown };
}

function classOf({ counts }: Recorder): OutcomeClass {
  return OUTCOME_CLASSES.find((name) => counts[name] > 0) ?? 'unknown';
}

function copyOf(answer: Answer): Answer {
  const headers = answer.headers.kept?.() ?? answer.headers;
  return { ...answer, headers, body: new Uint8Array(answer.body) };
}

/** On a clock that runs only when everything waits for a pause, so that pauses take no time. */
async function replay(
  made: Made,
  answers: ReadonlyMap<number, Answer>,
  most: typeof ORDERS,
): Promise<Omit<CodeMeasured, 'outcome'>> {
  let clockUs = 0;
  let requests = 0;
  const out: Attempt[] = [];
  const counters: DriverCounters = { open: 0, openMax: 0, opened: 0, waiting: 0, waitingMax: 0 };
  const driver: Driver = {
    name: 'wire',
    counters,
    fire: (attempt) => out.push(attempt) > 0,
    close: async () => {},
  };
  const open = openDesk(made, { nowUs: () => clockUs, driver: () => driver, patienceUs: Number.POSITIVE_INFINITY });
  const { desk, agenda, recorder, ended } = open;
  const pauses = pausesOf(agenda, desk);
  const startUs = monotonicUs();
  let [movedUs, seq, flushed] = [startUs, 1, 0];
  let from: { cpu: number; ended: number; requests: number; atUs: number } | undefined;
  for (;;) {
    const atUs = monotonicUs();
    const isWarm = ended() >= most.warm || atUs - startUs > LONGEST_US.warm;
    if (isWarm) from ??= { cpu: cpuUs(), ended: ended(), requests, atUs };
    if (from && (ended() - from.ended >= most.measured || atUs - from.atUs > LONGEST_US.measured)) break;
    const before = ended() + requests;
    while (desk.busy < TOGETHER) desk.take(seq++, clockUs);
    for (const attempt of out.splice(0)) {
      const answer = answers.get(attempt.step);
      if (answer === undefined) return { cost: undefined, trouble: nothingLike(made, attempt.step) };
      requests++;
      clockUs++;
      desk.onAnswer(attempt, { ...answer, sentUs: clockUs, doneUs: clockUs });
    }
    // Functions go on before the next turn.
    await new Promise(setImmediate);
    if (out.length === 0 && Number.isFinite(pauses.nextUs)) {
      clockUs = Math.max(clockUs, pauses.nextUs);
      pauses.fire();
    }
    if (ended() + requests > before) movedUs = atUs;
    else if (atUs - movedUs > STUCK_US)
      return { cost: undefined, trouble: 'its code awaits something that is not the shop' };
    if (ended() - flushed >= FLUSH_ORDERS) {
      recorder.flush(clockUs);
      flushed = ended();
    }
  }
  const orders = ended() - from.ended;
  if (orders < LEAST_ORDERS) return { cost: undefined, trouble: `only ${orders} orders came to an end in 3 s` };
  const thrown = desk.thrown[0];
  if (thrown) return { cost: undefined, trouble: `given the same answers again, the code threw ${thrown.says}` };
  const cost = { cpuUs: (cpuUs() - from.cpu) / orders, requests: (requests - from.requests) / orders };
  return { cost: { ...cost, atMs: Date.now() }, trouble: '' };
}

function nothingLike({ journey }: Made, step: number): string {
  return `its first order did not ask for \`${journey.steps[step]!.name}\`, and others do`;
}

/** Of this thread. */
function cpuUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
