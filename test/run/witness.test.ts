import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DriverOptions, MakeDriver } from '../../src/drive/driver.ts';
import { blankIdentity, identityOf, seqOfKey } from '../../src/order/identity.ts';
import type { OrderSpec } from '../../src/order/spec.ts';
import { monotonicUs } from '../../src/run/clock.ts';
import { Witness, type WitnessShare, witnessRate, witnessShareOf } from '../../src/run/witness.ts';
import { watch } from '../../src/run/witness-watch.ts';
import { scratchFolder } from '../support/cli.ts';
import { pretendDriver } from '../support/pretend-driver.ts';
import { World } from '../support/world.ts';

const ORDER: OrderSpec = {
  steps: [
    {
      name: 'checkout',
      method: 'POST',
      path: '/checkout',
      headers: [],
      body: { kind: 'json', value: { key: '{{order.key}}', buyer: '{{buyer.id}}' } },
    },
  ],
  identity: { runId: 'abc', seed: 7, skus: [{ value: 'x', weight: 1 }], quantity: [{ value: 1, weight: 1 }] },
  rules: [],
};
const OPTIONS: DriverOptions = {
  origin: 'http://127.0.0.1:1',
  http: '1.1',
  connection: 'keep-alive',
  connections: 500,
  queue: 10_000,
  connectTimeoutUs: 5e6,
  timeoutUs: 10e6,
  captureBytes: 4096,
  maxBodyBytes: 1e6,
  maxHeadBytes: 65_536,
  tls: { insecure: false },
};
const shareOf = (durationUs: number, origin = OPTIONS.origin): WitnessShare =>
  witnessShareOf({ order: ORDER, driver: 'wire', driverOptions: { ...OPTIONS, origin }, durationUs }, 2_000);

describe('the orders of a witness', () => {
  it('are 1/s, up to 4/s in short runs', () => {
    expect([1e6, 20e6, 40e6, 60e6, 43_200e6].map(witnessRate)).toEqual([4, 3, 1.5, 1, 1]);
  });

  it('share no key and no buyer with the run', () => {
    const share = shareOf(60e6);
    const [run, witness] = [identityOf(ORDER.identity), identityOf(share.order.identity)];
    const seqs = Array.from({ length: 2_000 }, (_, seq) => seq);
    const own = seqs.map((seq) => ({ ...run(seq, blankIdentity()) }));
    const others = seqs.slice(0, 60).map((k) => ({ ...witness(share.firstSeq + k, blankIdentity()) }));
    const both = [...own, ...others];
    expect(new Set(both.map((each) => each.key)).size).toBe(both.length);
    expect(new Set(both.map((each) => each.buyer)).size).toBe(both.length);
    expect(others.every(({ key }) => seqOfKey(ORDER.identity.runId, key) === undefined)).toBe(true);
  });

  it('are due evenly until the end of the plan, and their services are told by second', async () => {
    const world = new World({ turnUs: 50 });
    const fired: number[] = [];
    const make: MakeDriver = (_options, { onAnswer }) => {
      const doneAtUs = (nowUs: number, attempt: { seq: number }) => {
        fired.push(attempt.seq);
        return nowUs + 7_000;
      };
      return pretendDriver(world, { doneAtUs }, onAnswer);
    };
    const watching = watch(shareOf(30e6), world.waiter, make)(world.clock);
    await world.run();
    const { sent, samples } = await watching.end();
    expect(sent).toBe(60);
    expect(fired).toEqual(Array.from({ length: 60 }, (_, k) => 2_000 + k));
    expect(samples.map((sample) => sample.second)).toEqual(Array.from({ length: 60 }, (_, k) => Math.floor(k / 2)));
    expect(new Set(samples.map((sample) => sample.serviceUs))).toEqual(new Set([7_000]));
  });

  it('that were given up count as sent, and say nothing of the shop', async () => {
    const world = new World({ turnUs: 50 });
    const make: MakeDriver = (_options, { onAnswer }) => pretendDriver(world, { doneAtUs: () => undefined }, onAnswer);
    const watching = watch(shareOf(10e6), world.waiter, make)(world.clock);
    await world.run(5e6);
    const { sent, samples } = await watching.end();
    expect(sent).toBeGreaterThan(10);
    expect(samples).toEqual([]);
  });
});

describe('the process of a witness', () => {
  let got = 0;
  const server = createServer((request, response) => {
    got++;
    request.resume();
    response.writeHead(201).end('{}');
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  it('sends real orders and says how many', async () => {
    const { port } = server.address() as AddressInfo;
    const witness = new Witness(shareOf(1e6, `http://127.0.0.1:${port}`));
    await witness.ready();
    // A second in the past: all of its orders are due at once.
    witness.start(monotonicUs() - 1e6);
    while (got < 4) await new Promise((resolve) => setImmediate(resolve));
    const seen = await witness.end();
    expect(seen).toMatchObject({ sent: 4, trouble: '' });
    expect(got).toBe(4);
  });

  it('that dies is told, and hurts nothing', async () => {
    const entry = join(scratchFolder(), 'dies.mjs');
    writeFileSync(entry, 'process.exitCode = 7; process.disconnect();');
    const witness = new Witness(shareOf(1e6), entry);
    await witness.ready();
    witness.start(monotonicUs());
    expect(await witness.end()).toEqual({ sent: 0, samples: [], trouble: 'the witness ended with code 7' });
  });
});
