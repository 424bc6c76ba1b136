// Which desk a worker's orders get: the fast one where one exchange is all there is, one for steps, one for code.

import type { Ledger } from '../audit/ledger.ts';
import type { Recorder } from '../measure/recorder.ts';
import { answerFieldsOf } from '../order/answer-fields.ts';
import type { JourneyCode } from '../order/code.ts';
import { jarsFor } from '../order/cookie-jars.ts';
import { isPlain, type Journey } from '../order/journey.ts';
import { Agenda } from './agenda.ts';
import { CodeDesk, pausesOf } from './code-desk.ts';
import type { CodeOrder } from './code-order.ts';
import { JourneyDesk, laterOf } from './journey-desk.ts';
import { importJourneyModule } from './journey-module.ts';
import type { Keeper } from './keeper.ts';
import type { Share } from './messages.ts';
import { plainDesk } from './plain-desk.ts';
import type { Try } from './purchase.ts';
import type { ShareSeams } from './share.ts';

/** Loads the code of the journey, where there is any: throws when it cannot be loaded. */
export function deskMaker(
  { order, soldOut, throttled, driverOptions, workers, secrets }: Share,
  journey: Journey,
  own: { nowUs: () => number; recorder: Recorder; ledger: Ledger; keeper: Keeper },
): ShareSeams['makeDesk'] {
  if (isPlain(order)) {
    const { outcomes, steps } = journey;
    const { name, classify } = steps[0]!;
    const fieldsOf = order.answer && answerFieldsOf(order.answer);
    const orders = { outcomes, step: name, classify, fieldsOf, soldOut };
    return ({ wake: _, ...rest }) => ({ desk: plainDesk(orders, { ...rest, ...own }) });
  }
  const jars = jarsFor(order, { url: driverOptions.origin, workers });
  if (order.journey) {
    const code = importJourneyModule(order.journey.url) as JourneyCode;
    return (rest) => {
      const agenda = new Agenda<CodeOrder | undefined>();
      const patienceUs = driverOptions.timeoutUs;
      const seams = { ...rest, ...own, agenda, soldOut, patienceUs, secrets, jars, unixMs: Date.now };
      const desk = new CodeDesk({ code, journey, order }, seams);
      return { desk, later: pausesOf(agenda, desk) };
    };
  }
  return (rest) => {
    const agenda = new Agenda<Try>();
    const seams = { ...rest, ...own, agenda, soldOut, throttled, jars, unixMs: Date.now };
    const desk = new JourneyDesk(journey, order, seams);
    return { desk, later: laterOf(agenda, desk) };
  };
}
