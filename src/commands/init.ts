// `doorbuster init`: a profile to begin with and, with --ci, a pipeline that runs it every night. Writes nothing over.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EXIT, UserError } from '../errors.ts';
import { reasonOf } from '../folder/reason.ts';
import { formatDuration } from '../units.ts';
import { loadPlan } from './load.ts';
import { type PipelineName, pipelineFor } from './pipelines.ts';
import { terminalOf } from './terminal.ts';

export type InitFlags = { ci?: PipelineName; dir?: string };

const PROFILE = 'profiles/nightly.yaml';
/** For checking out, installing, and waiting for the last answers; a CI server's own slowness among it. */
const AROUND_MINUTES = 15;

/** @throws UserError (exit 2) naming every file that is there already, before any is written */
export async function initCommand({ ci, dir = '.' }: InitFlags): Promise<number> {
  const shipped = new URL(`../../${PROFILE}`, import.meta.url);
  const plan = await loadPlan(join(dir, PROFILE), {}).catch(() => loadPlan(shipped.pathname, {}));
  const minutes = Math.ceil(plan.traffic.durationUs / 60e6) + AROUND_MINUTES;
  const files = [
    { file: PROFILE, text: await readFile(shipped, 'utf8'), mayBeThere: true },
    ...(ci === undefined ? [] : [{ ...pipelineFor(ci, { profile: PROFILE, minutes }), mayBeThere: false }]),
  ];
  const there = await present(dir, files);
  const taken = files.filter(({ file, mayBeThere }) => there.has(file) && !(mayBeThere && ci !== undefined));
  if (taken.length > 0) {
    throw new UserError(
      taken.map(({ file }) => ({
        code: 'INIT_TAKEN',
        message: `${join(dir, file)} is there already, and nothing is written over: remove or rename it first`,
      })),
    );
  }
  const { say } = terminalOf();
  for (const { file, text } of files) {
    if (there.has(file)) say(`kept   ${join(dir, file)}`);
    else await put(join(dir, file), text);
    if (!there.has(file)) say(`wrote  ${join(dir, file)}`);
  }
  say(`\nNext: doorbuster plan ${join(dir, PROFILE)}, then point \`target\` and \`order\` at your checkout.`);
  if (ci !== undefined) {
    say(
      `The pipeline gives up after ${minutes} minutes: ${formatDuration(plan.traffic.durationUs)} of orders and ${AROUND_MINUTES} minutes around them.`,
    );
    say('It installs Doorbuster from your package.json: npm install --save-dev doorbuster');
  }
  return EXIT.pass;
}

async function present(dir: string, files: readonly { file: string }[]): Promise<Set<string>> {
  const found = await Promise.all(
    files.map(
      async ({ file }) =>
        [
          file,
          await readFile(join(dir, file)).then(
            () => true,
            () => false,
          ),
        ] as const,
    ),
  );
  return new Set(found.filter(([, is]) => is).map(([file]) => file));
}

async function put(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    throw new UserError([{ code: 'INIT_UNWRITABLE', message: `Cannot write ${path}: ${reasonOf(error)}` }], {
      cause: error,
    });
  }
}
