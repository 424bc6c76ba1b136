// What of a shop's answer may be shown to whoever opens a report: its text, without what it or the order calls a secret.
// Names decide, as for what is sent (../secrets.ts); a shop may echo what it was sent, and hand out sessions of its own.

import { HIDDEN, isSecretName, withoutSecrets } from '../secrets.ts';

/** Bytes with more than this share of characters that no text has are no text. */
const MOST_ODD = 0.1;
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are the ones that no text has
const ODD = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffd]/g;

/** `isCut`: the text ends where somebody cut it. `secrets`: values that must not be in it. */
export type Cut = { isCut: boolean; secrets: readonly string[] };

/** The text of a body; undefined when it is none. */
export function shownBodyOf(body: Uint8Array, { isCut, secrets }: Cut): string | undefined {
  // A character that was cut in two is no odd one.
  const text = new TextDecoder().decode(body).replace(isCut ? /\ufffd$/ : /$^/, '');
  if ((text.match(ODD)?.length ?? 0) > MOST_ODD * text.length) return undefined;
  return shownText(text, { isCut, secrets });
}

export function shownText(text: string, { isCut, secrets }: Cut): string {
  const clean = withoutSecrets(text, secrets, isCut);
  return [withoutJson, withoutQuotedJson, withoutElements, withoutPairs, withoutTokens].reduce(
    (rest, without) => without(rest),
    clean,
  );
}

/** A header's value; an address in it loses what its query calls a secret. */
export function shownHeader(name: string, value: string, { isCut, secrets }: Cut): string {
  return isSecretName(name) ? HIDDEN : shownText(value, { isCut, secrets });
}

/** Secrets by their looks, whatever they are called. */
const TOKENS = [
  /\beyJ[\w-]{8,}\.[\w-]*(?:\.[\w-]*)?/g,
  /(?<=\b(?:Bearer|Basic)\s)[\w.~+/=-]{6,}/gi,
  /-----BEGIN [A-Z ]+-----[\s\S]*?(?:-----END [A-Z ]+-----|$)/g,
];

function withoutTokens(text: string): string {
  return TOKENS.reduce((rest, pattern) => rest.replace(pattern, HIDDEN), text);
}

const JSON_KEY = /"((?:\\.|[^"\\])*)"\s*:\s*/g;

/** The values under secret names of a JSON text, also of one that was cut; what it looks like stays. */
function withoutJson(text: string): string {
  let shown = '';
  let from = 0;
  JSON_KEY.lastIndex = 0;
  for (let found = JSON_KEY.exec(text); found !== null; found = JSON_KEY.exec(text)) {
    if (!isSecretName(found[1]!)) continue;
    const at = found.index + found[0].length;
    const until = endOfValue(text, at);
    const value = text.slice(at, until);
    const isTold = /^(?:true|false|null|"")?$/.test(value);
    shown += text.slice(from, at) + (isTold ? value : `"${HIDDEN}"`);
    from = until;
    JSON_KEY.lastIndex = until;
  }
  return shown + text.slice(from);
}

/** The index behind the JSON value that begins at `at`, or the end of the text. */
function endOfValue(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    const char = text[i]!;
    if (char === '"') {
      i++;
      while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
      if (depth === 0) return Math.min(i + 1, text.length);
    } else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') {
      if (depth === 0) return i;
      depth--;
      if (depth === 0) return i + 1;
    } else if (depth === 0 && /[\s,]/.test(char)) return i;
  }
  return text.length;
}

/** JSON that is a text in JSON: `"{\"token\":\"abc\"}"`. */
function withoutQuotedJson(text: string): string {
  return text.replace(
    /(?<!\\)(\\+"([^"\\]+)\\+"\s*:\s*)(\\+"(?:(?!\\+")[^"])*(?:\\+"|$)|[^\s,}\]"\\]+)/g,
    (whole, before: string, name: string) => (isSecretName(name) ? before + HIDDEN : whole),
  );
}

/** `<token>abc</token>`, `<input name="csrf_token" value="abc">`. */
function withoutElements(text: string): string {
  return text
    .replace(/<([\w.:-]+)([^<>]*)>([^<>]+)/g, (whole, name: string, rest: string, inner: string) =>
      isSecretName(name) && inner.trim() !== '' && !rest.endsWith('/') ? `<${name}${rest}>${HIDDEN}` : whole,
    )
    .replace(/<[^<>]*\bname\s*=\s*["']?([\w.:-]+)[^<>]*/gi, (element, name: string) =>
      isSecretName(name)
        ? element.replace(/(\b(?:value|content)\s*=\s*)("[^"]*("|$)|'[^']*('|$)|[^\s"'>]+)/gi, `$1"${HIDDEN}"`)
        : element,
    );
}

/** `token=abc`, `X-Auth: abc`, `data-session="abc"`. */
function withoutPairs(text: string): string {
  return text.replace(
    /(?<![\p{L}\p{N}_.-])([\p{L}\p{N}_.-]+)([ \t]*[:=][ \t]*)("[^"<>]*(?:"|$)|'[^'<>]*(?:'|$)|[^\s"'<>&;,(){}[\]\\]+(?: [^\s"'<>&;,:=(){}[\]\\]+)?)/gu,
    (whole, name: string, mark: string, value: string) => {
      if (!isSecretName(name) || value.includes(HIDDEN) || /^(?:true|false|null)$/.test(value)) return whole;
      const quote = /^["']/.exec(value)?.[0] ?? '';
      return name + mark + quote + HIDDEN + quote;
    },
  );
}
