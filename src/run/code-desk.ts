// The desk of orders that code makes: it calls the journey's function when an order is due, sends what it asks for, and
// books what it returns. An order has one request out at a time, so that its times add up: what the function itself takes
// between an answer and its next request is our doing, and counts as lateness of that request.

import type { Attempt } from '../drive/driver.ts';
import { responseUsOf } from '../measure/kept.ts';
import type { Answer } from '../order/answer.ts';
import { type AnswerFieldsOf, type AnswerValues, answerFieldsOf } from '../order/answer-fields.ts';
import { type JourneyCode, type JourneyOrder, NoAnswer } from '../order/code.ts';
import { codeRequest } from '../order/code-request.ts';
import type { Jars } from '../order/cookie-jars.ts';
import type { CodeEnds, Journey } from '../order/journey.ts';
import { orderViewOf } from '../order/order-view.ts';
import type { OrderSpec, Request } from '../order/spec.ts';
import { OUTCOME_CLASSES, type OutcomeClass } from '../outcomes.ts';
import { didYouMean } from '../suggest.ts';
import type { Agenda } from './agenda.ts';
import { type CodeCounter, CodeOrder, CodeTry, End, heardOf, Reply, type Settled, Shop } from './code-order.ts';
import type { Desk, DeskSeams, Thrown } from './desk.ts';
import { notSent } from './not-sent.ts';
import type { Later } from './pacer.ts';
import { pathThrough } from './purchase.ts';
import { ThrownErrors } from './thrown.ts';
import { withoutQuery } from './try-path.ts';

const UNKNOWN = OUTCOME_CLASSES.indexOf('unknown');
/** How often it is looked for functions that do not come back. */
const WATCH_US = 1e6;

export type CodeSeams = DeskSeams & {
  /** Pauses, by when they end; undefined: the look-out for functions that do not come back. */
  agenda: Agenda<CodeOrder | undefined>;
  wake: () => void;
  /** Names of outcomes that say there was none left. */
  soldOut: readonly string[];
  /** A function that neither asks nor returns for so long is given up, µs. */
  patienceUs: number;
  /** Texts that no error may show; left out: what the setup took. */
  secrets?: readonly string[] | undefined;
  /** The cookies of buyers; left out: none are kept. */
  jars?: Jars | undefined;
  /** Unix time, for the dates of cookies. */
  unixMs?: () => number;
};

export class CodeDesk implements Desk {
  readonly #code: JourneyCode;
  readonly #journey: Journey;
  readonly #ends: CodeEnds;
  readonly #seams: CodeSeams;
  readonly #base: string;
  readonly #stepAt: ReadonlyMap<string, number>;
  readonly #fieldsOf: AnswerFieldsOf;
  readonly #viewOf: (seq: number) => JourneyOrder;
  readonly #counter: CodeCounter;
  readonly #active = new Set<CodeOrder>();
  readonly #thrown: ThrownErrors;
  #starting: CodeOrder | undefined = undefined;
  #watches = false;
  #givenUp = false;
  refused = 0;

  constructor({ code, journey, order }: { code: JourneyCode; journey: Journey; order: OrderSpec }, seams: CodeSeams) {
    this.#code = code;
    this.#journey = journey;
    this.#ends = journey.code!;
    this.#seams = seams;
    this.#base = order.journey?.base ?? '';
    this.#stepAt = new Map(journey.steps.map(({ name }, index) => [name, index]));
    this.#fieldsOf = answerFieldsOf(order.answer);
    this.#viewOf = orderViewOf(order);
    this.#thrown = new ThrownErrors(order.journey?.url ?? '', seams.secrets ?? Object.values(order.setup ?? {}));
    this.#counter = {
      ask: (asker, step, made) => handed(() => this.#ask(asker, step, made)),
      pause: (pauser, ms) => handed(() => this.#pause(pauser, ms)),
      accepted: this.#ends.accepted,
      named: this.#ends.named,
    };
  }

  get busy(): number {
    return this.#active.size;
  }

  #unixMs(): number {
    return this.#seams.unixMs?.() ?? 0;
  }

