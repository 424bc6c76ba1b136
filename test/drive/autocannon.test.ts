import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { Answers, beyondProbe, type ProbeOptions, probeClosedLoop } from '../../src/drive/autocannon.ts';
import type { OrderSpec } from '../../src/order/spec.ts';
import { compileOrder } from '../../src/order/template.ts';

/** Every time that autocannon measured, and its whole result, throws as soon as it is read. */
vi.mock('autocannon', async (original) => {
  const { default: real } = await original<{ default: (options: object) => never }>();
  const unreadable = (what: string): object => {
    const fail = (_: unknown, key: string | symbol): never => {
      throw new Error(`${what} was read: ${String(key)}`);
    };
    return new Proxy({}, { get: fail, ownKeys: () => fail(undefined, 'keys'), has: fail });
  };
  return {
    default: (options: object) => {
      const tracker = real(options) as { emit: (name: string, ...args: unknown[]) => boolean; then: unknown };
      const emit = tracker.emit.bind(tracker);
      tracker.emit = (name, ...args) => {
        if (name !== 'response') return emit(name, ...args);
        const [client, status] = args;
        return emit(name, client, status, unreadable('the length of an answer'), unreadable('a time'));
      };
      const then = (tracker.then as PromiseLike<unknown>['then']).bind(tracker);
      // A promise asks its value for `then`.
      const result = new Proxy(unreadable('the result'), {
        get: (target, key) => (key === 'then' ? undefined : Reflect.get(target, key)),
      });
      Reflect.set(tracker, 'then', (done: (value: unknown) => void, fail: () => void) =>
        then(() => done(result), fail),
      );
      return tracker;
    },
  };
});

const ORDER: OrderSpec = {
  steps: [
    {
      name: 'checkout',
      method: 'POST',
      path: '/shop/checkout?n={{order.seq}}',
      headers: [
        ['Idempotency-Key', '{{order.key}}'],
        ['x-shop', 'Łódź'],
        ['x-tag', 'one'],
        ['X-Tag', 'two'],
      ],
      body: { kind: 'json', value: { buyer: '{{buyer.id}}', sku: '{{sku}}', quantity: '{{quantity}}' } },
    },
  ],
  identity: { runId: 'probe', seed: 7, skus: [{ value: 'a', weight: 1 }], quantity: [{ value: 2, weight: 1 }] },
  rules: [],
};

type Got = { method: string; url: string; headers: IncomingMessage['headers']; body: string };

const closers: (() => void)[] = [];
afterAll(() => {
  for (const close of closers) close();
});

