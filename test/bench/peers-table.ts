// What the rounds beside other tools come to: medians, the ratios that have limits, and what a reader must know of both.

import { formatDuration } from '../../src/units.ts';
import { WARM_S as OPEN_WARM_S } from './generator.ts';
import { type Loaded, MOST_OTHERS, WARM_S, WINDOW_S } from './measure-load.ts';
import type { Peer } from './peer-tools.ts';
import { CONNECTIONS, closedLine, DRIVERS, LIMITS, type Open, openLine, type Round } from './peers-round.ts';
import { withUnit } from './print.ts';
import { PLACES } from './process-cost.ts';
import type { Row, Table } from './row.ts';

const median = (values: readonly number[]): number => {
  const known = values.filter((value) => !Number.isNaN(value)).toSorted((a, b) => a - b);
  return known[known.length >> 1] ?? Number.NaN;
};

const percent = (share: number): string => (Number.isNaN(share) ? '–' : `${Math.round(share * 100)} %`);
const latenessText = (us: number): string => (Number.isNaN(us) ? '–' : formatDuration(us));

export function tableOf(rounds: readonly Round[], peers: readonly Peer[]): Table {
  const line = (key: string, name = key) => {
    const at = (pick: (loaded: Loaded & Partial<Open>) => number | undefined): number =>
      median(rounds.map((round) => pick(round[key] ?? ({} as Loaded)) ?? Number.NaN));
    const cells = [
      withUnit(
        at(({ perS }) => perS),
        '/s',
      ),
      withUnit(
        at(({ cpuUs }) => cpuUs),
        'µs',
      ),
      percent(at(({ perS, cpuUs }) => (perS * cpuUs) / 1e6)),
      percent(at(({ targetShare }) => targetShare)),
      latenessText(at(({ p50Us }) => p50Us)),
      latenessText(at(({ p99Us }) => p99Us)),
      withUnit(
        at(({ memoryMb }) => memoryMb),
        'MB',
      ),
    ];
    return { name, cells };
  };
  return {
    columns: ['orders', 'CPU/order', 'own core', "target's", 'lateness p50', 'p99', 'memory'],
    lines: [
      ...DRIVERS.map((driver) => line(openLine(driver))),
      ...DRIVERS.map((driver) => line(closedLine(driver))),
      ...peers.map(({ name, version }) => line(name, `${name} ${version}`.trim())),
    ],
  };
}

type Limit = { atLeast: number; aim?: number } | { atMost: number };

/** The median of each round's own ratio: both sides of one were measured within a minute. */
function ratioRow(name: string, ratios: readonly number[], what: string, limit?: Limit): Row {
  const value = median(ratios);
  const row = { name, value, unit: '×', note: what };
  if (limit === undefined) return row;
  if ('atMost' in limit) return { ...row, note: `${what}; limit ≤ ${limit.atMost}`, ok: value <= limit.atMost };
  const aim = limit.aim === undefined ? '' : `, aim ${limit.aim.toFixed(1)}`;
  return { ...row, note: `${what}; limit ≥ ${limit.atLeast}${aim}`, ok: value >= limit.atLeast };
}

export function ratioRows(rounds: readonly Round[], peers: readonly Peer[]): Row[] {
  const [wire, undici] = [openLine('wire'), openLine('undici')];
  const ratios = (own: string, other: string, of: (loaded: Loaded) => number, none: number): number[] =>
    rounds.map((round) => {
      const [mine, theirs] = [round[own], round[other]];
      const value = mine === null ? none : mine === undefined ? Number.NaN : of(mine);
      return value / (theirs ? of(theirs) : Number.NaN);
    });
  const rates = (own: string, other: string): number[] => ratios(own, other, ({ perS }) => perS, 0);
  const costs = (own: string, other: string, of = (loaded: Loaded & Partial<Open>) => loaded.cpuUs): number[] =>
    ratios(own, other, of, Number.NaN);
  const rows: Row[] = [];
  for (const { name } of peers) {
    const limit = { wrk: { atLeast: 0.7, aim: 1 }, autocannon: { atLeast: 2.5 }, hey: { atLeast: 2.5 } }[name];
    rows.push(ratioRow(`wire held / ${name}`, rates(wire, name), 'orders a second', limit));
    if (name === 'wrk') {
      const closed = closedLine('wire');
      const worked = (loaded: Loaded & Partial<Open>): number => loaded.cpuUs - (loaded.polledUs ?? 0);
      rows.push(
        ratioRow(`wire held / ${name}, CPU`, costs(wire, name), 'CPU an order', { atMost: 1.3 }),
        ratioRow(`wire held / ${name}, CPU without polling`, costs(wire, name, worked), 'CPU an order'),
        ratioRow(`wire closed loop / ${name}`, rates(closed, name), 'orders a second'),
        ratioRow(`wire closed loop / ${name}, CPU`, costs(closed, name), 'CPU an order'),
      );
    } else rows.push(ratioRow(`wire held / ${name}, CPU`, costs(wire, name), 'CPU an order'));
  }
  rows.push(ratioRow('undici held / wire held', rates(undici, wire), 'orders a second'));
  return rows;
}

export function explanation(rounds: readonly Round[], missing: readonly string[]): string[] {
  const shown = rounds.flatMap((round) => Object.values(round)).filter((loaded) => loaded !== null);
  const others = Math.max(...shown.map(({ othersShare }) => othersShare));
  const roundsText = rounds.length === 1 ? 'one round' : `medians of ${rounds.length} alternating rounds`;
  const polled = median(rounds.map((round) => round[openLine('wire')]?.polledUs ?? Number.NaN));
  return [
    `One null target, ${CONNECTIONS} connections, ${PLACES}; ${roundsText}, ${WINDOW_S} s of each ` +
      `once warm (after ${WARM_S} s, a run after ${OPEN_WARM_S} s). Orders are counted by the target; CPU (user + system) and memory (highest resident ` +
      'size) are those of the whole process tree, from /proc; lateness is what only Doorbuster knows. "own core" and ' +
      '"target\'s" say how busy the two were: a target at 100 % held the generator back. A measurement beside which other ' +
      `processes took more than ${percent(MOST_OTHERS)} of a core was made again; they took ${percent(others)} at most in what is shown.`,
    'wire and undici send every order with its own key and body, classify the answer and record five histograms. Open loop: ' +
      'a whole run (main thread and one worker) that rises to its rate and holds it: every order fired and accepted, lateness p99 ' +
      `≤ ${formatDuration(LIMITS.p99Us)} and p99.9 ≤ ${formatDuration(LIMITS.p999Us)}; ${withUnit(polled, 'µs')} of wire's CPU an ` +
      'order is polling for the next due time. Closed loop: as fast as answers come. The others send one constant order ' +
      'in closed loop and record one histogram or none.',
    ...missing.map((install) => `Not on this machine, left out: ${install}.`),
  ];
}
