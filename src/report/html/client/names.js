// The names below a chart, which hide and show its lines.

/**
 * The name of a line hides it and shows it again, with the keyboard too.
 *
 * @param {import('uplot')} plot
 * @param {string} figure
 * @param {Set<string>} hidden
 */
export function makeNamesToggle(plot, figure, hidden) {
  const names = [...plot.root.querySelectorAll('.u-series .u-label')];
  plot.series.forEach((series, index) => {
    const name = names[index];
    if (index === 0 || !(name instanceof HTMLElement)) return;
    const key = `${figure} ${series.label}`;
    name.tabIndex = 0;
    name.setAttribute('role', 'button');
    const label = () => name.setAttribute('aria-pressed', String(series.show));
    if (hidden.has(key)) plot.setSeries(index, { show: false });
    label();
    // uPlot's own click is on the cell around it.
    name.parentElement?.addEventListener('click', () => {
      if (series.show) hidden.delete(key);
      else hidden.add(key);
      label();
    });
    name.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      name.click();
    });
  });
}

/** @param {HTMLElement} figure */
export function addHint(figure) {
  const caption = figure.querySelector('figcaption');
  if (!caption || caption.querySelector('.hint')) return;
  const hint = document.createElement('span');
  hint.className = 'hint';
  hint.textContent = ' Choose a name below the chart to hide its line.';
  caption.append(hint);
}
