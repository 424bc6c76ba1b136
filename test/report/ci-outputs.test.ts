import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { INVARIANTS } from '../../src/audit/spec.ts';
import type { Comparison, MetricChange } from '../../src/judge/compare-spec.ts';
import { withComparison } from '../../src/judge/regression.ts';
import { annotationsOf } from '../../src/report/annotations.ts';
import { casesOf } from '../../src/report/cases.ts';
import { formatJunit } from '../../src/report/junit.ts';
import { formatOpenMetrics } from '../../src/report/openmetrics.ts';
import type { RunRecord } from '../../src/report/record.ts';
import { formatBiggerIsBetter, formatSmallerIsBetter, type TrendPoint } from '../../src/report/trend.ts';
import { anyCharacter } from '../support/any-character.ts';
import { steadyOrders } from '../support/evidence.ts';
import { golden } from '../support/golden.ts';
import { recordOf } from '../support/record.ts';
import { withAudit } from './audited.ts';
import { cleanAudit, cutAudit, lossyAudit } from './audits.ts';
import { failing, interrupted, passing, unfit } from './runs.ts';

const audited = (record: RunRecord, audit = cleanAudit()): RunRecord => ({
  ...record,
  evidence: { ...record.evidence, audit },
});
const RUNS = {
  passing: passing(),
  failing: audited(failing(), lossyAudit()),
  interrupted: interrupted(),
  unfit: audited(unfit(), lossyAudit()),
};
const XSD = readFileSync(new URL('../fixtures/junit.xsd', import.meta.url), 'utf8');
const NASTY =
  'p99 < 300ms ]]> "q" \'a\' & <b> \u0000\u001b[31m\u202e \ud800 😀\n::error::x %0A https://ann:s3cret@h/?t=1';

const caseOf = (record: RunRecord, name: string) => {
  const found = casesOf(record).find((each) => each.name === name);
  expect(found, name).toBeDefined();
  return found!;
};

