// A profile that is a module: its default export, or one line that says where and why there is none.

import { spawnSync } from 'node:child_process';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Place, UserError } from '../errors.ts';
import { importJourneyModule } from '../run/journey-module.ts';

/** An export that is a promise is awaited. @throws UserError (exit 2) */
export async function importProfile(file: string): Promise<unknown> {
  try {
    const module: { default?: unknown } = await import(pathToFileURL(resolve(file)).href);
    if (module.default !== undefined) return await module.default;
  } catch (error) {
    throw importError(file, error);
  }
  const message = 'it has no default export: write `export default defineProfile({ … })`';
  throw new UserError([{ code: 'PROFILE_IMPORT', message, file }]);
}

/** The default export of a journey's module. Throws an Error with one line, and where in it. */
export function importJourney(url: string): unknown {
  try {
    return importJourneyModule(url);
  } catch (error) {
    const file = relative('', fileURLToPath(url));
    const isAsync = error instanceof Error && 'code' in error && error.code === 'ERR_REQUIRE_ASYNC_MODULE';
    const said = error instanceof Error ? error.message.split('\n')[0]! : String(error);
    const place = isAsync ? undefined : placeOf(file, error);
    const where = place ? ` (${place.file}:${place.line}:${place.column})` : '';
    const message = isAsync ? 'it awaits something before its functions are there: await inside `order`' : said;
    throw new Error(message + where, { cause: error });
  }
}

function importError(file: string, error: unknown): UserError {
  const said = error instanceof Error ? error.message.split('\n')[0]! : String(error);
  const message = ownNameMissing(file, error) ?? said;
  // No source line: it may hold a secret, and nothing here knows which words of it are names.
  return new UserError([{ code: 'PROFILE_IMPORT', message, file, place: placeOf(file, error) }], { cause: error });
}

/** This program's entry for `import … from`: src/index.ts in a checkout, dist/index.js once it is built. */
const INDEX = fileURLToPath(new URL(`../index${extname(import.meta.url)}`, import.meta.url));

/** `import … from 'doorbuster'` where no such package can be had: not built in this checkout, or not installed there. */
function ownNameMissing(file: string, error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ERR_MODULE_NOT_FOUND') return undefined;
  const built = join(dirname(dirname(INDEX)), 'dist', 'index.js');
  const isUnbuilt = error.message.includes(`'${built}'`);
  if (!isUnbuilt && !error.message.includes("package 'doorbuster'")) return undefined;
  const path = relative(dirname(resolve(file)), INDEX).replaceAll('\\', '/');
  const way = `write \`import { defineProfile } from '${path.startsWith('.') ? path : `./${path}`}'\``;
  return isUnbuilt
    ? `\`doorbuster\` is not built here: run \`npm run build\` once, or ${way}`
    : `no package \`doorbuster\` is installed where this profile is: ${way}, or leave \`defineProfile\` out`;
}

function placeOf(file: string, error: unknown): Place | undefined {
  if (!(error instanceof Error)) return undefined;
  const stack = error.stack ?? '';
  const place = headPlace(file, stack) ?? framePlace(file, stack);
  if (place || !(error instanceof SyntaxError)) return place;
  // V8 keeps the place of its own syntax errors to itself; a check of the file alone prints it.
  const check = spawnSync(process.execPath, ['--check', resolve(file)], { encoding: 'utf8', timeout: 5000 });
  return headPlace(file, check.stderr ?? '');
}

/** What Node prints above an error in a text: `/path/of/it.ts:3`, the line, and carets under what is wrong. */
function headPlace(file: string, printed: string): Place | undefined {
  const head = /^(\S.*):(\d+)\n.*?\n( *)\^/s.exec(printed);
  if (!head) return undefined;
  const path = head[1]!.startsWith('file:') ? fileURLToPath(head[1]!) : head[1]!;
  const shown = resolve(path) === resolve(file) ? file : relative('', path);
  return { file: shown, line: Number(head[2]), column: head[3]!.length + 1 };
}

/** The innermost call inside the profile itself. */
function framePlace(file: string, stack: string): Place | undefined {
  const url = pathToFileURL(resolve(file)).href;
  for (const line of stack.split('\n')) {
    const from = line.indexOf(`${url}:`);
    const position = from < 0 ? null : /^(\d+):(\d+)/.exec(line.slice(from + url.length + 1));
    if (position) return { file, line: Number(position[1]), column: Number(position[2]) };
  }
  return undefined;
}
