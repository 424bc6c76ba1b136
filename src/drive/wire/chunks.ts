// What stands between the chunks of a chunked body (RFC 9112 §7.1): a size in hexadecimal, extensions, line ends. Byte by
// byte, because it may come in any pieces; the chunks themselves and the trailer are the parser's.

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const SEMICOLON = 59;
/** Thirteen digits, 2^52, stay exact in a double. */
const MAX_DIGITS = 13;

// What the next byte belongs to.
const SIZE = 0;
const EXTENSION = 1;
const SIZE_LF = 2;
const CHUNK_CR = 3;
const CHUNK_LF = 4;
/** The next byte is the first of a chunk, or of the trailer. */
const WHOLE = 5;

export class ChunkFraming {
  /** Of the chunk that follows; 0: the trailer follows. */
  sizeBytes = 0;
  /** Of all extensions so far: they have no other bound. */
  extensionBytes = 0;
  /** Which rule was broken. */
  wrong: string | undefined = undefined;
  #next = SIZE;
  #digits = 0;

  get whole(): boolean {
    return this.#next === WHOLE;
  }

  /** Before the first chunk. */
  begin(): void {
    this.extensionBytes = 0;
    this.wrong = undefined;
    this.#expectSize();
  }

  /** After a chunk. */
  afterChunk(): void {
    this.#next = CHUNK_CR;
  }

  /** Reads up to the first byte of a chunk or of the trailer; returns where it stopped. */
  read(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    while (at < to && this.#next !== WHOLE && this.wrong === undefined) this.#read(bytes[at++]!);
    return at;
  }

  #read(code: number): void {
    switch (this.#next) {
      case SIZE:
        this.#readSize(code);
        break;
      case EXTENSION:
        this.extensionBytes++;
        if (code === CR) this.#next = SIZE_LF;
        else if (code < SPACE && code !== TAB) this.wrong = 'chunk extension';
        break;
      case SIZE_LF:
        if (code === LF) this.#next = WHOLE;
        else this.wrong = 'chunk size';
        break;
      case CHUNK_CR:
        if (code === CR) this.#next = CHUNK_LF;
        else this.wrong = 'chunk end';
        break;
      default:
        if (code === LF) this.#expectSize();
        else this.wrong = 'chunk end';
    }
  }

  #expectSize(): void {
    this.sizeBytes = 0;
    this.#digits = 0;
    this.#next = SIZE;
  }

  #readSize(code: number): void {
    const digit = hexDigit(code);
    if (digit >= 0 && ++this.#digits <= MAX_DIGITS) this.sizeBytes = this.sizeBytes * 16 + digit;
    else if (digit >= 0 || this.#digits === 0) this.wrong = 'chunk size';
    else if (code === CR) this.#next = SIZE_LF;
    else if (code === SEMICOLON) this.#next = EXTENSION;
    else this.wrong = 'chunk size';
  }
}

/** −1 when it is none. */
function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
