// What a file system said, in words.

const WORDS: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of the path is a file',
  ENOENT: 'there is no such folder',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many files are open',
  EISDIR: 'it is a folder',
  EIO: 'the disk reports an error',
};

/** `no space is left on the disk (ENOSPC)`; the error's own first line where the code is not known. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== undefined && WORDS[code] !== undefined) return `${WORDS[code]} (${code})`;
  return String(message ?? error).split('\n')[0]!;
}
