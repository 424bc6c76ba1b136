// report.html written again from the files of a run folder.

import { join } from 'node:path';
import { userError } from '../errors.ts';
import { formatPage } from '../report/html/page.ts';
import { PAGE_FILE } from './artifacts.ts';
import { ASSET_FILES, assetTexts, inlineAssets } from './page-assets.ts';
import { reasonOf } from './reason.ts';
import { readView } from './view.ts';
import { writeWhole } from './write.ts';

/**
 * @param assets `inline`: one file that needs no other; `files`: style sheet and script beside it, for servers whose
 *   content-security policy refuses them inside
 * @returns the page's path; @throws UserError (exit 2) when the folder cannot be read or written
 */
export async function rebuildPage(dir: string, assets: 'inline' | 'files'): Promise<string> {
  const view = await readView(dir);
  const texts = assetTexts();
  const page = formatPage(view, assets === 'inline' ? inlineAssets() : { kind: 'files', ...ASSET_FILES });
  const path = join(dir, PAGE_FILE);
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
