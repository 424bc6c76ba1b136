// Starts when the page is there: theme, tables, and the charts in place of the still pictures. Without it, or where it is
// refused, the page is whole.

import { drawChart } from './charts.js';
import { zoomHeat } from './heat.js';
import { addThemeButton, makeTablesSort } from './page.js';
import { Zoom } from './zoom.js';

/** @typedef {import('./charts.js').Choice} Choice */

/** @param {HTMLElement} holder @param {string} name @param {() => void} act */
function addButton(holder, name, act) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = name;
  button.addEventListener('click', act);
  holder.append(button);
  return button;
}

/**
 * @param {HTMLElement} holder
 * @param {Choice} choice
 * @param {() => void} redraw
 */
function addControls(holder, choice, redraw) {
  const update = () => {
    for (const [button, pressed] of states()) button.setAttribute('aria-pressed', String(pressed));
  };
  const choose = (/** @type {Partial<Choice>} */ changes) => () => {
    Object.assign(choice, changes);
    update();
    redraw();
  };
  const response = addButton(holder, 'Response', choose({ of: 'response' }));
  const service = addButton(holder, 'Service', choose({ of: 'service' }));
  const log = addButton(holder, 'Logarithmic', () => choose({ log: !choice.log })());
  /** @returns {[HTMLButtonElement, boolean][]} */
  const states = () => [
    [response, choice.of === 'response'],
    [service, choice.of === 'service'],
    [log, choice.log],
  ];
  update();
  holder.hidden = false;
}

/** What survives when a live page is replaced by a newer one. @type {Choice} */
const choice = { of: 'response', log: true, hidden: new Set() };
/** @type {(() => void)[]} */
let redraws = [];
/** Charts of a live page that is replaced; uPlot would keep their cursors in step for ever. @type {(() => void)[]} */
let drops = [];
/** @type {Zoom | undefined} */
let zoom;

function drawCharts() {
  const source = document.getElementById('charts')?.textContent;
  for (const drop of drops) drop();
  [redraws, drops] = [[], []];
  if (!source || typeof uPlot === 'undefined') return;
  /** @type {import('./charts.js').Drawn} */
  const drawn = JSON.parse(source);
  const shared = { zoom: new Zoom(drawn.seconds), choice };
  for (const figure of document.querySelectorAll('figure[data-chart]')) {
    if (!(figure instanceof HTMLElement)) continue;
    if (figure.dataset.chart === 'heat') {
      zoomHeat(figure, shared.zoom);
      continue;
    }
    const chart = drawChart(figure, drawn, shared);
    if (!chart) continue;
    redraws.push(chart.draw);
    drops.push(chart.drop);
    const controls = figure.querySelector('[data-controls]');
    if (controls instanceof HTMLElement) addControls(controls, choice, chart.draw);
  }
  document.getElementById('whole')?.remove();
  shared.zoom.addButton();
  zoom = shared.zoom;
}

/** @returns which of the folded parts are open, by their place */
const openParts = () => [...document.querySelectorAll('details')].map(({ open }) => open);

/** The newest page in place of this one, as it is looked at. */
async function replacePage() {
  const text = await (await fetch('/')).text();
  const next = new DOMParser().parseFromString(text, 'text/html');
  const [main, charts] = [next.querySelector('main'), next.getElementById('charts')];
  if (!main || !charts) return;
  const open = openParts();
  document.querySelector('main')?.replaceWith(main);
  document.getElementById('charts')?.replaceWith(charts);
  document.title = next.title;
  document.querySelectorAll('details').forEach((part, index) => {
    part.open = open[index] ?? false;
  });
  makeTablesSort(document);
  drawCharts();
  zoom?.readAddress();
}

/** While the run goes on: a newer page each second, and a button that ends it. @param {string} token */
function followRun(token) {
  const tools = document.getElementById('tools');
  const stop =
    tools &&
    addButton(tools, 'Stop the run', () => {
      void fetch('/stop', { method: 'POST', headers: { 'x-doorbuster': token } });
      if (!stop) return;
      stop.textContent = 'Stopping…';
      stop.disabled = true;
    });
  const events = new EventSource('/events');
  let busy = false;
  events.addEventListener('page', async () => {
    if (busy) return;
    busy = true;
    await replacePage().catch(() => {});
    busy = false;
  });
  events.addEventListener('end', async () => {
    events.close();
    stop?.remove();
    delete document.body.dataset.live;
    await replacePage().catch(() => {});
  });
}

function start() {
  makeTablesSort(document);
  addThemeButton(() => {
    for (const redraw of redraws) redraw();
  });
  drawCharts();
  // A link to a minute is a link to the charts of that minute.
  const follow = () => {
    if (zoom?.readAddress()) document.getElementById('response')?.scrollIntoView();
  };
  addEventListener('hashchange', follow);
  follow();
  if (document.body.dataset.live) followRun(document.body.dataset.live);
}

start();
