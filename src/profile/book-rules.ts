// What must fit together in `audit:`: fields and where they come from, statuses and the field they stand in, what a limit or
// a price is held against. Each tells what is wrong, and is true where nothing is.

import type { BookFields } from '../order/books.ts';
import type { Outcome } from '../outcomes.ts';
import { didYouMean } from '../suggest.ts';
import { checkJsonPath } from './extracts.ts';
import { formatPath, isMap, type Path } from './paths.ts';
import type { AuditMapInput } from './schema-audit.ts';
import type { Section } from './section.ts';

const EXAMPLES: Readonly<Record<keyof BookFields, string>> = {
  key: 'idempotency_key',
  id: 'order_id',
  buyer: 'customer_id',
  sku: 'sku',
  quantity: 'quantity',
  total: 'total_cents',
  status: 'status',
};

/** In CSV a field is any column; elsewhere a JSON path. */
export function checkFields(
  { orders, fields }: AuditMapInput,
  { format, section }: { format: string | undefined; section: Section },
): boolean {
  const refuse = (path: Path, code: string, message: string) => {
    section.complain({ code, message, path, focus: 'key' });
    return false;
  };
  if (orders !== undefined && fields === undefined) {
    return refuse(
      ['audit', 'orders'],
      'MISSING',
      '`audit.fields` is missing: which columns of `orders` hold what, at least `fields: { key: … }`',
    );
  }
  if (orders === undefined && fields !== undefined) {
    return refuse(['audit', 'fields'], 'CLASH', '`audit.fields` names columns of `audit.orders`, which is missing');
  }
  const seen = new Map<string, string>();
  const sound = Object.entries(fields ?? {}).map(([key, name]) => {
    const twin = seen.get(name);
    seen.set(name, key);
    if (twin !== undefined) {
      return refuse(
        ['audit', 'fields', key],
        'CLASH',
        `\`audit.fields.${key}\` and \`${twin}\` are the same column \`${name}\``,
      );
    }
    if (name.includes('{{')) {
      const message = `\`audit.fields.${key}\` names a column of the export and holds no placeholder: say what the shop calls it, such as \`${key}: ${EXAMPLES[key as keyof BookFields]}\``;
      section.complain({ code: 'BAD_VALUE', message, path: ['audit', 'fields', key] });
      return false;
    }
    return format === undefined || format === 'csv' || checkJsonPath(name, ['audit', 'fields', key], section);
  });
  return sound.every(Boolean);
}

export function checkStatuses({ fields, confirmed, reserved }: AuditMapInput, { complain }: Section): boolean {
  const refuse = (code: string, path: Path, message: string) => {
    complain({ code, message, path, focus: 'key' });
    return false;
  };
  if (fields?.status !== undefined && (confirmed === undefined || confirmed.length === 0)) {
    return refuse(
      'MISSING',
      ['audit', 'fields', 'status'],
      '`audit.confirmed` is missing: which values of `fields.status` are a confirmed order',
    );
  }
  const lists = { confirmed, reserved };
  const idle = Object.entries(lists).filter(([, list]) => list !== undefined && fields?.status === undefined);
  for (const [key] of idle) {
    refuse(
      'CLASH',
      ['audit', key],
      `\`audit.${key}\` names statuses, and \`audit.fields.status\` does not say where they are`,
    );
  }
  const both = (reserved ?? []).find((status) => (confirmed ?? []).map(String).includes(String(status)));
  if (both === undefined) return idle.length === 0;
  return refuse(
    'CLASH',
    ['audit', 'reserved'],
    `status \`${both}\` is \`confirmed\` and \`reserved\`: it can be one of them`,
  );
}

/** What cannot be checked without a column. */
export function checkNeeds({ fields, limit, prices }: AuditMapInput, { complain }: Section): boolean {
  const lacks = (key: 'limit' | 'prices', columns: readonly (keyof BookFields)[]) => {
    const gone = columns.filter((column) => fields?.[column] === undefined);
    if (gone.length === 0) return false;
    const message = `\`audit.${key}\` needs ${gone.map((each) => `\`audit.fields.${each}\``).join(' and ')}`;
    complain({ code: 'MISSING', message, path: ['audit', key], focus: 'key' });
    return true;
  };
  const lackBuyer = limit !== undefined && lacks('limit', ['buyer']);
  const lackTotal = prices !== undefined && lacks('prices', isMap(prices) ? ['total', 'sku'] : ['total']);
  return !lackBuyer && !lackTotal;
}

export function checkAnswer(answer: AuditMapInput['answer'], section: Section): boolean {
  return Object.entries(answer ?? {})
    .map(([key, path]) => path === undefined || checkJsonPath(path, ['audit', 'answer', key], section))
    .every(Boolean);
}

/** Only who is turned away is turned away for lack of stock, or for coming too fast. */
export function checkRefusals(
  { key, names }: { key: 'sold-out' | 'throttled'; names: AuditMapInput['sold-out'] },
  { outcomes, section }: { outcomes: readonly Outcome[] | undefined; section: Section },
): boolean {
  if (outcomes === undefined) return true;
  const rejected = outcomes.filter((each) => each.class === 'rejected').map(({ name }) => name);
  let isSound = true;
  for (const [index, written] of (names ?? []).entries()) {
    const name = String(written);
    if (rejected.includes(name)) continue;
    isSound = false;
    const path: Path = ['audit', key, index];
    const other = outcomes.find((each) => each.name === name);
    const hint = didYouMean(name, rejected);
    const wayOut =
      hint === '' ? `; outcomes of class rejected: ${rejected.map((each) => `\`${each}\``).join(', ')}` : hint;
    const rule = other ? `names \`${name}\`, which is ${other.class}` : `names no outcome: \`${name}\``;
    section.complain({ code: 'UNKNOWN_OUTCOME', message: `\`${formatPath(path)}\` ${rule}${wayOut}`, path });
  }
  return isSound;
}
