// What every rendering of a capacity says in the same words: ranges of headroom, loads, what limited the search.

import { formatDuration, formatRate, formatShare } from '../units.ts';
import type { CapacityFile, CapacityLoad, Range } from './capacity-file.ts';
import { sidesWords } from './known-capacity.ts';

/** Mark and word of what became of a load: readable without colour. */
export const LOAD_WORDS: Record<CapacityLoad['outcome'], { mark: string; word: string }> = {
  held: { mark: '✔', word: 'held' },
  broke: { mark: '✘', word: 'broke' },
  undecided: { mark: '?', word: 'undecided' },
  discarded: { mark: '–', word: 'discarded' },
};

export const timesText = (factor: number): string => `${Number(factor.toPrecision(3))}x`;

/** `2.1x to 2.3x`, `at least 2.1x`, `below 2.3x`, `not known` */
export function rangeWords({ low, high }: Range): string {
  if (low !== null && high !== null) return `${timesText(low)} to ${timesText(high)}`;
  if (low !== null) return `at least ${timesText(low)}`;
  return high === null ? 'not known' : `below ${timesText(high)}`;
}

/** `1.77x to 1.8x the peak of 61.2/s` */
export function headroomWords(range: Range, of: 'peak' | 'mean', perS: number, whose = 'the'): string {
  const what = `${whose} ${of} of ${formatRate(perS)}`;
  return range.low === null && range.high === null ? `not known over ${what}` : `${rangeWords(range)} ${what}`;
}

export const bracketWords = ({ bracket }: Pick<CapacityFile, 'bracket'>): string =>
  sidesWords(bracket.heldPerS, bracket.brokePerS);

const STOOD = ['held', 'undecided'];

/** `confirmed by a hold of 1 m`; undefined where nothing held. */
export function confirmedWords({ bracket, confirmed, trials }: CapacityFile): string | undefined {
  if (bracket.heldPerS === null) return undefined;
  if (!confirmed) return 'not confirmed by a longer hold';
  const told = trials.filter(({ ratePerS, outcome }) => ratePerS === bracket.heldPerS && STOOD.includes(outcome));
  return `confirmed by a hold of ${formatDuration(Math.max(...told.map(({ durationUs }) => durationUs)))}`;
}

const LIMITED_WORDS: Record<CapacityFile['limitedBy'], string> = {
  shop: 'as narrow as was asked',
  generator: 'limited by the generator: higher loads were INVALID, or our connections were too few',
  disturbed: 'trials that would have told more were INVALID, maybe of a disturbance of this machine',
  stock: 'limited by the stock: it ran out at every higher load',
  budget: 'the budget ended before it was narrower',
  noise: 'loads between do not decide, however long they are held',
  interrupted: 'the search was interrupted',
  cap: 'no higher load was allowed',
};

/** Why the bracket is no narrower. */
export const limitedWords = ({ bracket, limitedBy }: Pick<CapacityFile, 'bracket' | 'limitedBy'>): string =>
  limitedBy === 'shop' && bracket.heldPerS === null ? 'no load held, however low' : LIMITED_WORDS[limitedBy];

export const rateOr = (perS: number | null): string => (perS === null ? '–' : formatRate(perS));
export const durationOr = (us: number | null): string => (us === null ? '–' : formatDuration(us));
export const shareOr = (share: number | null): string => (share === null ? '–' : formatShare(share));
/** Orders in flight: `2.35`, `48` */
export const flightOr = (count: number | null): string => (count === null ? '–' : String(Number(count.toPrecision(3))));

/** `20 s`, `2 in 40 s` of those that were not discarded; of a load of which all were only how many there were. */
export function trialsText({ trials, durationUs }: CapacityLoad, all: CapacityFile['trials']): string {
  if (durationUs === 0) return String(trials.length);
  const told = all.filter(({ index, outcome }) => trials.includes(index) && outcome !== 'discarded').length;
  return told === 1 ? formatDuration(durationUs) : `${told} in ${formatDuration(durationUs)}`;
}

/** Of a load in a table of them: trials, goodput, in flight, mean, p99, lost. */
export function loadCells(load: CapacityLoad, trials: CapacityFile['trials']): string[] {
  return [
    trialsText(load, trials),
    rateOr(load.goodputPerS),
    flightOr(load.inFlightMean),
    durationOr(load.meanUs),
    durationOr(load.p99Us),
    shareOr(load.lossShare),
  ];
}
