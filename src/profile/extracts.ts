// What a step takes from its answer, how long the shopper pauses before it, and when it is sent at all.

import { parsePath as parseJsonPath } from '../order/json-path.ts';
import { nameMistake } from '../order/scope.ts';
import type { Condition, ExtractFrom, ExtractSpec, OutcomeRule, ThinkSpec } from '../order/spec.ts';
import { closest } from '../suggest.ts';
import { parseDuration } from '../units.ts';
import { at, formatPath, type Path } from './paths.ts';
import type { StepFieldsInput } from './schema-order.ts';
import { type Section, WRONG_WHEN_FILLED } from './section.ts';
import { holdsVariable } from './variables.ts';

type ExtractsInput = NonNullable<StepFieldsInput['extract']>;
type ThinkInput = NonNullable<StepFieldsInput['think']>;
type ConditionsInput = NonNullable<StepFieldsInput['when']>;

const KINDS = ['json', 'header', 'cookie', 'regex'] as const;
const BETWEEN_SLASHES = /^\/(.+)\/([a-z]*)$/s;
const FLAGS = 'ims';

/** Undefined when a mistake was told at `path`. */
export function planExtracts(extracts: ExtractsInput, path: Path, section: Section): ExtractSpec[] | undefined {
  const specs = Object.entries(extracts).map(([name, written]) => planExtract(name, written, { path, section }));
  return specs.every((spec) => spec !== undefined) ? specs : undefined;
}

/** Answers that never have a body. */
const BODILESS = [204, 205, 304];

/**
 * Whether these can be taken from an answer that lets the order go on; told at `path` where all such answers have no body.
 * `rules`: the step's own.
 */
export function canBeTaken(
  extracts: readonly ExtractSpec[],
  rules: readonly OutcomeRule[],
  { path, section }: Place,
): boolean {
  const statuses = rules.filter((rule) => rule.class === 'accepted').map(({ status }) => status ?? []);
  const isBodiless = (all: readonly (number | string)[]) =>
    all.length > 0 && all.every((status) => BODILESS.includes(Number(status)));
  if (statuses.length === 0 || !statuses.every(isBodiless)) return true;
  const lost = extracts.filter(({ from, optional }) => !optional && (from.kind === 'json' || from.kind === 'regex'));
  const told = [...new Set(statuses.flat())].join(' or ');
  for (const { name } of lost) {
    const message = `\`${formatPath([...path, name])}\` is taken from a body, and an answer of status ${told}, all that the step accepts, has none; take it from a \`header\` or \`cookie\`, accept another status, or say \`optional: true\``;
    section.complain({ code: 'CLASH', message, path: [...path, name], focus: 'key' });
  }
  return lost.length === 0;
}

type Place = { path: Path; section: Section };

function planExtract(name: string, written: ExtractsInput[string], { path, section }: Place): ExtractSpec | undefined {
  const here = [...path, name];
  const wrongName = nameMistake('extract', name);
  if (wrongName) section.complain({ code: 'EXTRACT_NAME', message: wrongName, path: here, focus: 'key' });
  const from = typeof written === 'string' ? { json: written } : written;
  const kinds = KINDS.filter((kind) => from[kind] !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    const rule = kind
      ? `looks in ${kinds.length} places: keep one of ${listed(kinds)}`
      : `needs one of ${listed(KINDS)}`;
    const message = `\`${formatPath(here)}\` ${rule}`;
    section.complain({ code: kind ? 'CLASH' : 'MISSING', message, path: here, focus: 'key' });
    return undefined;
  }
  const where = typeof written === 'string' ? here : [...here, kind];
  const spec = fromOf(kind, from[kind]!, { path: where, section });
  return spec && !wrongName
    ? { name, from: spec, optional: typeof written !== 'string' && written.optional === true }
    : undefined;
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

function fromOf(kind: (typeof KINDS)[number], text: string, { path, section }: Place): ExtractFrom | undefined {
  if (kind === 'regex') return regexOf(text, { path, section });
  if (kind === 'header' || kind === 'cookie') {
    if (/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text)) {
      return { kind, name: kind === 'header' ? text.toLowerCase() : text };
    }
    refuse(section, path, `is not the name of a ${kind}: no spaces, colons or control characters`, 'EXTRACT_PLACE');
    return undefined;
  }
  return checkJsonPath(text, path, section) ? { kind: 'json', path: text } : undefined;
}

/** A mistake whose words quote nothing that a variable filled in. */
function refuse({ complain, raw }: Section, path: Path, rule: string, code: string): void {
  const isFilled = holdsVariable(at(raw, path));
  complain({ code, message: `\`${formatPath(path)}\` ${isFilled ? WRONG_WHEN_FILLED : rule}`, path });
}

