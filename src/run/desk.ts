// What stands between the pacer and the driver: a desk takes an order when it is due, sees its attempts through, and says
// how it ended. plain-desk.ts has the fast one for orders of one exchange, journey-desk.ts the one for everything else.

import type { Ledger } from '../audit/ledger.ts';
import type { Attempt, Driver } from '../drive/driver.ts';
import type { Recorder } from '../measure/recorder.ts';
import type { Answer } from '../order/answer.ts';
import type { Keeper } from './keeper.ts';

export type Desk = {
  /** An order is due: fires it, or counts it as dropped. */
  take(seq: number, dueUs: number): void;
  onAnswer(attempt: Attempt, answer: Answer): void;
  /** Nothing new is begun for any order; what nobody has in hand ends as it is. Called before the driver is closed. */
  giveUp(): void;
  /** Orders that are not at their end, what follows their last answer included. */
  readonly busy: number;
  /** Later steps, repeats and checks that the driver's full queue refused. */
  readonly refused: number;
  /** What the code of a journey threw; the most frequent first. */
  readonly thrown?: readonly Thrown[];
};

/** Errors of one place: how often, and the first order's own words. */
export type Thrown = { says: string; count: number; seq: number };

/** What a desk is given by its share. */
export type DeskSeams = {
  nowUs: () => number;
  driver: () => Driver;
  recorder: Recorder;
  /** What is known of every order; left out where nobody asks. */
  ledger?: Ledger;
  /** What is kept of single orders; left out: nothing. */
  keeper?: Keeper;
  /** One step of ∫ orders in flight dt. */
  changeInFlight: (atUs: number, by: 1 | -1) => void;
  /** The driver took an attempt. */
  onTaken: () => void;
  /** No order is at the desk any more. */
  onIdle: () => void;
};
