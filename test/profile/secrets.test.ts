// What a person must be able to show around: the plan, profile.yaml and every mistake, whatever secrets a profile holds.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { formatCommand } from '../../src/report/foreign.ts';
import { formatProblems } from '../../src/report/problems.ts';
import { minimal, parseText, planOf, problemsOf } from './parsing.ts';

describe('the path of an order', () => {
  const shown = (path: string, env: Record<string, string> = {}) =>
    planOf(minimal(`order: { path: ${JSON.stringify(path)} }\n`), { env }).order.steps[0]!.shownPath;

  it('is shown as written, without a value of its query', () => {
    expect(shown('/pay?api_key=TOPSECRET5&t=${APITOK}&n=1', { APITOK: 'sesame' })).toBe(
      '/pay?api_key=***&t=${APITOK}&n=***',
    );
    expect(shown('/pay/{{sku}}?k={{order.key}}')).toBe('/pay/{{sku}}?k={{order.key}}');
    expect(shown('/pay?sesame&t=${T:-se&same}')).toBe('/pay?***&t=${T:-***}');
    expect(shown('/pay?k={{choose(sesame: 1, "se&same": 2)}}')).toBe('/pay?k=***');
    expect(shown('${P}', { P: '/pay?t=sesame' })).toBe('${P}');
  });

  it('is quoted by its own mistakes in the same way', () => {
    const [problem] = problemsOf(minimal('order: { path: "/pay?api_key=sesame#x" }\n'));
    expect(problem).toMatchObject({ code: 'PATH', message: expect.stringContaining('/pay?api_key=***') });
    expect(JSON.stringify(problem)).not.toContain('sesame');
  });
});

describe('a mistake', () => {
  const told = (text: string, format: 'yaml' | 'json' = 'yaml') => {
    const parsed = parseText(text, {}, format);
    const problems = parsed.ok ? [] : parsed.problems;
    expect(problems).not.toEqual([]);
    return { problems, printed: formatProblems(problems) };
  };

  const neighbours: Record<string, string> = {
    'in one flow map': 'order: { headers: { authorization: "Bearer sesame" }, methd: POST }\n',
    'in a path': 'order: { path: "/pay?sig=sesame", methd: POST }\n',
    'behind an alias': 'order: { json: &s [sesame], headers: { x-auth: *s }, methd: POST }\n',
    'in a whole aliased order': 'x: { headers: &h { x-auth: sesame }, y: 1 }\norder: { headers: *h }\n',
    'in the wrong place': 'headers: { authorization: Bearer sesame }\n',
    'in a misspelt section': 'ordr: { path: "/pay?token=sesame" }\n',
    'in a text of several lines':
      'order:\n  headers:\n    x-auth: "two\n      sesame"\n  json: { a: "{{x}}" }\n  x: 1\n',
    'in user info': 'targets: { url: "https://me:sesame@shop.example" }\n',
  };
  it.each(Object.entries(neighbours))('does not print the line of a secret beside it, %s', (_name, more) => {
    const { problems, printed } = told(minimal(more));
    expect(printed).not.toContain('sesame');
    expect(problems[0]!.place!.line).toBeGreaterThan(3);
  });

  it('in broken YAML quotes no secret either, in its line or in its words', () => {
    const head = 'order:\n  headers:\n    ';
    for (const line of [
      'authorization: "Bearer sesame',
      'authorization: *sesame',
      'authorization: !sesame x',
      'x-auth: [a, sesame] sesame',
      'authorization: Bearer: sesame: x',
      'x-api-key: {sesame',
      'x-auth: @sesame',
    ])
      expect(told(`${minimal()}${head}${line}\n`).printed, line).not.toContain('sesame');
    expect(told('{ "order": { "headers": { "x-auth": "sesame", } }, }', 'json').printed).not.toContain('sesame');
    expect(told('{ "order": { "headers": { "x-auth": "ses\tame" x } } }', 'json').printed).not.toContain('ame');
  });

  it('shows every other line, and one that holds only the name of a variable', () => {
    const { problems } = told(minimal('order: { headers: { authorization: "Bearer ${TOKEN}" }, methd: POST }\n'));
    expect(problems.find(({ code }) => code === 'UNKNOWN_KEY')!.source).toContain('methd: POST');
    const apart = told(minimal('order:\n  headers: { authorization: Bearer sesame }\n  methd: POST\n'));
    expect(apart.problems[0]!.source).toBe('  methd: POST');
  });

  it('quotes nothing of a secret choice', () => {
    const { printed } = told(minimal('order: { headers: { x-auth: "{{choose(sesame1: 1, sesame2: x)}}" } }\n'));
    expect(printed).toMatch(/x-auth.*choose\(…\)/);
    expect(printed).not.toContain('sesame');
  });
});

