// `order:` → what is sent and who buys what. A profile that says nothing of headers or body gets those of the built-in
// shop's checkout.

import { codeFormOf } from '../order/code.ts';
import type { OrderSpec, StepSpec } from '../order/spec.ts';
import { didYouMean } from '../suggest.ts';
import { hashOf } from './hash.ts';
import { planIdentity } from './identity.ts';
import { at, formatPath, type Path } from './paths.ts';
import { planHeaders, planRequest } from './request.ts';
import {
  BODY_KINDS,
  type OrderInput,
  type OrderMapInput,
  SENDS,
  type StepFieldsInput,
  type StepsInput,
} from './schema-order.ts';
import type { Section } from './section.ts';
import { listedSteps, tellNames } from './step-list.ts';
import { type OrderStep, planSteps, type Taken, withStepDefaults } from './steps.ts';
import type { TemplateChecks } from './templates.ts';

const DEFAULT_HEADERS = { 'idempotency-key': '{{order.key}}' };
const DEFAULT_JSON = { buyer: '{{buyer.id}}', sku: '{{sku}}', quantity: '{{quantity}}' };
const IDEMPOTENCY = 'idempotency-key';

/** The order with the methods, headers and bodies it gets by default. */
export function withDefaults(order: OrderInput): OrderInput {
  if (Array.isArray(order)) return withDefaultsOfSteps(order, { places: undefined, hasShared: false });
  if (order.journey !== undefined) return order;
  if (order.steps === undefined) return withSingleDefaults(order);
  const { places, headers } = order;
  return {
    ...order,
    steps: withDefaultsOfSteps(order.steps, { places, hasShared: Object.keys(headers ?? {}).length > 0 }),
  };
}

function withDefaultsOfSteps(
  steps: StepsInput,
  { places, hasShared }: { places: string | undefined; hasShared: boolean },
): StepsInput {
  const listed = listedSteps<StepFieldsInput>(steps, []);
  const placedBy = places === undefined ? steps.length - 1 : listed.findIndex(({ name }) => name === places);
  return listed.map(({ step, namePath, name }, index) => {
    const filled = withStepDefaults(step, { isPlacing: index === placedBy, hasShared });
    return namePath.at(-1) === 'name' ? filled : { [name!]: filled };
  });
}

function withSingleDefaults(order: OrderMapInput) {
  const { method = 'POST', path = order.graphql === undefined ? '/checkout' : '/graphql', ...rest } = order;
  const creates = method === 'POST';
  const hasBody = BODY_KINDS.some((kind) => order[kind] !== undefined);
  return {
    method,
    path,
    ...rest,
    ...(creates && order.headers === undefined ? { headers: DEFAULT_HEADERS } : {}),
    ...(creates && !hasBody ? { json: DEFAULT_JSON } : {}),
  };
}

/** An order written as a list says nothing beside its steps. */
export function mapOf(order: OrderInput): OrderMapInput {
  return Array.isArray(order) ? { steps: order, skus: ['sku-1'], quantity: 1 } : order;
}

export type OrderSeams = {
  /** The traffic's. */
  seed: number;
  section: Section;
  checks: TemplateChecks;
  taken: readonly Taken[];
};
export type PlannedOrder = Pick<OrderSpec, 'steps' | 'identity' | 'placedBy' | 'cookies' | 'journey'> & {
  /** Where the fields of each step stand. */
  paths: Path[];
};

/** The order without rules, feeders and shoppers; undefined when a mistake was told. */
export function planOrder(given: OrderInput, seams: OrderSeams): PlannedOrder | undefined {
  const order = mapOf(given);
  const { seed, section, checks } = seams;
  const identity = planIdentity(order, seed, section);
  const isTold = tellClashes(order, section);
  const sent =
    order.journey !== undefined
      ? planJourney(order.journey, section)
      : order.steps !== undefined
        ? planJourneySteps(order, Array.isArray(given) ? ['order'] : ['order', 'steps'], seams)
        : planSingle(order, seams);
  if (!identity || !sent || isTold || !checks.areSound) return undefined;
  warnOf(sent, section);
  return { ...sent, identity, ...(order.cookies ? { cookies: true } : {}) };
}

type Sent = Pick<PlannedOrder, 'steps' | 'placedBy' | 'journey' | 'paths'>;

/** What is written beside `steps` or `journey` and has no meaning there. */
function tellClashes(order: OrderMapInput, { complain, raw }: Section): boolean {
  const has = (key: string) => at(raw, ['order', key]) !== undefined;
  const refuse = (key: string, rule: string) =>
    complain({ code: 'CLASH', message: `\`order.${key}\` ${rule}`, path: ['order', key], focus: 'key' });
  const isList = Array.isArray(at(raw, ['order']));
  if (isList) return false;
  const sending = Object.keys(SENDS);
  if (order.journey !== undefined) {
    const idle = [...sending, 'steps', 'places'].filter(has);
    for (const key of idle) refuse(key, 'has no effect beside `journey`, whose code says what is sent: drop it');
    return idle.length > 0;
  }
  if (order.steps !== undefined) {
    const idle = sending.filter((key) => key !== 'headers' && has(key));
    for (const key of idle) refuse(key, 'belongs to one step: with `steps`, write it there');
    return idle.length > 0;
  }
  if (has('places')) refuse('places', 'names one of several steps, and there are no `steps`: drop it');
  return has('places');
}

