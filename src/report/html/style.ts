// The page's style sheet. Colours are variables, set once for light and once for dark; a chosen theme wins over the
// system's. Nothing depends on it: without a style sheet the page is plain headings, tables and pictures.

const LIGHT = `
--page:#f5f6f8;--card:#ffffff;--ink:#1b2430;--quiet:#566072;--line:#e1e5eb;--accent:#1f5fbf;--accent-soft:#e9f0fb;
--pass:#146c43;--pass-soft:#e8f5ee;--fail:#b3261e;--fail-soft:#fcecea;--open:#855300;--open-soft:#fdf3e0;--invalid:#6427a0;--invalid-soft:#f4ebfb;
--plan:#6b7585;--accepted:#1b7f79;--rejected:#b7791f;--failed:#c2410c;--unknown:#7c3aed;
--p50:#8fb4e8;--p90:#5b8fd9;--p99:#1f5fbf;--p999:#143f86;--max:#0f1f3d;--limit:#c0262d;--hatch:#8a5a00;
--h0:#dbe8fb;--h1:#b3cdf3;--h2:#86ade8;--h3:#5a8bd9;--h4:#376bc2;--h5:#234f9e;--h6:#163672;--h7:#0b1f47;`;

const DARK = `
--page:#0f141b;--card:#171d26;--ink:#e8ecf2;--quiet:#a3adbb;--line:#2a323e;--accent:#8ab4f8;--accent-soft:#1c2a40;
--pass:#6fd3a0;--pass-soft:#12281e;--fail:#ff9d94;--fail-soft:#331715;--open:#f3c06b;--open-soft:#2e2310;--invalid:#d3a8ff;--invalid-soft:#271a35;
--plan:#98a2b3;--accepted:#4fc3b8;--rejected:#e3b255;--failed:#ff8a5c;--unknown:#b794ff;
--p50:#38598f;--p90:#4f7cc4;--p99:#8ab4f8;--p999:#bcd4ff;--max:#f1f6ff;--limit:#ff7b72;--hatch:#e0a73d;
--h0:#16253f;--h1:#1b3563;--h2:#22498c;--h3:#2f63b5;--h4:#5186d6;--h5:#7fabec;--h6:#b3cffa;--h7:#eaf2ff;`;

const BASE = `
*{box-sizing:border-box}
html{color-scheme:light dark;scroll-padding-top:4rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:break-word}
main{max-width:64rem;margin:0 auto;padding:1.5rem 1.25rem 3rem;outline:none}
a{color:var(--accent);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:4px}
h1{font-size:1.05rem;font-weight:500;margin:.35rem 0 0;color:var(--quiet);overflow-wrap:anywhere}
h2{font-size:1.3rem;line-height:1.3;letter-spacing:-.01em;margin:0 0 1rem}
h3{font-size:1rem;margin:1.75rem 0 .5rem}
p{margin:.5rem 0}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
pre{font:.85rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--page);border-radius:8px;padding:.9rem 1rem;white-space:pre-wrap;overflow-wrap:anywhere;margin:.75rem 0}
pre code{font-size:1em}
main>section,.banner{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1.75rem;margin:0 0 1.25rem}
.quiet,figcaption{color:var(--quiet);font-size:.875rem}
.none{color:var(--quiet)}
.lead{font-size:1.05rem}
.skip{position:absolute;left:-999px}
.skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.5rem 1rem;z-index:9}`;

