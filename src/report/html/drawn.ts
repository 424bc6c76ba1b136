// What the page's own script draws from: charts.json again, packed, with what the script need not work out itself.

import type { FlowRows, TimeColumns, TimeRows } from '../charts/spec.ts';
import { visible } from '../foreign.ts';
import { overlaysOf } from './overlays.ts';
import type { Packed } from './packed.ts';
import { packCounts, packTimes } from './packed.ts';
import { limitsOf } from './sections/response.ts';
import { growthsOf, momentsOf } from './svg/stability.ts';
import { bandsOf, endsOf, seenUntilS } from './svg/time.ts';
import type { RunView } from './view.ts';

/** Long names of outcomes and parts are cut: they are only labels here. A canvas escapes nothing, so what is unseen is spelled out. */
const MOST_NAME = 80;

export function drawnFrom(view: RunView) {
  const { durationS, seconds, flow, times, detail, outcomes, byOutcome, heat, stretches } = view.charts;
  const nameOf = (name: string) => visible(name.slice(0, MOST_NAME));
  return {
    durationS,
    seconds,
    seenS: seenUntilS(view),
    ends: endsOf(view),
    live: view.live !== undefined,
    flow: packFlow(flow),
    times: packTimeRows(times),
    detail: detail.map((each) => ({
      why: nameOf(each.why),
      flow: packFlow(each.flow),
      times: packTimeRows(each.times),
    })),
    byOutcome: {
      ...rowsOf(byOutcome),
      of: byOutcome.of.map(({ index, counts }) => ({
        name: nameOf(outcomes[index]?.name ?? 'others'),
        class: outcomes[index]?.class ?? 'unknown',
        counts: packCounts(counts),
      })),
    },
    heat: { everyS: heat.everyS, untilS: heat.untilS, edgesUs: heat.edgesUs },
    spectra: overlaysOf(view.charts).map(({ label, ink, width, dashed, spectrum }) => ({
      name: nameOf(label),
      ink,
      width,
      dashed,
      points: spectrum.points,
    })),
    stretches: stretches.map(({ fromS, untilS, why }): [number, number, string] => [fromS, untilS, why]),
    bands: bandsOf(view).map(({ fromS, untilS, name }): [number, number, string] => [fromS, untilS, nameOf(name)]),
    growths: growthsOf(view.result.stability).map(({ fromS, untilS }): [number, number] => [fromS, untilS]),
    moments: momentsOf(view.result.stability).map(({ atS, text }): [number, string] => [atS, text]),
    limits: limitsOf(view).map(({ us, text }) => ({ us, text: nameOf(text) })),
  };
}

const rowsOf = ({ fromS, untilS, everyS }: { fromS: number; untilS: number; everyS: number }) => ({
  fromS,
  untilS,
  everyS,
});

/** Single seconds are their own highest: `firedMax` is left out. */
function packFlow(rows: FlowRows) {
  const { planned, fired, accepted, inFlight, firedMax } = rows.columns;
  const columns = { planned, fired, accepted, inFlight, ...(rows.everyS > 1 ? { firedMax } : {}) };
  const packed = Object.entries(columns).map(([name, column]) => [name, packCounts(column)]);
  return { ...rowsOf(rows), columns: Object.fromEntries(packed) as Record<string, Packed> };
}

function packTimeRows(rows: TimeRows) {
  return { ...rowsOf(rows), response: packColumns(rows.response), service: packColumns(rows.service) };
}

function packColumns({ p50, p90, p99, p999, max }: TimeColumns) {
  return { p50: packTimes(p50), p90: packTimes(p90), p99: packTimes(p99), p999: packTimes(p999), max: packTimes(max) };
}
