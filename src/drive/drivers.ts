// The drivers by name. A new one: write a `MakeDriver`, run `describeDriver` on it, add it here.

import type { MakeDriver } from './driver.ts';
import { makeUndiciDriver } from './undici.ts';

export const DRIVERS = { undici: makeUndiciDriver } as const satisfies Record<string, MakeDriver>;
export type DriverName = keyof typeof DRIVERS;
export const DRIVER_NAMES = Object.keys(DRIVERS) as DriverName[];

/**
 * Orders a second that one worker fires with ease, with room for bursts and for the shop's own share of the machine:
 * about 0.3 of what the driver holds on one core against a null target.
 */
export const EASY_PER_S: Record<DriverName, number> = { undici: 5_000 };
