// A run as a list of cases, one for each promise and for each check of the books: what a CI server shows line by line.
// Every case ends in one of four ways, whatever the verdict: nothing is left out because something else is wrong.

import type { Place } from '../errors.ts';
import { BOOKS_GATE } from '../judge/books.ts';
import { comparisonSentence, nameOf } from '../judge/regression.ts';
import type { Gate, Judgement, SloResult } from '../judge/spec.ts';
import { bookCases } from './cases-books.ts';
import { visible } from './foreign.ts';
import type { RunRecord } from './record.ts';
import { formatMeasure, measureText, sloDetails, verdictSentence } from './sentence.ts';

export type CaseGroup = 'run' | 'slo' | 'books';

export type Case = {
  group: CaseGroup;
  name: string;
  /** `error`: our own doing, or too little evidence; `skipped`: nobody judged it. */
  status: 'pass' | 'fail' | 'error' | 'skipped';
  /** Why, in one line; empty when it passed. */
  says: string;
  /** Further lines: what was measured, when, where to look. */
  details: string[];
  place?: Place | undefined;
};

/** Of the run itself first: what voids all others must be read before them. */
export function casesOf(record: RunRecord): Case[] {
  return [
    fitCase(record),
    evidenceCase(record),
    ...baselineCase(record),
    ...record.judgement.slo.map((slo) => sloCase(slo, record)),
    ...bookCases(record),
  ];
}

function fitCase({ judgement }: RunRecord): Case {
  const voids = unfitGates(judgement);
  const name = 'the generator was fit';
  if (voids.length === 0) return { group: 'run', name, status: 'pass', says: '', details: [] };
  const [first, ...others] = voids;
  const says = `INVALID: ${gateText(first!)}${others.length > 0 ? `, and ${others.length} more` : ''}`;
  const details = [visible(first!.advice), ...others.map((gate) => `${gateText(gate)}: ${visible(gate.advice)}`)];
  return { group: 'run', name, status: 'error', says, details };
}

/** What voids the run on the generator's side; books that were not read whole are a case of their own. */
function unfitGates({ gates }: Judgement): Gate[] {
  return gates.filter(({ name, status }) => status === 'void' && name !== BOOKS_GATE);
}

function voidedBy(judgement: Judgement): string {
  return unfitGates(judgement).length > 0 ? 'the generator was not fit' : 'the books were not read whole';
}

function gateText({ name, measured, limit }: Gate): string {
  return `${visible(name)}: ${visible(measured)} (limit: ${visible(limit)})`;
}

/** What was seen suffices for a verdict: the run was not cut short, and every SLO had orders enough. */
function evidenceCase(record: RunRecord): Case {
  const { verdict, reasons } = record.judgement;
  const name = 'the run saw enough to judge';
  if (verdict === 'invalid') {
    return { group: 'run', name, status: 'skipped', says: `not judged: ${voidedBy(record.judgement)}`, details: [] };
  }
  if (verdict !== 'inconclusive') return { group: 'run', name, status: 'pass', says: '', details: [] };
  const says = `INCONCLUSIVE: ${verdictSentence(record)}`;
  const details = reasons.map(({ message }) => visible(message)).filter((reason) => !says.includes(reason));
  return { group: 'run', name, status: 'error', says, details };
}

/** Where the run was held against another: a job that ends with exit code 6 has a case that says why. */
function baselineCase({ comparison }: RunRecord): Case[] {
  if (comparison === undefined) return [];
  const { baseline, found } = comparison;
  const at = { group: 'run', name: 'no slower than the baseline' } as const;
  if (found.comparable && (found.verdict === 'same' || found.verdict === 'better'))
    return [{ ...at, status: 'pass', says: '', details: [] }];
  const worse = found.comparable ? found.metrics.filter(({ verdict }) => verdict === 'worse') : [];
  const details = [
    ...worse.map((metric) => visible(`${nameOf(metric)}: ${metric.says}`)),
    `baseline: ${visible(baseline)}`,
  ];
  const status = worse.length > 0 ? 'fail' : 'skipped';
  return [{ ...at, status, says: visible(comparisonSentence(found)), details }];
}

function sloCase(slo: SloResult, { judgement, evidence }: RunRecord): Case {
  const place = slo.place;
  const at = { group: 'slo', name: visible(slo.text), place } as const;
  const [detail = ''] = sloDetails(slo, evidence);
  const details = [
    `measured: ${measureText(slo)}, limit: ${formatMeasure(slo.limit, slo.unit)}`,
    ...(detail === '' ? [] : [detail.replace(/^\((.*)\)$/, '95 % interval: $1')]),
    ...(place === undefined ? [] : [`${visible(place.file)}:${place.line}:${place.column}`]),
  ];
  const says = visible(slo.says);
  if (judgement.verdict === 'invalid') {
    return { ...at, status: 'skipped', says: `not judged: ${voidedBy(judgement)}; ${says}`, details };
  }
  if (slo.status === 'pass') return { ...at, status: 'pass', says: '', details };
  return { ...at, status: slo.status === 'fail' ? 'fail' : 'skipped', says, details };
}
