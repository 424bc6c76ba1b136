// Somebody who looks at a live page: it listens to the events and fetches each newer page, as the page's own script does.

import { type IncomingMessage, request } from 'node:http';

export type Watched = { pages: number; bytes: number; gapsMs: number[]; last: string };

/** @returns what was seen, once the run has ended */
export async function watchLive(url: string): Promise<Watched> {
  const watched: Watched = { pages: 0, bytes: 0, gapsMs: [], last: '' };
  let lastMs = Number.NaN;
  for await (const event of eventsOf(await get(new URL('/events', url)))) {
    watched.last = await textOf(await get(new URL('/', url)));
    watched.bytes += Buffer.byteLength(watched.last);
    watched.pages++;
    const nowMs = performance.now();
    if (!Number.isNaN(lastMs)) watched.gapsMs.push(nowMs - lastMs);
    lastMs = nowMs;
    if (event === 'end') break;
  }
  return watched;
}

const get = (url: URL): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request(url, resolve).once('error', reject).end();
  });

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function* eventsOf(response: IncomingMessage): AsyncGenerator<string> {
  for await (const chunk of response) {
    for (const [, event] of String(chunk).matchAll(/^event: (\w+)$/gm)) yield event!;
  }
}
