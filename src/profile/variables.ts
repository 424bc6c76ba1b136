// `${VAR}` and `${VAR:-default}` in the texts of a profile, filled in after parsing so that a value can never change
// the structure. `$${` is a literal `${`. Values are never part of a message.

import { at, formatPath, mapLeaves, type Path } from './paths.ts';

export type Env = Readonly<Record<string, string | undefined>>;

type Complain = (mistake: { code: string; message: string; path: Path; focus: { at: number; length: number } }) => void;

const REFERENCE = /\$\$\{|\$\{([^}]*)(\}?)/g;
/** What was meant for two braces. */
const PLACEHOLDER = /^(order|buyer|vars|setup|env)\.[\w-]+$/;
const NAME = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/** Whether a text holds a variable, so that what it becomes must not be shown. */
export function holdsVariable(text: unknown): text is string {
  return typeof text === 'string' && text.includes('${');
}

/** A text with its variables as `replace` makes them; used to fill them in and to hide their defaults. */
export function replaceVariables(
  text: string,
  replace: (reference: { name: string; fallback: string | undefined }) => string,
): string {
  return text.replace(REFERENCE, (whole, inside: string | undefined) => {
    const match = inside === undefined ? null : NAME.exec(inside);
    return match ? replace({ name: match[1]!, fallback: match[2] }) : whole;
  });
}

/**
 * A plain scalar means what YAML makes of it, so a number or a truth value from a variable becomes one, where that loses
 * nothing (`0012` stays text). Quotes keep it text.
 */
function retyped(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== '' && String(Number(text)) === text && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** The tree with its variables filled in. A mistake leaves the text as it was; its path is in `unfilled`. */
export function fillVariables(
  tree: unknown,
  { env, isPlain, complain }: { env: Env; isPlain: (path: Path) => boolean; complain: Complain },
): { tree: unknown; unfilled: Path[] } {
  const unfilled: Path[] = [];
  const filled = mapLeaves(tree, (leaf, path) => {
    if (!holdsVariable(leaf)) return leaf;
    let isSound = true;
    const mistake = (code: string, message: string, focus: { at: number; length: number }) => {
      isSound = false;
      complain({ code, message: `\`${formatPath(path)}\` ${message}`, path, focus });
    };
    const text = leaf.replace(REFERENCE, (whole: string, inside: string | undefined, end: string, offset: number) => {
      if (inside === undefined) return '${';
      const focus = { at: offset, length: whole.length };
      const match = NAME.exec(inside);
      if (!match || end === '') {
        const rule = PLACEHOLDER.test(inside)
          ? `takes \`\${…}\` from the environment; what an order or an answer brings is \`{{${inside}}}\``
          : 'holds no `${NAME}` or `${NAME:-default}`; write `$${` for a literal `${`';
        mistake('BAD_VARIABLE', rule, focus);
        return whole;
      }
      const [, name, fallback] = match;
      const value = Object.hasOwn(env, name!) ? env[name!] : undefined;
      if (fallback !== undefined) return value || fallback;
      if (value !== undefined) return value;
      const wayOut = `set it, or give a default: \`\${${name}:-…}\`; a literal \`\${\` is written \`$\${\``;
      mistake('UNSET_VARIABLE', `needs the environment variable \`${name}\`, which is not set: ${wayOut}`, focus);
      return whole;
    });
    if (isSound) return isPlain(path) ? retyped(text) : text;
    unfilled.push(path);
    return leaf;
  });
  return { tree: filled, unfilled };
}

/** Whether what stands at a path was (partly) written by a variable. */
export function isFilledAt(raw: unknown, path: Path): boolean {
  return holdsVariable(at(raw, path));
}