describe('casesOf', () => {
  it('has one case for the generator, one for the evidence, one for each SLO and each invariant', () => {
    const record = RUNS.failing;
    const names = casesOf(record).map(({ group }) => group);
    expect(names.filter((group) => group === 'run')).toHaveLength(2);
    expect(names.filter((group) => group === 'slo')).toHaveLength(record.judgement.slo.length);
    // One more for the export itself.
    expect(names.filter((group) => group === 'books')).toHaveLength(INVARIANTS.length + 1);
    expect(casesOf(RUNS.passing).every(({ status }) => status === 'pass')).toBe(true);
  });

  it('calls a broken SLO and a broken invariant failed, and what nobody judged skipped', () => {
    const record = RUNS.failing;
    expect(caseOf(record, 'p99 < 300ms')).toMatchObject({ status: 'fail', says: expect.stringContaining('403 ms') });
    expect(caseOf(record, 'oversold == 0').status).toBe('skipped');
    const lost = caseOf(record, 'nothing lost');
    expect(lost.status).toBe('fail');
    expect(lost.details.at(-1)).toMatch(/^order #4711, key .* not in the books$/);
    expect(caseOf(record, 'every price right').status).toBe('skipped');
  });

  it('makes an INVALID run one error, judges no SLO by it, and still names what the books show', () => {
    const record = RUNS.unfit;
    const cases = casesOf(record);
    expect(cases.filter(({ status }) => status === 'error').map(({ name }) => name)).toEqual(['the generator was fit']);
    expect(cases.filter(({ group }) => group === 'slo').every(({ status }) => status === 'skipped')).toBe(true);
    expect(caseOf(record, 'nothing lost').status).toBe('fail');
    // Nobody asked whether it was enough.
    expect(caseOf(record, 'the run saw enough to judge')).toMatchObject({
      status: 'skipped',
      says: 'not judged: the generator was not fit',
    });
  });

  it('says each reason against a run once', () => {
    const textOf = (record: RunRecord, name: string) => {
      const { says, details } = caseOf(record, name);
      return [says, ...details].join('\n');
    };
    for (const gate of RUNS.unfit.judgement.gates.filter(({ status }) => status === 'void')) {
      const text = textOf(RUNS.unfit, 'the generator was fit');
      expect(text.split(gate.measured)).toHaveLength(2);
      expect(text).toContain(gate.advice);
    }
    const idle = recordOf(steadyOrders(10, 2), { slo: [] });
    const text = textOf(idle, 'the run saw enough to judge');
    expect(text.split(idle.judgement.reasons[0]!.message)).toHaveLength(2);
  });

  it('makes too little evidence an error, and an export that broke off too', () => {
    expect(caseOf(RUNS.interrupted, 'the run saw enough to judge').status).toBe('error');
    const cut = audited(passing(), cutAudit());
    expect(caseOf(cut, 'the books were read whole')).toMatchObject({ status: 'error', says: cutAudit().incomplete });
    expect(caseOf(cut, 'nothing lost').status).toBe('skipped');
    const voided = withAudit(passing(), cutAudit());
    expect(caseOf(voided, 'the generator was fit').status).toBe('pass');
    expect(caseOf(voided, 'p99 < 300ms').says).toMatch(/^not judged: the books were not read whole; /);
  });
});

describe('a run that was held against a baseline', () => {
  const metric = (verdict: 'same' | 'worse' | 'cannot-tell'): MetricChange => ({
    ...{ metric: 'p99', phase: undefined, unit: 'us', before: 40_000, after: 50_000, pairs: 20 },
    ...{ change: 0.25, interval: [0.2, 0.3], verdict, says: '40 ms before, 50 ms after, slower' },
  });
  const held = (found: Comparison): RunRecord => {
    const record = passing();
    const judgement = withComparison({ ...record.judgement, verdict: 'pass', exitCode: 0 }, found);
    return { ...record, judgement, comparison: { baseline: 'reports/monday', found } };
  };
  const of = (verdict: 'same' | 'worse' | 'cannot-tell') =>
    held({ comparable: true, verdict, metrics: [metric(verdict)], notes: [] });
  const NAME = 'no slower than the baseline';

  it('fails a case where it is slower, and says so to GitHub, because the job fails too', () => {
    const record = of('worse');
    expect(record.judgement.exitCode).toBe(6);
    expect(caseOf(record, NAME)).toMatchObject({ status: 'fail', says: expect.stringContaining('p99 +25') });
    expect(formatJunit(record)).toMatch(
      /failures="1"[\s\S]*p99: 40 ms before, 50 ms after, slower\nbaseline: reports\/monday/,
    );
    expect(annotationsOf(record)).toEqual([
      expect.stringMatching(/^::error file=.*title=Doorbuster REGRESSION%3A no slower than the baseline::worse than/),
    ]);
  });

  it('passes it where it is not, and skips it where nobody can tell; GitHub is told of neither', () => {
    expect(caseOf(of('same'), NAME)).toMatchObject({ status: 'pass' });
    expect(caseOf(of('cannot-tell'), NAME)).toMatchObject({ status: 'skipped' });
    const why = [{ code: 'machine', message: 'the machine differs' }];
    const refused = held({ comparable: false, why });
    expect(caseOf(refused, NAME)).toMatchObject({ status: 'skipped', says: 'not compared: the machine differs' });
    for (const record of [of('same'), of('cannot-tell'), refused]) expect(annotationsOf(record)).toEqual([]);
    expect(casesOf(passing()).map(({ name }) => name)).not.toContain(NAME);
  });
});

describe('junit.xml', () => {
  for (const [name, record] of Object.entries(RUNS)) {
    it(`of a ${name} run is as it was, and valid`, async () => {
      const text = formatJunit(record);
      expect(text.trimEnd()).toBe(golden(`report/junit-${name}.xml`, text.trimEnd()));
      const { valid, errors } = await validateXML({ xml: [{ fileName: 'junit.xml', contents: text }], schema: [XSD] });
      expect(errors).toEqual([]);
      expect(valid).toBe(true);
    });
  }

  it('counts what it holds', () => {
    const text = formatJunit(RUNS.failing);
    const of = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
    const [, tests, failures, errors, skipped] =
      /<testsuite name="[^"]*" tests="(\d+)" failures="(\d+)" errors="(\d+)" skipped="(\d+)"/.exec(text)!;
    expect(Number(tests)).toBe(of(/<testcase /g));
    expect(Number(failures)).toBe(of(/<failure /g));
    expect(Number(errors)).toBe(of(/<error /g));
    expect(Number(skipped)).toBe(of(/<skipped /g));
  });

  it('stays one valid document whatever the profile and the shop say, and leaks no secret', async () => {
    const record = recordOf(steadyOrders(50, 2), { slo: [NASTY, NASTY], plan: { name: NASTY } });
    const text = formatJunit(record);
    const { errors } = await validateXML({ xml: [{ fileName: 'junit.xml', contents: text }], schema: [XSD] });
    expect(errors).toEqual([]);
    expect(text).not.toContain('s3cret');
    const names = [...text.matchAll(/<testcase name="([^"]*)"/g)].map((match) => match[1]);
    expect(new Set(names).size).toBe(names.length);
  });
});

