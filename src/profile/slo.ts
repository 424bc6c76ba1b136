// `slo:` and `stop:` → lines with their places. Their grammar is judge's and comes in as a function, because judge/
// reads profile/ and not the other way round.

import { type FlagTexts, isAdjusted } from './adjust.ts';
import type { Path } from './paths.ts';
import type { SloLine } from './plan.ts';
import { checkText, type Section } from './section.ts';
import type { Written } from './source.ts';

type Parsed =
  | { ok: true; slo?: { metric: { kind: string; of?: string } } }
  | { ok: false; mistake: { code: string; message: string; at: number; length: number } };

/** As judge/slo.ts has it. */
export type ParseSlo = (text: string, context: { parts: readonly string[]; place: 'slo' | 'stop' }) => Parsed;

/** A line about the shop's books: `oversold == 0`. */
export type AuditLine = { subject: string; text: string };
/** `audits`: takes in the lines about the shop's books. */
export type SloSeams = { parts: readonly string[]; parseSlo: ParseSlo; written: Written; audits: AuditLine[] };

/** The lines of one list. Every wrong one is told, and is in the answer all the same; what is no text the schema has told. */
export function planLines(
  place: 'slo' | 'stop',
  lines: unknown,
  { section, seams }: { section: Section; seams: SloSeams },
): SloLine[] {
  if (!Array.isArray(lines)) return [];
  return lines.flatMap((text: unknown, index) => {
    if (typeof text !== 'string' || text === '') return [];
    const path: Path = [place, index];
    const context = { parts: seams.parts, place };
    const isSound = checkText(section, {
      text,
      path,
      check: (line) => {
        const parsed = seams.parseSlo(line, context);
        return parsed.ok ? undefined : parsed.mistake;
      },
    });
    const parsed = isSound ? seams.parseSlo(text, context) : undefined;
    if (parsed?.ok && parsed.slo?.metric.kind === 'audit') {
      seams.audits.push({ subject: parsed.slo.metric.of ?? '', text: text.trim() });
    }
    return [{ text: text.trim(), place: seams.written.spotOf(path, 'value').place }];
  });
}

/** What is legal and leaves the verdict with less than was hoped for. */
export function warnOfJudging(slo: readonly SloLine[], { warn }: Section, flags: FlagTexts): void {
  if (slo.length === 0) warn('slo is empty: nothing to judge, so the verdict can only be INCONCLUSIVE');
  if (isAdjusted(flags) && slo.some(({ text }) => /\d\s*\/\s*(s|m|min|h|d)\b/.test(text))) {
    warn('an slo names a rate of orders, and flags change the traffic: `% of plan` follows them, a rate does not');
  }
}
