// Where to look when an SLO broke: what made up the time, or which outcomes, in its worst window.

import { formatCount, formatDuration } from '../../units.ts';
import { cellOf, rowsOf, secondsOfRow } from '../charts/rows.ts';
import type { Column, Rows } from '../charts/spec.ts';
import type { ResultSlo } from '../result.ts';
import type { RunView } from './view.ts';

type Span = { fromS: number; untilS: number };

/** One sentence, with its full stop; empty where nothing more can be said. */
export function whereToLook({ result, charts }: RunView, slo: ResultSlo): string {
  const span = slo.worst
    ? { fromS: slo.worst.fromUs / 1e6, untilS: slo.worst.untilUs / 1e6 }
    : { fromS: 0, untilS: charts.seconds };
  const when = slo.worst ? 'then' : 'over the run';
  if (slo.unit === 'us') {
    const response = highest(charts.times, charts.times.response.p99, span) ?? result.response.p99Us;
    const service = highest(charts.times, charts.times.service.p99, span) ?? result.service.p99Us;
    if (response === null || service === null) return '';
    const [slow, quick] = [formatDuration(response), formatDuration(service)];
    if (service >= 0.8 * response) return `Look at the shop: its service took ${quick} of ${slow} (p99) ${when}.`;
    return `Look at the way to the shop: of ${slow} (p99) its service took ${quick} ${when}, the rest was waiting for a connection; see in-flight orders below.`;
  }
  const worst = charts.byOutcome.of
    .map(({ index, counts }) => ({ outcome: result.outcomes[index], count: sum(charts.byOutcome, counts, span) }))
    .filter(({ outcome, count }) => outcome !== undefined && outcome.class !== 'accepted' && count > 0)
    .sort((a, b) => b.count - a.count)[0];
  if (worst === undefined) return '';
  return `Look at ${worst.outcome!.name} (${worst.outcome!.class}): ${formatCount(worst.count)} orders ${when}.`;
}

function rowsIn(rows: Rows, span: Span): number[] {
  return Array.from({ length: rowsOf(rows) }, (_, row) => row).filter((row) => {
    const { fromS, untilS } = secondsOfRow(rows, row);
    return fromS < span.untilS && span.fromS < untilS;
  });
}

function highest(rows: Rows, column: Column, span: Span): number | null {
  const values = rowsIn(rows, span).flatMap((row) => cellOf(column, row) ?? []);
  return values.length === 0 ? null : Math.max(...values);
}

const sum = (rows: Rows, column: Column, span: Span): number =>
  rowsIn(rows, span).reduce((total, row) => total + (cellOf(column, row) ?? 0), 0);
