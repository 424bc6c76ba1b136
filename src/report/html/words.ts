// The page's own way to write numbers that may not be known.

import { formatClock, formatCount, formatDuration, formatRate, formatShare } from '../../units.ts';
import type { Unit } from '../sentence.ts';
import { formatMeasure } from '../sentence.ts';
import type { Cell } from './parts.ts';

const NONE = '–';
type Maybe = number | null | undefined;

const known = (value: Maybe): value is number => value !== null && value !== undefined && Number.isFinite(value);

export const durationText = (us: Maybe): string => (known(us) ? formatDuration(us) : NONE);
export const shareText = (share: Maybe): string => (known(share) ? formatShare(share) : NONE);
export const rateText = (perS: Maybe): string => (known(perS) ? formatRate(perS) : NONE);
export const measureText = (value: Maybe, unit: Unit): string => (known(value) ? formatMeasure(value, unit) : NONE);

export const countCell = (count: Maybe): Cell => (known(count) ? formatCount(count) : NONE);
export const durationCell = durationText as (us: Maybe) => Cell;
export const rateCell = rateText as (perS: Maybe) => Cell;
export const shareCell = shareText as (share: Maybe) => Cell;
export const clockCell = (seconds: Maybe): Cell => (known(seconds) ? formatClock(seconds * 1e6) : NONE);

/** `00:14:00–00:15:00` */
export const spanText = (fromS: number, untilS: number): string =>
  `${formatClock(fromS * 1e6)}–${formatClock(untilS * 1e6)}`;

/** `2026-11-23 04:05:54 UTC` */
export const stampText = (iso: string): string => `${iso.slice(0, 19).replace('T', ' ')} UTC`;

/** A value of a whole number of bytes, as people say it. */
export const bytesText = (bytes: Maybe): string => {
  if (!known(bytes)) return NONE;
  return bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : `${Math.round(bytes / 2 ** 20)} MiB`;
};
