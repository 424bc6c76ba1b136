// Where to look when an SLO broke: what made up the time, or which outcomes, in its worst window.

import type { InvariantName } from '../../audit/spec.ts';
import { INVARIANTS } from '../../audit/spec.ts';
import { parseSlo } from '../../judge/slo.ts';
import type { OutcomeClass } from '../../outcomes.ts';
import { OUTCOME_CLASSES } from '../../outcomes.ts';
import { formatCountOf, formatDuration } from '../../units.ts';
import { cellOf, rowsOf, secondsOfRow } from '../charts/rows.ts';
import type { Column, Rows } from '../charts/spec.ts';
import type { Result, ResultSlo } from '../result.ts';
import { metricText } from '../sentence.ts';
import type { RunView } from './view.ts';

type Span = { fromS: number; untilS: number };

const IN_FLIGHT = /^(?:backlog|recovers)\b/;

/** When, and what was then: `the slowest order`. */
export type Most = Span & { says: string };

/**
 * Of a limit without windows: the stretch with the slowest order, or with the most orders that count against it, in the
 * part it speaks of; undefined where there is none, and where the charts cannot say.
 */
export function mostOf(view: RunView, slo: ResultSlo): Most | undefined {
  const counted = countedBy(view, metricText(slo.text));
  const span = counted && highest(counted, spansOf(view.result, slo));
  return span && { ...span, says: counted.says };
}

type Counted = { says: string; rows: Rows; valueAt: (row: number) => number };

function countedBy({ result, charts }: RunView, metric: string): Counted | undefined {
  const { times, byOutcome, flow } = charts;
  const of = (column: Column, row: number) => cellOf(column, row) ?? 0;
  const name = /^(service )?(?:p[\d.]+|max|mean)$/.exec(metric);
  if (name !== null) {
    const { max } = name[1] === undefined ? times.response : times.service;
    return { says: 'the slowest order', rows: times, valueAt: (row) => of(max, row) };
  }
  const { planned, fired, dropped } = flow.columns;
  if (metric === 'achieved') {
    const valueAt = (row: number) => of(planned, row) - of(fired, row);
    return { says: 'furthest behind the plan', rows: flow, valueAt };
  }
  if (metric === 'dropped') return { says: 'most dropped', rows: flow, valueAt: (row) => of(dropped, row) };
  if (!/^(?:errors|accepted|rejected|failed|unknown)$/.test(metric)) return undefined;
  const guilty = guiltyClasses(metric);
  const bad = byOutcome.of.filter(({ index }) => guilty.includes(result.outcomes[index]?.class ?? 'unknown'));
  const valueAt = (row: number) => bad.reduce((total, { counts }) => total + of(counts, row), 0);
  return { says: `most ${metric === 'accepted' ? 'not accepted' : metric}`, rows: byOutcome, valueAt };
}

/** When the part of a limit `during PART` was on; undefined for the whole run. */
function spansOf({ phases }: Result, { text }: ResultSlo): Span[] | undefined {
  const parts = phases.map(({ name }) => name);
  const parsed = parseSlo(text, { parts, place: 'slo' });
  const during = parsed.ok ? parsed.slo.during : undefined;
  return phases
    .find(({ name }) => name === during)
    ?.windows.map(({ fromUs, untilUs }) => ({ fromS: fromUs / 1e6, untilS: untilUs / 1e6 }));
}

function highest({ rows, valueAt }: Counted, within: readonly Span[] | undefined): Span | undefined {
  const meant = within === undefined ? undefined : new Set(within.flatMap((span) => rowsIn(rows, span)));
  const values = Array.from({ length: rowsOf(rows) }, (_, row) => (meant?.has(row) === false ? 0 : valueAt(row)));
  const most = Math.max(0, ...values);
  return most === 0 ? undefined : secondsOfRow(rows, values.indexOf(most));
}

/** One sentence, with its full stop; empty where nothing more can be said. */
export function whereToLook(view: RunView, slo: ResultSlo): string {
  const metric = metricText(slo.text);
  if (INVARIANTS.includes(metric as InvariantName)) return 'Look at the books below: they name the first orders.';
  if (IN_FLIGHT.test(metric)) return 'Look at the orders in flight, under Backlog and recovery.';
  return slo.unit === 'us' ? slowBecause(view, slo) : fewerBecause(view, slo);
}

/** The first that there are orders enough for. */
const QUANTILES = ['p99', 'p95', 'p90', 'p50'] as const;

/** In the row with the slowest p99 of the worst window, or over the whole run. */
function slowBecause({ result, charts: { times } }: RunView, { worst }: ResultSlo): string {
  const rows = worst === null ? [] : rowsIn(times, { fromS: worst.fromUs / 1e6, untilS: worst.untilUs / 1e6 });
  const known = rows.filter((row) => cellOf(times.response.p99, row) !== null);
  const slowest = known.sort((a, b) => cellOf(times.response.p99, b)! - cellOf(times.response.p99, a)!)[0];
  const name = QUANTILES.find((each) => result.response[`${each}Us`] !== null && result.service[`${each}Us`] !== null);
  const [quantile, response, service] =
    slowest !== undefined
      ? ['p99', cellOf(times.response.p99, slowest), cellOf(times.service.p99, slowest)]
      : name === undefined
        ? ['', null, null]
        : [name, result.response[`${name}Us`], result.service[`${name}Us`]];
  if (response === null || service === null) return '';
  if (service >= 0.8 * response) return 'Look at the shop: nearly all of it was service time.';
  return (
    `Look at the way to the shop: of a ${quantile} of ${formatDuration(response)} its service took ${formatDuration(service)}, ` +
    'the rest was waiting for a connection. See the orders in flight.'
  );
}

/** The outcome that most of the missing orders had. */
function fewerBecause({ result, charts: { byOutcome, seconds } }: RunView, slo: ResultSlo): string {
  const { worst } = slo;
  const span =
    worst === null ? { fromS: 0, untilS: seconds } : { fromS: worst.fromUs / 1e6, untilS: worst.untilUs / 1e6 };
  const guilty = guiltyClasses(metricText(slo.text));
  const most = byOutcome.of
    .flatMap(({ index, counts }) => {
      const outcome = result.outcomes[index];
      const count = sum(byOutcome, counts, span);
      return outcome === undefined || count === 0 || !guilty.includes(outcome.class) ? [] : [{ outcome, count }];
    })
    .sort((a, b) => b.count - a.count)[0];
  if (most === undefined) return '';
  const when = worst === null ? 'over the run' : 'then';
  return `Look at ${most.outcome.name} (${most.outcome.class}): ${formatCountOf(most.count, 'order')} ${when}.`;
}

function guiltyClasses(metric: string): readonly OutcomeClass[] {
  if (metric === 'errors') return ['failed', 'unknown'];
  const own = OUTCOME_CLASSES.filter((name) => name === metric && name !== 'accepted');
  return own.length > 0 ? own : ['rejected', 'failed', 'unknown'];
}

function rowsIn(rows: Rows, span: Span): number[] {
  return Array.from({ length: rowsOf(rows) }, (_, row) => row).filter((row) => {
    const { fromS, untilS } = secondsOfRow(rows, row);
    return fromS < span.untilS && span.fromS < untilS;
  });
}

const sum = (rows: Rows, column: Column, span: Span): number =>
  rowsIn(rows, span).reduce((total, row) => total + (cellOf(column, row) ?? 0), 0);
