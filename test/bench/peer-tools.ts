// The other load generators that may be on a machine: how each is told to send our order (the same bytes every time: none
// makes a key and a body per order without a script that would cost it more), and where it prints what it measured.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileOrder } from '../../src/order/template.ts';
import { has } from './process-cost.ts';
import { ORDER } from './wire-load.ts';

/** What a tool prints of its times, ms; a field is left out where it prints none. */
export type Printed = { requests: number } & Partial<Record<'p50' | 'p90' | 'p95' | 'p99' | 'max', number>>;

export type Peer = {
  name: string;
  version: string;
  /** Of how it sends at a rate, for the rows of the freeze test. */
  pace: string;
  /** As fast as it can, or at about `ratePerS` where it can be told. */
  command: (load: { seconds: number; connections: number; ratePerS?: number }) => [command: string, args: string[]];
  /** A child of ours prints a line when it is up to speed. */
  saysWarm: boolean;
  parse: (stdout: string) => Printed;
};

export type Peers = { found: Peer[]; missing: string[]; close: () => void };

const AUTOCANNON = fileURLToPath(new URL('./autocannon-load.ts', import.meta.url));

/** Files that the tools are given live until `close`. */
export function findPeers(origin: string): Peers {
  const folder = mkdtempSync(join(tmpdir(), 'doorbuster-peers-'));
  const request = requestOf(`${origin}/checkout`, folder);
  const all: [install: string, peer: Peer | undefined][] = [
    ['wrk (apt-get install wrk)', has('wrk') ? wrk(request) : undefined],
    ['h2load (apt-get install nghttp2-client)', has('h2load') ? h2load(request) : undefined],
    ['autocannon (npm ci)', autocannonVersion() === undefined ? undefined : autocannon(request)],
    ['hey (apt-get install hey)', has('hey') ? hey(request) : undefined],
  ];
  return {
    found: all.flatMap(([, peer]) => peer ?? []),
    missing: all.filter(([, peer]) => peer === undefined).map(([install]) => install),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

type Request = {
  url: string;
  headers: [name: string, value: string][];
  body: string;
  bodyFile: string;
  luaFile: string;
};

function requestOf(url: string, folder: string): Request {
  const rendered = compileOrder(ORDER)[0]!.render({ seq: 1 });
  const headers: [string, string][] = [];
  for (let i = 0; i < rendered.headers.length; i += 2) headers.push([rendered.headers[i]!, rendered.headers[i + 1]!]);
  const body = new TextDecoder().decode(rendered.body);
  const bodyFile = join(folder, 'order.json');
  writeFileSync(bodyFile, body);
  const luaFile = join(folder, 'order.lua');
  const lua = headers.map(([name, value]) => `wrk.headers["${name}"] = "${value}"`);
  writeFileSync(luaFile, [`wrk.method = "POST"`, `wrk.body = '${body}'`, ...lua, ''].join('\n'));
  return { url, headers, body, bodyFile, luaFile };
}

const flagged = (headers: Request['headers']): string[] =>
  headers.flatMap(([name, value]) => ['-H', `${name}: ${value}`]);

function versionOf(command: string, args: string[]): string {
  try {
    return /\d+\.\d+(\.\d+)?/.exec(execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe' }))?.[0] ?? '';
  } catch (error) {
    // wrk prints its version and ends with 1.
    return /\d+\.\d+(\.\d+)?/.exec(String((error as { stdout?: string }).stdout))?.[0] ?? '';
  }
}

const MS_OF: Record<string, number> = { us: 1e-3, ms: 1, s: 1e3, secs: 1e3, m: 60e3 };

/** `1.81s` → 1810; undefined for no match. */
function msIn(text: string, pattern: RegExp): number | undefined {
  const [, number, unit] = pattern.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * MS_OF[unit!]!;
}

const numberIn = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1]);

function wrk(request: Request): Peer {
  const percentile = (text: string, p: number) => msIn(text, new RegExp(`^ +${p}% +([\\d.]+)(us|ms|s|m)\\b`, 'm'));
  return {
    name: 'wrk',
    version: versionOf('wrk', ['--version']),
    pace: 'no rate: closed loop',
    saysWarm: false,
    command: ({ seconds, connections }) => [
      'wrk',
      ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '-s', request.luaFile, request.url],
    ],
    parse: (text) => ({
      requests: numberIn(text, /(\d+) requests in/),
      p50: percentile(text, 50),
      p90: percentile(text, 90),
      p99: percentile(text, 99),
      max: msIn(text, /Latency +[\d.]+\w+ +[\d.]+\w+ +([\d.]+)(us|ms|s|m)\b/),
    }),
  };
}

function h2load(request: Request): Peer {
  return {
    name: 'h2load --h1',
    version: versionOf('h2load', ['--version']),
    pace: 'no rate: closed loop',
    saysWarm: false,
    command: ({ seconds, connections }) => [
      'h2load',
      [
        ...['--h1', '-t1', '-c', String(connections), '-D', String(seconds)],
        ...['-d', request.bodyFile, ...flagged(request.headers), request.url],
      ],
    ],
    parse: (text) => ({
      requests: numberIn(text, /requests: \d+ total, \d+ started, (\d+) done/),
      max: msIn(text, /time for request: +[\d.]+\w+ +([\d.]+)(us|ms|s|m)\b/),
    }),
  };
}

function autocannonVersion(): string | undefined {
  try {
    return (createRequire(import.meta.url)('autocannon/package.json') as { version: string }).version;
  } catch {
    return undefined;
  }
}

/** As autocannon's own result names them: it has no p95. */
type AutocannonTimes = { latency: { p50: number; p90: number; p99: number; max: number }; requests: { total: number } };

function autocannon(request: Request): Peer {
  return {
    name: 'autocannon',
    version: autocannonVersion()!,
    pace: 'overallRate, its correction on',
    saysWarm: true,
    command: ({ seconds, connections, ratePerS }) => [
      process.execPath,
      [
        AUTOCANNON,
        JSON.stringify({
          url: request.url,
          method: 'POST',
          headers: Object.fromEntries(request.headers),
          body: request.body,
          connections,
          duration: seconds,
          overallRate: ratePerS,
        }),
      ],
    ],
    parse: (text) => {
      const { latency, requests }: AutocannonTimes = JSON.parse(text.trim().split('\n').at(-1)!);
      return { requests: requests.total, p50: latency.p50, p90: latency.p90, p99: latency.p99, max: latency.max };
    },
  };
}

function hey(request: Request): Peer {
  const percentile = (text: string, p: number) => msIn(text, new RegExp(`^ +${p}%+ in ([\\d.]+) (secs)`, 'm'));
  return {
    name: 'hey',
    version: '',
    pace: '-q per connection',
    saysWarm: false,
    command: ({ seconds, connections, ratePerS }) => [
      'hey',
      [
        ...['-z', `${seconds}s`, '-c', String(connections)],
        ...(ratePerS === undefined ? [] : ['-q', String(ratePerS / connections)]),
        ...['-m', 'POST', '-T', 'application/json', '-d', request.body],
        ...flagged(request.headers.filter(([name]) => name.toLowerCase() !== 'content-type')),
        request.url,
      ],
    ],
    parse: (text) => ({
      requests: numberIn(text, /\[201\]\s+(\d+) responses/),
      p50: percentile(text, 50),
      p90: percentile(text, 90),
      p95: percentile(text, 95),
      p99: percentile(text, 99),
      max: msIn(text, /Slowest:\s+([\d.]+) (secs)/),
    }),
  };
}
