// A round beside other tools: what is measured of each, and under which name.

import type { DriverName } from '../../src/drive/driver.ts';
import { latenessLimitsFor } from '../../src/judge/lateness.ts';
import type { Loaded } from './measure-load.ts';

export const CONNECTIONS = 64;
export const DRIVERS: DriverName[] = ['wire', 'undici'];
/** A rate is held when these limits of lateness are, those of a run that is judged by p99 < 300 ms as all shipped ones are. */
export const LIMITS = latenessLimitsFor(300_000);

export type Open = Loaded & { p50Us: number; p99Us: number; polledUs: number };
/** What one round has found so far, by the name of its line; null where no rate was held. */
export type Round = Record<string, (Loaded & Partial<Open>) | null>;

export const closedLine = (driver: DriverName): string => `${driver}, closed loop`;
export const openLine = (driver: DriverName): string => `${driver}, open loop`;
