// Who may import whom: the README prints it, test/architecture.test.ts enforces it. Root leaves may be imported by all.

export const LEAVES = ['errors', 'units', 'outcomes', 'secrets', 'suggest'];
const PURE = ['traffic', 'measure', 'order', 'profile', 'audit', 'judge', 'report'];

export type Rule = { folders: string[]; packages: string[]; world: boolean };

export const IMPORT_TABLE: Record<string, Rule> = {
  leaf: { folders: [], packages: ['fastest-levenshtein'], world: false },
  traffic: { folders: [], packages: [], world: false },
  measure: { folders: [], packages: ['hdr-histogram-js'], world: false },
  order: { folders: ['traffic'], packages: [], world: false },
  profile: { folders: ['traffic', 'order'], packages: ['csv-parse', 'yaml', 'zod'], world: false },
  audit: { folders: ['order', 'measure'], packages: [], world: false },
  judge: { folders: ['profile', 'measure', 'audit'], packages: [], world: false },
  report: { folders: ['profile', 'measure', 'audit', 'judge'], packages: ['xmlbuilder'], world: false },
  drive: { folders: ['order', 'measure'], packages: ['autocannon', 'undici'], world: true },
  books: { folders: ['order', 'audit', 'drive'], packages: ['csv-parse'], world: true },
  run: { folders: [...PURE.filter((folder) => folder !== 'report'), 'drive'], packages: ['piscina'], world: true },
  folder: { folders: ['profile', 'measure', 'judge', 'report'], packages: [], world: true },
  demo: { folders: [], packages: [], world: true },
};

/** As a Markdown table. */
export function formatImportTable(): string {
  const list = (words: string[]): string => (words.length > 0 ? words.join(', ') : '–');
  const rows = Object.entries(IMPORT_TABLE).map(([name, rule]) => {
    const folder = name === 'leaf' ? `root leaves (${LEAVES.join(', ')})` : name;
    return `| ${folder} | ${list(rule.folders)} | ${list(rule.packages)} | ${rule.world ? 'yes' : 'no'} |`;
  });
  return [
    '| folder | may import, beside root leaves | packages | may touch the world |',
    '|---|---|---|---|',
    ...rows,
    '| commands, main | all | commander, log-update, std-env | yes |',
  ].join('\n');
}
