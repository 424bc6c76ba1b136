// report.html: the sections in their order, in one file that needs nothing from anywhere.

import { drawnFrom } from './drawn.ts';
import type { Html } from './escape.ts';
import { html, jsonScript, trusted } from './escape.ts';
import { VERDICT_ICONS } from './parts.ts';
import { backlogSection } from './sections/backlog.ts';
import { booksSection } from './sections/books.ts';
import { comparisonSection } from './sections/comparison.ts';
import { generatorSection } from './sections/generator.ts';
import { ordersSection } from './sections/orders.ts';
import { outcomesSection } from './sections/outcomes.ts';
import { phasesSection } from './sections/phases.ts';
import { rateSection } from './sections/rate.ts';
import { howSection, reproduceSection } from './sections/reproduce.ts';
import { heatSection, responseSection } from './sections/response.ts';
import { sloSection } from './sections/slo.ts';
import { spectrumSection } from './sections/spectrum.ts';
import { tilesSection } from './sections/tiles.ts';
import { verdictSection } from './sections/verdict.ts';
import { HATCH } from './svg/frame.ts';
import type { PageAssets, RunView } from './view.ts';

/** The sections that have a place in the contents. */
const CONTENTS: [id: string, name: string][] = [
  ['slo', 'Limits'],
  ['numbers', 'Numbers'],
  ['rate', 'Rate'],
  ['response', 'Response'],
  ['heat', 'Heat map'],
  ['outcomes', 'Outcomes'],
  ['spectrum', 'Spectrum'],
  ['books', 'Books'],
  ['backlog', 'Backlog'],
  ['parts', 'Parts'],
  ['orders', 'Orders'],
  ['generator', 'Generator'],
  ['comparison', 'Comparison'],
  ['reproduce', 'Reproduce'],
  ['how', 'How to read'],
];

/** Of the run's name: a tab shows no more. */
const MOST_TITLE = 24;

/** The whole file. The same view and assets make the same page, byte by byte. */
export function formatPage(view: RunView, assets: PageAssets): string {
  const { result } = view;
  const word = view.live === undefined ? VERDICT_ICONS[result.verdict].word : 'RUNNING';
  const title = `${word}: ${result.run.name.slice(0, MOST_TITLE)}`;
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
${view.live !== undefined && html`<link rel="icon" href="data:,">`}
<title>${title} · Doorbuster</title>
${head(assets)}
</head>
<body${view.live !== undefined && html` data-live="${view.live.token}"`}>
${HATCH}
<a class="skip" href="#main">Skip to the report</a>
<nav aria-label="Contents"><span class="brand">Doorbuster</span><ul>${CONTENTS.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul><div class="tools" id="tools"></div></nav>
<main id="main" tabindex="-1">
${verdictSection(view)}
${sloSection(view)}
${tilesSection(view)}
${rateSection(view)}
${responseSection(view)}
${heatSection(view)}
${outcomesSection(view)}
${spectrumSection(view)}
${booksSection(view)}
${backlogSection(view)}
${phasesSection(view)}
${ordersSection(view)}
${generatorSection(view)}
${comparisonSection(view)}
${reproduceSection(view)}
${howSection()}
</main>
<footer><p>Doorbuster ${result.environment.doorbuster} · run ${result.run.id} · seed ${result.run.seed}</p></footer>
${jsonScript('charts', drawnFrom(view))}
${foot(assets)}
</body>
</html>
`;
  return page.toString();
}

function head(assets: PageAssets): Html {
  return assets.kind === 'inline' ? trusted('style', assets.css) : html`<link rel="stylesheet" href="${assets.css}">`;
}

function foot(assets: PageAssets): Html | undefined {
  if (assets.js === '') return undefined;
  return assets.kind === 'inline' ? trusted('script', assets.js) : html`<script src="${assets.js}"></script>`;
}
