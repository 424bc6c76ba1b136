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
    const { says, place } = this.#wordsOf(error);
    const known = this.#byPlace.get(place);
    if (known) known.count++;
    else if (this.#byPlace.size < MOST) {
      this.#byPlace.set(place, { says: withoutSecrets(says, this.#secrets, true), count: 1, seq });
    }
  }

  /** One line; errors that nobody can place are told apart by it. */
  #wordsOf(error: unknown): { says: string; place: string } {
    const line = error instanceof Error ? `${error.name}: ${error.message}` : `it threw ${String(error)}`;
    const says = line.split('\n')[0]!.slice(0, LONGEST);
    const stack = error instanceof Error ? (error.stack ?? '') : '';
    const from = this.#url === '' ? -1 : stack.indexOf(`${this.#url}:`);
    const place = from < 0 ? null : /^\d+:\d+/.exec(stack.slice(from + this.#url.length + 1));
    if (!place) return { says, place: says };
    return { says: `${says} (${this.#url.slice(this.#url.lastIndexOf('/') + 1)}:${place[0]})`, place: place[0] };
  }
}