const NAV = `
nav{position:sticky;top:0;z-index:5;display:flex;gap:.25rem 1.1rem;align-items:center;padding:.45rem 1.25rem;min-height:3rem;background:var(--card);border-bottom:1px solid var(--line)}
nav ul{display:flex;flex:1;flex-wrap:wrap;gap:.1rem .8rem;list-style:none;margin:0;padding:.2rem .25rem;font-size:.8rem;white-space:nowrap}
nav a{color:var(--quiet);text-decoration:none}
nav a:hover{color:var(--ink);text-decoration:underline}
.brand{font-weight:650;letter-spacing:-.01em}
.tools{margin-left:auto;display:flex;gap:.5rem;white-space:nowrap}
button,.controls select{font:inherit;font-size:.85rem;color:var(--ink);background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.3rem .75rem;cursor:pointer}
button:hover{border-color:var(--accent)}
button[aria-pressed=true]{background:var(--accent-soft);border-color:var(--accent)}
footer{max-width:64rem;margin:0 auto;padding:0 1.25rem 3rem;color:var(--quiet);font-size:.875rem}`;

const BANNER = `
.banner{border-top:6px solid var(--accent);padding-top:1.5rem}
.banner-running .verdict{color:var(--accent)}.icon-running circle{fill:var(--accent)}.banner-pass{border-top-color:var(--pass)}.banner-fail{border-top-color:var(--fail)}.banner-inconclusive{border-top-color:var(--open)}.banner-invalid{border-top-color:var(--invalid)}
.verdict{display:flex;align-items:center;gap:.8rem;font-size:2rem;font-weight:700;letter-spacing:.01em;margin:0;line-height:1.1}
.banner-pass .verdict{color:var(--pass)}.banner-fail .verdict{color:var(--fail)}.banner-inconclusive .verdict{color:var(--open)}.banner-invalid .verdict{color:var(--invalid)}
.sentence{text-wrap:pretty;font-size:1.25rem;line-height:1.5;margin:.9rem 0 1.1rem;max-width:48rem;overflow-wrap:anywhere}
.todo{border-radius:10px;padding:1rem 1.25rem;margin:1rem 0;background:var(--page)}
.banner-fail .todo{background:var(--fail-soft)}.banner-inconclusive .todo{background:var(--open-soft)}.banner-invalid .todo{background:var(--invalid-soft)}
.todo h2{font-size:1rem;margin:0 0 .4rem}
.todo ul{margin:0;padding-left:1.1rem}.todo li{margin:.35rem 0;overflow-wrap:anywhere}
.do{display:block;color:var(--ink);font-weight:550}
.notes{list-style:none;margin:1rem 0;padding:0}
.notes li{padding:.45rem .9rem;margin:.3rem 0;border-left:4px solid var(--open);background:var(--open-soft);border-radius:0 8px 8px 0;overflow-wrap:anywhere}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(12.5rem,1fr));gap:.9rem 1.5rem;margin:1.25rem 0 0}
.facts+.scroll{margin-top:1.25rem}
.facts dt,.tile .name{font-size:.8rem;color:var(--quiet);letter-spacing:.01em}
.facts dd{margin:0;overflow-wrap:anywhere;font-size:.95rem}
.glossary>div{display:grid;grid-template-columns:11rem 1fr;gap:1rem;padding:.4rem 0;border-top:1px solid var(--line)}
.glossary dt{font-weight:600}.glossary dd{margin:0}
.icon-pass circle{fill:var(--pass)}.icon-fail circle{fill:var(--fail)}.icon-inconclusive circle{fill:var(--open)}.icon-invalid circle{fill:var(--invalid)}
.icon path{stroke:var(--card)}
.when{white-space:nowrap}
.mark{display:inline-flex;align-items:center;gap:.4rem;font-weight:600;white-space:nowrap}
.mark-pass{color:var(--pass)}.mark-fail{color:var(--fail)}.mark-inconclusive{color:var(--open)}.mark-invalid{color:var(--invalid)}
.says{display:block;min-width:14rem;color:var(--quiet);font-size:.875rem;overflow-wrap:break-word}
.class{font-weight:600}.class-accepted{color:var(--accepted)}.class-rejected{color:var(--open)}.class-failed{color:var(--fail)}.class-unknown{color:var(--invalid)}
.tiles{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(10.5rem,1fr));gap:1px;background:var(--line);border:1px solid var(--line);border-radius:10px;overflow:hidden}
.strip{list-style:none;margin:.5rem 0 0;padding:0;display:flex;flex-wrap:wrap;gap:.5rem}
.strip li{display:flex;flex-direction:column;border:1px solid var(--line);border-radius:10px;padding:.6rem .8rem;font-size:.875rem}
.strip li[aria-current]{border-color:var(--accent);border-width:2px}
.tile{background:var(--card);padding:1rem 1.1rem;display:flex;flex-direction:column}
.tile strong{font-size:1.55rem;font-weight:650;letter-spacing:-.02em;line-height:1.3}
.tile .spark{margin-top:auto;padding-top:.5rem;width:100%;height:2.25rem}
.spark path{vector-effect:non-scaling-stroke}`;

