// metrics.txt: the run as OpenMetrics 1.0 text (github.com/prometheus/OpenMetrics), for a node_exporter textfile collector
// or a push gateway. Times are seconds, shares are ratios. What the run cannot know has no sample: never a zero.

import { INVARIANTS } from '../audit/spec.ts';
import type { HistogramView, View } from '../measure/spec.ts';
import { leastCountFor } from '../measure/summary.ts';
import { visible } from './foreign.ts';
import { outcomeRows, ratesOf } from './numbers.ts';
import type { RunRecord } from './record.ts';

type Labels = Record<string, string>;
type Sample = { suffix?: string; labels?: Labels; value: number };
type Family = {
  name: string;
  type: 'gauge' | 'info' | 'stateset' | 'summary';
  unit?: 'seconds' | 'ratio' | 'bytes';
  help: string;
  samples: Sample[];
};

const QUANTILES = [0.5, 0.9, 0.95, 0.99, 0.999, 0.9999];
const VERDICTS = ['pass', 'fail', 'inconclusive', 'invalid'];
const SLO_STATES = ['pass', 'fail', 'inconclusive', 'not-checked'];
const AUDIT_STATES = ['pass', 'fail', 'not-checked'];
const GATE_STATES = ['ok', 'warn', 'void'];

/** The whole file, `# EOF` and a newline at its end. */
export function formatOpenMetrics(record: RunRecord): string {
  const lines = familiesOf(record)
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, type, unit, help, samples }) => [
      `# TYPE ${name} ${type}`,
      ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
      `# HELP ${name} ${escaped(help)}`,
      ...samples.map(
        ({ suffix = '', labels = {}, value }) => `${name}${suffix}${labelText(labels)} ${numberText(value)}`,
      ),
    ]);
  return `${[...lines, '# EOF'].join('\n')}\n`;
}

function familiesOf(record: RunRecord): Family[] {
  const { judgement, run, evidence, generator } = record;
  return [
    {
      name: 'doorbuster_run',
      type: 'info',
      help: 'What ran.',
      samples: [{ suffix: '_info', labels: infoOf(record), value: 1 }],
    },
    {
      name: 'doorbuster_run_started_timestamp_seconds',
      type: 'gauge',
      unit: 'seconds',
      help: 'Unix time of the start of the plan.',
      samples: [{ value: run.startedAtMs / 1e3 }],
    },
    {
      name: 'doorbuster_run_planned_seconds',
      type: 'gauge',
      unit: 'seconds',
      help: 'Length of the plan.',
      samples: [{ value: evidence.durationUs / 1e6 }],
    },
    {
      name: 'doorbuster_verdict',
      type: 'stateset',
      help: 'The verdict of the run.',
      samples: states('doorbuster_verdict', VERDICTS, judgement.verdict),
    },
    {
      name: 'doorbuster_orders',
      type: 'gauge',
      help: 'Orders by what became of them.',
      samples: Object.entries(evidence.orders).map(([state, value]) => ({ labels: { state }, value })),
    },
    {
      name: 'doorbuster_outcome_orders',
      type: 'gauge',
      help: 'Orders by outcome.',
      samples: outcomeRows(record).map(({ name, class: outcomeClass, count }) => ({
        labels: { outcome: name, class: outcomeClass },
        value: count,
      })),
    },
    {
      name: 'doorbuster_orders_per_second',
      type: 'gauge',
      help: 'Orders a second; what was fired or accepted after the end of the run is left out.',
      samples: rateSamples(record),
    },
    ...timeFamilies(record),
    ...sloFamilies(record),
    ...auditFamilies(record),
    {
      name: 'doorbuster_generator_check',
      type: 'stateset',
      help: 'Checks of the generator; void: the numbers cannot be trusted.',
      samples: judgement.gates
        .filter(({ known }) => known !== false)
        .flatMap(({ name, status }) => states('doorbuster_generator_check', GATE_STATES, status, { check: name })),
    },
    {
      name: 'doorbuster_generator_cpu_seconds',
      type: 'gauge',
      unit: 'seconds',
      help: 'CPU time of the generator.',
      samples: optional(generator.cpuUs, 1e-6),
    },
    {
      name: 'doorbuster_generator_resident_bytes',
      type: 'gauge',
      unit: 'bytes',
      help: 'Resident memory of the generator.',
      samples: optional(generator.rssBytes),
    },
  ];
}

function infoOf({ plan, run, environment }: RunRecord): Labels {
  return {
    profile: plan.name,
    run: run.id,
    profile_hash: plan.profileHash,
    target: plan.target.shown,
    driver: run.driver,
    seed: String(run.seed),
    version: environment.doorbuster,
  };
}

