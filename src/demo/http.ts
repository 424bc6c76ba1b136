// The few lines between node:http and the shop: bounded JSON in, JSON out.

import type { IncomingMessage, ServerResponse } from 'node:http';

/** Largest body the shop reads. */
export const MAX_BODY_BYTES = 64 * 1024;
/** A longer body is still read to its end so that the 413 reaches the sender, but not for ever. */
const MAX_DISCARD_BYTES = 8 * 1024 * 1024;

export type Reply = { status: number; body: object; headers?: Record<string, string> };

/** An answer that is an error: `code` is stable, `message` is for people. */
export function refusal(status: number, code: string, message: string): Reply {
  return { status, body: { code, message } };
}

/** Thrown by a handler to answer at once. */
export class Refused extends Error {
  readonly reply: Reply;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'Refused';
    this.reply = refusal(status, code, message);
  }
}

export function send(response: ServerResponse, reply: Reply): void {
  const body = Buffer.from(JSON.stringify(reply.body));
  response.writeHead(reply.status, {
    'content-type': 'application/json',
    'content-length': body.length,
    ...reply.headers,
  });
  response.end(body);
}

function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= MAX_BODY_BYTES) chunks.push(chunk);
      else if (sizeBytes > MAX_DISCARD_BYTES) request.destroy();
    });
    request.on('end', () => {
      if (sizeBytes <= MAX_BODY_BYTES) resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
      else
        reject(new Refused(413, 'TOO_LARGE', `Expected a body of at most ${MAX_BODY_BYTES} bytes, got ${sizeBytes}`));
    });
    request.on('error', reject);
  });
}

/** The body as a JSON object. Refused 413 when too large, 400 BAD_JSON when it is not one. An empty body is `{}`. */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const body = await readBody(request);
  let value: unknown;
  try {
    value = body.length === 0 ? {} : JSON.parse(body.toString());
  } catch (error) {
    throw new Refused(400, 'BAD_JSON', `Expected JSON: ${(error as Error).message}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Refused(400, 'BAD_JSON', 'Expected a JSON object');
}

/** A whole number in a range, or Refused 400 with `code`. */
export function wholeNumber(code: string, name: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Refused(
    400,
    code,
    `Expected \`${name}\` to be a whole number from ${min} to ${max}, got ${JSON.stringify(value) ?? 'nothing'}`,
  );
}
