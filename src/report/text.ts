// The closing summary of a run: what a person sees when the terminal comes to rest. The verdict and why come first, then
// the limits, then the numbers they rest on. At most 25 lines whatever the run, so that it fits where it is read.

import { BOOKS_GATE } from '../judge/books.ts';
import type { NoiseFloor } from '../judge/calibration.ts';
import type { Evidence, Gate, Judgement, SloResult } from '../judge/spec.ts';
import { leastCountFor } from '../measure/summary.ts';
import { formatClock, formatCount, formatDuration, formatRate, formatShare } from '../units.ts';
import { auditLines, tellsAnything } from './audit-text.ts';
import { visible } from './foreign.ts';
import type { Style, TextOptions } from './layout.ts';
import {
  columnsOf,
  cut,
  dealt,
  fitting,
  joinFitting,
  LABEL,
  labelled,
  padEnd,
  padStart,
  widthOf,
  wrap,
} from './layout.ts';
import type { Note } from './notes.ts';
import { insecureNote, noteLines, notesOf } from './notes.ts';
import { lastedUs, outcomeRows, ratesOf } from './numbers.ts';
import { meansText } from './rates-text.ts';
import type { RunRecord } from './record.ts';
import { fitText, measureText, sloDetails, VERDICTS, verdictSentence } from './sentence.ts';
import { backlogSentence, recoverySentence } from './stability-text.ts';
import { timesLines } from './times-text.ts';

/** A terminal of 25 rows shows all of it. */
export const SUMMARY_LINES = 25;
const LEAST_GATE_LINES = 5;
const FEW_SLOS = 4;
const FEW_AUDIT = 5;
const MOST_NOTES = 3;

const SLO_MARKS: Record<SloResult['status'], { mark: string; style: Style }> = {
  pass: { mark: '✔ held', style: 'pass' },
  fail: { mark: '✘ broken', style: 'fail' },
  inconclusive: { mark: '? open', style: 'warn' },
  'not-checked': { mark: '- skipped', style: 'dim' },
};
const MARK = 10;

/** `folder`: the run folder as a person would type it; left out when there is none. */
export type SummaryOptions = TextOptions & { folder?: string };

/** The closing summary: at most 25 lines, no newline at the end. */
export function formatSummary(record: RunRecord, options: SummaryOptions): string {
  const width = columnsOf(options.width);
  const head = headLines(record, options, width);
  const folder = options.folder === undefined ? [] : [labelled('folder', cut(visible(options.folder), width - LABEL))];
  const orders = [...orderLines(record, width), rateLine(record, width)];
  const outcomes = [outcomeLine(record, width), ...stabilityLines(record, options, width)];
  const wrong = generatorGates(record.judgement).filter((gate) => gate.status !== 'ok').length;
  const gates = Math.max(1, Math.min(wrong, LEAST_GATE_LINES));
  const auditOf = (most: number): string[] => auditSection(record, options, width, most);
  // Everything at its shortest; the steps of a journey get what a few SLOs and the audit do not need.
  const times = timesLines(record, options, width, 0).length;
  const free = SUMMARY_LINES - head.length - orders.length - times - outcomes.length - folder.length - 3;
  // An SLO and how many more there are, a check and the audit's standing come before the last note.
  const notes = shownNotes(notesOf(record), Math.max(1, Math.min(MOST_NOTES, free - 3 - auditOf(1).length)));
  const room = free - notes.length;
  const needed =
    gates + Math.min(record.judgement.slo.length, FEW_SLOS) + Math.min(auditOf(FEW_AUDIT).length, FEW_AUDIT);
  const shownTimes = timesLines(record, options, width, Math.max(0, room - needed));
  const left = room - (shownTimes.length - times);
  // The SLOs get what is left by the others; the generator gets what they leave, then the audit, then the notes.
  const audit = auditOf(Math.max(1, Math.min(FEW_AUDIT, left - gates - 1))).length;
  const slo = sloLines(record, options, width, left - gates - audit);
  const fitness = fitnessLines(record, options, width, left - slo.length - audit);
  const books = auditOf(Math.max(1, left - slo.length - fitness.length));
  const beside = noteSection(notes, options, width, left - slo.length - fitness.length - books.length);
  const body = [...orders, '', ...shownTimes, ...outcomes, ...books];
  return [...head, '', ...slo, ...(slo.length > 0 ? [''] : []), ...body, ...fitness, ...beside, ...folder].join('\n');
}

function auditSection({ evidence: { audit } }: RunRecord, options: TextOptions, width: number, most: number): string[] {
  return tellsAnything(audit) ? auditLines(audit, options, [LABEL, width - LABEL], most) : [];
}

/** The checks of the generator: what the books say stands apart. */
const generatorGates = ({ gates }: Judgement): Gate[] => gates.filter(({ name }) => name !== BOOKS_GATE);

