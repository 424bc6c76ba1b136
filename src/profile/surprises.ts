// Where YAML reads something else than was probably meant: `no` is text, `01234` a number without its zero, `1.10` is 1.1.
// Legal, so it is warned of, in the fields whose values go out as they are or are compared as text.

import { at, formatPath, isMap, type Path } from './paths.ts';
import { redacted } from './redact.ts';
import type { Written } from './source.ts';

/** Values that keep their kind, and values that become text. */
const AS_JSON = ['json', 'variables'];
const AS_TEXT = ['headers', 'form', 'when', 'unless', 'skus', 'of', 'confirmed', 'reserved'];
const SECTIONS = ['setup', 'order', 'audit', 'teardown'];

const LOOKS_TRUE_OR_FALSE = /^(yes|no|on|off)$/i;
const LOOKS_GROUPED = /^[-+]?\d{1,3}(_\d{3})+$/;
const LEADING_ZERO = /^[-+]?0\d/;

type Seams = { written: Written; raw: unknown; warn: (line: string) => void };

export function warnOfSurprises({ written, raw, warn }: Seams): void {
  const visit = (leaf: unknown, path: Path): void => {
    if (Array.isArray(leaf)) for (const [index, item] of leaf.entries()) visit(item, [...path, index]);
    else if (isMap(leaf)) for (const [key, item] of Object.entries(leaf)) visit(item, [...path, key]);
    else {
      const source = written.plainText(path);
      const kind = path.find((key) => AS_JSON.includes(String(key)) || AS_TEXT.includes(String(key)));
      if (source === undefined || kind === undefined) return;
      const surprise = AS_JSON.includes(String(kind)) ? surpriseInJson(leaf, source) : surpriseInText(leaf, source);
      if (surprise === undefined) return;
      const isOpen = Object.is(redacted(leaf, path), leaf);
      const becomes = isOpen && surprise.becomes !== undefined ? ` and becomes \`${surprise.becomes}\`` : '';
      const shown = isOpen ? `\`${source}\`` : 'the value';
      warn(`${formatPath(path)}: ${shown} without quotes is ${surprise.is}${becomes}: ${surprise.wayOut}`);
    }
  };
  for (const section of SECTIONS) visit(at(raw, [section]), [section]);
}

type Surprise = { is: string; becomes?: string; wayOut: string };

const QUOTE = 'put it in quotes';

function surpriseInJson(leaf: unknown, source: string): Surprise | undefined {
  if (typeof leaf === 'number') {
    if (!Number.isFinite(leaf)) return { is: 'no number that JSON knows', becomes: 'null', wayOut: QUOTE };
    if (LEADING_ZERO.test(source)) return { is: 'a number, and its leading zero is lost', wayOut: QUOTE };
    const isRounded = /^[-+]?\d+$/.test(source) && !Number.isSafeInteger(leaf);
    return isRounded ? { is: 'a number too large to be kept exactly', wayOut: QUOTE } : undefined;
  }
  if (LOOKS_TRUE_OR_FALSE.test(source)) return { is: 'text here', wayOut: `write \`true\` or \`false\`, or ${QUOTE}` };
  return LOOKS_GROUPED.test(source)
    ? { is: 'text here, not a number', wayOut: `write it without \`_\`, or ${QUOTE}` }
    : undefined;
}

/** A number or truth value that is not spelt as it will go out. */
function surpriseInText(leaf: unknown, source: string): Surprise | undefined {
  if (typeof leaf === 'string' || leaf === null || String(leaf) === source) return undefined;
  return { is: typeof leaf === 'number' ? 'a number' : 'a truth value', becomes: String(leaf), wayOut: QUOTE };
}
