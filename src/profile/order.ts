// `order:` → what is sent and who buys what. A profile that says nothing of headers or body gets those of the built-in
// shop's checkout.

import type { z } from 'zod';
import type { BodySpec, OrderSpec, StepSpec, Weighted } from '../order/spec.ts';
import { checkTemplate, headerMistake, pathMistake, placeholdersOf } from '../order/template.ts';
import { at, type Path } from './paths.ts';
import { shownPath } from './redact.ts';
import { countOf } from './scalars.ts';
import { BODY_KINDS, type Order } from './schema.ts';
import { checkText, type Section } from './section.ts';

export type OrderInput = z.output<typeof Order>;

const DEFAULT_HEADERS = { 'idempotency-key': '{{order.key}}' };
const DEFAULT_JSON = { buyer: '{{buyer.id}}', sku: '{{sku}}', quantity: '{{quantity}}' };
const IDEMPOTENCY = 'idempotency-key';
const COMPUTED = ['content-length', 'transfer-encoding', 'connection'];

/** The order with the headers and the body it gets by default. */
export function withDefaults(order: OrderInput): OrderInput {
  const creates = order.method === 'POST';
  const hasBody = BODY_KINDS.some((kind) => order[kind] !== undefined);
  return {
    ...order,
    ...(creates && order.headers === undefined ? { headers: DEFAULT_HEADERS } : {}),
    ...(creates && !hasBody ? { json: DEFAULT_JSON } : {}),
  };
}

/** All of an OrderSpec but its rules; undefined when a mistake was told. `seed` is the traffic's. */
export function planOrder(given: OrderInput, seed: number, section: Section): Omit<OrderSpec, 'rules'> | undefined {
  const order = withDefaults(given);
  const checks = new TemplateChecks(section);
  checks.add(order.path, ['order', 'path'], () => shownPathMistake(order.path));
  const headers = planHeaders(order, section, checks);
  const body = planBody(order, section, checks);
  const skus = weightsOf(order.skus, ['order', 'skus'], section);
  const quantity = quantitiesOf(order, section);
  if (!headers || !body || !skus || !quantity || !checks.areSound) return undefined;
  const { method, path } = order;
  const written = at(section.raw, ['order', 'path']);
  const shown = shownPath(typeof written === 'string' ? written : path);
  const step: StepSpec = { name: 'order', method, path, shownPath: shown, headers, body };
  warnOf(step, section);
  const buyers = order.buyers === undefined ? undefined : countOf(order.buyers)!;
  return { steps: [step], identity: { runId: '', seed, buyers, skus, quantity }, env: checks.env };
}

/** The message quotes the path: as it may be shown. */
function shownPathMistake(path: string): PlainMistake | undefined {
  const mistake = pathMistake(path);
  const quoted = JSON.stringify(path).slice(1, -1);
  const shown = () => shownPath(path);
  return mistake && { ...mistake, message: mistake.message.replaceAll(path, shown).replaceAll(quoted, shown) };
}

type PlainMistake = { code: string; message: string };

/** Checks every text that may hold placeholders, and collects the variables they name. */
class TemplateChecks {
  areSound = true;
  readonly env: Record<string, string> = {};
  readonly #section: Section;

  constructor(section: Section) {
    this.#section = section;
  }

