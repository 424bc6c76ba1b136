// `outcomes:` → rules. What makes one rule sound is order/'s to say; that some order can count as bought is said here.

import type { z } from 'zod';
import { ruleMistakes } from '../order/classify.ts';
import type { OutcomeRule } from '../order/spec.ts';
import { at, formatPath, type Path } from './paths.ts';
import type { Outcomes } from './schema-outcomes.ts';
import { type Section, WRONG_WHEN_FILLED } from './section.ts';
import { holdsVariable } from './variables.ts';

type RuleInput = z.output<typeof Outcomes>[number][string];

/** What a list of rules lets an order do, where none is of class `accepted`. */
type Lost = 'count as bought' | 'go on' | 'be right';
type OutcomesPlace = { base: Path; lost: Lost };

/** undefined when a mistake was told. `base`: where the list stands. */
export function planOutcomes(
  outcomes: z.output<typeof Outcomes>,
  section: Section,
  { base, lost }: OutcomesPlace = { base: ['outcomes'], lost: 'count as bought' },
): OutcomeRule[] | undefined {
  const rules = outcomes.map((item) => {
    const [name, rule] = Object.entries(item)[0]!;
    return ruleOf(name, rule);
  });
  let isSound = true;
  for (const { code, message, rule, field, key } of ruleMistakes(rules)) {
    isSound = false;
    const name = rules[rule]!.name;
    const below: Path = field === 'name' ? [] : field === 'status' || key === undefined ? [field] : [field, key];
    const path: Path = [...base, rule, name, ...below];
    const isFilled = holdsVariable(at(section.raw, path));
    section.complain({
      code,
      message: isFilled ? `\`${formatPath(path)}\` ${WRONG_WHEN_FILLED}` : message,
      path,
      focus: field === 'status' || isFilled ? 'value' : 'key',
    });
  }
  if (rules.length > 0 && !rules.some((rule) => rule.class === 'accepted')) {
    isSound = false;
    const what = lost === 'be right' ? 'answer' : 'order';
    const message = `\`${formatPath(base)}\` has no rule of class \`accepted\`: no ${what} could ever ${lost}`;
    section.complain({ code: 'NONE_ACCEPTED', message, path: base, focus: 'key' });
  }
  const catchAll = rules.findIndex(({ status, headers, body }) => !status && !headers && !body);
  if (catchAll >= 0 && catchAll < rules.length - 1) {
    section.warn(
      `${formatPath(base)}: \`${rules[catchAll]!.name}\` matches every answer, so no rule below it is ever reached`,
    );
  }
  return isSound ? rules : undefined;
}

/** One name means one thing, whichever list of rules it is in. */
export function tellTwoClasses(
  lists: readonly { rules: readonly OutcomeRule[]; base: Path }[],
  { complain }: Section,
): boolean {
  const classes = new Map<string, string>();
  let isSound = true;
  for (const { rules, base } of lists) {
    for (const [index, { name, class: outcomeClass }] of rules.entries()) {
      const other = classes.get(name) ?? outcomeClass;
      classes.set(name, other);
      if (other === outcomeClass) continue;
      isSound = false;
      const message = `outcome \`${name}\` is ${other} in one list and ${outcomeClass} in another: one name has one class`;
      complain({ code: 'RULE_NAME', message, path: [...base, index, name], focus: 'key' });
    }
  }
  return isSound;
}

function ruleOf(name: string, { status, headers, body, class: outcomeClass }: RuleInput): OutcomeRule {
  const rule: OutcomeRule = { name, class: outcomeClass };
  if (status !== undefined)
    rule.status = [status].flat().map((code) => (/^\d+$/.test(String(code)) ? Number(code) : code));
  if (headers && Object.keys(headers).length > 0) {
    rule.headers = Object.entries(headers).map(([header, match]) => [header.toLowerCase(), String(match)]);
  }
  if (body && Object.keys(body).length > 0) rule.body = Object.entries(body);
  return rule;
}
