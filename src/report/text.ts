// The closing summary of a run: what a person sees when the terminal comes to rest. The verdict and why come first, then
// the limits, then the numbers they rest on. At most 25 lines whatever the run, so that it fits where it is read.

import type { Gate, SloResult } from '../judge/spec.ts';
import type { View } from '../measure/spec.ts';
import { leastCountFor } from '../measure/summary.ts';
import { formatClock, formatCount, formatDuration, formatRate, formatShare } from '../units.ts';
import { visible } from './foreign.ts';
import type { Style, TextOptions } from './layout.ts';
import { columnsOf, cut, joinFitting, padEnd, padStart, widthOf, wrap } from './layout.ts';
import { outcomeRows, ratesOf } from './numbers.ts';
import type { RunRecord } from './record.ts';
import { formatMeasure, sloDetail, sloMeasured, VERDICTS, verdictSentence } from './sentence.ts';

/** A terminal of 25 rows shows all of it. */
export const SUMMARY_LINES = 25;
const LABEL = 11;
const MOST_GATE_LINES = 4;
const MOST_ADJUSTMENT_LINES = 2;

const SLO_MARKS: Record<SloResult['status'], { mark: string; style: Style }> = {
  pass: { mark: '✔ held', style: 'pass' },
  fail: { mark: '✘ broken', style: 'fail' },
  inconclusive: { mark: '? open', style: 'warn' },
  'not-checked': { mark: '- unread', style: 'dim' },
};
const MARK = 10;

/** `folder`: the run folder as a person would type it; left out when there is none. */
export type SummaryOptions = TextOptions & { folder?: string };

/** The closing summary: at most 25 lines, no newline at the end. */
export function formatSummary(record: RunRecord, options: SummaryOptions): string {
  const width = columnsOf(options.width);
  const head = headLines(record, options, width);
  const body = [
    ...orderLines(record, width),
    rateLine(record, width),
    '',
    ...timesLines(record, options, width),
    outcomeLine(record, width),
    ...fitnessLines(record, options, width),
    ...adjustmentLines(record, width),
    ...(options.folder === undefined ? [] : [labelled('folder', cut(visible(options.folder), width - LABEL))]),
  ];
  const room = SUMMARY_LINES - head.length - body.length - 2;
  const slo = sloLines(record, options, width, room);
  return [...head, '', ...slo, ...(slo.length > 0 ? [''] : []), ...body].join('\n');
}

function labelled(label: string, text: string): string {
  return padEnd(label, LABEL) + text;
}

function headLines(record: RunRecord, { paint }: TextOptions, width: number): string[] {
  const { verdict } = record.judgement;
  const { mark, word } = VERDICTS[verdict];
  const style: Style = verdict === 'pass' ? 'pass' : verdict === 'inconclusive' ? 'warn' : 'fail';
  const badge = `${mark} ${word}`;
  const [first, ...rest] = wrap(`${badge}  ${verdictSentence(record)}`.replace('  ', ' \u00a0'), width, 4);
  const painted = paint('bold', paint(style, badge)) + first!.slice(badge.length).replace('\u00a0', ' ');
  return [painted, ...rest];
}