async function target(answer: (response: ServerResponse, index: number) => void) {
  const got: Got[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      got.push({ method: request.method!, url: request.url!, headers: request.headers, body });
      answer(response, got.length - 1);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close().closeAllConnections());
  return { got, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const probe = (origin: string, options: Partial<ProbeOptions> = {}) =>
  probeClosedLoop({
    origin,
    timeoutUs: 10e6,
    tls: { insecure: false },
    template: compileOrder(ORDER)[0]!,
    levels: [1, 3],
    // Long past what they take: the orders end it.
    durationUs: 60e6,
    maxOrders: 40,
    ...options,
  });

describe('the closed-loop probe', () => {
  it('sends the orders of the profile, each with its own key and buyer, and no more than it may', async () => {
    const { got, origin } = await target((response) => response.writeHead(201).end('{}'));
    const levels = await probe(origin);
    expect(levels.map(({ connections }) => connections)).toEqual([1, 3]);
    expect(levels.reduce((sum, { sent }) => sum + sent, 0)).toBe(40);
    expect(got).toHaveLength(40);
    const template = compileOrder(ORDER)[0]!;
    const inTurn = got.toSorted((a, b) => seqOf(a) - seqOf(b));
    expect(inTurn.map(seqOf)).toEqual(Array.from({ length: 40 }, (_, seq) => seq));
    for (const [seq, { method, headers, body, url }] of inTurn.entries()) {
      const rendered = template.render({ seq });
      expect([method, url, body]).toEqual(['POST', rendered.path, new TextDecoder().decode(rendered.body)]);
      expect(headers['idempotency-key']).toBe(rendered.headers[1]);
      expect(Buffer.from(headers['x-shop'] as string, 'latin1').toString()).toBe('Łódź');
      expect(headers['x-tag']).toBe('one, two');
    }
    expect(new Set(got.map(({ headers }) => headers['idempotency-key'])).size).toBe(40);
    expect(new Set(got.map(({ body }) => (JSON.parse(body) as { buyer: string }).buyer)).size).toBe(40);
  });

  it('reads none of the times that autocannon measures, and tells none but the length of its own count', async () => {
    // The mock above throws where one is read.
    const { origin } = await target((response) => response.writeHead(201).end('{}'));
    const [level] = await probe(origin, { levels: [2], maxOrders: 1e6, durationUs: 1e6 });
    expect(level!.answers).toBeGreaterThan(0);
    expect(Object.keys(level!).sort()).toEqual(
      ['answers', 'answersPerS', 'busy', 'connections', 'countedUs', 'errors', 'sent', 'statuses', 'trouble'].sort(),
    );
    expect(level!.countedUs).toBeCloseTo(0.7e6, 0);
    expect(level!.answersPerS).toBeCloseTo((level!.answers * 1e6) / level!.countedUs, 6);
  });

  it('tells answers apart by the first digit of their status', async () => {
    const { origin } = await target((response, index) => response.writeHead([201, 409, 503][index % 3]!).end());
    const levels = await probe(origin, { levels: [1], maxOrders: 30 });
    // All are answered before the warm-up of a minute is over, so all count.
    expect(levels).toMatchObject([{ answers: 30, statuses: { '2xx': 10, '4xx': 10, '5xx': 10 }, sent: 30 }]);
  });

  it('ends at once where nobody listens, and says why', async () => {
    const { origin } = await target(() => {});
    closers.pop()!();
    const levels = await probe(origin, { durationUs: 60e6 });
    expect(levels).toHaveLength(1);
    expect(levels[0]).toMatchObject({ answers: 0, answersPerS: 0 });
    expect(levels[0]!.errors).toBeGreaterThan(0);
    expect(levels[0]!.trouble).toContain('ECONNREFUSED');
  });

  it('leaves out levels for which there are fewer orders than connections', async () => {
    const { got, origin } = await target((response) => response.end());
    expect(await probe(origin, { levels: [4, 8], maxOrders: 10 })).toHaveLength(1);
    expect(got).toHaveLength(5);
  });
});

const seqOf = ({ url }: Got): number => Number(/n=(\d+)/.exec(url)![1]);

describe('counting answers', () => {
  it('counts those after the warm-up over the time after it', () => {
    const answers = new Answers(1_000, 1_000);
    for (let i = 0; i < 100; i++) answers.take(1_000 + 10 * i, 200);
    answers.take(2_001, 200);
    expect(answers.sum(2_050)).toEqual({ answers: 70, statuses: { '2xx': 70 }, countedUs: 700_000, answersPerS: 100 });
  });

  it('counts up to the last one where the orders gave out before the end', () => {
    const answers = new Answers(0, 1_000);
    for (let i = 1; i <= 50; i++) answers.take(10 * i, 200);
    expect(answers.sum(550)).toMatchObject({ answers: 21, countedUs: 200_000, answersPerS: 105 });
  });

  it('knows nothing where nothing was answered', () => {
    expect(new Answers(0, 1_000).sum(1_050)).toEqual({ answers: 0, statuses: {}, countedUs: 1e6, answersPerS: 0 });
  });
});

describe('what it cannot send', () => {
  const plain = {
    origin: 'http://127.0.0.1:1',
    http: '1.1',
    connection: 'keep-alive',
    tls: { insecure: false },
  } as const;

  it.each([
    [{ http: '2' }, 'HTTP/2'],
    [{ proxy: 'http://127.0.0.1:3128' }, 'proxy'],
    [{ connection: 'fresh' }, 'fresh connection'],
    [{ origin: 'https://127.0.0.1:1' }, 'no certificate'],
  ] as const)('%j', (with_, says) => {
    expect(beyondProbe({ ...plain, ...with_ })).toContain(says);
  });

  it('everything else', () => {
    expect(beyondProbe(plain)).toBeUndefined();
    expect(beyondProbe({ ...plain, origin: 'https://127.0.0.1:1', tls: { insecure: true } })).toBeUndefined();
  });
});
