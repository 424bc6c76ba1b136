// What a run through the real command line says of the shop, on a machine that may be too busy for its times to count. The
// gates of the generator are tested elsewhere; a test about books must not fall when one of them voids the run.

import type { Result } from '../../src/report/result.ts';

/** Gates that void a run because this machine has too much to do. */
const OF_THE_MACHINE = ['pace', 'busy', 'lateness', 'queueing'];

/** `pass 0`, `fail 99`; or `noise` where the machine alone voided the run. */
export function verdictOf({ verdict, exitCode, generator }: Result): string {
  const voids = generator.gates.filter(({ status }) => status === 'void').map(({ name }) => name);
  if (voids.length > 0 && voids.every((name) => OF_THE_MACHINE.includes(name))) return 'noise';
  return `${verdict} ${exitCode}`;
}
