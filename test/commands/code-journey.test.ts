// Orders made by code, through the real command line: the shipped example, one that throws, one that is not there.

import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fingerprintHere, writeCalibration } from '../../src/commands/calibration.ts';
import type { Result } from '../../src/report/result.ts';
import { cli, profileFile, ROOT, scratchFolder } from '../support/cli.ts';

const folder = scratchFolder();
for (const name of ['code-journey.yaml', 'code-journey.ts']) cpSync(join(ROOT, 'profiles', name), join(folder, name));

async function run(name: string, ...flags: string[]) {
  const out = join(folder, ['out', name, ...flags].join('').replace(/\W+/g, '-'));
  const ended = await cli(['run', join(folder, name), '--out', out, ...flags], {
    cwd: folder,
    env: { PASS: 'open sesame' },
  });
  const result: Result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
  const outcomes = Object.fromEntries(
    result.outcomes.filter(({ count }) => count > 0).map(({ name: outcome, count }) => [outcome, count]),
  );
  return { ...ended, result, outcomes, summary: readFileSync(join(out, 'summary.md'), 'utf8') };
}

const head = `target: { url: demo }
traffic: { orders: 60, over: 1s, arrivals: even, shape: [base] }
slo: [errors < 50%, lost == 0, phantom == 0]
`;

describe.concurrent('orders made by code', () => {
  it.each(['wire', 'undici'])(
    'buy what the books say was bought (%s)',
    async (driver) => {
      const { result, outcomes } = await run(
        'code-journey.yaml',
        '--driver',
        driver,
        '--scale',
        '10%',
        '--speed',
        '8x',
      );
      expect(outcomes).toEqual({ accepted: result.orders.planned });
      const slo = Object.fromEntries(result.slo.map(({ text, status }) => [text, status]));
      expect(slo).toMatchObject({ 'lost == 0': 'pass', 'duplicated == 0': 'pass', 'mispriced == 0': 'pass' });
      // Too few to say what one costs.
      expect(result.generator.code).toEqual({ thrown: [], cpuUsPerOrder: null });
    },
    60_000,
  );

  it('say what they threw, where, and how often; what was sent by then is unknown', async () => {
    writeFileSync(
      join(folder, 'throws.ts'),
      `import { defineJourney } from 'doorbuster';
export default defineJourney({
  steps: ['buy'],
  async order({ seq, key, buyer, sku, quantity }, shop) {
    if (seq % 6 === 0) throw new RangeError('six');
    await shop.post('buy', '/checkout', { headers: { 'idempotency-key': key }, json: { buyer, sku, quantity } });
    if (seq % 6 === 1) throw new Error('one more ' + process.env.PASS);
  },
});
`,
    );
    profileFile(
      folder,
      'throws.yaml',
      `${head}setup: [look: { path: /stock, headers: { x-pass: "\${PASS}" } }]\norder: { journey: ./throws.ts }\n`,
    );
    const { outcomes, summary, stderr, result } = await run('throws.yaml');
    expect(outcomes).toMatchObject({ threw: 10, 'threw after placing': 10 });
    expect(result.orders).toMatchObject({ accepted: 40, failed: 10, unknown: 10 });
    expect(result.generator.code?.thrown).toEqual([
      { says: 'RangeError: six (throws.ts:5:30)', count: 10, seq: 0 },
      { says: 'Error: one more *** (throws.ts:7:30)', count: 10, seq: 1 },
    ]);
    expect(summary).toContain('threw in 10 orders, first in order 0');
    expect(stderr.replace(/\s+/g, ' ')).toContain(
      'threw in 10 orders, first in order 0: RangeError: six (throws.ts:5:30)',
    );
    // Placed, though the code then threw: the books have them, and nothing is lost or a phantom.
    const slo = Object.fromEntries(result.slo.map(({ text, status }) => [text, status]));
    expect(slo).toMatchObject({ 'lost == 0': 'pass', 'phantom == 0': 'pass' });
  }, 60_000);

  it('are measured by `calibrate`, and the next run chooses its workers by what they cost', async () => {
    const cache = { XDG_CACHE_HOME: join(folder, 'cache') };
    writeCalibration(
      {
        version: 1,
        fingerprint: fingerprintHere(),
        atMs: 0,
        quick: true,
        stalls: [{ ratePerS: 49, p50Us: 1, p99Us: 10, maxUs: 20 }],
        noiseFloor: { p50Us: 100, p99Us: 200 },
        drivers: [{ driver: 'wire', heldPerS: 40_000, cpuUsPerOrder: 10 }],
      },
      cache,
    );
    const file = join(folder, 'code-journey.yaml');
    const measured = await cli(['calibrate', file, '--json'], { cwd: folder, env: cache });
    expect(measured.code, measured.stderr).toBe(0);
    const { cpuUs, requests, weight, ordersPerS } = JSON.parse(measured.stdout);
    expect([requests > 2 && requests <= 3, cpuUs > 0]).toEqual([true, true]);
    expect(weight).toBeCloseTo(requests + cpuUs / 10, 6);
    expect(ordersPerS).toBeCloseTo(24_000 / weight, 6);
    const { stderr } = await cli(['run', file, '--scale', '2%', '--speed', '8x', '--out', join(folder, 'weighed')], {
      cwd: folder,
      env: cache,
    });
    const costs = `its code costs as much as ${Number(weight.toPrecision(2))} orders of one request, as calibrated`;
    expect(stderr.replace(/\s+/g, ' ')).toContain(costs);
    const plain = profileFile(folder, 'plain.yaml', head);
    const refused = await cli(['calibrate', plain], { cwd: folder, env: cache });
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain('says its orders in steps, not in code');
  });

  it.each([
    ['is not there', undefined, /cannot read \.\/code\.ts: ENOENT/],
    ['throws', 'const a = 1;\nthrow new Error(`no ${a}`);\n', /it cannot be loaded: no 1 \(.*code\.ts:2:7\)/],
    ['is no TypeScript', 'export default {\n  steps: ;\n};\n', /it cannot be loaded: .*\(.*code\.ts:2:10\)/],
    [
      'waits before it is there',
      'await 1;\nexport default {};\n',
      /it awaits something before its functions are there/,
    ],
    ['asks for what is not there', "import './nowhere.ts';\n", /it cannot be loaded: Cannot find module/],
    ['exports nothing', 'export const a = 1;\n', /it exports nothing by default/],
  ])('are refused before any traffic when the module %s', async (what, text, says) => {
    const own = join(folder, what.replaceAll(' ', '-'));
    cpSync(join(folder, 'code-journey.ts'), join(own, 'unused.ts'));
    if (text !== undefined) writeFileSync(join(own, 'code.ts'), text);
    const file = profileFile(own, 'code.yaml', `${head}order:\n  journey: ./code.ts\n`);
    const { code, stdout, stderr } = await cli(['run', file], { cwd: own });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('code.yaml:5:12: error: `order.journey`: ');
    expect(stderr).toMatch(says);
    expect(stderr).not.toContain('node:internal');
  });
});
