// The name of a run folder: `2026-11-23T04-05-54Z-mi-fan-fest`. Sorts by time, valid on every file system.

/** Bytes of the profile's name that are kept; file systems stop at 255 for the whole. */
const MOST_BYTES = 80;

/** Letters and digits of any script, dots and underscores; everything else becomes one dash. Never empty, never hidden. */
export function fileNameOf(profileName: string): string {
  const safe = profileName
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}\p{M}._-]+/gu, '-')
    .replace(/[-.]*\.{2,}[-.]*|-{2,}/g, '-');
  const encoder = new TextEncoder();
  let kept = '';
  let bytes = 0;
  for (const character of safe) {
    bytes += encoder.encode(character).length;
    if (bytes > MOST_BYTES) break;
    kept += character;
  }
  return kept.replace(/^[-.]+|[-.]+$/g, '') || 'run';
}

/** @param startedAtMs Unix time, ms; shown to the second in UTC */
export function folderNameOf(profileName: string, startedAtMs: number): string {
  const stamp = new Date(startedAtMs).toISOString().slice(0, 19).replaceAll(':', '-');
  return `${stamp}Z-${fileNameOf(profileName)}`;
}