/** Limits in the order of the profile; when not all fit, those that held go first, and the last line counts what is left out. */
function sloLines({ judgement, evidence }: RunRecord, { paint }: TextOptions, width: number, room: number): string[] {
  const all = judgement.slo;
  if (all.length === 0) return [];
  const shown = new Set(all.length <= room ? all : mostTelling(all, Math.max(1, room - 1)));
  const textWidth = Math.min(Math.max(...all.map((slo) => widthOf(visible(slo.text)))), Math.floor(width * 0.45));
  const numbers = new Map(all.map((slo) => [slo, formatMeasure(sloMeasured(slo), slo.unit)]));
  const numberWidth = Math.max(...[...shown].map((slo) => widthOf(numbers.get(slo)!)));
  const lines = all
    .filter((slo) => shown.has(slo))
    .map((slo) => {
      const { mark, style } = SLO_MARKS[slo.status];
      const text = padEnd(cut(visible(slo.text), textWidth), textWidth);
      const left = `${padEnd(mark, MARK)}${text}  ${padStart(numbers.get(slo)!, numberWidth)}`;
      const detail = cut(sloDetail(slo, evidence), width - widthOf(left) - 2);
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
    return cut(`${padStart(formatCount(whole), wide)} ${padEnd(word, 7)} ${sign} ${right}`, width - LABEL);
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
  return [labelled('orders', first), labelled('', second)];
}

function rateLine(record: RunRecord, width: number): string {
  const { plannedMean, plannedPeak, firedMean, acceptedMean } = ratesOf(record);
  const pieces = [
    `planned ${formatRate(plannedMean)}, peak ${formatRate(plannedPeak)} at ${formatClock(record.peak.atUs)}`,
    `fired ${formatRate(firedMean)}`,
    `accepted ${formatRate(acceptedMean)}`,
  ];
  return labelled('rate', cut(pieces.join(' · '), width - LABEL));
}

const QUANTILES: [label: string, p: number][] = [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p99', 0.99],
  ['p99.9', 0.999],
];
const TIMES: { label: string; view: View; says: string }[] = [
  { label: 'response', view: { of: 'response' }, says: 'from due to answered' },
  { label: 'service', view: { of: 'service' }, says: 'what the shop took' },
];

/** A percentile that too few orders support is `–`, never a number. */
function timesLines({ evidence }: RunRecord, { paint }: TextOptions, width: number): string[] {
  const total = evidence.timeline.total();
  const counts = width >= 76;
  const cell = (text: string) => padStart(text, 9);
  const header = [...(counts ? [padStart('orders', 11)] : []), ...QUANTILES.map(([label]) => cell(label)), cell('max')];
  const rows = TIMES.map(({ label, view, says }) => {
    const histogram = total.histogram(view);
    const { count } = histogram;
    const cells = QUANTILES.map(([, p]) =>
      cell(count > 0 && count >= leastCountFor(p) ? formatDuration(histogram.percentile(p)) : '–'),
    );
    const row = [
      ...(counts ? [padStart(formatCount(count), 11)] : []),
      ...cells,
      cell(count > 0 ? formatDuration(histogram.maxUs) : '–'),
    ].join('');
    const line = labelled(label, row);
    return widthOf(line) + 3 + says.length <= width ? `${line}   ${paint('dim', says)}` : line;
  });
  return [paint('dim', labelled('times', header.join(''))), ...rows];
}

function outcomeLine(record: RunRecord, width: number): string {
  const rows = outcomeRows(record)
    .filter((row) => row.count > 0)
    .sort((a, b) => b.count - a.count);
  const pieces = rows.map((row) => `${visible(row.name)} ${formatCount(row.count)} (${formatShare(row.shareOfFired)})`);
  const text = joinFitting(pieces, width - LABEL, (count) => `and ${count} more in result.json`);
  return labelled('outcomes', text === '' ? 'none' : text);
}

function fitnessLines({ judgement, evidence }: RunRecord, { paint }: TextOptions, width: number): string[] {
  const wrong = judgement.gates.filter((gate) => gate.status !== 'ok');
  if (wrong.length === 0) {
    const late = evidence.timeline.total().histogram({ of: 'lateness' });
    const p99 = late.count >= leastCountFor(0.99) ? `, lateness p99 ${formatDuration(late.percentile(0.99))}` : '';
    const max = late.count > 0 ? `, max ${formatDuration(late.maxUs)}` : '';
    const n = judgement.gates.length;
    const checks = n === 0 ? 'not checked' : n === 1 ? 'fit: its check held' : `fit: all ${n} checks held`;
    return [labelled('generator', cut(`${checks}${p99}${p99 === '' ? '' : max}`, width - LABEL))];
  }
  const lines = wrong.flatMap((gate) => gateLines(gate, width - LABEL));
  const kept =
    lines.length <= MOST_GATE_LINES ? lines : [...lines.slice(0, MOST_GATE_LINES - 1), '… more in result.json'];
  return kept.map((line, index) => {
    const padded = labelled(index === 0 ? 'generator' : '', line);
    return paint(judgement.verdict === 'invalid' ? 'fail' : 'warn', padded.slice(0, LABEL)) + padded.slice(LABEL);
  });
}

function gateLines(gate: Gate, columns: number): string[] {
  const touched = gate.touched === undefined ? '' : ` in ${formatShare(gate.touched)} of the run`;
  const what = `${gate.status === 'void' ? '! unfit' : '! note'}: ${visible(gate.name)} ${visible(gate.measured)}${touched} (limit ${visible(gate.limit)})`;
  return wrap(`${what}${gate.advice === '' ? '' : `: ${visible(gate.advice)}`}`, columns, 2);
}

function adjustmentLines({ plan }: RunRecord, width: number): string[] {
  const lines = plan.adjustments.map((adjustment) =>
    cut(
      `--${adjustment.flag} ${visible(adjustment.value)}: cannot show ${visible(adjustment.cannotShow)}`,
      width - LABEL,
    ),
  );
  return lines.slice(0, MOST_ADJUSTMENT_LINES).map((line, index) => labelled(index === 0 ? 'adjusted' : '', line));
}
