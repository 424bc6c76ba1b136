// What a long run was, minute by minute, and whether it may go on like that: growth per hour with its interval, and what
// twelve hours at the upper end of it would come to.

import type { Evidence } from '../../src/judge/spec.ts';
import type { Result } from '../../src/report/result.ts';
import { formatDuration } from '../../src/units.ts';
import { growthOf } from './growth.ts';
import type { Row, Table } from './row.ts';

/** `residentBytes`: of the generator, its threads included, the highest in the minute; `cpuUs` and `fired` until its end. */
export type Minute = {
  residentBytes: number;
  journalBytes: number;
  cpuUs: number;
  fired: number;
  lateP99Us: number;
};

/** `writtenMs`: from the last order's second to the end of the process: answers, books, files. */
export type Ended = {
  verdict: string;
  sentence: string;
  orders: Result['orders'];
  writtenMs: number;
  reportBytes: number;
  resultBytes: number;
  journalBytes: number;
  reportMs: number;
  rebuildMs: number;
};

/** What the longest run people ask for must fit in. */
const HOURS = 12;
const MOST_RESIDENT_MB = 512;
const MOST_JOURNAL_MB = 1024;
const MOST_REPORT_KB = 400;
/** The start is not the long run: code is compiled, and heaps grow to what they take between two collections. */
const WARM_SHARE = 0.5;
const MOST_LINES = 13;
const MINUTES_PER_H = 60;

/** p99 of lateness of the orders due in each minute, µs. */
export function lateMinutes({ timeline, durationUs }: Evidence): number[] {
  const minutes = Math.ceil(durationUs / 60e6);
  return Array.from({ length: minutes }, (_, minute) => {
    const late = timeline.tally(minute * 60, (minute + 1) * 60).histogram({ of: 'lateness' });
    return late.count === 0 ? Number.NaN : late.percentile(0.99);
  });
}

const mb = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** About a dozen minutes, evenly apart, the first and the last among them. */
export function tableOf(minutes: readonly Minute[]): Table {
  const apart = Math.max(1, (minutes.length - 1) / (MOST_LINES - 1));
  const shown = new Set(Array.from({ length: MOST_LINES }, (_, line) => Math.round(line * apart)));
  const lines = minutes.flatMap((minute, at) => {
    if (!shown.has(at)) return [];
    const cpuUs = minute.cpuUs - (minutes[at - 1]?.cpuUs ?? 0);
    const fired = minute.fired - (minutes[at - 1]?.fired ?? 0);
    const cells = [
      minute.fired.toLocaleString('en-US'),
      `${mb(minute.residentBytes)} MB`,
      `${mb(minute.journalBytes)} MB`,
      Number.isNaN(minute.lateP99Us) ? '–' : formatDuration(minute.lateP99Us),
      fired > 0 ? `${Math.round(cpuUs / fired)} µs` : '–',
    ];
    return [{ name: `minute ${at + 1}`, cells }];
  });
  return { columns: ['fired', 'resident', 'journal', 'late p99', 'CPU/order'], lines };
}

/** Growth is fitted to the minutes of the second half; those after the last order, of books and files, are no part of it. */
export function rowsOf(minutes: readonly Minute[], ended: Ended): Row[] {
  const firing = minutes.filter(({ lateP99Us }) => Number.isFinite(lateP99Us));
  const settled = firing.slice(Math.floor(firing.length * WARM_SHARE));
  const { orders } = ended;
  const kept = orders.accepted + orders.rejected + orders.failed + orders.unknown;
  return [
    ...growthRows('resident memory', settled, {
      of: ({ residentBytes }) => residentBytes / 1e6,
      unit: 'MB',
      most: MOST_RESIDENT_MB,
    }),
    ...growthRows('journal', settled, {
      of: ({ journalBytes }) => journalBytes / 1e6,
      unit: 'MB',
      most: MOST_JOURNAL_MB,
    }),
    ...growthRows('lateness p99', settled, { of: ({ lateP99Us }) => lateP99Us / 1e3, unit: 'ms' }),
    {
      name: 'report.html',
      value: ended.reportBytes / 1e3,
      unit: 'kB',
      note: `however long the run was (limit ${MOST_REPORT_KB} kB); result.json ${Math.round(ended.resultBytes / 1e3)} kB`,
      ok: ended.reportBytes / 1e3 <= MOST_REPORT_KB,
    },
    {
      name: 'report made again from its files',
      value: ended.reportMs / 1e3,
      unit: 's',
      note: `the whole command; from the journal alone, as after a crash: ${(ended.rebuildMs / 1e3).toFixed(1)} s`,
    },
    {
      name: 'after the last order',
      value: ended.writtenMs / 1e3,
      unit: 's',
      note: "answers, the shop's books, all files",
    },
    {
      name: 'identities',
      value: orders.fired,
      unit: 'orders',
      note: `fired; accepted + rejected + failed + unknown = ${kept}; verdict ${ended.verdict}`,
      ok: orders.fired === kept && orders.planned === orders.fired + orders.dropped + orders.unreached,
    },
  ];
}

/** As read back from JSON, which has no NaN. */
export const minutesFrom = (minutes: readonly Minute[]): Minute[] =>
  minutes.map((minute) => ({ ...minute, lateP99Us: minute.lateP99Us ?? Number.NaN }));

/** `most`: what twelve hours may come to; without one it must not grow with certainty: what others do is in it. */
type Grown = { of: (minute: Minute) => number; unit: string; most?: number };

function growthRows(name: string, minutes: readonly Minute[], { of, unit, most }: Grown): Row[] {
  const values = minutes.map(of).filter(Number.isFinite);
  const growth = growthOf(values);
  if (growth === undefined) {
    return [{ name, value: values.at(-1) ?? Number.NaN, unit, note: 'too short a run to say how it grows' }];
  }
  const perH = (slope: number): number => Number((slope * MINUTES_PER_H).toPrecision(3));
  const row: Row = {
    name: `${name}: growth per hour`,
    value: growth.slope * MINUTES_PER_H,
    unit,
    note: `${perH(growth.low)} to ${perH(growth.high)} (95 %), from the last ${values.length} minutes`,
  };
  if (most === undefined) return [{ ...row, ok: growth.low <= 0 }];
  const steps = values.length - 1;
  const longest = growth.at(steps) + Math.max(0, growth.high) * (HOURS * MINUTES_PER_H - steps);
  return [
    row,
    {
      name: `${name}: after ${HOURS} h at the upper end`,
      value: longest,
      unit,
      note: `limit ${most} ${unit}; ${Number(values.at(-1)!.toPrecision(3))} ${unit} at the end`,
      ok: longest <= most,
    },
  ];
}
