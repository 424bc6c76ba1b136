// The generator's own story, worker by worker, folded on the main thread as the workers tell it: health, and how late
// each one's orders were (the timeline has that of all together). Grows with the number of workers, not with the run.

import type { HealthSample } from '../judge/health.ts';
import { HealthFold, MachineFold } from '../judge/health.ts';
import type { Evidence, WorkerEvidence } from '../judge/spec.ts';
import { Histogram } from '../measure/histogram.ts';
import { openedHistograms } from '../measure/opened-histograms.ts';
import type { Shape } from '../measure/shape.ts';
import type { Interval } from '../measure/spec.ts';
import { LATENESS, STATS_PER_SERIES } from '../measure/spec.ts';
import { bucketOfKey, countOfWord, keyOfWord, seriesOfKey } from '../measure/words.ts';
import { machineProbe } from './health.ts';
import type { ShareReport } from './messages.ts';

export class Vitals {
  readonly #folds: HealthFold[];
  readonly #lateness: Histogram[];
  readonly #machine = new MachineFold();
  readonly #shape: Shape;
  #probe: ReturnType<typeof machineProbe> | undefined;

  constructor(workers: number, shape: Shape) {
    this.#shape = shape;
    this.#folds = Array.from({ length: workers }, (_, worker) => new HealthFold(worker));
    this.#lateness = Array.from({ length: workers }, () => new Histogram(shape));
  }

  take(interval: Interval, health: HealthSample | undefined): void {
    if (health) this.#folds[interval.worker]?.add(health);
    const lateness = this.#lateness[interval.worker];
    if (lateness) addLateness(lateness, interval);
  }

  /** About once a second, the first time when the run starts. */
  look(): void {
    if (this.#probe === undefined) {
      this.#probe = machineProbe();
      return;
    }
    const sample = this.#probe();
    if (sample) this.#machine.add(sample);
  }

  /** At the end. A lost worker reports nothing; what was in flight is then known of none. */
  evidence(reports: readonly (ShareReport | undefined)[]): Pick<Evidence, 'workers' | 'machine' | 'opened'> {
    const workers = reports.map((report, worker): WorkerEvidence => {
      const lateness = this.#lateness[worker]!;
      return {
        ...this.#folds[worker]!.health,
        connections: report?.connections ?? 0,
        openMax: report?.counters.openMax ?? 0,
        latenessP99Us: lateness.percentile(0.99),
        latenessMaxUs: lateness.maxUs,
        inFlightAreaUs: report?.inFlight === 0 ? report.inFlightAreaUs : undefined,
      };
    });
    const opened = openedHistograms(
      this.#shape,
      reports.flatMap((report) => report?.opened ?? []),
    );
    return { workers, machine: this.#machine.health, opened };
  }
}

function addLateness(lateness: Histogram, { cells }: Interval): void {
  const at = LATENESS * STATS_PER_SERIES;
  for (const { words, stats } of cells) {
    for (const word of words) {
      const key = keyOfWord(word);
      if (seriesOfKey(key) === LATENESS) lateness.recordAt(bucketOfKey(key), countOfWord(word));
    }
    if (stats[at]! > 0) lateness.carry(stats[at]!, stats[at + 1]!, stats[at + 2]!, stats[at + 3]!);
  }
}
