// How a piece of text becomes bytes in each place of a request, so that no value can break out of its place: a quote in
// a sku does not end a JSON string, and a line break in one does not start a second header.

/** `literal`: for what the profile wrote; `value`: for what a placeholder brings. Both return well-formed text to be encoded as UTF-8. */
export type Context = {
  name: 'json' | 'form' | 'path' | 'header' | 'text';
  /** 1 for each ASCII code that `value` leaves as it is: the fast way of writing. */
  safe: Uint8Array;
  /** The most bytes that `value` makes of one byte: of ASCII, and of any other (UTF-8 that is whole). */
  growth: { ascii: number; other: number };
  literal(text: string): string;
  value(text: string): string;
};

const encoder = new TextEncoder();
const ALPHANUMERIC = /[0-9A-Za-z]/;

function asciiTable(isSafe: (char: string, code: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) => (isSafe(String.fromCharCode(code), code) ? 1 : 0));
}

/** UTF-8 bytes of the text, each outside the table as %XX. Lone surrogates become U+FFFD, as TextEncoder does. */
function percentEncode(text: string, safe: Uint8Array): string {
  let encoded = '';
  for (const byte of encoder.encode(text)) {
    encoded +=
      byte < 128 && safe[byte] === 1
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}

// JSON.stringify writes lone surrogates as \udXXX, so its result is always well-formed.
const jsonString = (text: string) => JSON.stringify(text).slice(1, -1);

// The URL standard's application/x-www-form-urlencoded serializer.
const FORM_SAFE = asciiTable((char) => ALPHANUMERIC.test(char) || '*-._'.includes(char));
const formText = (text: string) =>
  text
    .split(' ')
    .map((word) => percentEncode(word, FORM_SAFE))
    .join('+');

// Values: the unreserved characters of RFC 3986. What the profile wrote: every character a request target may hold.
const PATH_SAFE = asciiTable((char) => ALPHANUMERIC.test(char) || '-._~'.includes(char));
const PATH_LITERAL = asciiTable((char, code) => code > 32 && code < 127 && !'"<>\\^`{|}#'.includes(char));

// RFC 9110 §5.5: visible ASCII, space, tab and bytes from 0x80 on. Other controls have no spelling there, so they are
// written as %XX; `%` itself stays, because ordinary values must arrive as they are.
const HEADER_SAFE = asciiTable((char, code) => char === '\t' || (code >= 32 && code < 127));
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
const HEADER_CONTROLS = /[\u0000-\u0008\u000a-\u001f\u007f]/g;
const headerText = (text: string) => text.replace(HEADER_CONTROLS, (char) => percentEncode(char, HEADER_SAFE));

const asItIs = (text: string) => text;

export const CONTEXTS = {
  json: {
    name: 'json',
    safe: asciiTable((char, code) => code >= 32 && char !== '"' && char !== '\\'),
    growth: { ascii: 6, other: 1 },
    literal: jsonString,
    value: jsonString,
  },
  form: { name: 'form', safe: FORM_SAFE, growth: { ascii: 3, other: 3 }, literal: formText, value: formText },
  path: {
    name: 'path',
    safe: PATH_SAFE,
    growth: { ascii: 3, other: 3 },
    literal: (text) => percentEncode(text, PATH_LITERAL),
    value: (text) => percentEncode(text, PATH_SAFE),
  },
  header: { name: 'header', safe: HEADER_SAFE, growth: { ascii: 3, other: 1 }, literal: asItIs, value: headerText },
  text: { name: 'text', safe: asciiTable(() => true), growth: { ascii: 1, other: 1 }, literal: asItIs, value: asItIs },
} as const satisfies Record<Context['name'], Context>;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The inverse of `byteString`; a string whose bytes are no UTF-8 is left as it is. */
export function textOfBytes(bytes: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  if (/^[\u0000-\u007f]*$/.test(bytes)) return bytes;
  try {
    return decoder.decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
  } catch {
    return bytes;
  }
}

/** The UTF-8 bytes of a text as a string of one character per byte: what HTTP libraries write to the wire byte by byte. */
export function byteString(text: string): string {
  let bytes = '';
  for (const byte of encoder.encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}
