// summary.md of a search for capacity, as a GitHub step summary. Every string of the profile or the target is text here.

import { formatCount, formatDuration, formatRate } from '../units.ts';
import type { CapacityFile } from './capacity-file.ts';
import { bracketWords, LOAD_WORDS, limitedWords, loadCells, rangeWords } from './capacity-words.ts';
import { markdownText } from './foreign.ts';
import { code, table } from './markdown-shapes.ts';
import { VERDICTS } from './sentence.ts';

const ICONS = { pass: '✅', fail: '❌', inconclusive: '❔', invalid: '⚠️' } as const;
const GATES = { pass: '✅ held', fail: '❌ broken', inconclusive: '❔ open' } as const;

/** The whole file, with a newline at its end. */
export function formatCapacityMarkdown(file: CapacityFile): string {
  const { verdict, run, gate, headroom, target, whatBroke, notes } = file;
  const badge = verdict === null ? '📈 ' : `${ICONS[verdict]} ${VERDICTS[verdict].word}: `;
  const sections = [
    `## ${badge}capacity of ${markdownText(run.name)}`,
    markdownText(file.says),
    gate.length === 0
      ? ''
      : table(
          ['', 'Asked', 'Measured', ''],
          gate.map(({ text, status, measured, says }) => [
            GATES[status],
            code(text),
            rangeWords(measured),
            markdownText(says),
          ]),
          4,
        ),
    table(
      ['Holds', 'Over the peak', 'Over the mean', ''],
      [
        [
          bracketWords(file),
          `${rangeWords(headroom.overPeak)} (${formatRate(target.peakPerS)})`,
          `${rangeWords(headroom.overMean)} (${formatRate(target.meanPerS)})`,
          markdownText(limitedWords(file)),
        ],
      ],
      4,
    ),
    ...whatBroke.slice(0, 3).map(({ message }) => `**Breaks by:** ${markdownText(message)}.`),
    loadsTable(file),
    behind(file),
    ...notes.map((note) => `**Note:** ${markdownText(note)}.`),
    ...run.warnings.map((warning) => `⚠️ **Warning:** ${markdownText(warning)}`),
    `Search ${code(run.id)} against ${code(run.target)}, ${stamp(run.startedAt)} to ${stamp(run.endedAt)}, driver ${run.driver} (${markdownText(run.driverReason)}), seed ${run.seed}.`,
    `Again: ${code(run.command)}`,
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

const stamp = (iso: string): string => `${iso.slice(0, 19).replace('T', ' ')} UTC`;

function loadsTable({ loads, trials }: CapacityFile): string {
  if (loads.length === 0) return '';
  const rows = loads.map((load) => [
    formatRate(load.ratePerS),
    LOAD_WORDS[load.outcome].word,
    ...loadCells(load, trials),
  ]);
  return table(['Load', '', 'Trials', 'Goodput', 'In flight', 'Mean', 'p99', 'Lost'], rows, 2);
}

function behind({ knee, usl, closedLoopSays, budget, trials }: CapacityFile): string {
  const lines = [
    ...(knee === null ? [] : [`Knee: ${markdownText(knee.says)}.`]),
    ...(usl === null ? [] : [`Scaling: ${markdownText(usl.says)}.`]),
    `Probe: ${markdownText(closedLoopSays)}.`,
    `${trials.length} trials in ${formatDuration(budget.spentUs)} of ${formatDuration(budget.us)}, ${formatCount(budget.spentOrders)} orders.`,
  ];
  return lines.map((line) => `- ${line}`).join('\n');
}
