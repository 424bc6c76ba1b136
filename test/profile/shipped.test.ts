// The shipped profiles keep what their comments say, and the published JSON Schema is the code's.
// UPDATE=1 writes schema/profile.schema.json anew.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { compileJourney } from '../../src/order/journey.ts';
import type { ShopperSpec } from '../../src/order/spec.ts';
import { defineProfile } from '../../src/profile/define.ts';
import { profileJsonSchema } from '../../src/profile/json-schema.ts';
import type { Plan } from '../../src/profile/plan.ts';
import { importJourneyModule } from '../../src/run/journey-module.ts';
import { curveOf } from '../../src/traffic/curve.ts';
import { parseValue, planOf } from './parsing.ts';

const FOLDER = new URL('../../profiles/', import.meta.url);
const PUBLISHED = new URL('../../schema/profile.schema.json', import.meta.url);
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
const textOf = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8');
/** What stands beside the profiles. */
const files = Object.fromEntries(
  readdirSync(FOLDER).flatMap((name) => [name, `./${name}`].map((path) => [path, textOf(name)])),
);
const modules = {
  locate: (path: string) => new URL(path, FOLDER).href,
  importModule: importJourneyModule,
};
const read = (name: string, more = {}) => planOf(textOf(name), { files, ...modules, ...more });
const plans = new Map<string, Plan>(names.map((name) => [name.replace('.yaml', ''), read(name)]));

const ajv = new Ajv({ strict: true, strictTypes: false, allErrors: true });
const validate = ajv.compile(profileJsonSchema());
/** What the schema says against a profile. */
const said = (profile: unknown) => (validate(profile) ? [] : validate.errors);

const everyHabit: Required<ShopperSpec> = {
  doubleClick: { share: 0, fromCopies: 2, untilCopies: 2, withinUs: 0 },
  replay: { share: 0, afterUs: 0 },
  altered: { share: 0, afterUs: 0 },
  abandon: { share: 0, againUs: 0 },
  readBack: { share: 0, afterUs: 0, path: '' },
  retry: { times: 1, backoffUs: 0, jitter: 0, honourRetryAfter: true, maxUs: 0, on: [] },
};

const meanPerS = ({ traffic }: Plan) => traffic.orders / (traffic.durationUs / 1e6);
const peakOf = ({ traffic }: Plan) => curveOf(traffic).peak();

describe('the JSON Schema', () => {
  it('is the one that ships', () => {
    const text = `${JSON.stringify(profileJsonSchema(), null, 2)}\n`;
    if (process.env.UPDATE) writeFileSync(PUBLISHED, text);
    expect(readFileSync(PUBLISHED, 'utf8')).toBe(text);
  });

  it('describes every field of every map', () => {
    const silent: string[] = [];
    const visit = (schema: unknown, path: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      for (const [key, value] of Object.entries(schema)) {
        if (key !== 'properties') visit(value, `${path}/${key}`);
        else {
          for (const [name, field] of Object.entries(value as Record<string, { description?: string }>)) {
            if (!field.description) silent.push(`${path}/${name}`);
            visit(field, `${path}/${name}`);
          }
        }
      }
    };
    visit(profileJsonSchema(), '');
    expect(silent).toEqual([]);
  });

  it('is draft-07, and accepts the sketch', () => {
    expect(profileJsonSchema()).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#' });
    const sketch = readFileSync(new URL('../fixtures/profiles/sketch.yaml', import.meta.url), 'utf8');
    expect(said(parse(sketch))).toEqual([]);
  });

  it('refuses what the parser refuses', () => {
    const sound = { target: { url: 'demo' }, traffic: { rate: '49/s', for: '10m' } };
    expect(said(sound)).toEqual([]);
    const wrong: unknown[] = [
      {},
      { ...sound, zzz: 1 },
      { ...sound, target: { url: 'demo', timeout: 10 } },
      { ...sound, target: { url: 'demo', connections: 0 } },
      { ...sound, traffic: { over: '1m', orders: 1, shape: [{ burst: { peak: '12x' } }] } },
      { ...sound, outcomes: [{ a: { class: 'acepted' } }] },
    ];
    for (const profile of wrong) expect([validate(profile), profile]).toEqual([false, profile]);
    for (const profile of wrong) expect(parseValue(profile).ok).toBe(false);
  });

  it('agrees with the parser on numbers with units', () => {
    const number = fc.constantFrom('1', '1.5', '2_000', '.5', '1e3', '', '-1');
    const unit = fc.constantFrom(
      '',
      's',
      'ms',
      'min',
      '%',
      'x',
      ' h',
      '/s',
      '/min',
      'k/h',
      '/12h',
      'x base',
      'KiB',
      'kB',
      'M',
    );
    fc.assert(
      fc.property(number, unit, (digits, suffix) => {
        const text = digits + suffix;
        const target = { url: 'demo', timeout: text, capture: text };
        const traffic = { over: '1m', orders: text, shape: [{ base: text }, { burst: { peak: text, decay: text } }] };
        const told = (key: string) => {
          const parsed = parseValue({ target, traffic, slo: [] });
          return !parsed.ok && parsed.problems.some(({ path, code }) => path === key && /UNIT|BAD_VALUE/.test(code));
        };
        validate({ target, traffic });
        const refused = (path: string) => (validate.errors ?? []).some(({ instancePath }) => instancePath === path);
        for (const path of ['target.timeout', 'target.capture', 'traffic.orders', 'traffic.shape[1].burst.peak']) {
          const pointer = `/${path.replaceAll('[1]', '/1').replaceAll('.', '/')}`;
          // Zero and fractions of a count have the right form; a form the editor refuses, the parser refuses as well.
          if (refused(pointer)) expect([path, text, told(path)]).toEqual([path, text, true]);
        }
      }),
      { seed: 7, numRuns: 105 },
    );
  });
});