/** Whether a text is a JSON path; told where it is not. */
export function checkJsonPath(text: string, path: Path, section: Section): boolean {
  if (parseJsonPath(text) !== undefined) return true;
  refuse(
    section,
    path,
    `must be a JSON path to one place such as \`data.items[0].code\`${/\*|\.\.|\?\(/.test(text) ? ' (no `*`, no `..`)' : ''}, got \`${text}\``,
    'JSON_PATH',
  );
  return false;
}

function regexOf(text: string, { path, section }: Place): ExtractFrom | undefined {
  const between = BETWEEN_SLASHES.exec(text);
  const [source, flags] = between ? [between[1]!, between[2]!] : [text, ''];
  const odd = [...flags].filter((flag) => !FLAGS.includes(flag));
  if (odd.length > 0) {
    refuse(section, path, `has the flag \`${odd.join('')}\`: only ${listed([...FLAGS])} mean something here`, 'REGEX');
    return undefined;
  }
  try {
    new RegExp(source, flags);
    return { kind: 'regex', source, flags };
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : String(error);
    refuse(section, path, `is no regular expression: ${why}`, 'REGEX');
    return undefined;
  }
}

/** Undefined when a mistake was told at `path`. */
export function planThink(think: ThinkInput, path: Path, { complain }: Section): ThinkSpec | undefined {
  if (typeof think === 'string') return { kind: 'fixed', us: parseDuration(think)! };
  const { from, until, median, sigma } = think;
  const refuseAs = (code: string, rule: string) => {
    complain({ code, message: `\`${formatPath(path)}\` ${rule}`, path, focus: 'key' });
    return undefined;
  };
  const isEven = from !== undefined || until !== undefined;
  if (isEven && (median !== undefined || sigma !== undefined)) {
    return refuseAs('CLASH', 'is drawn evenly (`from`, `until`) or lognormal (`median`, `sigma`), not both');
  }
  if (isEven && until === undefined) return refuseAs('MISSING', 'needs `until` beside `from`');
  if (isEven) {
    const [fromUs, untilUs] = [parseDuration(from ?? '0s')!, parseDuration(until!)!];
    if (fromUs <= untilUs) return { kind: 'uniform', fromUs, untilUs };
    return refuseAs('BAD_VALUE', `goes from ${from} until ${until}: \`until\` must be the longer one`);
  }
  if (median === undefined || sigma === undefined) {
    return refuseAs('MISSING', 'needs `from` and `until`, or `median` and `sigma`, or is a duration such as `2s`');
  }
  return { kind: 'lognormal', medianUs: parseDuration(median)!, sigma };
}

type ConditionsPlace = {
  path: Path;
  negated: boolean;
  section: Section;
  vars: readonly string[];
  later: ReadonlyMap<string, string>;
};

/** Undefined when a mistake was told below `path`. */
export function planConditions(conditions: ConditionsInput, place: ConditionsPlace): Condition[] | undefined {
  const { path, negated, section } = place;
  let isSound = true;
  const planned = Object.entries(conditions).map(([name, value]): Condition => {
    const match = String(value);
    const here = [...path, name];
    const wrong = conditionMistake(name, place);
    if (wrong) section.complain({ ...wrong, path: here, focus: 'key' });
    const pattern = matchMistake(match);
    if (pattern !== undefined) refuse(section, here, `is no regular expression: ${pattern}`, 'REGEX');
    if (wrong || pattern !== undefined) isSound = false;
    return { variable: name.replace(/^vars\./, ''), match, negated };
  });
  return isSound ? planned : undefined;
}

function conditionMistake(
  name: string,
  { vars, later }: ConditionsPlace,
): { code: string; message: string } | undefined {
  const variable = name.replace(/^vars\./, '');
  if (name.startsWith('vars.') && vars.includes(variable)) return undefined;
  const step = later.get(variable);
  if (name.startsWith('vars.') && step !== undefined) {
    const message = `\`${name}\` is not known yet: it is taken from the answer of ${step}`;
    return { code: 'TOO_EARLY', message };
  }
  const near = closest(variable, vars);
  const known = `: known are ${listed(vars.map((each) => `vars.${each}`))}`;
  const rule = vars.length === 0 ? ': no step before this one extracts anything' : known;
  const message = `\`${name}\` is no variable${near === undefined ? rule : `; did you mean \`vars.${near}\`?`}`;
  return { code: 'UNKNOWN_VARIABLE', message };
}

/** Why a text between slashes is no regular expression; undefined for all other texts. */
function matchMistake(match: string): string | undefined {
  const between = /^\/(.+)\/(i?)$/s.exec(match);
  if (!between) return undefined;
  try {
    new RegExp(between[1]!, between[2]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : String(error);
  }
}
