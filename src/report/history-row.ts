// A run in one line: what reports/history.jsonl keeps of it after its folder is gone. Times µs, shares 0…1, rates per
// second; null where too few orders can say. The published schema is at the end; a test holds the two together.

import { adjustmentsOf, machineOf, unfitGatesOf } from './compared.ts';
import type { Result } from './result.ts';
import { amount, count, described, maybeAmount, object, oneOf, type Schema, text } from './schema-shapes.ts';

export const HISTORY_VERSION = 1;

export type HistoryRow = {
  id: string;
  /** Its name in the folder of all runs. */
  folder: string;
  name: string;
  profileHash: string;
  adjustments: string;
  driver: string;
  machine: string;
  commit: string | null;
  startedAt: string;
  endedAt: string;
  verdict: Result['verdict'];
  complete: boolean;
  /** The generator was: its times may be believed. */
  fit: boolean;
  planned: number;
  fired: number;
  accepted: number;
  rejected: number;
  failed: number;
  unknown: number;
  dropped: number;
  ratePerS: number;
  p50Us: number | null;
  p90Us: number | null;
  p95Us: number | null;
  p99Us: number | null;
  p999Us: number | null;
  /** (failed + unknown) ÷ fired */
  errors: number | null;
  /** Of the generator. */
  cpuUsPerOrder: number | null;
  sentence: string;
};

export function historyRow(folder: string, result: Result): HistoryRow {
  const { orders, run, response, generator, environment } = result;
  const { planned, fired, accepted, rejected, failed, unknown, dropped } = orders;
  const { p50Us, p90Us, p95Us, p99Us, p999Us } = response;
  return {
    id: run.id,
    folder,
    name: run.name,
    profileHash: run.profileHash,
    adjustments: adjustmentsOf(result),
    driver: generator.driver,
    machine: machineOf(environment),
    commit: environment.commit,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    verdict: result.verdict,
    complete: result.ending.kind === 'complete',
    fit: unfitGatesOf(result).length === 0,
    planned,
    fired,
    accepted,
    rejected,
    failed,
    unknown,
    dropped,
    ratePerS: result.rate.firedMean,
    p50Us,
    p90Us,
    p95Us,
    p99Us,
    p999Us,
    errors: fired > 0 ? (failed + unknown) / fired : null,
    cpuUsPerOrder: generator.cpuUs !== null && fired > 0 ? generator.cpuUs / fired : null,
    sentence: result.sentence,
  };
}

/** One line of history.jsonl, without its newline. */
export const formatHistoryLine = (row: HistoryRow): string =>
  JSON.stringify({ historyVersion: HISTORY_VERSION, ...row });

const flag: Schema = { type: 'boolean' };

export const HISTORY_SCHEMA: Schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Doorbuster history.jsonl, one line',
  description: 'One run. Times are µs, rates are per second, shares are 0…1; null where too few orders can say.',
  ...object({
    historyVersion: { const: HISTORY_VERSION },
    id: described(text, 'Of the run; a run has one line.'),
    folder: described(text, 'Its name beside history.jsonl; the folder may be gone.'),
    name: text,
    profileHash: text,
    adjustments: described(text, 'Of the profile: `--scale 1%` and the like.'),
    driver: text,
    machine: text,
    commit: { type: ['string', 'null'] },
    startedAt: text,
    endedAt: text,
    verdict: oneOf('pass', 'fail', 'inconclusive', 'invalid'),
    complete: described(flag, 'It ended as planned.'),
    fit: described(flag, 'The generator was: its times may be believed.'),
    planned: count,
    fired: count,
    accepted: count,
    rejected: count,
    failed: count,
    unknown: count,
    dropped: count,
    ratePerS: described(amount, 'Fired, mean.'),
    p50Us: maybeAmount,
    p90Us: maybeAmount,
    p95Us: maybeAmount,
    p99Us: maybeAmount,
    p999Us: maybeAmount,
    errors: described(maybeAmount, '(failed + unknown) ÷ fired.'),
    cpuUsPerOrder: described(maybeAmount, 'Of the generator.'),
    sentence: text,
  }),
};
