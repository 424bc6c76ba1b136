import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { blankIdentity, identityOf } from '../../src/order/identity.ts';
import type { BodySpec, IdentitySpec, OrderIdentity, StepSpec } from '../../src/order/spec.ts';
import { compileOrder, compileStep, type Segments, type StepTemplate } from '../../src/order/template.ts';
import { anyCharacter } from '../support/any-character.ts';

const RUNS = { seed: 20150408, numRuns: 300 };

const plainSpec: IdentitySpec = {
  runId: 'run',
  seed: 42,
  skus: [{ value: 'phone', weight: 1 }],
  quantity: [{ value: 2, weight: 1 }],
};
const plainStep: StepSpec = {
  name: 'checkout',
  method: 'POST',
  path: '/checkout',
  headers: [],
  body: { kind: 'none' },
};

// Quotes, control characters, lone surrogates, braces, separators of forms and paths: whatever might break out.
const nastyChar = fc.oneof(
  anyCharacter,
  fc.constantFrom(
    '"',
    '\\',
    '\r',
    '\n',
    '\0',
    '\u007f',
    '\ud800',
    '\udc00',
    '😀',
    'é',
    '%',
    '&',
    '+',
    '=',
    ' ',
    '/',
    '?',
    '{',
    '}',
    '\u2028',
  ),
);
const nasty = fc.array(nastyChar, { maxLength: 8 }).map((chars) => chars.join(''));
const anySeq = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const anySpec: fc.Arbitrary<IdentitySpec> = fc.record({
  runId: nasty,
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  skus: fc.array(fc.record({ value: nasty, weight: fc.constant(1) }), { minLength: 1, maxLength: 3 }),
  quantity: fc.array(fc.record({ value: fc.integer({ min: 1, max: 1e6 }), weight: fc.constant(1) }), {
    minLength: 1,
    maxLength: 2,
  }),
});

/** A text of literals and placeholders as [literal, placeholder, literal, …], so that the oracle need not parse. */
const NAMES = ['order.key', 'order.seq', 'order.id', 'buyer.id', 'sku', 'quantity'] as const;
type Part = { text: string } | { name: (typeof NAMES)[number] };
const anyParts: fc.Arbitrary<Part[]> = fc
  .array(
    fc.oneof(
      nasty.map((text) => ({ text })),
      fc.constantFrom(...NAMES).map((name) => ({ name })),
    ),
    { maxLength: 5 },
  )
  .map((parts) => {
    // Neighbouring texts are one text, and an empty one is none.
    const joined: Part[] = [];
    for (const part of parts) {
      if ('text' in part && part.text === '') continue;
      const last = joined.at(-1);
      if (last && 'text' in last && 'text' in part) last.text += part.text;
      else joined.push({ ...part });
    }
    return joined;
  });
const written = (parts: Part[]) =>
  parts.map((part) => ('text' in part ? part.text.replaceAll('{{', '{{{{') : `{{${part.name}}}`)).join('');

function broughtBy(name: (typeof NAMES)[number], spec: IdentitySpec, identity: OrderIdentity): string | number {
  switch (name) {
    case 'order.key':
      return identity.key;
    case 'order.seq':
      return identity.seq;
    case 'order.id':
      return `${spec.runId}-${identity.seq}`;
    case 'buyer.id':
      return identity.buyer;
    case 'sku':
      return identity.sku;
    case 'quantity':
      return identity.quantity;
  }
}
const substituted = (parts: Part[], spec: IdentitySpec, identity: OrderIdentity) =>
  parts.map((part) => ('text' in part ? part.text : broughtBy(part.name, spec, identity))).join('');

const identityAt = (spec: IdentitySpec, seq: number) => identityOf(spec)(seq, blankIdentity());
const utf8 = (bytes: Uint8Array | undefined) =>
  new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
const fromByteString = (text: string) => utf8(Uint8Array.from(text, (char) => char.charCodeAt(0)));
const withBody = (body: BodySpec) => ({ ...plainStep, body });
const bodyText = (body: BodySpec, spec: IdentitySpec, seq: number) =>
  utf8(compileStep(withBody(body), spec).render({ seq }).body);

