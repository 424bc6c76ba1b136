// The sections of a profile, each planned as far as its schema accepts it, so that one mistake hides no other.

import { UserError } from '../errors.ts';
import { outcomesOf } from '../order/classify.ts';
import { compileJourney } from '../order/journey.ts';
import type { OrderSpec, OutcomeRule, ShopperSpec, StepSpec } from '../order/spec.ts';
import { compileOrder } from '../order/template.ts';
import type { Outcome } from '../outcomes.ts';
import { adjustCurve, flagMistakes } from './adjust.ts';
import { besideOf, readersOf } from './beside.ts';
import { type PlannedAudit, planAudit } from './books.ts';
import { defaultCapacity, planCapacity } from './capacity.ts';
import { type PlannedControl, planControl } from './control.ts';
import { type PlannedFeeders, planFeeders } from './feeders.ts';
import { lenient, lenientControl, lenientOrder } from './lenient.ts';
import { warnOfUnchecked } from './not-checked.ts';
import { type PlannedOrder, planOrder } from './order.ts';
import { planOutcomes, tellTwoClasses } from './outcomes.ts';
import type { ParseContext } from './parse.ts';
import { at, isMap, type Path } from './paths.ts';
import type { Adjustment, Plan } from './plan.ts';
import type { ProblemList } from './problems.ts';
import { Capacity, type Filled, Profile } from './schema.ts';
import type { AuditInput } from './schema-audit.ts';
import { Shoppers } from './schema-shoppers.ts';
import type { Section } from './section.ts';
import { planShoppers } from './shoppers.ts';
import { type AuditLine, planLines, warnOfJudging } from './slo.ts';
import type { Written } from './source.ts';
import { takenIn } from './step-list.ts';
import type { Taken } from './steps.ts';
import { warnOfSurprises } from './surprises.ts';
import { planTarget } from './target.ts';
import { type Supplies, TemplateChecks } from './templates.ts';
import { type PlannedTraffic, partNamesOf, planTraffic } from './traffic.ts';
import { warnOfUnread } from './unread.ts';

export type Draft = {
  target: Plan['target'] | undefined;
  traffic: (PlannedTraffic & { adjustments: Adjustment[] }) | undefined;
  order: OrderSpec | undefined;
  setup: Plan['setup'] | undefined;
  teardown: Plan['teardown'] | undefined;
  audit: Audited | undefined;
  slo: Plan['slo'];
  stop: Plan['stop'];
  capacity: Plan['capacity'] | undefined;
  warnings: string[];
  /** Names of the files that were read, as written. */
  files: string[];
};
export type Whole = { [Key in keyof Draft]: NonNullable<Draft[Key]> };
/** `given`: the section as it is effective; undefined without one. */
type Audited = { given: AuditInput | undefined; books: Plan['books'] };

export function isWhole(draft: Draft): draft is Whole {
  return Object.values(draft).every((piece) => piece !== undefined);
}

export type Drafting = { written: Written; raw: unknown; list: ProblemList; context: ParseContext };

/** `tree`: the profile with its variables filled in. */
export function draftOf(tree: unknown, { written, raw, list, context }: Drafting): Draft {
  const warnings: string[] = [];
  const files: string[] = [];
  const section: Section = {
    complain: list.add,
    warn: (line) => warnings.push(line),
    raw,
    env: context.env,
    tell: (problem) => list.push(besideOf(problem, written.file)),
    ...readersOf(context, { raw, list, files }),
    locate: context.locate,
    importModule: context.importModule ?? refuseModules,
  };
  const whole: Record<string, unknown> = isMap(tree) ? tree : {};
  const target = lenient(Profile.shape.target, whole.target);
  const traffic = sectionOf(whole, 'traffic');
  const planned = traffic && planTraffic(traffic, section);
  const adjustedTraffic = planned && adjusted(planned, context, list);
  const audits: AuditLine[] = [];
  const seams = { parts: partNamesOf(whole.traffic), parseSlo: context.parseSlo, written, audits };
  const plannedTarget = target && planTarget(target, section);
  const slo = planLines('slo', whole.slo, { section, seams });
  const stop = planLines('stop', whole.stop, { section, seams });
  const capacity = lenientCapacity(whole, { section, written });
  const orders = new OrderDraft(whole, {
    section,
    seed: planned?.curve.seed ?? 0,
    orders: adjustedTraffic?.curve.orders,
    isDemo: plannedTarget?.demo === true,
  }).plan();
  warnOfJudging(slo, section, context);
  warnOfUntraced(plannedTarget?.traceUrl, orders.order, section);
  warnOfSurprises({ written, raw, warn: section.warn });
  if (orders.order && orders.audit) {
    warnOfUnchecked(audits, { order: orders.order, books: orders.audit.books }, section);
  }
  return { target: plannedTarget, traffic: adjustedTraffic, ...orders, slo, stop, capacity, warnings, files };
}

