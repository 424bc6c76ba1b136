// Workflow commands of GitHub Actions: a broken SLO appears beside its own line of the profile
// (docs.github.com, "Workflow commands for GitHub Actions").

import { EXIT } from '../errors.ts';
import { casesOf } from './cases.ts';
import { visible } from './foreign.ts';
import type { RunRecord } from './record.ts';
import { VERDICTS, verdictSentence } from './sentence.ts';

/** GitHub shows ten of a step; five leave room for those of others. */
const MOST = 5;

/**
 * None for a run that passed and is no slower than its baseline. Lines, each a command. `shown`: how the reader names a
 * file that was typed; GitHub wants paths in the repository.
 */
export function annotationsOf(record: RunRecord, shown: (file: string) => string = (file) => file): string[] {
  const { verdict, exitCode } = record.judgement;
  const slower = verdict === 'pass' && exitCode === EXIT.regression;
  if (verdict === 'pass' && !slower) return [];
  const wrong = casesOf(record).filter(({ status }) => status === 'fail' || status === 'error');
  const said = wrong.slice(0, wrong.length <= MOST ? MOST : MOST - 1);
  const more = wrong.length - said.length;
  const file = shown(record.plan.file);
  const level = verdict === 'inconclusive' ? 'warning' : 'error';
  const word = slower ? 'REGRESSION' : VERDICTS[verdict].word;
  const lines = said.map(({ name, place, says, details }) => {
    const at = place === undefined ? { file } : { file: shown(place.file), line: place.line, col: place.column };
    return command(level, { ...at, title: `Doorbuster ${word}: ${name}` }, [says, ...details].join('\n'));
  });
  if (wrong.length === 0) lines.push(command(level, { file, title: `Doorbuster ${word}` }, verdictSentence(record)));
  if (more > 0) lines.push(command(level, { title: `Doorbuster ${word}` }, `and ${more} more: see the report`));
  return lines;
}

/** A warning that changes no verdict, at the profile. */
export function noticeOf(file: string, text: string): string {
  return command('warning', { file, title: 'Doorbuster trend' }, text);
}

type Where = { file?: string; line?: number; col?: number; title: string };

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