describe('a JSON body', () => {
  it('parses to what naive substitution gives, for any texts and values', () => {
    const tree = fc.letrec<{ value: unknown; string: Part[] }>((tie) => ({
      string: anyParts,
      value: fc.oneof(
        { depthSize: 'small' },
        tie('string').map((parts) => ({ parts })),
        fc.constantFrom(null, true, 0, -1.5, 1e21),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.array(fc.tuple(tie('string'), tie('value')), { maxLength: 3 }).map((members) => ({ members })),
      ),
    })).value;
    type Node = null | boolean | number | Node[] | { parts: Part[] } | { members: [Part[], Node][] };
    const build = (node: Node, ofParts: (parts: Part[], isKey: boolean) => unknown): unknown => {
      if (typeof node !== 'object' || node === null) return node;
      if (Array.isArray(node)) return node.map((item) => build(item, ofParts));
      if ('parts' in node) return ofParts(node.parts, false);
      return Object.fromEntries(node.members.map(([key, value]) => [ofParts(key, true), build(value, ofParts)]));
    };
    fc.assert(
      fc.property(tree, anySpec, anySeq, (node, spec, seq) => {
        const identity = identityAt(spec, seq);
        const value = build(node as Node, written);
        const expected = build(node as Node, (parts, isKey) => {
          const only = parts.length === 1 ? parts[0]! : undefined;
          const isNumber = only && 'name' in only && (only.name === 'quantity' || only.name === 'order.seq');
          return isNumber && !isKey ? broughtBy(only.name, spec, identity) : substituted(parts, spec, identity);
        });
        expect(JSON.parse(bodyText({ kind: 'json', value }, spec, seq))).toEqual(expected);
      }),
      RUNS,
    );
  });

  it('writes a string that is nothing but quantity or seq as a bare number, and any other as a string', () => {
    const value = { a: '{{quantity}}', b: ' {{quantity}}', c: ['{{ order.seq }}'], d: '{{sku}}', '{{quantity}}': 1 };
    expect(bodyText({ kind: 'json', value }, plainSpec, 7)).toBe('{"a":2,"b":" 2","c":[7],"d":"phone","2":1}');
  });

  it('is what JSON.stringify makes of values that are not plain', () => {
    const value = { at: new Date(0), gone: undefined, nan: Number.NaN, ['__proto__']: [undefined] };
    expect(bodyText({ kind: 'json', value }, plainSpec, 0)).toBe(JSON.stringify(value));
    expect(bodyText({ kind: 'json', value: undefined }, plainSpec, 0)).toBe('null');
  });
});

describe('other bodies', () => {
  it('a form reads back with URLSearchParams', () => {
    const fields = fc.array(fc.tuple(nasty, anyParts), { maxLength: 4 });
    fc.assert(
      fc.property(fields, anySpec, anySeq, (list, spec, seq) => {
        const identity = identityAt(spec, seq);
        const body: BodySpec = { kind: 'form', fields: list.map(([name, parts]) => [name, written(parts)]) };
        const expected = list.map(([name, parts]) => [
          name.toWellFormed(),
          parts
            .map((part) => ('text' in part ? part.text : String(broughtBy(part.name, spec, identity))).toWellFormed())
            .join(''),
        ]);
        const text = bodyText(body, spec, seq);
        // `=` alone is a field with an empty name, which the parser keeps; only an empty list has no text at all.
        expect([...new URLSearchParams(text)]).toEqual(expected);
        expect(text).toBe(new URLSearchParams(expected as [string, string][]).toString());
      }),
      RUNS,
    );
  });

  it('a text is UTF-8 with the values as they are', () => {
    fc.assert(
      fc.property(anyParts, anySpec, anySeq, (parts, spec, seq) => {
        const expected = parts
          .map((part) =>
            ('text' in part ? part.text : String(broughtBy(part.name, spec, identityAt(spec, seq)))).toWellFormed(),
          )
          .join('');
        expect(bodyText({ kind: 'text', text: written(parts) }, spec, seq).toWellFormed()).toBe(expected);
      }),
      RUNS,
    );
  });
});

