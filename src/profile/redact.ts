// What of a profile may be shown. Names decide: a literal value under a secret name becomes `***`; `${VAR}` stays as
// written, because it is a name and no value.

import { formatPath, type Path } from './paths.ts';
import { replaceVariables } from './variables.ts';

const REDACTED = '***';
const SECRET_NAMES =
  /^(authorization|proxy-authorization|cookie|set-cookie)$|api[-_]?key|token|secret|passw|credential/i;
const SECRET_QUERY = /([?&][^=&#]*(?:api[-_]?key|token|secret|passw|credential|signature)[^=&#]*=)([^&#]*)/gi;
const PEM = /-----BEGIN /;

/** Whether the values below a path are secrets: a header, body field or file named like one. */
export function isSecretPath(path: Path): boolean {
  const isSent = path[0] === 'order' || path[0] === 'outcomes';
  return isSent && path.slice(1).some((key) => typeof key === 'string' && SECRET_NAMES.test(key));
}

/** A leaf of the profile as it may be shown. */
export function redacted(leaf: unknown, path: Path): unknown {
  if (isSecretPath(path)) return typeof leaf === 'string' ? withoutLiterals(leaf) : leaf === null ? leaf : REDACTED;
  if (typeof leaf !== 'string') return leaf;
  if (PEM.test(leaf)) return REDACTED;
  if (formatPath(path) === 'target.url') return leaf.replace(/(?<=:\/\/)[^/@]*@/, `${REDACTED}@`);
  if (formatPath(path) === 'order.path') {
    return leaf.replace(SECRET_QUERY, (_, name: string, value: string) => name + withoutLiterals(value));
  }
  return leaf;
}

/** `Bearer ${TOKEN:-abc}` → `Bearer ${TOKEN:-***}`; anything that holds more than variables and a scheme → `***`. */
function withoutLiterals(text: string): string {
  const names: string[] = [];
  const rest = replaceVariables(text, ({ name, fallback }) => {
    names.push(fallback === undefined ? `\${${name}}` : `\${${name}:-${REDACTED}}`);
    return '\u0000';
  });
  const match = /^((?:Bearer |Basic |Token )?)\0$/i.exec(rest);
  if (match) return match[1]! + names[0]!;
  // A template alone (`{{order.key}}`) is no secret either.
  return /^(\{\{[^{}]*\}\})+$/.test(text) ? text : REDACTED;
}
