// report.html written again from the files of a run folder, or capacity.html from those of a search for capacity.

import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { userError } from '../errors.ts';
import { formatCapacityPage } from '../report/html/capacity/page.ts';
import { formatPage } from '../report/html/page.ts';
import { PAGE_FILE, RESULT_FILE } from './artifacts.ts';
import { CAPACITY_FILE, CAPACITY_PAGE } from './capacity.ts';
import { ASSET_FILES, assetTexts, inlineAssets } from './page-assets.ts';
import { readCapacity } from './read-capacity.ts';
import { reasonOf } from './reason.ts';
import { readView } from './view.ts';
import { writeWhole } from './write.ts';

/**
 * @param assets `inline`: one file that needs no other; `files`: style sheet and script beside it, for servers whose
 *   content-security policy refuses them inside
 * @returns the page's path; @throws UserError (exit 2) when the folder cannot be read or written
 */
export async function rebuildPage(dir: string, assets: 'inline' | 'files'): Promise<string> {
  const put = assets === 'inline' ? inlineAssets() : ({ kind: 'files', ...ASSET_FILES } as const);
  const isSearch = (await isThere(dir, CAPACITY_FILE)) && !(await isThere(dir, RESULT_FILE));
  const page = isSearch ? formatCapacityPage(await readCapacity(dir), put) : formatPage(await readView(dir), put);
  const texts = assetTexts();
  const path = join(dir, isSearch ? CAPACITY_PAGE : PAGE_FILE);
  try {
    if (assets === 'files') {
      await writeWhole(join(dir, ASSET_FILES.css), texts.css);
      await writeWhole(join(dir, ASSET_FILES.js), texts.js);
    }
    await writeWhole(path, page);
  } catch (cause) {
    throw userError('REPORT_UNWRITABLE', `Cannot write ${path}: ${reasonOf(cause)}.`, { cause });
  }
  return path;
}

const isThere = (dir: string, name: string): Promise<boolean> =>
  access(join(dir, name)).then(
    () => true,
    () => false,
  );
