// The command line: names, flags, help, and the one place where errors become words and exit codes. A command's code is
// loaded when it is called, so that `--help` or a misspelt flag does not wait for an HTTP client.

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { DRIVER_NAMES } from '../drive/driver.ts';
import { EXIT, UserError } from '../errors.ts';
import { formatProblems } from '../report/problems.ts';
import { parseCount, parseDuration, parseRate, parseShare } from '../units.ts';
import { doorbusterVersion } from './environment.ts';
import { PIPELINES } from './pipelines.ts';
import { shopCommand } from './shop.ts';
import { terminalOf } from './terminal.ts';

const EXAMPLES = `Examples:
  doorbuster run profiles/smoke.yaml                       20 seconds against the built-in shop
  doorbuster plan promotion.yaml                           how many orders, how fast, when; sends nothing
  doorbuster check promotion.yaml                          validate, reach the target, send one order
  doorbuster run promotion.yaml --target http://127.0.0.1:8080
  doorbuster run promotion.yaml --scale 1%                 the same curve with a hundredth of the orders
  doorbuster run promotion.yaml --condense 10m             the same rates, plateaus shortened
  doorbuster capacity promotion.yaml                       how much the shop can take, and what breaks first
`;

const EXIT_CODES = `
Exit codes:
  0 PASS   99 FAIL   4 INVALID   5 INCONCLUSIVE   2 usage or profile   3 target unreachable
  6 slower than the baseline   130/143 interrupted (a partial report is written)   1 a bug in Doorbuster
`;

/** Runs one command line (without node and script). @returns the exit code; never throws */
export async function cli(argv: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.pass;
  const program = programOf((code) => {
    exitCode = code;
  }, argv);
  try {
    await program.parseAsync(knownCommand(program, argv), { from: 'user' });
    return exitCode;
  } catch (error) {
    return reportError(error);
  }
}

/** `foo --help` is about a command that does not exist, which commander would answer with the general help. */
function knownCommand(program: Command, argv: readonly string[]): readonly string[] {
  const [name] = argv;
  const names = ['help', ...program.commands.map((command) => command.name())];
  return name === undefined || name.startsWith('-') || names.includes(name) ? argv : [name];
}

