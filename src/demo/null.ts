// The null target: an HTTP answer with no shop behind it. What it takes to send and receive an order is all that is left,
// so a run against it measures the generator.

import type { IncomingMessage, ServerResponse } from 'node:http';

const BODY = Buffer.from('{"orderId":"null"}');
const HEAD = ['content-type', 'application/json', 'content-length', String(BODY.length)];

/** 201 to every method and path; the body of the request is let run out unread. */
export function nullAnswer(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  response.writeHead(201, HEAD);
  response.end(BODY);
}
