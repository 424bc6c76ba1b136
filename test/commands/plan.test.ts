// What `plan` shows of a profile, through the real command line.

import { describe, expect, it } from 'vitest';
import { cli, profileFile, scratchFolder } from '../support/cli.ts';

const folder = scratchFolder();

describe.concurrent('plan', () => {
  it('counts of every part only what lies within the run', async () => {
    const text = `target: { url: demo }
traffic:
  over: 2m
  shape:
    - trace: { bin: 1m, counts: [60, 120, 60000] }
    - ramp: { until: 4m, start: 0/s, end: 40/s }
    - steps: { each: 1m, levels: [3/s, 5/s, 700/s] }
slo: [p99 < 1s]
`;
    const { code, stdout } = await cli(['plan', profileFile(folder, 'past.yaml', text)], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^trace +2\/s +180 /m);
    expect(stdout).toMatch(/^ramp +20\/s +1,200 /m);
    expect(stdout).toMatch(/^steps +5\/s +480 /m);
    const flat = stdout.replace(/\s+/g, ' ');
    expect(flat).toContain('60,000 of its 60,180 orders are left out');
    expect(flat).toContain('[1].ramp ends at 4 m, after the run: it gets to 20/s, not to 40/s; make `over` 4 m, or');
    expect(flat).toContain(
      '[2].steps ends at 3 m, after the run: 2 of its 3 levels have their full time; make `over` 3 m',
    );
  });

  it('prints the path as written, and no value of its query', async () => {
    const file = profileFile(
      folder,
      'secret.yaml',
      'target: { url: demo }\ntraffic: { rate: 1/s, for: 1m }\nslo: [p99 < 1s]\norder: { path: "/pay?api_key=TOPSECRET5&t=${APITOK}" }\n',
    );
    const { stdout } = await cli(['plan', file], { cwd: folder, env: { APITOK: 'sesame' } });
    expect(stdout).toContain('POST /pay?api_key=***&t=${APITOK}');
    expect(stdout).not.toMatch(/TOPSECRET|sesame/);
    const json = await cli(['plan', file, '--json'], { cwd: folder, env: { APITOK: 'sesame' } });
    expect(json.stdout).not.toMatch(/TOPSECRET|sesame/);
  });
});
