import { expect, test } from 'vitest';
import { plainPaint } from '../../src/report/layout.ts';
import type { RunRecord } from '../../src/report/record.ts';
import { formatSummary } from '../../src/report/text.ts';
import { passing } from './runs.ts';

const lineOf = (record: RunRecord, width = 120): string | undefined =>
  formatSummary(record, { paint: plainPaint, width })
    .split('\n')
    .find((line) => line.startsWith('generator'));

const fit = passing();
const noiseFloor = { p50Us: 210, p99Us: 900 };

test('the noise floor stands beside the numbers where the machine was calibrated, and gives way last', () => {
  expect(lineOf(fit)).not.toContain('noise floor');
  const calibrated = { ...fit, generator: { ...fit.generator, noiseFloor } };
  expect(lineOf(calibrated)).toMatch(
    /fit: all 6 checks held, lateness p99 .* · noise floor of this machine: p50 210 µs$/,
  );
  expect(lineOf(calibrated, 60)).toMatch(/^generator {2}fit: all 6 checks held/);
});

test('a check that could not be made is not counted among those that held', () => {
  const gates = fit.judgement.gates.map((gate, i) => (i < 2 ? { ...gate, known: false } : gate));
  const record = { ...fit, judgement: { ...fit.judgement, gates } };
  expect(lineOf(record)).toContain('fit: all 4 checks held, 2 cannot be made here');
});
