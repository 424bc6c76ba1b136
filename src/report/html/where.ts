// Where to look when an SLO broke: what made up the time, or which outcomes, in its worst window.

import type { OutcomeClass } from '../../outcomes.ts';
import { OUTCOME_CLASSES } from '../../outcomes.ts';
import { formatCountOf, formatDuration } from '../../units.ts';
import { cellOf, rowsOf, secondsOfRow } from '../charts/rows.ts';
import type { Column, Rows } from '../charts/spec.ts';
import type { ResultSlo } from '../result.ts';
import { metricText } from '../sentence.ts';
import type { RunView } from './view.ts';

type Span = { fromS: number; untilS: number };

/** One sentence, with its full stop; empty where nothing more can be said. */
export function whereToLook(view: RunView, slo: ResultSlo): string {
  return slo.unit === 'us' ? slowBecause(view, slo) : fewerBecause(view, slo);
}

/** In the row with the slowest p99 of the worst window, or over the whole run. */
function slowBecause({ result, charts: { times } }: RunView, { worst }: ResultSlo): string {
  const rows = worst === null ? [] : rowsIn(times, { fromS: worst.fromUs / 1e6, untilS: worst.untilUs / 1e6 });
  const known = rows.filter((row) => cellOf(times.response.p99, row) !== null);
  const slowest = known.sort((a, b) => cellOf(times.response.p99, b)! - cellOf(times.response.p99, a)!)[0];
  const [response, service] =
    slowest === undefined
      ? [result.response.p99Us, result.service.p99Us]
      : [cellOf(times.response.p99, slowest), cellOf(times.service.p99, slowest)];
  if (response === null || service === null) return '';
  if (service >= 0.8 * response) return 'Look at the shop: nearly all of it was service time.';
  return (
    `Look at the way to the shop: of a p99 of ${formatDuration(response)} its service took ${formatDuration(service)}, ` +
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
