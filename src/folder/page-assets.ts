// The style sheet and the script of report.html, put together from this package and from uPlot in node_modules: nothing
// of it is copied into the repository.

import { PAGE_STYLE } from '../report/html/style.ts';
import type { PageAssets } from '../report/html/view.ts';

/** Names of the files that `--report-assets files` writes beside the page. */
export const ASSET_FILES = { css: 'report.css', js: 'report.js' } as const;

/** What goes into the page, or into the files beside it. */
export function assetTexts(): { css: string; js: string } {
  return { css: PAGE_STYLE, js: '' };
}

export function inlineAssets(): PageAssets {
  return { kind: 'inline', ...assetTexts() };
}
