// The heat map stays the picture it is; zooming stretches its cells and counts its clock anew.

import { clockText } from './format.js';

/** @typedef {import('./zoom.js').Zoom} Zoom */

const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400];

/**
 * @param {HTMLElement} figure
 * @param {Zoom} zoom
 */
export function zoomHeat(figure, zoom) {
  const cells = figure.querySelector('svg.cells');
  const ticks = figure.querySelector('g.clock');
  const plot = figure.querySelector('.plot');
  if (!cells || !ticks || !plot) return;
  const [left = 0, top = 0, width = 1, height = 1] = (cells.getAttribute('viewBox') ?? '').split(' ').map(Number);
  const whole = zoom.whole.untilS;
  zoom.listenToKeys(plot);
  zoom.watchers.push(({ fromS, untilS }) => {
    const shown = ((untilS - fromS) / whole) * width;
    cells.setAttribute('viewBox', `${left + (fromS / whole) * width} ${top} ${shown} ${height}`);
    const model = ticks.querySelector('text');
    if (!model) return;
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
