// Why a part of a request cannot be sent as written: for the compiler and for the profile's messages.

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROLS = /[\u0000-\u0008\u000a-\u001f\u007f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const ANY_CONTROL = /[\u0000-\u001f\u007f]/;
const visible = (text: string) => JSON.stringify(text).slice(1, -1);

export type PlainMistake = { code: string; message: string };

/** Why a method cannot be sent; undefined when it can. */
export function methodMistake(method: string): PlainMistake | undefined {
  if (TOKEN.test(method)) return undefined;
  return {
    code: 'METHOD',
    message: `Expected \`method\` to be an HTTP method such as POST, got \`${visible(method)}\``,
  };
}

/** Why a header cannot be sent as written: a name that is none, or a value that would split it. The value may hold placeholders. */
export function headerMistake(name: string, value: string): PlainMistake | undefined {
  if (!TOKEN.test(name)) {
    return {
      code: 'HEADER_NAME',
      message: `\`${visible(name)}\` is not a header name: no spaces, colons or control characters`,
    };
  }
  if (!CONTROLS.test(value)) return undefined;
  return {
    code: 'HEADER_VALUE',
    message: `The value of header \`${name}\` holds a line break or another control character`,
  };
}

/** Why a path cannot be sent as written; it may hold placeholders. */
export function pathMistake(path: string): PlainMistake | undefined {
  if (!path.startsWith('/'))
    return { code: 'PATH', message: `Expected \`path\` to start with \`/\`, got \`${visible(path)}\`` };
  if (ANY_CONTROL.test(path))
    return { code: 'PATH', message: `\`path\` holds a control character: \`${visible(path)}\`` };
  if (!path.includes('#')) return undefined;
  return {
    code: 'PATH',
    message: `\`path\` holds a \`#\`, and what follows it is never sent: \`${path}\`; write %23 for the character`,
  };
}

/** Why the value of a variable cannot be sent in a header. The value is not in the message: it may be a secret. */
export function variableMistake(header: string, variable: string, value: string): PlainMistake | undefined {
  if (!CONTROLS.test(value)) return undefined;
  const message = `The environment variable \`${variable}\` holds a line break or another control character and cannot be sent in header \`${header}\``;
  return { code: 'HEADER_VALUE', message };
}
