// "Did you mean": a root leaf, because profile, order, judge and the commands all answer misspelt words.

import { distance } from 'fastest-levenshtein';

/** The known word a person most likely meant: at most one slip in three letters of the longer; case does not count. */
export function closest(word: string, known: readonly string[]): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const slips = slipsBetween(wanted, candidate.toLowerCase());
    const allowed = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3));
    if (slips <= allowed && slips < fewest) {
      best = candidate;
      fewest = slips;
    }
  }
  return best;
}

/** Letters missing, added or wrong; two neighbours swapped count as one slip, the commonest of all (`bsae`). */
export function slipsBetween(word: string, candidate: string): number {
  let fewest = distance(word, candidate);
  for (let i = 1; i < word.length && fewest > 1; i++) {
    const swapped = word.slice(0, i - 1) + word[i] + word[i - 1] + word.slice(i + 1);
    fewest = Math.min(fewest, 1 + distance(swapped, candidate));
  }
  return fewest;
}

/** `; did you mean \`x\`?`, or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = closest(word, known);
  return near === undefined ? '' : `; did you mean \`${near}\`?`;
}
