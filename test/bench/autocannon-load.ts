// autocannon's programmatic interface in a process of its own, so that what it costs can be seen.
// `node autocannon-load.ts OPTIONS_AS_JSON` prints a line when it is up to speed, and last its result.

import { createRequire } from 'node:module';

type Autocannon = (options: object) => Promise<unknown>;

/** It ships no types. */
const autocannon = createRequire(import.meta.url)('autocannon') as Autocannon;
const WARM_MS = 1_000;

const result = autocannon(JSON.parse(process.argv[2] ?? '{}'));
process.stdout.write('{"says":"started"}\n');
setTimeout(() => process.stdout.write('{"says":"warm"}\n'), WARM_MS);
process.stdout.write(`${JSON.stringify(await result)}\n`);
