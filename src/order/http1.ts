// A step compiled to the bytes of a whole HTTP/1.1 request: what is the same for all orders is written once into a
// buffer, what differs is patched in place (DESIGN §2, rule 5). Values of one length come first as far as the profile
// allows; behind the first value of varying length the rest of the request is written anew each time.

import { CONTEXTS } from './escape.ts';
import { literalOf, type Segment, type Segments } from './segments.ts';
import type { Http1Framing, RequestBytes, Sending } from './spec.ts';
import { cookieValue, type Filling } from './values.ts';

export type RequestParts = {
  method: string;
  path: Segments;
  headers: readonly { name: string; value: Segments }[];
  /** The order's cookies have a header line of their own, where there are any. */
  cookieLine: boolean;
  body: Segments | undefined;
};

/** The driver's own: how the message is framed is not for a profile to say (it refuses them). */
const FRAMING = ['content-length', 'transfer-encoding', 'connection'];
/** RFC 9110 §8.6: these say that they have no body; others without one say nothing. */
const EXPECT_A_BODY = ['POST', 'PUT', 'PATCH'];
const HEAD_END = '\r\n\r\n';
const ZERO = '0'.charCodeAt(0);
const SPACE = ' '.charCodeAt(0);

/** `slot`: room for the digits of a content-length that varies. */
type Piece = Segment | { kind: 'slot'; widthBytes: number };

function piecesOf(parts: RequestParts, framing: Http1Framing): Piece[] {
  const { method, path, headers, cookieLine, body } = parts;
  const pieces: Piece[] = [];
  const text = (literal: string) => pieces.push(literalOf(literal));
  text(`${method} `);
  pieces.push(...path.segments);
  text(' HTTP/1.1');
  const own = headers.filter(({ name }) => !FRAMING.includes(name.toLowerCase()));
  if (!own.some(({ name }) => name.toLowerCase() === 'host')) text(`\r\nhost: ${framing.host}`);
  for (const { name, value } of own) {
    text(`\r\n${name}: `);
    pieces.push(...value.segments);
  }
  if (cookieLine) pieces.push(cookieValue(CONTEXTS.header, '\r\ncookie: '));
  if (framing.close) text('\r\nconnection: close');
  // Last, so that the body begins a fixed distance behind it.
  if (body) {
    text('\r\ncontent-length: ');
    if (body.fixedBytes === undefined) pieces.push({ kind: 'slot', widthBytes: String(body.maxBytes).length });
    else text(String(body.fixedBytes));
  } else if (EXPECT_A_BODY.includes(method)) text('\r\ncontent-length: 0');
  text(HEAD_END);
  if (body) pieces.push(...body.segments);
  return joined(pieces);
}

/** Neighbouring literals as one. */
function joined(pieces: readonly Piece[]): Piece[] {
  const out: Piece[] = [];
  for (const piece of pieces) {
    const last = out.at(-1);
    if (piece.kind !== 'bytes' || last?.kind !== 'bytes') out.push(piece);
    else {
      const bytes = new Uint8Array(last.bytes.length + piece.bytes.length);
      bytes.set(last.bytes);
      bytes.set(piece.bytes, last.bytes.length);
      out[out.length - 1] = { kind: 'bytes', bytes, text: last.text + piece.text };
    }
  }
  return out;
}

function maxBytesOf(piece: Piece): number {
  if (piece.kind === 'bytes') return piece.bytes.length;
  return piece.kind === 'slot' ? piece.widthBytes : piece.maxBytes;
}

/** Digits to the right, spaces before them: white space around a field's value is no part of it (RFC 9110 §5.5). */
function writeLength(into: Uint8Array, at: number, widthBytes: number, length: number): void {
  let rest = length;
  for (let i = at + widthBytes - 1; i >= at; i--) {
    into[i] = rest > 0 || i === at + widthBytes - 1 ? ZERO + (rest % 10) : SPACE;
    rest = Math.floor(rest / 10);
  }
}

/** Where a value or the slot always stands: everything before it has one length. */
type Placed = { at: number; value: Extract<Segment, { kind: 'value' }> };

/** Compiles a whole request. `fill` gives what the parts were compiled for; its object may be reused. */
export function compileHttp1(
  parts: RequestParts,
  framing: Http1Framing,
  fill: (sending: Sending) => Filling,
): RequestBytes {
  const pieces = piecesOf(parts, framing);
  const varying = pieces.findIndex((piece) => piece.kind === 'value' && piece.fixedBytes === undefined);
  const fixed = varying < 0 ? pieces : pieces.slice(0, varying);
  const rest = varying < 0 ? [] : pieces.slice(varying);

  const literals: { at: number; bytes: Uint8Array }[] = [];
  const values: Placed[] = [];
  let slotAt = -1;
  let slotBytes = 0;
  let fixedBytes = 0;
  for (const piece of fixed) {
    if (piece.kind === 'bytes') literals.push({ at: fixedBytes, bytes: piece.bytes });
    else if (piece.kind === 'value') values.push({ at: fixedBytes, value: piece });
    else {
      slotAt = fixedBytes;
      slotBytes = piece.widthBytes;
    }
    fixedBytes += maxBytesOf(piece);
  }

  return {
    maxBytes: pieces.reduce((sum, piece) => sum + maxBytesOf(piece), 0),
    prepare(into) {
      for (const { at, bytes } of literals) into.set(bytes, at);
    },
    patch(into, sending) {
      const filling = fill(sending);
      for (let i = 0; i < values.length; i++) {
        const { at, value } = values[i]!;
        value.write(into, at, filling);
      }
      let end = fixedBytes;
      let lengthAt = slotAt;
      let lengthBytes = slotBytes;
      for (let i = 0; i < rest.length; i++) {
        const piece = rest[i]!;
        if (piece.kind === 'value') end = piece.write(into, end, filling);
        else if (piece.kind === 'bytes') {
          into.set(piece.bytes, end);
          end += piece.bytes.length;
        } else {
          lengthAt = end;
          lengthBytes = piece.widthBytes;
          end += lengthBytes;
        }
      }
      if (lengthAt >= 0) writeLength(into, lengthAt, lengthBytes, end - lengthAt - lengthBytes - HEAD_END.length);
      return end;
    },
  };
}
