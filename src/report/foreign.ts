// Strings that others wrote (profile names, outcome names, error details) on their way to a terminal or a page. A name
// must never move the cursor, colour the screen, hide text behind bidi controls, or leak the secrets of an address.

import { HIDDEN, mayHoldSecret } from '../secrets.ts';

/** C0, C1, line separators, bidi controls and zero-width characters: everything that prints nothing but does something. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** The same text with every unseen character spelled out (`\u001b`) and no secret in its addresses: one harmless line. */
export function visible(text: string): string {
  return withoutUrlSecrets(text).replace(
    UNSEEN,
    (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  );
}

/** GitHub Markdown, inside a table cell or a sentence: markup, links, mentions and emoji are text; a line stays one line. */
export function markdownText(text: string): string {
  return visible(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_[\]#|~@]|(?<!\d):|:(?!\d)|(?<=\bwww)\./gi, (mark) => `&#${mark.charCodeAt(0)};`);
}

/** Any `scheme://user:secret@host/path?query#fragment` in a text, reduced to `scheme://host/path`. */
export function withoutUrlSecrets(text: string): string {
  return text.replace(/\b([a-z][a-z0-9+.-]*:\/\/)([^\s'"`<>]+)/gi, (_, scheme: string, rest: string) => {
    const open = rest.replace(/[?#].*$/s, '');
    const authorityEnd = open.search(/[/\\]/);
    const authority = authorityEnd < 0 ? open : open.slice(0, authorityEnd);
    const path = authorityEnd < 0 ? '' : open.slice(authorityEnd);
    // A password may itself hold a raw slash (`http://u:p/w@host`): when an @ follows, everything before the last is secret.
    const lastAt = path.lastIndexOf('@');
    return lastAt >= 0 ? `${scheme}${path.slice(lastAt + 1)}` : `${scheme}${authority.replace(/^.*@/s, '')}${path}`;
  });
}

/** A copy of plain data with the addresses in all its texts cleaned, however deep they are. */
export function withoutSecretsIn<T>(value: T): T {
  if (typeof value === 'string') return withoutUrlSecrets(value) as T;
  if (Array.isArray(value)) return value.map(withoutSecretsIn) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withoutSecretsIn(each)])) as T;
}

const WORD = String.raw`(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])+`;
const SETTING = new RegExp(String.raw`(--set(?:=|\s+))(${WORD})((?:(?!\s-)[^])*)`, 'g');

/** The path of a `--set` as it was typed, perhaps still in quotes. */
function isSecretPath(path: string): boolean {
  return mayHoldSecret(path.split(/[.[\]"'\\]+/).filter((key) => key !== ''));
}

/**
 * A command line that may be printed: no user info or query in addresses, no value of a `--set` that may be secret. A
 * value that is not quoted counts up to the next option, for the line may have been joined from words with spaces in
 * them; `formatCommand` knows the words and hides no more than it must.
 */
export function redactCommand(command: string): string {
  const shown = command.replace(SETTING, (whole, flag: string, word: string, rest: string) => {
    const [path, ...value] = word.split('=');
    if (value.length === 0 || !isSecretPath(path!)) return whole;
    const spilled = /['"]/.test(word) || value.join('=') === HIDDEN ? rest : '';
    return `${flag}${path!.replace(/^['"]/, '')}=${HIDDEN}${redactCommand(spilled)}`;
  });
  return withoutUrlSecrets(shown);
}

/** Words of a command line → the line as one would type it, secrets taken out as `redactCommand` does. */
export function formatCommand(words: readonly string[]): string {
  let setting = false;
  return words
    .map((word) => {
      const inline = word.startsWith('--set=') ? '--set=' : '';
      const [path, ...value] = word.slice(inline.length).split('=');
      const secret = (setting || inline !== '') && value.length > 0 && isSecretPath(path!);
      setting = word === '--set';
      return secret ? `${inline}${path}=${HIDDEN}` : quoted(withoutUrlSecrets(word));
    })
    .join(' ');
}

/** For a POSIX shell; a word that needs no quotes has none. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