function programOf(setExit: (code: number) => void, argv: readonly string[]): Command {
  const program = new Command('doorbuster')
    .description('Load-tests a checkout before the doors open and gives a verdict.')
    .version(doorbusterVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', EXIT_CODES)
    .showSuggestionAfterError(true)
    .exitOverride();

  withPlanFlags(program.command('run'))
    .description('drive the surge and give a verdict')
    .addHelpText(
      'before',
      examples(
        'run promotion.yaml --target http://127.0.0.1:8080',
        'run promotion.yaml --condense 10m --out reports/friday',
        'run promotion.yaml --set target.timeout=5s --json > events.ndjson',
      ),
    )
    .option('--out <dir>', 'the run folder itself (default: reports/<UTC time>-<name>)')
    .option('--workers <n>', 'worker threads (default: by the peak rate)', wholeNumber(1, 256))
    .addOption(new Option('--driver <name>', 'how orders are sent').choices(DRIVER_NAMES))
    .option('--witness', 'send 1 to 4 orders a second more, from another process, to check the times by')
    .option('--baseline <run>', 'the folder of an earlier run, or `latest-pass`; slower than it ends with exit code 6')
    .option('--min-effect <share>', 'smallest change that is a regression (default: 10%)', share)
    .option('--floor <time>', 'changes of times below it are none (default: 1ms)', duration)
    .addOption(
      // Its address is a message, and a quiet run prints none.
      new Option('--live', 'serve the report on 127.0.0.1 while the run goes on').conflicts('quiet'),
    )
    .option('--json', 'print events as NDJSON on stdout')
    .option('-q, --quiet', 'print nothing but errors and what --json prints')
    .option('-y, --yes', 'load a host that is not this machine without asking')
    .action(async (file: string, flags) => {
      const { runCommand } = await import('./run.ts');
      setExit(await runCommand(file, { ...flags, argv }));
    });

  withPlanFlags(program.command('plan'))
    .description('show what a profile would do; sends nothing')
    .addHelpText('before', examples('plan promotion.yaml', 'plan promotion.yaml --condense 10m --json'))
    .option('--json', 'print the plan as JSON')
    .action(async (file: string, flags) => {
      const { planCommand } = await import('./plan.ts');
      setExit(await planCommand(file, flags));
    });

  withPlanFlags(program.command('check'))
    .description('validate a profile, reach its target, send one order')
    .addHelpText('before', examples('check promotion.yaml', 'check promotion.yaml --target demo'))
    .option('-y, --yes', 'probe a host that is not this machine without asking')
    .action(async (file: string, flags) => {
      const { checkCommand } = await import('./check.ts');
      setExit(await checkCommand(file, flags));
    });

  program
    .command('capacity')
    .description('search for the highest rate at which the SLOs hold')
    .argument('<profile>', 'a .yaml, .json or .ts profile')
    .addHelpText(
      'before',
      examples(
        'capacity promotion.yaml --target http://127.0.0.1:8080',
        'capacity promotion.yaml --budget 20m --max-orders 500k',
        'capacity promotion.yaml --set capacity.hold=3m --json > events.ndjson',
      ),
    )
    .option('--target <url>', 'another target: a URL, or `demo` for the built-in shop')
    .option('--budget <time>', "all the time it may take (default: the profile's `capacity.budget`, or 10m)", duration)
    .option('--max-orders <n>', 'all the orders it may send: 100k', count)
    .option('--max-rate <rate>', 'no trial above it: 500/s (default on other hosts: 10 × the peak)', rate)
    .option('--seed <n>', 'another seed', wholeNumber(0, 2 ** 32 - 1))
    .option('--set <path=value>', 'set one field of the profile (repeatable)', assignment, [])
    .option('--workers <n>', 'worker threads (default: by the rate of each trial)', wholeNumber(1, 256))
    .addOption(new Option('--driver <name>', 'how orders are sent').choices(DRIVER_NAMES))
    .option('--out <dir>', 'the folder of the answer (default: reports/<UTC time>-<name>-capacity)')
    .option('--json', 'print events as NDJSON on stdout')
    .option('-q, --quiet', 'print nothing but errors and what --json prints')
    .option('-y, --yes', 'load a host that is not this machine without asking')
    .action(async (file: string, flags) => {
      const { capacityCommand } = await import('./capacity.ts');
      setExit(await capacityCommand(file, { ...flags, argv }));
    });

  program
    .command('compare')
    .description('say whether the second run was slower than the first')
    .argument('<before>', 'run folder of the baseline')
    .argument('<after>', 'run folder of the run in question')
    .addHelpText('before', examples('compare reports/monday reports/tuesday', 'compare A B --min-effect 5% --json'))
    .option('--min-effect <share>', 'smallest change that is a regression (default: 10%)', share)
    .option('--floor <time>', 'changes of times below it are none (default: 1ms)', duration)
    .option('--json', 'print it as JSON')
    .action(async (before: string, after: string, flags) => {
      const { compareCommand } = await import('./compare.ts');
      setExit(await compareCommand(before, after, flags));
    });

  program
    .command('report')
    .description('build the report of a run again, from the files of its folder')
    .argument('<rundir>', 'a run folder: reports/<UTC time>-<name>')
    .addHelpText(
      'before',
      examples('report reports/2026-11-23T04-05-54Z-smoke --open', 'report reports/friday --report-assets files'),
    )
    .addOption(
      new Option(
        '--report-assets <where>',
        'style sheet and script: in the page, or as files beside it (for strict servers)',
      )
        .choices(['inline', 'files'])
        .default('inline'),
    )
    .option('--open', 'open it in the browser')
    .action(async (dir: string, flags) => {
      const { reportCommand } = await import('./report.ts');
      setExit(await reportCommand(dir, flags));
    });

  program
    .command('history')
    .description('list the runs there are, and how they went')
    .argument('[dir]', 'the folder of all runs', 'reports')
    .addHelpText(
      'before',
      examples('history', 'history --profile nightly --csv > nightly.csv', 'history reports --json'),
    )
    .option('--profile <name>', 'only runs of the profile with this name')
    .option('--csv', 'print the series of the newest run as CSV, as Apache Otava reads it')
    .option('--json', 'print it as JSON')
    .action(async (dir: string, flags) => {
      const { historyCommand } = await import('./history.ts');
      setExit(await historyCommand(dir, flags));
    });

  program
    .command('calibrate')
    .description('measure what this machine can do, for run and plan to know')
    .argument('[profile]', 'one whose orders code makes: send one of them, and measure what its code costs')
    .addHelpText('before', examples('calibrate', 'calibrate profiles/code-journey.yaml --target demo'))
    .option('--target <url>', 'of the profile, another target: a URL, or `demo` for the built-in shop')
    .option('-y, --yes', 'send the order to a host that is not this machine without asking')
    .option('--quick', 'in 20 s instead of 60 s, less exactly')
    .option('--json', 'print it as JSON')
    .option('-q, --quiet', 'print nothing but the result')
    .action(async (profile: string | undefined, flags) => {
      const { calibrateCommand } = await import('./calibrate.ts');
      const { calibrateCode } = await import('./calibrate-code.ts');
      setExit(await (profile === undefined ? calibrateCommand(flags) : calibrateCode(profile, flags)));
    });

  shopCommand(program.command('shop'), setExit).addHelpText(
    'before',
    examples(
      'shop --port 8080',
      'shop --stock 1000 --limit 2 --service lognormal:40ms,0.5 --payments 20',
      'shop --null',
    ),
  );

  program
    .command('init')
    .description('write a profile to begin with, and a pipeline that runs it every night')
    .addHelpText('before', examples('init', 'init --ci github'))
    .addOption(new Option('--ci <server>', 'a pipeline for it').choices(PIPELINES))
    .option('--dir <dir>', 'where (default: here)')
    .action(async (flags) => {
      const { initCommand } = await import('./init.ts');
      setExit(await initCommand(flags));
    });

  program
    .command('schema')
    .description('print the JSON Schema of profiles (draft-07), for editors')
    .addHelpText('before', examples('schema > profile.schema.json', 'schema --of result'))
    .addOption(
      new Option('--of <what>', 'which schema')
        .choices(['profile', 'result', 'events', 'capacity', 'history'])
        .default('profile'),
    )
    .action(async (flags) => {
      const { schemaCommand } = await import('./schema.ts');
      setExit(schemaCommand(flags));
    });
  return program;
}

function examples(...lines: string[]): string {
  return `Examples:\n${lines.map((line) => `  doorbuster ${line}\n`).join('')}`;
}

function withPlanFlags(command: Command): Command {
  return command
    .argument('<profile>', 'a .yaml, .json or .ts profile')
    .option('--target <url>', 'another target: a URL, or `demo` for the built-in shop')
    .option('--seed <n>', 'another seed', wholeNumber(0, 2 ** 32 - 1))
    .option('--scale <share>', 'fewer orders, same curve: 1%')
    .option('--speed <factor>', 'same orders in less time: 60x')
    .option('--condense <time>', 'same rates, plateaus shortened to fit: 10m')
    .option('--set <path=value>', 'set one field of the profile (repeatable)', assignment, []);
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}, got \`${text}\`.`);
    }
    return value;
  };
}

