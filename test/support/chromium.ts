// The system's Chromium, for the pages that people open. Nothing is downloaded.

import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';

const PLACES = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

export const CHROMIUM = PLACES.find((path) => path !== '' && existsSync(path));

export const HOW_TO_GET =
  'No Chromium: the report is not tested in a browser. Install it (apt-get install chromium) or name one in CHROMIUM_PATH.';

if (CHROMIUM === undefined) {
  // .ci/run may not do without.
  if (process.env.NEED_CHROMIUM === '1') throw new Error(HOW_TO_GET);
  console.warn(HOW_TO_GET);
}

export function launch(): Promise<Browser> {
  // The sandbox needs privileges that containers lack, and the pages are our own.
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
