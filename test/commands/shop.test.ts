// What `shop` answers to flags it cannot follow, through the real command line.

import { expect, it } from 'vitest';
import { cli, scratchFolder } from '../support/cli.ts';

const folder = scratchFolder();

it.concurrent.each([
  [['--price', '1.5'], 'error: Expected `--price` to be a whole number from 0 to 1000000000, got 1.5 (number)\n'],
  [['--service', 'fixed:1h'], 'error: Expected `--service` to be a number from 0 to 600000, got 3600000 (number)\n'],
  [['--decline', '150%'], 'error: --decline: expected a share from `0%` to `100%`, got `150%`\n'],
  [
    ['--null', '--stock', '5', '--seed', '1'],
    'error: --null answers 201 to everything, with no shop behind it: drop --stock, --seed\n',
  ],
  [
    ['--bug', 'lost,fantom'],
    'error: Expected `--bug` to be one of stale-read, oversell, duplicate, limit, undersell, price, lost, phantom, replay (did you mean phantom?), got "fantom" (string)\n',
  ],
  [
    ['--export-fault', 'x'],
    'error: Expected `--export-fault` to be one of cut, miscount, malformed, foreign, unsettled, got "x" (string)\n',
  ],
  [['--null', '--bug', 'lost'], 'error: --null answers 201 to everything, with no shop behind it: drop --bug\n'],
])('%j: in the words of the flags', async (flags, says) => {
  const { code, stdout, stderr } = await cli(['shop', ...flags], { cwd: folder });
  expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: says });
});
