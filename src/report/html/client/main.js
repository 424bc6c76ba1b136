// Starts when the page is there: theme, tables, and the charts in place of the still pictures. Without it, or where it is
// refused, the page is whole.

import { drawChart } from './charts.js';
import { zoomHeat } from './heat.js';
import { morph } from './morph.js';
import { addThemeButton, makeTablesSort } from './page.js';
import { Zoom } from './zoom.js';

/** @typedef {import('./kinds.js').Choice} Choice */

/** @param {HTMLElement} holder @param {string} name @param {() => void} act */
function addButton(holder, name, act) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = name;
  button.addEventListener('click', act);
  holder.append(button);
  return button;
}

/** The line below the chart says which axis it has. @param {Choice} choice */
function sayAxis({ log }) {
  for (const word of document.querySelectorAll('[data-axis]')) word.textContent = log ? 'logarithmic' : 'linear';
}

/**
 * @param {HTMLElement} holder
 * @param {Choice} choice
 * @param {() => void} redraw
 */
function addControls(holder, choice, redraw) {
  const update = () => {
    for (const [button, pressed] of states()) button.setAttribute('aria-pressed', String(pressed));
    sayAxis(choice);
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

/** @type {Choice} */
const choice = { of: 'response', log: true, hidden: new Set() };
/** By their figures. @type {Map<HTMLElement, NonNullable<ReturnType<typeof drawChart>>>} */
const charts = new Map();
/** Heat maps that zoom. @type {WeakSet<HTMLElement>} */
const heats = new WeakSet();
/** @type {Zoom | undefined} */
let zoom;

const redrawAll = () => {
  for (const { draw } of charts.values()) draw();
};

/** Draws what is not drawn yet, and in the rest of the charts the newest rows. */
function drawCharts() {
  const source = document.getElementById('charts')?.textContent;
  if (!source || typeof uPlot === 'undefined') return;
  /** @type {import('./kinds.js').Drawn} */
  const drawn = JSON.parse(source);
  const isFirst = zoom === undefined;
  zoom ??= new Zoom(drawn.seconds);
  if (isFirst) zoom.addButton();
  for (const [figure, { drop }] of charts) {
    if (figure.isConnected) continue;
    drop();
    charts.delete(figure);
  }
  for (const figure of document.querySelectorAll('figure[data-chart]')) {
    if (figure instanceof HTMLElement) drawFigure(figure, drawn, zoom);
  }
  if (!isFirst) zoom.grow(drawn.seconds);
}

/**
 * @param {HTMLElement} figure
 * @param {import('./kinds.js').Drawn} drawn
 * @param {Zoom} shared
 */
function drawFigure(figure, drawn, shared) {
  if (figure.dataset.chart === 'heat') {
    if (!heats.has(figure)) zoomHeat(figure, shared);
    heats.add(figure);
    return;
  }
  const known = charts.get(figure);
  if (known) {
    known.update(drawn);
    return;
  }
  const chart = drawChart(figure, drawn, { zoom: shared, choice });
  if (!chart) return;
  charts.set(figure, chart);
  const controls = figure.querySelector('[data-controls]');
  if (controls instanceof HTMLElement) addControls(controls, choice, chart.draw);
}

/** How many pages were asked for, and which of them is shown. */
let [asked, shown] = [0, 0];

/** The newest page in place of this one, which stays as it is looked at. */
async function replacePage() {
  const mine = ++asked;
  const text = await (await fetch('/')).text();
  if (mine < shown) return;
  shown = mine;
  const next = new DOMParser().parseFromString(text, 'text/html');
  const [main, data] = [next.querySelector('main'), next.getElementById('charts')];
  const [ownMain, ownData] = [document.querySelector('main'), document.getElementById('charts')];
  if (!main || !data || !ownMain || !ownData) return;
  const focused = document.activeElement;
  morph(ownMain, main);
  ownData.textContent = data.textContent;
  document.title = next.title;
  makeTablesSort(document);
  drawCharts();
  sayAxis(choice);
  // A row that moved has lost it on the way.
  if (focused instanceof HTMLElement && focused.isConnected) focused.focus({ preventScroll: true });
}

/** While the run goes on: a newer page each second, and a button that ends it. @param {string} token */
function followRun(token) {
  const tools = document.getElementById('tools');
  const state = document.createElement('span');
  state.setAttribute('role', 'status');
  tools?.prepend(state);
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
  let missed = false;
  const renew = async () => {
    missed = busy || document.hidden;
    if (missed) return;
    busy = true;
    await replacePage().catch(() => {});
    busy = false;
  };
  // Nobody looks at a page in the background: it catches up when it is seen again.
  document.addEventListener('visibilitychange', () => missed && void renew());
  events.addEventListener('page', renew);
  events.addEventListener('open', () => {
    state.textContent = '';
  });
  events.addEventListener('error', () => {
    state.textContent = 'No connection to the run';
  });
  events.addEventListener('end', async () => {
    events.close();
    stop?.remove();
    state.remove();
    delete document.body.dataset.live;
    await replacePage().catch(() => {});
  });
}

function start() {
  makeTablesSort(document);
  addThemeButton(redrawAll);
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
