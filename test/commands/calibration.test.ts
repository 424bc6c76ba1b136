// Where a calibration is kept, and what `plan` and `run` make of one. (Measuring takes a quiet machine and real time.)

import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { calibrationFile, fingerprintHere, readCalibration, writeCalibration } from '../../src/commands/calibration.ts';
import type { Calibration } from '../../src/judge/calibration.ts';
import { cli, profileFile, scratchFolder } from '../support/cli.ts';

const folder = scratchFolder();
const calibrated = (heldPerS: number): Calibration => ({
  version: 1,
  fingerprint: fingerprintHere(),
  atMs: 0,
  quick: true,
  stalls: [{ ratePerS: 49, p50Us: 1, p99Us: 2, maxUs: 3 }],
  noiseFloor: { p50Us: 210, p99Us: 900 },
  drivers: [{ driver: 'wire', heldPerS, cpuUsPerOrder: null }],
});

describe('the cache of calibrations', () => {
  it('gives back what was put in, for the same machine and versions only', () => {
    const env = { XDG_CACHE_HOME: join(folder, 'a') };
    expect(readCalibration(fingerprintHere(), env)).toBeUndefined();
    expect(writeCalibration(calibrated(100), env)).toEqual({ path: calibrationFile(fingerprintHere(), env) });
    expect(readCalibration(fingerprintHere(), env)).toEqual(calibrated(100));
    expect(readCalibration('another machine', env)).toBeUndefined();
  });

  it.each(['', '{', 'null', '{"version":1}', JSON.stringify({ ...calibrated(1), fingerprint: 'x' })])(
    'takes a broken or foreign file for none: %s',
    (text) => {
      const env = { XDG_CACHE_HOME: join(folder, 'b') };
      const path = calibrationFile(fingerprintHere(), env);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      expect(readCalibration(fingerprintHere(), env)).toBeUndefined();
    },
  );

  it('that cannot be written is told, not thrown', () => {
    const blocked = join(folder, 'a-file');
    writeFileSync(blocked, '');
    expect(writeCalibration(calibrated(1), { XDG_CACHE_HOME: blocked }).trouble).toMatch(/ENOTDIR|EEXIST/);
  });

  it('is where XDG has it, or below the home folder', () => {
    expect(calibrationFile('x', { XDG_CACHE_HOME: '/c' })).toMatch(/^\/c\/doorbuster\/calibration-[0-9a-f]{12}\.json$/);
    for (const env of [{}, { XDG_CACHE_HOME: '' }, { XDG_CACHE_HOME: 'relative' }]) {
      expect(dirname(calibrationFile('x', env))).toBe(join(homedir(), '.cache', 'doorbuster'));
    }
  });
});

describe.concurrent('a calibrated machine', () => {
  const profile = `version: 1
name: rush
target: { url: demo }
traffic: { rate: 50/s, for: 2s }
slo: [errors < 1%]
`;
  const planned = async (name: string, heldPerS: number | undefined) => {
    const env = { XDG_CACHE_HOME: join(folder, name) };
    if (heldPerS !== undefined) writeCalibration(calibrated(heldPerS), env);
    return cli(['plan', profileFile(folder, `${name}.yaml`, profile)], { cwd: folder, env });
  };

  it('is hinted at once, on stderr, where there is none', async () => {
    const { code, stderr } = await planned('none', undefined);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^\n?`doorbuster calibrate` .*\n$/) });
  });

  it('warns of a peak that is more than 0.6 of what it holds', async () => {
    const { stdout, stderr } = await planned('small', 80);
    expect(stderr).toBe('');
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/warning: the peak of 50\/s is more than 48\/s.*2 workers would do/);
  });

  it('says nothing where there is room', async () => {
    const { stdout, stderr } = await planned('large', 84);
    expect(stdout + stderr).not.toMatch(/warning|calibrate/);
  });

  it('has its noise floor in what a run says and writes', async () => {
    const env = { XDG_CACHE_HOME: join(folder, 'run') };
    writeCalibration(calibrated(10_000), env);
    const file = profileFile(folder, 'run.yaml', profile);
    const { stdout, stderr } = await cli(['run', file, '--json', '--witness', '--out', join(folder, 'out')], {
      cwd: folder,
      env,
    });
    const { result } = JSON.parse(stdout.trim().split('\n').at(-1)!);
    expect(result.generator.noiseFloor).toEqual({ p50Us: 210, p99Us: 900 });
    expect(result.generator.workersReason).toContain('6,000/s per worker with the wire driver, as calibrated');
    // 2 s at 4/s, in none of the run's own counts.
    expect(result.generator.witness).toEqual({ sent: 8, answered: 8 });
    expect(result.orders).toMatchObject({ planned: 100, fired: 100 });
    expect(stderr).toContain('a witness sends about 8 real orders more');
    // A busy machine may leave something else to say of the generator.
    if (stderr.includes('fit: all')) expect(stderr).toContain('noise floor of this machine: p50 210 µs');
  });
});
