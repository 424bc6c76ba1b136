// Which names make what they name a secret: a root leaf, because profile (mistakes, profile.yaml, the plan) and report
// (the command line in the report) must hide the same things.

/** What is shown in place of a secret. */
export const HIDDEN = '***';

/** Anywhere in a name; `auth` is not `author`. */
const TELLING =
  /auth(?!or(?!i[sz]))|session|signature|jwt|cvv|cookie|token|secret|passw|passphrase|credential|(api|access|private|signing)-?key/;
/** Only as a word of its own: `sig` is not `design`, `pin` is not `shipping`. */
const TELLING_WORDS = /(^|-)(sig|pin|pincode|cvc|pass|pwd)\d*(-|$)/;

/** Whether a header, field or query parameter of this name holds a secret: `X-Auth`, `sessionId`, `card_pin`. */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-');
  return TELLING.test(words) || TELLING_WORDS.test(words);
}

/** Of an order, what never carries a secret, whatever the skus are called. */
const OPEN_FIELDS = ['method', 'buyers', 'skus', 'quantity'];
const OPEN_TLS = ['insecure', 'servername'];
/** `outcomes[0].sold.body.<name>`: what comes before is the person's own word for an outcome. */
const OUTCOME_DEPTH = 4;

/** Whether the names along these keys of a profile make the value there a secret. */
export function isSecretAt(keys: readonly (string | number)[]): boolean {
  const [section, field] = keys;
  const isSecret = (key: string | number) => typeof key === 'string' && isSecretName(key);
  if (section === 'order') return !OPEN_FIELDS.includes(String(field)) && keys.slice(1).some(isSecret);
  return section === 'outcomes' && keys.slice(OUTCOME_DEPTH).some(isSecret);
}

/**
 * Whether a value that `--set` writes at these keys may be a secret whatever its name, so that it is shown nowhere: what
 * is sent, what an answer is compared with, certificates. A flag is how a secret is handed to one run.
 */
export function mayHoldSecret(keys: readonly (string | number)[]): boolean {
  const [section, field, below] = keys;
  if (section === 'order') return field === undefined || !OPEN_FIELDS.includes(String(field));
  if (section === 'outcomes') return !['status', 'class'].includes(String(keys.at(-1)));
  if (section === 'target') return field === undefined || (field === 'tls' && !OPEN_TLS.includes(String(below)));
  return keys.some((key) => isSecretName(String(key)));
}

/** Shorter ones are hidden as whole words only: a PIN of `123` is not the middle of `91234`. */
const SHORT = 6;
/** So many first letters of a secret are one. */
const LEAST_BEGINNING = 4;

/**
 * A text without these secrets, as they are or as JSON or a URL spells them. `isCut`: the text ends where somebody cut it,
 * perhaps inside of one.
 */
export function withoutSecrets(text: string, secrets: readonly string[], isCut = false): string {
  const spelt = secrets.flatMap((each) => [
    each,
    JSON.stringify(each).slice(1, -1),
    encodeURIComponent(each.toWellFormed()),
  ]);
  const longestFirst = [...new Set(spelt)].filter((each) => each !== '').sort((a, b) => b.length - a.length);
  if (longestFirst.length === 0) return text;
  const patterns = longestFirst.map((each) => {
    const pattern = each.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    return each.length < SHORT ? `(?<![\\p{L}\\p{N}])${pattern}(?![\\p{L}\\p{N}])` : pattern;
  });
  const clean = text.replace(new RegExp(patterns.join('|'), 'gu'), HIDDEN);
  return isCut ? withoutBeginning(clean, longestFirst) : clean;
}

function withoutBeginning(text: string, secrets: readonly string[]): string {
  for (const secret of secrets) {
    for (let length = secret.length - 1; length >= LEAST_BEGINNING; length--) {
      if (text.endsWith(secret.slice(0, length))) return text.slice(0, -length) + HIDDEN;
    }
  }
  return text;
}