describe('a profile in TypeScript', () => {
  it('is typed, and comes to a plan', () => {
    const profile = defineProfile({
      target: { url: 'demo' },
      traffic: { orders: '2.1M', over: '12h', shape: ['base', { burst: { peak: '12x base', decay: '20m' } }] },
      outcomes: [{ sold: { status: 201, class: 'accepted' } }],
      slo: ['p99 < 300ms during burst'],
    });
    expect(parseValue(profile)).toMatchObject({
      ok: true,
      plan: { name: 'shop.profile', traffic: { orders: 2_100_000 } },
    });
    const journey = defineProfile({
      target: { url: 'demo' },
      traffic: { rate: '1/s', for: '1m' },
      feeders: { people: 'people.csv' },
      setup: [{ login: { path: '/login', json: {}, extract: { admin: 'token' } } }],
      order: [
        {
          cart: {
            path: '/cart/{{people.id}}',
            extract: { id: { header: 'x-cart' } },
          },
        },
        {
          name: 'pay',
          think: { from: '1s', until: '2s' },
          path: '/pay/{{vars.id}}',
          json: { admin: '{{setup.admin}}', key: '{{order.key}}' },
        },
      ],
      shoppers: { 'double-click': '5%', retry: { times: 2 } },
      audit: { shop: 'demo', limit: 2 },
      slo: ['oversold == 0'],
    });
    const files = { 'people.csv': 'id\n1\n' };
    expect(parseValue(journey, { files })).toMatchObject({ ok: true, plan: { order: { placedBy: 1 }, warnings: [] } });
    // @ts-expect-error so is one inside a step
    defineProfile({ target: { url: 'demo' }, traffic: {}, order: [{ cart: { path: '/cart', thnk: '1s' } }] });
    // @ts-expect-error a misspelt key is an error of the compiler already
    defineProfile({ target: { url: 'demo', timout: '1s' }, traffic: {} });
  });
});

