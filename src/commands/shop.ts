// `doorbuster shop`: the built-in shop in the foreground.

import type { Command } from 'commander';
import { BUGS, type BugName } from '../demo/bugs/names.ts';
import { EXPORT_FAULTS, type ExportFault } from '../demo/listing.ts';
import { runShop } from '../demo/main.ts';
import type { ShopInput } from '../demo/options.ts';
import { EXIT, userError } from '../errors.ts';
import { parseCount, parseShare } from '../units.ts';

type ShopFlags = {
  port?: string;
  host?: string;
  skus?: string;
  stock?: string;
  price?: string;
  limit?: string;
  service?: string;
  payments?: string;
  contention?: string;
  decline?: string;
  db?: string;
  seed?: string;
  null?: boolean;
  bug?: string;
  exportFault?: string;
};

export function shopCommand(command: Command, setExit: (code: number) => void): Command {
  return command
    .description('open the built-in shop, a checkout to try things on')
    .option('--port <n>', 'port (default: any free one)')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--skus <list>', 'what it sells: phone,case')
    .option('--stock <n>', 'units of every sku: 10M')
    .option('--price <cents>', 'price of every sku, in cents')
    .option('--limit <n>', 'units one buyer may hold (default: no limit)')
    .option('--service <time>', 'how long a payment takes: none, fixed:20ms, lognormal:12ms,0.5, exponential:10ms')
    .option('--payments <n>', 'payments at once; orders above it wait in line')
    .option('--contention <s,k>', 'payments slow each other down (USL: sigma, kappa): 0.05,0.001')
    .option('--decline <share>', 'share of payments that are declined: 1%')
    .option('--db <file>', 'keep the books in an SQLite file (default: in memory)')
    .option('--seed <n>', 'seed of service times and declined payments')
    .option('--null', 'answer 201 at once to everything: what a generator alone can do')
    .option('--bug <list>', 'what the shop gets wrong, to prove an audit on (below): oversell,lost')
    .option('--export-fault <name>', 'what GET /orders gets wrong (below)')
    .addHelpText('after', `\n${wrongsText()}\n`)
    .action(async (flags: ShopFlags) => {
      await runShop(shopInput(flags), flagOf);
      setExit(EXIT.pass);
    });
}

function wrongsText(): string {
  const names = [...Object.keys(BUGS), ...Object.keys(EXPORT_FAULTS)];
  const width = Math.max(...names.map((name) => name.length));
  const listed = (wrongs: Readonly<Record<string, string>>): string[] =>
    Object.entries(wrongs).map(([name, says]) => `  ${name.padEnd(width)}  ${says}`);
  return [
    'Bugs (GET /truth says how often each of them struck):',
    ...listed(BUGS),
    '',
    'Export faults (of one reading: GET /orders?fault=NAME):',
    ...listed(EXPORT_FAULTS),
  ].join('\n');
}

/** Options of the shop whose flags have other names. */
const FLAGS: Readonly<Record<string, string>> = {
  priceCents: 'price',
  declineShare: 'decline',
  nullTarget: 'null',
  exportFault: 'export-fault',
};

function flagOf(option: string): string {
  const name = option.split('.')[0]!;
  return `--${FLAGS[name] ?? name}`;
}

/** What the null target has none of. */
const BEHIND_THE_DOOR = [
  'skus',
  'stock',
  'price',
  'limit',
  'service',
  'payments',
  'contention',
  'decline',
  'db',
  'seed',
  'bug',
] as const;

function shopInput(flags: ShopFlags): ShopInput {
  const idle = flags.null ? BEHIND_THE_DOOR.filter((name) => flags[name] !== undefined) : [];
  if (idle.length > 0) {
    const named = idle.map(flagOf).join(', ');
    throw userError('SHOP_OPTION', `--null answers 201 to everything, with no shop behind it: drop ${named}`);
  }
  const input: ShopInput = {
    host: flags.host,
    port: count('port', flags.port),
    skus: flags.skus?.split(',').map((sku) => sku.trim()),
    stock: count('stock', flags.stock),
    priceCents: count('price', flags.price),
    limit: count('limit', flags.limit),
    service: flags.service,
    payments: count('payments', flags.payments),
    contention: flags.contention,
    declineShare: share('decline', flags.decline),
    db: flags.db,
    seed: count('seed', flags.seed),
    nullTarget: flags.null,
    // parseShopOptions tells the names it does not know.
    exportFault: flags.exportFault as ExportFault | undefined,
    bug: flags.bug?.split(',').map((name) => name.trim() as BugName),
  };
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

function count(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = parseCount(text);
  if (value === undefined) {
    throw userError('SHOP_OPTION', `--${name}: expected a number such as \`1000\` or \`10M\`, got \`${text}\``);
  }
  return value;
}

function share(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = parseShare(text);
  if (value === undefined || value > 1) {
    throw userError('SHOP_OPTION', `--${name}: expected a share from \`0%\` to \`100%\`, got \`${text}\``);
  }
  return value;
}
