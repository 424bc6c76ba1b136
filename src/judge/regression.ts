// A run that passed and is slower than its baseline keeps its verdict and ends with exit code 6; one that did not pass
// has a graver reason already (DESIGN §3).

import { EXIT } from '../errors.ts';
import { signedPercent, unitOfChange } from './change-text.ts';
import { wordOf } from './compare.ts';
import type { Comparison, MetricChange } from './compare-spec.ts';
import type { Judgement } from './spec.ts';

export function withComparison(judgement: Judgement, found: Comparison): Judgement {
  if (!found.comparable || found.verdict !== 'worse') return judgement;
  const reasons = found.metrics
    .filter(({ verdict }) => verdict === 'worse')
    .map((metric) => ({ code: 'regression', message: `${nameOf(metric)}: ${metric.says}` }));
  const exitCode = judgement.exitCode === EXIT.pass ? EXIT.regression : judgement.exitCode;
  return { ...judgement, exitCode, reasons: [...judgement.reasons, ...reasons] };
}

/** `p99 during hourly` */
export function nameOf({ metric, phase }: Pick<MetricChange, 'metric' | 'phase'>): string {
  return phase === undefined ? metric : `${metric} during ${phase}`;
}

/** One plain sentence for the whole: `slower than the baseline: p50 +23.3 %, p99 +18.1 %`. */
export function comparisonSentence(found: Comparison): string {
  if (!found.comparable) return `not compared: ${found.why.map(({ message }) => message).join('; ')}`;
  const of = (verdict: MetricChange['verdict']) => found.metrics.filter((metric) => metric.verdict === verdict);
  const list = (metrics: readonly MetricChange[]) =>
    metrics.map((metric) => `${nameOf(metric)} ${changeText(metric)}`).join(', ');
  const whole = found.metrics.filter(({ phase, unit }) => phase === undefined && unit === 'us');
  const open = whole.filter(({ verdict }) => verdict === 'cannot-tell').map(nameOf);
  const unsure = open.length === 0 ? '' : `; cannot tell of ${open.join(', ')}`;
  if (found.verdict === 'worse') return `worse than the baseline: ${list(of('worse'))}`;
  if (found.verdict === 'better') return `better than the baseline: ${list(of('better'))}${unsure}`;
  if (found.verdict === 'same')
    return `the same as the baseline: ${list(whole.filter(({ verdict }) => verdict === 'same'))}${unsure}`;
  return 'cannot tell whether it changed: the two runs vary too much, or are too short';
}

/** `+12.3 %, slower` · `+0.4 points, more errors` */
function changeText(metric: MetricChange): string {
  const word =
    metric.verdict === 'worse' || metric.verdict === 'better'
      ? `, ${wordOf({ name: metric.metric, unit: metric.unit }, metric.verdict)}`
      : '';
  return `${signedPercent(metric.change ?? 0)} ${unitOfChange(metric.unit)}${word}`;
}
