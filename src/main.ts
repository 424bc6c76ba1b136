#!/usr/bin/env node
// argv → command. The only reader of process.argv and setter of the exit code. It imports nothing of Doorbuster before
// it has looked at the runtime, so that an older Node gets one clear line instead of a syntax error.

import module from 'node:module';

const NEEDS_NODE = 24;

let isTold = false;
const major = Number(process.versions.node.split('.')[0]);
if (major < NEEDS_NODE) {
  process.stderr.write(`doorbuster needs Node ${NEEDS_NODE} or newer; this is Node ${process.versions.node}.\n`);
  process.exitCode = 2;
} else {
  // Halves the start: what was compiled (and stripped of its types) once is not compiled again.
  module.enableCompileCache?.();
  // A reader that goes away (`| head -1`) takes no more events; no more does a disk that is full, or a terminal that is
  // gone. None of them ends a run: its folder is written. But a command whose output is not there has not succeeded.
  process.stderr.on('error', () => {});
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE' || isTold) return;
    isTold = true;
    process.stderr.write(`Cannot write to the standard output: ${message}.\n`);
    process.once('exit', (exitCode) => {
      if (exitCode === 0) process.exitCode = 2;
    });
  });
  const { cli } = await import('./commands/cli.ts');
  process.exitCode = await cli(process.argv.slice(2));
}