// The grammar of OpenMetrics 1.0: metric families apart, each with its metadata first, samples of its own name, no
// duplicate series, `# EOF` last.
const SAMPLE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{([a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"(?:,[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*")*)\})? (-?[0-9.]+(?:e[+-]?\d+)?)$/;
const SUFFIXES: Record<string, string[]> = {
  gauge: [''],
  stateset: [''],
  info: ['_info'],
  summary: ['', '_sum', '_count'],
};

function parseOpenMetrics(text: string): Map<string, number> {
  expect(text.endsWith('# EOF\n')).toBe(true);
  const families = new Set<string>();
  const values = new Map<string, number>();
  let family = { name: '', type: '' };
  for (const line of text.slice(0, -'# EOF\n'.length).trimEnd().split('\n')) {
    const [, what, name, rest] = /^# (TYPE|UNIT|HELP) (\S+) (.*)$/.exec(line) ?? [];
    if (what === 'TYPE') {
      expect(families.has(name!), name).toBe(false);
      families.add(name!);
      family = { name: name!, type: rest! };
      expect(SUFFIXES[rest!], line).toBeDefined();
    } else if (what !== undefined) {
      expect(name).toBe(family.name);
      if (what === 'UNIT') expect(name!.endsWith(`_${rest}`), line).toBe(true);
    } else {
      const [, metric, labels = '', value] = SAMPLE.exec(line) ?? [];
      expect(metric, line).toBeDefined();
      expect(SUFFIXES[family.type]!.map((suffix) => family.name + suffix)).toContain(metric);
      expect(values.has(`${metric}{${labels}}`), line).toBe(false);
      if (family.type === 'stateset') expect(labels).toContain(`${family.name}="`);
      values.set(`${metric}{${labels}}`, Number(value));
    }
  }
  return values;
}

describe('metrics.txt', () => {
  for (const [name, record] of Object.entries(RUNS)) {
    it(`of a ${name} run is as it was, and OpenMetrics`, () => {
      const text = formatOpenMetrics(record);
      expect(text.trimEnd()).toBe(golden(`report/metrics-${name}.txt`, text.trimEnd()));
      const values = parseOpenMetrics(text);
      expect(values.get(`doorbuster_verdict{doorbuster_verdict="${record.judgement.verdict}"}`)).toBe(1);
      expect(values.get('doorbuster_orders{state="accepted"}')).toBe(record.evidence.orders.accepted);
    });
  }

  it('gives no number where nothing is known', () => {
    const text = formatOpenMetrics(recordOf(steadyOrders(10, 2), { slo: ['p99 < 1s'] }));
    const values = parseOpenMetrics(text);
    expect(values.get('doorbuster_response_seconds_count{}')).toBe(20);
    expect(values.has('doorbuster_response_seconds{quantile="0.5"}')).toBe(true);
    expect(values.has('doorbuster_response_seconds{quantile="0.99"}')).toBe(false);
    expect(text).not.toContain('doorbuster_audit');
    expect(text).not.toContain('NaN');
  });

  it('is OpenMetrics whatever the names are', () => {
    const record = recordOf(steadyOrders(10, 1), { slo: ['p50 < 1s somehow', NASTY] });
    const [named, ...others] = record.judgement.slo;
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 40 }), (name) => {
        const slo = [{ ...named!, text: `p50 < 1s ${name}` }, ...others];
        const text = formatOpenMetrics({
          ...record,
          plan: { ...record.plan, name },
          judgement: { ...record.judgement, slo },
        });
        parseOpenMetrics(text);
        expect(text).not.toContain('s3cret');
      }),
      { seed: 20261123, numRuns: 50 },
    );
  });
});

