// The block of README.md that `npm run bench -- --readme` writes: all parts under one header. Its marker carries a hash of
// it, which test/readme.test.ts holds it against, so that no figure is there that the bench did not print.

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FILE = fileURLToPath(new URL('../../README.md', import.meta.url));
const BLOCK = /<!-- output: bench, sha256 (\w+) -->\n```\n([\s\S]*?)```\n/;

/** The parts of the bench, in the order they are run and shown. */
export const TITLES = [
  'beside other tools',
  'a target frozen for 2 s, beside other tools',
  'pacing, beside a loop that only waits',
  'a generator starved on purpose',
  'due times',
  'orders',
  'the wire driver, without its sockets',
  'measuring',
  'the audit of 2.1 million orders',
  'the built-in shop',
] as const;
export type Title = (typeof TITLES)[number];
/** Run by name alone, and not shown there. */
export const UNSHOWN = [
  'a journey of three steps',
  'capacity of shops that are known',
  'closed-loop probe beside wrk',
  'two runs compared, of one build and of one 20 % slower',
  'a live page, open and not',
] as const;
export type Part = Title | (typeof UNSHOWN)[number];

export const hashOf = (block: string): string => createHash('sha256').update(block).digest('hex').slice(0, 16);

/** The block that stands in a README, and the hash beside it. @throws when there is none */
export function readBlock(readme: string): { block: string; hash: string } {
  const [, hash, block] = BLOCK.exec(readme) ?? [];
  if (hash === undefined || block === undefined) {
    throw new Error('Expected <!-- output: bench, sha256 … --> and a fenced block in README.md, found none');
  }
  return { block, hash };
}

/** The parts of a block by title: the first line of each paragraph behind the header. */
export function sectionsOf(block: string): { header: string; sections: Map<string, string> } {
  const [header = '', ...paragraphs] = block.trimEnd().split('\n\n');
  const sections = new Map<string, string>();
  for (const paragraph of paragraphs) {
    const end = paragraph.indexOf('\n');
    if (end > 0) sections.set(paragraph.slice(0, end), paragraph.slice(end + 1));
  }
  return { header, sections };
}

/**
 * Parts that were not run keep what they showed if that was measured on this machine today, and are left out otherwise.
 * @returns the titles left out
 */
export function writeReadme(header: string, sections: ReadonlyMap<string, string>): string[] {
  const readme = readFileSync(FILE, 'utf8');
  const old = sectionsOf(readBlock(readme).block);
  const all = new Map([...(old.header === header ? old.sections : []), ...sections]);
  const shown = TITLES.filter((title) => all.has(title));
  const block = `${[header, ...shown.map((title) => `${title}\n${all.get(title)}`)].join('\n\n')}\n`;
  const made = `<!-- output: bench, sha256 ${hashOf(block)} -->\n\`\`\`\n${block}\`\`\`\n`;
  writeFileSync(
    FILE,
    readme.replace(BLOCK, () => made),
  );
  return TITLES.filter((title) => !all.has(title));
}
