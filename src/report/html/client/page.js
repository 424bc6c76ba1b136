// What a page can do without its charts: a theme of one's own, and tables that sort.

import { sortKey } from './format.js';

/**
 * A viewer may forbid storage and even looking for it.
 *
 * @param {string} [theme] to keep; without it the kept one is returned
 */
function keptTheme(theme) {
  try {
    if (theme === undefined) return localStorage.getItem('doorbuster-theme');
    localStorage.setItem('doorbuster-theme', theme);
  } catch {}
  return null;
}

/** @param {() => void} redraw */
export function addThemeButton(redraw) {
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');
  const kept = keptTheme();
  if (kept === 'dark' || kept === 'light') root.dataset.theme = kept;
  const isDark = () => (root.dataset.theme ?? (system.matches ? 'dark' : 'light')) === 'dark';
  const button = document.createElement('button');
  button.type = 'button';
  button.id = 'theme';
  const label = () => {
    button.textContent = isDark() ? 'Light' : 'Dark';
    button.setAttribute('aria-label', isDark() ? 'Switch to the light theme' : 'Switch to the dark theme');
  };
  button.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    keptTheme(root.dataset.theme);
    label();
    redraw();
  });
  system.addEventListener('change', () => {
    label();
    redraw();
  });
  label();
  document.getElementById('tools')?.append(button);
}

/** @param {ParentNode} within */
export function makeTablesSort(within) {
  for (const table of within.querySelectorAll('main table')) {
    const heads = [...table.querySelectorAll('thead th')];
    heads.forEach((head, column) => {
      if (head.querySelector('button')) return;
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener('click', () => sortBy(table, heads, column));
    });
  }
}

/**
 * @param {Element} table
 * @param {Element[]} heads
 * @param {number} column
 */
function sortBy(table, heads, column) {
  const head = heads[column];
  const body = table.querySelector('tbody');
  if (!head || !body) return;
  const descending = head.getAttribute('aria-sort') === 'ascending';
  for (const each of heads) each.removeAttribute('aria-sort');
  head.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
  sortRows(body, column, descending);
}

/**
 * Rows that changed, in the order that was chosen for them.
 *
 * @param {HTMLTableSectionElement} body
 */
export function sortAgain(body) {
  const heads = [...(body.closest('table')?.querySelectorAll('thead th') ?? [])];
  const column = heads.findIndex((head) => head.hasAttribute('aria-sort'));
  if (column >= 0) sortRows(body, column, heads[column]?.getAttribute('aria-sort') === 'descending');
}

/**
 * @param {HTMLTableSectionElement} body
 * @param {number} column
 * @param {boolean} descending
 */
function sortRows(body, column, descending) {
  const rows = [...body.rows].map((row) => {
    const cell = row.cells[column];
    return { row, key: sortKey(cell?.dataset.sort ?? cell?.textContent ?? '') };
  });
  rows.sort((a, b) => compare(a.key, b.key) * (descending ? -1 : 1));
  order(
    body,
    rows.map(({ row }) => row),
  );
}

/**
 * Moves only what stands elsewhere: an element that is moved loses focus.
 *
 * @param {Element} parent
 * @param {Element[]} children
 */
export function order(parent, children) {
  children.forEach((child, index) => {
    const there = parent.children[index];
    if (there !== child) parent.insertBefore(child, there ?? null);
  });
}

/**
 * @param {number | string} a
 * @param {number | string} b
 */
function compare(a, b) {
  if (typeof a === 'number' && typeof b === 'number') return a === b ? 0 : a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}
