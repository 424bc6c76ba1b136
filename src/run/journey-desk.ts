// The desk of orders with more than one exchange: several steps, second clicks, retries, replays, checks after the end. An
// order goes from step to step; at the placing step several tries of it may be out at once, and it goes on when all of
// them are answered. What follows the end (replay, altered, read-back) is in no response, only in the ledger.

import { type AnswerFacts, isTelling, isUntold, troubleOf } from '../audit/repeats.ts';
import type { Deed } from '../audit/spec.ts';
import type { Attempt } from '../drive/driver.ts';
import { responseUsOf } from '../measure/kept.ts';
import type { Answer } from '../order/answer.ts';
import { type AnswerFieldsOf, type AnswerValues, answerFieldsOf } from '../order/answer-fields.ts';
import type { Jars } from '../order/cookie-jars.ts';
import type { Journey } from '../order/journey.ts';
import { behaviourOf, retryDelayUs } from '../order/shoppers.ts';
import type { OrderSpec } from '../order/spec.ts';
import { compileOrder } from '../order/template.ts';
import { OUTCOME_CLASSES, type OutcomeClass } from '../outcomes.ts';
import type { Agenda } from './agenda.ts';
import type { Desk, DeskSeams } from './desk.ts';
import { notSent } from './not-sent.ts';
import type { Later } from './pacer.ts';
import { Purchase, pathThrough, Try } from './purchase.ts';
import { type PathOfTry, pathsOf } from './try-path.ts';

const UNKNOWN = OUTCOME_CLASSES.indexOf('unknown');
/** Better known first: what several answers to one order come to (METHOD §7). */
const RANK = { accepted: 2, unknown: 1, rejected: 0, failed: 0 } as const;

export type JourneySeams = DeskSeams & {
  /** Later tries, by when they are due. */
  agenda: Agenda<Try>;
  /** Something was put in the agenda that is due before what the pacer waits for. */
  wake: () => void;
  /** Names of outcomes that say there was none left. */
  soldOut: readonly string[];
  /** Names of outcomes that ask to slow down. */
  throttled?: readonly string[];
  /** The cookies of buyers; left out: none are kept. */
  jars?: Jars | undefined;
  /** Unix time, for the dates of Retry-After and of cookies. */
  unixMs: () => number;
};

export class JourneyDesk implements Desk {
  readonly #journey: Journey;
  readonly #order: OrderSpec;
  readonly #seams: JourneySeams;
  readonly #fieldsOf: AnswerFieldsOf;
  readonly #behaviourOf: ReturnType<typeof behaviourOf>;
  readonly #behaves: boolean;
  readonly #retries: boolean;
  /** Index of the variable `orderId`, which read-backs ask for; −1 without them. */
  readonly #orderId: number;
  readonly #soldOut: readonly string[];
  readonly #notSent: Answer;
  readonly #pathOf: PathOfTry;
  #busy = 0;
  #givenUp = false;
  /** Tries after the first that the driver's full queue refused. */
  refused = 0;

  constructor(journey: Journey, order: OrderSpec, seams: JourneySeams) {
    this.#soldOut = seams.soldOut;
    this.#journey = journey;
    this.#order = order;
    this.#seams = seams;
    this.#fieldsOf = answerFieldsOf(order.answer);
    this.#behaviourOf = behaviourOf(order.shoppers, order.identity.seed);
    this.#behaves = order.shoppers !== undefined;
    this.#retries = order.shoppers?.retry !== undefined;
    this.#orderId = journey.variables.indexOf('orderId');
    this.#notSent = notSent(0);
    const readBack = order.shoppers?.readBack?.path ?? '';
    this.#pathOf = pathsOf([...order.steps.map(({ path }) => path), readBack], () => compileOrder(order));
  }

  get busy(): number {
    return this.#busy;
  }

