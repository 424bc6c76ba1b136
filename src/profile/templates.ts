// Which placeholders a text of the profile may hold, checked where the text stands; and which names were used at all, so
// that what nobody reads can be told.

import type { Scope } from '../order/scope.ts';
import {
  checkTemplate,
  numberMistake,
  placeholdersOf,
  type TemplateMistake,
  type WrittenPlaceholder,
} from '../order/template.ts';
import { formatCount } from '../units.ts';
import { formatPath, type Path } from './paths.ts';
import { checkText, type Section } from './section.ts';

export type PlainMistake = { code: string; message: string };

/** What the whole profile brings. `broken`: feeders whose file told a mistake already, so that their columns are not known. */
export type Supplies = {
  feeders: Readonly<Record<string, readonly string[]>>;
  broken: readonly string[];
  setup: readonly string[];
  /** The first row (from 1) of a column that is no number; undefined: all are. */
  notNumber: (feeder: string, column: string) => number | undefined;
};

/** What is special about one place. */
export type Here = {
  /** Extracts of the steps before. */
  vars: readonly string[];
  /** Name of an extract that comes too late → the step that takes it, in words. */
  later?: ReadonlyMap<string, string>;
  /** Extracts of `setup:` that come too late. */
  laterSetup?: readonly string[];
  /** Undefined: a text of an order. Otherwise: what is sent once, for no order, in words. */
  once?: string;
};

const OF_AN_ORDER = /^(order\.|buyer\.|sku$|quantity$|choose$|vars\.)/;

type Place = { isJson: boolean; rule?: (() => PlainMistake | undefined) | undefined };

/** `{vars.token}`, where `{{vars.token}}` was meant. */
const SINGLE_BRACES = /(?<!\{)\{\s*([A-Za-z_][\w-]*\.[\w-]+)\s*\}(?!\})/g;

/** Checks every text that may hold placeholders, and collects the names they use. */
export class TemplateChecks {
  areSound = true;
  /** The variables of the environment that are named, with their values. */
  readonly env: Record<string, string> = {};
  /** As written: `vars.token`, `people.id`, `setup.session`, `order.key`. */
  readonly used = new Set<string>();
  readonly #section: Section;
  readonly #supplies: Supplies;
  #here: Here = { vars: [] };

  constructor(section: Section, supplies: Supplies) {
    this.#section = section;
    this.#supplies = supplies;
  }

  /** From here on texts stand there. */
  enter(here: Here): void {
    this.#here = here;
  }

  /** Checks a text of a JSON body, where `{{number(…)}}` may stand. */
  addJson(text: string, path: Path): void {
    this.#add(text, path, { isJson: true });
  }

  /** Checks a text; `rule` says what else may be wrong with it. */
  add(text: string, path: Path, rule?: () => PlainMistake | undefined): void {
    this.#add(text, path, { isJson: false, rule });
  }

  #add(text: string, path: Path, { isJson, rule = () => undefined }: Place): void {
    for (const [braces, name] of text.matchAll(SINGLE_BRACES)) {
      if (!this.#isName(name!)) continue;
      const says = `holds \`${braces}\`, which goes out as it stands: a placeholder has two braces, \`{{${name}}}\``;
      this.#section.warn(`${formatPath(path)} ${says}`);
    }
    for (const { name } of placeholdersOf(text)) {
      this.used.add(name);
      const variable = name.startsWith('env.') ? name.slice(4) : '';
      const value = Object.hasOwn(this.#section.env, variable) ? this.#section.env[variable] : undefined;
      if (value !== undefined) this.env[variable] = value;
    }
    const check = (written: string) => {
      const mistake = this.#mistakeOf(written) ?? numberMistake(written, isJson) ?? this.#noNumber(written);
      if (mistake) return mistake;
      const broken = rule();
      return broken && { ...broken, at: 0, length: written.length };
    };
    if (!checkText(this.#section, { text, path, check })) this.areSound = false;
  }

  /** A column that is to be a number, and in some row is none. */
  #noNumber(text: string): TemplateMistake | undefined {
    for (const { name, at, length } of placeholdersOf(text)) {
      if (!text.slice(at, at + length).includes('(')) continue;
      const [feeder, column] = [name.slice(0, name.indexOf('.')), name.slice(name.indexOf('.') + 1)];
      const columns = Object.hasOwn(this.#supplies.feeders, feeder) ? this.#supplies.feeders[feeder]! : [];
      const row = columns.includes(column) ? this.#supplies.notNumber(feeder, column) : undefined;
      if (row === undefined) continue;
      const message = `\`{{number(${name})}}\`: row ${formatCount(row)} of feeder \`${feeder}\` is no number`;
      return { code: 'NO_NUMBER', message, at, length };
    }
    return undefined;
  }

  #isName(name: string): boolean {
    return (
      OF_AN_ORDER.test(name) ||
      Object.hasOwn(this.#supplies.feeders, name.split('.')[0]!) ||
      /^(setup|env)\./.test(name)
    );
  }

  #mistakeOf(text: string): TemplateMistake | undefined {
    const { feeders, broken, setup } = this.#supplies;
    const written = placeholdersOf(text);
    const special = written.map((each) => this.#outOfPlace(each)).find((mistake) => mistake !== undefined);
    // Where a feeder's file is wrong nothing is known of its columns: blanks keep every other offset.
    const unknown = written.filter(({ name }) => broken.includes(name.split('.')[0]!));
    const known = unknown.reduce(
      (rest, { at, length }) => rest.slice(0, at) + ' '.repeat(length) + rest.slice(at + length),
      text,
    );
    const scope: Scope = { env: this.env, vars: this.#here.vars, feeders, setup };
    return special ?? checkTemplate(known, scope);
  }

  /** A name that exists, but not here. */
  #outOfPlace({ name, at, length }: WrittenPlaceholder): TemplateMistake | undefined {
    const { later, laterSetup, once } = this.#here;
    if (name.startsWith('setup.') && laterSetup?.includes(name.slice(6))) {
      const message = `\`{{${name}}}\` is not known yet: no step of \`setup\` before this one takes it`;
      return { code: 'TOO_EARLY', message, at, length };
    }
    if (once !== undefined) {
      const isFed = Object.hasOwn(this.#supplies.feeders, name.split('.')[0]!);
      if (!isFed && !OF_AN_ORDER.test(name)) return undefined;
      const message = `\`{{${name}}}\` belongs to an order, and ${once} belongs to none: it may hold \`{{setup.NAME}}\` and \`{{env.NAME}}\``;
      return { code: 'NO_ORDER_HERE', message, at, length };
    }
    const variable = name.startsWith('vars.') ? name.slice(5) : '';
    const step = this.#here.vars.includes(variable) ? undefined : later?.get(variable);
    if (step === undefined) return undefined;
    const message = `\`{{${name}}}\` is not known yet: it is taken from the answer of ${step}`;
    return { code: 'TOO_EARLY', message, at, length };
  }
}