function share(text: string): number {
  const value = parseShare(text);
  if (value === undefined || value <= 0)
    throw new InvalidArgumentError(`Expected a share, as in \`10%\`, got \`${text}\`.`);
  return value;
}

function count(text: string): number {
  const value = parseCount(text);
  if (value === undefined || value < 1)
    throw new InvalidArgumentError(`Expected a number of orders, as in \`100k\`, got \`${text}\`.`);
  return Math.floor(value);
}

/** per second */
function rate(text: string): number {
  const value = parseRate(text);
  if (value === undefined || value <= 0)
    throw new InvalidArgumentError(`Expected a rate, as in \`500/s\`, got \`${text}\`.`);
  return value;
}

/** µs */
function duration(text: string): number {
  const value = parseDuration(text);
  if (value === undefined) throw new InvalidArgumentError(`Expected a time, as in \`1ms\`, got \`${text}\`.`);
  return value;
}

function assignment(text: string, before: [string, string][]): [string, string][] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError(`Expected path=value, as in \`target.timeout=5s\`, got \`${text}\`.`);
  return [...before, [text.slice(0, at), text.slice(at + 1)]];
}

function reportError(error: unknown): number {
  // Commander has printed its own message by now; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.pass : EXIT.usage;
  const { paint, say } = terminalOf();
  if (error instanceof UserError) {
    say(formatProblems(error.problems, paint));
    return error.exitCode;
  }
  say(`${paint('fail', 'bug:')} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return EXIT.bug;
}