/** An order made by code: steps that are names alone. */
function planJourney(file: string, section: Section): Sent | undefined {
  const path: Path = ['order', 'journey'];
  if (!/\.(ts|mts|js|mjs)$/.test(file)) {
    const message = '`order.journey` must be a module: a file that ends in `.ts`, `.mts`, `.js` or `.mjs`';
    section.complain({ code: 'BAD_VALUE', message, path });
    return undefined;
  }
  const text = section.read(file, path);
  if (text === undefined) return undefined;
  const url = section.locate(file);
  const form = loadedForm(url, section);
  if ('mistakes' in form) {
    for (const mistake of form.mistakes) {
      section.complain({ code: 'BAD_JOURNEY', message: `\`order.journey\`: ${file}: ${mistake}`, path });
    }
    return undefined;
  }
  const named = (name: string): StepSpec => ({
    name,
    method: 'POST',
    path: '/',
    shownPath: file,
    headers: [],
    body: { kind: 'none' },
  });
  const { placedBy, outcomes } = form;
  return {
    steps: form.steps.map(named),
    placedBy,
    journey: { url, hash: hashOf(text), outcomes },
    paths: form.steps.map(() => path),
  };
}

function loadedForm(url: string, { importModule }: Section): ReturnType<typeof codeFormOf> {
  let exported: unknown;
  try {
    exported = importModule(url);
  } catch (error) {
    return { mistakes: [`it cannot be loaded: ${error instanceof Error ? error.message : String(error)}`] };
  }
  return codeFormOf(exported);
}

function planSingle(given: OrderMapInput, { section, checks }: OrderSeams): Sent | undefined {
  checks.enter({ vars: [] });
  const order = withSingleDefaults(given);
  const request = planRequest(order, { path: ['order'], section, checks });
  return request && { steps: [{ name: 'order', ...request }], paths: [['order']] };
}

function planJourneySteps(order: OrderMapInput, base: Path, { section, checks, taken }: OrderSeams): Sent | undefined {
  checks.enter({ vars: [] });
  const shared = planHeaders(order.headers ?? {}, { path: ['order'], section, checks });
  const named = listedSteps<StepFieldsInput>(order.steps!, base);
  const areNamed = tellNames(named, { needed: true, section });
  const placedBy = placeOf(order.places, named, section);
  const place = { section, checks, taken, placedBy: placedBy ?? named.length - 1, shared: shared ?? [] };
  const steps = planSteps(named, place);
  if (!steps || !shared || !areNamed || placedBy === undefined) return undefined;
  return { steps, placedBy, paths: named.map(({ path }) => path) };
}

function placeOf(places: string | undefined, steps: readonly OrderStep[], { complain }: Section): number | undefined {
  if (places === undefined) return steps.length - 1;
  const index = steps.findIndex(({ name }) => name === places);
  if (index >= 0) return index;
  const names = steps.flatMap(({ name }) => name ?? []);
  const hint = didYouMean(places, names);
  const known = hint === '' ? `; steps: ${names.map((name) => `\`${name}\``).join(', ')}` : hint;
  const message = `\`order.places\` names no step: \`${places}\`${known}`;
  complain({ code: 'UNKNOWN_STEP', message, path: ['order', 'places'] });
  return undefined;
}

function warnOf({ steps, placedBy = 0, paths, journey }: Sent, { warn, raw }: Section): void {
  if (journey !== undefined) return;
  const placing = steps[placedBy]!;
  if (steps[0]!.think !== undefined) {
    const where = formatPath([...paths[0]!, 'think']);
    warn(
      `${where}: the order is due before its first step, so this pause is in every response; a pause between orders is the traffic’s`,
    );
  }
  const path = paths[placedBy]!;
  const hasKey = placing.headers.some(([name]) => name.toLowerCase() === IDEMPOTENCY) || holdsKey(placing);
  if (placing.method === 'POST' && !hasKey) {
    warn(
      `${formatPath([...path, 'headers'])} holds no \`idempotency-key\`: a shop cannot tell a repeated order from a new one; say \`idempotency-key: "{{order.key}}"\``,
    );
  }
  for (const [index, { method, body }] of steps.entries()) {
    if ((method !== 'GET' && method !== 'DELETE') || body.kind === 'none') continue;
    const kind = BODY_KINDS.find((each) => at(raw, [...paths[index]!, each]) !== undefined);
    warn(`${formatPath([...paths[index]!, kind!])}: many servers ignore the body of a ${method}`);
  }
  if (paths[0]!.length > 1 && placing.method === 'GET' && placing.body.kind === 'none') {
    warn(
      `step \`${placing.name}\` places the order with a GET without a body: say \`method: POST\` there, or which step \`places\` it`,
    );
  }
}

/** The key goes out in another header, the path or the body. */
function holdsKey({ path, headers, body }: StepSpec): boolean {
  return /\{\{\s*order\.(key|id)\s*\}\}/.test(JSON.stringify([path, headers, body]));
}