  add(text: string, path: Path, rule: () => PlainMistake | undefined = () => undefined): void {
    for (const { name } of placeholdersOf(text)) {
      const variable = name.startsWith('env.') ? name.slice(4) : '';
      const value = Object.hasOwn(this.#section.env, variable) ? this.#section.env[variable] : undefined;
      if (value !== undefined) this.env[variable] = value;
    }
    const check = (written: string) => {
      const mistake = checkTemplate(written, { env: this.env });
      if (mistake) return mistake;
      const broken = rule();
      return broken && { ...broken, at: 0, length: written.length };
    };
    if (!checkText(this.#section, { text, path, check })) this.areSound = false;
  }
}

function planHeaders(
  { headers = {} }: OrderInput,
  { complain }: Section,
  checks: TemplateChecks,
): [string, string][] | undefined {
  const seen = new Map<string, string>();
  const flat: [string, string][] = [];
  let isSound = true;
  const refuse = (code: string, name: string, message: string) => {
    isSound = false;
    complain({ code, message, path: ['order', 'headers', name], focus: 'key' });
  };
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    const namesake = seen.get(lower);
    seen.set(lower, name);
    const wrongName = headerMistake(name, '');
    if (wrongName) refuse(wrongName.code, name, wrongName.message);
    else if (namesake !== undefined) {
      const message = `header \`${name}\` is there twice (\`${namesake}\`): for several values write a list`;
      refuse('DUPLICATE_KEY', name, message);
    } else if (COMPUTED.includes(lower)) {
      refuse('COMPUTED_HEADER', name, `header \`${name}\` is computed: leave it out`);
    }
    for (const [index, item] of [value].flat().entries()) {
      const text = String(item);
      const path: Path = ['order', 'headers', name, ...(Array.isArray(value) ? [index] : [])];
      checks.add(text, path, () => (wrongName ? undefined : headerMistake(name, text)));
      flat.push([name, text]);
    }
  }
  return isSound ? flat : undefined;
}

function planBody(order: OrderInput, section: Section, checks: TemplateChecks): BodySpec | undefined {
  const kinds = BODY_KINDS.filter((kind) => order[kind] !== undefined);
  if (kinds.length > 1) {
    const [first, ...others] = kinds;
    for (const kind of others) {
      const message = `\`order.${kind}\`: an order has one body, and \`${first}\` is there already: keep one of them`;
      section.complain({ code: 'CLASH', message, path: ['order', kind], focus: 'key' });
    }
    return undefined;
  }
  if (order.json !== undefined) {
    checkStrings(order.json, ['order', 'json'], checks);
    return { kind: 'json', value: order.json };
  }
  if (order.form !== undefined) {
    const fields = Object.entries(order.form).map(([name, value]): [string, string] => [name, String(value)]);
    for (const [name, value] of fields) checks.add(value, ['order', 'form', name]);
    return { kind: 'form', fields };
  }
  if (order.file !== undefined) return fileBody(order.file, section, checks);
  if (!order.text) return { kind: 'none' };
  checks.add(order.text, ['order', 'text']);
  return { kind: 'text', text: order.text };
}

function fileBody(file: string, section: Section, checks: TemplateChecks): BodySpec | undefined {
  const path: Path = ['order', 'file'];
  const text = section.read(file, path);
  if (text === undefined) return undefined;
  if (!/\.json$/i.test(file)) {
    checks.add(text, path);
    return text === '' ? { kind: 'none' } : { kind: 'text', text };
  }
  try {
    const value: unknown = JSON.parse(text);
    checkStrings(value, path, checks, path);
    return { kind: 'json', value };
  } catch {
    const message = `\`order.file\`: ${file} is not JSON; end its name in another way to send it as text`;
    section.complain({ code: 'BAD_JSON', message, path });
    return undefined;
  }
}

/** Keys and texts of a JSON body; `fixed` is the place of all of them when they stand in a file of their own. */
function checkStrings(value: unknown, path: Path, checks: TemplateChecks, fixed?: Path): void {
  if (typeof value === 'string') checks.add(value, fixed ?? path);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    const below = fixed ?? [...path, Array.isArray(value) ? Number(key) : key];
    if (!Array.isArray(value)) checks.add(key, below);
    checkStrings(item, below, checks, fixed);
  }
}

function weightsOf(
  choice: readonly (string | number)[] | Record<string, number | string>,
  path: Path,
  { complain }: Section,
): Weighted<string> | undefined {
  const weighted = Array.isArray(choice)
    ? choice.map((value) => ({ value: String(value), weight: 1 }))
    : Object.entries(choice).map(([value, weight]) => ({ value, weight: countOf(weight as number | string)! }));
  if (weighted.length > 0) return weighted;
  complain({ code: 'BAD_VALUE', message: `\`${path.join('.')}\` must hold at least one entry`, path });
  return undefined;
}

function quantitiesOf({ quantity }: OrderInput, section: Section): Weighted<number> | undefined {
  if (typeof quantity !== 'object') return [{ value: countOf(quantity)!, weight: 1 }];
  const path: Path = ['order', 'quantity'];
  const weighted = weightsOf(quantity, path, section);
  let isSound = weighted !== undefined;
  for (const key of Object.keys(quantity)) {
    if (/^[1-9]\d{0,6}$/.test(key)) continue;
    isSound = false;
    const message = `\`${key}\` in \`order.quantity\` is no quantity: it must be a whole number from 1 up`;
    section.complain({ code: 'BAD_VALUE', message, path: [...path, key], focus: 'key' });
  }
  return isSound ? weighted!.map(({ value, weight }) => ({ value: Number(value), weight })) : undefined;
}

function warnOf({ method, headers, body }: StepSpec, { warn, raw }: Section): void {
  const hasKey = headers.some(([name]) => name.toLowerCase() === IDEMPOTENCY);
  if (method === 'POST' && !hasKey) {
    warn(
      'order.headers holds no `idempotency-key`: a shop cannot tell a repeated order from a new one; say `idempotency-key: "{{order.key}}"`',
    );
  }
  if ((method === 'GET' || method === 'DELETE') && body.kind !== 'none') {
    warn(
      `order.${BODY_KINDS.find((kind) => at(raw, ['order', kind]) !== undefined)}: many servers ignore the body of a ${method}`,
    );
  }
}