describe('the files for trend actions', () => {
  const points = (text: string) => JSON.parse(text) as TrendPoint[];

  it('name what is better small and what is better big, in their units', () => {
    const smaller = points(formatSmallerIsBetter(RUNS.failing));
    expect(smaller.map(({ name, unit }) => `${name} ${unit}`)).toEqual([
      ...['response', 'service'].flatMap((of) =>
        ['p50', 'p90', 'p99', 'p99.9'].map((p) => `mi-fan-fest: ${of} ${p} ms`),
      ),
      'mi-fan-fest: errors %',
    ]);
    expect(smaller[2]!.value).toBeCloseTo(402.687, 2);
    expect(points(formatBiggerIsBetter(RUNS.passing)).map(({ name }) => name)).toEqual([
      'mi-fan-fest: accepted',
      'mi-fan-fest: accepted of plan',
    ]);
  });

  it('are empty when the numbers cannot be trusted', () => {
    expect([formatSmallerIsBetter(RUNS.unfit), formatBiggerIsBetter(RUNS.unfit)].map(points)).toEqual([[], []]);
  });

  it('are empty when the run was cut short, whatever its verdict: half the orders of a plan are no drop', () => {
    const { evidence, ...rest } = failing();
    const stopped = {
      ...rest,
      evidence: { ...evidence, ending: { kind: 'stopped', text: 'errors > 20%', atUs: 9e6 } },
    };
    for (const record of [RUNS.interrupted, stopped as RunRecord]) {
      expect([formatSmallerIsBetter(record), formatBiggerIsBetter(record)].map(points)).toEqual([[], []]);
    }
  });
});

describe('annotationsOf', () => {
  const at = (line: number) => ({ file: 'profiles/night,ly.yaml', line, column: 5 });
  const placed = (record: RunRecord): RunRecord => ({
    ...record,
    judgement: {
      ...record.judgement,
      slo: record.judgement.slo.map((slo, index) => ({ ...slo, place: at(20 + index) })),
    },
  });

  it('points at the own line of each broken SLO', () => {
    const [first] = annotationsOf(placed(failing()));
    expect(first).toMatch(
      /^::error file=profiles\/night%2Cly\.yaml,line=20,col=5,title=Doorbuster FAIL%3A p99 < 300ms::p99 was 403 ms/,
    );
  });

  it('says nothing of a run that passed, warns of one that was inconclusive, and names what voided one', () => {
    expect(annotationsOf(RUNS.passing)).toEqual([]);
    expect(annotationsOf(RUNS.interrupted).map((line) => line.split(' ')[0])).toEqual(['::warning']);
    expect(annotationsOf(unfit())[0]).toMatch(
      /^::error file=profiles\/mi-fan-fest\.yaml,title=Doorbuster INVALID.*dropped/,
    );
  });

  it('shows at most five, the last of which counts the others', () => {
    const many = Array.from({ length: 9 }, (_, index) => `p50 < ${index + 1}us`);
    const lines = annotationsOf(
      placed(
        recordOf(
          steadyOrders(200, 4, (dueUs) => ({ doneUs: dueUs + 5_000 })),
          { slo: many },
        ),
      ),
    );
    expect(lines).toHaveLength(5);
    expect(lines.at(-1)).toMatch(/::and 5 more: see the report$/);
  });

  it('is one command a line, whatever the text holds', () => {
    const lines = annotationsOf(recordOf(steadyOrders(50, 2), { slo: [NASTY], plan: { file: 'a\n::error::b,c:d' } }));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      expect(line).toMatch(/^::(error|warning) [^\n\r]*$/);
      expect(line).not.toContain('s3cret');
      expect(line.split('::')[1]).not.toMatch(/b,c/);
    }
  });
});
