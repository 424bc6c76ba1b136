// The answer to a request that was never sent, because there was no room for it, or the run stopped before its time.

import type { Answer } from '../order/answer.ts';

export function notSent(atUs: number): Answer {
  return {
    sentUs: Number.NaN,
    doneUs: atUs,
    failure: 'abandoned',
    detail: '',
    status: 0,
    headers: { get: () => undefined },
    body: new Uint8Array(0),
    bodyTruncated: false,
  };
}
