// What `capacity` says before and while it searches: what it asks of the shop, and a line for each trial when it has ended.

import type { Asked, SearchOptions, Trial, TrialOutcome, TrialRequest } from '../judge/capacity/spec.ts';
import type { Evidence } from '../judge/spec.ts';
import type { Plan } from '../profile/plan.ts';
import { formatCount, formatCountOf, formatDuration, formatRate } from '../units.ts';
import { visible } from './foreign.ts';
import { columnsOf, padEnd, padStart, type Style, type TextOptions, wrap } from './layout.ts';

export type SearchBounds = Pick<SearchOptions, 'target' | 'budget' | 'mostPerS'> & { asked: Asked };

/** Before the first order. No newline at the end. */
export function formatSearch(
  plan: Plan,
  { asked, budget, target, mostPerS }: SearchBounds,
  { paint, width }: TextOptions,
): string {
  const shop = plan.target.demo ? 'the built-in shop' : visible(plan.target.shown);
  const orders = budget.orders === undefined ? '' : ` and ${formatCountOf(budget.orders, 'order')}`;
  const most = mostPerS === undefined ? '' : `, at ${formatRate(mostPerS)} at most`;
  const lines = wrap(
    `${visible(plan.name)} → ${shop}: how much can it take? Within ${formatDuration(budget.us)}${orders}${most}; ` +
      `the profile's mean is ${formatRate(target.meanPerS)}, its peak ${formatRate(target.peakPerS)}`,
    width,
  );
  const texts = asked.lines.map(({ text }) => `\`${text}\``);
  lines.push(
    ...wrap(
      `asked of each trial: ${texts.join(', ') || 'that nothing is lost'}; and that the queue does not grow`,
      width,
    ),
  );
  for (const { text, why } of asked.setAside) {
    lines.push(...wrap(`not asked: \`${text}\`: ${why}`, width).map((line) => paint('dim', line)));
  }
  if (plan.setup.length > 0) lines.push(...wrap('the setup of the profile is sent before each trial', width));
  for (const warning of plan.warnings) lines.push(...wrap(`warning: ${visible(warning)}`, width));
  return lines.join('\n');
}

const WORDS: Record<TrialOutcome, { word: string; style: Style }> = {
  held: { word: 'held', style: 'pass' },
  broke: { word: 'broke', style: 'fail' },
  undecided: { word: 'undecided', style: 'warn' },
  discarded: { word: 'discarded', style: 'warn' },
};
const WORD_COLUMNS = 9;
const PURPOSES: Record<TrialRequest['purpose'], string> = {
  bracket: '',
  bisect: '',
  repeat: ', once more and longer',
  confirm: ', to confirm',
};

/** `trial 3: 120/s for 20 s  held  p99 12.3 ms; all SLOs held`, wrapped under what it says; of several reasons the first. */
export function formatTrialLine(trial: Trial, { paint, width }: TextOptions): string {
  const { word, style } = WORDS[trial.outcome];
  const head = `${padEnd(headOf(trial), 26)} `;
  const p99 = trial.response === undefined ? 'no answer' : `p99 ${formatDuration(trial.response.p99Us)}`;
  const [reason, ...more] = trial.why;
  const others = more.length === 0 ? '' : ` (and ${formatCount(more.length)} more)`;
  const says = `${p99}${PURPOSES[trial.purpose]}; ${reason?.message ?? ''}${others}`;
  const indent = head.length + WORD_COLUMNS + 2;
  const [first = '', ...rest] = wrap(says, Math.max(30, columnsOf(width) - indent));
  const lines = [`${head}${paint(style, padEnd(word, WORD_COLUMNS))}  ${first}`];
  return [...lines, ...rest.map((line) => `${' '.repeat(indent)}${line}`)].join('\n');
}

/** While it goes on: how far, and how many orders are out. */
export function formatTrialNow(request: TrialRequest, elapsedUs: number, { orders, timeline }: Evidence): string {
  const total = request.settleUs + request.durationUs;
  const inFlight = orders.fired - timeline.total().histogram({ of: 'response' }).count;
  const at = `${formatDuration(Math.max(0, Math.min(elapsedUs, total)))} of ${formatDuration(total)}`;
  return `${headOf(request)}  ${at}, ${formatCountOf(inFlight, 'order')} in flight`;
}

function headOf({ index, ratePerS, durationUs }: TrialRequest): string {
  return `trial ${padStart(String(index + 1), 2)}: ${formatRate(ratePerS)} for ${formatDuration(durationUs)}`;
}