describe('path and headers', () => {
  it('a value in a path stays within its segment or parameter, and reads back', () => {
    fc.assert(
      fc.property(anySpec, anySeq, (spec, seq) => {
        const { path } = compileStep(
          { ...plainStep, path: '/buy/{{sku}}/ü x?id={{order.id}}&q={{quantity}}' },
          spec,
        ).render({ seq });
        const identity = identityAt(spec, seq);
        expect(path).toMatch(/^[\x21-\x7e]+$/);
        const match = /^\/buy\/([^/?&#]*)\/%C3%BC%20x\?id=([^/?&#]*)&q=(\d+)$/.exec(path)!;
        expect(decodeURIComponent(match[1]!)).toBe(identity.sku.toWellFormed());
        expect(decodeURIComponent(match[2]!)).toBe(`${spec.runId}-${seq}`.toWellFormed());
        expect(Number(match[3])).toBe(identity.quantity);
      }),
      RUNS,
    );
  });

  it('keeps what is already percent-encoded in a path', () => {
    expect(
      compileStep({ ...plainStep, path: '/a%20b;c=1,2/(x)?y=[1]&z={{{{' }, plainSpec).render({ seq: 0 }).path,
    ).toBe('/a%20b;c=1,2/(x)?y=[1]&z=%7B%7B');
  });

  it('no value can split a header: controls arrive as %XX, all else as UTF-8', () => {
    fc.assert(
      fc.property(anySpec, anySeq, (spec, seq) => {
        const step: StepSpec = { ...plainStep, headers: [['x-sku', 'é "{{sku}}"\t{{order.id}}']] };
        const [name, value] = compileStep(step, spec).render({ seq }).headers;
        expect(name).toBe('x-sku');
        expect(value).toMatch(/^[\t\x20-\x7e\x80-\xff]*$/);
        const controls = /(?!\t)\p{Cc}(?<![\x80-\x9f])/gu;
        const hex = (char: string) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
        const clean = (text: string) => text.replace(controls, hex).toWellFormed();
        expect(fromByteString(value!)).toBe(
          `é "${clean(identityAt(spec, seq).sku)}"\t${clean(`${spec.runId}-${seq}`)}`,
        );
      }),
      RUNS,
    );
  });

  it('adds a content-type by kind of body, unless there is one of any spelling', () => {
    const headersOf = (step: StepSpec) => compileStep(step, plainSpec).render({ seq: 0 }).headers;
    expect(headersOf(plainStep)).toEqual([]);
    expect(headersOf(withBody({ kind: 'json', value: 1 }))).toEqual(['content-type', 'application/json']);
    expect(headersOf(withBody({ kind: 'form', fields: [] }))).toEqual([
      'content-type',
      'application/x-www-form-urlencoded',
    ]);
    expect(headersOf(withBody({ kind: 'text', text: '' }))).toEqual(['content-type', 'text/plain; charset=utf-8']);
    const own: [string, string][] = [
      ['X-B', '1'],
      ['CONTENT-Type', 'application/vnd.x'],
      ['X-B', '2'],
    ];
    expect(headersOf({ ...withBody({ kind: 'text', text: '' }), headers: own })).toEqual(own.flat());
  });
});

describe('segments', () => {
  const everywhere = (parts: Part[]): StepSpec => ({
    name: 'all',
    method: 'PUT',
    path: '/{{sku}}-{{choose(é: 1, "//": 2)}}',
    headers: [['x', 'ü{{sku}}{{order.key}}{{choose(1, 2)}}']],
    body: { kind: 'json', value: [written(parts), '{{choose(a, "\n", 😀)}}'] },
  });
  const segmentsOf = (template: StepTemplate): Segments[] => [
    template.path,
    ...template.headers.map(({ value }) => value),
    template.body!,
  ];

  it('write in place exactly what render gives, within the size they promise', () => {
    fc.assert(
      fc.property(anyParts, anySpec, anySeq, fc.nat(20), (parts, spec, seq, at) => {
        const template = compileStep(everywhere(parts), spec);
        const identity = identityAt(spec, seq);
        for (const segments of segmentsOf(template)) {
          const into = new Uint8Array(at + segments.maxBytes + 1).fill(0xfe);
          const end = segments.write(into, at, identity);
          expect(end - at).toBeLessThanOrEqual(segments.maxBytes);
          if (segments.fixedBytes !== undefined) expect(end - at).toBe(segments.fixedBytes);
          expect(into.subarray(0, at).every((byte) => byte === 0xfe) && into.at(-1) === 0xfe).toBe(true);
          expect([...into.subarray(at, end)]).toEqual(
            Array.from(segments.text(identity), (char) => char.charCodeAt(0)),
          );
        }
        const { path, headers, body } = template.render({ seq });
        expect(path).toBe(template.path.text(identity));
        expect(headers[1]).toBe(template.headers[0]!.value.text(identity));
        expect(String.fromCharCode(...body!)).toBe(template.body!.text(identity));
      }),
      RUNS,
    );
  });

  it('write numbers of any length as their digits', () => {
    const edges = Array.from({ length: 10 }, (_, power) => [10 ** power - 1, 10 ** power, 10 ** power + 1]).flat();
    const seqs = [...edges.filter((seq) => seq < 2 ** 32), 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
    // Buyers of their own are numbered from `buyers` on, up to 2^33.
    const spec = { ...plainSpec, buyers: 2 ** 32 - 1, repeatShare: 1e-9 };
    const { body } = compileStep(withBody({ kind: 'text', text: '{{order.seq}} {{buyer.id}}' }), spec);
    const longest = seqs.map((seq) => {
      const into = new Uint8Array(body!.maxBytes);
      const { buyer } = identityAt(spec, seq);
      expect(utf8(into.subarray(0, body!.write(into, 0, { seq })))).toBe(`${seq} ${buyer}`);
      return Number(buyer.slice('buyer-'.length));
    });
    expect(Math.max(...longest)).toBeGreaterThan(2 ** 32);
  });

  it('know what has one length for all orders, and what is the same for all', () => {
    const step: StepSpec = {
      ...plainStep,
      headers: [
        ['a', '"{{order.key}}"'],
        ['b', '{{order.seq}}'],
        ['c', '{{choose(xx: 1, yy: 2)}}{{sku}}'],
        ['d', '{{choose(x: 1, yy: 2)}}'],
        ['e', 'plain {{env.E}}'],
      ],
    };
    const { headers } = compileStep(step, plainSpec, { env: { E: 'env' } });
    expect(headers.map(({ value }) => value.fixedBytes)).toEqual([38, undefined, 7, undefined, 9]);
    expect(headers.map(({ value }) => value.maxBytes)).toEqual([38, 10, 7, 2, 9]);
    expect(headers.map(({ value }) => value.constant)).toEqual([false, false, false, false, true]);
  });

  it('a rendered body may be kept: later orders do not write over it', () => {
    const template = compileStep(withBody({ kind: 'json', value: ['{{order.seq}}', 'x'.repeat(500)] }), plainSpec);
    const kept = Array.from({ length: 400 }, (_, seq) => template.render({ seq }).body!);
    kept.forEach((body, seq) => {
      expect(utf8(body)).toBe(JSON.stringify([seq, 'x'.repeat(500)]));
    });
  });

  it('a body larger than a slab, and one that is the same for all orders', () => {
    const large = 'y'.repeat(200_000);
    expect(bodyText({ kind: 'text', text: `${large}{{sku}}` }, plainSpec, 1)).toBe(`${large}phone`);
    const constant = compileStep(withBody({ kind: 'text', text: large }), plainSpec);
    expect(constant.render({ seq: 1 }).body).toBe(constant.render({ seq: 2 }).body);
    expect(utf8(constant.render({ seq: 3 }).body)).toBe(large);
  });
});

describe('random choices and variables', () => {
  it('are drawn by weight, each place on its own, the same for the same order', () => {
    const text = '{{choose(a: 3, b: 1)}}{{choose(a: 3, b: 1)}}';
    const spec = {
      steps: [withBody({ kind: 'text', text }), withBody({ kind: 'text', text })],
      identity: plainSpec,
      rules: [],
    };
    const draw = (templates: StepTemplate[], seq: number) =>
      templates.map(({ render }) => utf8(render({ seq }).body)).join('');
    const templates = compileOrder(spec);
    const again = compileOrder(spec);
    const total = 8000;
    const counts = [0, 0, 0, 0];
    let allA = 0;
    for (let seq = total - 1; seq >= 0; seq--) {
      const drawn = draw(templates, seq);
      if (seq % 100 === 0) expect(draw(again, seq)).toBe(drawn);
      for (const [place, letter] of [...drawn].entries()) if (letter === 'a') counts[place]!++;
      if (drawn === 'aaaa') allA++;
    }
    const near = (count: number, share: number) =>
      expect(Math.abs(count - total * share)).toBeLessThan(5 * Math.sqrt(total * share * (1 - share)));
    for (const count of counts) near(count, 0.75);
    near(allA, 0.75 ** 4);
  });

  it('variables are resolved when compiled, and escaped for their place', () => {
    const env = { A: 'a"b é&/' };
    const step: StepSpec = {
      ...plainStep,
      path: '/{{env.A}}',
      headers: [['h', '{{env.A}}']],
      body: { kind: 'json', value: '{{env.A}}' },
    };
    const { path, headers, body } = compileOrder({ steps: [step], identity: plainSpec, rules: [], env })[0]!.render({
      seq: 0,
    });
    expect(path).toBe('/a%22b%20%C3%A9%26%2F');
    expect(fromByteString(headers[1]!)).toBe('a"b é&/');
    expect(utf8(body)).toBe('"a\\"b é&/"');
  });
});

describe('mistakes of a step', () => {
  const problemsOf = (step: Partial<StepSpec>, env = {}) => {
    try {
      compileStep({ ...plainStep, ...step }, plainSpec, { env });
    } catch (error) {
      if (error instanceof UserError) return error.problems.map(({ code, path }) => `${code} ${path}`);
      throw error;
    }
    return [];
  };

  it('are told all at once, each with its path', () => {
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    expect(
      problemsOf({
        method: 'PO ST',
        path: 'checkout',
        headers: [
          ['x y', '1'],
          ['x-a', 'a\r\nx-evil: 1'],
          ['x-b', '{{order.kye}}'],
        ],
        body: { kind: 'json', value: { items: [{ sku: '{{skuu}}', '{{': 1 }] } },
      }),
    ).toEqual([
      'METHOD order.method',
      'PATH order.path',
      'HEADER_NAME order.headers.x y',
      'HEADER_VALUE order.headers.x-a',
      'UNKNOWN_PLACEHOLDER order.headers.x-b',
      'UNKNOWN_PLACEHOLDER order.json.items[0].sku',
      'UNCLOSED_PLACEHOLDER order.json.items[0].{{',
    ]);
    expect(problemsOf({ path: '/a\nb' })).toEqual(['PATH order.path']);
    expect(problemsOf({ path: '/a#b' })).toEqual(['PATH order.path']);
    expect(problemsOf({ body: { kind: 'form', fields: [['f', '{{x']] } })).toEqual([
      'UNCLOSED_PLACEHOLDER order.form.f',
    ]);
    expect(problemsOf({ body: { kind: 'json', value: cyclic } })).toEqual(['BODY order.json']);
  });

  it('a variable that is unset, or would split a header, is told without its value', () => {
    const headers: [string, string][] = [['authorization', 'Bearer {{env.TOKEN}}']];
    expect(problemsOf({ headers })).toEqual(['UNSET_VARIABLE order.headers.authorization']);
    expect(problemsOf({ headers }, { TOKEN: 'se\ncret' })).toEqual(['HEADER_VALUE order.headers.authorization']);
    expect(() => compileStep({ ...plainStep, headers }, plainSpec, { env: { TOKEN: 'se\ncret' } })).toThrow(
      /^(?!.*cret)/,
    );
  });
});