/** One line each at least, so no more than there is always room for. */
function shownNotes(notes: Note[], most: number): Note[] {
  if (notes.length <= most) return notes;
  const missing = notes.length - most + 1;
  return [...notes.slice(0, -missing), { label: 'warning', style: 'warn', text: `and ${missing} more in result.json` }];
}

/** `spare`: lines beyond the first of each. */
function noteSection(notes: readonly Note[], options: TextOptions, width: number, spare: number): string[] {
  const columns: [number, number] = [LABEL, width - LABEL];
  const needs = notes.map((note) => noteLines(note, options, columns).length);
  const most = dealt(needs, spare);
  return notes.flatMap((note, index) => noteLines(note, options, columns, most[index]));
}

function headLines(record: RunRecord, options: TextOptions, width: number): string[] {
  const { paint } = options;
  const { verdict } = record.judgement;
  const { mark, word } = VERDICTS[verdict];
  const style: Style = verdict === 'pass' ? 'pass' : verdict === 'inconclusive' ? 'warn' : 'fail';
  const badge = `${mark} ${word}`;
  const [first, ...rest] = wrap(`${badge}  ${verdictSentence(record)}`, width, 4);
  const painted = paint('bold', paint(style, badge)) + first!.slice(badge.length);
  const insecure = insecureNote(record.plan);
  const loud = insecure === undefined ? [] : noteLines(insecure, options, [LABEL, width - LABEL]);
  return [painted, ...rest, ...loud];
}

/** Limits in the order of the profile; when not all fit, those that held go first, and the last line counts what is left out. */
function sloLines({ judgement, evidence }: RunRecord, { paint }: TextOptions, width: number, room: number): string[] {
  const all = judgement.slo;
  if (all.length === 0) return [];
  const shown = new Set(all.length <= room ? all : mostTelling(all, Math.max(1, room - 1)));
  const textWidth = Math.min(Math.max(...all.map((slo) => widthOf(visible(slo.text)))), Math.floor(width * 0.45));
  const numbers = new Map(all.map((slo) => [slo, measureText(slo)]));
  const numberWidth = Math.max(...[...shown].map((slo) => widthOf(numbers.get(slo)!)));
  const lines = all
    .filter((slo) => shown.has(slo))
    .map((slo) => {
      const { mark, style } = SLO_MARKS[slo.status];
      const text = padEnd(cut(visible(slo.text), textWidth), textWidth);
      const left = `${padEnd(mark, MARK)}${text}  ${padStart(numbers.get(slo)!, numberWidth)}`;
      const detail = fitting(sloDetails(slo, evidence), width - widthOf(left) - 2);
      const line = `${left}  ${detail}`.trimEnd();
      return paint(style, line.slice(0, mark.length)) + line.slice(mark.length);
    });
  const missing = all.length - shown.size;
  return missing > 0 ? [...lines, `${' '.repeat(MARK)}and ${formatCount(missing)} more in result.json`] : lines;
}

function mostTelling(all: readonly SloResult[], count: number): SloResult[] {
  const weight = { fail: 0, inconclusive: 1, 'not-checked': 2, pass: 3 };
  return [...all].sort((a, b) => weight[a.status] - weight[b.status]).slice(0, count);
}

/** Both identities; the numbers are counted apart, so an equation that does not hold says ≠. */
function orderLines({ evidence }: RunRecord, width: number): string[] {
  const { planned, fired, dropped, unreached, accepted, rejected, failed, unknown } = evidence.orders;
  const wide = Math.max(widthOf(formatCount(planned)), widthOf(formatCount(fired)));
  const count = (n: number, word: string) => `${formatCount(n)} ${word}`;
  const sum = (whole: number, word: string, parts: [number, string][]) => {
    const sign = parts.reduce((total, [n]) => total + n, 0) === whole ? '=' : '≠';
    const right = parts.map(([n, part]) => count(n, part)).join(' + ');
    const left = `${padStart(formatCount(whole), wide)} ${padEnd(word, 7)} ${sign} `;
    return hanging(left, right.replaceAll(/(?<=\d) /g, '\u00a0'), width - LABEL);
  };
  const first = sum(planned, 'planned', [
    [fired, 'fired'],
    [dropped, 'dropped'],
    [unreached, 'unreached'],
  ]);
  const second = sum(fired, 'fired', [
    [accepted, 'accepted'],
    [rejected, 'rejected'],
    [failed, 'failed'],
    [unknown, 'unknown'],
  ]);
  return [...first, ...second].map((line, index) => labelled(index === 0 ? 'orders' : '', line));
}

/** Further lines start below the first one's text. */
function hanging(left: string, text: string, columns: number): string[] {
  const indent = widthOf(left);
  return wrap(text, columns - indent).map((line, index) => (index === 0 ? left : ' '.repeat(indent)) + line);
}

