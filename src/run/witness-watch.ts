// What the witness does: a few orders a second on their due times, and how long each took. Its clock, waiter and driver
// are parameters, so that tests run it on a virtual clock.

import type { MakeDriver } from '../drive/driver.ts';
import { DRIVERS } from '../drive/drivers.ts';
import type { WitnessEvidence } from '../judge/spec.ts';
import { compileOrder } from '../order/template.ts';
import type { Schedule } from '../traffic/spec.ts';
import { waiter as realWaiter, type Waiter } from './clock.ts';
import { Pacer } from './pacer.ts';
import type { WitnessShare } from './witness.ts';

export type Watching = { end(): Promise<Omit<WitnessEvidence, 'trouble'>> };

/** Compiles everything; the returned function starts. */
export function watch(
  share: WitnessShare,
  waiter: Waiter = realWaiter,
  makeDriver: MakeDriver = DRIVERS[share.driver],
): (nowUs: () => number) => Watching {
  const templates = compileOrder(share.order);
  return (nowUs) => {
    const samples: { second: number; serviceUs: number }[] = [];
    let sent = 0;
    const driver = makeDriver(share.driverOptions, {
      templates,
      nowUs,
      onAnswer: ({ dueUs }, { sentUs, doneUs, failure }) => {
        if (Number.isNaN(sentUs)) return;
        sent++;
        // One we gave up on took at least so long, which is no time to compare.
        if (failure !== 'abandoned') samples.push({ second: Math.floor(dueUs / 1e6), serviceUs: doneUs - sentUs });
      },
    });
    const fire = (seq: number, dueUs: number): void => void driver.fire({ seq, step: 0, dueUs, firedUs: nowUs() });
    const pacer = new Pacer(nowUs, scheduleOf(share), waiter, fire);
    pacer.start(() => {});
    return {
      end: async () => {
        pacer.stop();
        await driver.close();
        return { sent, samples };
      },
    };
  };
}

/** Evenly spaced, in the middle of the gaps: far from the workers' own due times at whole seconds. */
function scheduleOf({ firstSeq, ratePerS, durationUs }: WitnessShare): Schedule {
  let k = -1;
  return {
    next: () => {
      const dueUs = ((++k + 0.5) * 1e6) / ratePerS;
      return dueUs < durationUs ? dueUs : Number.POSITIVE_INFINITY;
    },
    get seq() {
      return firstSeq + k;
    },
  };
}
