// The verdict in one plain sentence, and the words that every rendering of a run shares, so that terminal, Markdown and
// HTML say the same thing.

import type { InvariantName } from '../audit/spec.ts';
import { INVARIANTS } from '../audit/spec.ts';
import { BOOKS_GATE, brokenIn } from '../judge/books.ts';
import type { Evidence, Judgement, SloResult, Verdict } from '../judge/spec.ts';
import { worstBacklog } from '../judge/stability.ts';
import { formatClock, formatCount, formatCountOf, formatDuration, formatRate, formatShare, plural } from '../units.ts';
import { visible } from './foreign.ts';
import type { Window } from './numbers.ts';
import { lastedUs, tailUs } from './numbers.ts';
import type { RunRecord } from './record.ts';

/** Mark and word of each verdict: readable without colour. */
export const VERDICTS: Record<Verdict, { mark: string; word: string }> = {
  pass: { mark: '✔', word: 'PASS' },
  fail: { mark: '✘', word: 'FAIL' },
  inconclusive: { mark: '?', word: 'INCONCLUSIVE' },
  invalid: { mark: '!', word: 'INVALID' },
};

/** What was measured, for a column: `no data` without a single order, `too few` where the orders there are cannot tell. */
export function measureText({ measured, samples, unit }: SloResult): string {
  if (measured !== undefined && !Number.isNaN(measured)) return formatMeasure(measured, unit);
  return samples > 0 ? 'too few' : 'no data';
}

export type Unit = SloResult['unit'];

/** A number of an SLO in its own unit: `412 ms`, `0.12 %`, `7`, `48.6/s`. */
export function formatMeasure(measured: number, unit: Unit): string {
  if (unit === 'us') return formatDuration(measured);
  if (unit === 'share') return formatShare(measured);
  return unit === 'perS' ? formatRate(measured) : formatCount(measured);
}

/** `p99 of accepted < 300ms in every 1m` → `p99 of accepted` */
export function metricText(sloText: string): string {
  return visible(sloText)
    .split(/\s*[<>=]/)[0]!
    .trim();
}

/**
 * The traffic's name where something happened: ` during hourly`; `` for the base, which is always on, and for a window
 * that reaches beyond the part: what went wrong in it may not be the part's doing. Windows are whole seconds, so a part
 * counts from the second it starts in to the one it ends in.
 */
export function partAt(evidence: Evidence, { fromUs, untilUs }: Window): string {
  const untilPlannedUs = Math.min(untilUs, evidence.durationUs);
  const on = evidence.phases.filter(
    (phase) =>
      Math.floor(phase.fromUs / 1e6) * 1e6 <= fromUs &&
      untilPlannedUs <= Math.ceil(phase.untilUs / 1e6) * 1e6 &&
      (phase.fromUs > 0 || phase.untilUs < evidence.durationUs),
  );
  const latest = on.sort((a, b) => b.fromUs - a.fromUs)[0];
  return latest === undefined ? '' : ` during ${visible(latest.part)}`;
}

/** When, and in which part: ` at 14:03 during hourly`. */
const placeOf = (evidence: Evidence, window: Window, word: 'at' | 'from'): string =>
  ` ${word} ${formatClock(window.fromUs)}${partAt(evidence, window)}`;

/** `in 3 of 720 windows`, with the window's name where its length has one: `in 3 of 720 minutes`, `in the only minute there was`. */
export function windowsText(slo: SloResult): string {
  if (slo.windows === undefined) return '';
  const names: Record<string, string> = { '1s': 'second', '1m': 'minute', '60s': 'minute', '1h': 'hour' };
  const every = /\bin every\s+(\S+)/.exec(slo.text)?.[1];
  const word = (every !== undefined && names[every]) || 'window';
  const { failed, total } = slo.windows;
  return total === 1 && failed === 1
    ? `in the only ${word} there was`
    : `in ${formatCount(failed)} of ${formatCountOf(total, word)}`;
}

/**
 * Behind the number: how sure it is, or which windows broke and where the worst was; ever shorter ways to say it, the
 * longest first. `says` has the whole story.
 */
export function sloDetails(slo: SloResult, evidence: Evidence): string[] {
  if (isOfBooks(slo) && slo.status !== 'not-checked') return [visible(slo.says), ''];
  if (slo.status === 'not-checked') return [visible(slo.says).split(',')[0]!, 'not checked'];
  if (slo.status === 'inconclusive') return openDetails(slo, evidence);
  if (isTooFew(slo)) return tooFewDetails(slo);
  if (slo.windows === undefined) return [intervalText(slo), ''];
  const broken = slo.windows.failed > 0 ? windowsText(slo) : '';
  if (slo.worst === undefined) return [broken, ''];
  const { fromUs, untilUs } = slo.worst;
  const worst = `worst ${formatClock(fromUs)}–${formatClock(untilUs)}`;
  const short = `worst ${formatClock(fromUs)}`;
  const join = (...pieces: string[]) => pieces.filter((piece) => piece !== '').join(', ');
  const during = partAt(evidence, slo.worst);
  const few = slo.windows.failed > 0 ? `${formatCount(slo.windows.failed)} of ${formatCount(slo.windows.total)}` : '';
  return [join(broken, worst + during), join(broken, worst), join(few, worst), join(few, short), short, ''];
}

