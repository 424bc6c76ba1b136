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

type Keys = readonly (string | number)[];

/** The fields of a request or a step: any other key of a list's entry is the name that a person gave a step. */
export const STEP_WORDS: readonly string[] = [
  ...['name', 'method', 'path', 'headers', 'json', 'form', 'text', 'file', 'graphql'],
  ...['outcomes', 'extract', 'think', 'when', 'unless', 'timeout'],
];
/** Of a request and of an order, what never carries a secret, whatever its steps, extracts and skus are called. */
const OPEN_FIELDS = [
  ...['name', 'method', 'file', 'extract', 'think', 'when', 'unless', 'timeout'],
  ...['places', 'journey', 'cookies', 'buyers', 'skus', 'quantity'],
  ...['items', 'sku', 'available', 'reserved', 'format', 'page', 'cursor', 'count'],
];
const OPEN_TLS = ['insecure', 'servername'];
/** Headers of the control plane that carry no secret; of any other, nobody knows what an admin's door asks for. */
const OPEN_HEADERS = ['accept', 'accept-encoding', 'accept-language', 'content-type', 'idempotency-key', 'user-agent'];
/** `outcomes[0].sold.body.<name>`: what comes before is the person's own word for an outcome. */
const OUTCOME_DEPTH = 4;

/** A flag that writes a profile has numbers as text. */
const isIndex = (key: string | number | undefined): boolean => typeof key === 'number' || /^\d+$/.test(key ?? '');

/** The keys below the request that these lead into, and whether it is one of the control plane; undefined outside of any. */
function requestAt(keys: Keys): { below: Keys; isControl: boolean } | undefined {
  const [section, field] = keys;
  const inStep = (rest: Keys) => (rest.length > 1 && !STEP_WORDS.includes(String(rest[0])) ? rest.slice(1) : rest);
  if (section === 'order') {
    const from = isIndex(field) ? 2 : field === 'steps' && isIndex(keys[2]) ? 3 : 0;
    return { below: from === 0 ? keys.slice(1) : inStep(keys.slice(from)), isControl: false };
  }
  if (section === 'setup' || section === 'teardown') {
    return { below: isIndex(field) ? inStep(keys.slice(2)) : keys.slice(1), isControl: true };
  }
  const isBook = section === 'audit' && (field === 'stock' || field === 'orders');
  return isBook ? { below: keys.slice(2), isControl: true } : undefined;
}

/** Names that say nothing without the one before them. */
const BARE = ['id', 'value', 'key', 'code', 'text'];

/** What is compared at a JSON path: `data.startSession.__typename` is the name of a type, `session.id` an id of a session. */
function comparedName(path: string): string {
  const names = path.split(/[.[\]"']+/).filter((name) => name !== '' && !/^\d+$/.test(name));
  const last = names.at(-1) ?? '';
  return BARE.includes(last.toLowerCase()) ? names.slice(-2).join('-') : last;
}

/** Whether the names along these keys of a profile make the value there a secret. */
export function isSecretAt(keys: Keys): boolean {
  const isSecret = (key: string | number) => typeof key === 'string' && isSecretName(key);
  const isSecretInRule = (rule: Keys) => rule.slice(OUTCOME_DEPTH).some((key) => isSecret(comparedName(String(key))));
  if (keys[0] === 'outcomes') return isSecretInRule(keys);
  const request = requestAt(keys);
  if (!request) return false;
  const { below, isControl } = request;
  const [field, name] = below;
  if (OPEN_FIELDS.includes(String(field))) return false;
  if (field === 'outcomes') return isSecretInRule(below);
  // Beside its variables a GraphQL body holds words of the schema only.
  if (field === 'graphql') return below.slice(2).some(isSecret);
  const isHeader = isControl && field === 'headers' && name !== undefined;
  return below.some(isSecret) || (isHeader && !OPEN_HEADERS.includes(String(name).toLowerCase()));
}

/** Whether these keys lead to the path of a request, whose query may hold secrets. */
export function isRequestPath(keys: Keys): boolean {
  const { below = [] } = requestAt(keys) ?? {};
  if (keys[0] === 'audit' && keys.length === 2) return below.length === 0 && requestAt(keys) !== undefined;
  if (keys[0] === 'shoppers') return keys.length === 3 && keys[1] === 'read-back' && keys[2] === 'path';
  return below.length === 1 && below[0] === 'path';
}

/**
 * Whether a value that `--set` writes at these keys may be a secret whatever its name, so that it is shown nowhere: what
 * is sent, what an answer is compared with, certificates. A flag is how a secret is handed to one run.
 */
export function mayHoldSecret(keys: Keys): boolean {
  const [section, field, below] = keys;
  if (section === 'order') return field === undefined || !OPEN_FIELDS.includes(String(field));
  if (section === 'outcomes') return !['status', 'class'].includes(String(keys.at(-1)));
  if (section === 'target') return field === undefined || (field === 'tls' && !OPEN_TLS.includes(String(below)));
  if (section === 'setup' || section === 'teardown') return true;
  if (section === 'audit') return field === undefined || field === 'stock' || field === 'orders';
  if (section === 'shoppers') return field === undefined || field === 'read-back';
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
