// The closed-loop probe beside wrk: the same null target, the same number of connections, in alternating rounds. wrk sends
// one order again and again, the probe a new one each time. About 40 seconds.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Piscina } from 'piscina';
import { startDemo } from '../../src/demo/process.ts';
import type { ProbeLevel } from '../../src/drive/autocannon.ts';
import type { CeilingTask } from '../../src/run/ceiling-worker.ts';
import { findPeers, type Peer } from './peer-tools.ts';
import type { Printable } from './row.ts';
import { ORDER } from './wire-load.ts';

const ROUNDS = 6;
const SECONDS = 3;
const CONNECTIONS = [16, 64];
const WORKER = new URL('../../src/run/ceiling-worker.ts', import.meta.url).href;

type Round = { wrkPerS: number; probePerS: number; busy: number };

export async function probeBench(): Promise<Printable[]> {
  const target = await startDemo({ nullTarget: true });
  const peers = findPeers(target.url);
  const wrk = peers.found.find(({ name }) => name === 'wrk');
  const piscina = new Piscina({ filename: WORKER, minThreads: 1, maxThreads: 1, atomics: 'disabled' });
  try {
    if (wrk === undefined) return [{ says: 'wrk is not installed: apt-get install wrk' }];
    const lines: Printable[] = [];
    for (const connections of CONNECTIONS) {
      const rounds: Round[] = [];
      for (let i = 0; i < ROUNDS; i++) rounds.push(await oneRound({ piscina, wrk, url: target.url, connections }));
      lines.push(...rowsOf(rounds, connections));
    }
    return lines;
  } finally {
    await piscina.destroy();
    peers.close();
    await target.stop();
  }
}

type Rounding = { piscina: Piscina; wrk: Peer; url: string; connections: number };

async function oneRound({ piscina, wrk, url, connections }: Rounding): Promise<Round> {
  const [command, args] = wrk.command({ seconds: SECONDS, connections });
  const { stdout } = await promisify(execFile)(command, args);
  const task: CeilingTask = {
    order: ORDER,
    origin: new URL(url).origin,
    timeoutUs: 10e6,
    tls: { insecure: false },
    levels: [connections],
    durationUs: SECONDS * 1e6,
    maxOrders: 1e7,
  };
  const [level]: ProbeLevel[] = await piscina.run(task);
  return { wrkPerS: wrk.parse(stdout).requests / SECONDS, probePerS: level!.answersPerS, busy: level!.busy };
}

function rowsOf(rounds: readonly Round[], connections: number): Printable[] {
  const at = `${connections} connections, median of ${rounds.length} rounds`;
  const spread = (of: (round: Round) => number): string => {
    const sorted = rounds.map(of).sort((a, b) => a - b);
    return `${sorted[0]!.toPrecision(3)} to ${sorted.at(-1)!.toPrecision(3)}`;
  };
  const ratio = ({ wrkPerS, probePerS }: Round): number => probePerS / wrkPerS;
  return [
    { name: 'wrk', value: median(rounds.map(({ wrkPerS }) => wrkPerS)), unit: '/s', note: at },
    { name: 'probe (autocannon)', value: median(rounds.map(({ probePerS }) => probePerS)), unit: '/s', note: at },
    { name: 'probe / wrk', value: median(rounds.map(ratio)), unit: '', note: `round by round ${spread(ratio)}` },
    {
      name: 'probe: thread busy',
      value: median(rounds.map(({ busy }) => busy)),
      unit: '',
      note: 'from 0.8 on it says that it, not the shop, set the pace',
    },
  ];
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.length === 0 ? Number.NaN : sorted[Math.floor(sorted.length / 2)]!;
}