function intervalText({ measured, interval, unit }: SloResult): string {
  if (measured === undefined || interval === undefined) return '';
  const [low, high] = interval.map((each) => formatMeasure(each, unit));
  return low === high ? '' : `(${low} to ${high})`;
}

/** `0 of 247 orders took 300 ms or longer; it takes 368 orders to tell p99`, then each half of it, then less. */
function tooFewDetails(slo: SloResult): string[] {
  const fact = factOf(slo);
  const seen = /^(\S+ of \S+) orders? took/.exec(fact)?.[1];
  const [, needed] = visible(slo.says).split('; ');
  const halves = slo.status === 'inconclusive' && needed !== undefined ? [`${fact}; ${needed}`, needed] : [];
  return [...halves, fact, ...(seen === undefined ? [] : [`${seen} slow`]), ''];
}

function openDetails(slo: SloResult, evidence: Evidence): string[] {
  if (isTooFew(slo) && evidence.ending.kind === 'complete') return tooFewDetails(slo);
  const why = openBecause(slo, evidence);
  const interval = intervalText(slo);
  return [...(interval === '' ? [] : [`${interval}, ${why}`]), why];
}

function openBecause(slo: SloResult, { ending }: Evidence): string {
  if (ending.kind !== 'complete') return `the run ended at ${formatClock(ending.atUs)}`;
  if (slo.samples > 0 && slo.interval !== undefined) return 'too close to tell';
  return visible(slo.says);
}

/** What was seen of orders that are too few for the number asked for: `74 of 74 orders took 1 s or longer`. */
function factOf({ says }: SloResult): string {
  return visible(says).split(/; |, (?:which )?with 95 %/)[0]!;
}

const isTooFew = ({ measured, samples }: SloResult): boolean => measured === undefined && samples > 0;

/** The number and what it is of, as the subject of a sentence: `p99 412 ms`, `0.14 % errors`, `97 % of plan accepted`. */
function subjectOf(slo: SloResult): string {
  const metric = metricText(slo.text);
  const value = measureText(slo);
  if (isBacklog(slo)) return 'a queue that grew';
  if (isRecovery(slo)) return `a recovery of ${value}`;
  if (isTime(metric)) return `${metric} ${value}`;
  const name = metric === 'errors' && slo.unit === 'count' ? plural(slo.measured ?? 0, 'error') : metric;
  return `${value}${ofPlan(slo)} ${name}`;
}

/** As a sentence: `p99 was 41 ms`, `errors were 0 %`, `100 % of plan were accepted`. */
function stateOf(slo: SloResult): string {
  const metric = metricText(slo.text);
  const value = measureText(slo);
  if (isBacklog(slo)) return 'no queue grew';
  if (isRecovery(slo)) return `the slowest recovery took ${value}`;
  if (isTime(metric)) return `${metric} was ${value}`;
  return metric === 'errors' ? `errors were ${value}` : `${value}${ofPlan(slo)} were ${metric}`;
}

/** Judged by the shop's books: `oversold == 0`. */
const isOfBooks = ({ text }: SloResult): boolean => INVARIANTS.includes(metricText(text) as InvariantName);

const isBacklog = ({ text }: SloResult): boolean => /^\s*backlog\b/.test(text);
const isRecovery = ({ text }: SloResult): boolean => /^\s*recovers\b/.test(text);
const isTime = (metric: string): boolean => /\b(?:p[\d.]+|max|mean)\b/.test(metric);
const ofPlan = ({ text }: SloResult): string => (/\bof\s+plan\b/.test(text) ? ' of plan' : '');

function failure(record: RunRecord): string {
  const broken = record.judgement.slo.filter((slo) => slo.status === 'fail');
  // Where it broke says more than that it broke.
  const first = broken.find((slo) => slo.worst !== undefined) ?? broken[0];
  if (first === undefined) return booksFailure(record);
  if (isOfBooks(first)) return booksFailure(record);
  const more = broken.length - 1;
  const others = more === 0 ? '' : `, and ${more} more ${plural(more, 'SLO')} ${more === 1 ? 'was' : 'were'} broken`;
  if (isTooFew(first)) return `${factOf(first)}, which broke \`${visible(first.text)}\`${others}`;
  // Of a recovery the limit names the burst, and the window has the burst in it.
  const where =
    first.worst === undefined || isRecovery(first)
      ? ''
      : placeOf(record.evidence, first.worst, isBacklog(first) ? 'from' : 'at');
  const windows = first.windows === undefined ? '' : ` ${windowsText(first)}`;
  return `${subjectOf(first)}${where} broke \`${visible(first.text)}\`${windows}${others}`;
}

