// `outcomes:` → rules. What makes one rule sound is order/'s to say; that some order can count as bought is said here.

import type { z } from 'zod';
import { ruleMistakes } from '../order/classify.ts';
import type { OutcomeRule } from '../order/spec.ts';
import { at, formatPath, type Path } from './paths.ts';
import type { Outcomes } from './schema.ts';
import { type Section, WRONG_WHEN_FILLED } from './section.ts';
import { holdsVariable } from './variables.ts';

type RuleInput = z.output<typeof Outcomes>[number][string];

/** undefined when a mistake was told. */
export function planOutcomes(outcomes: z.output<typeof Outcomes>, section: Section): OutcomeRule[] | undefined {
  const rules = outcomes.map((item) => {
    const [name, rule] = Object.entries(item)[0]!;
    return ruleOf(name, rule);
  });
  let isSound = true;
  for (const { code, message, rule, field, key } of ruleMistakes(rules)) {
    isSound = false;
    const name = rules[rule]!.name;
    const below: Path = field === 'name' ? [] : field === 'status' || key === undefined ? [field] : [field, key];
    const path: Path = ['outcomes', rule, name, ...below];
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
    const message = '`outcomes` has no rule of class `accepted`: no order could ever count as bought';
    section.complain({ code: 'NONE_ACCEPTED', message, path: ['outcomes'], focus: 'key' });
  }
  const catchAll = rules.findIndex(({ status, headers, body }) => !status && !headers && !body);
  if (catchAll >= 0 && catchAll < rules.length - 1) {
    section.warn(`outcomes: \`${rules[catchAll]!.name}\` matches every answer, so no rule below it is ever reached`);
  }
  return isSound ? rules : undefined;
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
