// Group commit: all work of one event-loop tick shares one transaction, so its cost is paid once for the whole tick. A
// promise resolves only after the COMMIT, so nothing is answered that the database has not got.

import type { Books } from './books.ts';

type Work = { run: () => unknown; value: unknown; resolve: (value: unknown) => void; reject: (error: unknown) => void };

export class Commits {
  readonly #books: Pick<Books, 'transact'>;
  #pending: Work[] = [];

  constructor(books: Pick<Books, 'transact'>) {
    this.#books = books;
  }

  /** Runs `work` inside the tick's transaction. When any work of the tick throws, all of it is undone and all reject. */
  submit<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#pending.length === 0) setImmediate(() => this.#commit());
      this.#pending.push({ run: work, value: undefined, resolve: resolve as (value: unknown) => void, reject });
    });
  }

  #commit(): void {
    const group = this.#pending;
    this.#pending = [];
    try {
      this.#books.transact(() => {
        for (const work of group) work.value = work.run();
      });
    } catch (error) {
      for (const work of group) work.reject(error);
      return;
    }
    for (const work of group) work.resolve(work.value);
  }
}