function rateLine(record: RunRecord, width: number): string {
  const { evidence } = record;
  const rate = ratesOf(record);
  const { plannedMean, plannedPeak } = rate;
  const peak = `peak ${formatRate(plannedPeak)}`;
  const rest = meansText({ rate, orders: evidence.orders, lastedUs: lastedUs(evidence) }).join(' · ');
  const planned = `planned ${formatRate(plannedMean)}`;
  const ways = [
    `${planned}, ${peak} at ${formatClock(record.peak.atUs)} · ${rest}`,
    `${planned}, ${peak} · ${rest}`,
    `${planned} · ${rest}`,
    rest,
  ];
  return labelled('rate', fitting(ways, width - LABEL));
}

function outcomeLine(record: RunRecord, width: number): string {
  const rows = outcomeRows(record)
    .filter((row) => row.count > 0)
    .sort((a, b) => b.count - a.count);
  const counts = rows.map((row) => `${visible(row.name)} ${formatCount(row.count)}`);
  const shares = rows.map((row, index) => `${counts[index]} (${formatShare(row.shareOfFired)})`).join(' · ');
  const short = joinFitting(counts, width - LABEL, (count) => `and ${count} more in result.json`);
  const text = fitting([shares, short], width - LABEL);
  return labelled('outcomes', text === '' ? 'none' : text);
}

/** A queue that grew, and a burst that was not over at its end: a line each. None of a run that proves nothing. */
function stabilityLines({ judgement }: RunRecord, { paint }: TextOptions, width: number): string[] {
  if (judgement.verdict === 'invalid') return [];
  const lines = [
    { style: 'warn' as const, text: backlogSentence(judgement.stability) },
    { style: 'accent' as const, text: recoverySentence(judgement.stability) },
  ].filter(({ text }) => text !== '');
  return lines.map(({ style, text }, index) => {
    const ways = [text, text.split('; ')[0]!, text.split(/: |; /)[0]!];
    const line = labelled(index === 0 ? 'stability' : '', fitting(ways, width - LABEL));
    return paint(style, line.slice(0, LABEL)) + line.slice(LABEL);
  });
}

/** One line when all is well; otherwise each check that is not, with what to do, in at most `room` lines. */
function fitnessLines(
  { judgement, evidence, generator }: RunRecord,
  { paint }: TextOptions,
  width: number,
  room: number,
): string[] {
  const wrong = generatorGates(judgement).filter((gate) => gate.status !== 'ok');
  const columns = width - LABEL;
  if (wrong.length === 0)
    return [labelled('generator', fitting(fitWays(judgement, evidence, generator.noiseFloor), columns))];
  const free = wrong.length <= room ? room : room - 1;
  const shown = wrong.slice(0, free);
  if (shown.length === 0) return [labelled('generator', `! ${wrong.length} checks did not hold: see result.json`)];
  const needs = shown.map((gate) => gateLines(gate, columns).length);
  const most = dealt(needs, free - shown.length);
  const lines = shown.flatMap((gate, index) => gateLines(gate, columns, most[index]));
  if (shown.length < wrong.length) lines.push(`and ${wrong.length - shown.length} more in result.json`);
  return lines.map((line, index) => {
    const padded = labelled(index === 0 ? 'generator' : '', line);
    return paint(judgement.verdict === 'invalid' ? 'fail' : 'warn', padded.slice(0, LABEL)) + padded.slice(LABEL);
  });
}

/** Ever shorter. */
function fitWays(judgement: Judgement, { timeline }: Evidence, noise: NoiseFloor | undefined): string[] {
  const [cannot, fit] = [fitText(judgement), fitText(judgement, false)];
  const late = timeline.total().histogram({ of: 'lateness' });
  const p99 = late.count < leastCountFor(0.99) ? '' : `, lateness p99 ${formatDuration(late.percentile(0.99))}`;
  const max = p99 === '' ? '' : `, max ${formatDuration(late.maxUs)}`;
  const floor = noise === undefined ? '' : ` · noise floor of this machine: p50 ${formatDuration(noise.p50Us)}`;
  return [cannot + p99 + max + floor, fit + p99 + max + floor, fit + p99 + floor, fit + p99 + max, fit + p99, fit];
}

/** The limit is left out where it would push out what to do. */
function gateLines(gate: Gate, columns: number, most = Infinity): string[] {
  const touched = gate.touched === undefined ? '' : `, ${formatShare(gate.touched)} of the run`;
  const fact = `${gate.status === 'void' ? '! unfit' : '! note'}  ${visible(gate.name)}: ${visible(gate.measured)}`;
  const todo = gate.advice === '' ? '' : ` ${sentenceCase(visible(gate.advice))}.`;
  const full = `${fact} (limit: ${visible(gate.limit)}${touched}).${todo}`;
  return wrap(full, columns).length <= most ? wrap(full, columns) : wrap(`${fact}.${todo}`, columns, most);
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