/** A link to traces that no shop was told of leads nowhere; code may send any header. */
function warnOfUntraced(traceUrl: string | undefined, order: OrderSpec | undefined, { warn }: Section): void {
  if (traceUrl === undefined || !order || order.journey !== undefined) return;
  const isTold = order.steps.some(({ headers }) =>
    headers.some(([, value]) => /\{\{\s*(?:trace\.|order\.key)/.test(value)),
  );
  if (!isTold) {
    const wayOut = 'write `order: { headers: { traceparent: "{{trace.parent}}" } }`';
    warn(`target.traceUrl leads to traces, and no request tells the shop of one: ${wayOut}`);
  }
}

/** Undefined when a mistake was told, here or by the schema. */
function lenientCapacity(whole: Record<string, unknown>, seams: Parameters<typeof planCapacity>[1]) {
  if (whole.capacity === undefined) return planCapacity(defaultCapacity(), seams);
  const given = lenient(Capacity, whole.capacity);
  return given && planCapacity(given, seams);
}

function sectionOf<Key extends keyof Filled>(whole: Record<string, unknown>, key: Key): Filled[Key] | undefined {
  return Profile.shape[key].safeParse(whole[key]).data as Filled[Key] | undefined;
}

type OrderSeams = {
  section: Section;
  /** The traffic's. */
  seed: number;
  /** How many there will be. */
  orders: number | undefined;
  isDemo: boolean;
};

/** What the rules say, as far as they are sound. */
type Ruled = {
  /** Of the profile. */
  rules: OutcomeRule[] | undefined;
  /** Of the step that places the order. */
  placing: readonly OutcomeRule[] | undefined;
  /** All that an order can come to. */
  outcomes: readonly Outcome[] | undefined;
};

/** What belongs to the orders: feeders, setup and teardown, steps, rules, shoppers, books. */
class OrderDraft {
  readonly #whole: Record<string, unknown>;
  readonly #seams: OrderSeams;
  readonly #supplies: Supplies;
  readonly #feeders: PlannedFeeders;
  /** The steps as written; undefined for an order of one request. */
  readonly #steps: unknown;
  readonly #taken: readonly Taken[];
  /** Of the texts of the order. */
  readonly #checks: TemplateChecks;

  constructor(whole: Record<string, unknown>, seams: OrderSeams) {
    this.#whole = whole;
    this.#seams = seams;
    const { section, orders } = seams;
    this.#feeders = planFeeders(lenient(Profile.shape.feeders, whole.feeders), {
      written: whole.feeders,
      orders,
      section,
    });
    const setup = new Set(takenIn(whole.setup).map(({ variable }) => variable));
    this.#supplies = { ...this.#feeders.supplies, setup: [...setup] };
    this.#steps = Array.isArray(whole.order) ? whole.order : at(whole.order, ['steps']);
    this.#taken = takenIn(this.#steps);
    this.#checks = new TemplateChecks(section, this.#supplies);
  }

  plan(): Pick<Draft, 'order' | 'setup' | 'teardown' | 'audit'> {
    const { section, seed } = this.#seams;
    const checks = this.#checks;
    const setup = this.#control('setup');
    const written = lenientOrder(this.#whole.order);
    const order = written && planOrder(written, { seed, section, checks, taken: this.#taken });
    const ruled = this.#rules(order);
    const audit = this.#audit(order, ruled);
    const shoppers = this.#shoppers(order, ruled, audit);
    const teardown = this.#control('teardown');
    const readers = [checks, setup, teardown, audit?.planned];
    const used = new Set(readers.flatMap((reader) => [...(reader?.used ?? [])]));
    warnOfUnread(
      { used, taken: this.#taken, order, feeders: this.#feeders.specs, setup: this.#supplies.setup },
      section,
    );
    const controls = {
      setup: setup?.steps,
      teardown: teardown?.steps,
      audit: audit && { given: audit.given, books: audit.planned?.books },
    };
    const { rules } = ruled;
    if (!order || !rules || !shoppers || !this.#feeders.isSound) return { order: undefined, ...controls };
    const { paths, ...sent } = order;
    const feeders = this.#feeders.specs;
    const answer = audit?.planned?.answer;
    const spec: OrderSpec = {
      ...sent,
      rules,
      env: Object.assign({}, ...readers.map((reader) => reader?.env)),
      ...(feeders.length > 0 ? { feeders } : {}),
      ...(Object.keys(shoppers).length > 0 ? { shoppers } : {}),
      ...(answer ? { answer } : {}),
    };
    return {
      order: tellUnbuildable(spec, { paths, section, setup: this.#supplies.setup }) ? spec : undefined,
      ...controls,
    };
  }

  /** Without the section there is nothing to plan, and nothing wrong. */
  #control(which: 'setup' | 'teardown'): PlannedControl | undefined {
    if (this.#whole[which] === undefined) return { steps: [], env: {}, used: new Set() };
    const list = lenientControl(this.#whole[which]);
    return list && planControl(list, which, { section: this.#seams.section, supplies: this.#supplies });
  }

  #rules(order: PlannedOrder | undefined): Ruled {
    const outcomes = sectionOf(this.#whole, 'outcomes');
    const rules = outcomes && planOutcomes(outcomes, this.#seams.section);
    // Of steps that are wrong nobody knows whose rules they would have had.
    if (!order && this.#steps !== undefined) return { rules, placing: undefined, outcomes: undefined };
    const own = order?.steps.flatMap((step) => (step.rules ? [step.rules] : [])) ?? [];
    const placing = (order && placingOf(order).rules) ?? rules;
    const told = order?.journey?.outcomes ?? [];
    return {
      rules,
      placing,
      outcomes: rules && [...[rules, ...own].flatMap((list) => outcomesOf({ rules: list })), ...told],
    };
  }

  /** Undefined when a mistake was told. */
  #audit(order: PlannedOrder | undefined, { outcomes }: Ruled) {
    const { section, isDemo } = this.#seams;
    const written = sectionOf(this.#whole, 'audit');
    if (written === undefined && this.#whole.audit !== undefined) return undefined;
    const given = written ?? (isDemo ? ('demo' as const) : undefined);
    if (given === undefined || given === 'none') return { given, planned: undefined };
    const planned = planAudit(given, {
      section,
      supplies: this.#supplies,
      identity: order?.identity,
      steps: order?.steps ?? [],
      outcomes,
      isDemo,
      isGraphQl: order !== undefined && placingOf(order).body.kind === 'graphql',
    });
    return planned && { given, planned };
  }

  #shoppers(
    order: PlannedOrder | undefined,
    { placing: rules }: Ruled,
    audit: { planned: PlannedAudit | undefined } | undefined,
  ): ShopperSpec | undefined {
    if (this.#whole.shoppers === undefined) return {};
    if (at(this.#whole.order, ['journey']) !== undefined) {
      const message = '`shoppers` has no effect beside `order.journey`, whose code says what is sent again: drop it';
      this.#seams.section.complain({ code: 'CLASH', message, path: ['shoppers'], focus: 'key' });
      return undefined;
    }
    const written = lenient(Shoppers, this.#whole.shoppers, Object.keys(Shoppers.shape));
    const hasId = audit === undefined || audit.planned?.answer?.id !== undefined;
    const vars = this.#taken.map(({ variable }) => variable);
    const placing = order && order.journey === undefined ? placingOf(order) : undefined;
    const seams = { section: this.#seams.section, checks: this.#checks, vars, rules, placing, hasId };
    return written && planShoppers(written, seams);
  }
}

function placingOf({ steps, placedBy }: PlannedOrder): StepSpec {
  return steps[placedBy ?? steps.length - 1]!;
}

type Built = { paths: readonly Path[]; section: Section; setup: readonly string[] };

/**
 * One name has one class in all lists of rules, and there is room for all outcomes of all steps. Whatever else would keep
 * an engine from building the order is told here too, if only at the order as a whole.
 */
function tellUnbuildable(spec: OrderSpec, { paths, section, setup }: Built): boolean {
  const lists = [
    { rules: spec.rules, base: ['outcomes'] as Path },
    ...spec.steps.map((step, index) => ({ rules: step.rules ?? [], base: [...paths[index]!, 'outcomes'] })),
  ];
  if (!tellTwoClasses(lists, section)) return false;
  try {
    compileJourney(spec);
    compileOrder({ ...spec, setup: Object.fromEntries(setup.map((name) => [name, ''])) });
    return true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    for (const { code, message } of error.problems) section.complain({ code, message, path: ['order'], focus: 'key' });
    return false;
  }
}

function adjusted(planned: PlannedTraffic, context: ParseContext, list: ProblemList): Draft['traffic'] {
  if (flagMistakes(context).length > 0) return undefined;
  const result = adjustCurve(planned.curve, context);
  if (!('mistakes' in result)) return { ...planned, ...result };
  for (const mistake of result.mistakes) list.push(mistake);
  return undefined;
}

function refuseModules(): never {
  throw new Error('no code is loaded here');
}
