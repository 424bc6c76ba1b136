// `shoppers:` → how shoppers behave, with every default filled.

import { outcomesOf } from '../order/classify.ts';
import type { OutcomeRule, RetrySpec, ShopperSpec, StepSpec } from '../order/spec.ts';
import { alterationOf, pathMistake, placeholdersOf } from '../order/template.ts';
import { OUTCOME_CLASSES } from '../outcomes.ts';
import { didYouMean } from '../suggest.ts';
import { parseDuration, parseShare } from '../units.ts';
import type { Path } from './paths.ts';
import { countOf } from './scalars.ts';
import type { ShoppersInput } from './schema-shoppers.ts';
import type { Section } from './section.ts';
import type { TemplateChecks } from './templates.ts';

/** `rules`: of the placing step; undefined where they are wrong, and no name of an outcome can be checked. */
export type ShopperSeams = {
  section: Section;
  checks: TemplateChecks;
  /** Every extract of the order. */
  vars: readonly string[];
  rules: readonly OutcomeRule[] | undefined;
  /** The step that places the order; undefined where it is wrong, or made by code. */
  placing: StepSpec | undefined;
  /** Whether the profile says where an answer holds the order's id. */
  hasId: boolean;
};

const ORDER_ID = 'orderId';
const usOf = (text: string): number => parseDuration(text)!;
const shareOf = (text: string): number => parseShare(text)!;

/** Undefined when a mistake was told. */
export function planShoppers(shoppers: ShoppersInput, seams: ShopperSeams): ShopperSpec | undefined {
  const doubleClick = planDoubleClick(shoppers['double-click'], seams.section);
  const readBack = planReadBack(shoppers['read-back'], seams);
  const retry = planRetry(shoppers.retry, seams);
  if (!canAlter(shoppers, seams)) return undefined;
  if (doubleClick === 'wrong' || readBack === 'wrong' || retry === 'wrong') return undefined;
  const { replay, altered, abandon } = shoppers;
  return {
    ...(doubleClick ? { doubleClick } : {}),
    ...(replay ? { replay: later(replay) } : {}),
    ...(altered ? { altered: later(altered) } : {}),
    ...(abandon ? { abandon: again(abandon) } : {}),
    ...(readBack ? { readBack } : {}),
    ...(retry ? { retry } : {}),
  };
}

/** An altered request needs something to alter. */
function canAlter({ altered }: ShoppersInput, { placing, section }: ShopperSeams): boolean {
  if (altered === undefined || placing === undefined || alterationOf(placing) !== 'none') return true;
  const message = `\`shoppers.altered\` sends another body under the same key, and step \`${placing.name}\` has none that could differ: write \`{{quantity}}\` in it`;
  section.complain({ code: 'ALTERED_BODY', message, path: ['shoppers', 'altered'], focus: 'key' });
  return false;
}

function later(written: string | { share: string; after: string }): { share: number; afterUs: number } {
  const { share, after } = typeof written === 'string' ? { share: written, after: '1s' } : written;
  return { share: shareOf(share), afterUs: usOf(after) };
}

function again(written: NonNullable<ShoppersInput['abandon']>): NonNullable<ShopperSpec['abandon']> {
  const { share, again: after } = typeof written === 'string' ? { share: written, again: '1s' } : written;
  return { share: shareOf(share), againUs: usOf(after) };
}

function planDoubleClick(
  written: ShoppersInput['double-click'],
  { complain }: Section,
): ShopperSpec['doubleClick'] | 'wrong' {
  if (written === undefined) return undefined;
  const { share, copies, within } =
    typeof written === 'string' ? { share: written, copies: 2, within: '50ms' } : written;
  const [from, until] =
    typeof copies === 'object' ? [countOf(copies.from)!, countOf(copies.until)!] : [countOf(copies)!, countOf(copies)!];
  if (from <= until) return { share: shareOf(share), fromCopies: from, untilCopies: until, withinUs: usOf(within) };
  const path: Path = ['shoppers', 'double-click', 'copies'];
  const message = `\`shoppers.double-click.copies\` goes from ${from} until ${until}: \`until\` must be the larger one`;
  complain({ code: 'BAD_VALUE', message, path, focus: 'key' });
  return 'wrong';
}

function planReadBack(
  written: ShoppersInput['read-back'],
  { section, checks, vars, hasId }: ShopperSeams,
): ShopperSpec['readBack'] | 'wrong' {
  if (written === undefined) return undefined;
  const { share, path, after } = written;
  const place: Path = ['shoppers', 'read-back', 'path'];
  checks.enter({ vars: [...new Set([...vars, ORDER_ID])] });
  checks.add(path, place, () => pathMistake(path));
  const refuse = (code: string, message: string) => {
    section.complain({ code, message, path: place });
    return 'wrong' as const;
  };
  if (!placeholdersOf(path).some(({ name }) => name.startsWith('vars.'))) {
    return refuse(
      'MISSING',
      `\`shoppers.read-back.path\` must hold the order it asks for: \`/orders/{{vars.${ORDER_ID}}}\``,
    );
  }
  const needsId = placeholdersOf(path).some(({ name }) => name === `vars.${ORDER_ID}`) && !vars.includes(ORDER_ID);
  if (needsId && !hasId) {
    return refuse(
      'MISSING',
      `\`{{vars.${ORDER_ID}}}\` needs \`audit.answer.id\`: where an accepted answer holds the order’s id`,
    );
  }
  return checks.areSound ? { share: shareOf(share), path, afterUs: usOf(after) } : 'wrong';
}

function planRetry(written: ShoppersInput['retry'], { section, rules }: ShopperSeams): RetrySpec | undefined | 'wrong' {
  if (written === undefined) return undefined;
  const { times, backoff, jitter, max } = written;
  const on = written.on.map(String);
  let isSound = true;
  for (const [index, name] of on.entries()) {
    const message = rules && retryMistake(name, rules);
    if (message === undefined) continue;
    isSound = false;
    section.complain({ code: 'UNKNOWN_OUTCOME', message, path: ['shoppers', 'retry', 'on', index] });
  }
  if (!isSound) return 'wrong';
  return {
    times: countOf(times)!,
    backoffUs: usOf(backoff),
    jitter: shareOf(jitter),
    honourRetryAfter: written['retry-after'],
    maxUs: usOf(max),
    on,
  };
}

function retryMistake(name: string, rules: readonly OutcomeRule[]): string | undefined {
  if (name === 'accepted') return '`shoppers.retry.on`: an accepted order is not tried again; `replay` repeats one';
  const names = outcomesOf({ rules: [...rules] }).map((outcome) => outcome.name);
  const known = [...OUTCOME_CLASSES.filter((each) => each !== 'accepted'), ...names];
  if (known.includes(name)) return undefined;
  const hint = didYouMean(name, known);
  const list = hint === '' ? `; outcomes: ${names.map((each) => `\`${each}\``).join(', ')}` : hint;
  return `\`shoppers.retry.on\` names no outcome: \`${name}\`${list}`;
}
