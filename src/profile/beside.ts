// What a section asks of the files beside the profile: whole, line by line, or another run's folder. What cannot be read is
// told at the path that names it, in the words of the profile.

import type { Problem } from '../errors.ts';
import type { ParseContext } from './parse.ts';
import { at, formatPath, type Path } from './paths.ts';
import type { ProblemList } from './problems.ts';
import type { Section } from './section.ts';
import { holdsVariable } from './variables.ts';

type Reading = { raw: unknown; list: ProblemList; files: string[] };

/** `ENOENT: no such file or directory, open '/…'`: the path was said already, as the person wrote it. */
function whyOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/, \w+ '.*$/s, '');
}

/** `what` as written. */
function refuseFile(
  { raw, list }: Omit<Reading, 'files'>,
  { what, path, why }: { what: string; path: Path; why: string },
) {
  const written = at(raw, path);
  const shown = holdsVariable(written) ? written : what;
  list.add({ code: 'UNREADABLE_FILE', message: `\`${formatPath(path)}\`: cannot read ${shown}: ${why}`, path });
}

/** A mistake in a file that is named from the profile's folder, with its path from where the profile's own starts. */
export function besideOf(problem: Problem, profile: string): Problem {
  const { place } = problem;
  const folder = profile.replace(/[^\\/]*$/, '');
  if (!place || folder === '' || /^([\\/]|[a-z]:)/i.test(place.file)) return problem;
  return { ...problem, place: { ...place, file: folder + place.file } };
}

export function readersOf(context: ParseContext, seams: Reading): Pick<Section, 'read' | 'readLines' | 'readRun'> {
  return {
    read: readerOf(context, seams),
    readLines: lineReaderOf(context, seams),
    readRun: runReaderOf(context, seams),
  };
}

/** `files` takes in the name of each, as written. */
function readerOf({ readFile }: ParseContext, { raw, list, files }: Reading): Section['read'] {
  return (file, path) => {
    const written = at(raw, path);
    const shown = holdsVariable(written) ? written : file;
    if (!files.includes(shown)) files.push(shown);
    const refuse = (why: string) => refuseFile({ raw, list }, { what: file, path, why });
    try {
      const text = readFile(file);
      // A decoder that does not throw leaves this mark for every byte it could not read.
      if (!text.includes('\uFFFD')) return text;
      refuse('not UTF-8 text');
    } catch (error) {
      refuse(whyOf(error));
    }
    return undefined;
  };
}

function lineReaderOf({ readFile, readLines }: ParseContext, seams: Omit<Reading, 'files'>): Section['readLines'] {
  const linesOf =
    readLines ??
    ((file, each) => {
      const lines = readFile(file)
        .replace(/^\uFEFF/, '')
        .split(/\r?\n/);
      lines.every((line) => each(line));
    });
  return (file, path, each) => {
    let number = 0;
    try {
      linesOf(file, (line) => {
        number += 1;
        return each(line, number);
      });
      return true;
    } catch (error) {
      refuseFile(seams, { what: file, path, why: whyOf(error) });
      return false;
    }
  };
}

function runReaderOf({ readRun }: ParseContext, seams: Omit<Reading, 'files'>): Section['readRun'] {
  return (folder, path) => {
    try {
      if (readRun) return readRun(folder);
      refuseFile(seams, { what: folder, path, why: 'no run folder is read here' });
    } catch (error) {
      refuseFile(seams, { what: folder, path, why: whyOf(error) });
    }
    return undefined;
  };
}
