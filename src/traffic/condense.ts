// `--condense`: a shorter run with the rates of the long one. Plateaus are cut to T′/T of their length; what makes a sale
// hard, its bursts and flashes, keeps its real shape as far as it can.
//
// Events (windows of bursts and flashes) that overlapped form one block and keep their distances, so that they add up to
// the same peak; blocks that did not overlap must not after condensing either, or peaks would pile up that nobody planned.
// So a block goes to T′/T of its position, and gives way where another block is still on.

import { userError } from '../errors.ts';
import { formatCount, formatDuration, formatRate, formatShare } from '../units.ts';
import { areaOf, curveOf } from './curve.ts';
import { timesTime } from './reshape.ts';
import type { CurveSpec, SolvedPart } from './spec.ts';
import { windowsOf } from './windows.ts';

/** Events may fill this share of the condensed run; the rest is left to plateaus and to recovery between events. */
const EVENT_SHARE = 2 / 3;

/** `repeat` indexes `startsUs` of a flash; 0 for a burst. Times as in the long run, clipped to it. */
type Event = { part: number; repeat: number; fromUs: number; untilUs: number };
type Block = { fromUs: number; untilUs: number; events: Event[] };

/** Windows of every burst and flash, by part. A part that is on for most of the run is no event: it is the day itself. */
function eventsOf(spec: CurveSpec): Event[][] {
  return spec.parts.map((part, i) => {
    if (part.kind !== 'burst' && part.kind !== 'flash') return [];
    const windows = windowsOf({ parts: [part], durationUs: spec.durationUs });
    const isTheDay = windows.some((window) => window.untilUs - window.fromUs > EVENT_SHARE * spec.durationUs);
    if (isTheDay) return [];
    return windows.map(({ fromUs, untilUs }, repeat) => ({ part: i, repeat, fromUs, untilUs }));
  });
}

function blocksOf(events: readonly Event[]): Block[] {
  const blocks: Block[] = [];
  for (const event of [...events].sort((a, b) => a.fromUs - b.fromUs)) {
    const last = blocks.at(-1);
    if (last && event.fromUs < last.untilUs) {
      last.events.push(event);
      last.untilUs = Math.max(last.untilUs, event.untilUs);
    } else blocks.push({ fromUs: event.fromUs, untilUs: event.untilUs, events: [event] });
  }
  return blocks;
}

function lengthOf(blocks: readonly Block[]): number {
  return blocks.reduce((sum, block) => sum + block.untilUs - block.fromUs, 0);
}

/** `keep` of the events, evenly, among them the one that carries the curve's peak, or the first. */
function evenly(events: readonly Event[], keep: number, peakAtUs: number): Event[] {
  const carrier = events.findIndex((event) => event.fromUs <= peakAtUs && peakAtUs < event.untilUs);
  const kept = new Set<number>();
  for (let i = 0; i < keep; i += 1) {
    kept.add((Math.max(0, carrier) + Math.round((i * events.length) / keep)) % events.length);
  }
  return events.filter((_, i) => kept.has(i));
}

/** As many evenly kept repeats of every part as fit in `roomUs`, all parts thinned alike; at least one of each. */
function thinned(byPart: readonly Event[][], { roomUs, peakAtUs }: { roomUs: number; peakAtUs: number }): Block[] {
  const blocksWith = (share: number): Block[] =>
    blocksOf(
      byPart.flatMap((events) =>
        events.length === 0 ? [] : evenly(events, Math.max(1, Math.floor(events.length * share)), peakAtUs),
      ),
    );
  const all = blocksWith(1);
  if (lengthOf(all) <= roomUs) return all;
  let best = blocksWith(0);
  let low = 0;
  let high = 1;
  // 20 halvings tell every number of repeats apart (at most 100,000).
  for (let round = 0; round < 20; round += 1) {
    const share = (low + high) / 2;
    const blocks = blocksWith(share);
    if (lengthOf(blocks) <= roomUs) {
      best = blocks;
      low = share;
    } else high = share;
  }
  return best;
}

/** New start of each block: at `f` of its old one, later while the block before is on, earlier where the run would cut it. */
function placed(blocks: readonly Block[], { f, g, untilUs }: { f: number; g: number; untilUs: number }): number[] {
  const lengths = blocks.map((block) => g * (block.untilUs - block.fromUs));
  const starts: number[] = [];
  let freeUs = 0;
  blocks.forEach((block, i) => {
    starts.push(Math.max(f * block.fromUs, freeUs));
    freeUs = starts[i]! + lengths[i]!;
  });
  let endUs = untilUs;
  for (let i = blocks.length - 1; i >= 0; i -= 1) {
    starts[i] = Math.max(0, Math.min(starts[i]!, endUs - lengths[i]!));
    endUs = starts[i]!;
  }
  return starts;
}