const TABLES = `
.scroll{overflow-x:auto;margin:.5rem 0 1rem;border:1px solid var(--line);border-radius:10px}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{caption-side:top;text-align:left;color:var(--quiet);font-size:.85rem;padding:.6rem .9rem}
th,td{text-align:left;vertical-align:top;padding:.5rem .9rem;border-top:1px solid var(--line)}
thead th{color:var(--quiet);font-weight:600;font-size:.8rem;white-space:nowrap;background:var(--page)}
tbody th{font-weight:500}
.n,.nums td{text-align:right;white-space:nowrap}.nums thead th+th{text-align:right}.nums tbody th{white-space:nowrap}.nums .says{white-space:normal;min-width:8rem;max-width:14rem}.nums td .says{margin-left:auto}
td a[href^="#t="]{white-space:nowrap}
th button{position:relative;border:0;background:none;padding:0;font:inherit;color:inherit;border-radius:3px;text-align:inherit}
th button::after{position:absolute;bottom:0;left:100%;width:1em;text-align:center}
th.n button::after,.nums th+th button::after{left:auto;right:100%}
th[aria-sort=ascending] button::after{content:"↑"}th[aria-sort=descending] button::after{content:"↓"}
.nums td,.nums th{padding-inline:.65rem}.nums th:first-child{padding-left:.9rem}
.nums thead th{white-space:normal;vertical-align:bottom;min-width:3.6rem}
.examples,.files{margin:0;padding-left:1.1rem}
details{margin:.75rem 0}
td details{margin:.3rem 0 0}td details[open]{min-width:12.5rem}.example{display:block;min-width:12rem}
.key{display:block;width:9.6rem;color:var(--quiet);font-size:.75rem;line-height:1.35;margin-top:.15rem}
.answer{margin:.4rem 0}.answer pre{max-height:22rem;overflow:auto}
summary{cursor:pointer;color:var(--accent);font-size:.9rem}`;

