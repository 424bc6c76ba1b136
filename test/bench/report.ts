// What the report of 12 hours costs: time, memory and size. `node test/bench/report.ts`

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { writeArtifacts } from '../../src/folder/artifacts.ts';
import { rebuildPage } from '../../src/folder/page.ts';
import { formatCharts } from '../../src/folder/view.ts';
import { CHROMIUM, launch } from '../support/chromium.ts';
import { longRun } from '../support/long-run.ts';

const HOURS = 12;
const LIMITS = { sizeKb: 400, renderMs: 2_000, memoryMb: 300, interactiveMs: 1_000 };

const dir = mkdtempSync(join(tmpdir(), 'doorbuster-report-bench-'));
try {
  const record = longRun(HOURS);
  const rows: [name: string, value: number, unit: string, limit?: number][] = [];
  // On a machine with other work the time on the clock is that of the others, too: the thread's own is printed beside it.
  let cpuMs = 0;
  const timed = async (work: () => unknown): Promise<number> => {
    const startMs = performance.now();
    const before = process.threadCpuUsage();
    await work();
    const { user, system } = process.threadCpuUsage(before);
    cpuMs += (user + system) / 1e3;
    return performance.now() - startMs;
  };
  const beforeMb = process.memoryUsage.rss() / 1e6;
  const chartsMs = await timed(() => formatCharts(record));
  const moreMb = process.memoryUsage.rss() / 1e6 - beforeMb;
  await writeArtifacts({ path: dir }, record);
  const pageMs = await timed(() => rebuildPage(dir, 'inline'));
  rows.push(['rows of the charts from the timeline', chartsMs, 'ms']);
  rows.push(['page from the run folder', pageMs, 'ms']);
  rows.push(['both', chartsMs + pageMs, 'ms', LIMITS.renderMs]);
  rows.push(['both, as CPU time of their thread', cpuMs, 'ms']);
  rows.push(['memory that the rows took on top', moreMb, 'MB', LIMITS.memoryMb]);
  rows.push(['most memory of `doorbuster report`', memoryOfReport(), 'MB', LIMITS.memoryMb]);
  rows.push(['report.html', statSync(join(dir, 'report.html')).size / 1e3, 'kB', LIMITS.sizeKb]);
  if (CHROMIUM !== undefined) rows.push(['interactive in Chromium', await interactiveMs(), 'ms', LIMITS.interactiveMs]);
  for (const [name, value, unit, limit] of rows) {
    const says = limit === undefined ? '' : `  limit ${limit} ${unit}: ${value <= limit ? 'held' : 'MISSED'}`;
    console.log(`${name.padEnd(44)}${value.toFixed(0).padStart(6)} ${unit}${says}`);
    if (limit !== undefined && value > limit) process.exitCode = 1;
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}

/**
 * Of a process that builds the page again, from start to end. Linux counts the memory of the process that forked it into
 * its `maxRSS`, which here holds 12 hours: VmHWM is its own.
 */
function memoryOfReport(): number {
  const script = `import { readFileSync } from 'node:fs';
    import { cli } from ${JSON.stringify(new URL('../../src/commands/cli.ts', import.meta.url).href)};
    await cli(['report', ${JSON.stringify(dir)}]);
    const own = process.platform === 'linux' && /VmHWM:\\s*(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'));
    console.log(own ? own[1] * 1.024 : process.resourceUsage().maxRSS);`;
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  return Number(said.trim().split('\n').at(-1)) / 1e3;
}

/** From the start of the navigation until every chart is drawn and the tables sort: the middle of five. */
async function interactiveMs(): Promise<number> {
  const browser = await launch();
  try {
    const times: number[] = [];
    for (let round = 0; round < 5; round++) {
      const page = await browser.newPage();
      await page.goto(String(pathToFileURL(join(dir, 'report.html'))));
      await page.waitForSelector('#whole', { state: 'attached' });
      times.push(await page.evaluate<number>("performance.getEntriesByType('navigation')[0].domComplete"));
      await page.close();
    }
    return times.sort((a, b) => a - b)[2]!;
  } finally {
    await browser.close();
  }
}
