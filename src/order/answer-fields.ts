// What an accepted answer says of the purchase: its id, quantity and total. The body is parsed only when the profile names
// a field, and once. What is not there, or is no id or number, is left out: the audit then does without it.

import type { Answer } from './answer.ts';
import { parseExact } from './json-exact.ts';
import { parsePath, valueAt } from './json-path.ts';
import type { AnswerFields } from './spec.ts';

export type AnswerValues = { id?: string; quantity?: number; total?: number };
export type AnswerFieldsOf = (answer: Answer) => AnswerValues;

const decoder = new TextDecoder();
const NOTHING: AnswerValues = Object.freeze({});
const NUMBER = /^-?\d+(\.\d+)?$/;
/** No shop's order id is longer. */
const MAX_ID = 256;

function idOf(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text !== '' && text.length <= MAX_ID ? text : undefined;
}

/** A number, or a text that is one. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && NUMBER.test(value.trim()) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** @throws Error when a field is no JSON path (the profile refuses it first) */
export function answerFieldsOf(fields: AnswerFields | undefined): AnswerFieldsOf {
  const stepsOf = (path: string | undefined): (string | number)[] | undefined => {
    if (path === undefined) return undefined;
    const steps = parsePath(path);
    if (!steps) throw new Error(`\`${path}\` is not a JSON path`);
    return steps;
  };
  const [id, quantity, total] = [stepsOf(fields?.id), stepsOf(fields?.quantity), stepsOf(fields?.total)];
  if (!id && !quantity && !total) return () => NOTHING;
  return ({ body, bodyTruncated }) => {
    if (bodyTruncated || body.length === 0) return NOTHING;
    let document: unknown;
    try {
      document = parseExact(decoder.decode(body));
    } catch {
      return NOTHING;
    }
    const at = (steps: (string | number)[] | undefined) => (steps ? valueAt(document, steps) : undefined);
    return { id: idOf(at(id)), quantity: numberOf(at(quantity)), total: numberOf(at(total)) };
  };
}
