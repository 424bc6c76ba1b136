// What the code of a journey threw: each place in the module once, with the first order's words, bounded.

import { withoutSecrets } from '../secrets.ts';
import type { Thrown } from './desk.ts';

/** Different places that are kept. */
const MOST = 20;
const LONGEST = 300;

export class ThrownErrors {
  readonly #url: string;
  readonly #secrets: readonly string[];
  readonly #byPlace = new Map<string, Thrown>();

  /** `url`: of the journey's module. `secrets`: texts that no message may hold. */
  constructor(url: string, secrets: readonly string[]) {
    this.#url = url;
    this.#secrets = secrets;
  }

  /** The most frequent first. */
  get list(): Thrown[] {
    return [...this.#byPlace.values()].sort((a, b) => b.count - a.count);
  }

  add(error: unknown, seq: number): void {
    const words = error instanceof Error ? `${error.name}: ${error.message}` : `it threw ${String(error)}`;
    const at = this.#placeOf(error);
    // Errors that nobody can place are told apart by their words.
    const place = at ?? shortOf(words);
    const known = this.#byPlace.get(place);
    if (known) known.count++;
    else if (this.#byPlace.size < MOST) {
      // Before it is cut: half a secret is none that anybody could find again.
      const says = shortOf(withoutSecrets(words, this.#secrets, true));
      const file = this.#url.slice(this.#url.lastIndexOf('/') + 1);
      this.#byPlace.set(place, { says: at === undefined ? says : `${says} (${file}:${at})`, count: 1, seq });
    }
  }

  /** Line and column in the module. */
  #placeOf(error: unknown): string | undefined {
    const stack = error instanceof Error ? (error.stack ?? '') : '';
    const from = this.#url === '' ? -1 : stack.indexOf(`${this.#url}:`);
    return from < 0 ? undefined : /^\d+:\d+/.exec(stack.slice(from + this.#url.length + 1))?.[0];
  }
}

/** One line of it. */
function shortOf(words: string): string {
  return words.split('\n')[0]!.slice(0, LONGEST);
}
