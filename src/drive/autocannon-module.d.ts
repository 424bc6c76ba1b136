// The part of autocannon that is used: it ships no types. No time that it measures is declared, so none can be read.
declare module 'autocannon' {
  import type { EventEmitter } from 'node:events';

  /** `getRequestBuffer`: asked once for each request, the bytes to send (lib/httpClient.js); it is not documented. */
  export type Client = { getRequestBuffer(): Uint8Array };
  type Options = {
    url: string;
    connections: number;
    /** s */
    duration: number;
    /** ms between two looks at whether it is over. */
    sampleInt: number;
    /** s, whole */
    timeout: number;
    maxOverallRequests: number;
    /** Errors after which it ends. */
    bailout: number;
    setupClient: (client: Client) => void;
    tlsOptions: object;
    servername?: string;
  };
  /** Emits `response` (client, status) and `reqError` (error). */
  export default function autocannon(options: Options): EventEmitter & PromiseLike<unknown> & { stop(): void };
}
