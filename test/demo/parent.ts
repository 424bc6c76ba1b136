// A process that starts a demo shop, says where it is, and then does nothing until it is killed.

import { startDemo } from '../../src/demo/process.ts';

const demo = await startDemo({ service: 'none' });
process.stdout.write(`${JSON.stringify({ pid: demo.pid, url: demo.url })}\n`);
process.on('SIGINT', () => process.stdout.write('drain\n'));
setInterval(() => {}, 60_000);
