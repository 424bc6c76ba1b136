// A process that starts a demo shop, says where it is, and then does nothing until it is killed.

import { startDemo } from '../../src/demo/process.ts';

process.on('SIGINT', () => process.stdout.write('drain\n'));
const demo = await startDemo({ service: 'none' });
process.stdout.write(`${JSON.stringify({ pid: demo.pid, url: demo.url })}\n`);
// Keeps it there: a demo shop alone does not keep its parent alive.
setInterval(() => {}, 60_000);
