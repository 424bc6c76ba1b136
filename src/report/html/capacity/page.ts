// capacity.html: how much a shop can take, in one file that needs nothing from anywhere, with or without scripts.

import type { CapacityFile } from '../../capacity-file.ts';
import type { Html } from '../escape.ts';
import { html, trusted } from '../escape.ts';
import { facts, section, VERDICT_ICONS } from '../parts.ts';
import type { PageAssets } from '../view.ts';
import { bytesText } from '../words.ts';
import { answerSection, askedSection, bannerOf, loadsSection, trialsSection } from './answer.ts';
import { goodputSection, responseSection, scalingSection } from './charts.ts';

const CONTENTS: [id: string, name: string][] = [
  ['answer', 'Answer'],
  ['response', 'Response'],
  ['goodput', 'Goodput'],
  ['scaling', 'Scaling'],
  ['loads', 'Loads'],
  ['trials', 'Trials'],
  ['asked', 'Asked'],
  ['reproduce', 'Reproduce'],
  ['how', 'How to read'],
];

const MOST_TITLE = 24;

/** The whole file. The same answer and assets make the same page, byte by byte. */
export function formatCapacityPage(file: CapacityFile, assets: PageAssets): string {
  const word = file.verdict === null ? 'Capacity' : `${VERDICT_ICONS[file.verdict].word}: capacity`;
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${word} of ${file.run.name.slice(0, MOST_TITLE)} · Doorbuster</title>
${assets.kind === 'inline' ? trusted('style', assets.css) : html`<link rel="stylesheet" href="${assets.css}">`}
</head>
<body>
<a class="skip" href="#main">Skip to the answer</a>
<nav aria-label="Contents"><span class="brand">Doorbuster</span><ul>${CONTENTS.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul><div class="tools" id="tools"></div></nav>
<main id="main" tabindex="-1">
${bannerOf(file)}
${answerSection(file)}
${responseSection(file)}
${goodputSection(file)}
${scalingSection(file)}
${loadsSection(file)}
${trialsSection(file)}
${askedSection(file)}
${reproduce(file)}
${how()}
</main>
<footer><p>Doorbuster ${file.environment.doorbuster} · search ${file.run.id} · seed ${file.run.seed}</p></footer>
${assets.js !== '' && (assets.kind === 'inline' ? trusted('script', assets.js) : html`<script src="${assets.js}"></script>`)}
</body>
</html>
`;
  return page.toString();
}

const FILES: Record<string, string> = {
  'capacity.json': 'the answer and every trial as data, by a published schema',
  'capacity.html': 'this page',
  'summary.md': 'the same in short, for pull requests',
  'profile.yaml': 'the effective profile: defaults filled in, secrets taken out',
};

function reproduce({ run, environment, files }: CapacityFile): Html {
  return section(
    'reproduce',
    'Reproduce',
    html`<pre class="command"><code>${run.command}</code></pre>
${facts([
  ['Search', run.id],
  ['Seed', String(run.seed)],
  ['Profile', `${run.profile} (${run.profileHash})`],
  ['Commit', environment.commit ?? 'none'],
  ['Doorbuster', environment.doorbuster],
  ['Node', environment.node],
  ['Platform', environment.platform],
  ['Machine', `${environment.cpu}, ${environment.cores} cores, ${bytesText(environment.memoryBytes)}`],
])}
<h3>Files of the folder</h3>
<ul class="files">${files.map((name) => html`<li>${name === 'capacity.html' ? html`<code>${name}</code>` : html`<a href="${encodeURIComponent(name)}"><code>${name}</code></a>`}${FILES[name] !== undefined && html` <span class="quiet">${FILES[name]}</span>`}</li>`)}</ul>`,
  );
}

const GLOSSARY: [term: string, means: string][] = [
  ['load', 'a constant rate of orders, due at random as shoppers come (Poisson), whether or not the shop keeps up.'],
  ['trial', 'one such load for a while, after a settling time that is not counted.'],
  ['held, broke', 'every limit held with 95 % confidence and the queue did not grow; or one broke, or the queue grew.'],
  ['undecided', 'too close to the limit to tell, however long it was held.'],
  [
    'discarded',
    'the generator, not the shop, decided the numbers, or the stock ran out: it tells nothing of the shop.',
  ],
  ['capacity', 'between the highest load that held and the lowest above it that broke.'],
  ['headroom', "the capacity in multiples of the profile's own traffic: over its peak, and over its mean."],
  ['goodput', 'orders accepted within the limit, per second.'],
  ['lost', 'the share of the orders that were slower than the limit, failed, unknown, or dropped.'],
  ['knee', 'the load with the most goodput for its mean response: above it times grow faster than sales.'],
  [
    'Universal Scalability Law',
    'X(N) = λN ÷ (1 + σ(N−1) + κN(N−1)), after Gunther: what N orders in flight at once cost each other.',
  ],
  ['closed loop', 'connections that send the next order when the last is answered: a slow shop is asked less.'],
];

function how(): Html {
  return section(
    'how',
    'How to read this',
    html`<p>Each load is tried in open loop: orders come when they are due, as shoppers do. Loads are doubled until one breaks, the gap is halved until it is narrow, and what held is held once more for longer. What takes longer than that hold to come does not show in it: close to its limit a shop piles up orders by chance, and in a run of hours a little less may be what holds.</p>
<dl class="glossary">${GLOSSARY.map(([term, means]) => html`<div><dt>${term}</dt><dd>${means}</dd></div>`)}</dl>`,
  );
}
