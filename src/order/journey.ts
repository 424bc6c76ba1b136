// An order of several steps compiled: what each answer means, what it gives to the steps behind, who pauses, who is passed
// over. Up to the placing step nothing can have been bought, so what would be unknown there is failed; behind it nothing
// can be un-bought. The outcomes of all steps are one list: the placing step's, under their plain names, come first.

import { UserError } from '../errors.ts';
import type { Outcome, OutcomeClass } from '../outcomes.ts';
import type { Answer } from './answer.ts';
import { classifierOf, MAX_OUTCOMES, outcomesOf } from './classify.ts';
import { CODE_OUTCOMES, type CodeSpec } from './code.ts';
import { type BodyReader, bodyReader, extractorOf } from './extract.ts';
import { matcherOf } from './rules.ts';
import type { Condition, OrderSpec, StepSpec } from './spec.ts';
import { thinkOf } from './think.ts';
import { placedByOf, variablesBefore, variablesOf } from './variables.ts';

/** The outcome of an order whose placing step its own `when` kept back. */
export const SKIPPED = 'skipped';

export type JourneyStep = {
  name: string;
  /** Answer → index into the journey's outcomes. Call it before `extract`, once an answer. */
  classify(answer: Answer): number;
  /** The order goes on with the step behind. */
  goesOn(outcome: number): boolean;
  /** Fills `vars` from an answer that goes on. @returns −1, or the outcome that ends the order because a value is missing */
  extract: ((answer: Answer, vars: string[]) => number) | undefined;
  /** Whether the order takes this step; undefined: always. */
  holds: ((vars: readonly string[]) => boolean) | undefined;
  /** The pause before it, whole µs. */
  thinkUs: ((seq: number) => number) | undefined;
};

export type Journey = {
  readonly outcomes: readonly Outcome[];
  readonly steps: readonly JourneyStep[];
  readonly placedBy: number;
  /** Outcome of an order that is never placed because of a `when`, or of what code decides; −1 when there is none. */
  readonly skipped: number;
  /** Names, as `vars` holds their values. */
  readonly variables: readonly string[];
  /** Of orders made by code: what it says itself. */
  readonly code?: CodeEnds;
};

/** Indices of outcomes; `named` are those that the code names. */
export type CodeEnds = { accepted: number; threw: number; threwAfter: number; named: ReadonlyMap<string, number> };

/** One exchange and nothing around it: what the fast path can do. */
export function isPlain({ steps, shoppers, cookies, journey }: OrderSpec): boolean {
  const [step] = steps;
  if (steps.length !== 1 || step === undefined || cookies || journey !== undefined) return false;
  const hasMore = (step.extract?.length ?? 0) > 0 || (step.when?.length ?? 0) > 0;
  return !hasMore && Object.values(shoppers ?? {}).every((each) => each === undefined);
}

/** The outcomes of a journey by name; one name has one class, so a clash is told apart by its step. */
class Names {
  readonly outcomes: Outcome[] = [];

  add(step: string, name: string, outcomeClass: OutcomeClass): number {
    const plain = this.#place(name, outcomeClass);
    return (
      plain ??
      this.#place(`${step}: ${name}`, outcomeClass) ??
      this.#place(`${step}: ${name} (${outcomeClass})`, outcomeClass)!
    );
  }

  /** Its index; undefined where the name has another class. */
  #place(name: string, outcomeClass: OutcomeClass): number | undefined {
    const at = this.outcomes.findIndex((outcome) => outcome.name === name);
    if (at >= 0) return this.outcomes[at]!.class === outcomeClass ? at : undefined;
    return this.outcomes.push({ name, class: outcomeClass }) - 1;
  }
}

type Position = 'before' | 'placing' | 'after';

/** What an outcome of one step is called, and counts as, for the order. */
function outcomeAt(position: Position, step: string, { name, class: own }: Outcome): Outcome {
  if (position === 'placing' || own === 'accepted') return { name, class: own };
  // The run itself stopped waiting, and the request that places the order was never sent.
  if (position === 'before' && name === 'abandoned') return { name: 'not-sent', class: 'failed' };
  if (position === 'after') return { name: `${step}: ${name} (bought)`, class: 'accepted' };
  return own === 'unknown' ? { name: `${step}: ${name}`, class: 'failed' } : { name, class: own };
}

