// What workers kept, made fit to be written down: keys and traces of orders, and answers without secrets. On the main
// thread, before anything of it reaches a file: what a profile sends, what its setup took, and what this very order sent
// under a secret name is taken out of an answer, and what the answer itself calls a secret.

import type { KeptAnswer, KeptOrder } from '../measure/kept.ts';
import { isPlain, type Journey } from '../order/journey.ts';
import { type OrderKeys, orderKeys } from '../order/key.ts';
import { placeholdersOf } from '../order/placeholders.ts';
import type { OrderSpec, Sending, StepSpec } from '../order/spec.ts';
import { compileOrder, readBackStepOf, type StepTemplate } from '../order/template.ts';
import { placedByOf } from '../order/variables.ts';
import { secretsOfRequest } from '../profile/sent-secrets.ts';
import { shownBodyOf, shownHeader, shownText } from '../profile/shown-answer.ts';
import { isSecretName } from '../secrets.ts';
import { KEPT_HEADER_CHARS, type KeptChange, type RawAnswer } from './keeper.ts';

const TRACEPARENT = 'traceparent';

export type KeptTold = { orders: KeptOrder[]; answers: KeptAnswer[] };

export class KeptTeller {
  readonly #order: OrderSpec;
  readonly #journey: Journey;
  readonly #secrets: readonly string[] | undefined;
  readonly #keys: OrderKeys;
  /** By name of the step: how it tells the shop of the order's trace. */
  readonly #traced: ReadonlyMap<string, { step: number; header: number }>;
  #compiled: readonly StepTemplate[] | undefined;

  /** `secrets`: values that the orders carry; undefined: nobody says, and no answer is told. */
  constructor(order: OrderSpec, journey: Journey, secrets: readonly string[] | undefined) {
    this.#order = order;
    this.#journey = journey;
    this.#secrets = secrets && [...secrets, ...Object.values(order.setup ?? {}), ...Object.values(order.env ?? {})];
    this.#keys = orderKeys(order.identity.runId);
    const steps = [...order.steps, readBackStepOf(order)];
    this.#traced = new Map(
      steps.flatMap((spec, step) => {
        const header = spec && traceHeaderOf(spec);
        return header === undefined ? [] : [[spec!.name, { step, header }]];
      }),
    );
  }

  tell({ orders, answers }: KeptChange): KeptTold {
    const secrets = this.#secrets;
    return {
      orders: orders.map((order) => this.#orderOf(order)),
      answers: secrets === undefined ? [] : answers.map((answer) => this.#answerOf(answer, secrets)),
    };
  }

  #orderOf(order: KeptOrder): KeptOrder {
    const { seq, serviceUs, steps } = order;
    const placing = this.#order.steps[placedByOf(this.#order)]!.name;
    // What never reached a socket is in no trace.
    const wasPlaced = isPlain(this.#order)
      ? !Number.isNaN(serviceUs)
      : steps.some(({ step, sentUs }) => step === placing && !Number.isNaN(sentUs));
    return {
      ...order,
      key: this.#keys.keyOf(seq),
      // Code has said its own.
      trace: order.trace !== '' || !wasPlaced ? order.trace : this.#traceOf(seq, placing),
      steps: steps.map((step) => ({
        ...step,
        trace: Number.isNaN(step.sentUs) ? '' : this.#traceOf(seq, step.step),
      })),
    };
  }

  #traceOf(seq: number, step: string): string {
    const told = this.#traced.get(step);
    if (told === undefined) return '';
    return this.#templates[told.step]!.headers[told.header]!.value.text({ seq });
  }

  get #templates(): readonly StepTemplate[] {
    this.#compiled ??= compileOrder(this.#order);
    return this.#compiled;
  }

  #answerOf(raw: RawAnswer, known: readonly string[]): KeptAnswer {
    const { outcome, step, status, failure, detail, isCut, sent } = raw;
    const secrets = [...known, ...this.#ownSecrets(sent)];
    const body = shownBodyOf(raw.body, { isCut, secrets });
    return {
      outcome,
      seq: sent.seq,
      step: this.#journey.steps[step]?.name ?? 'read-back',
      status,
      failure,
      detail: shownText(detail, { isCut: true, secrets }),
      headers: raw.headers.map(([name, value]) => {
        const isLong = value.length > KEPT_HEADER_CHARS;
        const shown = shownHeader(name, isLong ? value.slice(0, KEPT_HEADER_CHARS) : value, { isCut: isLong, secrets });
        return [name, isLong ? `${shown}…` : shown];
      }),
      body: body ?? '',
      isCut,
      isBinary: body === undefined,
    };
  }

  /** What this order sent under a secret name, its cookies, and what its steps extracted under one. */
  #ownSecrets(sent: Sending & { step: number }): string[] {
    const request = this.#templates[sent.step]?.render(sent);
    const extracted = this.#journey.variables.flatMap((name, index) => {
      const value = sent.vars?.[index] ?? '';
      return value !== '' && isSecretName(name) ? [value] : [];
    });
    return [...(request ? secretsOfRequest(request) : []), ...extracted];
  }
}

/** The header that tells the order's trace to the shop, `traceparent` before any other; undefined where there is none. */
function traceHeaderOf({ headers }: StepSpec): number | undefined {
  const telling = headers.flatMap(([name, value], index) => {
    const names = placeholdersOf(value).map((placeholder) => placeholder.name);
    const tells = names.some((each) => each === 'trace.parent' || each === 'trace.id');
    // Anything else in it is not known any more.
    const isPure = names.every((each) => each.startsWith('trace.') || each.startsWith('order.'));
    return tells && isPure ? [{ name: name.toLowerCase(), index }] : [];
  });
  return (telling.find(({ name }) => name === TRACEPARENT) ?? telling[0])?.index;
}