function rateSamples(record: RunRecord): Sample[] {
  const { plannedMean, plannedPeak, firedMean, acceptedMean } = ratesOf(record);
  const rates = {
    planned_mean: plannedMean,
    planned_peak: plannedPeak,
    fired_mean: firedMean,
    accepted_mean: acceptedMean,
  };
  return Object.entries(rates).map(([of, value]) => ({ labels: { of }, value }));
}

const TIMES: [name: string, view: View, help: string][] = [
  ['response', { of: 'response' }, 'From due to answered: what the shopper waits for.'],
  ['service', { of: 'service' }, 'From sent to answered: what the shop took.'],
  ['wait', { of: 'wait' }, 'From fired to sent: for a connection.'],
  ['lateness', { of: 'lateness' }, 'From due to fired: what the generator did wrong.'],
];

/** A summary has no maximum, so it has a family of its own. */
function timeFamilies({ evidence: { timeline } }: RunRecord): Family[] {
  const total = timeline.total();
  return TIMES.flatMap(([time, view, help]): Family[] => {
    const histogram = total.histogram(view);
    const name = `doorbuster_${time}_seconds`;
    const max = `doorbuster_${time}_max_seconds`;
    return [
      { name, type: 'summary', unit: 'seconds', help, samples: summarySamples(histogram) },
      {
        name: max,
        type: 'gauge',
        unit: 'seconds',
        help: `Largest ${time}.`,
        samples: histogram.count > 0 ? optional(histogram.maxUs, 1e-6) : [],
      },
    ];
  });
}

/** Without a quantile that too few orders support. */
function summarySamples(histogram: HistogramView): Sample[] {
  const { count } = histogram;
  const known = count === 0 ? [] : QUANTILES.filter((p) => count >= leastCountFor(p));
  return [
    ...known.map((p) => ({ labels: { quantile: String(p) }, value: histogram.percentile(p) / 1e6 })),
    { suffix: '_sum', value: count === 0 ? 0 : (histogram.meanUs * count) / 1e6 },
    { suffix: '_count', value: count },
  ];
}

/** In base units: a limit of 300 ms is 0.3. */
function sloFamilies({ judgement: { slo } }: RunRecord): Family[] {
  // Two lines of the same words are one promise here: labels must be unique.
  const lines = [...new Map(slo.map((each) => [visible(each.text), each])).entries()];
  const scale = { us: 1e-6, share: 1, count: 1, perS: 1 };
  const values = (of: 'measured' | 'limit'): Sample[] =>
    lines.flatMap(([text, each]) =>
      optional(each[of], scale[each.unit]).map((sample) => ({ ...sample, labels: { slo: text } })),
    );
  return [
    {
      name: 'doorbuster_slo',
      type: 'stateset',
      help: 'How each SLO was judged.',
      samples: lines.flatMap(([text, { status }]) => states('doorbuster_slo', SLO_STATES, status, { slo: text })),
    },
    {
      name: 'doorbuster_slo_measured',
      type: 'gauge',
      help: 'What was measured for each SLO: seconds, share, orders, or orders a second.',
      samples: values('measured'),
    },
    {
      name: 'doorbuster_slo_limit',
      type: 'gauge',
      help: 'The limit of each SLO, in the same unit.',
      samples: values('limit'),
    },
  ];
}

function auditFamilies({ evidence: { audit } }: RunRecord): Family[] {
  if (audit === undefined) return [];
  const found = INVARIANTS.flatMap((name) => audit.invariants.filter((each) => each.name === name));
  return [
    {
      name: 'doorbuster_audit',
      type: 'stateset',
      help: 'The books of the shop, check by check.',
      samples: found.flatMap(({ name, status }) =>
        states('doorbuster_audit', AUDIT_STATES, status, { invariant: name }),
      ),
    },
    {
      name: 'doorbuster_audit_violations',
      type: 'gauge',
      help: 'Orders (of oversold and undersold: units) that broke it; none where it was not checked.',
      samples: found
        .filter(({ status }) => status !== 'not-checked')
        .map(({ name, violations }) => ({ labels: { invariant: name }, value: violations })),
    },
  ];
}

function states(name: string, all: readonly string[], current: string, labels: Labels = {}): Sample[] {
  return all.map((state) => ({ labels: { ...labels, [name]: state }, value: state === current ? 1 : 0 }));
}

function optional(value: number | undefined, scale = 1): Sample[] {
  return value === undefined || !Number.isFinite(value) ? [] : [{ value: value * scale }];
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(visible(value))}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** No binary noise: 0.1 + 0.2 is 0.3. */
function numberText(value: number): string {
  return String(Number(value.toPrecision(15)));
}
