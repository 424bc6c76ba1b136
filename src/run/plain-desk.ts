// The desk of plain orders: one exchange each, nothing before it and nothing after. This is the hot path (DESIGN §2,
// rule 5): attempts are reused, and an order costs its records, one mark in the ledger, and nothing else.

import type { Ledger } from '../audit/ledger.ts';
import type { Attempt } from '../drive/driver.ts';
import type { Answer } from '../order/answer.ts';
import type { AnswerFieldsOf } from '../order/answer-fields.ts';
import { OUTCOME_CLASSES, type Outcome } from '../outcomes.ts';
import type { Desk, DeskSeams } from './desk.ts';
import type { Keeper } from './keeper.ts';

const ACCEPTED = OUTCOME_CLASSES.indexOf('accepted');
const REJECTED = OUTCOME_CLASSES.indexOf('rejected');
const FAILED = OUTCOME_CLASSES.indexOf('failed');
const UNKNOWN = OUTCOME_CLASSES.indexOf('unknown');

export type PlainOrders = {
  outcomes: readonly Outcome[];
  step: string;
  classify: (answer: Answer) => number;
  /** Names of outcomes that say there was none left. */
  soldOut: readonly string[];
  /** Left out: no answer is asked what it sold. */
  fieldsOf?: AnswerFieldsOf;
};

export function plainDesk(orders: PlainOrders, seams: DeskSeams): Desk {
  const { nowUs, recorder, ledger, keeper, changeInFlight } = seams;
  const { classify, fieldsOf, outcomes, soldOut, step } = orders;
  const classes = outcomes.map((outcome) => OUTCOME_CLASSES.indexOf(outcome.class));
  const spare: Attempt[] = [];
  let busy = 0;

  const note = (attempt: Attempt, answer: Answer, outcome: number, into: Ledger): void => {
    const classIndex = classes[outcome]!;
    const { seq, dueUs, firedUs } = attempt;
    into.mark(seq, classIndex);
    into.answers.sent++;
    into.answers.attempts++;
    const fields = classIndex === ACCEPTED ? fieldsOf?.(answer) : undefined;
    if (fields?.id !== undefined) into.keepId(seq, fields.id);
    if (fields?.total !== undefined) into.keepTotal(seq, fields.total);
    if (classIndex === REJECTED) {
      if (soldOut.includes(outcomes[outcome]!.name)) into.soldOut(seq, answer.sentUs);
      else into.refused(seq, answer.doneUs);
      // Told no in a way that counts as failed, such as 402: it may have held units until then.
    } else if (classIndex === FAILED && !Number.isNaN(answer.sentUs)) into.refused(seq, answer.doneUs);
    if (!into.hasRoom(classIndex)) return;
    const { name } = outcomes[outcome]!;
    const { doneUs, status } = answer;
    const id = fields?.id === undefined ? {} : { id: fields.id };
    into.story({ seq, dueUs }, classIndex, { step, why: 'first', firedUs, doneUs, status, outcome: name, ...id });
  };

  const keep = (attempt: Attempt, answer: Answer, outcome: number, into: Keeper): void => {
    const responseUs = Math.floor(answer.doneUs) - Math.floor(attempt.dueUs);
    if (into.wants(attempt.seq, responseUs, outcome)) into.keepPlain(attempt, answer, outcome);
    if (into.wantsAnswer(outcome)) into.keepAnswer(outcome, answer, attempt);
  };

  return {
    take(seq, dueUs) {
      const attempt = spare.pop() ?? { seq: 0, step: 0, dueUs: 0, firedUs: 0 };
      attempt.seq = seq;
      attempt.dueUs = dueUs;
      attempt.firedUs = nowUs();
      if (seams.driver().fire(attempt)) {
        busy++;
        changeInFlight(attempt.firedUs, 1);
        recorder.fired(dueUs, attempt.firedUs);
        ledger?.mark(seq, UNKNOWN);
        seams.onTaken();
      } else {
        recorder.dropped(dueUs, attempt.firedUs);
        spare.push(attempt);
      }
    },
    onAnswer(attempt, answer) {
      const outcome = classify(answer);
      recorder.done(attempt.dueUs, attempt.firedUs, answer.sentUs, answer.doneUs, outcome);
      changeInFlight(answer.doneUs, -1);
      if (ledger) note(attempt, answer, outcome, ledger);
      if (keeper) keep(attempt, answer, outcome, keeper);
      busy--;
      spare.push(attempt);
    },
    giveUp() {},
    refused: 0,
    get busy() {
      return busy;
    },
  };
}
