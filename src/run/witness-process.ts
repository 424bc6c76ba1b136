// Entry of the witness's own process (witness.ts forks it). It lives as long as the channel to its parent.

import { clockFrom } from './clock.ts';
import type { FromWitness, ToWitness } from './witness.ts';
import { type Watching, watch } from './witness-watch.ts';

const tell = (message: FromWitness): void => void process.send?.(message, () => {});

let prepared: ((nowUs: () => number) => Watching) | undefined;
let watching: Watching | undefined;

process.on('message', (message: ToWitness) => {
  if (message.type === 'share') {
    prepared = watch(message.share);
    tell({ type: 'ready' });
  } else if (message.type === 'start') {
    watching = prepared?.(clockFrom(message.atUs));
  } else {
    void (watching?.end() ?? Promise.resolve({ sent: 0, samples: [] })).then((seen) =>
      tell({ type: 'report', ...seen }),
    );
  }
});
process.on('disconnect', () => void watching?.end());