  /** The most frequent first. */
  get thrown(): Thrown[] {
    return this.#thrown.list;
  }

  take(seq: number, dueUs: number): void {
    const { nowUs, recorder, ledger } = this.#seams;
    const order = new CodeOrder(seq, dueUs, nowUs());
    order.jar = this.#seams.jars?.of(seq);
    this.#starting = order;
    const settling = begun(() => this.#code.order(this.#viewOf(seq), new Shop(order, this.#counter)));
    this.#starting = undefined;
    if (!Number.isNaN(order.droppedUs)) {
      order.isOver = true;
      settling.catch(ignore);
      recorder.dropped(dueUs, order.droppedUs);
      return;
    }
    if (Number.isNaN(order.enteredUs)) order.enteredUs = nowUs();
    this.#active.add(order);
    this.#seams.changeInFlight(order.enteredUs, 1);
    recorder.fired(dueUs, order.enteredUs);
    ledger?.mark(seq, UNKNOWN);
    if (order.out) this.#seams.onTaken();
    this.#watch();
    settling.then(
      (returned) => this.#onSettled(order, { returned }),
      (error: unknown) => this.#onSettled(order, { error }),
    );
  }

  onAnswer(attempt: Attempt, answer: Answer): void {
    const one = attempt as CodeTry;
    const { order, step } = one;
    if (!Number.isNaN(answer.sentUs)) {
      const serviceUs = Math.floor(answer.doneUs) - Math.floor(answer.sentUs);
      this.#seams.recorder.step(order.dueUs, step, serviceUs);
    }
    order.jar?.take(answer.headers, () => withoutQuery(one.request.path), this.#unixMs());
    this.#onReply(one, answer);
  }

  giveUp(): void {
    this.#givenUp = true;
    this.#seams.agenda.clear();
    // What is out the driver reports; everything else ends here, whatever its function does.
    for (const order of [...this.#active]) if (!order.out) this.#giveUpOn(order);
  }

  /** What the agenda says is due now. */
  wakeUp(order: CodeOrder | undefined): void {
    if (order === undefined) {
      this.#watches = false;
      this.#giveUpOnStuck();
      this.#watch();
      return;
    }
    const { pause } = order;
    order.pause = undefined;
    order.movedUs = this.#seams.nowUs();
    pause?.resolve();
  }

  // ── what a function asks for ─────────────────────────────────────────────────────────────────────────────────────

  #ask(order: CodeOrder, step: string, made: Parameters<CodeCounter['ask']>[2]): Promise<Reply> {
    const { nowUs, driver } = this.#seams;
    this.#refuseTwoAtOnce(order, `\`${step}\` was asked for`);
    const at = this.#stepAt.get(step);
    if (at === undefined) {
      const steps = [...this.#stepAt.keys()];
      const known = didYouMean(String(step), steps) || `; steps: ${steps.map((name) => `\`${name}\``).join(', ')}`;
      throw new TypeError(`\`${step}\` is none of the journey's \`steps\`${known}`);
    }
    const { path, given } = made;
    const cookie = order.jar?.headerFor(() => withoutQuery(this.#base + path), this.#unixMs());
    const one = new CodeTry(order, at, codeRequest({ ...made, base: this.#base, cookie }, given));
    one.cookie = cookie;
    const firedUs = nowUs();
    one.firedUs = firedUs;
    one.latenessUs = Math.max(0, Math.floor(firedUs) - Math.floor(one.dueUs));
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    order.out = { resolve, reject, step };
    order.movedUs = firedUs;
    if (driver().fire(one)) {
      if (Number.isNaN(order.enteredUs)) order.enteredUs = firedUs;
    } else if (order === this.#starting) {
      order.droppedUs = firedUs;
      reject(new Error('the driver had no room for this order'));
    } else {
      this.refused++;
      const unsent = notSent(firedUs);
      // Not within the function's own call: it is to find out as it does of every other answer.
      queueMicrotask(() => this.#onReply(one, unsent));
    }
    return promise;
  }

  #pause(order: CodeOrder, ms: number): Promise<void> {
    this.#refuseTwoAtOnce(order, 'a pause was asked for');
    if (!(Number.isFinite(ms) && ms >= 0)) {
      throw new TypeError(`Expected \`ms\` of \`shop.pause\` to be a number >= 0, got \`${ms}\``);
    }
    order.pauseUs += Math.round(ms * 1e3);
    const untilUs = order.path.atUs + order.pauseUs;
    order.movedUs = this.#seams.nowUs();
    if (untilUs <= order.movedUs) return Promise.resolve();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    order.pause = { resolve, reject };
    this.#seams.agenda.put(untilUs, order);
    this.#seams.wake();
    return promise;
  }

  #refuseTwoAtOnce(order: CodeOrder, what: string): void {
    if (order.isOver || order.settled) throw new Error(`${what} after the order had ended`);
    const meanwhile = order.out ? `\`${order.out.step}\` was not answered yet` : 'a pause was not over yet';
    if (order.out || order.pause) {
      throw new Error(`${what} while ${meanwhile}: an order has one request at a time, \`await\` each`);
    }
  }

  // ── answers and ends ─────────────────────────────────────────────────────────────────────────────────────────────

  #onReply(one: CodeTry, answer: Answer): void {
    const { order, step, firedUs } = one;
    const { name, classify } = this.#journey.steps[step]!;
    const outcome = classify(answer);
    const { status, sentUs, doneUs, failure } = answer;
    const out = order.out!;
    order.out = undefined;
    order.path = pathThrough(order.path, one, answer);
    order.movedUs = doneUs;
    const { thinkUs, latenessUs } = one;
    const times = { firedUs, doneUs, sentUs, thinkUs, latenessUs };
    order.deeds.push({ step: name, why: 'first', ...times, status, outcome: this.#nameOf(outcome) });
    const reply = failure === undefined ? new Reply(answer, step, outcome) : undefined;
    order.heard = { one, outcome, answer: heardOf(answer, reply) };
    if (step === this.#journey.placedBy) this.#onPlacing(order, { answer, outcome, reply });
    if (reply) out.resolve(reply);
    else {
      const error = new NoAnswer(name, failure!, answer.detail);
      order.lost = { error, step, outcome };
      out.reject(error);
    }
    // Its function had ended before, or nobody waits for what it would do: there is no more to come.
    if (order.settled) this.#conclude(order, order.settled);
    else if (this.#givenUp) this.#giveUpOn(order);
  }

  #onPlacing(order: CodeOrder, said: { answer: Answer; outcome: number; reply: Reply | undefined }): void {
    const { answer, outcome, reply } = said;
    const { ledger } = this.#seams;
    if (ledger) ledger.answers.attempts++;
    order.placed++;
    if (!Number.isNaN(answer.sentUs)) order.sent++;
    if (reply) order.answered++;
    order.lastSentUs = answer.sentUs;
    order.lastReply = reply;
    order.lastOutcome = outcome;
    if (!reply && order.openOutcome < 0 && this.#classOf(outcome) === 'unknown') order.openOutcome = outcome;
  }

  #onSettled(order: CodeOrder, settled: Settled): void {
    if (order.isOver) return;
    if (!order.out && !order.pause) {
      this.#conclude(order, settled);
      return;
    }
    // It went away from something it had asked for.
    const left = order.out ? `\`${order.out.step}\` was not answered yet` : 'a pause was not over yet';
    const error = 'error' in settled ? settled.error : new Error(`it returned while ${left}: \`await\` each request`);
    order.settled = { error };
    order.pause = undefined;
    if (!order.out) this.#conclude(order, order.settled);
  }

  #conclude(order: CodeOrder, settled: Settled): void {
    if ('error' in settled) this.#endThrown(order, settled.error);
    else if (settled.returned === undefined) this.#endByAnswer(order);
    else if (settled.returned instanceof End) this.#endAs(order, settled.returned);
    else {
      const ways = '`shop.accepted(…)`, `shop.ended(name)`, `shop.as(reply)` or nothing';
      this.#endThrown(order, new TypeError(`it returned a ${typeof settled.returned}: return ${ways}`));
    }
  }

  /** What the last answer of the placing step means; nobody asked for it: the order was passed over. */
  #endByAnswer(order: CodeOrder): void {
    if (order.placed === 0) this.#end(order, this.#journey.skipped);
    else this.#end(order, order.lastOutcome, order.lastReply && this.#valuesOf(order.lastReply));
  }

  #endAs(order: CodeOrder, { outcome, values, reply }: End): void {
    const { placedBy, steps } = this.#journey;
    const placing = steps[placedBy]!.name;
    const isAccepted = this.#classOf(outcome) === 'accepted';
    if (reply && reply.step !== placedBy && isAccepted) {
      const { name } = steps[reply.step]!;
      this.#endThrown(
        order,
        new Error(`\`shop.as\`: the answer to \`${name}\` lets the order go on, it does not end it`),
      );
    } else if (isAccepted && order.answered === 0) {
      this.#endThrown(
        order,
        new Error(`\`shop.accepted\`, and \`${placing}\`, which places the order, was not answered`),
      );
    } else this.#end(order, outcome, values ?? (reply && isAccepted ? this.#valuesOf(reply) : undefined));
  }

  #endThrown(order: CodeOrder, error: unknown): void {
    const { lost } = order;
    const { placedBy } = this.#journey;
    if (lost && error === lost.error && (lost.step === placedBy || (lost.step < placedBy && order.sent === 0))) {
      this.#end(order, lost.outcome);
      return;
    }
    this.#thrown.add(error, order.seq);
    this.#end(order, order.sent > 0 ? this.#ends.threwAfter : this.#ends.threw);
  }

  /** The run stops. */
  #giveUpOn(order: CodeOrder): void {
    const { placedBy, steps } = this.#journey;
    const sentUs = order.sent > 0 ? 0 : Number.NaN;
    const abandoned = steps[placedBy]!.classify({ ...notSent(order.path.atUs), sentUs });
    this.#end(order, abandoned);
    order.pause?.reject(new NoAnswer('pause', 'abandoned', ''));
    order.pause = undefined;
  }

