// Puts the bugs a shop was told to have on its books and its steps.

import type { Steps } from '../sale.ts';
import type { MakeBug, Tools } from './bug.ts';
import { duplicate } from './duplicate.ts';
import { limit } from './limit.ts';
import { lost } from './lost.ts';
import { BUG_NAMES, type BugName } from './names.ts';
import { oversell } from './oversell.ts';
import { phantom } from './phantom.ts';
import { price } from './price.ts';
import { replay } from './replay.ts';
import { staleRead } from './stale-read.ts';
import { undersell } from './undersell.ts';

const MAKERS: Record<BugName, MakeBug> = {
  'stale-read': staleRead,
  oversell,
  duplicate,
  limit,
  undersell,
  price,
  lost,
  phantom,
  replay,
};

/** `forget` is for the reset of the shop. Without bugs these are the very steps that were given. */
export function putOnBugs(names: readonly BugName[], honest: Steps, tools: Tools): { steps: Steps; forget(): void } {
  let steps = honest;
  const forgets: (() => void)[] = [];
  for (const name of BUG_NAMES.filter((name) => names.includes(name))) {
    const bug = MAKERS[name](tools);
    if (bug.rules) tools.books.bend((rules, db) => bug.rules!(rules, db));
    if (bug.steps) steps = { ...steps, ...bug.steps(steps) };
    if (bug.forget) forgets.push(bug.forget);
  }
  return {
    steps,
    forget: () => {
      for (const forget of forgets) forget();
    },
  };
}
