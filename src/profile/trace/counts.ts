// A trace from a file: one column of counts, one bin a line. A header line, blank lines and `#` comments are skipped.

import type { Path } from '../paths.ts';
import type { Section } from '../section.ts';

/** The counts of a CSV text; undefined when a mistake was told at `path`. */
export function readCounts(file: string, path: Path, section: Section): number[] | undefined {
  const text = section.read(file, path);
  if (text === undefined) return undefined;
  const refuse = (message: string) => {
    section.complain({ code: 'BAD_TRACE', message: `${file}${message}`, path });
    return undefined;
  };
  const counts: number[] = [];
  let isFirst = true;
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const cell = line.replace(/#.*$/, '').trim();
    if (cell === '') continue;
    const isHeader = isFirst && /^"?[\p{L}_]/u.test(cell);
    isFirst = false;
    if (isHeader) continue;
    if (!/^"?\d+"?$/.test(cell)) return refuse(`:${index + 1}: expected one whole number on the line`);
    counts.push(Number(cell.replaceAll('"', '')));
  }
  return counts.length > 0 ? counts : refuse(' holds no counts');
}
