// The heat map stays the picture it is; zooming stretches its cells and counts its clock anew.

import { clockText } from './format.js';

/** @typedef {import('./zoom.js').Zoom} Zoom */

const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400];

/**
 * @param {HTMLElement} figure
 * @param {Zoom} zoom
 */
export function zoomHeat(figure, zoom) {
  const plot = figure.querySelector('.plot');
  const whole = figure.querySelector('svg.cells')?.getAttribute('viewBox');
  if (!plot || !whole) return;
  const [left = 0, top = 0, width = 1, height = 1] = whole.split(' ').map(Number);
  zoom.listenToKeys(plot);
  // A live page changes the picture: its parts are looked for each time.
  zoom.watchers.push(({ fromS, untilS }) => {
    const { untilS: seconds } = zoom.whole;
    const shown = ((untilS - fromS) / seconds) * width;
    const [cells, ticks] = [figure.querySelector('svg.cells'), figure.querySelector('g.clock')];
    cells?.setAttribute('viewBox', `${left + (fromS / seconds) * width} ${top} ${shown} ${height}`);
    const model = ticks?.querySelector('text');
    if (!ticks || !model) return;
    const step = STEPS_S.find((each) => (untilS - fromS) / each <= 9) ?? 86400;
    const texts = [];
    for (let at = Math.ceil(fromS / step) * step; at <= untilS; at += step) {
      const text = /** @type {SVGTextElement} */ (model.cloneNode());
      text.setAttribute('x', String(left + ((at - fromS) / (untilS - fromS)) * width));
      text.textContent = clockText(at);
      texts.push(text);
    }
    ticks.replaceChildren(...(texts.length > 0 ? texts : [model]));
  });
}
