// `doorbuster shop` without the command line around it.

import { runShop } from '../../src/demo/main.ts';

await runShop({ service: 'none', stock: { phone: 7 } });
process.stdout.write('closed\n');