/** The part with its shape × g and its kept events where `startUs` puts them. */
function moved(part: SolvedPart, g: number, startsUs: number[]): SolvedPart {
  if (part.kind === 'burst') return { ...part, atUs: startsUs[0]!, decayUs: part.decayUs * g };
  if (part.kind !== 'flash') return part;
  const { riseUs, holdUs, decayUs } = part;
  return { ...part, startsUs, riseUs: riseUs * g, holdUs: holdUs * g, decayUs: decayUs * g };
}

function condensedParts(spec: CurveSpec, untilUs: number): { parts: SolvedPart[]; g: number } {
  const f = untilUs / spec.durationUs;
  const byPart = eventsOf(spec);
  const roomUs = EVENT_SHARE * untilUs;
  const blocks = thinned(byPart, { roomUs, peakAtUs: curveOf(spec).peak().atUs });
  const g = Math.min(1, Math.max(f, roomUs / lengthOf(blocks)));
  const shorter = spec.parts.map((part) => timesTime(part, f));
  // With g = f the whole curve shrinks alike: every repeat fits as well as it did, so none needs to go.
  if (g === f) return { parts: shorter, g };
  const startsUs: number[][] = spec.parts.map(() => []);
  const starts = placed(blocks, { f, g, untilUs });
  blocks.forEach((block, i) => {
    for (const event of block.events) startsUs[event.part]!.push(starts[i]! + g * (event.fromUs - block.fromUs));
  });
  const parts = spec.parts.map((part, i) => (byPart[i]!.length === 0 ? shorter[i]! : moved(part, g, startsUs[i]!)));
  return { parts, g };
}

function saysOf(spec: CurveSpec, curve: CurveSpec, g: number): string {
  const f = curve.durationUs / spec.durationUs;
  const words = [
    `${formatDuration(spec.durationUs)} condensed to ${formatDuration(curve.durationUs)} at the planned rates: ` +
      `${formatCount(curve.orders)} of ${formatCount(spec.orders)} orders, plateaus cut to ${formatShare(f)} of their length`,
  ];
  const byPart = eventsOf(spec);
  const events = spec.parts.filter((_, i) => byPart[i]!.length > 0).map((part) => `\`${part.name}\``);
  if (events.length > 0) {
    const how = g === 1 ? 'with its real length' : `cut to ${formatShare(g)} of its length`;
    words.push(`${events.join(', ')} ${events.length > 1 ? 'each ' : ''}${how}`);
  }
  curve.parts.forEach((part, i) => {
    const before = spec.parts[i]!;
    if (part.kind !== 'flash' || before.kind !== 'flash' || part.startsUs.length === before.startsUs.length) return;
    words.push(
      `${formatCount(part.startsUs.length)} of ${formatCount(before.startsUs.length)} repeats of \`${part.name}\` kept`,
    );
  });
  const traces = spec.parts.filter((part) => part.kind === 'trace').map((part) => `\`${part.name}\``);
  if (traces.length > 0) {
    words.push(
      `${traces.join(', ')} shortened like a plateau: as high as it was, every rush in it ${formatShare(f)} as long`,
    );
  }
  const [was, is] = [curveOf(spec).peak().ratePerS, curveOf(curve).peak().ratePerS];
  if (Math.abs(is / was - 1) > 0.01) words.push(`peak ${formatRate(is)} instead of ${formatRate(was)}`);
  return words.join('; ');
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * The curve in `untilUs` instead of its duration: every rate as planned, positions and plateaus × f = T′/T, N′ = the
 * rounded area (at least 1). Bursts and flashes keep their real shape while their windows fit in 2/3 of T′; else repeated
 * flashes are thinned to as many as fit; if even one of each does not fit, all shapes are shortened by one factor, at
 * least f. A part that is on for more than 2/3 of the run is not an event: it shrinks like a plateau. `says` tells what was
 * kept and what was cut. Throws a UserError unless 0 < untilUs < the duration.
 */
export function condenseCurve(spec: CurveSpec, untilUs: number): { curve: CurveSpec; says: string } {
  if (!(untilUs > 0 && untilUs < spec.durationUs)) {
    const range = `longer than 0 s and shorter than the run (${formatDuration(spec.durationUs)})`;
    throw userError('BAD_CONDENSE', `Expected \`condense\` to be ${range}, got ${formatDuration(untilUs)}`);
  }
  const { parts, g } = condensedParts(spec, untilUs);
  // The rates of a trace stay, so its shorter bins hold fewer orders, and fractions of one: bins of a second would else
  // become milliseconds of one order or none, whose rates nobody planned. A sparse trace alone keeps at least one.
  const counted = spec.parts.reduce((sum, part) => sum + (part.kind === 'trace' ? sumOf(part.countsPerBin) : 0), 0);
  const share = Math.max(untilUs / spec.durationUs, Math.min(1, 1 / counted));
  const kept = parts.map((part) =>
    part.kind === 'trace' ? { ...part, countsPerBin: part.countsPerBin.map((count) => count * share) } : part,
  );
  const orders = Math.max(1, Math.round(areaOf(kept, untilUs)));
  const curve: CurveSpec = { ...spec, orders, durationUs: untilUs, parts: kept };
  return { curve, says: saysOf(spec, curve, g) };
}
