// 15 and 16: how to run it again, and how to read it all.

import type { Html } from '../escape.ts';
import { html } from '../escape.ts';
import { facts, prose, section } from '../parts.ts';
import type { RunView } from '../view.ts';
import { bytesText } from '../words.ts';

/** Files of the run folder and what each is for; one that is not known here is named all the same. */
const FILES: Record<string, string> = {
  'result.json': 'the run as data, by a published schema',
  'report.html': 'this page',
  'charts.json': 'the rows behind the charts of this page',
  'run.hlog': 'HdrHistogram log, for the standard tools',
  'spectrum.hgrm': 'percentile spectrum, for the standard tools',
  'junit.xml': 'limits as test cases, for CI servers',
  'metrics.txt': 'OpenMetrics',
  'smaller-is-better.json': 'for trend actions',
  'bigger-is-better.json': 'for trend actions',
  'summary.md': 'the same in short, for pull requests',
  'run.journal': 'the run as it went, second by second: what is left when it is killed',
  'profile.yaml': 'the effective profile: defaults filled in, secrets taken out',
};

export function reproduceSection({ result, profile }: RunView): Html {
  const { run, environment, adjustments, sources = [] } = result;
  return section(
    'reproduce',
    'Reproduce',
    html`<pre class="command"><code>${run.command}</code></pre>
${adjustments.map(({ flag, value, says, cannotShow }) => html`<p><code>--${flag} ${value}</code>: ${prose(says)}. This run cannot show ${cannotShow}.</p>`)}${sources.map(({ part, says }) => html`<p>Where <code>${part}</code> comes from:</p><ul class="notes">${says.map((line) => html`<li>${line}</li>`)}</ul>`)}
${facts([
  ['Run', run.id],
  ['Seed', String(run.seed)],
  ['Profile', `${run.profile} (${run.profileHash})`],
  ['Commit', environment.commit ?? 'none'],
  ['Doorbuster', environment.doorbuster],
  ['Node', environment.node],
  ['Platform', environment.platform],
  ['Machine', `${environment.cpu}, ${environment.cores} cores, ${bytesText(environment.memoryBytes)}`],
])}
${run.warnings.length > 0 && html`<ul class="notes">${run.warnings.map((warning) => html`<li>${warning}</li>`)}</ul>`}
<h3>Files of the run folder</h3>
<ul class="files">${result.files.map((name) => html`<li>${name === 'report.html' ? html`<code>${name}</code>` : html`<a href="${encodeURIComponent(name)}"><code>${name}</code></a>`}${FILES[name] !== undefined && html` <span class="quiet">${FILES[name]}</span>`}</li>`)}</ul>
<details><summary>The effective profile</summary><pre>${linesOf(profile)}</pre></details>`,
  );
}

const MOST_LINES = 600;

/** Line by line, so that each is cut by itself; of a very long profile the beginning. */
function linesOf(profile: string): Html[] {
  const lines = profile.split('\n');
  const more = lines.length - MOST_LINES;
  return [
    ...lines.slice(0, MOST_LINES).map(
      (line) => html`${line.slice(0, 400)}
`,
    ),
    ...(more > 0
      ? [
          html`… and ${more} lines more, in profile.yaml
`,
        ]
      : []),
  ];
}

const GLOSSARY: [term: string, means: string][] = [
  ['order', 'one intended purchase. It has a due time by the plan, and counts whether or not it was ever sent.'],
  ['response', 'from due to answered: what the shopper feels. Response = lateness + wait + service.'],
  ['lateness', 'from due to fired: what this tool did wrong. Never the shop.'],
  ['wait', 'from fired to sent: waiting for a free connection, connecting, TLS.'],
  ['service', 'from sent to answered: what the shop took.'],
  ['accepted, rejected', 'the shop took the order, or said a business no (sold out, over the limit, throttled).'],
  ['failed, unknown', 'certainly not placed; or nobody knows, for the answer never came or made no sense.'],
  ['p99', 'the time that 1 order in 100 exceeded. It is left out (–) where too few orders can say.'],
  ['PASS, FAIL', 'every limit held; one was broken, beyond what chance explains.'],
  ['INCONCLUSIVE', 'too little evidence for either.'],
  ['INVALID', 'the generator, not the shop, decided the numbers: do not act on them.'],
];

export function howSection(): Html {
  return section(
    'how',
    'How to read this',
    html`<p>Orders are fired when the plan says, whether or not the shop keeps up: a slow shop makes orders wait, it does not make them fewer. Percentiles are read from histograms of all orders together and never averaged; failed and timed-out orders are among them with the time they had taken. Intervals are of 95 % confidence.</p>
<dl class="glossary">${GLOSSARY.map(([term, means]) => html`<div><dt>${term}</dt><dd>${means}</dd></div>`)}</dl>`,
  );
}
