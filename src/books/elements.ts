// The elements of one array inside a JSON document that may be larger than memory: each is handed out as text as soon as
// its last byte is there. Everything outside of the array is kept (it is small) and parsed at the end, so that a document
// that breaks off, or is no JSON around its array, is noticed. Elements are not parsed here.

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];
/** More around the array than this is no list of orders. */
const MAX_AROUND_BYTES = 4 * 1024 * 1024;
/** An element that is longer is no order: a bracket that never closes must not be kept for ever. */
const MAX_ELEMENT_BYTES = 1024 * 1024;

const NOTHING = Buffer.alloc(0);

type Step = string | number;
/** Where the scan is, outside of the array. `key` is the member or index that the next value belongs to. */
type Frame = { isArray: boolean; key: Step };

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

export class ArrayElements {
  readonly #path: readonly Step[];
  readonly #take: (text: string) => void;
  readonly #frames: Frame[] = [];
  /** Bytes outside of the array, and of the string or element that a chunk broke in two. */
  readonly #around: Buffer[] = [];
  #aroundBytes = 0;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #inside = false;
  #found = false;
  #inString = false;
  #escaped = false;
  #awaitsKey = false;
  /** Inside: containers open within the element, and whether it has begun. */
  #depth = 0;
  #begun = false;
  #afterComma = false;
  #keyFrom = -1;

  /** `path`: of the array (`[]`: the document is it). `take` gets each element as text. */
  constructor(path: readonly Step[], take: (text: string) => void) {
    this.#path = path;
    this.#take = take;
  }

  /** @throws RangeError when there is more than 4 MiB around the array, or an element of more than 1 MiB */
  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let at = 0;
    while (at < bytes.length) at = this.#inside ? this.#scanInside(bytes, at) : this.#scanAround(bytes, at);
  }

  /**
   * The document without the elements, parsed.
   *
   * @throws Error in plain words when it is cut short, is no JSON, or has no array at the path
   */
  end(): unknown {
    if (this.#inside) throw new Error('the answer breaks off inside the list');
    const text = Buffer.concat(this.#around)
      .toString('utf8')
      .replace(/^\uFEFF/, '');
    if (text.trim() === '') throw new Error('the answer is empty');
    let document: unknown;
    try {
      document = JSON.parse(text);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`the answer is not whole, or not JSON: ${why}`);
    }
    if (!this.#found) {
      const where = this.#path.length === 0 ? '$' : this.#path.join('.');
      throw new Error(
        `the answer has no list at \`${where}\`: say by \`items\` where it is, or by \`format\` what it is`,
      );
    }
    return document;
  }

  // ── outside of the array ─────────────────────────────────────────────────────────────────────────────────────────

  #scanAround(bytes: Buffer, from: number): number {
    let at = from;
    let until = bytes.length;
    for (; at < until; at++) {
      const byte = bytes[at]!;
      if (this.#inString) this.#onString(bytes, at, byte);
      else if (byte === QUOTE) {
        this.#inString = true;
        this.#keyFrom = this.#awaitsKey ? at : -1;
        if (this.#awaitsKey) this.#pending = [];
      } else if (this.#onToken(byte)) until = at + 1;
    }
    // A key that goes on in the next chunk.
    if (this.#inString && this.#awaitsKey) {
      this.#pending.push(Buffer.from(bytes.subarray(Math.max(from, this.#keyFrom), until)));
      this.#keyFrom = 0;
    }
    this.#keep(bytes.subarray(from, until));
    return until;
  }

  #onString(bytes: Buffer, at: number, byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) {
      this.#inString = false;
      if (!this.#awaitsKey) return;
      const text = Buffer.concat([...this.#pending, bytes.subarray(this.#keyFrom, at + 1)]).toString('utf8');
      this.#pending = [];
      const frame = this.#frames.at(-1);
      if (frame) frame.key = parsedKey(text);
    }
  }

  /** @returns whether the array begins behind this byte */
  #onToken(byte: number): boolean {
    const frame = this.#frames.at(-1);
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      const isArray = byte === OPEN_ARRAY;
      if (isArray && !this.#found && this.#isThere()) {
        this.#found = true;
        this.#inside = true;
        this.#depth = 0;
        this.#begun = false;
        this.#afterComma = false;
        return true;
      }
      this.#frames.push({ isArray, key: isArray ? 0 : '' });
      this.#awaitsKey = !isArray;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      this.#frames.pop();
      this.#awaitsKey = false;
    } else if (byte === COLON) this.#awaitsKey = false;
    else if (byte === COMMA && frame) {
      if (frame.isArray) frame.key = Number(frame.key) + 1;
      else this.#awaitsKey = true;
    }
    return false;
  }

  #isThere(): boolean {
    return this.#frames.length === this.#path.length && this.#frames.every(({ key }, i) => key === this.#path[i]);
  }

  #keep(bytes: Buffer): void {
    this.#aroundBytes += bytes.length;
    if (this.#aroundBytes > MAX_AROUND_BYTES) throw new RangeError('the answer holds more than 4 MiB beside the list');
    this.#around.push(Buffer.from(bytes));
  }

  // ── inside of it ─────────────────────────────────────────────────────────────────────────────────────────────────

  #scanInside(bytes: Buffer, from: number): number {
    let start = this.#begun ? from : -1;
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) this.#inString = false;
      } else if (this.#depth === 0 && (byte === COMMA || byte === CLOSE_ARRAY)) {
        // Nothing between two commas, or behind the last: an element that is none.
        if (this.#begun || byte === COMMA || this.#afterComma)
          this.#give(this.#begun ? bytes.subarray(start, at) : NOTHING);
        this.#afterComma = byte === COMMA;
        start = -1;
        if (byte === CLOSE_ARRAY) {
          this.#inside = false;
          return at; // the bracket belongs to what is around
        }
      } else if (!this.#begun && !isSpace(byte)) {
        this.#begun = true;
        start = at;
        this.#open(byte);
      } else this.#open(byte);
    }
    if (this.#begun) this.#keepElement(bytes.subarray(start));
    return bytes.length;
  }

  #keepElement(bytes: Buffer): void {
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes > MAX_ELEMENT_BYTES) throw new RangeError('an element of the list is longer than 1 MiB');
    this.#pending.push(Buffer.from(bytes));
  }

  #open(byte: number): void {
    if (byte === QUOTE) this.#inString = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.#depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) this.#depth--;
  }

  #give(last: Buffer): void {
    const text =
      this.#pending.length === 0 ? last.toString('utf8') : Buffer.concat([...this.#pending, last]).toString('utf8');
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#begun = false;
    this.#take(text);
  }
}

/** A key that is no JSON string makes the document unreadable at its end. */
function parsedKey(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return '';
  }
}
