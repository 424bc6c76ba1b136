// The searches for capacity among the folders of all runs, for lists and for the reports of runs of the same profile.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { type KnownCapacity, knownCapacity } from '../report/known-capacity.ts';
import { readCapacity } from './read-capacity.ts';

export type Capacities = {
  /** The latest first. */
  found: KnownCapacity[];
  unread: { folder: string; why: string }[];
};

/** Folders without a capacity.json are passed over; so is a root that is not there. */
export async function capacitiesIn(root: string, folders?: Iterable<string>): Promise<Capacities> {
  const names = folders === undefined ? await readdir(root).catch(() => []) : [...folders];
  const found: KnownCapacity[] = [];
  const unread: Capacities['unread'] = [];
  await Promise.all(
    names.map(async (folder) => {
      try {
        found.push(knownCapacity(folder, await readCapacity(join(root, folder))));
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        if (!isNone(error)) unread.push({ folder, why: error.message });
      }
    }),
  );
  found.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  return { found, unread: unread.sort((a, b) => (a.folder < b.folder ? -1 : 1)) };
}

/** No such file, or not even a folder. */
function isNone({ cause }: UserError): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException | undefined)?.code ?? '');
}

/** The latest that tells anything of this profile and this shop. */
export async function capacityOf(
  root: string,
  { profileHash, shop }: Pick<KnownCapacity, 'profileHash' | 'shop'>,
): Promise<KnownCapacity | undefined> {
  const { found } = await capacitiesIn(root);
  return found.find(
    ({ bracket, ...each }) =>
      each.profileHash === profileHash &&
      each.shop === shop &&
      (bracket.heldPerS !== null || bracket.brokePerS !== null),
  );
}
