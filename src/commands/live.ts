// `run --live`: the report while the run goes on, on loopback. Server-sent events tell an open page that there is a newer
// one; it is made on the main thread, for open pages only, and never takes more than a tenth of its time.

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inlineAssets } from '../folder/page-assets.ts';
import { viewOf } from '../folder/view.ts';
import { formatPage } from '../report/html/page.ts';
import type { RunRecord } from '../report/record.ts';
import { formatClock, formatCount, formatDuration } from '../units.ts';

/** A little less than the second between two ticks: one that comes early by a millisecond is not left out. */
const EVERY_US = 0.9e6;
/** Of this thread's time: what it works, not what it waits for a core. */
const MOST_SHARE = 0.1;
/** How long an open page has to fetch the final report before the server is gone. */
const FAREWELL_MS = 3_000;

function cpuUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

const WAITING =
  '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="1"><link rel="icon" href="data:,"><title>Doorbuster</title><p>The run is about to start.</p></html>';

export class LivePage {
  readonly #server: Server;
  /** Only a page that this server sent knows it, so no other site can stop the run. */
  readonly #token = randomBytes(16).toString('hex');
  readonly #listeners = new Set<ServerResponse>();
  #page = WAITING;
  #stop: () => void = () => {};
  #nextUs = 0;
  #final = false;
  #farewells = 0;
  #allGone: () => void = () => {};

  constructor(server: Server) {
    this.#server = server;
  }

  /** Listens on a free port of 127.0.0.1. */
  static async open(): Promise<LivePage> {
    const server = createServer((request, response) => live.#answer(request, response));
    const live = new LivePage(server);
    await new Promise<void>((listening, failed) => {
      server.once('error', failed);
      server.listen(0, '127.0.0.1', listening);
    });
    return live;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** What the page's button does. */
  onStop(stop: () => void): void {
    this.#stop = stop;
  }

  /** `recordOf` is only asked for when somebody looks. */
  tick(elapsedUs: number, recordOf: () => RunRecord): void {
    if (elapsedUs < this.#nextUs || this.#listeners.size + Number(this.#page === WAITING) === 0) return;
    const beforeUs = cpuUs();
    const record = recordOf();
    const { orders, durationUs } = record.evidence;
    const says =
      `${formatCount(orders.accepted)} of ${formatCount(orders.planned)} orders were accepted so far, ` +
      `${formatClock(elapsedUs)} into ${formatDuration(durationUs)}.`;
    const view = { ...viewOf(record, []), live: { says, token: this.#token } };
    this.#page = formatPage(view, inlineAssets());
    this.#tell('page');
    this.#nextUs = elapsedUs + Math.max(EVERY_US, (cpuUs() - beforeUs) / MOST_SHARE);
  }

  /** Open pages become the final report; then the server is gone. */
  async finish(path: string): Promise<void> {
    this.#page = await readFile(path, 'utf8').catch(() => this.#page);
    this.#final = true;
    this.#farewells = this.#listeners.size;
    const fetched = new Promise<void>((resolve) => {
      this.#allGone = resolve;
    });
    this.#tell('end');
    if (this.#farewells > 0) {
      const timer = setTimeout(this.#allGone, FAREWELL_MS);
      await fetched.finally(() => clearTimeout(timer));
    }
    await this.close();
  }

  async close(): Promise<void> {
    for (const listener of this.#listeners) listener.end();
    this.#server.closeAllConnections();
    if (this.#server.listening) await new Promise<void>((closed) => this.#server.close(() => closed()));
  }

  #tell(event: 'page' | 'end'): void {
    for (const listener of this.#listeners) listener.write(`event: ${event}\ndata:\n\n`);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { method, url, headers } = request;
    // A name that leads here from elsewhere (DNS rebinding) is not this page.
    if (!/^(?:127\.0\.0\.1|localhost):\d+$/.test(headers.host ?? '')) {
      response.writeHead(403).end();
      return;
    }
    if (method === 'POST' && url === '/stop' && headers['x-doorbuster'] === this.#token) {
      this.#stop();
      response.writeHead(204).end();
      return;
    }
    if (method === 'GET' && url === '/events') {
      this.#listen(response);
      return;
    }
    if (method !== 'GET' || url !== '/') {
      response.writeHead(url === '/stop' ? 403 : 404).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    response.end(this.#page, () => {
      if (this.#final && --this.#farewells <= 0) this.#allGone();
    });
  }

  #listen(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('retry: 1000\n\n');
    this.#listeners.add(response);
    this.#nextUs = 0;
    response.on('close', () => this.#listeners.delete(response));
  }
}
