// `feeders:` → the rows that orders take values from, read once and put on shared memory.

import { buildFeeder, cellOf } from '../order/feeders.ts';
import { nameMistake } from '../order/scope.ts';
import type { FeederSpec } from '../order/spec.ts';
import { isJsonNumber } from '../order/template.ts';
import { formatCount } from '../units.ts';
import { type FeederFormat, formatOfName, parseRows } from './feeder-rows.ts';
import { formatPath, isMap, type Path } from './paths.ts';
import type { Filled } from './schema.ts';
import type { Section } from './section.ts';
import type { Supplies } from './templates.ts';

type FeedersInput = NonNullable<Filled['feeders']>;

export type PlannedFeeders = {
  specs: FeederSpec[];
  supplies: Pick<Supplies, 'feeders' | 'broken' | 'notNumber'>;
  isSound: boolean;
};

/** `written`: the section as it stands, so that a feeder that is wrong is at least known by its name. `orders`: of the plan. */
export function planFeeders(
  feeders: FeedersInput | undefined,
  { written, orders, section }: { written: unknown; orders: number | undefined; section: Section },
): PlannedFeeders {
  const specs = Object.entries(feeders ?? {}).flatMap(([name, feeder]) => {
    const spec = planFeeder(name, feeder, section);
    if (spec) tellShort(spec, orders, section);
    return spec ? [spec] : [];
  });
  const names = isMap(written) ? Object.keys(written) : [];
  const broken = names.filter((name) => !specs.some((spec) => spec.name === name));
  const columns = Object.fromEntries(specs.map((spec) => [spec.name, spec.columns]));
  const notNumber: Supplies['notNumber'] = (name, column) =>
    firstNoNumber(specs.find((spec) => spec.name === name)!, column);
  return { specs, supplies: { feeders: columns, broken, notNumber }, isSound: broken.length === 0 };
}

function planFeeder(name: string, feeder: FeedersInput[string], section: Section): FeederSpec | undefined {
  const path: Path = ['feeders', name];
  const { complain } = section;
  const wrongName = nameMistake('feeder', name);
  if (wrongName) complain({ code: 'FEEDER_NAME', message: wrongName, path, focus: 'key' });
  const { file, order, format } =
    typeof feeder === 'string' ? { file: feeder, order: 'circular' as const, format: undefined } : feeder;
  const where = typeof feeder === 'string' ? path : [...path, 'file'];
  const known: FeederFormat | undefined = format ?? formatOfName(file);
  if (known === undefined) {
    const message = `\`${formatPath(where)}\`: the end of its name does not tell the format: say \`format: csv\`, \`json\` or \`ndjson\``;
    complain({ code: 'MISSING', message, path: where });
    return undefined;
  }
  const text = section.read(file, where);
  if (text === undefined) return undefined;
  const read = parseRows(text, known);
  if ('message' in read) {
    complain({
      code: 'BAD_FEEDER',
      message: `${file}${read.at}${read.at === '' ? ' ' : ': '}${read.message}`,
      path: where,
    });
    return undefined;
  }
  return wrongName ? undefined : buildFeeder({ name, order, columns: read.columns, cells: read.rows });
}

function firstNoNumber(feeder: FeederSpec, column: string): number | undefined {
  const index = feeder.columns.indexOf(column);
  for (let row = 0; row < feeder.rows; row++) if (!isJsonNumber(cellOf(feeder, row, index))) return row + 1;
  return undefined;
}

/** Rows that are used once must do for every order. */
function tellShort({ name, order, rows }: FeederSpec, orders: number | undefined, { complain }: Section): void {
  if (order !== 'once' || orders === undefined || rows >= orders) return;
  const message = `feeder \`${name}\` gives out each row once and has ${formatCount(rows)} for ${formatCount(orders)} orders: add rows, plan fewer orders (\`--scale\`), or say \`order: circular\``;
  complain({ code: 'SHORT_FEEDER', message, path: ['feeders', name, 'order'] });
}
