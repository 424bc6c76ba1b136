// Collects every mistake of a profile with its place, so that one run of the parser tells them all.

import type { Problem } from '../errors.ts';
import { formatPath, type Path, startsWith } from './paths.ts';
import type { Focus, Written } from './source.ts';

/** `message` is whole; `focus` is what to underline (default: the value). */
export type Mistake = { code: string; message: string; path: Path; focus?: Focus };
export type Complain = (mistake: Mistake) => void;

/** A path that a flag wrote: its mistakes are the flag's. */
export type FlagPath = { flag: string; path: Path };

export type ProblemList = {
  add: Complain;
  /** A mistake of no place in the profile. */
  push(problem: Problem): void;
  /** Mistakes at these paths are consequences of one already told. */
  mute(paths: readonly Path[]): void;
  /** By place; those without a place last, in the order they were found; then those of files beside the profile. */
  sorted(): Problem[];
};

export type ProblemSeams = {
  written: Written;
  flags: readonly FlagPath[];
  /** Problems told before there was a list. */
  found: readonly Problem[];
};

export function problemList({ written, flags, found }: ProblemSeams): ProblemList {
  const problems: Problem[] = [...found];
  const muted: Path[] = [];
  return {
    add({ code, message, path, focus = 'value' }) {
      if (muted.some((prefix) => startsWith(path, prefix))) return;
      const origin = flags.findLast((each) => startsWith(path, each.path));
      const named = { code, message: origin ? `${origin.flag}: ${message}` : message, path: formatPath(path) };
      problems.push({ ...named, ...(origin ? {} : written.spotOf(path, focus)) });
    },
    push: (problem) => {
      problems.push(problem);
    },
    mute: (paths) => {
      muted.push(...paths);
    },
    sorted: () => unique(problems).sort(byPlaceIn(written.file)),
  };
}

/** Lines of the profile, what has no place, then lines of other files in the order they were found. */
function byPlaceIn(file: string): (a: Problem, b: Problem) => number {
  const rankOf = ({ place }: Problem) => (place === undefined ? 1 : place.file === file ? 0 : 2);
  return (a, b) => {
    const [first, second] = [rankOf(a), rankOf(b)];
    if (first !== second || first > 0) return first - second;
    return a.place!.line - b.place!.line || a.place!.column - b.place!.column;
  };
}

/** A section is checked by more than one rule; the same words at the same place are one mistake. */
function unique(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ message, path, place }) => {
    const identity = JSON.stringify([message, path, place?.line, place?.column]);
    return !seen.has(identity) && seen.add(identity);
  });
}
