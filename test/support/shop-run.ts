// The built-in shop opened by the real command line, and a run against it: what both of them then know.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { InvariantName } from '../../src/audit/spec.ts';
import type { Result } from '../../src/report/result.ts';
import { cli, startCli } from './cli.ts';

/** What the shop noted of its own bugs. */
export type ShopTruth = Record<InvariantName, { count: number; keys: string[] }>;

export type OpenShop = { url: string; truth(): Promise<ShopTruth>; close(): Promise<unknown> };

/** `doorbuster shop` on a free port. */
export async function openShop(flags: readonly string[], cwd: string): Promise<OpenShop> {
  const started = startCli(['shop', '--port', '0', ...flags], { cwd });
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    started.child.stdout?.on('data', (chunk: string) => {
      text += chunk;
      const found = /Shop open at (\S+)/.exec(text);
      if (found) resolve(found[1]!);
    });
    void started.ended.then(({ stderr }) => reject(new Error(`the shop did not open: ${stderr}`)));
  });
  return {
    url,
    truth: async () => (await (await fetch(`${url}/truth`)).json()) as ShopTruth,
    close: () => {
      started.child.kill('SIGTERM');
      return started.ended;
    },
  };
}

/** `doorbuster run PROFILE --out OUT`, and its result.json. */
export async function runOn(profile: string, out: string, args: readonly string[] = []) {
  const ended = await cli(['run', profile, '--out', out, ...args], { cwd: dirname(profile) });
  try {
    return { ...ended, result: JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result };
  } catch (error) {
    throw new Error(`the run left no result: ${ended.stderr}`, { cause: error });
  }
}

/** The invariants that broke, and how often. */
export function brokenOf({ audit }: Result): Partial<Record<InvariantName, number>> {
  return Object.fromEntries(
    audit.filter(({ status }) => status === 'fail').map(({ name, violations }) => [name, violations]),
  );
}
