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

function start() {
  makeTablesSort(document);
  const source = document.getElementById('charts')?.textContent;
  /** @type {(() => void)[]} */
  const redraws = [];
  addThemeButton(() => {
    for (const redraw of redraws) redraw();
  });
  if (!source || typeof uPlot === 'undefined') return;
  /** @type {import('./charts.js').Drawn} */
  const drawn = JSON.parse(source);
  const zoom = new Zoom(drawn.seconds);
  /** @type {Choice} */
  const choice = { of: 'response', log: true };
  for (const figure of document.querySelectorAll('figure[data-chart]')) {
    if (!(figure instanceof HTMLElement)) continue;
    if (figure.dataset.chart === 'heat') {
      zoomHeat(figure, zoom);
      continue;
    }
    const redraw = drawChart(figure, drawn, { zoom, choice });
    redraws.push(redraw);
    const controls = figure.querySelector('[data-controls]');
    if (controls instanceof HTMLElement) addControls(controls, choice, redraw);
  }
  zoom.addButton();
  // A link to a minute is a link to the charts of that minute.
  const follow = () => {
    if (zoom.readAddress()) document.getElementById('response')?.scrollIntoView();
  };
  addEventListener('hashchange', follow);
  follow();
}

start();