function holdsOf(when: readonly Condition[], variables: readonly string[]): (vars: readonly string[]) => boolean {
  const conditions = when.map(({ variable, match, negated }) => ({
    place: variables.indexOf(variable.replace(/^vars\./, '')),
    matches: matcherOf(match),
    negated,
  }));
  return (vars) => conditions.every(({ place, matches, negated }) => matches(vars[place] ?? '') !== negated);
}

/** What is shared while the steps of one journey are compiled. */
type Making = { spec: OrderSpec; names: Names; variables: readonly string[]; reader: BodyReader; placedBy: number };

function compileStep(step: StepSpec, index: number, making: Making): JourneyStep {
  const { spec, names, variables, reader, placedBy } = making;
  const position: Position = index < placedBy ? 'before' : index === placedBy ? 'placing' : 'after';
  // The order's rules say what counts as bought; that a login answers 200 and not their 201 is no failure of it.
  const fallBack = step.rules === undefined && position !== 'placing' ? true : undefined;
  const rules: Parameters<typeof outcomesOf>[0] = { rules: step.rules ?? spec.rules, shoppers: spec.shoppers };
  if (fallBack) rules.fallBack = true;
  const own = outcomesOf(rules);
  const places = own.map((outcome) => {
    const { name, class: outcomeClass } = outcomeAt(position, step.name, outcome);
    return names.add(step.name, name, outcomeClass);
  });
  const proceeds = new Set(places.filter((_, i) => own[i]!.class === 'accepted'));
  const classify = classifierOf(rules, reader.parsed);
  const firstPlace = variablesBefore(spec, index).length;
  const extractors = (step.extract ?? []).map((extract, i) => extractorOf(extract, firstPlace + i, reader));
  const missing = extractors.map(({ name, optional }) => {
    if (optional) return -1;
    const says = `${step.name}: no ${name}`;
    return position === 'before'
      ? names.add(step.name, says, 'failed')
      : names.add(step.name, `${says} (bought)`, 'accepted');
  });
  return {
    name: step.name,
    classify: (answer) => {
      reader.next();
      return places[classify(answer)]!;
    },
    goesOn: (outcome) => proceeds.has(outcome),
    extract:
      extractors.length === 0
        ? undefined
        : (answer, vars) => {
            for (const [i, { find, place, optional }] of extractors.entries()) {
              const value = find(answer);
              if (value === undefined && !optional) return missing[i]!;
              vars[place] = value ?? '';
            }
            return -1;
          },
    holds: step.when && step.when.length > 0 ? holdsOf(step.when, variables) : undefined,
    thinkUs: step.think && thinkOf(step.think, spec.identity.seed, index),
  };
}

function codeEndsOf({ outcomes }: CodeSpec, names: Names): CodeEnds {
  const named = outcomes.map(({ name, class: own }) => [name, names.add('order', name, own)] as const);
  return {
    accepted: names.add('order', CODE_OUTCOMES.accepted, 'accepted'),
    threw: names.add('order', CODE_OUTCOMES.threw, 'failed'),
    threwAfter: names.add('order', CODE_OUTCOMES.threwAfter, 'unknown'),
    named: new Map(named),
  };
}

/**
 * Compiles the steps of an order. A plain order has exactly the outcomes of `outcomesOf`, in their order.
 *
 * @throws UserError for unsound rules, and for more outcomes than a run can tell apart
 */
export function compileJourney(spec: OrderSpec): Journey {
  const placedBy = placedByOf(spec);
  const variables = variablesOf(spec);
  const making: Making = { spec, names: new Names(), variables, reader: bodyReader(), placedBy };
  // The placing step first: its outcomes keep their names.
  const inTurn = spec.steps.map((_, index) => index).sort((a, b) => +(b === placedBy) - +(a === placedBy) || a - b);
  const steps: JourneyStep[] = [];
  for (const index of inTurn) steps[index] = compileStep(spec.steps[index]!, index, making);
  const code = spec.journey && codeEndsOf(spec.journey, making.names);
  const mayBeSkipped = steps[placedBy]?.holds !== undefined || code !== undefined;
  const skipped = mayBeSkipped ? making.names.add('order', SKIPPED, 'rejected') : -1;
  const { outcomes } = making.names;
  if (outcomes.length > MAX_OUTCOMES) {
    const message = `Expected at most ${MAX_OUTCOMES} distinct outcomes over all steps, built-in ones included, got ${outcomes.length}: give rules that mean the same one name, or take fewer steps`;
    throw new UserError([{ code: 'RULES_TOO_MANY', message, path: 'order' }]);
  }
  return { outcomes, steps, placedBy, skipped, variables, ...(code ? { code } : {}) };
}
