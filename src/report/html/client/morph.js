// A newer page of a run that goes on, put into the one that is looked at: what stays the same is not touched, so that
// focus, scrolled places, opened parts and sorted tables are as they were left.

import { order, sortAgain } from './page.js';

/** What only the reader or the page's script sets. */
const KEPT = new Set(['open', 'aria-sort', 'tabindex']);

/**
 * @param {Element} current
 * @param {Element} next
 */
export function morph(current, next) {
  syncAttributes(current, next);
  if (current.matches('[data-controls]')) return;
  if (current.matches('thead')) {
    if (current.textContent !== next.textContent) current.replaceChildren(...next.children);
  } else if (current instanceof HTMLTableSectionElement && next instanceof HTMLTableSectionElement) {
    morphRows(current, next);
  } else if (current.matches('.enhanced > .plot')) {
    // Beside the drawn chart stands the still picture, for paper.
    for (const child of [...current.children]) if (!child.matches('.uplot')) child.remove();
    current.prepend(...next.childNodes);
  } else {
    morphChildren(current, next);
  }
}

/**
 * @param {Element} current
 * @param {Element} next
 */
function syncAttributes(current, next) {
  const enhanced = current.classList.contains('enhanced');
  const hidden = current.matches('[data-controls]');
  for (const { name } of [...current.attributes]) {
    if (!next.hasAttribute(name) && !KEPT.has(name)) current.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (KEPT.has(name) || (hidden && name === 'hidden')) continue;
    if (current.getAttribute(name) !== value) current.setAttribute(name, value);
  }
  if (enhanced) current.classList.add('enhanced');
}

/**
 * One after the other; what the script itself added at the end stays there.
 *
 * @param {Element} current
 * @param {Element} next
 */
function morphChildren(current, next) {
  const mine = [...current.childNodes].filter((node) => !(node instanceof Element && node.matches('.hint')));
  const theirs = [...next.childNodes];
  theirs.forEach((node, index) => {
    const own = mine[index];
    if (!own) {
      const last = mine.at(-1);
      if (last?.parentNode === current) last.after(node);
      else current.prepend(node);
      mine.push(/** @type {ChildNode} */ (node));
    } else if (own.nodeName !== node.nodeName || idOf(own) !== idOf(node)) {
      own.replaceWith(node);
      mine[index] = /** @type {ChildNode} */ (node);
    } else if (own instanceof Element && node instanceof Element) morph(own, node);
    else if (own.nodeValue !== node.nodeValue) own.nodeValue = node.nodeValue;
  });
  for (const own of mine.slice(theirs.length)) own.remove();
}

/** What is not the same must not be taken for it: an example that is open stays that example. @param {Node} node */
const idOf = (node) => {
  if (!(node instanceof Element)) return '';
  return node.matches('details') ? (node.querySelector('summary code')?.textContent ?? '') : node.id;
};

/**
 * Rows are known by their first cell: whoever has focus in one keeps it there.
 *
 * @param {HTMLTableSectionElement} current
 * @param {HTMLTableSectionElement} next
 */
function morphRows(current, next) {
  const known = byFirstCell(current);
  const rows = [...byFirstCell(next)].map(([key, row]) => {
    const own = known.get(key);
    known.delete(key);
    if (own) morphChildren(own, row);
    return own ?? row;
  });
  for (const gone of known.values()) gone.remove();
  order(current, rows);
  sortAgain(current);
}

/** @param {HTMLTableSectionElement} body */
function byFirstCell(body) {
  /** @type {Map<string, HTMLTableRowElement>} */
  const rows = new Map();
  for (const row of body.rows) {
    let key = row.cells[0]?.textContent ?? '';
    while (rows.has(key)) key += '+';
    rows.set(key, row);
  }
  return rows;
}