  take(seq: number, dueUs: number): void {
    const { journey, seams } = { journey: this.#journey, seams: this.#seams };
    const jar = seams.jars?.of(seq);
    const purchase = new Purchase(seq, dueUs, { vars: journey.variables.length, jar, behaves: this.#behaves });
    if (this.#behaves) this.#behaviourOf(seq, purchase.behaviour);
    const firedUs = seams.nowUs();
    const step = this.#nextStep(purchase, 0);
    const first = step < 0 ? undefined : this.#tryAt(purchase, step, 'first');
    if (first && !this.#send(first, firedUs)) {
      seams.recorder.dropped(dueUs, firedUs);
      return;
    }
    this.#busy++;
    purchase.enteredUs = firedUs;
    seams.changeInFlight(firedUs, 1);
    seams.recorder.fired(dueUs, firedUs);
    seams.ledger?.mark(seq, UNKNOWN);
    seams.onTaken();
    if (first) {
      purchase.open++;
      if (step === journey.placedBy) this.#clickAgain(purchase, first);
    } else {
      purchase.path = {
        ...purchase.path,
        atUs: Math.floor(firedUs),
        latenessUs: Math.floor(firedUs) - Math.floor(dueUs),
      };
      this.#end(purchase, journey.skipped);
    }
  }

  onAnswer(attempt: Attempt, answer: Answer): void {
    const one = attempt as Try;
    const { purchase } = one;
    // Who leaves does not see how long the shop takes: his few microseconds are no service time.
    const isServed = !Number.isNaN(answer.sentUs) && answer.failure !== 'cut';
    if (isServed && one.step < this.#journey.steps.length) {
      const serviceUs = Math.floor(answer.doneUs) - Math.floor(answer.sentUs);
      this.#seams.recorder.step(purchase.dueUs, one.step, serviceUs);
    }
    purchase.jar?.take(answer.headers, () => this.#pathOf(one), this.#seams.unixMs());
    if (one.why === 'replay' || one.why === 'altered' || one.why === 'read-back') this.#onCheck(one, answer);
    else this.#onShopping(one, answer);
  }

  giveUp(): void {
    this.#givenUp = true;
    for (const one of this.#seams.agenda.clear()) this.#onNeverSent(one, this.#seams.nowUs());
  }

  /** What the agenda says is due now: called by the pacer, `now` is not before its due time. */
  fire(one: Try): void {
    const nowUs = this.#seams.nowUs();
    if (one.why === 'altered') one.purchase.alteredFiredUs = nowUs;
    if (this.#send(one, nowUs)) return;
    this.refused++;
    this.#onNeverSent(one, nowUs);
  }

  // ── tries ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The first step from `from` on that this order takes; −1 when there is none left, or it will not be placed. */
  #nextStep(purchase: Purchase, from: number): number {
    const { steps, placedBy } = this.#journey;
    for (let step = from; step < steps.length; step++) {
      if (steps[step]!.holds?.(purchase.vars) ?? true) return step;
      if (step === placedBy) return -1;
    }
    return -1;
  }

  #tryAt(purchase: Purchase, step: number, why: Deed['why']): Try {
    const one = new Try(purchase, step, why);
    one.dueUs = purchase.path.atUs;
    one.altered = why === 'altered';
    one.cut = why === 'first' && step === this.#journey.placedBy && purchase.behaviour.abandonAgainUs >= 0;
    return one;
  }

  #send(one: Try, firedUs: number): boolean {
    one.firedUs = firedUs;
    one.latenessUs = Math.max(0, Math.floor(firedUs) - Math.floor(one.dueUs));
    one.cookie = one.purchase.jar?.headerFor(() => this.#pathOf(one), this.#seams.unixMs());
    return this.#seams.driver().fire(one);
  }

  /** To be sent `afterUs` (whole µs, the shopper's pause) after `fromUs`. */
  #plan(one: Try, fromUs: number, afterUs: number): void {
    one.thinkUs = afterUs;
    one.dueUs = fromUs + afterUs;
    this.#seams.agenda.put(one.dueUs, one);
    this.#seams.wake();
  }

  /** Now, or after a pause; a try that cannot be sent counts as one that never was. */
  #go(purchase: Purchase, step: number, why: Deed['why'], thinkUs: number): void {
    purchase.open++;
    const one = this.#tryAt(purchase, step, why);
    if (thinkUs > 0) this.#plan(one, purchase.path.atUs, thinkUs);
    else this.fire(one);
    if (step === this.#journey.placedBy && why === 'first') this.#clickAgain(purchase, one);
  }

  /** The other clicks of a double click, each so long after the first. */
  #clickAgain(purchase: Purchase, first: Try): void {
    if (this.#givenUp) return;
    for (const delayUs of purchase.behaviour.copyDelaysUs) {
      purchase.open++;
      this.#plan(this.#tryAt(purchase, first.step, 'copy'), purchase.path.atUs, first.thinkUs + delayUs);
    }
  }

  // ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────

  #onNeverSent(one: Try, nowUs: number): void {
    const { purchase } = one;
    if (one.why === 'replay' || one.why === 'altered' || one.why === 'read-back') {
      purchase.checks--;
      this.#closeIfDone(purchase);
      return;
    }
    if (one.firedUs < one.dueUs) one.firedUs = Math.max(one.dueUs, nowUs);
    // Given up before its time: the pause it was in ends here.
    if (nowUs < one.dueUs) {
      one.thinkUs = Math.max(0, Math.floor(nowUs) - purchase.path.atUs);
      one.firedUs = Math.max(purchase.path.atUs, nowUs);
    }
    const answer = this.#notSent;
    answer.doneUs = Math.max(one.firedUs, nowUs);
    this.#onShopping(one, answer);
  }

  #onShopping(one: Try, answer: Answer): void {
    const { purchase, step } = one;
    const { steps, placedBy } = this.#journey;
    const outcome = steps[step]!.classify(answer);
    const path = pathThrough(purchase.path, one, answer);
    if (purchase.longest === purchase.path || path.atUs >= purchase.longest.atUs) purchase.longest = path;
    purchase.open--;
    if (step !== placedBy) {
      this.#tell(one, answer, this.#nameOf(outcome), undefined);
      purchase.path = purchase.longest;
      const lacks = steps[step]!.goesOn(outcome) ? (steps[step]!.extract?.(answer, purchase.vars) ?? -1) : outcome;
      if (lacks >= 0) {
        const end = step < placedBy ? lacks : afterPlacing(purchase, lacks);
        this.#keepAnswer(end, one, answer);
        this.#end(purchase, end);
      } else this.#advance(purchase, step + 1);
      return;
    }
    this.#keepAnswer(outcome, one, answer);
    this.#onPlacing(one, answer, outcome);
    if (purchase.open === 0) this.#conclude(purchase);
  }

  /** An answer of the placing step: joined with those that came before. */
  #onPlacing(one: Try, answer: Answer, outcome: number): void {
    const { purchase, step } = one;
    const { ledger } = this.#seams;
    const isAccepted = this.#classOf(outcome) === 'accepted';
    const fields = isAccepted ? this.#fieldsOf(answer) : undefined;
    this.#tell(one, answer, this.#nameOf(outcome), fields?.id);
    if (ledger) {
      if (purchase.placed === 0) ledger.answers.sent++;
      ledger.answers.attempts++;
    }
    purchase.placed++;
    if (answer.failure === undefined) purchase.answered++;
    purchase.last = outcome;
    purchase.lastSentUs = answer.sentUs;
    if (this.#retries) purchase.retryAfter = answer.headers.get('retry-after');
    const before = purchase.outcome;
    if (before < 0 || this.#rankOf(outcome) > this.#rankOf(before) || this.#rankOf(before) === 0)
      purchase.outcome = outcome;
    if (!fields) return;
    if (purchase.accepted) this.#hold(one, this.#factsOf(outcome, answer, fields));
    else {
      purchase.accepted = this.#factsOf(outcome, answer, fields);
      this.#keep(purchase, fields);
      if (fields.id !== undefined && this.#orderId >= 0) purchase.vars[this.#orderId] = fields.id;
      purchase.lacks = this.#journey.steps[step]!.extract?.(answer, purchase.vars) ?? -1;
    }
  }

  /** Every try of the placing step is answered: once more, on to the next step, or the end. */
  #conclude(purchase: Purchase): void {
    const { placedBy } = this.#journey;
    purchase.path = purchase.longest;
    const delayUs = this.#againAfterUs(purchase);
    if (delayUs !== undefined) {
      purchase.retries++;
      this.#go(purchase, placedBy, 'retry', Math.round(delayUs));
    } else if (this.#classOf(purchase.outcome) !== 'accepted' || purchase.lacks >= 0)
      this.#end(purchase, purchase.outcome);
    else this.#advance(purchase, placedBy + 1);
  }

  /** How long after the last answer the shopper tries once more; undefined: not at all. */
  #againAfterUs(purchase: Purchase): number | undefined {
    const { behaviour, retries, outcome, last, retryAfter } = purchase;
    if (this.#givenUp || this.#classOf(outcome) === 'accepted') return undefined;
    if (behaviour.abandonAgainUs >= 0) {
      const againUs = behaviour.abandonAgainUs;
      behaviour.abandonAgainUs = Number.NaN;
      return againUs;
    }
    const retry = this.#order.shoppers?.retry;
    if (!retry || retries >= retry.times) return undefined;
    const named = [outcome, last].flatMap((index) => [this.#journey.outcomes[index]!.name, this.#classOf(index)]);
    if (!named.some((name) => retry.on.includes(name))) return undefined;
    const draw = { seed: this.#order.identity.seed, seq: purchase.seq, nth: retries + 1 };
    return retryDelayUs(retry, draw, { retryAfter, unixMs: this.#seams.unixMs() });
  }

  #advance(purchase: Purchase, from: number): void {
    const { steps, placedBy } = this.#journey;
    const step = this.#givenUp ? -1 : this.#nextStep(purchase, from);
    if (step >= 0) this.#go(purchase, step, 'first', Math.round(steps[step]!.thinkUs?.(purchase.seq) ?? 0));
    else if (from > placedBy) this.#end(purchase, purchase.outcome);
    else if (this.#givenUp) this.#end(purchase, steps[placedBy]!.classify(this.#notSent));
    else this.#end(purchase, this.#journey.skipped);
  }

  #end(purchase: Purchase, outcome: number): void {
    const { recorder, changeInFlight } = this.#seams;
    const { path } = purchase;
    purchase.isOver = true;
    purchase.outcome = outcome;
    recorder.ended(path, outcome);
    this.#keepOrder(purchase, outcome);
    // Little's law holds ∫ L dt against what orders take without our lateness, and later tries may have been late too.
    const { waitUs, serviceUs, thinkUs } = path;
    changeInFlight(purchase.enteredUs + waitUs + (serviceUs || 0) + thinkUs, -1);
    this.#mark(purchase);
    if (!this.#givenUp) this.#planChecks(purchase, outcome);
    this.#closeIfDone(purchase);
  }

  // ── checks after the end ─────────────────────────────────────────────────────────────────────────────────────────

  #planChecks(purchase: Purchase, outcome: number): void {
    const { replayAfterUs, alteredAfterUs, readBackAfterUs } = purchase.behaviour;
    const { placedBy, steps } = this.#journey;
    const isAccepted = this.#classOf(outcome) === 'accepted';
    const fromUs = purchase.path.atUs;
    const check = (why: Deed['why'], step: number, afterUs: number): void => {
      purchase.checks++;
      this.#plan(this.#tryAt(purchase, step, why), fromUs, Math.round(afterUs));
    };
    // Only what was tried to be placed can be asked for again.
    if (replayAfterUs >= 0 && purchase.last >= 0) check('replay', placedBy, replayAfterUs);
    if (alteredAfterUs >= 0 && isAccepted) check('altered', placedBy, alteredAfterUs);
    const canRead = isAccepted && purchase.accepted?.id !== undefined;
    if (readBackAfterUs >= 0 && canRead) check('read-back', steps.length, readBackAfterUs);
  }

  #onCheck(one: Try, answer: Answer): void {
    const { purchase, why } = one;
    purchase.checks--;
    if (why === 'read-back') this.#onReadBack(one, answer);
    else this.#onRepeat(one, answer);
    this.#closeIfDone(purchase);
  }

  #onReadBack(one: Try, answer: Answer): void {
    const { ledger } = this.#seams;
    const facts: AnswerFacts = { class: 'unknown', status: answer.status };
    this.#tell(one, answer, answer.failure ?? `status ${answer.status}`, undefined);
    if (!isTelling('read-back', one.purchase.accepted!, facts)) return;
    if (ledger) ledger.answers.readBacks++;
    this.#hold(one, facts);
  }

  #onRepeat(one: Try, answer: Answer): void {
    const { purchase, why } = one;
    const { ledger } = this.#seams;
    const outcome = this.#journey.steps[one.step]!.classify(answer);
    const outcomeClass = this.#classOf(outcome);
    const fields = outcomeClass === 'accepted' ? this.#fieldsOf(answer) : undefined;
    const facts = this.#factsOf(outcome, answer, fields);
    this.#tell(one, answer, this.#nameOf(outcome), fields?.id);
    const wasSent = !Number.isNaN(answer.sentUs);
    const mayBeInFlight = outcomeClass === 'rejected' && wasNotAlone(one, answer);
    if (why === 'altered') purchase.alteredDoneUs = answer.doneUs;
    purchase.placed++;
    if (answer.failure === undefined) purchase.answered++;
    if (ledger) ledger.answers.attempts++;
    if (purchase.accepted) {
      if (why === 'replay' && mayBeInFlight) return;
      if (ledger && isUntold(why, purchase.accepted, facts)) ledger.answers.untold++;
      if (!isTelling(why, purchase.accepted, facts)) return;
      if (ledger) ledger.answers[why === 'altered' ? 'altered' : 'replays']++;
      this.#hold(one, facts);
    } else if (this.#rankOf(outcome) > this.#rankOf(purchase.outcome)) {
      // What a lost answer had become, the replay says.
      purchase.outcome = outcome;
      if (fields) purchase.accepted = facts;
      this.#mark(purchase);
      if (fields) this.#keep(purchase, fields);
      // It was tried anew, and may have held units once more.
    } else if (wasSent && !this.#soldOut.includes(this.#nameOf(outcome))) ledger?.refused(purchase.seq, answer.doneUs);
  }

  /** Holds a repeat against the first answer that accepted the order. */
  #hold(one: Try, repeat: AnswerFacts): void {
    const { purchase } = one;
    const trouble = troubleOf(one.why, purchase.accepted!, repeat);
    if (trouble !== undefined) this.#seams.ledger?.trouble(purchase.seq, trouble);
  }

  // ── the books ────────────────────────────────────────────────────────────────────────────────────────────────────

  #keep({ seq }: Purchase, fields: AnswerValues): void {
    if (fields.id !== undefined) this.#seams.ledger?.keepId(seq, fields.id);
    if (fields.total !== undefined) this.#seams.ledger?.keepTotal(seq, fields.total);
  }

  #mark(purchase: Purchase): void {
    const { ledger } = this.#seams;
    if (!ledger) return;
    const { seq, outcome } = purchase;
    const outcomeClass = this.#classOf(outcome);
    ledger.mark(seq, OUTCOME_CLASSES.indexOf(outcomeClass));
    // Sent and told no in a way that counts as failed: it may have held units until then.
    if (outcomeClass === 'failed' && purchase.answered > 0) ledger.refused(seq, purchase.path.atUs);
    if (outcomeClass !== 'rejected') return;
    if (this.#soldOut.includes(this.#nameOf(outcome))) ledger.soldOut(seq, purchase.lastSentUs);
    else ledger.refused(seq, purchase.path.atUs);
  }

  #tell(one: Try, answer: Answer, outcome: string, id: string | undefined): void {
    const { purchase, why, firedUs } = one;
    const step = this.#journey.steps[one.step]?.name ?? 'read-back';
    const { sentUs, doneUs, status } = answer;
    const { thinkUs, latenessUs } = one;
    const deed: Deed = { step, why, firedUs, doneUs, sentUs, thinkUs, latenessUs, status, outcome };
    purchase.detail = answer.detail;
    if (id !== undefined) deed.id = id;
    purchase.deeds.push(deed);
    if (why !== 'first') purchase.hasMore = true;
  }

  #keepOrder({ seq, path, deeds, detail }: Purchase, outcome: number): void {
    const { keeper } = this.#seams;
    if (keeper?.wants(seq, responseUsOf(path), outcome)) keeper.keepJourney({ seq, path, deeds }, outcome, { detail });
  }

  #keepAnswer(outcome: number, one: Try, answer: Answer): void {
    const { keeper } = this.#seams;
    if (keeper?.wantsAnswer(outcome)) keeper.keepAnswer(outcome, answer, one);
  }

  /** Nothing of it is out any more: its story goes to the ledger, which keeps the first ones of each kind. */
  #closeIfDone(purchase: Purchase): void {
    if (!purchase.isOver || purchase.checks > 0) return;
    this.#busy--;
    this.#tellStory(purchase);
    if (this.#busy === 0) this.#seams.onIdle();
  }

  #tellStory(purchase: Purchase): void {
    const { seq, dueUs, deeds, placed, answered, outcome } = purchase;
    const { ledger } = this.#seams;
    if (!ledger) return;
    if (answered > 1) ledger.answers.repeated++;
    if (placed > 1) {
      ledger.repeated(seq);
      ledger.begin(seq, dueUs);
    }
    const classIndex = OUTCOME_CLASSES.indexOf(this.#classOf(outcome));
    if (!purchase.hasMore && !ledger.hasRoom(classIndex)) return;
    for (const deed of deeds) ledger.story(purchase, classIndex, deed);
  }

  #classOf(outcome: number): OutcomeClass {
    return this.#journey.outcomes[outcome]!.class;
  }

