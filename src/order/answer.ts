// What a driver reports of one attempt. An Answer is owned and reused by the driver: it is valid only during the
// callback, and `body` is a bounded view (never more than the driver's capture limit).

/**
 * Why there is no HTTP answer to classify. Each names one outcome of the same name; its class follows from whether the
 * first byte of the request had been written (METHOD §7): before → failed, after → unknown.
 */
export const FAILURES = [
  'refused', // connection refused
  'unresolved', // DNS
  'tls', // handshake failed or certificate refused
  'connect-timeout', // no connection within target.connectTimeout
  'connect-error', // any other error before a connection stood
  'no-socket', // EMFILE, EADDRNOTAVAIL, ENOBUFS: our own machine had none to give
  'wait-timeout', // target.timeout passed before the request could be written
  'timeout', // target.timeout passed after it was written
  'reset', // connection reset or closed before the answer was complete
  'reset-on-reuse', // the same on a kept-alive connection before the first byte of an answer
  'unreadable', // bytes that are not HTTP, or break its rules
  'too-large', // head or body over the limits
  'cut', // the shopper left: `abandon` closed the connection once the request was written
  'abandoned', // the run was stopped while the answer was awaited
] as const;
export type Failure = (typeof FAILURES)[number];

/** Response headers as the driver has them, one character per byte. `get` takes a lower-case name; repeated headers are joined with `, `. */
export interface AnswerHeaders {
  get(name: string): string | undefined;
  /** Each line of a repeated header on its own: `set-cookie` cannot be joined (its dates hold commas). */
  all?(name: string): readonly string[];
  /** The same headers for one who looks at them after the callback. */
  kept?(): AnswerHeaders;
}

export type Answer = {
  /** µs from the start when the request's bytes were handed to the socket; NaN when they never were. */
  sentUs: number;
  /** µs from the start when the last byte of the answer was parsed, or the failure was known. */
  doneUs: number;
  /**
   * Of the connection that was opened for this attempt, or first used by it: µs to connect (name look-up included), and
   * for the TLS handshake. NaN on a connection that had been used or pre-opened, and where there is nothing to tell.
   */
  connectUs?: number;
  tlsUs?: number;
  failure: Failure | undefined;
  /** Error code or short text behind `failure` (`ECONNRESET`), for examples in the report. */
  detail: string;
  /** 0 when there was no answer. */
  status: number;
  headers: AnswerHeaders;
  /** The first bytes of the body, at most the capture limit. */
  body: Uint8Array;
  /** True when the body was longer than the capture limit (a body rule then cannot match: unreadable). */
  bodyTruncated: boolean;
};