describe('profile.yaml', () => {
  it('knows a secret by any of its names', () => {
    const text = minimal(`order:
  path: /checkout?sig=sesame&x=1
  headers: { x-auth: sesame, x-session: sesame, x-plain: shown }
  json: { card: { cvv: 123, pin: "sesame" }, jwt: sesame, author: shown }
  skus: { session-ticket: 3 }
outcomes:
  - auth_failed: { status: 401, class: rejected }
  - sold: { status: 201, class: accepted }
`);
    const shown = parse(planOf(text).effectiveYaml) as { order: object; outcomes: object[] };
    expect(JSON.stringify(shown)).not.toMatch(/sesame|123/);
    expect(shown.order).toMatchObject({
      path: '/checkout?sig=***&x=1',
      headers: { 'x-plain': 'shown' },
      json: { author: 'shown' },
      skus: { 'session-ticket': 3 },
    });
    expect(shown.outcomes[0]).toEqual({ auth_failed: { status: 401, class: 'rejected' } });
  });

  it('shows nothing that the command line hides', () => {
    const paths = fc.constantFrom(
      'order.headers.x-more',
      'order.json.card',
      'order.form.a',
      'order.path',
      'order["headers"].y',
      'order.headers',
    );
    fc.assert(
      fc.property(fc.uniqueArray(paths, { minLength: 1 }), (chosen) => {
        const sets = chosen
          .filter((path) => path !== 'order.json.card' || !chosen.includes('order.form.a'))
          .map((path): [string, string] => [
            path,
            path === 'order.path' ? '/pay?x=sesame' : path === 'order.headers' ? '{ z: sesame }' : 'sesame',
          ]);
        const command = formatCommand(sets.flatMap(([path, value]) => ['--set', `${path}=${value}`]));
        expect(command).not.toContain('sesame');
        expect(planOf(minimal(), { sets }).effectiveYaml).not.toContain('sesame');
      }),
      { seed: 20150408, numRuns: 40 },
    );
    const sets: [string, string][] = [
      ['order.quantity', '2'],
      ['order.headers.x', '${TOKEN}'],
      ['order.headers.k', '"{{order.key}}"'],
      ['target.timeout', '2s'],
    ];
    const plain = parse(planOf(minimal(), { sets, env: { TOKEN: 'sesame' } }).effectiveYaml);
    expect(plain).toMatchObject({
      order: { quantity: 2, headers: { x: '${TOKEN}', k: '{{order.key}}' } },
      target: { timeout: '2s' },
    });
  });
});

describe('`secrets:`', () => {
  const order = (value: string) => `secrets: [X-Shop, customer, ref]
order:
  path: /pay?ref=${value}&n=1
  headers: { x-shop: ${value}, x-open: shown, x-var: "\${NAME}" }
  json: { customer: { tag: ${value} }, sku: "{{sku}}" }
setup: [open: { path: /open, headers: { accept: x }, json: { customer: ${value} } }]
`;

  it('hides what is under these names, in whatever is written, printed or compared', () => {
    const parsed = parseText(minimal(order('sesame-1')), { env: { NAME: 'sesame-2' } });
    if (!parsed.ok) throw new Error(formatProblems(parsed.problems));
    const { plan, secrets } = parsed;
    expect(plan.effectiveYaml).not.toContain('sesame');
    expect(parse(plan.effectiveYaml)).toMatchObject({
      secrets: ['X-Shop', 'customer', 'ref'],
      order: { path: '/pay?ref=***&n=1', headers: { 'x-shop': '***', 'x-open': 'shown' }, json: { sku: '{{sku}}' } },
    });
    expect(new Set(secrets)).toEqual(new Set(['sesame-1', 'sesame-2']));
    expect(planOf(minimal(order('other')), { env: { NAME: 'sesame-2' } }).profileHash).toBe(plan.profileHash);
    expect(
      planOf(minimal(order('sesame-1').replace('shown', 'seen')), { env: { NAME: 'sesame-2' } }).profileHash,
    ).not.toBe(plan.profileHash);
  });

  it('hides their lines in mistakes, and in YAML that is broken', () => {
    const printed = formatProblems(problemsOf(minimal(`${order('sesame')}  methd: POST\n`)));
    expect(printed).not.toContain('sesame');
    expect(printed).toContain('methd');
    expect(
      formatProblems(problemsOf(`secrets: [x-shop]\n${minimal('order:\n  headers: { x-shop: "sesame }\n')}`)),
    ).not.toContain('sesame');
  });
});

describe('the secrets that orders carry', () => {
  const secretsOf = (text: string, env: Record<string, string> = {}) => {
    const parsed = parseText(text, { env, files: { 'body.json': '{"card":{"pin":"4321"},"sku":"a"}' } });
    if (!parsed.ok) throw new Error(formatProblems(parsed.problems));
    expect(JSON.stringify({ ...parsed.plan, order: undefined })).not.toMatch(/sesame/);
    return new Set(parsed.secrets);
  };

  it('are the values of its variables and every literal under a secret name', () => {
    const order = `order:
  path: /pay?sig=se%20same&n=1
  headers: { authorization: Bearer sesame-1, cookie: "a=1; sid=sesame-2", x-more: "\${MORE}", x-env: "{{env.ENV}}" }
  json: { cvv: 123, sku: plain, key: "{{order.key}}", sku2: "\${UNSET:-plain}" }
`;
    expect(secretsOf(minimal(order), { MORE: 'sesame-3', ENV: 'sesame-4', OTHER: 'other' })).toEqual(
      new Set([
        ...['sesame-4', 'sesame-3', 'se%20same', 'se same', 'Bearer sesame-1', 'sesame-1'],
        ...['a=1; sid=sesame-2', 'sid=sesame-2', 'sesame-2', '123'],
      ]),
    );
    expect(secretsOf(minimal('order: { form: { pwd: sesame-5, a: b } }\n'))).toEqual(new Set(['sesame-5']));
    expect(secretsOf(minimal('order: { file: body.json }\n'))).toEqual(new Set(['4321']));
    expect(secretsOf(minimal())).toEqual(new Set());
  });
});