  #nameOf(outcome: number): string {
    return this.#journey.outcomes[outcome]!.name;
  }

  #rankOf(outcome: number): number {
    return RANK[this.#classOf(outcome)];
  }

  #factsOf(outcome: number, answer: Answer, values: AnswerValues | undefined): AnswerFacts {
    const { class: outcomeClass, name } = this.#journey.outcomes[outcome]!;
    const facts: AnswerFacts = { class: outcomeClass, status: answer.status, ...values };
    if (this.#seams.throttled?.includes(name)) facts.isThrottled = true;
    return facts;
  }
}

/** The agenda as the pacer takes from it. */
export function laterOf(agenda: Agenda<Try>, desk: JourneyDesk): Later {
  return {
    get nextUs() {
      return agenda.nextUs;
    },
    fire: () => desk.fire(agenda.take()!),
  };
}

/** Another request under this key may have been at work in the shop, which then rightly says no to a replay: it is in flight. */
function wasNotAlone({ purchase, firedUs }: Try, { doneUs }: Answer): boolean {
  const { placed, answered, alteredFiredUs, alteredDoneUs } = purchase;
  return placed > answered || (alteredFiredUs <= doneUs && alteredDoneUs >= firedUs);
}

/** A later step cannot un-buy. */
function afterPlacing(purchase: Purchase, outcome: number): number {
  return purchase.outcome >= 0 ? outcome : purchase.outcome;
}
