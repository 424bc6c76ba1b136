#!/usr/bin/env node
// argv → command. The only reader of process.argv and setter of the exit code. It imports nothing of Doorbuster before
// it has looked at the runtime, so that an older Node gets one clear line instead of a syntax error.

import module from 'node:module';

const NEEDS_NODE = 24;

const major = Number(process.versions.node.split('.')[0]);
if (major < NEEDS_NODE) {
  process.stderr.write(`doorbuster needs Node ${NEEDS_NODE} or newer; this is Node ${process.versions.node}.\n`);
  process.exitCode = 2;
} else {
  // Halves the start: what was compiled (and stripped of its types) once is not compiled again.
  module.enableCompileCache?.();
  // A reader that goes away (`| head -1`) takes no more events; the run goes on, and its folder is written.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  const { cli } = await import('./commands/cli.ts');
  process.exitCode = await cli(process.argv.slice(2));
}