  /** An order that is over, whatever its function still does. */
  #end(order: CodeOrder, said: number, values?: AnswerValues): void {
    const { recorder, changeInFlight, onIdle } = this.#seams;
    order.isOver = true;
    const isNo = this.#classOf(said) === 'rejected' || this.#classOf(said) === 'failed';
    // Whatever came later: of one that was sent and not answered nobody can say that it was not placed.
    const outcome = isNo && order.openOutcome >= 0 ? order.openOutcome : said;
    if (order.deeds.length === 0) this.#passBy(order);
    const { path } = order;
    const { waitUs, serviceUs, thinkUs } = path;
    recorder.ended(path, outcome);
    this.#keepOrder(order, outcome);
    changeInFlight(order.enteredUs + waitUs + (serviceUs || 0) + thinkUs, -1);
    this.#book(order, outcome, this.#classOf(outcome) === 'accepted' ? values : undefined);
    this.#active.delete(order);
    if (this.#active.size === 0) onIdle();
  }

  #keepOrder({ seq, path, deeds, heard }: CodeOrder, outcome: number): void {
    const { keeper } = this.#seams;
    if (!keeper) return;
    const { accepted, threw, threwAfter, named } = this.#ends;
    if (keeper.wants(seq, responseUsOf(path), outcome)) {
      const trace = heard && headerOf(heard.one.request, 'traceparent');
      keeper.keepJourney({ seq, path, deeds }, outcome, { detail: heard?.answer.detail ?? '', trace });
    }
    // What the code itself says, it says after the last answer it got.
    const isOwn =
      outcome === accepted || outcome === threw || outcome === threwAfter || [...named.values()].includes(outcome);
    if (heard && (isOwn || heard.outcome === outcome) && keeper.wantsAnswer(outcome)) {
      keeper.keepAnswer(outcome, heard.answer, heard.one);
    }
  }

  /** Of an order that asked for nothing: its pauses, and our own time. */
  #passBy(order: CodeOrder): void {
    const atUs = Math.max(order.path.atUs, Math.floor(this.#seams.nowUs()));
    const tookUs = atUs - order.path.atUs;
    const thinkUs = Math.min(order.pauseUs, tookUs);
    order.path = { ...order.path, atUs, thinkUs, latenessUs: tookUs - thinkUs };
  }

  // ── the books ────────────────────────────────────────────────────────────────────────────────────────────────────

  #book(order: CodeOrder, outcome: number, values: AnswerValues | undefined): void {
    const { ledger, soldOut } = this.#seams;
    if (!ledger) return;
    const { seq, dueUs, deeds, placed, answered } = order;
    const outcomeClass = this.#classOf(outcome);
    const classIndex = OUTCOME_CLASSES.indexOf(outcomeClass);
    ledger.mark(seq, classIndex);
    if (values?.id !== undefined) ledger.keepId(seq, values.id);
    if (values?.total !== undefined) ledger.keepTotal(seq, values.total);
    if (outcomeClass === 'rejected') {
      if (soldOut.includes(this.#nameOf(outcome))) ledger.soldOut(seq, order.lastSentUs);
      else ledger.refused(seq, order.path.atUs);
    } else if (outcomeClass === 'failed' && answered > 0) ledger.refused(seq, order.path.atUs);
    if (answered > 1) ledger.answers.repeated++;
    if (placed > 1) {
      ledger.repeated(seq);
      ledger.begin(seq, dueUs);
    }
    const placing = this.#journey.steps[this.#journey.placedBy]!.name;
    const told = deeds.findLast(({ step }) => step === placing);
    if (told && values?.id !== undefined) told.id = values.id;
    for (const deed of deeds) ledger.story({ seq, dueUs }, classIndex, deed);
  }

  #valuesOf(reply: Reply): AnswerValues {
    return this.#fieldsOf({ ...notSent(0), body: reply.body, bodyTruncated: reply.bodyTruncated });
  }

  #classOf(outcome: number): OutcomeClass {
    return this.#journey.outcomes[outcome]!.class;
  }

  #nameOf(outcome: number): string {
    return this.#journey.outcomes[outcome]!.name;
  }

  // ── functions that do not come back ──────────────────────────────────────────────────────────────────────────────

  #watch(): void {
    if (this.#watches || this.#givenUp || this.#active.size === 0) return;
    this.#watches = true;
    this.#seams.agenda.put(this.#seams.nowUs() + WATCH_US, undefined);
    this.#seams.wake();
  }

  #giveUpOnStuck(): void {
    const sinceUs = this.#seams.nowUs() - this.#seams.patienceUs;
    const seconds = this.#seams.patienceUs / 1e6;
    for (const order of [...this.#active]) {
      if (order.out || order.pause || order.movedUs > sinceUs) continue;
      const says = `it neither asked for anything nor returned for ${seconds} s (\`target.timeout\`)`;
      this.#endThrown(order, new Error(says));
    }
  }
}

/** A header that the code sent. */
function headerOf({ headers }: Request, name: string): string | undefined {
  for (let at = 0; at + 1 < headers.length; at += 2) if (headers[at]!.toLowerCase() === name) return headers[at + 1];
  return undefined;
}

/** The agenda as the pacer takes from it. */
export function pausesOf(agenda: Agenda<CodeOrder | undefined>, desk: CodeDesk): Later {
  return {
    get nextUs() {
      return agenda.nextUs;
    },
    fire: () => desk.wakeUp(agenda.take()),
  };
}

/** A function's promise, also where it is none, or throws before it is one. */
async function begun(call: () => unknown): Promise<unknown> {
  return call();
}

/** A promise for a function to await; one that nobody awaits must not end the thread. */
function handed<T>(ask: () => Promise<T>): Promise<T> {
  let promise: Promise<T>;
  try {
    promise = ask();
  } catch (error) {
    promise = Promise.reject(error);
  }
  promise.catch(ignore);
  return promise;
}

function ignore(): void {}
