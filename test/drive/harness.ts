// A driver under test with everything it reported, copied out of its reused Answer.

import { readFileSync } from 'node:fs';
import { afterEach } from 'vitest';
import type { Attempt, Driver, DriverOptions, MakeDriver } from '../../src/drive/driver.ts';
import type { Failure } from '../../src/order/answer.ts';
import type { Request, RequestBytes, Sending, Template } from '../../src/order/spec.ts';

export type Reported = {
  seq: number;
  firedUs: number;
  sentUs: number;
  doneUs: number;
  connectUs: number;
  tlsUs: number;
  failure: Failure | undefined;
  detail: string;
  status: number;
  header: (name: string) => string | undefined;
  body: string;
  truncated: boolean;
};

export type Harness = {
  driver: Driver;
  /** In the order they were reported. */
  answers: Reported[];
  /** Fires order `seq` now, or as if it had been fired at `firedUs`, `cut` or not; false when it was refused. */
  fire: (seq: number, firedUs?: number, cut?: boolean) => boolean;
  /** Fires and waits for its answer. */
  ask: (seq: number) => Promise<Reported>;
  /** The same for a shopper who leaves once the request is written. */
  leave: (seq: number) => Promise<Reported>;
  /** The answer to `seq`. */
  answerTo: (seq: number) => Promise<Reported>;
  /** Resolves once there are `count` answers. */
  answered: (count: number) => Promise<Reported[]>;
};

export const DEFAULTS: Omit<DriverOptions, 'origin'> = {
  http: '1.1',
  connection: 'keep-alive',
  connections: 4,
  queue: 100,
  connectTimeoutUs: 5e6,
  timeoutUs: 10e6,
  captureBytes: 1024,
  maxBodyBytes: 65_536,
  maxHeadBytes: 8192,
  tls: { insecure: false },
};

export const nowUs = (): number => performance.now() * 1e3;

export const keyOf = (seq: number): string => `order-${seq}`;

/** POST with the order's key and a small body. */
export const POST: Template = requestTemplate('POST', (seq) => JSON.stringify({ order: seq }));

export function requestTemplate(method: string, body?: (seq: number) => string): Template {
  const render = ({ seq }: Sending): Request => {
    const bytes = body ? new TextEncoder().encode(body(seq)) : undefined;
    const length = bytes ? ['content-length', String(bytes.length)] : [];
    return { method, path: '/checkout', headers: ['idempotency-key', keyOf(seq), ...length], body: bytes };
  };
  return {
    method,
    render,
    http1: ({ host, close }): RequestBytes => ({
      maxBytes: 5_000_000,
      prepare: () => {},
      patch: (into, sending) => {
        const { path, headers, body: bytes } = render(sending);
        const lines = headers.flatMap((text, i) => (i % 2 ? [] : [`${text}: ${headers[i + 1]}`]));
        const own = [`host: ${host}`, ...(close ? ['connection: close'] : []), ...lines];
        const head = new TextEncoder().encode(`${method} ${path} HTTP/1.1\r\n${own.join('\r\n')}\r\n\r\n`);
        into.set(head);
        if (bytes) into.set(bytes, head.length);
        return head.length + (bytes?.length ?? 0);
      },
    }),
  };
}

export function pem(name: string): string {
  return readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url), 'utf8');
}

const leftovers: (() => Promise<unknown>)[] = [];

/** Something to close after the test, last made first. */
export function cleanUp(close: () => Promise<unknown>): void {
  leftovers.push(close);
}

afterEach(async () => {
  for (let close = leftovers.pop(); close; close = leftovers.pop()) await close();
});

export type HarnessOptions = Partial<DriverOptions> & { origin: string; template?: Template };

export function harness(make: MakeDriver, options: HarnessOptions, onAnswer?: (answer: Reported) => unknown): Harness {
  const { template = POST, ...rest } = options;
  const answers: Reported[] = [];
  const waiters = new Set<() => void>();
  let insideFire = false;

  const driver = make(
    { ...DEFAULTS, ...rest },
    {
      templates: [template],
      nowUs,
      onAnswer: (attempt, answer) => {
        if (insideFire) throw new Error('reported inside fire');
        const { sentUs, doneUs, connectUs = Number.NaN, tlsUs = Number.NaN, failure, detail, status } = answer;
        // Values die with the callback: only what is read here counts.
        const seen = new Map(HEADERS_READ.map((name) => [name, answer.headers.get(name)]));
        answers.push({
          seq: attempt.seq,
          firedUs: attempt.firedUs,
          ...{ sentUs, doneUs, connectUs, tlsUs, failure, detail, status },
          header: (name) => seen.get(name),
          body: Buffer.from(answer.body).toString('latin1'),
          truncated: answer.bodyTruncated,
        });
        onAnswer?.(answers.at(-1)!);
        for (const check of waiters) check();
      },
    },
  );
  cleanUp(() => driver.close());

  const until = (done: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!done()) return;
        waiters.delete(check);
        resolve();
      };
      waiters.add(check);
      check();
    });
  const fire = (seq: number, firedUs = nowUs(), cut = false): boolean => {
    const attempt: Attempt = { seq, step: 0, dueUs: firedUs, firedUs, cut };
    const outer = insideFire;
    insideFire = true;
    try {
      return driver.fire(attempt);
    } finally {
      insideFire = outer;
    }
  };
  const answerTo = async (seq: number): Promise<Reported> => {
    await until(() => answers.some((answer) => answer.seq === seq));
    return answers.find((answer) => answer.seq === seq)!;
  };
  const ask = (seq: number, cut = false): Promise<Reported> => {
    if (!fire(seq, nowUs(), cut)) throw new Error(`order ${seq} was refused`);
    return answerTo(seq);
  };
  return {
    driver,
    answers,
    fire,
    answerTo,
    ask: (seq) => ask(seq),
    leave: (seq) => ask(seq, true),
    answered: async (count) => {
      await until(() => answers.length >= count);
      return answers;
    },
  };
}

const HEADERS_READ = ['content-type', 'x-shop', 'set-cookie', 'constructor', 'location'];

/** Turns of the event loop until something is so; a test that waits in vain runs into its timeout. */
export async function eventually(so: () => boolean): Promise<void> {
  while (!so()) await new Promise((next) => setTimeout(next, 1));
}