const CHARTS = `
figure{margin:0}
figcaption{margin-top:.6rem;max-width:46rem}
.plot{overflow-x:auto;position:relative}
.plot svg.chart{display:block;width:100%;height:auto;min-width:34rem}
@media screen{.enhanced svg.chart,.enhanced .legend{display:none}}
.plot .uplot{font-family:inherit;width:100%}
.uplot .u-legend{text-align:left;font-size:.85rem;margin:.25rem 0 0 3.6rem;width:auto;color:var(--quiet)}
.uplot .u-legend tr{margin-right:1.1rem}
.uplot .u-legend th,.uplot .u-legend td{border:0;padding:.1rem .15rem;background:none;font-weight:400;font-size:.85rem;color:var(--quiet)}
.uplot .u-legend td{color:var(--ink);min-width:4.2em}
.u-inline.u-live th::after{content:none}
.uplot .u-label{cursor:pointer;border-radius:3px}.uplot .u-label:hover{text-decoration:underline}.uplot .u-series:first-child .u-label{cursor:default;text-decoration:none}
.uplot .u-off>*{opacity:1}.uplot .u-off .u-label{text-decoration:line-through}.uplot .u-off .u-marker{opacity:.25}
[data-chart=outcomes] .u-legend th{pointer-events:none}
.uplot .u-select{background:var(--accent);opacity:.18}
.uplot .u-cursor-x{border-right-color:var(--quiet)}.uplot .u-cursor-y{border-bottom-color:var(--quiet)}
.legend li{min-width:0}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;list-style:none;margin:0 0 .35rem;padding:0;font-size:.85rem;color:var(--quiet)}
.scale{display:flex;align-items:center;gap:.5rem;font-size:.85rem;color:var(--quiet);margin:0 0 .35rem}
.controls{display:flex;flex-wrap:wrap;gap:.5rem;margin:0 0 .75rem}
.controls[hidden]{display:none}
.defs{position:absolute}
.grid{stroke:var(--line)}.axis{stroke:var(--quiet)}.tick{fill:var(--quiet)}.band{fill:var(--accent)}.hatch{stroke:var(--hatch)}
.limit{fill:var(--limit)}.ink-limit{stroke:var(--limit)}
.track{fill:var(--line)}.at{stroke:var(--ink)}
.margin-pass .bar{fill:var(--pass)}.margin-fail .bar{fill:var(--fail)}.margin-inconclusive .bar,.margin-not-checked .bar{fill:var(--open)}
${['plan', 'accepted', 'rejected', 'failed', 'unknown', 'p50', 'p90', 'p99', 'p999', 'max']
  .map((ink) => `.ink-${ink}{stroke:var(--${ink})}.fill-${ink}{fill:var(--${ink})}`)
  .join('')}
.ink-fired,.ink-inflight{stroke:var(--accent)}.fill-fired,.fill-inflight{fill:var(--accent)}
${[0, 1, 2, 3, 4, 5, 6, 7].map((shade) => `.heat-${shade}{stroke:var(--h${shade})}.fill-heat-${shade}{fill:var(--h${shade})}`).join('')}`;

const NARROW = `
@media (max-width:62rem){html{scroll-padding-top:6rem}}
@media (max-width:40rem){
nav{gap:.5rem;padding:.35rem .6rem}
.brand{display:none}
.uplot .u-legend{margin-left:0}
nav ul{flex-wrap:nowrap;overflow-x:auto;scrollbar-width:none;padding-right:2rem;mask-image:linear-gradient(to right,#000 calc(100% - 2.5rem),transparent)}
html{scroll-padding-top:4rem}
main{padding:.75rem .6rem 2rem}
main>section,.banner{padding:1.15rem 1rem;border-radius:10px;margin-bottom:.75rem}
.sentence{font-size:1.1rem}.verdict{font-size:1.6rem}
.tiles{grid-template-columns:1fr 1fr}
.tile{padding:.8rem}.tile strong{font-size:1.25rem}
.facts{grid-template-columns:1fr 1fr;gap:.7rem 1rem}
.glossary>div{grid-template-columns:1fr;gap:0}
th,td{padding:.45rem .6rem}
}`;

const PRINT = `
@media print{
:root:root:root:root{${LIGHT}--page:#ffffff;color-scheme:light}
@page{margin:14mm}
body{font-size:10pt}
nav,.tools,.controls,.skip,.uplot,.hint,details:not([open]){display:none}
.plot svg.chart{min-width:0}
main{max-width:none;padding:0}
main>section,.banner{border:0;border-top:1px solid var(--line);border-radius:0;padding:5mm 0;margin:0}
.banner{border-top-width:2mm}
.scroll{overflow:visible}
figure,.tile,tr,.todo{break-inside:avoid}
h2,h3{break-after:avoid}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}`;

export const PAGE_STYLE = [
  `:root{${LIGHT}}`,
  `@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${DARK}}}`,
  `:root[data-theme=dark]{${DARK}color-scheme:dark}:root[data-theme=light]{color-scheme:light}`,
  BASE,
  NAV,
  BANNER,
  TABLES,
  CHARTS,
  NARROW,
  PRINT,
]
  .join('\n')
  .replaceAll(/\n+/g, '\n');
