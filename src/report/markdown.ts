// summary.md: the run as a GitHub step summary. Every string of the profile or the target is text here, whatever it holds.

import { BOOKS_GATE } from '../judge/books.ts';
import type { Gate, SloResult } from '../judge/spec.ts';
import type { HistogramView, TallyView } from '../measure/spec.ts';
import { leastCountFor } from '../measure/summary.ts';
import { formatClock, formatCount, formatCountOf, formatDuration, formatRate, formatShare } from '../units.ts';
import { auditSection } from './audit-markdown.ts';
import { markdownText, redactCommand } from './foreign.ts';
import { code, table } from './markdown-shapes.ts';
import { baselineNote, codeNotes, givenUpNote, insecureNote } from './notes.ts';
import { lastedUs, outcomeRows, QUANTILES, ratesOf, stepsOf } from './numbers.ts';
import { meansText } from './rates-text.ts';
import type { RunRecord } from './record.ts';
import { fitText, measureText, sloDetails, VERDICTS, verdictSentence } from './sentence.ts';
import { backlogSentence, recoverySentence } from './stability-text.ts';

const ICONS = { pass: '✅', fail: '❌', inconclusive: '❔', invalid: '⚠️' } as const;
const SLO_WORDS: Record<SloResult['status'], string> = {
  pass: '✅ held',
  fail: '❌ broken',
  inconclusive: '❔ open',
  'not-checked': '➖ not checked',
};