/** What the books show: `the books show lost 2: 2 of 11,970 accepted orders are not in them`. */
function booksFailure({ evidence, judgement }: RunRecord): string {
  const [first, ...others] = brokenIn(evidence.audit);
  if (first === undefined) return judgement.reasons[0]?.message ?? 'an SLO was broken';
  const more = others.length === 0 ? '' : `; ${others.map(({ name }) => name).join(', ')} too`;
  return `${first.name} ${formatCount(first.violations)} in the audit: ${visible(first.says)}${more}`;
}

function success(record: RunRecord): string {
  const judged = record.judgement.slo.filter((slo) => slo.status === 'pass');
  if (judged.length === 0) return 'there was no SLO to break';
  const first = judged.find((slo) => !isOfBooks(slo)) ?? judged[0]!;
  const held = judged.length === 1 ? 'the SLO held' : `all ${judged.length} SLOs held`;
  return isOfBooks(first) ? `${held}: ${visible(first.says)}` : `${held}, ${stateOf(first)}`;
}

function uncertainty({ judgement }: RunRecord): string {
  const open = judgement.slo.filter((slo) => slo.status === 'inconclusive');
  const first = open[0];
  if (first !== undefined) {
    const others = open.length === 1 ? '' : ` and ${open.length - 1} more ${plural(open.length - 1, 'SLO')}`;
    return `too little evidence to judge \`${visible(first.text)}\`${others}`;
  }
  const reason = judgement.reasons.find(({ code }) => code !== 'stopped' && code !== 'interrupted');
  return reason?.message ?? 'what would have come after is not known';
}

/** `fit: all 11 checks held, 5 cannot be made here`; a check that this run or this machine could not make has not held. */
export function fitText({ gates }: Judgement, openToo = true): string {
  const own = gates.filter(({ name }) => name !== BOOKS_GATE);
  const held = own.filter((gate) => gate.known !== false).length;
  const open = own.length - held;
  const fit = held === 0 ? 'not checked' : held === 1 ? 'fit: its check held' : `fit: all ${held} checks held`;
  return open === 0 || !openToo ? fit : `${fit}, ${open} cannot be made here`;
}

/** The checks that void the run: the first with its number, and how many others; what the books lack if it is only that. */
function distrust(record: RunRecord): string {
  const voids = record.judgement.gates.filter((gate) => gate.status === 'void');
  const [first, ...others] = voids.filter(({ name }) => name !== BOOKS_GATE);
  const books = voids.find(({ name }) => name === BOOKS_GATE);
  if (first === undefined && books !== undefined)
    return `The shop's books were not read whole, so this run proves nothing (${visible(books.measured)})`;
  const what = first === undefined ? (record.judgement.reasons[0]?.message ?? '') : `${first.name}: ${first.measured}`;
  const more = others.length === 0 ? '' : `, and ${others.length} more ${plural(others.length, 'check')} failed`;
  return `The generator was not fit, so these numbers cannot be trusted (${visible(what + more)})`;
}

/**
 * `2,099,871 of 2,100,000 orders were accepted in 12 h; p99 412 ms at 14:03 during hourly broke
 * `p99 < 300ms in every 1m` in 3 of 720 minutes.` One line, no verdict word in it.
 */
export function verdictSentence(record: RunRecord): string {
  const { evidence, judgement } = record;
  const { accepted, planned } = evidence.orders;
  const { ending } = evidence;
  const lasted = lastedUs(evidence);
  const were = accepted === 1 ? 'was' : 'were';
  const tail = tailUs(evidence);
  const late = tail === 0 ? '' : ` and the ${formatDuration(tail)} after`;
  const what = `${formatCount(accepted)} of ${formatCountOf(planned, 'order')} ${were} accepted in ${formatDuration(lasted)}${late}`;
  const cutShort = ending.kind === 'interrupted' ? ', when the run was interrupted' : '';
  if (judgement.verdict === 'invalid') {
    const broken = brokenIn(evidence.audit).length > 0 ? `; all the same ${booksFailure(record)}` : '';
    return sentence(distrust(record), broken, `; ${what}${cutShort}`);
  }
  const stopped = ending.kind === 'stopped' ? `, when \`${visible(ending.text)}\` stopped the run` : '';
  const why = { pass: success, fail: failure, inconclusive: uncertainty }[judgement.verdict](record);
  const beside = judgement.verdict === 'fail' ? '' : queueText(record);
  return sentence(`${what}${cutShort}${stopped}`, `; ${visible(why)}`, beside);
}

/** What no SLO forbids, and whoever reads that they held must know: the shop was on its way to breaking. */
function queueText({ judgement, evidence }: RunRecord): string {
  const worst = worstBacklog(judgement.stability);
  if (worst === undefined || judgement.slo.some(isBacklog)) return '';
  return `, but the queue grew by ${formatRate(worst.slopePerS ?? 0)}${placeOf(evidence, worst, 'from')}`;
}

function sentence(...clauses: string[]): string {
  return `${clauses.map((clause) => clause.replace(/[.\s]+$/, '')).join('')}.`;
}