describe('the shipped profiles', () => {
  it('are these', () => {
    expect([...plans.keys()].sort()).toEqual([
      'code-journey',
      'csv-buyers',
      'double-11',
      'flash-sale',
      'graphql-journey',
      'idempotency-storm',
      'last-year',
      'mi-fan-fest',
      'nightly',
      'smoke',
      'soak',
      'sold-out',
      'steady-49',
    ]);
  });

  it.each([...plans])('%s: valid, without a warning, aimed at the built-in shop, judged in every way', (name, plan) => {
    const text = textOf(`${name}.yaml`);
    expect(said(parse(text))).toEqual([]);
    expect(plan).toMatchObject({ name, warnings: [], target: { demo: true } });
    expect(text).toMatch(/^# Question: /);
    expect(read(`${name}.yaml`, { env: { CHECKOUT_URL: 'http://127.0.0.1:1' } }).target.demo).toBe(false);
    const lines = plan.slo.map((slo) => slo.text).join('\n');
    for (const kind of [/^p99 < \d+m?s$/m, /^p99 .* in every /m, /^errors < /m, /^accepted >= .* of plan/m]) {
      expect(lines).toMatch(kind);
    }
    if (plan.traffic.parts.length > 1) expect(lines).toMatch(/^p99 .* during /m);
    expect(plan.stop).toHaveLength(1);
  });

  it.each([...plans])('%s: comes to the same plan again from the profile.yaml of its run', (_name, plan) => {
    const again = planOf(plan.effectiveYaml, { files, ...modules });
    expect(again.profileHash).toBe(plan.profileHash);
    expect(again.order.steps).toEqual(plan.order.steps);
    expect(again.order.rules).toEqual(plan.order.rules);
    expect(again.books).toEqual(plan.books);
  });

  it('mi-fan-fest: 2.1 million orders in 12 hours, and the one published point of its course', () => {
    const plan = plans.get('mi-fan-fest')!;
    const { traffic } = plan;
    expect(traffic).toMatchObject({ orders: 2_100_000, durationUs: 12 * 3600e6 });
    expect(meanPerS(plan)).toBeCloseTo(48.6, 1);
    const share = curveOf(traffic).area(0.506 * traffic.durationUs) / traffic.orders;
    expect(Math.abs(share - 0.755)).toBeLessThan(0.005);
    expect(textOf('mi-fan-fest.yaml')).toContain(`place ${(share * 100).toFixed(1)} % of the orders`);
    expect(peakOf(plan).atUs).toBe(0);
    expect(traffic.parts.map(({ name }) => name)).toEqual(['base', 'opening', 'crowd', 'hourly']);
  });

  it('sold-out: half as many units as orders, which the first of its requests puts on the shelf', () => {
    const { traffic, setup, order, books } = plans.get('sold-out')!;
    const body = setup[0]!.body as { value: { stock: Record<string, number>; limit: number } };
    expect(setup.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /reset']);
    expect(Object.keys(body.value.stock)).toEqual(order.identity.skus.map(({ value }) => value));
    expect(body.value.stock).toEqual({ 'sku-1': traffic.orders / 2 });
    expect(books).toMatchObject({ limit: body.value.limit, soldOut: ['sold_out'], stock: {}, orders: {} });
    // Enough come back to run into the limit: more orders than the buyers may have.
    const { buyers, repeatShare } = order.identity;
    expect(traffic.orders * repeatShare!).toBeGreaterThan(buyers! * body.value.limit);
  });

  it('idempotency-storm: every habit of a shopper there is', () => {
    const { order } = plans.get('idempotency-storm')!;
    expect(Object.keys(order.shoppers!).sort()).toEqual(Object.keys(everyHabit).sort());
    expect(order.answer).toEqual({ id: 'orderId', quantity: 'quantity', total: 'totalCents' });
  });

  it('graphql-journey: three steps whose status says nothing, each fed by the one before', () => {
    const { order } = plans.get('graphql-journey')!;
    expect(order.steps.map(({ name }) => name)).toEqual(['session', 'cart', 'payment']);
    expect(order.placedBy).toBe(2);
    for (const { body, rules } of order.steps) {
      expect(body.kind).toBe('graphql');
      for (const { status, body: asked } of rules!) expect([status, asked!.length]).toEqual([undefined, 1]);
    }
    const variables = compileJourney(order).variables;
    expect(variables).toEqual(['token', 'cart']);
    const sent = JSON.stringify(order.steps);
    for (const name of variables) expect(sent).toContain(`{{vars.${name}}}`);
    expect(order.identity.skus[0]!.weight).toBeGreaterThan(5 * order.identity.skus.at(-1)!.weight);
  });

  it('csv-buyers: the file that its comment speaks of, every column of it in use', () => {
    const { order, traffic } = plans.get('csv-buyers')!;
    const [people] = order.feeders!;
    const comment = textOf('csv-buyers.yaml');
    expect(comment).toContain(`csv-buyers.csv, ${people!.rows} rows`);
    expect(comment).toContain(`${traffic.orders.toLocaleString('en-US')} orders`);
    expect(traffic.orders / people!.rows).toBe(9.5);
    expect(plans.get('csv-buyers')!.effectiveYaml).toContain(
      '\n# To run it again, put it beside the original: it reads csv-buyers.csv.\n',
    );
    expect(plans.get('smoke')!.effectiveYaml).not.toContain('beside the original');
    const sent = JSON.stringify(order.steps);
    for (const column of people!.columns) expect(sent).toContain(`{{people.${column}}}`);
  });

  it('last-year: the rush of its log, nearly six times as many orders, in bins that hold enough of them', () => {
    const { traffic, sources, effectiveYaml } = plans.get('last-year')!;
    const log = textOf('last-year.log').split('\n');
    const ordered = log.filter((line) =>
      /28\/Nov\/2025:10:0[0-4]:\d\d \+0100\] "POST \/checkout[? ]/.test(line),
    ).length;
    const [part] = traffic.parts;
    const counts = part!.kind === 'trace' ? part!.countsPerBin : [];
    expect([traffic.durationUs, counts.length, traffic.orders]).toEqual([300e6, 30, 6000]);
    expect(sources![0]!.says[0]).toBe(
      `${ordered.toLocaleString('en-US')} orders from last-year.log (common log format), POST /checkout`,
    );
    expect(traffic.orders / ordered).toBeCloseTo(5.8, 1);
    expect(textOf('last-year.yaml')).toContain(`wide enough for some ${Math.round(ordered / counts.length)} orders`);
    // The opening and the message at 10:03 stand out.
    const mean = traffic.orders / counts.length;
    for (const bin of [0, 18]) expect(counts[bin]).toBeGreaterThan(2 * mean);
    expect(planOf(effectiveYaml).traffic).toEqual(traffic);
  });

  it('the four about orders: read the books, and say every line they can answer', () => {
    for (const name of ['sold-out', 'idempotency-storm', 'graphql-journey', 'csv-buyers']) {
      const { slo, books, target } = plans.get(name)!;
      expect([name, target.demo, books?.stock !== undefined, books?.orders !== undefined]).toEqual([
        name,
        true,
        true,
        true,
      ]);
      const lines = slo.map(({ text }) => text);
      for (const subject of ['oversold', 'lost', 'phantom', 'duplicated', 'mispriced']) {
        expect(lines).toContain(`${subject} == 0`);
      }
    }
  });

  it('mi-fan-fest: condensed to a minute it keeps its peak', () => {
    const condensed = planOf(textOf('mi-fan-fest.yaml'), { condense: '1m' });
    expect(condensed.traffic.durationUs).toBe(60e6);
    expect(peakOf(condensed).ratePerS).toBeCloseTo(peakOf(plans.get('mi-fan-fest')!).ratePerS, 0);
  });

  it('double-11: the peak is 36 times the mean, 26 seconds after the start', () => {
    const plan = plans.get('double-11')!;
    const { ratePerS, atUs } = peakOf(plan);
    expect(ratePerS / meanPerS(plan)).toBeCloseTo(36, 1);
    expect(atUs / 1e6).toBeCloseTo(26, 3);
  });

  it('the others: their totals and lengths', () => {
    const figures = Object.fromEntries(
      [...plans].map(([name, { traffic }]) => [name, [traffic.orders, traffic.durationUs / 1e6]]),
    );
    expect(figures).toMatchObject({ 'flash-sale': [100_000, 86], 'steady-49': [29_400, 600], smoke: [915, 20] });
    expect(figures.nightly![1]).toBeLessThanOrEqual(600);
    expect(meanPerS(plans.get('nightly')!)).toBeCloseTo(48.6, 6);
    expect(figures.soak![1]).toBeGreaterThanOrEqual(4 * 3600);
  });

  it('leave every minute enough orders for a p99', () => {
    // METHOD: n ≥ ln 0.025 / ln 0.99
    const least = Math.ceil(Math.log(0.025) / Math.log(0.99));
    for (const [name, plan] of plans) {
      const every = plan.slo.map(({ text }) => /in every (\d+)(s|m)/.exec(text)).find((match) => match !== null)!;
      const widthUs = Number(every[1]) * (every[2] === 'm' ? 60e6 : 1e6);
      const curve = curveOf(plan.traffic);
      const whole = Math.floor(plan.traffic.durationUs / widthUs);
      const fewest = Math.min(
        ...Array.from({ length: whole }, (_, i) => curve.area((i + 1) * widthUs) - curve.area(i * widthUs)),
      );
      expect([name, fewest > least]).toEqual([name, true]);
    }
  });
});
