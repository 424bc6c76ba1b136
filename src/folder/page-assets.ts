// The style sheet and the script of report.html, put together from this package and from uPlot in node_modules: nothing
// of it is copied into the repository. The page's own script is a few modules that the browser gets as one.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PAGE_STYLE } from '../report/html/style.ts';
import type { PageAssets } from '../report/html/view.ts';

/** Names of the files that `--report-assets files` writes beside the page. */
export const ASSET_FILES = { css: 'report.css', js: 'report.js' } as const;

/** In the order in which they need each other. */
const MODULES = ['format', 'unpack', 'zoom', 'drawing', 'kinds', 'names', 'charts', 'heat', 'page', 'morph', 'main'];

type Texts = { css: string; js: string };
let texts: Texts | undefined;

/** What goes into the page, or into the files beside it. */
export function assetTexts(): Texts {
  texts ??= readTexts();
  return texts;
}

export function inlineAssets(): PageAssets {
  return { kind: 'inline', ...assetTexts() };
}

function readTexts(): Texts {
  const require = createRequire(import.meta.url);
  const uplot = (file: string) => readFileSync(require.resolve(`uplot/dist/${file}`), 'utf8').trim();
  const own = MODULES.map((name) =>
    scriptOf(readFileSync(new URL(`../report/html/client/${name}.js`, import.meta.url), 'utf8')),
  );
  return {
    css: `${uplot('uPlot.min.css')}\n${PAGE_STYLE}`,
    js: `${uplot('uPlot.iife.min.js')}\n(()=>{"use strict";\n${own.join('\n')}})();`,
  };
}

/** A module without its imports and exports, comments on lines of their own, and indentation. They share one scope. */
function scriptOf(module: string): string {
  return module
    .replace(/^import [^;]*;\n/gm, '')
    .replace(/^export (?=(?:async )?function|class|const)/gm, '')
    .replace(/^[ \t]*\/\*\*[\s\S]*?\*\/\n/gm, '')
    .replace(/^[ \t]*\/\/.*\n/gm, '')
    .replace(/^[ \t]+/gm, '')
    .replace(/\n{2,}/g, '\n');
}
