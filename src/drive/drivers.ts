// The drivers by name. A new one: write a `MakeDriver`, run `describeDriver` on it, name it in driver.ts, add it here.

import type { DriverName, MakeDriver } from './driver.ts';
import { makeUndiciDriver } from './undici.ts';
import { makeWireDriver } from './wire/wire.ts';

export const DRIVERS: Record<DriverName, MakeDriver> = { wire: makeWireDriver, undici: makeUndiciDriver };
