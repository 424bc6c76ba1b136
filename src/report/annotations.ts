// Workflow commands of GitHub Actions: a broken SLO appears beside its own line of the profile
// (docs.github.com, "Workflow commands for GitHub Actions").

import { EXIT } from '../errors.ts';
import { type Case, casesOf } from './cases.ts';
import { visible } from './foreign.ts';
import type { RunRecord } from './record.ts';
import { VERDICTS, verdictSentence } from './sentence.ts';

/** GitHub shows ten of a step; five leave room for those of others. */
const MOST = 5;

/** None for a run that passed and is no slower than its baseline. Lines, each a command. */
export function annotationsOf(record: RunRecord): string[] {
  const { verdict, exitCode } = record.judgement;
  const slower = verdict === 'pass' && exitCode === EXIT.regression;
  if (verdict === 'pass' && !slower) return [];
  const wrong = casesOf(record).filter(({ status }) => status === 'fail' || status === 'error');
  const shown = wrong.slice(0, wrong.length <= MOST ? MOST : MOST - 1);
  const more = wrong.length - shown.length;
  const level = verdict === 'inconclusive' ? 'warning' : 'error';
  const word = slower ? 'REGRESSION' : VERDICTS[verdict].word;
  const lines = shown.map((each) =>
    commandOf(level, { file: record.plan.file, title: `Doorbuster ${word}: ${each.name}` }, each),
  );
  if (wrong.length === 0)
    lines.push(command(level, { file: record.plan.file, title: `Doorbuster ${word}` }, verdictSentence(record)));
  if (more > 0) lines.push(command(level, { title: `Doorbuster ${word}` }, `and ${more} more: see the report`));
  return lines;
}

/** A warning that changes no verdict, at the profile. */
export function noticeOf(file: string, text: string): string {
  return command('warning', { file, title: 'Doorbuster trend' }, text);
}

type Where = { file?: string; line?: number; col?: number; title: string };

function commandOf(level: string, { file, title }: Where, { place, says, details }: Case): string {
  const at = place === undefined ? { file } : { file: place.file, line: place.line, col: place.column };
  return command(level, { ...at, title } as Where, [says, ...details].join('\n'));
}

function command(level: string, where: Where, message: string): string {
  const properties = Object.entries(where)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${property(String(value))}`);
  return `::${level} ${properties.join(',')}::${data(message)}`;
}

const lines = (text: string): string => text.split('\n').map(visible).join('\n');
const data = (text: string): string =>
  lines(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(visible(text)).replaceAll(':', '%3A').replaceAll(',', '%2C');
