// `npm run bench`: real time on this machine. Every figure of the README that depends on speed comes from here.
// `npm run bench -- NAME…` runs the parts whose titles contain a name; `--readme` writes what was measured there;
// `--part FILE` measures beside other tools for half a minute, into rounds kept in a file, instead of all in one go.

import { availableParallelism, cpus, release, type } from 'node:os';
import { parseArgs } from 'node:util';
import { auditBench } from './audit.ts';
import { capacityBench } from './capacity.ts';
import { dueTime } from './due-time.ts';
import { freeze } from './freeze.ts';
import { journeyBench } from './journey.ts';
import { liveBench } from './live.ts';
import { measureBench } from './measure.ts';
import { orderBench } from './order.ts';
import { pacing } from './pacing.ts';
import { pairsBench } from './pairs.ts';
import { peersBench } from './peers.ts';
import { formatItems, MISSED } from './print.ts';
import { probeBench } from './probe.ts';
import { type Part, TITLES, UNSHOWN, writeReadme } from './readme-block.ts';
import type { Printable } from './row.ts';
import { shopBench } from './shop.ts';
import { starve } from './starve.ts';
import { wireBench } from './wire.ts';

const BENCHES: Record<Part, (keptIn?: string) => Promise<readonly Printable[]>> = {
  'beside other tools': peersBench,
  'a target frozen for 2 s, beside other tools': freeze,
  'pacing, beside a loop that only waits': pacing,
  'a generator starved on purpose': starve,
  'due times': dueTime,
  orders: orderBench,
  'the wire driver, without its sockets': wireBench,
  'a journey of three steps': journeyBench,
  'capacity of shops that are known': capacityBench,
  'closed-loop probe beside wrk': probeBench,
  'a live page, open and not': liveBench,
  measuring: measureBench,
  'the audit of 2.1 million orders': auditBench,
  'the built-in shop': shopBench,
  'two runs compared, of one build and of one 20 % slower': pairsBench,
};

/** Hardware, versions and date: what the figures are true of. */
function header(): string {
  const cpu = `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}`;
  const date = new Date().toISOString().slice(0, 10);
  return `npm run bench · ${date} · ${cpu} · ${type()} ${release()} · Node ${process.versions.node}`;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { readme: { type: 'boolean' }, part: { type: 'string' } },
  });
  const parts: Part[] = [...TITLES, ...UNSHOWN];
  const named = (name: string): Part[] => {
    const whole = parts.filter((title) => title === name);
    return whole.length > 0 ? whole : parts.filter((title) => title.includes(name));
  };
  const asked = new Set(positionals.flatMap(named));
  const wanted = positionals.length === 0 ? TITLES : parts.filter((title) => asked.has(title));
  if (wanted.length === 0) {
    const titles = parts.map((title) => `\n  ${title}`).join('');
    console.error(`No part of the bench is called ${positionals.join(' or ')}; there are:${titles}`);
    process.exitCode = 2;
    return;
  }
  console.log(header());
  const sections = new Map<string, string>();
  for (const title of wanted) {
    console.log(`\n${title}`);
    const text = formatItems(await BENCHES[title](values.part));
    console.log(text);
    sections.set(title, text);
  }
  const missed = [...sections.values()].join('\n').match(new RegExp(`^${MISSED}`, 'gm'))?.length ?? 0;
  if (missed > 0) {
    console.log(`\n${missed} limit${missed === 1 ? '' : 's'} missed`);
    process.exitCode = 1;
  }
  if (values.readme) {
    const lacking = writeReadme(header(), sections);
    console.error(
      lacking.length === 0 ? 'README.md written' : `README.md written, still without: ${lacking.join('; ')}`,
    );
  }
}

await main();
