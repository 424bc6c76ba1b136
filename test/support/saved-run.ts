// A real run kept as a small file, so that what the README shows of it can be rendered again, to the letter, for ever.
// Run directly it makes one: node test/support/saved-run.ts FILE.json PROFILE [flags of run]

import { writeFileSync } from 'node:fs';
import type { Evidence } from '../../src/judge/spec.ts';
import { judge } from '../../src/judge/verdict.ts';
import { histogramShape } from '../../src/measure/shape.ts';
import type { Flow } from '../../src/measure/spec.ts';
import { Timeline } from '../../src/measure/timeline.ts';
import { type Count, pack, unpack } from '../../src/measure/words.ts';
import { outcomesOf } from '../../src/order/classify.ts';
import type { Plan } from '../../src/profile/plan.ts';
import type { RunRecord } from '../../src/report/record.ts';
import { curveOf } from '../../src/traffic/curve.ts';
import { plannedPerSecond } from '../../src/traffic/schedule.ts';

type SavedCell = {
  second: number;
  fired: number;
  dropped: number;
  clamped: number;
  /** series, bucket, count; series, bucket, count …: of no packing, which may change. */
  counts: number[];
  stats: (number | null)[];
};

/** All that is not a function of the profile. */
export type SavedRun = {
  profile: string;
  flags: { target?: string; scale?: string; speed?: string; condense?: string };
  folder: string;
  cells: SavedCell[];
  flows: Flow[];
} & Pick<Evidence, 'orders' | 'incidents' | 'ending' | 'workers' | 'machine' | 'audit'> &
  Pick<RunRecord, 'run' | 'environment' | 'generator'>;

/** `plan` as loaded from the saved profile with the saved flags. */
export function recordOfSaved(saved: SavedRun, plan: Plan): RunRecord {
  const timeline = new Timeline(outcomesOf(plan.order), histogramShape(plan.target.timeoutUs));
  timeline.add({
    worker: 0,
    index: 0,
    flows: saved.flows,
    cells: saved.cells.map(({ counts, ...cell }) => ({
      ...cell,
      words: pack(Array.from({ length: counts.length / 3 }, (_, i) => counts.slice(3 * i, 3 * i + 3) as Count)),
      stats: Float64Array.from(
        cell.stats,
        (value, i) => value ?? (i % 4 === 2 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY),
      ),
    })),
  });
  const curve = curveOf(plan.traffic);
  const evidence: Evidence = {
    slo: plan.slo,
    durationUs: plan.traffic.durationUs,
    planned: plannedPerSecond(plan.traffic),
    phases: curve.windows(),
    timeline,
    orders: saved.orders,
    incidents: saved.incidents,
    ending: saved.ending,
    workers: saved.workers,
    machine: saved.machine,
    ...(saved.audit === undefined ? {} : { audit: saved.audit }),
  };
  const { run, environment, generator } = saved;
  return { plan, evidence, judgement: judge(evidence), peak: curve.peak(), run, environment, generator };
}

export function savedOf(record: RunRecord, rest: Pick<SavedRun, 'profile' | 'flags' | 'folder'>): SavedRun {
  const { evidence, run, environment, generator } = record;
  const timeline = evidence.timeline as Timeline;
  // JSON has no infinities: they stand for "none yet" in the exact minimum and maximum.
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return {
    ...rest,
    run,
    environment,
    generator,
    orders: evidence.orders,
    incidents: [...evidence.incidents],
    ending: evidence.ending,
    workers: evidence.workers,
    machine: evidence.machine,
    ...(evidence.audit === undefined ? {} : { audit: evidence.audit }),
    flows: timeline.flows.map((flow) => ({ ...flow })),
    cells: [...timeline.cells()].map(({ words, ...cell }) => ({
      ...cell,
      counts: unpack(words).flat(),
      stats: [...cell.stats].map(finite),
    })),
  };
}

if (process.argv[1] === import.meta.filename) {
  const { runRecorded } = await import('../../src/commands/run.ts');
  const [file = '', profile = '', ...argv] = process.argv.slice(2);
  const flags = Object.fromEntries(
    argv.flatMap((word, i) => (word.startsWith('--') ? [[word.slice(2), argv[i + 1]]] : [])),
  );
  const { record, folder } = await runRecorded(profile, { ...flags, argv: ['run', profile, ...argv] });
  writeFileSync(file, `${JSON.stringify(savedOf(record, { profile, flags, folder }))}\n`);
}