/** The whole file, with a newline at its end. */
export function formatMarkdown(record: RunRecord): string {
  const { plan, run } = record;
  const insecure = insecureNote(plan);
  const sections = [
    headOf(record),
    markdownText(verdictSentence(record)),
    ...(insecure === undefined ? [] : [`**🔓 ${insecure.label}: ${markdownText(insecure.text)}**`]),
    ...givenUpNote(record.evidence).map(({ text }) => `⚠️ **Given up:** ${markdownText(text)}`),
    ...codeNotes(record.evidence, run.workers).map(
      ({ style, text }) => `${style === 'pass' ? '' : '⚠️ '}**Code:** ${markdownText(text)}`,
    ),
    ...baselineNote(record.comparison).map(({ text }) => `**Baseline:** ${markdownText(text)}`),
    ...run.warnings.map((warning) => `⚠️ **Warning:** ${markdownText(warning)}`),
    sloTable(record),
    ordersTable(record),
    timesTable(record),
    outcomesTable(record),
    stabilityText(record),
    auditSection(record),
    fitness(record),
    ...plan.adjustments.map(
      ({ flag, value, says, cannotShow }) =>
        `Adjusted by ${code(`--${flag} ${value}`)}: ${markdownText(says)}. This run cannot show ${markdownText(cannotShow)}.`,
    ),
    noiseText(record),
    `Run ${code(run.id)} against ${code(plan.target.shown)}, ${stamp(run.startedAtMs)} to ${stamp(run.endedAtMs)}, ` +
      `${formatCountOf(run.workers, 'worker')}, driver ${run.driver} (${run.driverReason}), seed ${run.seed}.`,
    `Again: ${code(redactCommand(run.command))}`,
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

/** Verdict and sentence alone, for where the whole has no room. */
export function formatShortMarkdown(record: RunRecord): string {
  return `${headOf(record)}\n\n${markdownText(verdictSentence(record))}\n`;
}

function headOf({ judgement, plan }: RunRecord): string {
  return `## ${ICONS[judgement.verdict]} ${VERDICTS[judgement.verdict].word}: ${markdownText(plan.name)}`;
}

/** What stands beside every number of a calibrated machine: nothing below it says anything about a shop. */
function noiseText({ generator: { noiseFloor } }: RunRecord): string {
  if (noiseFloor === undefined) return '';
  const { p50Us, p99Us } = noiseFloor;
  return `Noise floor of this machine (response of a target that does nothing): p50 ${formatDuration(p50Us)}, p99 ${formatDuration(p99Us)}.`;
}

function stamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function sloTable({ judgement, evidence }: RunRecord): string {
  if (judgement.slo.length === 0) return '';
  const rows = judgement.slo.map((slo) => [
    SLO_WORDS[slo.status],
    code(slo.text),
    markdownText(measureText(slo)),
    markdownText(sloDetails(slo, evidence)[0]!),
  ]);
  return table(['', 'SLO', 'Measured', ''], rows, 4);
}

function ordersTable(record: RunRecord): string {
  const { orders } = record.evidence;
  const rate = ratesOf(record);
  const means = meansText({ rate, orders, lastedUs: lastedUs(record.evidence) }).join('; ');
  const names = ['planned', 'fired', 'dropped', 'unreached', 'accepted', 'rejected', 'failed', 'unknown'] as const;
  const counts = table(['Orders', ...names], [['', ...names.map((name) => formatCount(orders[name]))]]);
  return `${counts}\n\nPlanned ${formatRate(rate.plannedMean)} with a peak of ${formatRate(rate.plannedPeak)} at ${formatClock(record.peak.atUs)}; ${means}.`;
}

function timesTable({ evidence }: RunRecord): string {
  const total = evidence.timeline.total();
  const { connect, tls } = evidence.opened ?? {};
  const shown: [name: string, histogram: HistogramView | undefined][] = [
    ['response', total.histogram({ of: 'response' })],
    ['wait', total.histogram({ of: 'wait' })],
    ['wait: connect', connect?.count ? connect : undefined],
    ['wait: TLS', tls?.count ? tls : undefined],
    ['service', total.histogram({ of: 'service' })],
    ...stepsOf(total).map((name, step): [string, HistogramView] => [
      `service: ${markdownText(name)}`,
      total.histogram({ of: 'step', step }),
    ]),
    ['think', thinkOf(total)],
    ['lateness', total.histogram({ of: 'lateness' })],
  ];
  const rows = shown.flatMap(([of, histogram]) => {
    if (histogram === undefined) return [];
    const { count } = histogram;
    const cell = (p: number) =>
      count > 0 && count >= leastCountFor(p) ? formatDuration(histogram.percentile(p)) : '–';
    return [[of, ...QUANTILES.map(([, p]) => cell(p)), count > 0 ? formatDuration(histogram.maxUs) : '–']];
  });
  return table(['Times', ...QUANTILES.map(([label]) => label), 'max'], rows);
}

function thinkOf(total: TallyView): HistogramView | undefined {
  const think = total.histogram({ of: 'think' });
  return think.maxUs > 0 ? think : undefined;
}

function outcomesTable(record: RunRecord): string {
  const rows = outcomeRows(record)
    .filter((row) => row.count > 0)
    .sort((a, b) => b.count - a.count)
    .map((row) => [markdownText(row.name), row.class, formatCount(row.count), formatShare(row.shareOfFired)]);
  return rows.length === 0 ? '' : table(['Outcome', 'Class', 'Orders', 'Share'], rows, 2);
}

/** A queue that grew, and how the bursts were got over; nothing where there is nothing to say. */
function stabilityText({ judgement: { stability } }: RunRecord): string {
  const [queue, bursts] = [backlogSentence(stability), recoverySentence(stability)];
  return [
    ...(queue === '' ? [] : [`⚠️ **Backlog:** ${markdownText(queue)}.`]),
    ...(bursts === '' ? [] : [`**Bursts:** ${markdownText(bursts)}.`]),
  ].join('\n\n');
}

/** What is wrong with it in full sight, and every check behind a click. */
function fitness(record: RunRecord): string {
  const gates = record.judgement.gates.filter(({ name }) => name !== BOOKS_GATE);
  if (gates.length === 0) return '';
  const wrong = gates.filter((gate) => gate.status !== 'ok');
  const rows = wrong.map((gate) => [
    GATE_WORDS[gate.status],
    markdownText(gate.name),
    markdownText(gate.measured),
    markdownText(gate.limit),
    touchedText(gate),
    markdownText(gate.advice),
  ]);
  const first =
    wrong.length === 0
      ? `The generator was ${fitText(record.judgement)}.`
      : table(['Generator', 'Check', 'Measured', 'Limit', 'Of the run', 'What to do'], rows, 6);
  return `${first}\n\n${everyGate(gates)}`;
}

const GATE_WORDS: Record<Gate['status'], string> = { ok: 'held', warn: 'note', void: '⚠️ unfit' };

function everyGate(gates: readonly Gate[]): string {
  const rows = gates.map((gate) => [
    gate.known === false ? 'unknown' : GATE_WORDS[gate.status],
    markdownText(gate.name),
    markdownText(gate.measured),
    markdownText(gate.limit),
    touchedText(gate),
    (gate.byWorker ?? []).map(({ worker, measured }) => `${worker}: ${markdownText(measured)}`).join('<br>'),
  ]);
  const checks = table(['', 'Check', 'Measured', 'Limit', 'Of the run', 'Each worker'], rows, 6);
  return `<details><summary>Every check of the generator</summary>\n\n${checks}\n\n</details>`;
}

/** Share of the run that was over the limit; empty for a check that is of the run as a whole. */
function touchedText({ touched }: Gate): string {
  return touched === undefined ? '' : formatShare(touched);
}
