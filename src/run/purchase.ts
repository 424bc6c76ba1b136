// One order on its way through a journey: where it stands, what it was told, and where its time went. Times are µs from
// the start of the run; parts are whole µs, so that response = lateness + wait + service + think holds exactly.

import type { AnswerFacts } from '../audit/repeats.ts';
import type { Deed } from '../audit/spec.ts';
import type { Attempt } from '../drive/driver.ts';
import type { OrderTimes } from '../measure/recorder.ts';
import type { CookieJar } from '../order/cookies.ts';
import { type Behaviour, blankBehaviour } from '../order/shoppers.ts';

/** Where the time of an order went up to `atUs`. `serviceUs` is NaN while nothing was sent. */
export type Path = OrderTimes & { atUs: number };

/** One try at one step, as the driver gets it. */
export class Try implements Attempt {
  seq = 0;
  step = 0;
  dueUs = 0;
  firedUs = 0;
  vars: string[] | undefined = undefined;
  cookie: string | undefined = undefined;
  altered = false;
  cut = false;
  readonly purchase: Purchase;
  readonly why: Deed['why'];
  /** The shopper's pause before it, and how late it was fired. */
  thinkUs = 0;
  latenessUs = 0;

  constructor(purchase: Purchase, step: number, why: Deed['why']) {
    this.purchase = purchase;
    this.seq = purchase.seq;
    this.step = step;
    this.why = why;
    this.vars = purchase.vars;
  }
}

const NOTHING_MORE: Behaviour = Object.freeze(blankBehaviour());

export class Purchase {
  readonly seq: number;
  readonly dueUs: number;
  /** By the order's variables; '' until an answer brings one. */
  readonly vars: string[];
  readonly jar: CookieJar | undefined;
  /** Nobody's where the profile has no `shoppers`: then never written. */
  readonly behaviour: Behaviour;
  /** When it was counted as in flight. */
  enteredUs = Number.NaN;
  /** Up to the last answer that everybody was waiting for. */
  path: Path;
  /** The longest of the tries that are out together. */
  longest: Path;
  /** Shopping tries in the driver or in the agenda. */
  open = 0;
  /** Checks after the end, in the driver or in the agenda. */
  checks = 0;
  retries = 0;
  /** Joined outcome of the placing step so far; −1 before its first answer. */
  outcome = -1;
  /** Outcome of the latest answer of the placing step. */
  last = -1;
  retryAfter: string | undefined = undefined;
  /** The first answer that accepted it. */
  accepted: AnswerFacts | undefined = undefined;
  /** Extracts that the accepted answer did not bring: outcome that ends the order, −1 for none. */
  lacks = -1;
  isOver = false;
  /** Tries of the placing step that ended, those of them that were answered, and when the latest was sent. */
  placed = 0;
  answered = 0;
  lastSentUs = Number.NaN;
  /** When the request with another body went out and was answered. */
  alteredFiredUs = Number.NaN;
  alteredDoneUs = Number.POSITIVE_INFINITY;
  readonly deeds: Deed[] = [];
  /** Behind its last answer, where that was a failure. */
  detail = '';
  /** One of the deeds is no first try. */
  hasMore = false;

  constructor(seq: number, dueUs: number, made: { vars: number; jar: CookieJar | undefined; behaves: boolean }) {
    this.seq = seq;
    this.dueUs = dueUs;
    this.vars = new Array<string>(made.vars).fill('');
    this.jar = made.jar;
    this.behaviour = made.behaves ? blankBehaviour() : NOTHING_MORE;
    const atUs = Math.floor(dueUs);
    this.path = { dueUs, atUs, latenessUs: 0, waitUs: 0, serviceUs: Number.NaN, thinkUs: 0 };
    this.longest = this.path;
  }
}

/** The path of an order through one more try, answered or given up at `doneUs`; `sentUs` is NaN when it was never sent. */
export function pathThrough(
  before: Path,
  attempt: Pick<Try, 'firedUs' | 'latenessUs' | 'thinkUs'>,
  answer: { sentUs: number; doneUs: number },
): Path {
  const wasSent = !Number.isNaN(answer.sentUs);
  const firedUs = Math.floor(attempt.firedUs);
  const doneUs = Math.floor(answer.doneUs);
  const sentUs = wasSent ? Math.floor(answer.sentUs) : doneUs;
  const servedUs = Number.isNaN(before.serviceUs) ? 0 : before.serviceUs;
  return {
    dueUs: before.dueUs,
    atUs: doneUs,
    latenessUs: before.latenessUs + attempt.latenessUs,
    waitUs: before.waitUs + sentUs - firedUs,
    serviceUs: wasSent ? servedUs + doneUs - sentUs : before.serviceUs,
    thinkUs: before.thinkUs + attempt.thinkUs,
  };
}
