// What the YAML parser says, in words that show the way out. `line` is looked at, and never quoted: it may hold a secret.

/** What its messages begin with → what to do. */
const WAYS_OUT: readonly (readonly [RegExp, string])[] = [
  [/^Tabs are not allowed/, 'indent with spaces'],
  [
    /^Invalid escape sequence/,
    'inside double quotes a backslash begins an escape; in single quotes it stands for itself',
  ],
  [/^(Plain value cannot start with|Block collections are not)/, 'put the value in quotes'],
  [/^Nested mappings are not allowed/, 'a value that holds `: ` needs quotes'],
  [/^All mapping items must start/, 'the keys of one map stand below each other, at the same column'],
  [/^(Missing closing|Missing .*quote)/, 'close the quote'],
  [/^Implicit keys need to be on a single line/, 'a key and its `:` stand on one line'],
  [/^Unresolved alias|^Unresolved tag/, 'a value that begins with `*`, `&` or `!` needs quotes'],
];

const QUOTED = /"(?:\\.|[^"\\])*"|'(?:''|[^'])*'/g;

export function yamlWords(said: string, line: string): string {
  const bare = line.replace(QUOTED, '""');
  if (/[{[,].*\$\{/.test(bare)) return 'a `${…}` that stands inside { } or [ ] needs quotes: `"${NAME}"`';
  if (bare.includes('{{')) {
    return 'a value that begins with `{{`, or stands inside { } or [ ] and holds one, needs quotes: `"{{NAME}}"`';
  }
  const wayOut = WAYS_OUT.find(([pattern]) => pattern.test(said))?.[1];
  return wayOut === undefined ? said : `${said}: ${wayOut}`;
}
