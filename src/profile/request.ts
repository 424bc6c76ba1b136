// One request as a person writes it (of an order, a step, `setup:` or the books) → method, path, headers and body.

import type { StepSpec } from '../order/spec.ts';
import { headerMistake, pathMistake } from '../order/template.ts';
import { planBody } from './body.ts';
import { at, type Path } from './paths.ts';
import { shownPath } from './redact.ts';
import type { OrderMapInput } from './schema-order.ts';
import type { Section } from './section.ts';
import type { PlainMistake, TemplateChecks } from './templates.ts';

/** The fields of a request; those that a place does not know are simply not there. */
export type RequestInput = Pick<
  OrderMapInput,
  'method' | 'path' | 'headers' | 'json' | 'form' | 'text' | 'file' | 'graphql'
>;
export type PlannedRequest = Pick<StepSpec, 'method' | 'path' | 'shownPath' | 'headers' | 'body'>;
type Headers = NonNullable<RequestInput['headers']>;

export type RequestPlace = {
  /** Of the map that holds the fields. */
  path: Path;
  section: Section;
  checks: TemplateChecks;
  /** Where its path stands, when that is not the field `path` of the map. */
  pathAt?: Path | undefined;
  /** Headers beside `steps`, already checked: sent where the step has none of the name. */
  shared?: readonly [name: string, value: string][] | undefined;
};

const COMPUTED = ['content-length', 'transfer-encoding', 'connection'];

/** `method` and `path` have been filled in. Undefined when a mistake was told. */
export function planRequest(
  request: RequestInput & { method: string; path: string },
  place: RequestPlace,
): PlannedRequest | undefined {
  const { method, path } = request;
  const pathAt = place.pathAt ?? [...place.path, 'path'];
  place.checks.add(path, pathAt, () => shownPathMistake(path));
  const own = planHeaders(request.headers ?? {}, place);
  const body = planBody(request, place);
  if (!own || !body) return undefined;
  const names = new Set(own.map(([name]) => name.toLowerCase()));
  const headers = [...(place.shared ?? []).filter(([name]) => !names.has(name.toLowerCase())), ...own];
  const written = at(place.section.raw, pathAt);
  return { method, path, shownPath: shownPath(typeof written === 'string' ? written : path), headers, body };
}

/** The message quotes the path: as it may be shown. */
function shownPathMistake(path: string): PlainMistake | undefined {
  const mistake = pathMistake(path);
  const quoted = JSON.stringify(path).slice(1, -1);
  const shown = () => shownPath(path);
  return mistake && { ...mistake, message: mistake.message.replaceAll(path, shown).replaceAll(quoted, shown) };
}

/** Undefined when a mistake was told. */
export function planHeaders(
  headers: Headers,
  { path: base, section: { complain }, checks }: RequestPlace,
): [name: string, value: string][] | undefined {
  const seen = new Map<string, string>();
  const flat: [string, string][] = [];
  let isSound = true;
  const refuse = (code: string, name: string, message: string) => {
    isSound = false;
    complain({ code, message, path: [...base, 'headers', name], focus: 'key' });
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
      const path: Path = [...base, 'headers', name, ...(Array.isArray(value) ? [index] : [])];
      checks.add(text, path, () => (wrongName ? undefined : headerMistake(name, text)));
      flat.push([name, text]);
    }
  }
  return isSound ? flat : undefined;
}
