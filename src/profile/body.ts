// The body of a request as a person writes it → BodySpec: one of `json`, `form`, `text`, `file`, `graphql`.

import type { BodySpec } from '../order/spec.ts';
import { placeholdersOf } from '../order/template.ts';
import { closest } from '../suggest.ts';
import { formatPath, type Path } from './paths.ts';
import type { RequestInput, RequestPlace } from './request.ts';
import { BODY_KINDS } from './schema-order.ts';
import type { TemplateChecks } from './templates.ts';

type GraphQlInput = NonNullable<RequestInput['graphql']>;

/** Undefined when a mistake was told. */
export function planBody(request: RequestInput, place: RequestPlace): BodySpec | undefined {
  const { path, section, checks } = place;
  const kinds = BODY_KINDS.filter((kind) => request[kind] !== undefined);
  if (kinds.length > 1) {
    const [first, ...others] = kinds;
    for (const kind of others) {
      const here = [...path, kind];
      const message = `\`${formatPath(here)}\`: ${path.length > 1 ? 'a request' : 'an order'} has one body, and \`${first}\` is there already: keep one of them`;
      section.complain({ code: 'CLASH', message, path: here, focus: 'key' });
    }
    return undefined;
  }
  if (request.json !== undefined) {
    checkStrings(request.json, { path: [...path, 'json'], checks });
    return { kind: 'json', value: request.json };
  }
  if (request.form !== undefined) {
    const fields = Object.entries(request.form).map(([name, value]): [string, string] => [name, String(value)]);
    for (const [name, value] of fields) checks.add(value, [...path, 'form', name]);
    return { kind: 'form', fields };
  }
  if (request.file !== undefined) return fileBody(request.file, place);
  if (request.graphql !== undefined) return graphqlBody(request.graphql, place);
  if (!request.text) return { kind: 'none' };
  checks.add(request.text, [...path, 'text']);
  return { kind: 'text', text: request.text };
}

function fileBody(file: string, { path: base, section, checks }: RequestPlace): BodySpec | undefined {
  const path: Path = [...base, 'file'];
  const text = section.read(file, path);
  if (text === undefined) return undefined;
  if (!/\.json$/i.test(file)) {
    checks.add(text, path);
    return text === '' ? { kind: 'none' } : { kind: 'text', text };
  }
  try {
    const value: unknown = JSON.parse(text);
    checkStrings(value, { path, checks, fixed: true });
    return { kind: 'json', value };
  } catch {
    const message = `\`${formatPath(path)}\`: ${file} is not JSON; end its name in another way to send it as text`;
    section.complain({ code: 'BAD_JSON', message, path });
    return undefined;
  }
}

function graphqlBody(graphql: GraphQlInput, { path: base, section, checks }: RequestPlace): BodySpec | undefined {
  const path: Path = [...base, 'graphql'];
  const { query: written, file, variables, operationName } = graphql;
  if ((written === undefined) === (file === undefined)) {
    const rule =
      written === undefined
        ? 'needs a `query`, or a `file` that holds it'
        : 'has a `query` and a `file`: keep one of them';
    section.complain({ code: written ? 'CLASH' : 'MISSING', message: `\`${formatPath(path)}\` ${rule}`, path });
    return undefined;
  }
  const query = written ?? section.read(file!, [...path, 'file']);
  if (query === undefined) return undefined;
  const [first] = placeholdersOf(query);
  if (first !== undefined) {
    const message = `the query holds \`{{${first.name}}}\`, and a query goes out as it is written: declare a variable in it (\`$x: String!\`) and say \`variables: { x: "{{${first.name}}}" }\``;
    const focus = written === undefined ? 'value' : { at: first.at, length: first.length };
    section.complain({
      code: 'QUERY_PLACEHOLDER',
      message,
      path: [...path, written === undefined ? 'file' : 'query'],
      focus,
    });
    return undefined;
  }
  if (variables !== undefined) checkStrings(variables, { path: [...path, 'variables'], checks });
  const declared = new Set([...query.matchAll(/\$([A-Za-z_]\w*)/g)].map((match) => match[1]!));
  for (const name of Object.keys(variables ?? {})) {
    if (declared.has(name)) continue;
    const near = closest(name, [...declared]);
    const wayOut = near === undefined ? '' : `; did you mean \`${near}\`?`;
    section.warn(
      `${formatPath([...path, 'variables', name])}: the query names no \`$${name}\`, and most shops refuse that${wayOut}`,
    );
  }
  return {
    kind: 'graphql',
    query,
    ...(variables === undefined ? {} : { variables }),
    ...(operationName === undefined ? {} : { operationName }),
  };
}

type Strings = {
  path: Path;
  checks: TemplateChecks /** The place of all of them: they stand in a file of their own. */;
  fixed?: boolean;
};

/** Keys and texts of a JSON body. */
function checkStrings(value: unknown, { path, checks, fixed = false }: Strings): void {
  if (typeof value === 'string') checks.addJson(value, path);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    const below = fixed ? path : [...path, Array.isArray(value) ? Number(key) : key];
    if (!Array.isArray(value)) checks.add(key, below);
    checkStrings(item, { path: below, checks, fixed });
  }
}
